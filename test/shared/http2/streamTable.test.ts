/** The table of open streams does what a Map would, whatever order streams end in and however far some stay behind. */
import fc from 'fast-check';
import { StreamTable } from '../../../nodes/shared/http2/streamTable';

interface Row {
	readonly id: number;
	abandoned: boolean;
}
const stream = (id: number): Row => ({ id, abandoned: false });
/** Jest's own comparison takes too long for a hundred thousand of them. */
const same = (seen: unknown, wanted: unknown): void => {
	if (seen !== wanted) throw new Error(`${String(seen)} instead of ${String(wanted)}`);
};
const ids = (rows: readonly Row[]): number[] => rows.map(({ id }) => id);

it('finds, lists and forgets streams', () => {
	const table = new StreamTable<Row>();
	const [one, three, five] = [stream(1), stream(3), stream(5)];
	for (const row of [one, three, five]) table.add(row);
	expect([table.size, table.get(3), table.get(7)]).toEqual([3, three, undefined]);
	expect([table.delete(stream(3)), table.delete(three), table.delete(three), table.size]).toEqual([
		false,
		true,
		false,
		2,
	]);
	expect(ids(table.values())).toEqual([1, 5]);
	expect(ids(table.clear())).toEqual([1, 5]);
	expect([table.size, table.get(1), table.values()]).toEqual([0, undefined, []]);
});

it('keeps a stream whose slot is needed again, and another object with its id changes nothing', () => {
	const table = new StreamTable<Row>();
	const old = stream(1);
	table.add(old);
	for (let id = 3; id < 2_049; id += 2) {
		const passing = stream(id);
		table.add(passing);
		table.delete(passing);
	}
	const sharing = stream(2_049);
	table.add(sharing);
	expect([table.get(1), table.get(2_049), ids(table.values())]).toEqual([old, sharing, [1, 2_049]]);
	expect([table.delete(stream(1)), table.get(1), table.size]).toEqual([false, old, 2]);
	expect([table.delete(old), table.delete(old), table.get(1), table.size]).toEqual([true, false, undefined, 1]);
});

it('keeps a stream that is never answered while a million others pass', () => {
	const table = new StreamTable<Row>();
	table.add(stream(1));
	for (let id = 3; id < 2_000_000; id += 2) {
		const passing = stream(id);
		table.add(passing);
		table.delete(passing);
	}
	expect([table.size, table.get(1)?.id, ids(table.values())]).toEqual([1, 1, [1]]);
});

it('grows with the streams in flight', () => {
	const table = new StreamTable<Row>();
	for (let id = 1; id < 20_000; id += 2) table.add(stream(id));
	expect(table.size).toBe(10_000);
	expect(table.values().map(({ id }) => id)).toEqual(Array.from({ length: 10_000 }, (_, index) => index * 2 + 1));
});

it('counts a stream that was given up apart, once, until it ends', () => {
	const table = new StreamTable<Row>();
	const rows = [stream(1), stream(3), stream(5)];
	for (const row of rows) table.add(row);
	const [first, second] = rows;
	if (first === undefined || second === undefined) throw new Error('no rows');
	expect([table.abandon(first), table.abandon(first), table.abandon(stream(3))]).toEqual([true, false, false]);
	expect([table.size, table.liveSize, table.abandonedSize, ids(table.liveValues())]).toEqual([3, 2, 1, [3, 5]]);
	table.delete(second);
	expect([table.size, table.liveSize, table.abandonedSize]).toEqual([2, 1, 1]);
	table.delete(first);
	expect([table.size, table.liveSize, table.abandonedSize]).toEqual([1, 1, 0]);
	expect(table.abandon(first)).toBe(false);
	table.clear();
	expect([table.liveSize, table.abandonedSize]).toEqual([0, 0]);
});

it('agrees with a Map over any run of openings, surrenders and ends', () => {
	fc.assert(
		fc.property(
			fc.array(fc.oneof({ weight: 3, arbitrary: fc.constant(-1) }, fc.nat({ max: 6_000 })), {
				maxLength: 6_000,
				size: 'max',
			}),
			(steps) => {
				const table = new StreamTable<Row>();
				const map = new Map<number, Row>();
				const given = new Set<number>();
				let next = 1;
				for (const step of steps) {
					const id = next - 1 - (step >>> 1) * 2 + (next % 2);
					const row = map.get(id) ?? stream(id);
					if (step < 0) {
						map.set(next, stream(next));
						table.add(map.get(next) ?? stream(next));
						next += 2;
					} else if (step % 2 === 0) {
						same(table.delete(row), map.delete(id));
						given.delete(id);
						same(table.get(id + 2), map.get(id + 2));
					} else {
						same(table.abandon(row), map.has(id) && !given.has(id));
						if (map.has(id)) given.add(id);
					}
					same(table.size, map.size);
					same(table.abandonedSize, given.size);
					same(table.liveSize, map.size - given.size);
				}
				expect(table.values()).toEqual([...map.values()]);
				expect(table.liveValues()).toEqual([...map.values()].filter(({ id }) => !given.has(id)));
			},
		),
		{ seed: 9113, numRuns: 20 },
	);
});
