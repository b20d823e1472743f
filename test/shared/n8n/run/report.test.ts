/** What a run's outcomes become, for each level of detail: one entry each, one summary for each item, or one for all. */
import { Report, type Detail } from '../../../../nodes/shared/n8n/run/report';
import type { Task } from '../../../../nodes/shared/n8n/run/task';
import { pushNoun } from '../../../../nodes/shared/n8n/run/words';
import type { Outcome } from '../../../../nodes/shared/outcome';
import { accepted, calmSlices, EagerSlices, invalid, notSent, rejected, task, unknown } from './outcomes';

const report = (detail: Detail): Report => new Report(detail, pushNoun);

/** Takes a place for the task and settles it. */
function settle(to: Report, one: Task, outcome: Outcome): void {
	one.place = to.reserve(one.itemIndex);
	to.settle(one, outcome);
}

describe('results', () => {
	it.each([
		['accepted', accepted(), true],
		['unknown', unknown(), true],
		['rejected', rejected(400, 'BadDeviceToken'), false],
		['not sent', notSent('deadline'), false],
		['invalid', invalid(), false],
	])('an error output leaves %s in place: %#', async (_name, outcome, settled) => {
		const to = report('results');
		settle(to, task(4, 'a'), outcome);
		expect(await to.finish(calmSlices())).toEqual([
			{ item: { json: { recipient: 'a', outcome: outcome.outcome }, pairedItem: { item: 4 } }, settled },
		]);
	});

	it('stand in the order in which requests were read, however they are answered', async () => {
		const to = report('results');
		const tasks = ['a', 'b', 'c'].map((name) => task(0, name));
		for (const one of tasks) one.place = to.reserve(0);
		for (const one of [...tasks].reverse()) to.settle(one, accepted());
		expect((await to.finish(calmSlices())).map(({ item }) => item.json.recipient)).toEqual(['a', 'b', 'c']);
	});

	it('stand in the order of the items where several environments are read side by side', async () => {
		const to = report('results');
		const order = [
			[2, 'a'],
			[0, 'b'],
			[2, 'c'],
			[1, 'd'],
			[0, 'e'],
		] as const;
		for (const [item, name] of order) settle(to, task(item, name), accepted());
		const entries = await to.finish(calmSlices());
		expect(entries.map(({ item }) => [item.pairedItem, item.json.recipient])).toEqual([
			[{ item: 0 }, 'b'],
			[{ item: 0 }, 'e'],
			[{ item: 1 }, 'd'],
			[{ item: 2 }, 'a'],
			[{ item: 2 }, 'c'],
		]);
	});

	it.each([
		['several items', [{ n: 1 }, { n: 2 }], [{ n: 1 }, { n: 2 }]],
		['none', [], []],
	])('of one request may be %s', async (_many, rows, expected) => {
		for (const firstItem of [0, 5]) {
			const to = report('results');
			settle(to, task(firstItem, 'before'), accepted());
			const one = task(3);
			one.place = to.reserve(3);
			to.settle(one, accepted(), rows);
			const entries = await to.finish(calmSlices());
			const own = entries.filter(({ item }) => item.json.recipient !== 'before');
			expect(own).toEqual(expected.map((json) => ({ item: { json, pairedItem: { item: 3 } }, settled: true })));
			expect(entries).toHaveLength(expected.length + 1);
		}
	});

	it('leave out what was never settled', async () => {
		const to = report('results');
		to.reserve(0);
		settle(to, task(1, 'b'), accepted());
		expect((await to.finish(calmSlices())).map(({ item }) => item.json.recipient)).toEqual(['b']);
	});

	it('are new arrays each time, since n8n empties what it gets', async () => {
		const to = report('results');
		settle(to, task(0, 'a'), accepted());
		(await to.finish(calmSlices())).length = 0;
		expect(await to.finish(calmSlices())).toHaveLength(1);
	});

	it.each([
		['in order', (place: number) => place, 3],
		['by item', (place: number) => 2_999 - place, 1 + 3 + 3],
	])('in great number yield to other work on the way: %s', async (_order, itemOf, turns) => {
		const to = report('results');
		for (let place = 0; place < 3_000; place += 1) settle(to, task(itemOf(place), String(place)), accepted());
		const slices = new EagerSlices();
		expect(await to.finish(slices)).toHaveLength(3_000);
		expect(slices.turns).toBe(turns);
		const calm = new EagerSlices(false);
		await to.finish(calm);
		expect(calm.turns).toBe(0);
	});
});

describe.each<readonly [Detail, readonly number[]]>([
	['summary', [0, 1, 2]],
	['total', [0]],
])('with detail %s', (detail, items) => {
	function filled(): Report {
		const to = report(detail);
		settle(to, task(2, 'a'), accepted());
		settle(to, task(0, 'b'), rejected(410, 'Unregistered'));
		settle(to, task(1, 'c'), accepted());
		to.addDuplicate(1);
		return to;
	}

	it('there is one summary for each, in the order of the items', async () => {
		const entries = await filled().finish(calmSlices());
		expect(entries.map(({ item }) => item.pairedItem)).toEqual(items.map((item) => ({ item })));
	});

	it('an error output leaves a summary in place where all were accepted', async () => {
		const entries = await filled().finish(calmSlices());
		expect(entries.map(({ settled }) => settled)).toEqual(detail === 'total' ? [false] : [false, true, true]);
		expect(entries.map(({ item }) => item.json.success)).toEqual(entries.map(({ settled }) => settled));
	});

	it('duplicates are counted with their item', async () => {
		const entries = await filled().finish(calmSlices());
		expect(entries.map(({ item }) => item.json.duplicates)).toEqual(detail === 'total' ? [1] : [0, 1, 0]);
	});
});

it.each<Detail>(['results', 'summary', 'total'])('counts the whole run, with detail %s', (detail) => {
	const to = report(detail);
	settle(to, task(0, 'a'), accepted());
	settle(to, task(1, 'b'), rejected(400, 'BadDeviceToken'));
	to.addDuplicate(1);
	expect(to.totals).toMatchObject({ total: 2, accepted: 1, rejected: 1, duplicates: 1, refusedRecipients: ['b'] });
});

it('names the field of the form that the requests came from', () => {
	const to = new Report('results', { target: 'channel', one: 'broadcast', many: 'broadcasts' });
	settle(to, task(0), rejected(400, 'MissingTopic'));
	const about = new Report('results', pushNoun);
	settle(about, task(0), rejected(400, 'MissingTopic'));
	expect(to.totals.causes()[0]?.words.advice).not.toBe(about.totals.causes()[0]?.words.advice);
});
