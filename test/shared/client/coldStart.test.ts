/** A cold start: many pushes at once before the token is proven use one connection, one stream first, and lose nothing. */
import { type ClientBench, notifications, startClientBench } from './clientBench';

let bench: ClientBench;

beforeEach(async () => {
	bench = await startClientBench();
});

afterEach(() => bench.close());

it('delivers 20 parallel pushes over one connection with one provider token', async () => {
	const client = bench.client();
	const outcomes = await Promise.all(notifications(20).map((one) => client.send(one)));
	expect(outcomes.map(({ outcome, status, attempts }) => ({ outcome, status, attempts }))).toEqual(
		outcomes.map(() => ({ outcome: 'accepted', status: 200, attempts: 1 })),
	);
	expect(bench.simulator.counters()).toMatchObject({ connections: 1, streams: 20, providerTokens: 1, accepted: 20 });
});

it('reuses connection and token for clients made later', async () => {
	await bench.client().send(notifications(1)[0] ?? fail());
	for (const one of notifications(5)) await bench.client().send(one);
	expect(bench.simulator.counters()).toMatchObject({ connections: 1, streams: 6, providerTokens: 1 });
});

it('gives back the id APNs made, and the one that was given', async () => {
	const client = bench.client();
	const apnsId = '3f2504e0-4f89-11d3-9a0c-0305e82c3301';
	const [made, given] = await Promise.all([
		client.send(notifications(1)[0] ?? fail()),
		client.send({ ...(notifications(2)[1] ?? fail()), apnsId }),
	]);
	expect(made.apnsId).toMatch(/^[0-9A-F-]{36}$/);
	expect(made.apnsUniqueId).toBeDefined();
	expect(given.apnsId).toBe(apnsId);
});

it('streams ten thousand pushes and accounts for each', async () => {
	const seen = new Uint8Array(10_000);
	const outcomes = new Map<string, number>();
	await bench.client({ maxConnections: 1 }).sendEach(notifications(10_000), (outcome, _notification, index) => {
		seen[index] = (seen[index] ?? 0) + 1;
		outcomes.set(outcome.outcome, (outcomes.get(outcome.outcome) ?? 0) + 1);
	});
	expect(Object.fromEntries(outcomes)).toEqual({ accepted: 10_000 });
	expect(seen.every((times) => times === 1)).toBe(true);
	expect(bench.simulator.counters()).toMatchObject({ connections: 1, accepted: 10_000 });
});

function fail(): never {
	throw new Error('no such notification');
}
