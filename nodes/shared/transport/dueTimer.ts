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
			setImmediate(() =>
				setImmediate(() => {
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
