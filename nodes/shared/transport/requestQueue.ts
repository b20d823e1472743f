/** Requests that wait for a stream: callers take turns, and each request has its own time limit. */
import type { Caller, LaneRequest, Line } from './request';
import { timing } from './timing';

export class RequestQueue {
	/** Requests waiting. */
	size = 0;
	// A line outlives its requests as long as its caller does: making one for each request of a quiet queue costs more than the rest.
	private readonly lines = new WeakMap<Caller, Line>();
	/** Lines with requests, in the order of their turns. */
	private readonly order: Line[] = [];
	private turn = 0;
	/** No request's time ends before this. */
	private soonestMs = Infinity;

	/** Callers with waiting requests. */
	get callers(): number {
		return this.order.length;
	}

	/** When `expired` has to be asked next; Infinity when no request has a limit. */
	get nextLookMs(): number {
		return this.soonestMs;
	}

	/** Behind the other requests of its caller; waits from now on. */
	push(request: LaneRequest, nowMs: number): void {
		const line = this.enter(request, nowMs);
		request.before = line.last;
		if (line.last === undefined) line.first = request;
		else line.last.behind = request;
		line.last = request;
	}

	/** Back to the front of its caller's line: it was refused, not served. */
	pushFront(request: LaneRequest, nowMs: number): void {
		const line = this.enter(request, nowMs);
		request.behind = line.first;
		if (line.first === undefined) line.last = request;
		else line.first.before = request;
		line.first = request;
	}

	/** The request whose turn it is, still queued. */
	peek(): LaneRequest | undefined {
		return this.order[this.turn]?.first;
	}

	/** The caller whose turn it is cannot go on: the next one is asked. */
	skip(): void {
		if (this.order.length > 0) this.turn = (this.turn + 1) % this.order.length;
	}

	/** Takes the request `peek` shows; the next caller's turn follows. */
	shift(nowMs: number): LaneRequest | undefined {
		const request = this.peek();
		if (request === undefined) return undefined;
		const { callers } = this;
		this.remove(request, nowMs);
		// An emptied line has left the order, and the turn with it.
		if (this.callers === callers) this.skip();
		return request;
	}

	/** Takes one request out; false when it does not wait here. */
	remove(request: LaneRequest, nowMs: number): boolean {
		const { line } = request;
		if (line === undefined) return false;
		if (request.before === undefined) line.first = request.behind;
		else request.before.behind = request.behind;
		if (request.behind === undefined) line.last = request.before;
		else request.behind.before = request.before;
		request.line = undefined;
		request.before = undefined;
		request.behind = undefined;
		request.queueLeftMs -= nowMs - request.queuedAtMs;
		this.size -= 1;
		if (this.size === 0) this.soonestMs = Infinity;
		if (line.first === undefined) this.leaveOrder(line);
		return true;
	}

	/** Takes out all requests, in the order of lines. */
	removeAll(nowMs: number): LaneRequest[] {
		return this.removeWhere(() => true, nowMs);
	}

	/** Takes out the requests that began to wait at or before this time. */
	removeOlderThan(queuedAtMs: number, nowMs: number): LaneRequest[] {
		return this.removeWhere((request) => request.queuedAtMs <= queuedAtMs, nowMs);
	}

	/** Takes out all broadcasts. */
	removeBroadcasts(nowMs: number): LaneRequest[] {
		return this.removeWhere(({ isBroadcast }) => isBroadcast, nowMs);
	}

	/** Takes out the requests whose time is over. */
	expired(nowMs: number): LaneRequest[] {
		if (nowMs < this.soonestMs) return [];
		const expired = this.removeWhere((request) => request.queuedAtMs + request.queueLeftMs <= nowMs, nowMs);
		this.soonestMs = Infinity;
		for (const line of this.order) {
			for (let request = line.first; request !== undefined; request = request.behind) {
				this.soonestMs = Math.min(this.soonestMs, request.queuedAtMs + request.queueLeftMs);
			}
		}
		// Thousands of requests end at as many times: looking at all of them for each would be quadratic.
		this.soonestMs = Math.max(this.soonestMs, nowMs + timing.queueLookMs);
		return expired;
	}

	private removeWhere(matches: (request: LaneRequest) => boolean, nowMs: number): LaneRequest[] {
		const removed: LaneRequest[] = [];
		for (const line of [...this.order]) {
			for (let request = line.first; request !== undefined;) {
				const { behind }: LaneRequest = request;
				if (matches(request)) {
					this.remove(request, nowMs);
					removed.push(request);
				}
				request = behind;
			}
		}
		return removed;
	}

	private enter(request: LaneRequest, nowMs: number): Line {
		let line = this.lines.get(request.caller);
		if (line === undefined) {
			line = { first: undefined, last: undefined };
			this.lines.set(request.caller, line);
		}
		if (line.first === undefined) this.order.push(line);
		request.line = line;
		request.queuedAtMs = nowMs;
		this.soonestMs = Math.min(this.soonestMs, nowMs + request.queueLeftMs);
		this.size += 1;
		return line;
	}

	/** Takes an empty line out of the turns. */
	private leaveOrder(line: Line): void {
		const at = this.order.indexOf(line);
		this.order.splice(at, 1);
		if (at < this.turn) this.turn -= 1;
		if (this.turn >= this.order.length) this.turn = 0;
	}
}
