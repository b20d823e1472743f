/**
 * A connection that acknowledges PINGs and answers no stream: its queue moves to another as soon as that is known.
 * Before: it drained after 10 s, and its queue moved 20 s later, when the first deadline passed.
 */
import { closeAfterEach } from '../closing';
import { createFastClock } from '../shared/client/manualClock';
import { answerFirst, numbered, range, startRawBench, stickAfterFirst, within } from './rawBench';

const closing = closeAfterEach();

it('moves the queue to a new connection after 10 s without an answer', async () => {
	const clock = createFastClock(20);
	const to = closing(
		await startRawBench({
			clock,
			peer: { settings: { maxConcurrentStreams: 10 }, onConnection: stickAfterFirst },
		}),
	);
	const client = to.client({ maxConnections: 1 });
	expect(await client.send(numbered(0))).toMatchObject({ outcome: 'accepted' });
	const stuck = range(1, 10).map((one) => client.send(one));
	const beganMs = clock.now();
	const queued = range(11, 30).map((one) => client.send(one));
	const outcomes = await within(Promise.all(queued), 5_000);
	const tookMs = clock.now() - beganMs;
	expect(outcomes).toEqual(queued.map(() => expect.objectContaining({ outcome: 'accepted', attempts: 1 })));
	// 10 s since the last answer, which came shortly before.
	expect(tookMs).toBeGreaterThanOrEqual(8_000);
	// 10 s, at most a second of back-off, and what a busy machine needs times 20.
	expect(tookMs).toBeLessThan(20_000);
	expect(to.peer.connections).toHaveLength(2);
	// What had left keeps its own deadline and is unknown.
	for (const outcome of await Promise.all(stuck)) expect(outcome).toMatchObject({ outcome: 'unknown', attempts: 1 });
	expect(to.arrived()).toHaveLength(31);
});

it('waits for a slow answer as long as others come', async () => {
	const clock = createFastClock(20);
	const to = closing(
		await startRawBench({
			clock,
			peer: { settings: { maxConcurrentStreams: 10 }, onConnection: answerFirst },
		}),
	);
	const client = to.client();
	expect(await client.send(numbered(0))).toMatchObject({ outcome: 'accepted' });
	const connection = await to.peer.connection(1);
	const slow = client.send(numbered(1));
	const { streamId } = await connection.waitFor(({ requests }) => requests[1]);
	for (let n = 2; n < 7; n += 1) {
		const sent = client.send(numbered(n));
		const request = await connection.waitFor(({ requests }) => requests[n]);
		// 4 s by the clock: less than a wedge, five of them more than one.
		await new Promise((resolve) => setTimeout(resolve, 200));
		connection.respond(request.streamId, { status: 200 });
		expect(await sent).toMatchObject({ outcome: 'accepted' });
	}
	connection.respond(streamId, { status: 200 });
	expect(await slow).toMatchObject({ outcome: 'accepted' });
	expect(to.peer.connections).toHaveLength(1);
});
