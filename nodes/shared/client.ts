/** ApnsClient: one identity at one environment; turns requests into outcomes. Provider token, lane and replay policy meet here. */
import type { ProviderIdentity } from './apns/identity';
import type { BroadcastNotification, ChannelRequest, Notification } from './apns/notification';
import type { Outcome } from './outcome';

export interface Endpoint {
	readonly host: string;
	readonly port: number;
}

export interface ApnsClientOptions {
	readonly identity: ProviderIdentity;
	/** Device pushes and broadcasts. */
	readonly endpoint: Endpoint;
	/** Channel management. */
	readonly managementEndpoint: Endpoint;
	/** PEM certificates trusted besides Node's own. */
	readonly caBundle?: string;
	/** `http://user:password@host:port` of a CONNECT proxy. */
	readonly proxyUrl?: string;
	/** Most connections one lane may hold, 1 to 32. Default 4. */
	readonly maxConnections?: number;
	/** Most streams in flight on one connection where the server names no limit. Default 1000. */
	readonly maxInFlight?: number;
}

export interface RequestOptions {
	/** From getting a stream to the answer. Default 30 000. */
	readonly timeoutMs?: number;
	/** From the call to getting a stream. Default: none. */
	readonly queueTimeoutMs?: number;
	/** Settles the request as `not sent` or `unknown` when it fires. */
	readonly signal?: AbortSignal;
	/** `unknown` outcomes: report them (default), or send again with the same `apns-id` (at least once). */
	readonly onUnknown?: 'report' | 'sendAgain';
	/** How often a 5xx or 429 answer is repeated, waiting as Apple asks. Default 0 for 5xx, 2 for TooManyRequests. */
	readonly retries?: number;
}

export declare class ApnsClient {
	constructor(options: ApnsClientOptions);
	/** Sends one push. Always fulfils. */
	send(notification: Notification, options?: RequestOptions): Promise<Outcome>;
	/** Publishes to a channel. Always fulfils. */
	broadcast(notification: BroadcastNotification, options?: RequestOptions): Promise<Outcome>;
	/** Channel management. Always fulfils. */
	channel(request: ChannelRequest, options?: RequestOptions): Promise<Outcome>;
	/**
	 * Streams any number of pushes with bounded memory: pulls from `source` only as fast as they go out,
	 * calls `onOutcome` once for each, in order of completion. `index` counts from 0 in the order pulled.
	 */
	sendEach(
		source: Iterable<Notification> | AsyncIterable<Notification>,
		onOutcome: (outcome: Outcome, notification: Notification, index: number) => void,
		options?: RequestOptions,
	): Promise<void>;
}
