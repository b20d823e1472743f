/** What a peer's connection needs of its world, and how an endpoint treats connections while nothing is wrong. */
import type { Mood } from '../faults';
import type { Journal } from '../journal';
import type { Loop } from '../loop';

export interface Habits {
	/** Streams at first; undefined: it names no limit. */
	readonly firstLimit: number | undefined;
	/** Streams once a credential was accepted. */
	readonly limit: number | undefined;
	readonly initialWindow: number;
	/** Bytes the connection window is kept at. */
	readonly connectionWindow: number;
	readonly serviceMs: number;
	/** How far a service time may lie above or below that, as a share of it. */
	readonly serviceSpread: number;
	readonly settingsDelayMs: number;
	readonly headerTableSize: number | undefined;
	/** Legal variety in what it sends: padding, CONTINUATION, unknown frames, 103. */
	readonly spice: number;
}

/** Whose certificate, in which version. */
export interface CertificateName {
	readonly identity: number;
	readonly version: number;
}

/** What a provider token says. */
export interface TokenFacts {
	readonly identity: number;
	readonly version: number;
	readonly issuedAtMs: number;
}

export interface PeerWorld {
	readonly loop: Loop;
	readonly journal: Journal;
	readonly mood: Mood;
	/** Undefined when it is no token of this world. */
	readToken(token: string): TokenFacts | undefined;
	/** Wall clock of the peer, milliseconds since epoch. */
	wallMs(): number;
}
