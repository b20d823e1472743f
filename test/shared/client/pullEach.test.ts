/** Items are pulled as fast as they are settled: never more than the window under way, and with turns for everybody else. */
import { pullEach, windowFor } from '../../../nodes/shared/client/sendEach';
import { type Clock, systemClock } from '../../../nodes/shared/transport/clock';

type Done = (settle?: () => void) => void;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A source that counts what was pulled, as an iterable or an asynchronous one. */
function numbers(count: number, asynchronous: boolean) {
	const pulled: number[] = [];
	function* plain(): Generator<number> {
		for (let n = 0; n < count; n += 1) {
			pulled.push(n);
			yield n;
		}
	}
	async function* later(): AsyncGenerator<number> {
		yield* plain();
	}
	return { pulled, source: asynchronous ? later() : plain() };
}

it.each([
	[0, 512],
	[1_000, 1_512],
	[39_488, 40_000],
	[39_489, 40_000],
	[1_000_000, 40_000],
])('%d streams make a window of %d', (streams, expected) => {
	expect(windowFor(streams)).toBe(expected);
});

describe.each([
	['an iterable', false],
	['an asynchronous iterable', true],
])('from %s', (_what, asynchronous) => {
	it('begins as many as the window holds, and more once a part of it is free', async () => {
		const { source, pulled } = numbers(1_000, asynchronous);
		const open: Done[] = [];
		let ended = false;
		const all = pullEach(source, 300, undefined, (_item, _index, done) => void open.push(done)).then(
			() => (ended = true),
		);
		await turn();
		expect([open.length, pulled.length]).toEqual([300, 300]);
		for (let n = 0; n < 255; n += 1) open.shift()?.();
		await turn();
		expect(pulled).toHaveLength(300);
		open.shift()?.();
		await turn();
		expect(pulled).toHaveLength(556);
		while (!ended) {
			open.shift()?.();
			await turn();
			if (open.length > 0) for (const done of open.splice(0)) done();
		}
		await all;
		expect(pulled).toHaveLength(1_000);
	});

	it('ends only when all are settled', async () => {
		const { source } = numbers(3, asynchronous);
		const open: Done[] = [];
		let ended = false;
		const all = pullEach(source, 10, undefined, (_item, _index, done) => void open.push(done)).then(
			() => (ended = true),
		);
		await turn();
		open.shift()?.();
		open.shift()?.();
		await turn();
		expect(ended).toBe(false);
		open.shift()?.();
		await all;
	});

	it('counts from 0, whatever the items are', async () => {
		const { source } = numbers(4, asynchronous);
		const seen: Array<readonly [number, number]> = [];
		await pullEach(source, 10, undefined, (item, index, done) => {
			seen.push([item, index]);
			done();
		});
		expect(seen).toEqual([0, 1, 2, 3].map((n) => [n, n]));
	});

	it.each([
		[255, 0],
		[256, 1],
		[1_024, 4],
	])('lets others in after 256 items that are settled at once: %d items, %d turns', async (count, turns) => {
		const { source } = numbers(count, asynchronous);
		let soon = 0;
		const clock: Clock = {
			...systemClock,
			soon: (callback) => {
				soon += 1;
				setImmediate(callback);
			},
		};
		await pullEach(source, 10_000, undefined, (_item, _index, done) => done(), clock);
		expect(soon).toBe(turns);
	});

	it('does not count items that are settled later among those', async () => {
		const { source } = numbers(600, asynchronous);
		let soon = 0;
		const clock: Clock = { ...systemClock, soon: () => void (soon += 1) };
		await pullEach(source, 10_000, undefined, (_item, _index, done) => setImmediate(done), clock);
		expect(soon).toBe(0);
	});

	it('pulls nothing more once the signal fires, and settles what it began', async () => {
		const controller = new AbortController();
		const { source, pulled } = numbers(10, asynchronous);
		let settled = 0;
		await pullEach(source, 100, controller.signal, (item, _index, done) => {
			if (item === 2) controller.abort();
			setImmediate(() => done(() => (settled += 1)));
		});
		expect([pulled, settled]).toEqual([[0, 1, 2], 3]);
	});

	it('pulls nothing where the signal has fired before', async () => {
		const { source, pulled } = numbers(10, asynchronous);
		await pullEach(source, 100, AbortSignal.abort(), (_item, _index, done) => done());
		expect(pulled).toEqual([]);
	});

	it('rejects with what beginning an item throws, once those under way are settled', async () => {
		const { source, pulled } = numbers(10, asynchronous);
		let settled = 0;
		const all = pullEach(source, 100, undefined, (item, _index, done) => {
			if (item === 2) throw new Error('cannot begin');
			setImmediate(() => done(() => (settled += 1)));
		});
		await expect(all).rejects.toThrow('cannot begin');
		expect([pulled, settled]).toEqual([[0, 1, 2], 2]);
	});

	it('stops at what a callback throws, waits for the others, and rejects with the first', async () => {
		const { source, pulled } = numbers(10, asynchronous);
		let settled = 0;
		const all = pullEach(source, 100, undefined, (item, _index, done) => {
			if (item < 2) setImmediate(() => done(() => (settled += 1)));
			else
				done(() => {
					throw new Error(`callback ${item}`);
				});
		});
		await expect(all).rejects.toThrow('callback 2');
		expect([pulled, settled]).toEqual([[0, 1, 2], 2]);
	});

	it('keeps the first of several errors', async () => {
		const { source } = numbers(2, asynchronous);
		const all = pullEach(source, 100, undefined, (item, _index, done) =>
			setImmediate(() =>
				done(() => {
					throw new Error(`callback ${item}`);
				}),
			),
		);
		await expect(all).rejects.toThrow('callback 0');
	});
});

it('rejects with what the source throws, once all it gave are settled', async () => {
	let settled = 0;
	function* source(): Generator<number> {
		yield 1;
		throw new Error('the source');
	}
	await expect(
		pullEach(source(), 10, undefined, (_item, _index, done) => setImmediate(() => done(() => (settled += 1)))),
	).rejects.toThrow('the source');
	expect(settled).toBe(1);
});
