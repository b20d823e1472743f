/** How many streams may be reset: a burst of resets draws GOAWAY ENHANCE_YOUR_CALM and costs unrelated pushes. */
import { timing } from './timing';

export interface ResetBudget {
	/** Whether one more reset may go out now; counts it if so. */
	take(nowMs: number): boolean;
}

/** A full budget: `timing.maxResets` within any `timing.resetPeriodMs`. */
export function createResetBudget(): ResetBudget {
	let resets: number[] = [];
	return {
		take(nowMs) {
			resets = resets.filter((at) => at > nowMs - timing.resetPeriodMs);
			if (resets.length >= timing.maxResets) return false;
			resets.push(nowMs);
			return true;
		},
	};
}
