/** One request on its way through a lane: what it carries, and the transport's notes about it. */
import type { DecodedField, HeaderField } from '../http2/hpack/hpack';
import type { ProtocolStream } from '../http2/clientProtocol';
import type { TransportError } from './errors';

/** How one attempt ended, as far as the transport can prove. */
export type Attempt =
	/** A final `:status` came; `complete` is false when its body was cut. */
	| {
			readonly kind: 'answered';
			readonly status: number;
			readonly fields: readonly DecodedField[];
			readonly body: Buffer;
			readonly complete: boolean;
	  }
	/** Proven not processed: it never left, was refused, or stood above GOAWAY's last stream. */
	| { readonly kind: 'notSent'; readonly error: TransportError }
	/** It left, and no answer came. */
	| { readonly kind: 'unknown'; readonly error: TransportError };

/** Who asks: requests of one caller share a place in the queue, so that callers take turns. */
export interface Caller {
	/** Most connections this caller may cause the lane to hold. */
	readonly maxConnections: number;
	/** Most streams in flight on one connection, whatever the server allows. */
	readonly maxInFlight: number;
}

/** The connection a request was given a stream on, as far as others may know it. */
export interface Carrier {
	/** By the lane's clock. */
	readonly createdAtMs: number;
	/** Since TLS was done. */
	readonly livedMs: number;
}

export abstract class LaneRequest {
	/** Streams it was given so far. */
	attempts = 0;
	/** Why it was sent again without a decision of the client: codes of `TransportError`, in order. */
	readonly repeats: string[] = [];
	/** When it entered the queue, by the lane's clock. */
	queuedAtMs = 0;
	/** When its stream is given up, by the lane's clock. */
	deadlineMs = Infinity;
	/** Since when the lane has been sending it again; undefined at first. */
	repeatingSinceMs: number | undefined;
	/** True once `settle` was called. */
	settled = false;
	/** The connection of its last stream. */
	carrier: Carrier | undefined;
	/** Its stream while it has one. */
	stream: ProtocolStream<LaneRequest> | undefined;

	constructor(
		readonly caller: Caller,
		readonly body: Buffer | undefined,
		/** From getting a stream to the answer. */
		readonly timeoutMs: number,
		/** From the call to getting a stream; Infinity for none. */
		readonly queueTimeoutMs: number,
	) {}

	/** The header list, asked for when it gets a stream: the provider token may have changed in the queue. */
	abstract head(): readonly HeaderField[];

	/** Receives the end, exactly once. */
	protected abstract settle(attempt: Attempt): void;

	/** Settles once; later calls do nothing. */
	finish(attempt: Attempt): void {
		if (this.settled) return;
		this.settled = true;
		this.stream = undefined;
		this.settle(attempt);
	}
}
