/**
 * Nothing in flight and still waiting, because the peer allows no stream or never credits the connection window:
 * asked after 10 s, replaced after another 10 s. Before: the pushes waited without end.
 */
import { closeAfterEach } from '../closing';
import { createFastClock } from '../shared/client/manualClock';
import { answerAll, numbered, range, startRawBench, stickAfterFirst, within } from './rawBench';

const closing = closeAfterEach();

it('replaces a connection whose limit stays 0', async () => {
	const clock = createFastClock(20);
	const to = closing(
		await startRawBench({
			clock,
			peer: { settings: { maxConcurrentStreams: 100 }, onConnection: stickAfterFirst },
		}),
	);
	expect(await to.client().send(numbered(0))).toMatchObject({ outcome: 'accepted' });
	const connection = await to.peer.connection(1);
	connection.settings({ maxConcurrentStreams: 0 });
	await connection.waitFor(({ framesOf }) => framesOf('SETTINGS').length >= 3);
	const beganMs = clock.now();
	const pending = range(1, 5).map((one) => to.client().send(one));
	// 60 seconds by the clock.
	expect(await within(Promise.all(pending), 3_000)).toEqual(
		pending.map(() => expect.objectContaining({ outcome: 'accepted', attempts: 1 })),
	);
	expect(clock.now() - beganMs).toBeGreaterThanOrEqual(19_000);
	expect(connection.framesOf('PING').length).toBeGreaterThanOrEqual(1);
	expect(to.peer.connections).toHaveLength(2);
});

it('goes on with the same connection when the limit rises in time', async () => {
	const clock = createFastClock(20);
	const to = closing(
		await startRawBench({
			clock,
			peer: { settings: { maxConcurrentStreams: 100 }, onConnection: answerAll },
		}),
	);
	expect(await to.client().send(numbered(0))).toMatchObject({ outcome: 'accepted' });
	const connection = await to.peer.connection(1);
	connection.settings({ maxConcurrentStreams: 0 });
	await connection.waitFor(({ framesOf }) => framesOf('SETTINGS').length >= 3);
	const pending = to.client().send(numbered(1));
	// 5 s by the clock.
	expect(await within(pending, 250)).toBe('late');
	connection.settings({ maxConcurrentStreams: 100 });
	expect(await pending).toMatchObject({ outcome: 'accepted' });
	expect(to.peer.connections).toHaveLength(1);
});

it('replaces a connection whose window is never credited', async () => {
	const clock = createFastClock(20);
	const to = closing(
		await startRawBench({
			clock,
			peer: {
				settings: { maxConcurrentStreams: 100 },
				// The connection's window stays what it was at the start: 65,535 bytes.
				auto: { windowUpdates: false },
				onConnection: answerAll,
			},
		}),
	);
	const pending = range(1, 30).map((one) =>
		to.client({ maxConnections: 1 }).send({ ...one, payload: Buffer.from(one.payload.toString().padEnd(4_000)) }),
	);
	expect(await within(Promise.all(pending), 5_000)).toEqual(
		pending.map(() => expect.objectContaining({ outcome: 'accepted', attempts: 1 })),
	);
	expect(to.peer.connections.length).toBeGreaterThanOrEqual(2);
	expect(to.arrived().sort((a, b) => a - b)).toEqual(range(1, 30).map((_one, index) => index + 1));
});
