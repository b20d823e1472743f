/** The session cache: who shares connections and who never does, what a changed credential does, and its bound. */
import { SessionCache } from '../../../nodes/shared/transport/sessionCache';
import { createSkippingClock } from '../client/manualClock';
import { createSigningKey } from '../../../tools/simulator/authority';
import { bundleId, type ClientBench, notification, startClientBench } from '../client/clientBench';

let bench: ClientBench;
const other = createSigningKey();
const otherTeam = 'TEAM000002';

beforeEach(async () => {
	bench = await startClientBench({
		moreTeams: [
			{ teamId: otherTeam, bundleIds: [bundleId], keys: [{ keyId: other.keyId, publicKey: other.publicKey }] },
		],
	});
});

afterEach(() => bench.close());

const otherIdentity = {
	type: 'token',
	teamId: otherTeam,
	keyId: other.keyId,
	privateKeyPem: other.privateKeyPem,
} as const;

it('shares a connection among all clients of one identity, whatever their limits', async () => {
	for (const overrides of [{}, { maxInFlight: 1 }, { maxConnections: 32 }]) {
		expect(await bench.client(overrides).send(notification(1))).toMatchObject({ outcome: 'accepted' });
	}
	expect(bench.simulator.counters().connections).toBe(1);
});

it('never lets two teams share a connection', async () => {
	await bench.client().send(notification(1));
	expect(await bench.client({ identity: otherIdentity }).send(notification(2))).toMatchObject({ outcome: 'accepted' });
	expect(bench.simulator.counters().connections).toBe(2);
	expect(bench.cache.stats()).toHaveLength(2);
});

it('closes the connections of a credential that was changed five minutes after their last use', async () => {
	const clock = createSkippingClock();
	const cache = new SessionCache({ clock });
	const before = bench.client({ cache, owner: 'credential 1' });
	await before.send(notification(1));
	await bench.client({ cache, owner: 'credential 1', identity: otherIdentity }).send(notification(2));
	expect(cache.stats().map(({ state }) => state)).toEqual(['superseded', 'serving']);
	// A run that began before the change still has its connection.
	expect(await before.send(notification(3))).toMatchObject({ outcome: 'accepted' });
	expect(bench.simulator.counters()).toMatchObject({ connections: 2, openConnections: 2 });
	clock.skip(300_000);
	await bench.simulator.journal.waitFor(() => bench.simulator.counters().openConnections === 1);
	cache.close();
});

it('keeps one connection each for two identities that take turns under one credential', async () => {
	const client = (n: number) =>
		bench.client({ owner: 'credential 1', ...(n % 2 === 0 ? {} : { identity: otherIdentity }) });
	for (let n = 0; n < 20; n += 1) expect(await client(n).send(notification(n))).toMatchObject({ outcome: 'accepted' });
	expect(bench.simulator.counters()).toMatchObject({ connections: 2, openConnections: 2 });
	expect(bench.cache.stats().map(({ state }) => state)).toEqual(['serving', 'serving']);
});

it('keeps the connections another credential of the same identity still uses', async () => {
	await bench.client({ owner: 'credential 1' }).send(notification(1));
	await bench.client({ owner: 'credential 2' }).send(notification(1));
	await bench.client({ owner: 'credential 1', identity: otherIdentity }).send(notification(2));
	expect(bench.cache.stats()).toHaveLength(2);
	await bench.client({ owner: 'credential 2' }).send(notification(3));
	expect(bench.simulator.counters()).toMatchObject({ connections: 2, openConnections: 2 });
});

it('keeps no more lanes than it may, idle ones leave first', async () => {
	const cache = new SessionCache({ maxLanes: 2, backoff: { firstDelayMs: 10 } });
	const clients = ['', '\n', '\n\n'].map((end) => bench.client({ cache, caBundle: `${bench.simulator.caPem}${end}` }));
	for (const client of clients) expect(await client.send(notification(1))).toMatchObject({ outcome: 'accepted' });
	expect(cache.stats()).toHaveLength(2);
	await bench.simulator.journal.waitFor(() => bench.simulator.counters().openConnections === 2);
	expect(await clients[0]?.send(notification(2))).toMatchObject({ outcome: 'accepted' });
	cache.close();
});

it('comes back to its bound after a peak of lanes that were all in use', async () => {
	const cache = new SessionCache({ maxLanes: 2, backoff: { firstDelayMs: 10 } });
	const clientOf = (n: number) => bench.client({ cache, caBundle: bench.simulator.caPem + '\n'.repeat(n) });
	bench.simulator.script.at(() => true, { type: 'delay', ms: 200 }, { times: 5 });
	await Promise.all([0, 1, 2, 3, 4].map(async (n) => await clientOf(n).send(notification(n))));
	expect(cache.stats()).toHaveLength(5);
	expect(await clientOf(5).send(notification(5))).toMatchObject({ outcome: 'accepted' });
	expect(cache.stats()).toHaveLength(2);
	cache.close();
});

it('tells the state of a lane without making one', () => {
	const key = { target: { host: 'localhost', port: bench.simulator.pushPort }, identityHash: 'x', tokenMode: true };
	expect(bench.cache.statsOf(key)).toBeUndefined();
	expect(bench.cache.stats()).toEqual([]);
});
