/** What the journal says of encoded headers agrees with what arrived, and with what Node's encoder is known to do. */
import { startBench } from './testClient';

const alert = '{"aps":{"alert":"Hello"}}';

test('each header is shown with its encoding and its bytes', async () => {
	const bench = await startBench({ readsHeaderBlocks: true });
	try {
		const client = await bench.connect();
		for (let push = 0; push < 2; push++) await client.request(bench.push(), alert);
		const [first, second] = await bench.simulator.journal.waitForRequests(2);
		for (const request of [first, second]) {
			const regular = request?.encoded?.filter(({ name }) => !name.startsWith(':'));
			expect(regular?.map(({ name, value }) => [name, value])).toEqual(request?.headers);
		}
		const bytesOf = (r: typeof first) => (r?.encoded ?? []).reduce((sum, field) => sum + field.bytes, 0);
		// Node's encoder begins a connection with a table size update of three bytes, which is no field.
		expect(bytesOf(first)).toBe((first?.headerBlockBytes ?? 0) - 3);
		expect(bytesOf(second)).toBe(second?.headerBlockBytes);
		const formOf = (name: string) => [first, second].map((r) => r?.encoded?.find((f) => f.name === name)?.form);
		expect(formOf('apns-topic')).toEqual(['indexing', 'indexed']);
		// nghttp2 never lets a bearer token into the table.
		expect(formOf('authorization')).toEqual(['never', 'never']);
	} finally {
		await bench.close();
	}
});

test('nothing is read unless asked for', async () => {
	const bench = await startBench();
	try {
		const client = await bench.connect();
		await client.request(bench.push(), alert);
		const [request] = await bench.simulator.journal.waitForRequests(1);
		expect(request?.encoded).toBeUndefined();
		expect(request?.headerBlockBytes).toBeGreaterThan(100);
	} finally {
		await bench.close();
	}
});
