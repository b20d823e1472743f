/**
 * *Max Pushes in Flight* counts a caller's own streams and holds back nobody else.
 * Before: with one workflow at 1, the pushes of all others waited behind its second push: the peer saw 1 stream instead of 51.
 */
import { numbered, numberOf, range, type RawBench, startProvenBench } from './rawBench';

let bench: RawBench;

beforeEach(async () => {
	bench = await startProvenBench(100);
});

afterEach(() => bench.close());

it('lets 50 pushes of another caller pass while the second of a careful caller waits', async () => {
	const connection = await bench.peer.connection(1);
	const careful = bench.client({ maxInFlight: 1 });
	const slow = range(1, 3).map((one) => careful.send(one));
	const quick = bench.client();
	const fast = range(101, 150).map((one) => quick.send(one));
	// Nothing is answered meanwhile.
	await connection.waitFor(({ requests }) => requests.length === 52);
	expect(bench.arrived().sort((a, b) => a - b)).toEqual([0, 1, ...range(101, 150).map((_one, index) => 101 + index)]);
	for (const n of [1, 2, 3]) {
		const request = await connection.waitFor(({ requests }) => requests.find((one) => numberOf(one) === n));
		expect(bench.arrived()).not.toContain(n + 1);
		connection.respond(request.streamId, { status: 200 });
		expect(await slow[n - 1]).toMatchObject({ outcome: 'accepted' });
	}
	for (const request of connection.requests)
		if (numberOf(request) > 100) connection.respond(request.streamId, { status: 200 });
	for (const outcome of await Promise.all(fast)) expect(outcome).toMatchObject({ outcome: 'accepted', attempts: 1 });
	expect(bench.peer.connections).toHaveLength(1);
});

it('lets a caller with a small limit in while another fills the connection', async () => {
	const connection = await bench.peer.connection(1);
	const other = bench.client({ maxConnections: 1 });
	const bulk = range(101, 400).map((one) => other.send(one));
	await connection.waitFor(({ requests }) => requests.length === 101);
	const alert = bench.client({ maxInFlight: 1, maxConnections: 1 }).send(numbered(1));
	// One slot is free: the single push waits for at most one push of the other caller.
	connection.respond(connection.requests[1]?.streamId ?? 0, { status: 200 });
	connection.respond(connection.requests[2]?.streamId ?? 0, { status: 200 });
	await connection.waitFor(({ requests }) => requests.length === 103);
	expect(bench.arrived().slice(101)).toContain(1);
	connection.events.on('request', ({ streamId }) => connection.respond(streamId, { status: 200 }));
	for (const { streamId } of connection.requests.slice(3)) connection.respond(streamId, { status: 200 });
	expect(await alert).toMatchObject({ outcome: 'accepted' });
	for (const outcome of await Promise.all(bulk)) expect(outcome).toMatchObject({ outcome: 'accepted' });
});
