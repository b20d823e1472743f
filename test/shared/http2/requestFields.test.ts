/** Names and values that may not be sent are refused before anything is written, in every place and form of a header (RFC 9113 §8.2.1). */
import { requestProblem } from '../../../nodes/shared/http2/fieldRules';
import type { Indexing } from '../../../nodes/shared/http2/hpack/hpack';
import { createPeer, pushFields, T } from './supportPeer';

const rules: Indexing[] = ['always', 'onRepeat', 'nameOnly', 'never-in-table'];
const long = 'x'.repeat(200);

/** Every octet and a few characters beyond that no value may hold. */
const illegalCharacters = [
	...Array.from({ length: 0x20 }, (_, code) => String.fromCharCode(code)).filter((character) => character !== '\t'),
	'\x7f',
	'\u0100',
	'\u010a',
	'\u010d',
	'\u2028',
	'\ud83d\ude00',
	'\ud800',
];

describe.each(rules)('a header that is indexed %s', (indexing) => {
	test.each(illegalCharacters.map((character) => [JSON.stringify(character), character]))(
		'is refused with %s in its value, wherever it stands',
		(_shown, character) => {
			const peer = createPeer();
			for (const value of [character, `${character}a`, `a${character}`, `a${character}b`, long + character + long]) {
				const fields = [...pushFields(), { name: 'apns-collapse-id', value, indexing }];
				expect(peer.client.open(fields, Buffer.from('{}'), 'refused')).toBe('illegalField');
				expect(requestProblem(fields)).toMatch(/^the header apns-collapse-id holds /);
			}
			expect(peer.frames()).toEqual([]);
			expect(peer.client.streams.size).toBe(0);
		},
	);

	test.each([
		'',
		' ',
		'Apns-Topic',
		'apns topic',
		'apns-topic:',
		':',
		'::path',
		'a\r\nb',
		'a\0',
		'\u00e4',
		'\u0131',
		'a"b',
		'connection',
		'transfer-encoding',
		'keep-alive',
		'proxy-connection',
		'upgrade',
	])('is refused with the name %j', (name) => {
		const peer = createPeer();
		const fields = [...pushFields(), { name, value: 'x', indexing }];
		expect(peer.client.open(fields, undefined, 'refused')).toBe('illegalField');
		// Once more: a name that was refused is not known as good afterwards.
		expect(peer.client.open(fields, undefined, 'refused')).toBe('illegalField');
		expect(requestProblem(fields)).toMatch(/header/);
		expect(peer.frames()).toEqual([]);
	});

	test.each(['', 'a', 'a b', 'a\tb', '\x80\xff', "!#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", long])(
		'is sent with the value %j',
		(value) => {
			const peer = createPeer();
			for (const name of ['a', 'b']) {
				peer.open(name, undefined, [...pushFields(), { name: 'x-test', value, indexing }]);
				expect(peer.frames()[0]?.fields.at(-1)).toEqual(['x-test', value]);
			}
			expect(requestProblem([{ name: 'x-test', value }])).toBeUndefined();
		},
	);

	test.each([' a', 'a ', '\ta', 'a\t', ' '])('is refused with blanks at an end of its value: %j', (value) => {
		const peer = createPeer();
		const fields = [...pushFields(), { name: 'x-test', value, indexing }];
		expect(peer.client.open(fields, undefined, 'refused')).toBe('illegalField');
		expect(requestProblem(fields)).toBe('the header x-test begins or ends with a blank');
		expect(peer.frames()).toEqual([]);
	});
});

test('the problem names the header, never its value', () => {
	const secret = 'bearer very-secret\n';
	expect(requestProblem([...pushFields(), { name: 'authorization', value: secret }])).not.toContain('secret');
});

test('a good header list has no problem, and a refused one leaves the tables in step', () => {
	const peer = createPeer();
	expect(requestProblem(pushFields())).toBeUndefined();
	peer.open('a');
	peer.frames();
	const bad = [...pushFields('b'), { name: 'x-new', value: 'entered', indexing: 'always' as const }];
	expect(peer.client.open([...bad, { name: 'x-bad', value: '\n', indexing: 'always' }], undefined, 'b')).toBe(
		'illegalField',
	);
	for (let count = 0; count < 3; count++) {
		peer.open('c', 'body', [...pushFields('c'), { name: 'x-new', value: 'entered', indexing: 'always' }]);
		expect(peer.frames().find(({ type }) => type === T.headers)?.fields).toEqual([
			...pushFields('c').map(({ name, value }) => [name, value]),
			['x-new', 'entered'],
		]);
	}
});

test.each(['', 'device', ' /3', '/3 ', '/3/device/a b', '/3\r\n', '/3/\t', '/3/\x7f', '/3/\xe9', '/3/\u0130'])(
	'a path of %j is refused (RFC 9113 §8.3.1)',
	(value) => {
		const peer = createPeer();
		const fields = pushFields().map((field) => (field.name === ':path' ? { ...field, value } : field));
		expect(peer.client.open(fields, Buffer.from('{}'), 'refused')).toBe('illegalField');
		expect(requestProblem(fields)).toMatch(/^the path /);
		expect(peer.frames()).toEqual([]);
	},
);

test.each(['/', '/3/device/~', '/!#$%&()*+,-./:;<=>?@[]^_`{|}~'])('a path of %j is sent as it is', (value) => {
	const peer = createPeer();
	const fields = pushFields().map((field) => (field.name === ':path' ? { ...field, value } : field));
	peer.open('a', undefined, fields);
	expect(requestProblem(fields)).toBeUndefined();
	expect(peer.frames()[0]?.fields).toContainEqual([':path', value]);
});
