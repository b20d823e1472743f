/** What a lane is made with, and its states. */
import type { Backoff } from './backoff';
import type { Clock } from './clock';
import type { Connect, Target } from './connect';
import type { TransportError } from './errors';
import type { IdentityPause } from './identityPause';
import type { OpeningStandings } from './openings';
import type { Attempt } from './request';
import type { Notice, Trace } from './trace';

/** What the client knows about answers and the lane does not. */
export interface LanePolicy {
	/** Whether an answer shows that what the stream carried was accepted: then the connection may carry more than one stream. */
	provesToken(attempt: Attempt): boolean;
	/** Whether an answer shows that APNs accepts the credential: forgives its pause. */
	provesCredential(attempt: Attempt): boolean;
	/** The trouble of the credential that a late answer names, where its request is no longer there to act on it. */
	refusedCredential(attempt: Attempt): TransportError | undefined;
	/** The trouble of the credential that a GOAWAY with this debug data names. */
	goawayTrouble(debugData: Buffer): TransportError | undefined;
}

/** What outlives the lane and is shared with others: see `sessionCache.ts` for the keys. */
export interface LaneStandings extends OpeningStandings {
	readonly pause: IdentityPause;
}

export interface LaneOptions {
	readonly target: Target;
	/** Token connections: one stream until a token was accepted, and the first request right after TLS. */
	readonly tokenMode: boolean;
	readonly policy: LanePolicy;
	readonly clock: Clock;
	readonly connect: Connect;
	readonly standings: LaneStandings;
	readonly createBackoff: () => Backoff;
	readonly trace: Trace;
	readonly notify: (notice: Notice) => void;
	/** Tells the lanes of one endpoint apart in traces; no secret. */
	readonly name: string;
}

export type LaneState =
	/** Takes requests; its credential has this identity. */
	| { readonly t: 'serving' }
	/** Takes requests as before; the credential has another identity now, and unused connections close after minutes. */
	| { readonly t: 'superseded' }
	/** Takes nothing more: ask the cache for the lane anew. */
	| { readonly t: 'closed'; readonly why: TransportError };
