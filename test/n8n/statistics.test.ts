/** Get Statistics: the session cache of the process as items, with the same keys whether it has connections or not, and no secret. */
import { phone, setUpSendBench, tablet } from './sendBench';

const bench = setUpSendBench();

it('shows the connection of earlier executions once, however many items come in', async () => {
	await bench.send({ recipients: `${phone},${tablet}`, title: 'Hello' });
	const result = await bench.send({ operation: 'statistics' }, [{}, {}]);
	const endpoint = `localhost:${bench.peer.simulator.pushPort}`;
	const items = result.items('Send').filter(({ json }) => json.endpoint === endpoint);
	expect(items).toHaveLength(1);
	expect(items[0]?.pairedItem).toEqual([{ item: 0 }, { item: 1 }]);
	expect(items[0]?.json).toMatchObject({
		state: 'serving',
		openConnections: 1,
		queued: 0,
		inFlight: 0,
		sent: 2,
		accepted: 2,
		connectionsOpened: 1,
		repeats: 0,
		pausedForSeconds: 0,
		backoffForSeconds: 0,
		lastError: null,
		connections: [{ state: 'ready', streamLimit: 1000, streams: 2 }],
		role: 'main',
		processId: process.pid,
	});
	expect(items[0]?.json.providerTokenAgesSeconds).toContainEqual(expect.any(Number));
});

it('shows the pause of a credential that APNs refuses', async () => {
	bench.peer.simulator.revoke(bench.peer.key.keyId);
	await bench.send({ recipients: phone, title: 'Hello' });
	const result = await bench.send({ operation: 'statistics' });
	const endpoint = `localhost:${bench.peer.simulator.pushPort}`;
	const item = result.items('Send').find(({ json }) => json.endpoint === endpoint);
	expect(item?.json.pausedForSeconds).toBeGreaterThan(0);
});

it('opens nothing and shows neither key nor token', async () => {
	await bench.send({ recipients: phone, title: 'Hello' });
	const requests = bench.requests().length;
	const text = JSON.stringify((await bench.send({ operation: 'statistics' })).items('Send'));
	expect(bench.requests()).toHaveLength(requests);
	const token = (bench.header('authorization') ?? '').replace('bearer ', '');
	expect(token).not.toBe('');
	for (const secret of [token, bench.peer.key.keyId, bench.peer.key.privateKeyPem.slice(40, 80)])
		expect(text).not.toContain(secret);
});

it('shows the last runs of the process, newest first, those that failed too', async () => {
	await bench.send({ recipients: `${phone},${tablet}`, title: 'Hello' });
	bench.peer.simulator.revoke(bench.peer.key.keyId);
	await bench.send({ recipients: phone, title: 'Hello' });
	const [item] = (await bench.send({ operation: 'statistics' })).items('Send');
	const [failed, sent] = item?.json.lastRuns as Array<Record<string, number>>;
	expect(sent).toMatchObject({ requests: 2, notSent: 0, unknown: 0 });
	expect(failed).toMatchObject({ requests: 1, unknown: 0 });
	for (const run of [failed, sent])
		for (const key of ['endedSecondsAgo', 'lastedMs', 'longestLoopDelayMs'])
			expect(run?.[key]).toBeGreaterThanOrEqual(0);
	expect(item?.json.longestLoopDelayMs).toBeGreaterThanOrEqual(sent?.longestLoopDelayMs ?? Infinity);
});
