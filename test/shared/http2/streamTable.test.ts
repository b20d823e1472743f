/** The table of open streams does what a Map would, whatever order streams end in and however far some stay behind. */
import fc from 'fast-check';
import { StreamTable } from '../../../nodes/shared/http2/streamTable';

const stream = (id: number): { readonly id: number } => ({ id });

it('finds, lists and forgets streams', () => {
	const table = new StreamTable<{ readonly id: number }>();
	for (const id of [1, 3, 5]) table.add(stream(id));
	expect([table.size, table.get(3), table.get(7), table.delete(3), table.delete(3), table.size]).toEqual([
		3,
		{ id: 3 },
		undefined,
		true,
		false,
		2,
	]);
	expect(table.values()).toEqual([{ id: 1 }, { id: 5 }]);
	table.clear();
	expect([table.size, table.get(1), table.values()]).toEqual([0, undefined, []]);
});

it('keeps a stream that is never answered while a million others pass', () => {
	const table = new StreamTable<{ readonly id: number }>();
	table.add(stream(1));
	for (let id = 3; id < 2_000_000; id += 2) {
		table.add(stream(id));
		table.delete(id);
	}
	expect([table.size, table.get(1), table.values()]).toEqual([1, { id: 1 }, [{ id: 1 }]]);
});

it('grows with the streams in flight', () => {
	const table = new StreamTable<{ readonly id: number }>();
	for (let id = 1; id < 20_000; id += 2) table.add(stream(id));
	expect(table.size).toBe(10_000);
	expect(table.values().map(({ id }) => id)).toEqual(Array.from({ length: 10_000 }, (_, index) => index * 2 + 1));
});

it('agrees with a Map over any run of openings and ends', () => {
	fc.assert(
		fc.property(
			fc.array(fc.oneof({ weight: 3, arbitrary: fc.constant(-1) }, fc.nat({ max: 3_000 })), {
				maxLength: 6_000,
				size: 'max',
			}),
			(steps) => {
				const table = new StreamTable<{ readonly id: number }>();
				const map = new Map<number, { readonly id: number }>();
				let next = 1;
				for (const step of steps) {
					if (step < 0) {
						table.add(stream(next));
						map.set(next, stream(next));
						next += 2;
					} else {
						const id = next - 1 - step * 2 + (next % 2);
						expect(table.delete(id)).toBe(map.delete(id));
						expect(table.get(id + 2)).toEqual(map.get(id + 2));
					}
					expect(table.size).toBe(map.size);
				}
				expect(table.values()).toEqual([...map.values()]);
			},
		),
		{ numRuns: 20 },
	);
});
