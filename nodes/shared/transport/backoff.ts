/** When the next connection may be tried: exponential back-off with jitter, kept across executions and lanes. */
import type { TransportError } from './errors';
import { timing } from './timing';

export interface BackoffOptions {
	/** Delay after the first failure; default `timing.firstBackoffMs`. */
	readonly firstDelayMs?: number;
	/** Longest delay; default `timing.longestBackoffMs`. */
	readonly longestDelayMs?: number;
	/** 0 inclusive to 1 exclusive. */
	readonly random: () => number;
}

/** Exponential with "equal jitter": between half the step and the step, so that many processes do not come back together. */
export class Backoff {
	/** When a try is allowed, in the clock's milliseconds; in the past when at once. */
	notBeforeMs = -Infinity;
	/** Failures since the last success. */
	failures = 0;
	/** The last failure; it is told to later requests only while the back-off lasts. */
	lastError: TransportError | undefined;
	private readonly firstDelayMs: number;
	private readonly longestDelayMs: number;
	private readonly random: () => number;

	constructor(options: BackoffOptions) {
		this.firstDelayMs = options.firstDelayMs ?? timing.firstBackoffMs;
		this.longestDelayMs = options.longestDelayMs ?? timing.longestBackoffMs;
		this.random = options.random;
	}

	/** Counts a failure. Several at the same time are one: connections that were under way together fail together. */
	fail(nowMs: number, error: TransportError): void {
		this.lastError = error;
		if (nowMs < this.notBeforeMs) return;
		const step = Math.min(this.longestDelayMs, this.firstDelayMs * 2 ** Math.min(this.failures, 30));
		this.failures += 1;
		this.notBeforeMs = nowMs + step * (0.5 + this.random() / 2);
	}

	/** Forgets all failures. */
	succeed(): void {
		this.failures = 0;
		this.notBeforeMs = -Infinity;
		this.lastError = undefined;
	}

	/** Until when it must be remembered. */
	get busyUntilMs(): number {
		return this.notBeforeMs;
	}
}
