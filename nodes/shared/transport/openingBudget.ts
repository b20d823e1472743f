/** How many connections may be opened: a token bucket beside the back-off of failures, so that connections which do work but end soon do not look like an attack. */

export class OpeningBudget {
	private left: number;
	private countedAtMs: number;

	constructor(
		/** Openings at once. */
		private readonly most: number,
		/** One more comes back after so long. */
		private readonly everyMs: number,
		nowMs: number,
	) {
		this.left = most;
		this.countedAtMs = nowMs;
	}

	/** When the next opening is allowed, in the clock's milliseconds; `nowMs` or before when at once. */
	notBeforeMs(nowMs: number): number {
		this.refill(nowMs);
		return this.countedAtMs + Math.max(0, 1 - this.left) * this.everyMs;
	}

	/** Counts an opening; call only when `notBeforeMs` allows it. */
	take(nowMs: number): void {
		this.refill(nowMs);
		this.left -= 1;
	}

	/** A connection has earned its opening. */
	payBack(): void {
		this.left = Math.min(this.most, this.left + 1);
	}

	/** Until when it must be remembered: then it is full again. */
	get busyUntilMs(): number {
		return this.countedAtMs + (this.most - this.left) * this.everyMs;
	}

	private refill(nowMs: number): void {
		this.left = Math.min(this.most, this.left + (nowMs - this.countedAtMs) / this.everyMs);
		this.countedAtMs = nowMs;
	}
}
