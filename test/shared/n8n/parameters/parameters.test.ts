/** A parameter is read as often as its value can differ, and never more: fixed ones once, plain paths without the engine. */
import { type IDataObject, type INodeExecutionData } from 'n8n-workflow';
import { createParameterReader } from '../../../../nodes/shared/n8n/parameters/parameters';
import { createProbe, type Probe } from './probe';

const items = (count: number): INodeExecutionData[] =>
	Array.from({ length: count }, (_, index) => ({
		json: { n: index, name: `item ${index}`, list: [index], nested: { token: `t${index}` } },
	}));

const total = (counts: Map<string, number>): number => [...counts.values()].reduce((sum, count) => sum + count, 0);

/** Reads a parameter for every item through the reader, and the same through n8n alone. */
function readBoth(
	parameters: IDataObject,
	name: string,
	itemCount = 5,
): { mine: unknown[]; theirs: unknown[]; probe: Probe } {
	const probe = createProbe({ parameters, items: items(itemCount) });
	const alone = createProbe({ parameters: structuredClone(parameters), items: items(itemCount) });
	const read = createParameterReader(probe.context);
	const indexes = Array.from({ length: itemCount }, (_, index) => index);
	return {
		mine: indexes.map((index) => read(name, index)),
		theirs: indexes.map((index) => alone.context.getNodeParameter(name, index)),
		probe,
	};
}

describe('expressions that name a field', () => {
	it('never reach the engine, for a thousand items with three of them', () => {
		const { context, engineCalls, rawCalls } = createProbe({
			parameters: {
				token: '={{ $json.nested.token }}',
				title: '=Hello {{ $json["name"] }}',
				badge: '={{ $json?.list[0] }}',
			},
			items: items(1_000),
		});
		const read = createParameterReader(context);
		for (let index = 0; index < 1_000; index++) {
			expect([read('token', index), read('title', index), read('badge', index)]).toEqual([
				`t${index}`,
				`Hello item ${index}`,
				index,
			]);
		}
		expect(total(engineCalls)).toBe(0);
		expect(rawCalls).toEqual(
			new Map([
				['token', 1],
				['title', 1],
				['badge', 1],
			]),
		);
	});

	it('give each item the object that it holds', () => {
		const input = items(2);
		const read = createParameterReader(createProbe({ parameters: { p: '={{ $json.nested }}' }, items: input }).context);
		expect(read('p', 1)).toBe(input[1]?.json.nested);
	});

	it('give a date of their own, so that changing it leaves the item alone', () => {
		const date = new Date(5);
		const read = createParameterReader(
			createProbe({ parameters: { p: '={{ $json.date }}' }, items: [{ json: { date } as never }] }).context,
		);
		expect(read('p', 0)).toEqual(date);
		expect(read('p', 0)).not.toBe(date);
	});

	it.each([
		['all items', items(3)],
		['the last item', [...items(2), { json: { name: 'another' } }]],
		['no item', []],
	])('go to the engine where $json shows another input than the node has, in %s', (_where, seenItems) => {
		const input = items(3);
		const seen =
			seenItems.length === 3 && seenItems[2]?.json.name === 'another'
				? [...input.slice(0, 2), ...seenItems.slice(2)]
				: seenItems;
		const { context, engineCalls } = createProbe({
			parameters: { p: '={{ $json.name }}' },
			items: input,
			seenItems: seen,
		});
		const alone = createProbe({ parameters: { p: '={{ $json.name }}' }, items: input, seenItems: seen });
		const outcome = (read: () => unknown): unknown => {
			try {
				return read();
			} catch (error) {
				return String(error);
			}
		};
		const read = createParameterReader(context);
		expect(outcome(() => read('p', 2))).toEqual(outcome(() => alone.context.getNodeParameter('p', 2)));
		expect(engineCalls.get('p')).toBe(1);
	});

	it('go to the engine for an item that does not exist', () => {
		const { context, engineCalls } = createProbe({ parameters: { p: '={{ $json.name }}' }, items: items(1) });
		const read = createParameterReader(context);
		try {
			read('p', 7);
		} catch {
			// n8n's own answer, whatever it is.
		}
		expect(engineCalls.get('p')).toBe(1);
	});
});

describe('a fixed parameter', () => {
	it.each<[string, unknown]>([
		['text', 'alert'],
		['empty text', ''],
		['number', 7],
		['switch', false],
		['null', null],
		['collection', { badge: 1, custom: { values: [{ name: 'a', value: '1' }] } }],
		['empty collection', {}],
	])('is asked of n8n once for all items: %s', (_kind, value) => {
		const { mine, theirs, probe } = readBoth({ p: value as IDataObject }, 'p');
		expect(mine).toEqual(theirs);
		expect(probe.engineCalls.get('p')).toBe(1);
		expect(probe.rawCalls.get('p')).toBe(1);
	});

	it('cannot be changed for the other items', () => {
		const parameters = { options: { custom: { a: 1 } } };
		const read = createParameterReader(createProbe({ parameters, items: items(2) }).context);
		const options = read('options', 0) as { custom: { a: number } };
		expect(() => {
			options.custom.a = 2;
		}).toThrow(TypeError);
		expect(read('options', 1)).toEqual({ custom: { a: 1 } });
		// The workflow's own data stays as free as it was.
		expect(Object.isFrozen(parameters.options.custom)).toBe(false);
	});

	it('may be a member of a collection', () => {
		const { mine, probe } = readBoth({ options: { badge: 3, title: '={{ $json.name }}' } }, 'options.badge');
		expect(mine).toEqual([3, 3, 3, 3, 3]);
		expect(probe.engineCalls).toEqual(new Map([['options.badge', 1]]));
	});
});

describe('a parameter that its display options hide', () => {
	const read = createParameterReader(createProbe({ parameters: { options: {} }, items: items(1) }).context);

	it.each([
		['text', ''],
		['number', 0],
		['collection', {}],
		['expression', '={{ 1 + 1 }}'],
	])('has the fallback given with each read: %s', (_kind, fallback) => {
		const alone = createProbe({ parameters: {}, items: items(1) });
		expect(read('hidden', 0, fallback)).toEqual(alone.context.getNodeParameter('hidden', 0, fallback));
		expect(read('options.hidden', 0, fallback)).toEqual(alone.context.getNodeParameter('options.hidden', 0, fallback));
	});

	it('throws without one', () => {
		expect(() => read('hidden', 0)).toThrow('Could not get parameter "hidden"');
	});
});

describe('a collection with expressions in it', () => {
	it('asks the engine for nothing when they all name fields', () => {
		const { mine, theirs, probe } = readBoth(
			{
				options: {
					badge: '={{ $json.n }}',
					sound: 'default',
					custom: { values: [{ name: 'a', value: '={{ $json.nested.token }}' }] },
					list: ['x', '=y{{ $json.n }}'],
				},
			},
			'options',
		);
		expect(mine).toEqual(theirs);
		expect(total(probe.engineCalls)).toBe(0);
	});

	it('asks the engine only for the members it must', () => {
		const { mine, theirs, probe } = readBoth(
			{
				options: {
					badge: '={{ $json.n }}',
					title: '={{ $json.name.toUpperCase() }}',
					rows: { values: [{ v: '={{ 1 + 1 }}' }] },
				},
			},
			'options',
		);
		expect(mine).toEqual(theirs);
		expect(probe.engineCalls).toEqual(
			new Map([
				['options.title', 5],
				['options.rows.values.0.v', 5],
			]),
		);
	});

	it('has times as text, as n8n gives them in collections', () => {
		const { mine, theirs } = readBoth(
			{ options: { expiration: '={{ DateTime.fromMillis(0).plus({ hours: $json.n }) }}' } },
			'options',
		);
		expect(mine).toEqual(theirs);
		expect(mine[1]).toEqual({ expiration: expect.stringMatching(/^19(69|70)-/) });
	});

	it.each([
		['a sibling', { options: { base: 'b', topic: '={{ $parameter["&base"] + 1 }}' } }],
		['a name that is a path of its own', { options: { 'a.b': '={{ 1 + 1 }}', a: { b: 'other' } } }],
	])('is evaluated in one piece where an expression depends on %s', (_what, parameters) => {
		const { mine, theirs, probe } = readBoth(parameters, 'options');
		expect(mine).toEqual(theirs);
		expect(probe.engineCalls).toEqual(new Map([['options', 5]]));
	});

	it('gives each item an object of its own, with fixed members that cannot be changed', () => {
		const read = createParameterReader(
			createProbe({ parameters: { options: { badge: '={{ $json.n }}', fixed: { a: 1 } } }, items: items(2) }).context,
		);
		const first = read('options', 0) as { badge: number; fixed: { a: number } };
		first.badge = 99;
		expect(() => {
			first.fixed.a = 2;
		}).toThrow(TypeError);
		expect(read('options', 0)).toEqual({ badge: 0, fixed: { a: 1 } });
	});

	it('fails for the item whose expression fails, and for no other', () => {
		const read = createParameterReader(
			createProbe({
				parameters: { options: { a: '={{ $json.n === 1 ? $("Nobody").item.json.x : 5 }}' } },
				items: items(3),
			}).context,
		);
		expect(read('options', 0)).toEqual({ a: 5 });
		expect(() => read('options', 1)).toThrow("Referenced node doesn't exist");
		expect(read('options', 2)).toEqual({ a: 5 });
	});
});

describe('a resource locator', () => {
	const locator = (mode: string, value: string): IDataObject => ({ channel: { __rl: true, mode, value } });

	it.each([
		['id', 'abc', ['abc', 'abc', 'abc']],
		['url', 'https://example.com/news', ['news', 'news', 'news']],
	])('gives what its mode %s extracts, once for all items when it is fixed', (mode, value, expected) => {
		const { context, engineCalls } = createProbe({ parameters: locator(mode, value), items: items(3) });
		const read = createParameterReader(context);
		expect([0, 1, 2].map((index) => read('channel', index, '', { extractValue: true }))).toEqual(expected);
		expect(engineCalls.get('channel')).toBe(1);
	});

	it('gives each item its own where it holds an expression', () => {
		const { context } = createProbe({ parameters: locator('id', '={{ $json.nested.token }}'), items: items(3) });
		const read = createParameterReader(context);
		expect([0, 1, 2].map((index) => read('channel', index, '', { extractValue: true }))).toEqual(['t0', 't1', 't2']);
	});

	it('is resolved without the engine where the caller takes the locator itself', () => {
		const { mine, theirs, probe } = readBoth(locator('id', '={{ $json.nested.token }}'), 'channel');
		expect(mine).toEqual(theirs);
		expect(mine[2]).toEqual({ __rl: true, mode: 'id', value: 't2' });
		expect(total(probe.engineCalls)).toBe(0);
	});
});
