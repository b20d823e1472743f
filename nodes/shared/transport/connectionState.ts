/** States of a connection, and what it asks of and tells its owner. */
import type { Clock } from './clock';
import type { Connect, Target } from './connect';
import type { Connection } from './connection';
import type { TransportError } from './errors';
import type { Attempt, LaneRequest } from './request';

/** What is true in each state. */
export type ConnectionState =
	/** Name resolution, TCP, proxy or TLS under way; no stream. */
	| { readonly t: 'connecting' }
	/** TLS is done, no SETTINGS yet: one first request at most, and only if the owner allowed it. */
	| { readonly t: 'open' }
	/** The first SETTINGS came: streams up to the live limit. */
	| { readonly t: 'ready' }
	/** No new streams; those open finish until the deadline. */
	| { readonly t: 'draining'; readonly why: TransportError }
	/** Over; all streams are settled. */
	| { readonly t: 'closed'; readonly why: TransportError };

export interface ConnectionOwner {
	/** An attempt ended; the request has no stream any more. */
	onAttempt(connection: Connection, request: LaneRequest, attempt: Attempt): void;
	/** Whether this answer shows that the provider token was accepted. */
	provesToken(request: LaneRequest, attempt: Attempt): boolean;
	/** GOAWAY arrived; streams above its last id follow as `notSent`. */
	onGoaway(connection: Connection, errorCode: number, debugData: Buffer): void;
	/** The connection left service: draining, or closed without having drained. Called once. */
	onOutOfService(connection: Connection, why: TransportError): void;
	/** Streams may start again, or the state changed. */
	onProgress(connection: Connection): void;
}

export interface ConnectionOptions {
	readonly target: Target;
	readonly connect: Connect;
	readonly clock: Clock;
	/** One stream until an answer proves the provider token (Apple: token connections). */
	readonly oneStreamFirst: boolean;
	/** The first request may follow TLS at once (RFC 9113 §3.4). */
	readonly firstBeforeSettings: boolean;
	readonly owner: ConnectionOwner;
}
