/** TooManyRequests to a broadcast is about all broadcasts: they wait together, and pushes to devices go on. */
import type { BroadcastNotification } from '../../../nodes/shared/apns/notification';
import { bundleId, type ClientBench, notification, startClientBench } from './clientBench';
import { createManualClock } from './manualClock';

let bench: ClientBench;

beforeEach(async () => {
	bench = await startClientBench();
});

afterEach(() => bench.close());

it('holds every broadcast of the lane back, and no push', async () => {
	const { simulator } = bench;
	const channelId = simulator.channels.create('development', bundleId, 1)?.id ?? '';
	const broadcast: BroadcastNotification = {
		bundleId,
		channelId,
		pushType: 'liveactivity',
		priority: 10,
		expirationSeconds: 0,
		payload: Buffer.from('{"aps":{}}'),
	};
	const clock = createManualClock();
	const [first, second] = [bench.client({ clock }), bench.client({ clock })];
	expect(await first.broadcast(broadcast)).toMatchObject({ outcome: 'accepted' });
	simulator.script.at(2, { type: 'answer', status: 429, reason: 'TooManyRequests', headers: { 'retry-after': '60' } });
	const throttled = first.broadcast(broadcast);
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
	expect(await Promise.all([throttled, behind])).toEqual([
		expect.objectContaining({
			outcome: 'accepted',
			attempts: 2,
			repeats: [{ why: 'TooManyRequests', waitedMs: 60_000 }],
		}),
		expect.objectContaining({ outcome: 'accepted', attempts: 1, repeats: [] }),
	]);
	expect(simulator.journal.requests).toHaveLength(5);
});
