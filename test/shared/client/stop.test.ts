/** Stopping many requests at once: the rest of the process gets its turns, and nothing leaves any more meanwhile. */
import { once } from 'node:events';
import type { Outcome } from '../../../nodes/shared/outcome';
import { timing } from '../../../nodes/shared/transport/timing';
import { type ClientBench, notification, notifications, startClientBench } from './clientBench';

const count = 20_000;
let bench: ClientBench;

beforeEach(async () => {
	bench = await startClientBench();
});

afterEach(() => bench.close());

/** Turns of the event loop until a promise is settled. */
async function turnsUntil(done: Promise<unknown>): Promise<number> {
	let over = false;
	void done.finally(() => (over = true));
	let turns = 0;
	while (!over) {
		await new Promise<void>((resolve) => void setImmediate(resolve));
		turns += 1;
	}
	return turns;
}

it.each([
	[
		'single requests',
		async (signal: AbortSignal): Promise<Outcome[]> => {
			const client = bench.client({ maxInFlight: 1, maxConnections: 1 });
			return await Promise.all(notifications(count).map((one) => client.send(one, { signal })));
		},
	],
	[
		'one batch',
		async (signal: AbortSignal): Promise<Outcome[]> => {
			const outcomes: Outcome[] = [];
			// A window as large as the batch; the server lets one through at a time.
			const client = bench.client({ maxInFlight: count, maxConnections: 1 });
			await client.sendEach(notifications(count), (outcome) => void outcomes.push(outcome), { signal });
			return outcomes;
		},
	],
])('stops %s in slices, and sends none that waits although a stream gets free', async (_what, send) => {
	bench.simulator.setMaxConcurrentStreams(1);
	const stop = new AbortController();
	let arrived = 0;
	bench.simulator.script.at(
		() => {
			arrived += 1;
			// The answer comes between the slices of the stop.
			if (arrived === 2) setImmediate(() => stop.abort());
			return arrived === 2;
		},
		{ type: 'delay', ms: 1 },
	);
	const sent = send(stop.signal);
	await once(stop.signal, 'abort');
	const turns = await turnsUntil(sent);
	const outcomes = await sent;
	expect(outcomes).toHaveLength(count);
	expect(turns).toBeGreaterThanOrEqual(count / timing.settleSlice - 1);
	expect(arrived).toBe(2);
	expect(outcomes.filter(({ outcome }) => outcome === 'not sent')).toHaveLength(count - 2);
	for (const { failure } of outcomes) if (failure !== undefined) expect(failure.code).toBe('aborted');
});

it('lets the requests of others go on while those before them in the same line are stopped', async () => {
	bench.simulator.setMaxConcurrentStreams(1);
	const client = bench.client({ maxInFlight: 1, maxConnections: 1 });
	const stop = new AbortController();
	bench.simulator.script.at(2, { type: 'delay', ms: 1 });
	await client.send(notification(1));
	const stopped = notifications(1_000).map((one) => client.send(one, { signal: stop.signal }));
	const other = client.send(notification(5_000));
	stop.abort();
	expect((await other).outcome).toBe('accepted');
	expect((await Promise.all(stopped)).some(({ outcome }) => outcome === 'not sent')).toBe(true);
});
