/** One request on its way through a lane: what it carries, and the transport's notes about it. */
import type { ProtocolStream } from '../http2/clientProtocol';
import type { DecodedField, HeaderField } from '../http2/hpack/hpack';
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

/** Who asks: requests of one caller share a line in the queue, so that callers take turns. */
export interface Caller {
	/** Most connections this caller may cause the lane to hold. */
	readonly maxConnections: number;
	/** Most streams of this caller in flight on one connection, whatever the server allows. */
	readonly maxInFlight: number;
}

/** The connection a request was given a stream on, as far as others may know it. */
export interface Carrier {
	/** By the lane's clock. */
	readonly createdAtMs: number;
	/** Since TLS was done. */
	readonly livedMs: number;
	/** Gives the request up, if its stream is here. */
	cancel(request: LaneRequest, error: TransportError): void;
}

/** What a stream carries to prove its sender: the provider token. Undefined with a certificate, which TLS has shown already. */
export type Mark = string | undefined;

/** The waiting requests of one caller, oldest first, linked through the requests themselves: any one leaves in constant time. */
export interface Line {
	first: LaneRequest | undefined;
	last: LaneRequest | undefined;
}

export abstract class LaneRequest {
	/** Streams it was given so far, over all attempts. */
	attempts = 0;
	/** Why it was sent again without a decision of the client: codes of `TransportError`, in order. */
	repeats: string[] | undefined;
	/** Times a server refused its stream, or ended it before the request had left. */
	refusals = 0;
	/** When it entered the queue, by the lane's clock. */
	queuedAtMs = 0;
	/** How long it may still wait in queues, milliseconds: cumulative over repeats. */
	queueLeftMs: number;
	/** When its stream is given up, by the lane's clock. */
	deadlineMs = Infinity;
	/** True from the submission to a lane until the end of the attempt. */
	underWay = false;
	/** The connection of its last stream. */
	carrier: Carrier | undefined;
	/** What its last stream carried. */
	sentMark: Mark;
	/** Its stream while it has one. */
	stream: ProtocolStream<LaneRequest> | undefined;

	/** Place in the queue; kept by `RequestQueue` alone. */
	line: Line | undefined;
	before: LaneRequest | undefined;
	behind: LaneRequest | undefined;

	constructor(
		readonly caller: Caller,
		readonly body: Buffer | undefined,
		/** From getting a stream to the answer, milliseconds. */
		readonly timeoutMs: number,
		/** Waiting for streams, milliseconds, over all attempts; Infinity for no limit. */
		queueTimeoutMs: number,
		/** APNs throttles all broadcasts together: the lane may hold them. */
		readonly isBroadcast = false,
	) {
		this.queueLeftMs = queueTimeoutMs;
	}

	/** True once its caller gave it up: it waits for its end, and gets no stream. */
	get isStopped(): boolean {
		return false;
	}

	/** What a stream opened now would carry, asked anew each time since provider tokens change; null: nothing can be sent yet. */
	abstract mark(nowMs: number): Mark | null;

	/** The header list with this mark. Throws `RangeError` for a value that no header can carry. */
	abstract head(mark: Mark): readonly HeaderField[];

	/** Receives the end of an attempt, exactly once for each submission. */
	protected abstract onAttempt(attempt: Attempt): void;

	/** The lane gave it back before it got a stream, since broadcasts wait: it asks again when they may go. */
	protected onHeld(): void {
		throw new Error('Only a broadcast is ever held.');
	}

	/** Gives it back to its owner without an end of the attempt. */
	hold(): void {
		this.underWay = false;
		this.onHeld();
	}

	/** Ends the attempt once; later calls do nothing. */
	finish(attempt: Attempt): void {
		if (!this.underWay) return;
		this.underWay = false;
		this.stream = undefined;
		this.onAttempt(attempt);
	}
}
