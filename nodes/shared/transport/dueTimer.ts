/** One timer for many deadlines: it only moves closer until it fires; who is called looks at everything that can be due. */
import type { Clock, Timer } from './clock';

export class DueTimer {
	private timer: Timer | undefined;
	private dueMs = Infinity;
	private keeps = false;
	private stopped = false;

	constructor(
		private readonly clock: Clock,
		private readonly onDue: () => void,
	) {}

	/** Calls back at this time by the clock, or before if it was to anyway. */
	schedule(dueMs: number): void {
		if (dueMs >= this.dueMs || this.stopped) return;
		this.timer?.cancel();
		this.dueMs = dueMs;
		this.timer = this.clock.after(dueMs - this.clock.now(), () => {
			this.dueMs = Infinity;
			// After a stall of this process timers fire before the waiting bytes are read: what is due is looked at two turns later.
			this.clock.soon(() =>
				this.clock.soon(() => {
					if (!this.stopped) this.onDue();
				}),
			);
		});
		this.timer.keepAlive(this.keeps);
	}

	/** Whether it keeps the process alive, now and when it is set anew. */
	keepAlive(on: boolean): void {
		if (on === this.keeps) return;
		this.keeps = on;
		this.timer?.keepAlive(on);
	}

	/** Calls back no more. */
	stop(): void {
		this.stopped = true;
		this.timer?.cancel();
	}
}

/** One thing that becomes due. */
export interface Deadline {
	/** For people who read the list. */
	readonly name: string;
	/** By the clock; Infinity while it does not apply. */
	dueMs(): number;
	/** Called at or after that time. Afterwards `dueMs` lies ahead, or does not apply. */
	onDue(nowMs: number): void;
}

/** A named list of deadlines that are checked and scheduled in one place. */
export class Deadlines {
	private readonly timer: DueTimer;

	constructor(
		private readonly clock: Clock,
		private readonly list: readonly Deadline[],
	) {
		this.timer = new DueTimer(clock, () => this.look());
	}

	/** Something may be due at this time. Cheap when something else is due before. */
	schedule(dueMs: number): void {
		this.timer.schedule(dueMs);
	}

	/** Whether its timer alone keeps the process alive. */
	keepAlive(on: boolean): void {
		this.timer.keepAlive(on);
	}

	/** For good. */
	stop(): void {
		this.timer.stop();
	}

	private look(): void {
		const now = this.clock.now();
		for (const deadline of this.list) if (deadline.dueMs() <= now) deadline.onDue(now);
		const soonest = this.list.reduce((least, deadline) => Math.min(least, deadline.dueMs()), Infinity);
		// One millisecond at least: timers may fire a fraction early.
		this.timer.schedule(Math.max(soonest, now + 1));
	}
}
