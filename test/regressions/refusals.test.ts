/**
 * A server that refuses what is above its capacity, whatever its SETTINGS say: few refusals, and every push arrives.
 * Before: 300 pushes at a capacity of 1 drew 44,850 refusals.
 */
import { errorCodes } from '../wire/frames';
import { numbered, range, type RawBench, startRawBench, within } from './rawBench';

let bench: RawBench | undefined;

afterEach(() => bench?.close());

/** A peer that names no limit and refuses each stream beyond `capacity`; counts its refusals. */
async function start(capacity: number): Promise<{ to: RawBench; refusals: () => number }> {
	let refused = 0;
	const to = (bench = await startRawBench({
		peer: {
			settings: { maxConcurrentStreams: 1_000 },
			onConnection(connection) {
				let open = 0;
				connection.events.on('request', ({ streamId }) => {
					if (open >= capacity) {
						refused += 1;
						return connection.reset(streamId, errorCodes.REFUSED_STREAM);
					}
					open += 1;
					setTimeout(() => {
						open -= 1;
						connection.respond(streamId, { status: 200 });
					}, 2);
				});
			},
		},
	}));
	return { to, refusals: () => refused };
}

it.each([1, 10])('sends 300 pushes to a capacity of %i with at most five refusals each', async (capacity) => {
	const { to, refusals } = await start(capacity);
	const client = to.client({ maxConnections: 1 });
	expect(await client.send(numbered(0))).toMatchObject({ outcome: 'accepted' });
	const outcomes = await within(Promise.all(range(1, 300).map((one) => client.send(one))), 30_000);
	expect(outcomes).not.toBe('late');
	if (outcomes === 'late') return;
	expect(outcomes.filter(({ outcome }) => outcome !== 'accepted')).toEqual([]);
	expect(Math.max(...outcomes.map(({ attempts }) => attempts))).toBeLessThanOrEqual(6);
	expect(refusals()).toBeLessThanOrEqual(300 * 5);
	expect(to.peer.connections).toHaveLength(1);
});
