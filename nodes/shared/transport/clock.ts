/** Time as the transport sees it; tests pass their own. */

export interface Timer {
	/** Whether this timer alone keeps the process alive. */
	keepAlive(on: boolean): void;
	cancel(): void;
}

export interface Clock {
	/** Milliseconds that only go forward. */
	now(): number;
	/** Calls back once, after at least `delayMs`; starts without keeping the process alive. */
	after(delayMs: number, callback: () => void): Timer;
	/** Calls back at the end of this turn of the event loop, after what has arrived was read (`setImmediate`). */
	soon(callback: () => void): void;
}

/** setTimeout takes 31 bits. */
const LONGEST_DELAY_MS = 0x7fffffff;

/** The real clock: monotonic, so that a corrected wall clock expires nothing. */
export const systemClock: Clock = {
	now: () => performance.now(),
	after(delayMs, callback) {
		const timer = setTimeout(callback, Math.min(Math.max(0, delayMs), LONGEST_DELAY_MS));
		timer.unref();
		return {
			keepAlive: (on) => void (on ? timer.ref() : timer.unref()),
			cancel: () => clearTimeout(timer),
		};
	},
	soon: (callback) => void setImmediate(callback),
};
