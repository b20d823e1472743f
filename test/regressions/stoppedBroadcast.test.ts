/**
 * A stopped execution whose broadcast waits after 429: it ends at once, and the process goes on.
 * Before: it spun in microtasks until the wait ended, and the whole process stood still for these seconds.
 */
import type { BroadcastNotification } from '../../nodes/shared/apns/notification';
import { bundleId, type ClientBench, notification, startClientBench } from '../shared/client/clientBench';
import { watchLoop, within } from './rawBench';

let bench: ClientBench;
let broadcast: BroadcastNotification;

beforeEach(async () => {
	bench = await startClientBench();
	broadcast = {
		bundleId,
		channelId: bench.simulator.channels.create('development', bundleId, 1)?.id ?? '',
		pushType: 'liveactivity',
		priority: 10,
		expirationSeconds: 0,
		payload: Buffer.from('{"aps":{}}'),
	};
	expect(await bench.client().broadcast(broadcast)).toMatchObject({ outcome: 'accepted' });
	bench.simulator.script.at(2, {
		type: 'answer',
		status: 429,
		reason: 'TooManyRequests',
		headers: { 'retry-after': '3' },
	});
});

afterEach(() => bench.close());

it('ends the stopped broadcast with the answer it had, and one that waits behind it as not sent', async () => {
	const stop = new AbortController();
	const throttled = bench.client().broadcast(broadcast, { signal: stop.signal });
	await bench.simulator.journal.waitForRequests(2);
	// Its answer is on its way; a push behind it shows that it has arrived.
	expect(await bench.client().send(notification(1))).toMatchObject({ outcome: 'accepted' });
	const behind = bench.client().broadcast(broadcast, { signal: stop.signal });
	const loop = watchLoop();
	stop.abort();
	const outcomes = await within(Promise.all([throttled, behind]), 2_000);
	// The wait lasts 3 s; the loop may be late for other reasons, but not that late.
	expect(loop.stop()).toBeLessThan(1_500);
	expect(outcomes).toEqual([
		expect.objectContaining({ outcome: 'rejected', status: 429 }),
		expect.objectContaining({
			outcome: 'not sent',
			attempts: 0,
			failure: expect.objectContaining({ code: 'aborted' }),
		}),
	]);
	expect(bench.simulator.journal.requests).toHaveLength(3);
});

it('does the same for a broadcast that comes with a signal that has already fired', async () => {
	const throttled = bench.client().broadcast(broadcast);
	await bench.simulator.journal.waitForRequests(2);
	expect(await bench.client().send(notification(1))).toMatchObject({ outcome: 'accepted' });
	const loop = watchLoop();
	const late = await within(bench.client().broadcast(broadcast, { signal: AbortSignal.abort() }), 2_000);
	expect(loop.stop()).toBeLessThan(1_500);
	expect(late).toMatchObject({ outcome: 'not sent', attempts: 0, failure: { code: 'aborted' } });
	expect(await throttled).toMatchObject({ outcome: 'accepted', attempts: 2 });
});
