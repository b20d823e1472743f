/** The figures of the last runs: how long the loop was held while each went on, whoever held it. */
import { LastRuns } from '../../../nodes/shared/n8n/run/lastRuns';
import type { Timer } from '../../../nodes/shared/transport/clock';

const counts = { requests: 1, notSent: 0, unknown: 0 };

/** A clock whose loop can be held: time passes, and timers that came due fire only afterwards. */
function createLoop() {
	let nowMs = 1_000;
	const timers = new Map<object, { readonly dueMs: number; readonly callback: () => void }>();
	const fireDue = (): void => {
		for (const [timer, { dueMs, callback }] of [...timers]) if (dueMs <= nowMs && timers.delete(timer)) callback();
	};
	return {
		clock: {
			now: () => nowMs,
			after(delayMs: number, callback: () => void): Timer {
				const timer: Timer = { keepAlive: () => undefined, cancel: () => void timers.delete(timer) };
				timers.set(timer, { dueMs: nowMs + delayMs, callback });
				return timer;
			},
		},
		/** Time in which everybody gets a turn. */
		pass(ms: number): void {
			for (let at = 0; at < ms; at++) {
				nowMs += 1;
				fireDue();
			}
		},
		/** Time in which nobody does. */
		block(ms: number): void {
			nowMs += ms;
		},
		turn: fireDue,
		timers,
	};
}

function delays({ runs }: ReturnType<LastRuns['list']>): number[] {
	return runs.map(({ longestLoopDelayMs }) => longestLoopDelayMs);
}

it('a run in a loop that is free has no delay, and knows how long it took and how long ago it ended', () => {
	const loop = createLoop();
	const runs = new LastRuns(loop.clock);
	const end = runs.begin();
	loop.pass(250);
	end({ requests: 7, notSent: 2, unknown: 1 });
	loop.pass(5_000);
	const { nowMs, runs: list } = runs.list();
	expect(list).toEqual([
		{ endedMs: nowMs - 5_000, lastedMs: 250, longestLoopDelayMs: 0, requests: 7, notSent: 2, unknown: 1 },
	]);
});

it('a block in the middle of a run counts, the longest of several, and not what follows the run', () => {
	const loop = createLoop();
	const runs = new LastRuns(loop.clock);
	const end = runs.begin();
	loop.pass(50);
	for (const ms of [80, 400, 120]) {
		loop.block(ms);
		loop.turn();
		loop.pass(30);
	}
	end(counts);
	loop.block(3_000);
	loop.turn();
	const [delay = 0] = delays(runs.list());
	expect(delay).toBeGreaterThan(385);
	expect(delay).toBeLessThanOrEqual(400);
});

it('a run that ends before the loop has had a turn knows what it held', () => {
	const loop = createLoop();
	const runs = new LastRuns(loop.clock);
	const end = runs.begin();
	loop.block(900);
	end(counts);
	expect(delays(runs.list())).toEqual([890]);
});

it('a delay from before a run began counts only for the others', () => {
	const loop = createLoop();
	const runs = new LastRuns(loop.clock);
	const endFirst = runs.begin();
	loop.block(600);
	const endSecond = runs.begin();
	loop.turn();
	loop.pass(20);
	endSecond(counts);
	endFirst(counts);
	expect(delays(runs.list())).toEqual([590, 0]);
});

it('keeps the last ten, newest first', () => {
	const loop = createLoop();
	const runs = new LastRuns(loop.clock);
	for (let requests = 1; requests <= 12; requests++) {
		const end = runs.begin();
		loop.pass(1);
		end({ ...counts, requests });
	}
	expect(runs.list().runs.map(({ requests }) => requests)).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3]);
});

it('has a timer while runs go on, one for all, and none otherwise', () => {
	const loop = createLoop();
	const runs = new LastRuns(loop.clock);
	expect(loop.timers.size).toBe(0);
	const ends = [runs.begin(), runs.begin(), runs.begin()];
	expect(loop.timers.size).toBe(1);
	loop.pass(100);
	expect(loop.timers.size).toBe(1);
	for (const end of ends) end(counts);
	expect(loop.timers.size).toBe(0);
});

it('a run that is ended twice counts once', () => {
	const loop = createLoop();
	const runs = new LastRuns(loop.clock);
	const other = runs.begin();
	const end = runs.begin();
	end(counts);
	end(counts);
	expect(runs.list().runs).toHaveLength(1);
	loop.pass(50);
	loop.block(100);
	other(counts);
	expect(delays(runs.list())[0]).toBeGreaterThan(85);
});
