/**
 * A connection that breaks the protocol gets GOAWAY, and nothing of what had not left yet.
 * Before: requests that were still to be written went out in front of GOAWAY, and ended as `unknown` instead of being sent again.
 */
import { answerAll, numbered, type RawBench, startRawBench } from './rawBench';

let bench: RawBench;

afterEach(() => bench.close());

it('sends again what was taken in the turn of a protocol error', async () => {
	bench = await startRawBench({ peer: { onConnection: answerAll } });
	const client = bench.client();
	expect(await client.send(numbered(0))).toMatchObject({ outcome: 'accepted' });
	const first = await bench.peer.connection(1);
	// A PING of one octet is a connection error (RFC 9113 §6.7). It comes while the client reads, before it writes again.
	first.events.once('request', ({ streamId }) => {
		first.respond(streamId, { status: 200 });
		first.sendFrame({ type: 'PING', payload: Buffer.alloc(1) });
	});
	const followers: Array<ReturnType<typeof client.send>> = [];
	await client.sendEach([numbered(1)], () => {
		for (let n = 2; n <= 20; n += 1) followers.push(client.send(numbered(n)));
	});
	const outcomes = await Promise.all(followers);
	expect(outcomes.map(({ outcome }) => outcome)).toEqual(outcomes.map(() => 'accepted'));
	expect(first.requests).toHaveLength(2);
	expect(first.framesOf('GOAWAY')).toHaveLength(1);
	expect(bench.arrived().sort((a, b) => a - b)).toEqual(Array.from({ length: 21 }, (_none, n) => n));
});
