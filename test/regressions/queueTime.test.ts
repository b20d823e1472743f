/**
 * The time limit in the queue holds over repeats. Before: a push thrown back by the server waited without end.
 */
import { errorCodes } from '../wire/frames';
import { numbered, type RawBench, startProvenBench, within } from './rawBench';

let bench: RawBench;

beforeEach(async () => {
	bench = await startProvenBench(100);
});

afterEach(() => bench.close());

it('gives a refused push up when its time in the queue is over', async () => {
	const connection = await bench.peer.connection(1);
	const sent = bench.client().send(numbered(1), { queueTimeoutMs: 600 });
	const request = await connection.waitFor(({ requests }) => requests[1]);
	connection.settings({ maxConcurrentStreams: 0 });
	await connection.waitFor(({ framesOf }) => framesOf('SETTINGS').length >= 3);
	connection.reset(request.streamId, errorCodes.REFUSED_STREAM);
	expect(await within(sent, 4_000)).toMatchObject({
		outcome: 'not sent',
		attempts: 1,
		failure: { code: 'queueTimeout' },
	});
});

it('counts the time between several refusals together', async () => {
	const connection = await bench.peer.connection(1);
	connection.events.on('request', ({ streamId }) => {
		connection.reset(streamId, errorCodes.REFUSED_STREAM);
		// SETTINGS let refused pushes try again.
		setTimeout(() => connection.settings({ maxConcurrentStreams: 100 }), 250);
	});
	const outcome = await within(bench.client().send(numbered(1), { queueTimeoutMs: 600 }), 4_000);
	expect(outcome).toMatchObject({ outcome: 'not sent', attempts: 3, failure: { code: 'queueTimeout' } });
});
