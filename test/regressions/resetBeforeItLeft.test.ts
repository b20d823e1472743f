/**
 * A push whose stream the server resets before its body could leave is sent again a few times, not for as long as it may wait.
 * Before: a server that reset each stream at its HEADERS got the same push again at once, thousands of times a second.
 */
import { frameTypes } from '../wire/frames';
import { answerFirst, numbered, type RawBench, startRawBench } from './rawBench';

const INTERNAL_ERROR = 0x2;
let bench: RawBench;

afterEach(() => bench.close());

it('is not sent after five streams', async () => {
	let seen = 0;
	bench = await startRawBench({
		peer: {
			settings: { maxConcurrentStreams: 1_000, initialWindowSize: 8 },
			auto: { windowUpdates: false },
			onConnection(connection) {
				answerFirst(connection);
				connection.events.on('frame', ({ type, streamId }) => {
					if (type !== frameTypes.HEADERS) return;
					if (streamId === 1) return connection.windowUpdate(1, 1_000);
					seen += 1;
					connection.reset(streamId, INTERNAL_ERROR);
				});
			},
		},
	});
	const client = bench.client();
	expect(await client.send(numbered(0))).toMatchObject({ outcome: 'accepted' });
	const outcome = await client.send(numbered(1));
	expect(outcome).toMatchObject({ outcome: 'not sent', failure: { code: 'reset' }, attempts: 5 });
	expect(seen).toBe(5);
});
