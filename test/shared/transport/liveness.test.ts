/** Signs of life: a connection that was silent for long is asked before it is used, and a dead one is replaced without losing a push. */
import { type ClientBench, notification, notifications, startClientBench } from '../client/clientBench';
import { createFastClock, createSkippingClock } from '../client/manualClock';

let bench: ClientBench | undefined;

afterEach(() => bench?.close());

const pings = (to: ClientBench, id: number): number | undefined =>
	to.simulator.journal.connections.find((connection) => connection.id === id)?.pings;

it('asks a connection once, for all callers, after 60 s of silence', async () => {
	const clock = createSkippingClock();
	bench = await startClientBench({ cache: { clock } });
	await bench.client().send(notification(1));
	clock.skip(59_000);
	await bench.client().send(notification(2));
	expect(pings(bench, 1)).toBe(0);
	clock.skip(61_000);
	const client = bench.client();
	const outcomes = await Promise.all(notifications(50).map((one) => client.send(one)));
	expect(outcomes.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(50);
	expect(pings(bench, 1)).toBe(1);
	expect(bench.simulator.counters().connections).toBe(1);
});

it('replaces a connection that died in silence, and sends on a new one what had not left', async () => {
	const fast = createFastClock(10);
	let skippedMs = 0;
	bench = await startClientBench({ cache: { clock: { ...fast, now: () => fast.now() + skippedMs } } });
	const { simulator } = bench;
	await bench.client().send(notification(1));
	simulator.setSilent(true);
	skippedMs = 61_000;
	const pending = bench.client().send(notification(2));
	await simulator.journal.waitFor(() => simulator.counters().connections === 2);
	simulator.setSilent(false);
	expect(await pending).toMatchObject({ outcome: 'accepted', attempts: 1 });
});

it('reports as unknown what had left on a connection that went silent, and uses another for the next push', async () => {
	bench = await startClientBench({ cache: { clock: createFastClock(20) } });
	const { simulator } = bench;
	await bench.client().send(notification(1));
	simulator.setSilent(true);
	const lost = bench.client().send(notification(2), { timeoutMs: 120_000 });
	expect(await lost).toMatchObject({
		outcome: 'unknown',
		failure: { code: 'connectionSilent', advice: expect.any(String) },
	});
	simulator.setSilent(false);
	expect(await bench.client().send(notification(3))).toMatchObject({ outcome: 'accepted' });
	expect(simulator.counters().connections).toBe(2);
});

it('opens another connection when one acknowledges PINGs but answers nothing', async () => {
	bench = await startClientBench({ cache: { clock: createFastClock(20) } });
	const { simulator } = bench;
	await bench.client().send(notification(1));
	simulator.script.at(({ connectionId }) => connectionId === 1, { type: 'stall' }, { times: 5 });
	const stuck = bench.client().send(notification(2), { timeoutMs: 60_000 });
	await simulator.journal.waitForRequests(2);
	const [connection] = bench.client().lane('push').openConnections;
	while (connection?.state.t === 'ready') expect(await connection.measurePing()).toBeDefined();
	expect(connection?.state.t).toBe('draining');
	expect(await bench.client().send(notification(3))).toMatchObject({ outcome: 'accepted' });
	expect(simulator.counters().connections).toBe(2);
	expect(await stuck).toMatchObject({ outcome: 'unknown' });
});

it('measures a round trip, and says so when the connection ends first', async () => {
	bench = await startClientBench();
	await bench.client().send(notification(1));
	const [connection] = bench.client().lane('push').openConnections;
	expect(await connection?.measurePing()).toBeGreaterThanOrEqual(0);
	bench.simulator.setSilent(true);
	const measured = connection?.measurePing();
	bench.simulator.cutAll();
	expect(await measured).toBeUndefined();
});
