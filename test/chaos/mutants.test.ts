/** The chaos finds bugs: each mutant breaks the invariant it names, in the world it names, which breaks none without it. */
import { bundleWorker } from './bundle';
import { readMutants } from './mutants';
import { makePlan } from './plan';
import { WorldPool } from './pool';

// Each takes about a second; the machine may be busy with other things.
jest.setTimeout(120_000);

const mutants = readMutants();
let clean: WorldPool;

beforeAll(async () => {
	clean = new WorldPool(await bundleWorker(), 1);
});

afterAll(() => clean.close());

test('there are at least twenty mutants, of the three lower layers', () => {
	expect(mutants.length).toBeGreaterThanOrEqual(20);
	for (const layer of ['http2', 'transport', 'client'])
		expect(mutants.some(({ file }) => file.includes(`/${layer}/`))).toBe(true);
});

test('a mutant that does not apply is an error', async () => {
	const [first] = mutants;
	if (first === undefined) throw new Error('no mutant');
	await expect(bundleWorker([{ ...first, text: 'no such text' }])).rejects.toThrow('occurs 0 times');
});

test.each(mutants)('$name: $about', async ({ seed, pushes, profile, breaks, ...replacement }) => {
	const job = { plan: makePlan(seed, pushes, profile), keepTrace: false, watchMemory: false };
	const pool = new WorldPool(await bundleWorker([replacement]), 1);
	try {
		const { result } = await pool.run(job);
		expect(result.breaches[0]?.invariant).toBe(breaks);
		const unharmed = await clean.run(job);
		expect(unharmed.result.breaches).toEqual([]);
	} finally {
		await pool.close();
	}
});
