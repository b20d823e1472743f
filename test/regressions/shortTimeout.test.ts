/**
 * One push with a short timeout says nothing about the connection of the others.
 * Before: one timeout of a second made 333 ms without an answer a "wedged" connection, which was replaced.
 */
import { numbered, range, type RawBench, startRawBench } from './rawBench';

let bench: RawBench;

afterEach(() => bench.close());

it('keeps the connection when answers take 700 ms and one push allows a second', async () => {
	bench = await startRawBench({
		peer: {
			settings: { maxConcurrentStreams: 100 },
			onConnection(connection) {
				connection.events.on('request', ({ streamId }) =>
					setTimeout(() => connection.respond(streamId, { status: 200 }), streamId === 1 ? 0 : 700),
				);
			},
		},
	});
	const client = bench.client();
	expect(await client.send(numbered(0))).toMatchObject({ outcome: 'accepted' });
	const pending = [client.send(numbered(1), { timeoutMs: 1_500 }), ...range(2, 20).map((one) => client.send(one))];
	const connection = await bench.peer.connection(1);
	await connection.waitFor(({ requests }) => requests.length === 21);
	await new Promise((resolve) => setTimeout(resolve, 550));
	pending.push(client.send(numbered(30)));
	for (const outcome of await Promise.all(pending)) expect(outcome).toMatchObject({ outcome: 'accepted', attempts: 1 });
	expect(await client.send(numbered(31))).toMatchObject({ outcome: 'accepted' });
	expect(bench.peer.connections).toHaveLength(1);
});
