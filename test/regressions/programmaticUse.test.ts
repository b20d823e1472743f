/**
 * Programs that use the client without the nodes' checks: any value ends in an outcome, and an error in the caller's own function reaches the caller.
 * Before: text outside Latin-1 rejected, hung or ended the process, and a throwing `onOutcome` hung the run.
 */
import type { Notification } from '../../nodes/shared/apns/notification';
import {
	type ClientBench,
	bundleId,
	notification,
	notifications,
	startClientBench,
} from '../shared/client/clientBench';
import { within } from './rawBench';

let bench: ClientBench;

beforeEach(async () => {
	bench = await startClientBench();
});

afterEach(() => bench.close());

const strange: ReadonlyArray<readonly [string, Partial<Notification>]> = [
	['a topic outside Latin-1', { topic: 'com.example.приложение' }],
	['a collapse id of emoji', { collapseId: '☃️🎉' }],
	['a push type outside Latin-1', { pushType: 'alert☃' }],
	['an apns-id outside Latin-1', { apnsId: '☃' }],
	['a device token outside Latin-1', { deviceToken: '☃'.repeat(64) }],
	['a line break in the topic', { topic: 'com.example\r\nevil: yes' }],
	['a NUL in the collapse id', { collapseId: 'a\0b' }],
	['a priority that is no number', { priority: Number.NaN }],
];

it.each(strange)('ends %s in an outcome, before and after the token is proven', async (_what, values) => {
	const cold = await within(bench.client().send(notification(1, values)), 5_000);
	expect(cold).toMatchObject({ outcome: expect.stringMatching(/^(not sent|rejected)$/) });
	expect(await bench.client().send(notification(2))).toMatchObject({ outcome: 'accepted' });
	const warm = await within(bench.client().send(notification(3, values)), 5_000);
	expect(warm).toMatchObject({ outcome: expect.stringMatching(/^(not sent|rejected)$/) });
	// Behind others, where nobody's own call is on the stack.
	const together = [notification(4), notification(5, values), notification(6)].map((one) => bench.client().send(one));
	const outcomes = await within(Promise.all(together), 5_000);
	expect(outcomes).toEqual([
		expect.objectContaining({ outcome: 'accepted' }),
		expect.objectContaining({ outcome: expect.stringMatching(/^(not sent|rejected)$/) }),
		expect.objectContaining({ outcome: 'accepted' }),
	]);
	expect(bench.simulator.counters().connections).toBe(1);
});

it('ends broadcasts and channel requests with text outside Latin-1', async () => {
	const common = { pushType: 'liveactivity', priority: 10, expirationSeconds: 0, payload: Buffer.from('{}') };
	const outcomes = await within(
		Promise.all([
			bench.client().broadcast({ ...common, bundleId: 'com.example.☃', channelId: 'abc=' }),
			bench.client().broadcast({ ...common, bundleId, channelId: '☃' }),
			bench.client().channel({ operation: 'get', bundleId, channelId: '☃' }),
			bench.client().channel({ operation: 'getAll', bundleId: '☃' }),
		]),
		5_000,
	);
	expect(outcomes).toEqual(
		[1, 2, 3, 4].map(() => expect.objectContaining({ outcome: expect.stringMatching(/^(not sent|rejected)$/) })),
	);
});

it('hands what onOutcome throws to the caller of sendEach', async () => {
	const seen: number[] = [];
	const run = bench.client().sendEach(notifications(500), (_outcome, _one, index) => {
		seen.push(index);
		if (index === 3) throw new Error('The disk is full.');
	});
	await expect(within(run, 10_000)).rejects.toThrow('The disk is full.');
	// The client itself is as it was.
	expect(await bench.client().send(notification(1))).toMatchObject({ outcome: 'accepted' });
	expect(new Set(seen).size).toBe(seen.length);
});

it('hands what onOutcome throws for a push that was never sent to the caller as well', async () => {
	const run = bench.client().sendEach(
		notifications(10),
		() => {
			throw new Error('The disk is full.');
		},
		{ queueTimeoutMs: 0 },
	);
	await expect(within(run, 10_000)).rejects.toThrow('The disk is full.');
});

it('hands what the source throws to the caller, with all outcomes before it', async () => {
	function* source() {
		yield notification(1);
		yield notification(2);
		throw new Error('No more rows.');
	}
	const outcomes: string[] = [];
	const run = bench.client().sendEach(source(), ({ outcome }) => void outcomes.push(outcome));
	await expect(within(run, 10_000)).rejects.toThrow('No more rows.');
	expect(outcomes).toEqual(['accepted', 'accepted']);
});
