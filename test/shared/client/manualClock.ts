/** Clocks of the tests: waiting that ends when the test says so, a real clock that can be moved ahead, and one that runs fast. */
import { type Clock, systemClock } from '../../../nodes/shared/transport/clock';

export interface ManualClock extends Clock {
	/** Delays of the timers that wait, in the order they were set. */
	readonly delays: readonly number[];
	/** Resolves once so many timers wait. */
	waitFor(timers: number): Promise<void>;
	/** Moves on, calling what is due. */
	advance(ms: number): void;
}

export function createManualClock(): ManualClock {
	let nowMs = 1_000;
	const timers = new Set<{ readonly dueMs: number; readonly delayMs: number; readonly callback: () => void }>();
	const watchers = new Set<() => void>();
	return {
		now: () => nowMs,
		after(delayMs, callback) {
			const timer = { dueMs: nowMs + delayMs, delayMs, callback };
			timers.add(timer);
			for (const look of [...watchers]) look();
			return { keepAlive: () => undefined, cancel: () => void timers.delete(timer) };
		},
		get delays() {
			return [...timers].map(({ delayMs }) => delayMs);
		},
		waitFor: (count) =>
			new Promise((resolve) => {
				const look = (): void => {
					if (timers.size < count) return;
					watchers.delete(look);
					resolve();
				};
				watchers.add(look);
				look();
			}),
		advance(ms) {
			nowMs += ms;
			for (const timer of [...timers]) {
				if (timer.dueMs > nowMs) continue;
				timers.delete(timer);
				timer.callback();
			}
		},
		soon: systemClock.soon,
	};
}

/** The real clock with real timers; `skip` lets time pass at once, as a machine that slept would see it. */
export function createSkippingClock(): Clock & { skip(ms: number): void } {
	let skippedMs = 0;
	return {
		now: () => systemClock.now() + skippedMs,
		after: (delayMs, callback) => systemClock.after(delayMs, callback),
		soon: systemClock.soon,
		skip: (ms) => void (skippedMs += ms),
	};
}

/** Everything happens so many times sooner: timers, and what the clock shows. */
export function createFastClock(factor: number): Clock {
	return {
		now: () => systemClock.now() * factor,
		after: (delayMs, callback) => systemClock.after(delayMs / factor, callback),
		soon: systemClock.soon,
	};
}
