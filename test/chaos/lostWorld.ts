/** The result of a world that came to no end: nothing is counted, only what it broke. */
import type { Breach } from './journal';
import type { WorldResult } from './world';

export function lostWorld(
	{ seed, profile }: Pick<WorldResult, 'seed' | 'profile'>,
	breaches: readonly Breach[],
): WorldResult {
	return {
		seed,
		profile,
		hash: '',
		requests: 0,
		virtualMs: 0,
		steps: 0,
		connections: 0,
		outcomes: {},
		codes: {},
		breaches,
		waits: undefined,
		trace: undefined,
	};
}
