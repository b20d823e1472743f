/** Virtual time: an event loop that runs one callback at a time and lets microtasks drain before the next. It is the product's Clock. */
import type { Clock, Timer } from '../../nodes/shared/transport/clock';

/** What an entry is: after a stall the timers fire before the waiting bytes are read, as in Node. */
type Kind = 'timer' | 'arrival';

interface Entry {
	atMs: number;
	/** Order among entries of the same time. */
	order: number;
	readonly kind: Kind;
	callback: (() => void) | undefined;
}

/** More callbacks than this at one virtual instant is a loop that waits for nothing. */
export const MOST_CALLBACKS_PER_INSTANT = 10_000;
/** Callbacks queued for one turn of the real loop: microtasks drain between two of them all the same. */
const STEPS_PER_TURN = 64;

/** The loop gave up: the product asked for more and more callbacks and time stood still. */
export class SpinError extends Error {}

/** Real macrotasks; taken before a world hides the globals. */
const realImmediate = setImmediate;

function isBefore(a: Entry, b: Entry): boolean {
	return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

export class Loop implements Clock {
	/** Timers of the product that would keep a process alive. */
	keptAlive = 0;
	/** Timers of the product that have neither fired nor been cancelled. */
	liveTimers = 0;
	/** Callbacks run so far. */
	steps = 0;
	private heap: Entry[] = [];
	private cancelled = 0;
	private order = 0;
	private soonQueue: Array<() => void> = [];
	private turn: Array<() => void> = [];
	private turnAt = 0;
	private stalled: Entry[] = [];
	private instantCount = 0;
	private nowMs: number;

	constructor(
		startMs: number,
		/** Called after each callback and its microtasks. */
		private readonly afterStep: () => void,
	) {
		this.nowMs = startMs;
	}

	now(): number {
		return this.nowMs;
	}

	/** A timer of the product. Node counts in whole milliseconds, at least one. */
	after(delayMs: number, callback: () => void): Timer {
		const entry: Entry = {
			atMs: this.nowMs + Math.max(1, Math.ceil(delayMs)),
			order: ++this.order,
			kind: 'timer',
			callback: undefined,
		};
		let keeps = false;
		let live = true;
		const end = (): void => {
			if (!live) return;
			live = false;
			this.liveTimers -= 1;
			if (keeps) this.keptAlive -= 1;
		};
		entry.callback = () => {
			end();
			callback();
		};
		this.liveTimers += 1;
		this.push(entry);
		return {
			keepAlive: (on) => {
				if (!live || on === keeps) return;
				keeps = on;
				this.keptAlive += on ? 1 : -1;
			},
			cancel: () => {
				if (!live) return;
				end();
				entry.callback = undefined;
				this.cancelled += 1;
				if (this.cancelled > 1_000 && this.cancelled * 2 > this.heap.length) this.compact();
			},
		};
	}

	/** Callbacks of `soon` that wait: `setImmediate` keeps a process alive. */
	get hasSoon(): boolean {
		return this.soonQueue.length > 0 || this.turnAt < this.turn.length;
	}

	soon(callback: () => void): void {
		this.soonQueue.push(callback);
	}

	/** An event of the world: bytes that arrive, a fault that begins, a user who acts. */
	arrive(delayMs: number, callback: () => void): void {
		this.arriveAt(this.nowMs + delayMs, callback);
	}

	/** The same at a time of the clock; events of one time keep their order. */
	arriveAt(atMs: number, callback: () => void): void {
		this.push({ atMs: Math.max(this.nowMs, atMs), order: ++this.order, kind: 'arrival', callback });
	}

	/** The process does nothing for so long: time passes, and then all that is due comes at once, timers first. */
	stall(forMs: number): void {
		this.nowMs += forMs;
		this.instantCount = 0;
		const due: Entry[] = [];
		for (let next = this.heap[0]; next !== undefined && next.atMs <= this.nowMs; next = this.heap[0]) {
			this.pop();
			due.push(next);
		}
		const rank = (entry: Entry): number => (entry.kind === 'timer' ? 0 : 1);
		this.stalled = this.stalled.concat(due).sort((a, b) => rank(a) - rank(b));
	}

	/** Runs until `done` says so, or until nothing is left to happen. Rejects with SpinError, or what a callback threw. */
	run(done: () => boolean): Promise<'done' | 'nothingLeft'> {
		return new Promise((resolve, reject) => {
			let over = false;
			const step = (): void => {
				if (over) return;
				try {
					this.afterStep();
					if (done()) {
						over = true;
						return resolve('done');
					}
					const callback = this.next();
					if (callback === undefined) {
						over = true;
						return resolve('nothingLeft');
					}
					this.steps += 1;
					callback();
				} catch (error) {
					over = true;
					reject(error);
				}
			};
			const turn = (): void => {
				if (over) return;
				for (let count = 0; count < STEPS_PER_TURN; count++) realImmediate(step);
				realImmediate(turn);
			};
			turn();
		});
	}

	/** The next callback; time moves to it. */
	private next(): (() => void) | undefined {
		for (;;) {
			const soon = this.turn[this.turnAt];
			if (soon !== undefined) {
				this.turnAt += 1;
				this.count();
				return soon;
			}
			const waiting = this.stalled.shift();
			if (waiting !== undefined) {
				if (waiting.callback === undefined) continue;
				this.count();
				return waiting.callback;
			}
			const top = this.heap[0];
			// `soon` comes when this instant has nothing more to read.
			if (this.soonQueue.length > 0 && (top === undefined || top.atMs > this.nowMs)) {
				this.turn = this.soonQueue;
				this.turnAt = 0;
				this.soonQueue = [];
				continue;
			}
			if (top === undefined) return undefined;
			this.pop();
			if (top.callback === undefined) {
				this.cancelled -= 1;
				continue;
			}
			if (top.atMs > this.nowMs) {
				this.nowMs = top.atMs;
				this.instantCount = 0;
			}
			this.count();
			return top.callback;
		}
	}

	private count(): void {
		this.instantCount += 1;
		if (this.instantCount > MOST_CALLBACKS_PER_INSTANT) {
			throw new SpinError(`more than ${MOST_CALLBACKS_PER_INSTANT} callbacks at ${this.nowMs} ms`);
		}
	}

	private compact(): void {
		const live = this.heap.filter((entry) => entry.callback !== undefined);
		live.sort((a, b) => (isBefore(a, b) ? -1 : 1));
		this.heap = live;
		this.cancelled = 0;
	}

	private push(entry: Entry): void {
		const { heap } = this;
		let at = heap.length;
		heap.push(entry);
		while (at > 0) {
			const parentAt = (at - 1) >> 1;
			const parent = heap[parentAt];
			if (parent === undefined || !isBefore(entry, parent)) break;
			heap[at] = parent;
			at = parentAt;
		}
		heap[at] = entry;
	}

	private pop(): void {
		const { heap } = this;
		const last = heap.pop();
		if (last === undefined || heap.length === 0) return;
		let at = 0;
		for (;;) {
			const left = heap[2 * at + 1];
			if (left === undefined) break;
			const right = heap[2 * at + 2];
			const useRight = right !== undefined && isBefore(right, left);
			const child = useRight ? right : left;
			if (!isBefore(child, last)) break;
			heap[at] = child;
			at = 2 * at + (useRight ? 2 : 1);
		}
		heap[at] = last;
	}
}
