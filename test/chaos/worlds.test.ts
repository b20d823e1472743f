/** Thirty worlds of fixed seeds, and the promise that a seed is a world: the same every time, in any worker. */
import { bundleWorker } from './bundle';
import { invariantNames } from './invariants';
import { makePlan, type Profile } from './plan';
import { WorldPool } from './pool';
import type { WorldResult } from './world';

// Half a minute on a machine of two cores; it may be busy with other things.
jest.setTimeout(240_000);

let pool: WorldPool;

beforeAll(async () => {
	pool = new WorldPool(await bundleWorker(), 2);
});

afterAll(() => pool.close());

async function world(seed: number, pushes: number, profile?: Profile): Promise<WorldResult> {
	const { result } = await pool.run({ plan: makePlan(seed, pushes, profile), keepTrace: false, watchMemory: false });
	return result;
}

/** What a failure shows: enough to run it again. */
function breachesOf(results: readonly WorldResult[]): string[] {
	return results.flatMap(({ seed, profile, breaches }) =>
		breaches
			.slice(0, 3)
			.map(
				({ invariant, detail }) =>
					`npm run chaos -- --seed ${seed} --pushes 1000 --profile ${profile}: ${invariant}: ${detail}`,
			),
	);
}

test('thirty worlds of a thousand requests break no invariant', async () => {
	const rare: readonly Profile[] = ['calm', 'hours', 'hours', 'hours', 'neighbour', 'neighbour', 'liar', 'liar'];
	const results = await Promise.all([
		...Array.from({ length: 22 }, (_, index) => world(index + 1, 1_000, 'chaos')),
		...rare.map((profile, index) => world(23 + index, 1_000, profile)),
	]);
	expect(breachesOf(results)).toEqual([]);
	// Much went wrong in them.
	const total = (outcome: string): number => results.reduce((sum, { outcomes }) => sum + (outcomes[outcome] ?? 0), 0);
	expect(total('accepted')).toBeGreaterThan(10_000);
	expect(total('not sent')).toBeGreaterThan(500);
	expect(total('unknown')).toBeGreaterThan(500);
	expect(total('rejected')).toBeGreaterThan(50);
	expect(total('open')).toBe(0);
});

test('the same seed is the same world, in a fresh worker and in one that has run others', async () => {
	const fresh = new WorldPool(await bundleWorker(), 1);
	try {
		for (const profile of ['chaos', 'hours'] as const) {
			const plan = makePlan(77, 1_000, profile);
			const { result } = await fresh.run({ plan, keepTrace: true, watchMemory: false });
			const again = await world(77, 1_000, profile);
			expect(again.hash).toBe(result.hash);
			expect(again.steps).toBe(result.steps);
			expect((await world(78, 1_000, profile)).hash).not.toBe(result.hash);
		}
	} finally {
		await fresh.close();
	}
});

test('every breach has the name of an invariant that is listed', () => {
	expect(new Set(invariantNames).size).toBe(invariantNames.length);
	expect(invariantNames.length).toBeGreaterThanOrEqual(25);
});
