/** Streaming many pushes: bounded, each settled once, whatever the source and the execution do. */
import type { Notification } from '../../../nodes/shared/apns/notification';
import { pullEach, windowFor } from '../../../nodes/shared/client/sendEach';
import type { Outcome } from '../../../nodes/shared/outcome';
import { type ClientBench, notification, notifications, startClientBench } from './clientBench';

describe('pulling', () => {
	it.each([1, 2, 255, 256, 257, 1_000])('keeps at most %d under way, and settles all', async (window) => {
		let underWay = 0;
		let most = 0;
		let settled = 0;
		const indexes: number[] = [];
		await pullEach(
			Array.from({ length: 3_000 }, (_none, n) => n),
			window,
			undefined,
			(item, index, done) => {
				expect(item).toBe(index);
				indexes.push(index);
				underWay += 1;
				most = Math.max(most, underWay);
				setImmediate(() => {
					underWay -= 1;
					settled += 1;
					done();
				});
			},
		);
		expect([most, settled, indexes.length]).toEqual([window, 3_000, 3_000]);
	});

	it('keeps most of the window under way while it pulls', async () => {
		const window = windowFor(1_000);
		const waiting: Array<() => void> = [];
		const pulling = pullEach(Array.from({ length: window + 300 }), window, undefined, (_item, _index, done) =>
			waiting.push(done),
		);
		expect(waiting).toHaveLength(window);
		for (const done of waiting.slice(0, 256)) done();
		await new Promise(setImmediate);
		expect(waiting).toHaveLength(window + 256);
		for (const done of waiting.slice(256)) done();
		await new Promise(setImmediate);
		for (const done of waiting.slice(window + 256)) done();
		await pulling;
	});

	it('settles what is under way before it passes on what the source threw', async () => {
		let settled = 0;
		const source = function* (): Generator<number> {
			yield* [1, 2, 3];
			throw new Error('the list is broken');
		};
		const pulling = pullEach(source(), 10, undefined, (_item, _index, done) =>
			setTimeout(() => {
				settled += 1;
				done();
			}, 20),
		);
		await expect(pulling).rejects.toThrow('the list is broken');
		expect(settled).toBe(3);
	});

	it('bounds what is under way, however many streams there may be', () => {
		expect(windowFor(1_000)).toBe(1_512);
		expect(windowFor(32 * 1_000_000)).toBe(40_000);
	});
});

describe('sending', () => {
	let bench: ClientBench;

	beforeEach(async () => {
		bench = await startClientBench();
	});

	afterEach(() => bench.close());

	async function* delayed(count: number): AsyncGenerator<Notification> {
		for (const one of notifications(count)) {
			await new Promise(setImmediate);
			yield one;
		}
	}

	it('takes notifications that come one by one', async () => {
		const outcomes: string[] = [];
		await bench.client().sendEach(delayed(50), ({ outcome }) => outcomes.push(outcome));
		expect(outcomes).toEqual(Array.from({ length: 50 }, () => 'accepted'));
	});

	it('gives each outcome with its notification and index', async () => {
		bench.simulator.devices.unregister(notification(2).deviceToken);
		const seen = new Map<number, readonly [string, number | undefined]>();
		await bench
			.client()
			.sendEach(notifications(3), (outcome, { deviceToken }, index) => seen.set(index, [deviceToken, outcome.status]));
		expect([...seen.entries()].sort(([a], [b]) => a - b)).toEqual(
			[1, 2, 3].map((n, index) => [index, [notification(n).deviceToken, n === 2 ? 410 : 200]]),
		);
	});

	it('settles everything and pulls nothing more when the execution is stopped', async () => {
		bench.simulator.script.always({ type: 'stall' });
		const controller = new AbortController();
		const outcomes: Outcome[] = [];
		let pulled = 0;
		const source = function* (): Generator<Notification> {
			for (const one of notifications(10_000)) {
				pulled += 1;
				yield one;
			}
		};
		const run = bench
			.client({ maxConnections: 1, maxInFlight: 100 })
			.sendEach(source(), (outcome) => outcomes.push(outcome), { signal: controller.signal });
		await bench.simulator.journal.waitForRequests(1);
		controller.abort();
		await run;
		expect(outcomes).toHaveLength(pulled);
		expect(pulled).toBeLessThan(10_000);
		// One had left and may have been delivered; the others never left.
		expect(outcomes.filter(({ outcome }) => outcome === 'unknown')).toHaveLength(1);
		expect(
			outcomes.filter(({ outcome, failure }) => outcome === 'not sent' && failure?.code === 'aborted'),
		).toHaveLength(pulled - 1);
	});

	it('sends nothing when it was stopped before', async () => {
		const outcomes: Outcome[] = [];
		await bench
			.client()
			.sendEach(notifications(5), (outcome) => outcomes.push(outcome), { signal: AbortSignal.abort() });
		expect(outcomes).toEqual([]);
		expect(await bench.client().send(notification(1), { signal: AbortSignal.abort() })).toMatchObject({
			outcome: 'not sent',
			failure: { code: 'aborted' },
		});
		expect(bench.simulator.counters().connections).toBe(0);
	});

	it('does not send what was stopped while the provider token was being signed', async () => {
		const controller = new AbortController();
		const outcomes: Outcome[] = [];
		const run = bench
			.client()
			.sendEach(notifications(5), (outcome) => outcomes.push(outcome), { signal: controller.signal });
		const single = bench.client().send(notification(6), { signal: controller.signal });
		controller.abort();
		await run;
		expect([...outcomes, await single].map(({ outcome, attempts }) => [outcome, attempts])).toEqual(
			Array.from({ length: 6 }, () => ['not sent', 0]),
		);
		expect(bench.simulator.counters().streams).toBe(0);
	});
});
