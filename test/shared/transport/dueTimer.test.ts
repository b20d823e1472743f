/** One timer for many deadlines: it only moves closer, looks two turns later, and looks at all that can be due. */
import { type Deadline, Deadlines, DueTimer } from '../../../nodes/shared/transport/dueTimer';
import { createManualClock } from '../client/manualClock';

const turns = async (count: number): Promise<void> => {
	for (let n = 0; n < count; n += 1) await new Promise((resolve) => setImmediate(resolve));
};

function timerOf() {
	const clock = createManualClock();
	const keeps: boolean[] = [];
	const after = clock.after.bind(clock);
	clock.after = (delayMs, callback) => ({ ...after(delayMs, callback), keepAlive: (on) => void keeps.push(on) });
	let calls = 0;
	const timer = new DueTimer(clock, () => (calls += 1));
	return { clock, timer, keeps, calls: () => calls, start: clock.now() };
}

it('calls back once, at the soonest of the times it was given', async () => {
	const { clock, timer, calls, start } = timerOf();
	timer.schedule(start + 100);
	timer.schedule(start + 200);
	expect(clock.delays).toEqual([100]);
	timer.schedule(start + 50);
	expect(clock.delays).toEqual([50]);
	timer.schedule(start + 50);
	clock.advance(50);
	await turns(3);
	expect([calls(), clock.delays]).toEqual([1, []]);
	timer.schedule(start + 300);
	expect(clock.delays).toEqual([250]);
});

it('looks two turns of the event loop later, when what has arrived was read', async () => {
	const { clock, timer, calls, start } = timerOf();
	timer.schedule(start);
	clock.advance(0);
	expect(calls()).toBe(0);
	await turns(1);
	expect(calls()).toBe(0);
	await turns(2);
	expect(calls()).toBe(1);
});

it('keeps the process alive when it is told to, with each new time', () => {
	const { timer, keeps, start } = timerOf();
	timer.keepAlive(true);
	timer.schedule(start + 100);
	timer.keepAlive(true);
	timer.schedule(start + 50);
	timer.keepAlive(false);
	timer.keepAlive(false);
	expect(keeps).toEqual([true, true, false]);
	const other = timerOf();
	other.timer.schedule(other.start + 100);
	other.timer.schedule(other.start + 100);
	expect(other.keeps).toEqual([false]);
});

it('calls back no more once it is stopped, not even for what was due', async () => {
	const { clock, timer, calls, start } = timerOf();
	timer.schedule(start + 10);
	clock.advance(10);
	timer.stop();
	timer.schedule(start + 20);
	await turns(3);
	expect([calls(), clock.delays]).toEqual([0, []]);
	const waiting = timerOf();
	waiting.timer.schedule(waiting.start + 10);
	waiting.timer.stop();
	expect(waiting.clock.delays).toEqual([]);
	expect(() => timerOf().timer.stop()).not.toThrow();
});

it('of a list of deadlines calls those that are due, and waits for the next', async () => {
	const clock = createManualClock();
	const start = clock.now();
	const called: string[] = [];
	const deadline = (name: string, times: number[]): Deadline => ({
		name,
		dueMs: () => times[0] ?? Infinity,
		onDue: (nowMs) => {
			called.push(`${name} ${nowMs - start}`);
			times.shift();
		},
	});
	const deadlines = new Deadlines(clock, [
		deadline('a', [start + 10, start + 30]),
		deadline('b', [start + 10]),
		deadline('c', [start + 11]),
	]);
	deadlines.schedule(start + 10);
	clock.advance(10);
	await turns(3);
	expect([called, clock.delays]).toEqual([['a 10', 'b 10'], [1]]);
	clock.advance(1);
	await turns(3);
	expect([called.at(-1), clock.delays]).toEqual(['c 11', [19]]);
	clock.advance(19);
	await turns(3);
	expect([called.at(-1), clock.delays]).toEqual(['a 30', []]);
});

it('of a list keeps the process alive when it is told to', () => {
	const clock = createManualClock();
	const keeps: boolean[] = [];
	const after = clock.after.bind(clock);
	clock.after = (delayMs, callback) => ({ ...after(delayMs, callback), keepAlive: (on) => void keeps.push(on) });
	const deadlines = new Deadlines(clock, []);
	deadlines.schedule(clock.now() + 10);
	deadlines.keepAlive(true);
	expect(keeps).toEqual([false, true]);
});

it('waits a millisecond at least, for a deadline that stays due', async () => {
	const clock = createManualClock();
	const deadlines = new Deadlines(clock, [{ name: 'stays', dueMs: () => 0, onDue: () => undefined }]);
	deadlines.schedule(clock.now());
	clock.advance(0);
	await turns(3);
	expect(clock.delays).toEqual([1]);
	deadlines.stop();
	expect(clock.delays).toEqual([]);
});
