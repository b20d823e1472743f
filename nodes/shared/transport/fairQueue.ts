/** Waiting requests: callers take turns, so that one alert does not wait behind another workflow's hundred thousand. */
import type { Caller, LaneRequest } from './request';

interface Line {
	requests: LaneRequest[];
	head: number;
}

export interface FairQueue {
	readonly size: number;
	push(request: LaneRequest): void;
	/** Back to the front of its caller's line: it was refused, not served. */
	pushFront(request: LaneRequest): void;
	/** The request whose turn it is, still queued. */
	peek(): LaneRequest | undefined;
	/** Takes the request `peek` shows; the next caller's turn follows. */
	shift(): LaneRequest | undefined;
	/** Takes out all that match. */
	remove(matches: (request: LaneRequest) => boolean): LaneRequest[];
	/** Requests waiting of one caller. */
	sizeOf(caller: Caller): number;
}

/** Popped requests leave a hole at the front; it is closed when it outgrows the rest. */
const COMPACT_AFTER = 1_024;

export function createFairQueue(): FairQueue {
	// A line outlives its requests as long as its caller does: making one for each request of a quiet queue costs more than the rest.
	const lines = new WeakMap<Caller, Line>();
	/** Lines with requests, in the order of their turns. */
	const order: Line[] = [];
	let turn = 0;
	let size = 0;

	/** The line of a caller, with a place among the turns: it is about to get a request. */
	const lineOf = (caller: Caller): Line => {
		let line = lines.get(caller);
		if (line === undefined) {
			line = { requests: [], head: 0 };
			lines.set(caller, line);
		}
		if (line.head === line.requests.length) order.push(line);
		return line;
	};
	/** Takes an empty line out of the turns. */
	const drop = (line: Line): void => {
		line.requests.length = 0;
		line.head = 0;
		const at = order.indexOf(line);
		order.splice(at, 1);
		if (at < turn) turn -= 1;
		if (turn >= order.length) turn = 0;
	};

	return {
		get size() {
			return size;
		},
		push(request) {
			lineOf(request.caller).requests.push(request);
			size += 1;
		},
		pushFront(request) {
			const line = lineOf(request.caller);
			if (line.head > 0) line.requests[--line.head] = request;
			else line.requests.unshift(request);
			size += 1;
		},
		peek() {
			const line = order[turn];
			return line?.requests[line.head];
		},
		shift() {
			const line = order[turn];
			const request = line?.requests[line.head];
			if (line === undefined || request === undefined) return undefined;
			line.head += 1;
			size -= 1;
			if (line.head === line.requests.length) {
				drop(line);
				return request;
			}
			if (line.head > COMPACT_AFTER && line.head * 2 > line.requests.length) {
				line.requests = line.requests.slice(line.head);
				line.head = 0;
			}
			turn = (turn + 1) % order.length;
			return request;
		},
		remove(matches) {
			const removed: LaneRequest[] = [];
			for (const line of [...order]) {
				const kept: LaneRequest[] = [];
				for (let index = line.head; index < line.requests.length; index++) {
					const request = line.requests[index];
					if (request !== undefined) (matches(request) ? removed : kept).push(request);
				}
				line.requests = kept;
				line.head = 0;
				if (kept.length === 0) drop(line);
			}
			size -= removed.length;
			return removed;
		},
		sizeOf(caller) {
			const line = lines.get(caller);
			return line === undefined ? 0 : line.requests.length - line.head;
		},
	};
}
