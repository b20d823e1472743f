/** States of a connection, and what it asks of and tells its owner. */
import type { Clock } from './clock';
import type { Connect, Target } from './connect';
import type { ConnectObserver } from './connectObserver';
import type { TransportError } from './errors';
import type { Attempt, LaneRequest, Mark } from './request';
import type { Trace } from './trace';

/** What is true in each state. */
export type ConnectionState =
	/** Name resolution, TCP, proxy or TLS under way; no stream. */
	| { readonly t: 'connecting' }
	/** TLS is done, no SETTINGS yet: one first request at most, and only if the owner allowed it. */
	| { readonly t: 'open' }
	/** The first SETTINGS came: streams up to the live limit. */
	| { readonly t: 'ready' }
	/** No new streams; those open finish, each by its own deadline. */
	| { readonly t: 'draining'; readonly why: TransportError }
	/** Over; all streams are settled. */
	| { readonly t: 'closed'; readonly why: TransportError };

/** How a connection left service. */
export interface EndOfService {
	readonly why: TransportError;
	/** Final statuses received. */
	readonly answers: number;
	/** Of them 2xx. */
	readonly accepted: number;
	/** GOAWAY with NO_ERROR that does not name the credential. */
	readonly graceful: boolean;
}

/** A final status, on time or late. */
export interface Answer {
	readonly attempt: Attempt & { readonly kind: 'answered' };
	readonly request: LaneRequest;
	/** What the stream carried. */
	readonly mark: Mark;
	/** The request had been given up: nobody waits for this answer, but it still tells about server and credential. */
	readonly late: boolean;
}

/** Whoever opened a connection; `C` is the connection as the owner knows it. */
export interface ConnectionOwner<C> {
	/** So long may a connection be unused. */
	readonly idleTimeoutMs: number;
	/** A final status came; returns whether it shows that the mark was accepted. Called before `onAttempt`. */
	onAnswer(connection: C, answer: Answer): boolean;
	/** An attempt ended; the request has no stream any more. */
	onAttempt(connection: C, request: LaneRequest, attempt: Attempt): void;
	/** GOAWAY arrived; streams above its last id follow as `notSent`. Returns whether it names the credential. */
	onGoaway(connection: C, errorCode: number, debugData: Buffer): boolean;
	/** The connection left service: draining, or closed without having drained, its streams settled. Called once. */
	onOutOfService(connection: C, end: EndOfService): void;
	/** Streams may start again, or the state changed. */
	onProgress(connection: C): void;
}

export interface ConnectionOptions<C> {
	readonly target: Target;
	readonly connect: Connect;
	readonly observer?: ConnectObserver;
	readonly clock: Clock;
	readonly trace: Trace;
	/** For traces: tells the connections of one endpoint apart. */
	readonly name: string;
	/** One stream until an answer proves what it carries (Apple: token connections). */
	readonly needsProof: boolean;
	/** The first request may follow TLS at once (RFC 9113 §3.4). */
	readonly firstBeforeSettings: boolean;
	readonly owner: ConnectionOwner<C>;
}
