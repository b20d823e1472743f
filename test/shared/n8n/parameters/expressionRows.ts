/** One row for each case in which n8n's engines are known to agree or to differ, with how it has to be answered. */
import { DateTime } from 'luxon';

export interface ExpressionRow {
	readonly name: string;
	readonly expression: string;
	readonly json: unknown;
	/** Whether it is resolved without the engine. */
	readonly direct: boolean;
}

/** A value that is no plain data. */
export class Point {
	constructor(readonly x = 1) {}
}

const holes = (): unknown[] => {
	const array: unknown[] = [1];
	array[2] = 3;
	return array;
};

const withProto = (): unknown => JSON.parse('{"a": {"__proto__": {"x": 1}, "y": 2}}');

const row = (name: string, expression: string, json: unknown, direct: boolean): ExpressionRow => ({
	name,
	expression,
	json,
	direct,
});
const yes = (name: string, expression: string, json: unknown): ExpressionRow => row(name, expression, json, true);
const no = (name: string, expression: string, json: unknown): ExpressionRow => row(name, expression, json, false);

export const rows: readonly ExpressionRow[] = [
	yes('a text', '={{ $json.a }}', { a: 'x' }),
	yes('an empty text', '={{ $json.a }}', { a: '' }),
	yes('a text that looks like an expression', '={{ $json.a }}', { a: '={{ $json.b }}', b: 1 }),
	yes('a number', '={{ $json.a }}', { a: 1.5 }),
	yes('not a number', '={{ $json.a }}', { a: NaN }),
	yes('negative zero', '={{ $json.a }}', { a: -0 }),
	yes('infinity', '={{ $json.a }}', { a: -Infinity }),
	yes('a boolean', '={{ $json.a }}', { a: false }),
	yes('null', '={{ $json.a }}', { a: null }),
	yes('an undefined member', '={{ $json.a }}', { a: undefined }),
	yes('a missing member', '={{ $json.b }}', { a: 1 }),
	yes('a missing path', '={{ $json.b.c.d }}', { a: 1 }),
	yes('a null parent', '={{ $json.a.b }}', { a: null }),
	yes('an item without json', '={{ $json.a }}', undefined),
	yes('a date', '={{ $json.a }}', { a: new Date(1_700_000_000_000) }),
	yes('a plain object', '={{ $json.a }}', { a: { b: [1, 'x', null, { c: true }] } }),
	yes('a plain array', '={{ $json.a }}', { a: [1, [2, []], {}] }),
	yes('the whole item', '={{ $json }}', { a: 1, b: { c: 'x' } }),
	yes('one blank before', '= {{ $json.a }}', { a: 5 }),
	yes('one line break behind', '={{ $json.a }}\n', { a: 5 }),
	yes('text alone', '=only text', {}),
	yes('an empty expression', '=', {}),
	yes('two paths side by side', '={{ $json.a }}{{ $json.b }}', { a: 1, b: 2 }),
	yes('a template of JSON', '={"a": {"b": "{{ $json.a }}", "c": {{ $json.a }}}}', { a: 1 }),
	yes('closing braces that nothing opened', '=x }} {{ $json.a }}', { a: 1 }),
	yes('quotes, dollars and separators around', '=\u2028"\'`${x} %s {{ $json.a }} }', { a: 1 }),
	yes('null in a template', '=x{{ $json.a }}', { a: null }),
	yes('undefined in a template', '=x{{ $json.a }}', {}),
	yes('not a number in a template', '=x{{ $json.a }}', { a: NaN }),
	yes('zero in a template', '=x{{ $json.a }}', { a: 0 }),
	yes('negative zero in a template', '=x{{ $json.a }}', { a: -0 }),
	yes('false in a template', '=x{{ $json.a }}', { a: false }),
	yes('true in a template', '=x{{ $json.a }}', { a: true }),
	yes('a large number in a template', '=x{{ $json.a }}', { a: 1e21 }),
	yes('a text in a template', '=Hello {{ $json.a }}!', { a: 'Zoë 👋' }),
	yes('an array in a template', '=x{{ $json.a }}', { a: [1, null, 'x', { b: 1 }, [2, 3]] }),
	yes('an empty array in a template', '=x{{ $json.a }}', { a: [] }),
	yes('an object in a template', '=x{{ $json.a }}', { a: { b: 1 } }),
	yes('blanks inside the braces', '={{   $json.a\t}}', { a: 1 }),
	yes('no blanks inside the braces', '={{$json.a}}', { a: 1 }),
	yes('line breaks inside the braces', '={{\n\t$json.a\r\n}}', { a: 1 }),
	yes('double quotes', '={{ $json["a"] }}', { a: 1 }),
	yes('single quotes with a point and a blank', "={{ $json['a.b c'] }}", { 'a.b c': 1 }),
	yes('a quoted name beyond ASCII', '={{ $json["né 👋"] }}', { 'né 👋': 1 }),
	yes('optional chaining', '={{ $json?.a?.["b"]?.[0]?.c }}', { a: { b: [{ c: 1 }] } }),
	yes('optional chaining into nothing', '={{ $json?.x?.["b"]?.[0] }}', {}),
	yes('an index', '={{ $json.a[1] }}', { a: [1, 2] }),
	yes('an index behind the end', '={{ $json.a[7] }}', { a: [1, 2] }),
	yes('an index into an object', '={{ $json.a[7] }}', { a: { 7: 'x' } }),
	yes('a reserved word as a name', '={{ $json.class.default }}', { class: { default: 1 } }),

	no('a blank between two steps', '={{ $json .a }}', { a: 1 }),
	no('a date in a template', '=x{{ $json.a }}', { a: new Date(0) }),
	no('an invalid date', '={{ $json.a }}', { a: new Date(NaN) }),
	no('a date inside an object', '={{ $json.a }}', { a: { b: new Date(0) } }),
	no('a member of a date', '={{ $json.a.b }}', { a: new Date(0) }),
	no('the length of an array', '={{ $json.a.length }}', { a: [1] }),
	no('the length of a text', '={{ $json.a.length }}', { a: 'abc' }),
	no('length as an own key', '={{ $json.length }}', { length: 5 }),
	no('an index into a text', '={{ $json.a[0] }}', { a: 'abc' }),
	no('a member of a number', '={{ $json.a.b }}', { a: 5 }),
	no('a name of Array.prototype', '={{ $json.a.map }}', { a: [1] }),
	no('a name of Array.prototype as an own key', '={{ $json.map }}', { map: 1 }),
	no('a name of Object.prototype', '={{ $json.toString }}', {}),
	no('a name of Object.prototype as an own key', '={{ $json.valueOf }}', { valueOf: 1 }),
	no('a quoted name of Object.prototype', '={{ $json["hasOwnProperty"] }}', { hasOwnProperty: 1 }),
	no('an object with a key of Object.prototype', '={{ $json.a }}', { a: { toString: 'x' } }),
	no('an object with a key of Object.prototype in a template', '=x{{ $json.a }}', { a: { toString: 'x' } }),
	no('an own key __proto__', '={{ $json.a }}', withProto()),
	no('a path over __proto__', '={{ $json.a.__proto__ }}', { a: {} }),
	no('a name on an array', '={{ $json.a.b }}', { a: [1] }),
	no('constructor', '={{ $json.constructor }}', {}),
	no('a quoted constructor', '={{ $json["constructor"] }}', { constructor: 1 }),
	no('caller', '={{ $json.caller }}', { caller: 1 }),
	no('arguments', '={{ $json["arguments"] }}', { arguments: 1 }),
	no('binding', '={{ $json.a.binding }}', { a: { binding: 1 } }),
	no('prototype', '={{ $json.prototype }}', { prototype: 1 }),
	no('globalThis', '={{ $json.globalThis }}', { globalThis: 1 }),
	no('a literal .constructor in the text', '=a.constructor {{ $json.a }}', { a: 1 }),
	no('a literal .constructor over two lines', '=a.\n constructor', { a: 1 }),
	no('a time of luxon', '={{ $json.a }}', { a: DateTime.fromMillis(0, { zone: 'utc' }) }),
	no('a time of luxon inside an object', '={{ $json.a }}', { a: { b: DateTime.fromMillis(0, { zone: 'utc' }) } }),
	no('a buffer', '={{ $json.a }}', { a: Buffer.from('abc') }),
	no('a map', '={{ $json.a }}', { a: new Map([[1, 2]]) }),
	no('a class instance', '={{ $json.a }}', { a: new Point() }),
	no('a class instance in a template', '=x{{ $json.a }}', { a: new Point() }),
	no('an object without prototype', '={{ $json.a }}', { a: Object.assign(Object.create(null), { b: 1 }) }),
	no('a function', '={{ $json.a }}', { a: () => 1 }),
	no('a bigint', '={{ $json.a }}', { a: 5n }),
	no('a symbol', '={{ $json.a }}', { a: Symbol('x') }),
	no('a sparse array', '={{ $json.a }}', { a: holes() }),
	no('a sparse array in a template', '=x{{ $json.a }}', { a: holes() }),
	no('an undefined element', '={{ $json.a }}', { a: [1, undefined] }),
	no('an undefined element by index', '={{ $json.a[0] }}', { a: [undefined] }),
	no('an undefined member inside an object', '={{ $json.a }}', { a: { b: undefined } }),
	no('infinity inside an array', '={{ $json.a }}', { a: [Infinity] }),
	no('negative zero inside an object', '={{ $json.a }}', { a: { b: -0 } }),
	no('an array with a member of its own', '={{ $json.a }}', { a: Object.assign([1], { b: 2 }) }),
	no('a key __isError', '={{ $json.a }}', { a: { __isError: true, name: 'Error', message: 'x' } }),
	no('a path over __isError', '={{ $json.a.__isError }}', { a: { __isError: true } }),
	no('a text with NUL', '={{ $json.a }}', { a: 'a\0b' }),
	no('a text with a byte order mark', '={{ $json.a }}', { a: '\ufeffb' }),
	no('a byte order mark before the braces', '=\ufeff{{ $json.a }}', { a: 'b' }),
	no('a text with half a surrogate pair', '={{ $json.a }}', { a: 'a\ud800' }),
	no('a backslash in the text', '=a\\n {{ $json.a }}', { a: 1 }),
	no('a backslash in a name', '={{ $json["a\\u0041"] }}', { aA: 1 }),
	no('unclosed braces', '={{ $json.a', { a: 1 }),
	no('empty braces', '={{ }}', {}),
	no('three opening braces', '={{{ $json.a }}}', { a: 1 }),
	no('a call', '={{ $json.a.trim() }}', { a: ' x ' }),
	no('a call of n8n', '={{ $json.a.isEmpty() }}', { a: '' }),
	no('an operator', '={{ $json.a + 1 }}', { a: 1 }),
	no('a computed index', '={{ $json.a[1-1] }}', { a: [1] }),
	no('an index with a leading zero', '={{ $json.a[00] }}', { a: [1] }),
	no('a comment', '={{ $json.a /* b */ }}', { a: 1 }),
	no('$input', '={{ $input.item.json.a }}', { a: 1 }),
	no('$binary', '={{ $binary.a }}', {}),
	no('$itemIndex', '={{ $itemIndex }}', {}),
	no('a literal', '={{ 5 }}', {}),
	no('another variable that begins alike', '={{ $jsonx }}', {}),
];
