/** Virtual time: order, microtasks, `soon`, a stall, and an end to loops that wait for nothing. */
import { Loop, MOST_CALLBACKS_PER_INSTANT, SpinError } from './loop';

function loopWithLog(): { loop: Loop; log: string[]; note: (text: string) => void } {
	const log: string[] = [];
	const loop = new Loop(0, () => undefined);
	return { loop, log, note: (text) => void log.push(`${text}@${loop.now()}`) };
}

test('time moves from event to event, and timers come after at least their delay', async () => {
	const { loop, log, note } = loopWithLog();
	loop.after(20, () => note('b'));
	loop.after(0, () => note('a'));
	loop.arrive(500, () => note('c'));
	await loop.run(() => false);
	expect(log).toEqual(['a@1', 'b@20', 'c@500']);
});

test('microtasks of a callback drain before the next one of the same instant', async () => {
	const { loop, log, note } = loopWithLog();
	loop.arrive(5, () => {
		note('first');
		void Promise.resolve().then(() => Promise.resolve().then(() => note('microtask')));
	});
	loop.arrive(5, () => note('second'));
	await loop.run(() => false);
	expect(log).toEqual(['first@5', 'microtask@5', 'second@5']);
});

test('soon comes when all that arrived at this instant was read, and one asked for inside it comes a turn later', async () => {
	const { loop, log, note } = loopWithLog();
	loop.arrive(5, () => {
		loop.soon(() => {
			note('soon');
			loop.soon(() => note('later'));
			loop.arrive(0, () => note('arrival'));
		});
		note('first');
	});
	loop.arrive(5, () => note('second'));
	await loop.run(() => false);
	expect(log).toEqual(['first@5', 'second@5', 'soon@5', 'arrival@5', 'later@5']);
});

test('after a stall the timers fire before the bytes that wait, all at the new time', async () => {
	const { loop, log, note } = loopWithLog();
	loop.arrive(10, () => note('bytes'));
	loop.after(15, () => note('timer'));
	loop.arrive(1, () => loop.stall(1_000));
	await loop.run(() => false);
	expect(log).toEqual(['timer@1001', 'bytes@1001']);
});

test('a cancelled timer never fires and is not counted', async () => {
	const { loop, log, note } = loopWithLog();
	const timer = loop.after(5, () => note('never'));
	timer.keepAlive(true);
	expect([loop.liveTimers, loop.keptAlive]).toEqual([1, 1]);
	timer.cancel();
	expect([loop.liveTimers, loop.keptAlive]).toEqual([0, 0]);
	await expect(loop.run(() => false)).resolves.toBe('nothingLeft');
	expect(log).toEqual([]);
});

test('ten thousand cancelled timers leave no trace in the heap', async () => {
	const { loop, log, note } = loopWithLog();
	for (let count = 0; count < 10_000; count++) loop.after(1_000 + count, () => note('never')).cancel();
	loop.after(7, () => note('kept'));
	await loop.run(() => false);
	expect(log).toEqual(['kept@7']);
	expect(loop.liveTimers).toBe(0);
});

test('callbacks without end at one instant are a spin, not a hang', async () => {
	const { loop } = loopWithLog();
	const again = (): void => loop.soon(again);
	again();
	await expect(loop.run(() => false)).rejects.toThrow(SpinError);
	expect(loop.steps).toBeGreaterThan(MOST_CALLBACKS_PER_INSTANT - 10);
});

test('what a callback throws ends the run', async () => {
	const { loop } = loopWithLog();
	loop.arrive(1, () => {
		throw new Error('boom');
	});
	await expect(loop.run(() => false)).rejects.toThrow('boom');
});
