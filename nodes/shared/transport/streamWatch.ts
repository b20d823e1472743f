/** Times of one connection's streams: when a request is overdue, the server silent, or the connection wedged. */
import type { LaneRequest } from './request';
import { timing } from './timing';

/** A stream as far as its deadline matters; it is abandoned once its request has another stream or none. */
interface Watched {
	readonly context: LaneRequest;
}

export class StreamWatch {
	lastReceivedMs = 0;
	private lastAnswerMs = 0;
	private busySinceMs = 0;
	private wedgedAfterMs = Infinity;
	private nextDeadlineMs = Infinity;

	/** A stream was opened for the request; `isOnly`: no other is open. Gives when to look at the latest. */
	began(request: LaneRequest, nowMs: number, isOnly: boolean): number {
		if (isOnly) {
			this.busySinceMs = nowMs;
			this.wedgedAfterMs = timing.wedgedAfterMs;
		}
		this.wedgedAfterMs = Math.min(this.wedgedAfterMs, request.timeoutMs / 3);
		if (request.deadlineMs < this.nextDeadlineMs) this.nextDeadlineMs = request.deadlineMs;
		return Math.min(this.nextDeadlineMs, nowMs + this.wedgedAfterMs);
	}

	/** An answer came with the bytes received last. */
	answered(): void {
		this.lastAnswerMs = this.lastReceivedMs;
	}

	/** With streams open: no stream was answered for too long. */
	isWedged(nowMs: number): boolean {
		return nowMs - Math.max(this.lastAnswerMs, this.busySinceMs) >= this.wedgedAfterMs;
	}

	/** With streams open: nothing at all arrived for too long. */
	isSilent(nowMs: number): boolean {
		return nowMs - this.lastReceivedMs >= timing.pingWhileBusyMs;
	}

	/** With streams open: when something can be due. `ready`: streams can be judged as wedged. */
	nextDueMs(ready: boolean): number {
		const due = Math.min(this.nextDeadlineMs, this.lastReceivedMs + timing.pingWhileBusyMs);
		return ready ? Math.min(due, Math.max(this.lastAnswerMs, this.busySinceMs) + this.wedgedAfterMs) : due;
	}

	/** Requests whose time is over. */
	overdue(streams: Iterable<Watched>, nowMs: number): LaneRequest[] {
		if (nowMs < this.nextDeadlineMs) return [];
		const found: LaneRequest[] = [];
		this.nextDeadlineMs = Infinity;
		for (const stream of streams) {
			const request = stream.context;
			if (request.stream !== stream) continue;
			if (request.deadlineMs <= nowMs) found.push(request);
			else if (request.deadlineMs < this.nextDeadlineMs) this.nextDeadlineMs = request.deadlineMs;
		}
		return found;
	}
}
