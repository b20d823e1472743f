/** When the next connection may be tried: 1 to 60 seconds with jitter, kept across executions. */

/** Chosen by pushy after field reports, and by DESIGN of this package: APNs may block who reconnects too often. */
const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 60_000;

export interface BackoffOptions {
	readonly firstDelayMs?: number;
	readonly longestDelayMs?: number;
	/** 0 inclusive to 1 exclusive. */
	readonly random: () => number;
}

export interface Backoff {
	/** When a try is allowed, in the clock's milliseconds; in the past when at once. */
	readonly notBeforeMs: number;
	/** Failures since the last success. */
	readonly failures: number;
	fail(nowMs: number): void;
	succeed(): void;
}

/** Exponential with "equal jitter": between half the step and the step, so that many processes do not come back together. */
export function createBackoff(options: BackoffOptions): Backoff {
	const first = options.firstDelayMs ?? FIRST_DELAY_MS;
	const longest = options.longestDelayMs ?? LONGEST_DELAY_MS;
	let failures = 0;
	let notBeforeMs = -Infinity;
	return {
		get notBeforeMs() {
			return notBeforeMs;
		},
		get failures() {
			return failures;
		},
		fail(nowMs) {
			const step = Math.min(longest, first * 2 ** Math.min(failures, 30));
			failures += 1;
			notBeforeMs = nowMs + step * (0.5 + options.random() / 2);
		},
		succeed() {
			failures = 0;
			notBeforeMs = -Infinity;
		},
	};
}
