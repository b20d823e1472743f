/** Answers that may be repeated after a pause: as long as APNs asks, for that device only, as often as the user allows. */
import type { Action } from '../../../tools/simulator/faults';
import { type ClientBench, notification, startClientBench } from './clientBench';
import { createManualClock, type ManualClock } from './manualClock';

let bench: ClientBench;
let clock: ManualClock;
const wallNow = Date.UTC(2026, 0, 1, 12, 0, 0);

beforeEach(async () => {
	bench = await startClientBench();
	clock = createManualClock();
});

afterEach(() => bench.close());

const strikeFirst = (action: Action, times = 1): void => {
	bench.simulator.script.at((request) => request.path.endsWith(notification(1).deviceToken), action, { times });
};
const client = () => bench.client({ clock, wallNowMs: () => wallNow });
const unavailable: Action = { type: 'answer', status: 503, reason: 'ServiceUnavailable' };
const tooMany: Action = { type: 'answer', status: 429, reason: 'TooManyRequests' };

it.each([
	[503, 'ServiceUnavailable'],
	[500, 'InternalServerError'],
	[502, undefined],
])('reports a %d by default, without waiting', async (status, reason) => {
	strikeFirst({ type: 'answer', status, reason });
	expect(await client().send(notification(1))).toMatchObject({
		outcome: 'rejected',
		status,
		reason,
		attempts: 1,
		repeats: [],
	});
	expect(clock.delays).toEqual([]);
});

const pauses: ReadonlyArray<readonly [string, Record<string, string>, number]> = [
	['15 minutes where APNs names no time', {}, 900_000],
	['as many seconds as Retry-After says', { 'retry-after': '7' }, 7_000],
	['until the date Retry-After names', { 'retry-after': new Date(wallNow + 90_000).toUTCString() }, 90_000],
	['a second where Retry-After says 0', { 'retry-after': '0' }, 1_000],
	['a second after a date that has passed', { 'retry-after': new Date(wallNow - 1_000).toUTCString() }, 1_000],
	['the longest time that counts, 15 minutes', { 'retry-after': '900' }, 900_000],
	['15 minutes for a Retry-After nobody can read', { 'retry-after': 'soon' }, 900_000],
];

it.each(pauses)('repeats a server error after %s', async (_what, headers, waitedMs) => {
	strikeFirst({ ...unavailable, headers });
	const pending = client().send(notification(1), { retries: 1 });
	await clock.waitFor(1);
	expect(clock.delays).toEqual([waitedMs]);
	clock.advance(waitedMs);
	expect(await pending).toMatchObject({
		outcome: 'accepted',
		attempts: 2,
		repeats: [{ why: 'ServiceUnavailable', waitedMs }],
	});
});

it.each([
	['Retry-After above 15 minutes', { 'retry-after': '901' }, {}],
	['Retry-After above what the request may still wait', { 'retry-after': '60' }, { queueTimeoutMs: 59_000 }],
	['15 minutes where the request may not wait so long', {}, { queueTimeoutMs: 300_000 }],
] as const)('reports at once, never early: %s', async (_what, headers, options) => {
	strikeFirst({ ...unavailable, headers });
	expect(await client().send(notification(1), { retries: 3, ...options })).toMatchObject({
		outcome: 'rejected',
		status: 503,
		attempts: 1,
	});
	expect(clock.delays).toEqual([]);
});

it('reports the last answer when the repeats are used up', async () => {
	strikeFirst(unavailable, 3);
	const pending = client().send(notification(1), { retries: 2 });
	for (const _repeat of [1, 2]) {
		await clock.waitFor(1);
		clock.advance(900_000);
	}
	expect(await pending).toMatchObject({
		outcome: 'rejected',
		status: 503,
		attempts: 3,
		repeats: [{ waitedMs: 900_000 }, { waitedMs: 900_000 }],
	});
});

it('counts repeats on a new connection apart from the ones the user allowed', async () => {
	strikeFirst({ type: 'answer', status: 503, reason: 'Shutdown' });
	strikeFirst(unavailable);
	const pending = client().send(notification(1), { retries: 1 });
	await clock.waitFor(1);
	clock.advance(900_000);
	expect(await pending).toMatchObject({ outcome: 'accepted', attempts: 3 });
});

it('delays the device that got too many, and no other', async () => {
	strikeFirst(tooMany);
	const sender = client();
	const pending = sender.send(notification(1));
	await clock.waitFor(1);
	for (const n of [2, 3, 4])
		expect(await sender.send(notification(n))).toMatchObject({ outcome: 'accepted', attempts: 1 });
	expect(clock.delays).toEqual([2_000]);
	clock.advance(2_000);
	expect(await pending).toMatchObject({
		outcome: 'accepted',
		attempts: 2,
		repeats: [{ why: 'TooManyRequests', waitedMs: 2_000 }],
	});
	expect(bench.simulator.counters().connections).toBe(1);
});

it('asks a device with too many twice more, each time later, unless told otherwise', async () => {
	strikeFirst(tooMany, 3);
	const pending = client().send(notification(1));
	for (const delayMs of [2_000, 4_000]) {
		await clock.waitFor(1);
		expect(clock.delays).toEqual([delayMs]);
		clock.advance(delayMs);
	}
	expect(await pending).toMatchObject({ outcome: 'rejected', status: 429, reason: 'TooManyRequests', attempts: 3 });
	strikeFirst(tooMany);
	expect(await client().send(notification(1), { retries: 0 })).toMatchObject({ outcome: 'rejected', attempts: 1 });
});

it('reports what APNs answered when the execution is stopped during the pause', async () => {
	strikeFirst(unavailable);
	const controller = new AbortController();
	const pending = client().send(notification(1), { retries: 5, signal: controller.signal });
	await clock.waitFor(1);
	controller.abort();
	expect(await pending).toMatchObject({ outcome: 'rejected', status: 503, reason: 'ServiceUnavailable', attempts: 1 });
	expect(clock.delays).toEqual([]);
	expect(bench.simulator.counters().streams).toBe(1);
});

it('settles the pauses of a whole run when the execution is stopped', async () => {
	bench.simulator.script.always(unavailable);
	const controller = new AbortController();
	const statuses: Array<number | undefined> = [];
	const run = client().sendEach(
		[notification(1), notification(2), notification(3)],
		({ status }) => statuses.push(status),
		{ retries: 5, signal: controller.signal },
	);
	await clock.waitFor(3);
	controller.abort();
	await run;
	expect(statuses).toEqual([503, 503, 503]);
});

it('leaves no listener on a signal that outlives the pushes', async () => {
	strikeFirst(tooMany);
	const controller = new AbortController();
	let listeners = 0;
	const { signal } = controller;
	const add = signal.addEventListener.bind(signal);
	const remove = signal.removeEventListener.bind(signal);
	jest.spyOn(signal, 'addEventListener').mockImplementation((...call: Parameters<typeof add>) => {
		listeners += 1;
		add(...call);
	});
	jest.spyOn(signal, 'removeEventListener').mockImplementation((...call: Parameters<typeof remove>) => {
		listeners -= 1;
		remove(...call);
	});
	const sender = client();
	const pending = sender.send(notification(1), { signal });
	await sender.send(notification(2), { signal });
	await clock.waitFor(1);
	clock.advance(2_000);
	await pending;
	expect(listeners).toBe(0);
});
