/** The chaos finds bugs: each mutant breaks the invariant it names, in the world it names. */
import { bundleWorker } from './bundle';
import { readMutants } from './mutants';
import { makePlan } from './plan';
import { WorldPool } from './pool';

const mutants = readMutants();

test('a mutant that does not apply is an error', async () => {
	const [first] = mutants;
	if (first === undefined) throw new Error('no mutant');
	await expect(bundleWorker([{ ...first, text: 'no such text' }])).rejects.toThrow('occurs 0 times');
});

test.each(mutants)('$name: $about', async ({ seed, pushes, profile, breaks, ...replacement }) => {
	const pool = new WorldPool(await bundleWorker([replacement]), 1);
	try {
		const { result } = await pool.run({ plan: makePlan(seed, pushes, profile), keepTrace: false, watchMemory: false });
		expect(result.breaches[0]?.invariant).toBe(breaks);
	} finally {
		await pool.close();
	}
});
