/**
 * Connections whose stream ids are used up, through the whole client: the next push takes another connection. Two thousand
 * million pushes would be needed for it, so the client's first id is a late one here, put in place in memory only.
 */
import { bundleWorker, type Replacement } from './bundle';
import { makePlan, type Profile } from './plan';
import { WorldPool } from './pool';
import type { WorldResult } from './world';

// The machine may be busy with other things.
jest.setTimeout(120_000);

/** Each connection has ids for 201 requests. */
const lateIds: Replacement = {
	file: 'nodes/shared/http2/streams.ts',
	text: 'firstStreamId = 1, mayReset',
	replacement: 'firstStreamId = 0x7fffffff - 400, mayReset',
};
/** Before: a connection without ids stayed in service, and what waited for it waited for ever. */
const noDrain: Replacement = {
	file: 'nodes/shared/transport/connection.ts',
	text: 'if (this.protocol.exhausted)',
	replacement: 'if (this.protocol.exhausted && this.opened < 0)',
};

async function run(replacements: readonly Replacement[], profile: Profile): Promise<WorldResult> {
	const pool = new WorldPool(await bundleWorker(replacements), 1);
	try {
		const plan = makePlan(3, 3_000, profile);
		const { result } = await pool.run({ plan, keepTrace: false, watchMemory: false });
		return result;
	} finally {
		await pool.close();
	}
}

test('every push of a calm world is accepted, on more connections than with all ids', async () => {
	const [late, usual] = [await run([lateIds], 'calm'), await run([], 'calm')];
	expect(late.breaches).toEqual([]);
	expect(late.outcomes).toEqual({ accepted: late.requests });
	expect(late.connections).toBeGreaterThan(usual.connections);
});

test('no invariant breaks where other things go wrong as well', async () => {
	const { breaches, requests } = await run([lateIds], 'chaos');
	expect(requests).toBeGreaterThan(1_000);
	expect(breaches).toEqual([]);
});

test('a connection that stayed in service without ids would be found', async () => {
	const { breaches } = await run([lateIds, noDrain], 'calm');
	expect(breaches.length).toBeGreaterThan(0);
});
