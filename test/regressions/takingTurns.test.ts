/**
 * Two identities that take turns under one credential (an edit during a run, expressions, several teams).
 * Before: 200 TLS connections for 200 pushes; a refused key was tried again and again, because its pause died with its lane;
 * a stop reached a new lane, and pushes reported `not sent` were delivered.
 */
import net from 'node:net';
import type { TokenIdentity } from '../../nodes/shared/apns/identity';
import { SessionCache } from '../../nodes/shared/transport/sessionCache';
import { createSigningKey } from '../../tools/simulator/authority';
import { closeAfterEach } from '../closing';
import { bundleId, type ClientBench, notification, startClientBench } from '../shared/client/clientBench';
import { createServers } from '../shared/transport/servers';
import { createIdentity, numbered, quiet, range, startRawBench, within } from './rawBench';

const owner = 'credential 1';
const closing = closeAfterEach();

/** A bench that knows a second team, and that team's identity. */
async function benchOfTwo(): Promise<{ bench: ClientBench; other: TokenIdentity }> {
	const key = createSigningKey();
	const teamId = 'TEAM000002';
	const bench = closing(
		await startClientBench({
			moreTeams: [{ teamId, bundleIds: [bundleId], keys: [{ keyId: key.keyId, publicKey: key.publicKey }] }],
		}),
	);
	return { bench, other: { type: 'token', teamId, keyId: key.keyId, privateKeyPem: key.privateKeyPem } };
}

it('keeps one connection each for 200 pushes in turns', async () => {
	const { bench, other } = await benchOfTwo();
	for (let n = 0; n < 200; n += 1) {
		const client = bench.client(n % 2 === 0 ? { owner } : { owner, identity: other });
		expect(await client.send(notification(n))).toMatchObject({ outcome: 'accepted' });
	}
	expect(bench.simulator.counters().connections).toBe(2);
});

it('keeps the pause of a refused key over the turns of another', async () => {
	const { bench, other } = await benchOfTwo();
	bench.simulator.revoke(other.keyId);
	const refused: string[] = [];
	for (let n = 0; n < 40; n += 1) {
		expect(await bench.client({ owner }).send(notification(n))).toMatchObject({ outcome: 'accepted' });
		const { outcome, attempts } = await bench.client({ owner, identity: other }).send(notification(1_000 + n));
		refused.push(`${outcome} ${attempts}`);
	}
	expect(refused).toEqual(['rejected 1', ...Array.from({ length: 39 }, () => 'not sent 0')]);
	expect(bench.simulator.counters()).toMatchObject({ connections: 2, streams: 41 });
});

it('keeps the pause of a refused key when its lane leaves the cache', async () => {
	const { bench } = await benchOfTwo();
	const cache = closing(new SessionCache({ maxLanes: 2 }));
	bench.simulator.revoke(bench.identity.keyId);
	expect(await bench.client({ cache }).send(notification(1))).toMatchObject({ outcome: 'rejected', status: 403 });
	for (let n = 0; n < 5; n += 1)
		await bench.client({ cache, identity: createIdentity(`TEAM00001${n}`) }).send(notification(n));
	expect(await bench.client({ cache }).send(notification(2))).toMatchObject({ outcome: 'not sent', attempts: 0 });
});

it('keeps the back-off of an unreachable endpoint when its lane leaves the cache', async () => {
	let opened = 0;
	const servers = createServers();
	const endpoint = await servers.listen(
		net.createServer((socket) => {
			opened += 1;
			socket.destroy();
		}),
	);
	closing(servers);
	const cache = closing(new SessionCache({ maxLanes: 1 }));
	const { bench, other } = await benchOfTwo();
	const beganMs = performance.now();
	for (let n = 0; n < 10; n += 1) {
		const stop = new AbortController();
		const identity = n % 2 === 0 ? bench.identity : other;
		const sent = bench.client({ cache, endpoint, identity }).send(notification(n), { signal: stop.signal });
		await within(sent, 100);
		// Stopped while no try is under way: one that was not let fail would count for nothing.
		let over = false;
		void sent.then(() => (over = true));
		const isWaiting = (): boolean =>
			cache
				.stats()
				.some(({ queued, connections, backoffForMs }) => queued > 0 && connections.length === 0 && backoffForMs > 0);
		while (!over && !isWaiting()) await new Promise((resolve) => setTimeout(resolve, 5));
		stop.abort();
		expect(await sent).toMatchObject({ outcome: 'not sent', attempts: 0 });
	}
	// Ten executions in a second or two: the first try, one after half a second to a second, and perhaps a third.
	expect(opened).toBeLessThanOrEqual(3 + Math.floor((performance.now() - beganMs) / 2_000));
});

it('a stop reaches the pushes of a run whose credential was changed meanwhile', async () => {
	const bench = closing(await startRawBench({ peer: { settings: { maxConcurrentStreams: 3 } } }));
	const other = createIdentity('TEAM000002');
	// Nothing is answered yet: the first push is in flight, four wait.
	const before = bench.client({ owner });
	const stop = new AbortController();
	const pending = range(1, 5).map((one) => before.send(one, { signal: stop.signal }));
	const first = await bench.peer.connection(1);
	await first.waitFor(({ requests }) => requests.length === 1);
	const after = bench.client({ owner, identity: other }).send(numbered(100));
	const second = await bench.peer.connection(2);
	await second.waitFor(({ requests }) => requests.length === 1);
	stop.abort();
	const outcomes = await within(Promise.all(pending), 2_000);
	// Whatever was promised: the old connection now answers, so that what still waits there would go out.
	first.events.on('request', ({ streamId }) => first.respond(streamId, { status: 200 }));
	for (const { streamId } of first.requests) first.respond(streamId, { status: 200 });
	second.respond(1, { status: 200 });
	expect(await after).toMatchObject({ outcome: 'accepted' });
	await quiet(first);
	expect(outcomes).toEqual([
		expect.objectContaining({ outcome: 'unknown' }),
		...[2, 3, 4, 5].map(() =>
			expect.objectContaining({ outcome: 'not sent', failure: expect.objectContaining({ code: 'aborted' }) }),
		),
	]);
	expect(bench.arrived().sort((a, b) => a - b)).toEqual([1, 100]);
});

it('a stopped bulk takes back what waits in the lane it began with', async () => {
	const bench = closing(await startRawBench({ peer: { settings: { maxConcurrentStreams: 3 } } }));
	const stop = new AbortController();
	const seen = new Map<number, string>();
	const run = bench
		.client({ owner })
		.sendEach(range(1, 50), ({ outcome }, _one, index) => void seen.set(index + 1, outcome), { signal: stop.signal });
	const first = await bench.peer.connection(1);
	await first.waitFor(({ requests }) => requests.length === 1);
	const after = bench.client({ owner, identity: createIdentity('TEAM000002') }).send(numbered(100));
	const second = await bench.peer.connection(2);
	await second.waitFor(({ requests }) => requests.length === 1);
	stop.abort();
	const ended = await within(
		run.then(() => 'ended'),
		2_000,
	);
	first.events.on('request', ({ streamId }) => first.respond(streamId, { status: 200 }));
	for (const { streamId } of first.requests) first.respond(streamId, { status: 200 });
	second.respond(1, { status: 200 });
	expect(await after).toMatchObject({ outcome: 'accepted' });
	await quiet(first);
	expect(ended).toBe('ended');
	expect([...seen.values()].filter((outcome) => outcome === 'not sent')).toHaveLength(49);
	expect(bench.arrived().sort((a, b) => a - b)).toEqual([1, 100]);
});
