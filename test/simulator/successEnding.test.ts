/** How a success without a body ends: END_STREAM on HEADERS as documented, on an empty DATA frame as seen, or each in turn. */
import type { SuccessEnding } from '../../tools/simulator/exchange';
import { startBench } from './testClient';

const alert = '{"aps":{"alert":"Hello"}}';

test.each<[SuccessEnding | undefined, boolean[]]>([
	[undefined, [true, false, true, false]],
	['alternate', [true, false, true, false]],
	['headers', [true, true, true, true]],
	['data', [false, false, false, false]],
])('%s', async (successEnding, onHeaders) => {
	const bench = await startBench({ successEnding });
	try {
		const client = await bench.connect();
		const seen: boolean[] = [];
		for (let push = 0; push < onHeaders.length; push++) {
			const reply = await client.request(bench.push(), alert);
			expect(reply).toMatchObject({ status: 200, body: '' });
			seen.push(reply.headersOnly);
		}
		expect(seen).toEqual(onHeaders);
		const dataFrames = bench.simulator.journal.connections[0]?.serverFrames.DATA ?? 0;
		expect(dataFrames).toBe(onHeaders.filter((whole) => !whole).length);
	} finally {
		await bench.close();
	}
});
