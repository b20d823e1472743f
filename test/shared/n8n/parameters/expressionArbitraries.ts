/** Random items and random expressions: what people write, what the grammar allows, and what is meant to break it. */
import fc from 'fast-check';
import { DateTime } from 'luxon';
import { Point } from './expressionRows';

/** Names that occur in items and in paths alike, so that paths often hit; some of them are traps. */
const NAMES = ['a', 'b', 'c', 'token', 'x_1', 'name with blank', 'a.b', 'é👋', '0', '1'];
const TRAPS = [
	'length',
	'constructor',
	'__proto__',
	'prototype',
	'toString',
	'valueOf',
	'hasOwnProperty',
	'map',
	'at',
	'values',
	'join',
	'toJSON',
	'then',
	'__isError',
	'__isArray',
	'__isObject',
	'__keys',
	'__length',
	'__n8nType',
	'__n8nEscaped',
	'__value',
	'__sanitize',
	'___n8n_data',
	'__data',
	'caller',
	'callee',
	'arguments',
	'binding',
	'globalThis',
	'global',
	'window',
	'this',
	'class',
	'default',
	'null',
	'undefined',
	'isEmpty',
	'first',
	'extend',
	'item',
	'json',
	'isProxy',
	'name',
	'message',
	'stack',
	'E',
	'v',
	'process',
	'eval',
	'if',
	'new',
	'mainModule',
	'_load',
	'size',
	'format',
];

const name = fc.oneof(
	{ weight: 6, arbitrary: fc.constantFrom(...NAMES) },
	{ weight: 2, arbitrary: fc.constantFrom(...TRAPS) },
	{ weight: 1, arbitrary: fc.string({ maxLength: 5 }) },
);

/** Makes a fresh value at each call, for engines may rewrite what they read. */
type Make = () => unknown;
const of =
	(value: unknown): Make =>
	() =>
		value;

const scalar: fc.Arbitrary<Make> = fc.oneof(
	fc.string().map(of),
	fc.string({ unit: 'binary' }).map(of),
	fc
		.constantFrom('', ' ', 'true', '0', '={{ 1 }}', '{{ $json.a }}', 'a,b\nc', 'a\\n"\'`${x}', '\u2028', '\ufeffx')
		.map(of),
	fc.integer().map(of),
	fc.double().map(of),
	fc.constantFrom<unknown>(0, -0, NaN, Infinity, -Infinity, 1e21, 1e-7, 2 ** 53, 0.1 + 0.2).map(of),
	fc.boolean().map(of),
	fc.constantFrom<unknown>(null, undefined).map(of),
);

const holes = (): unknown[] => Object.assign([], { 0: 1, 3: 'x' });
const cycle = (): unknown => {
	const value: { self?: unknown } = {};
	value.self = [value];
	return value;
};

const strange: fc.Arbitrary<Make> = fc.oneof(
	fc.date().map(
		(date): Make =>
			() =>
				new Date(date.getTime()),
	),
	fc.constantFrom<Make>(
		() => Object.assign(new Date(5), { extra: 1 }),
		() => DateTime.fromMillis(1_700_000_000_000, { zone: 'Europe/Berlin' }),
		() => Buffer.from('abc'),
		() => new Uint8Array([1, 2]),
		() => new Map([['a', 1]]),
		() => new Set([1]),
		() => new Point(3),
		() => new (class extends Array {})(),
		() => new (class extends Date {})(0),
		() => Object.assign(Object.create(null), { a: 1 }),
		() => Object.create({ a: 1 }),
		() => /x/,
		() => new Error('boom'),
		() => () => 1,
		() => 5n,
		() => Symbol('s'),
		() => new String('boxed'),
		() => new Number(0),
		() => Object.assign([1], { a: 2 }),
		() => Object.defineProperty({}, 'a', { get: () => 7, enumerable: true }),
		() =>
			Object.defineProperty({}, 'a', {
				get: () => {
					throw new Error('boom');
				},
				enumerable: true,
			}),
		() => Object.defineProperty({ b: 1 }, 'a', { value: 1, enumerable: false }),
		() => ({ [Symbol.toPrimitive]: () => 'x' }),
		() => ({ [Symbol.toStringTag]: 'Odd' }),
		() => JSON.parse('{"__proto__": {"a": 1}, "b": 2}') as unknown,
		() => Object.freeze({ a: Object.freeze([1]) }),
		() => new Proxy({ a: 1 }, {}),
		holes,
		cycle,
	),
);

const { value } = fc.letrec<{ value: Make }>((tie) => ({
	value: fc.oneof(
		{ maxDepth: 4, withCrossShrink: true },
		{ weight: 5, arbitrary: scalar },
		{ weight: 1, arbitrary: strange },
		{
			weight: 3,
			arbitrary: fc.array(tie('value'), { maxLength: 4 }).map(
				(makes): Make =>
					() =>
						makes.map((make) => make()),
			),
		},
		{
			weight: 4,
			arbitrary: fc.array(fc.tuple(name, tie('value')), { maxLength: 5 }).map(
				(entries): Make =>
					() =>
						Object.fromEntries(entries.map(([key, make]) => [key, make()])),
			),
		},
	),
}));

/** Makes the json of one item: nearly always an object with members paths will ask for. */
export const json: fc.Arbitrary<Make> = fc.oneof(
	{
		weight: 20,
		arbitrary: fc.array(fc.tuple(name, value), { minLength: 1, maxLength: 6 }).map(
			(entries): Make =>
				() =>
					Object.fromEntries(entries.map(([key, make]) => [key, make()])),
		),
	},
	{
		weight: 1,
		arbitrary: fc.constantFrom<Make>(
			() => ({}),
			() => undefined,
			() => new Point(),
		),
	},
);

const blank = fc.constantFrom('', '', ' ', ' ', '  ', '\n', '\t', '\r\n', '\u00a0', '/**/');

const step: fc.Arbitrary<string> = fc.oneof(
	{
		weight: 5,
		arbitrary: fc.tuple(fc.constantFrom('.', '.', '?.', ' .', '. '), name).map(([point, text]) => point + text),
	},
	{
		weight: 3,
		arbitrary: fc
			.tuple(fc.constantFrom('', '', '?.', '.'), fc.constantFrom('"', "'", '`'), name)
			.map(([point, quote, text]) => `${point}[${quote}${text}${quote}]`),
	},
	{
		weight: 2,
		arbitrary: fc
			.tuple(
				fc.constantFrom('', '?.'),
				fc.constantFrom('0', '1', '2', '00', '-1', '1.0', '99', '4294967295', '1e1', '0x1', '"0"'),
			)
			.map(([point, index]) => `${point}[${index}]`),
	},
	{
		weight: 1,
		arbitrary: fc.constantFrom(
			'.trim()',
			'.length',
			'!',
			'[',
			']',
			'.',
			'?',
			' ',
			';',
			'()',
			'?.()',
			'[a]',
			'[$json.a]',
			'+1',
			'.$',
			'.#a',
			'``',
			'..a',
			'["a"]["b.first()"]',
		),
	},
);

const path = fc
	.tuple(
		fc.constantFrom(
			'$json',
			'$json',
			'$json',
			'$json',
			'$json',
			'$jsonx',
			'($json)',
			'$binary',
			'$input.item.json',
			'this',
			'',
			'$itemIndex',
		),
		fc.array(step, { maxLength: 4 }),
	)
	.map(([root, steps]) => root + steps.join(''));

const code = fc.tuple(blank, path, blank).map((parts) => parts.join(''));
const braces = fc.oneof(
	{ weight: 12, arbitrary: code.map((text) => `{{${text}}}`) },
	{ weight: 1, arbitrary: code.map((text) => `{{{${text}}}}`) },
	{ weight: 1, arbitrary: code.map((text) => `{{${text}`) },
);

const text = fc.oneof(
	fc.string({ maxLength: 8 }),
	fc.string({ unit: 'binary', maxLength: 4 }),
	fc.constantFrom(
		'',
		'',
		'',
		' ',
		'\n',
		'Hello ',
		'{',
		'}',
		'}}',
		'"',
		'{"a": "',
		'"}}',
		'\\',
		'\\{{',
		'\u2028',
		'.constructor',
		'. constructor',
		'=',
		'${a}',
		'`',
		"'",
	),
);

const whole = braces.map((part) => `=${part}`);
const template = fc.array(fc.oneof(text, braces), { maxLength: 5 }).map((parts) => `=${parts.join('')}`);

/** Several expressions for one item. */
export const expressions: fc.Arbitrary<string[]> = fc.array(
	fc.oneof({ weight: 3, arbitrary: whole }, { weight: 2, arbitrary: template }),
	{ minLength: 4, maxLength: 10 },
);
