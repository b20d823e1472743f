/** TooManyRequests to a broadcast is about all broadcasts: they wait together, and pushes to devices go on. */
import type { BroadcastNotification } from '../../../nodes/shared/apns/notification';
import { bundleId, type ClientBench, notification, startClientBench } from './clientBench';
import { createManualClock } from './manualClock';

let bench: ClientBench;

beforeEach(async () => {
	bench = await startClientBench();
});

afterEach(() => bench.close());

/** A broadcast to a channel that exists. */
function newBroadcast(): BroadcastNotification {
	return {
		bundleId,
		channelId: bench.simulator.channels.create('development', bundleId, 1)?.id ?? '',
		pushType: 'liveactivity',
		priority: 10,
		expirationSeconds: 0,
		payload: Buffer.from('{"aps":{}}'),
	};
}

const throttled = { type: 'answer', status: 429, reason: 'TooManyRequests', headers: { 'retry-after': '60' } } as const;

it('holds every broadcast of the lane back, and no push', async () => {
	const { simulator } = bench;
	const broadcast = newBroadcast();
	const clock = createManualClock();
	const [first, second] = [bench.client({ clock }), bench.client({ clock })];
	expect(await first.broadcast(broadcast)).toMatchObject({ outcome: 'accepted' });
	simulator.script.at(2, throttled);
	const refused = first.broadcast(broadcast);
	await clock.waitFor(1);
	// Another client of the same identity, as another workflow has, waits as well.
	const behind = second.broadcast(broadcast);
	expect(await second.send(notification(1))).toMatchObject({ outcome: 'accepted' });
	expect(simulator.journal.requests.map(({ path }) => path.split('/')[2])).toEqual([
		'broadcasts',
		'broadcasts',
		'device',
	]);
	clock.advance(60_000);
	expect(await Promise.all([refused, behind])).toEqual([
		expect.objectContaining({
			outcome: 'accepted',
			attempts: 2,
			repeats: [{ why: 'TooManyRequests', waitedMs: 60_000 }],
		}),
		expect.objectContaining({ outcome: 'accepted', attempts: 1, repeats: [] }),
	]);
	expect(simulator.journal.requests).toHaveLength(5);
});

it('holds those back, too, that were waiting for a stream when the answer came', async () => {
	const { simulator } = bench;
	const broadcast = newBroadcast();
	const clock = createManualClock();
	const client = bench.client({ clock });
	simulator.script.at(1, throttled);
	const all = Array.from({ length: 10 }, () => client.broadcast(broadcast));
	await clock.waitFor(10);
	// A push behind them takes the connection: nothing else waits for it.
	expect(await client.send(notification(1))).toMatchObject({ outcome: 'accepted' });
	expect(simulator.journal.requests).toHaveLength(2);
	clock.advance(60_000);
	expect((await Promise.all(all)).map(({ outcome }) => outcome)).toEqual(all.map(() => 'accepted'));
	expect(simulator.journal.requests).toHaveLength(12);
});

it('ends at once what may not wait that long', async () => {
	const clock = createManualClock();
	const client = bench.client({ clock });
	bench.simulator.script.at(1, throttled);
	const refused = client.broadcast(newBroadcast());
	await clock.waitFor(1);
	expect(await client.broadcast(newBroadcast(), { queueTimeoutMs: 59_000 })).toMatchObject({
		outcome: 'not sent',
		attempts: 0,
		failure: { code: 'queueTimeout', message: 'APNs throttles broadcasts: none is sent in the next 60 s.' },
	});
	clock.advance(60_000);
	expect(await refused).toMatchObject({ outcome: 'accepted', attempts: 2 });
});

it('counts all holds against the time that a broadcast may wait', async () => {
	const clock = createManualClock();
	const [first, second] = [bench.client({ clock }), bench.client({ clock })];
	bench.simulator.script.at(1, throttled);
	bench.simulator.script.at(2, throttled);
	const refused = first.broadcast(newBroadcast());
	await clock.waitFor(1);
	const behind = second.broadcast(newBroadcast(), { queueTimeoutMs: 100_000 });
	clock.advance(60_000);
	expect(await behind).toMatchObject({ outcome: 'not sent', attempts: 0, failure: { code: 'queueTimeout' } });
	clock.advance(60_000);
	expect(await refused).toMatchObject({ outcome: 'accepted', attempts: 3 });
});

it('holds none back for a broadcast that is repeated after an error of the server', async () => {
	const clock = createManualClock();
	const [first, second] = [bench.client({ clock }), bench.client({ clock })];
	bench.simulator.script.at(1, { type: 'answer', status: 500, reason: 'InternalServerError' });
	const repeated = first.broadcast(newBroadcast(), { retries: 1 });
	await clock.waitFor(1);
	expect(await second.broadcast(newBroadcast())).toMatchObject({ outcome: 'accepted' });
	clock.advance(900_000);
	expect(await repeated).toMatchObject({ outcome: 'accepted', attempts: 2 });
});
