/** Own work in pieces of two milliseconds, with a turn for everybody else between them. */
import { Slices } from '../../../../nodes/shared/n8n/run/slices';

function bench() {
	let nowMs = 100;
	const waiting: Array<() => void> = [];
	const slices = new Slices({ now: () => nowMs, soon: (callback) => void waiting.push(callback) });
	return { slices, waiting, pass: (ms: number) => void (nowMs += ms) };
}

it('a piece is over after two milliseconds', () => {
	const { slices, pass } = bench();
	expect(slices.isOver).toBe(false);
	pass(1.9);
	expect(slices.isOver).toBe(false);
	pass(0.2);
	expect(slices.isOver).toBe(true);
});

it('the next one begins when the others had their turn, and lasts as long', async () => {
	const { slices, waiting, pass } = bench();
	pass(10);
	let begun = false;
	const next = slices.next().then(() => (begun = true));
	await Promise.resolve();
	expect([begun, waiting.length]).toEqual([false, 1]);
	pass(50);
	waiting[0]?.();
	await next;
	expect(slices.isOver).toBe(false);
	pass(2);
	expect(slices.isOver).toBe(true);
});
