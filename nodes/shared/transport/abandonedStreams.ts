/** Streams whose request was given up while the peer may still answer: when they count against the connection. */
import type { ProtocolStream } from '../http2/clientProtocol';
import type { LaneRequest, Mark } from './request';
import { timing } from './timing';

/** What is remembered of a stream that was given up. */
export interface Abandoned {
	readonly sinceMs: number;
	/** What the stream carried: a late answer speaks about that. */
	readonly mark: Mark;
}

export class AbandonedStreams {
	/** Oldest first. */
	private readonly streams = new Map<ProtocolStream<LaneRequest>, Abandoned>();

	/** The request of this stream is given up now, while the stream stays open. */
	add(stream: ProtocolStream<LaneRequest>, mark: Mark, nowMs: number): void {
		this.streams.set(stream, { sinceMs: nowMs, mark });
	}

	/** The stream ended, answered or not; undefined when it had not been given up. */
	take(stream: ProtocolStream<LaneRequest>): Abandoned | undefined {
		const abandoned = this.streams.get(stream);
		this.streams.delete(stream);
		return abandoned;
	}

	/** The connection is over. */
	clear(): void {
		this.streams.clear();
	}

	/** When more streams than a healthy connection has will have stayed unanswered for too long; Infinity while there are not so many. */
	tooManyAtMs(streamLimit: number): number {
		const allowed = Math.max(1, Math.floor((streamLimit * timing.abandonedPercent) / 100));
		let at = 0;
		for (const { sinceMs } of this.streams.values()) {
			if (at === allowed) return sinceMs + timing.abandonedAfterMs;
			at += 1;
		}
		return Infinity;
	}
}
