/**
 * A push whose body the peer's windows hold back and that is given up is never completed later, also when no reset may go out any more.
 * Before: of 150 pushes given up as `not sent`, 50 were completed when the peer opened the windows.
 */
import { answerFirst, numbered, quiet, range, type RawBench, startRawBench } from './rawBench';

const HELD = 150;
let bench: RawBench;

afterEach(() => bench.close());

it.each([
	['stopped', undefined],
	['overdue', 100],
])('%s: drops the rest of the body, whatever the peer allows afterwards', async (_how, timeoutMs) => {
	bench = await startRawBench({
		peer: {
			settings: { maxConcurrentStreams: 1_000, initialWindowSize: 8 },
			auto: { windowUpdates: false },
			onConnection(connection) {
				answerFirst(connection);
				connection.events.on('frame', ({ streamId }) => {
					if (streamId === 1) connection.windowUpdate(1, 1_000);
				});
			},
		},
	});
	const client = bench.client();
	expect(await client.send(numbered(0))).toMatchObject({ outcome: 'accepted' });
	const connection = await bench.peer.connection(1);
	const stop = new AbortController();
	const pending = range(1, HELD).map((one) => client.send(one, { signal: stop.signal, timeoutMs }));
	await connection.waitFor(({ framesOf }) => framesOf('DATA').filter(({ streamId }) => streamId > 1).length >= HELD);
	if (timeoutMs === undefined) stop.abort();
	const outcomes = await Promise.all(pending);
	expect(outcomes.map(({ outcome }) => outcome)).toEqual(outcomes.map(() => 'not sent'));
	for (let streamId = 3; streamId <= 1 + 2 * HELD; streamId += 2) connection.windowUpdate(streamId, 10_000);
	connection.windowUpdate(0, 1_000_000);
	await quiet(connection);
	expect(bench.arrived()).toEqual([0]);
	// A burst of resets draws ENHANCE_YOUR_CALM.
	expect(connection.framesOf('RST_STREAM').length).toBeLessThanOrEqual(100);
});
