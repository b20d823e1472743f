/** Header sections of answers: interim and final heads, trailers, CONTINUATION, malformed fields, limits (RFC 9113 §4.3, §6.10, §8). */
import type { HeaderField } from '../../../nodes/shared/http2/hpack/hpack';
import {
	block,
	createPeer,
	data,
	E,
	END_HEADERS,
	END_STREAM,
	expectConnectionError,
	frame,
	headers,
	ok,
	ping,
	pushFields,
	S,
	T,
	uint32,
} from './supportPeer';

/** A head that ends its stream: HEADERS with the first part, CONTINUATION with each other. */
const inPieces = (parts: readonly Buffer[], id = 1): Buffer[] =>
	parts.map((part, at) => {
		const end = at === parts.length - 1 ? END_HEADERS : 0;
		return at === 0 ? frame(T.headers, END_STREAM | end, id, part) : frame(T.continuation, end, id, part);
	});

describe('heads and trailers', () => {
	test('RFC 9113 §8.1 interim answers are passed over, however many', () => {
		const peer = createPeer();
		peer.open('a');
		peer.send(
			headers(1, [[':status', '100']], 0),
			headers(
				1,
				[
					[':status', '103'],
					['link', 'x'],
				],
				0,
			),
			ok(1),
		);
		expect(peer.ends).toMatchObject([{ name: 'a', end: 'complete', status: 200 }]);
	});

	test('RFC 9113 §8.1 an interim answer may not end the stream', () => {
		const peer = createPeer();
		peer.open('a');
		peer.open('b');
		peer.send(headers(1, [[':status', '100']]), ok(3));
		expect(peer.ends).toMatchObject([
			{ name: 'a', end: 'malformed', code: E.protocol },
			{ name: 'b', end: 'complete' },
		]);
	});

	test('RFC 9113 §8.6 status 101 does not exist in HTTP/2', () => {
		const peer = createPeer();
		peer.open('a');
		peer.send(headers(1, [[':status', '101']], 0));
		expect(peer.ends).toMatchObject([{ name: 'a', end: 'malformed' }]);
	});

	test('RFC 9113 §8.1 trailers end an answer and leave its head as it was', () => {
		const peer = createPeer();
		peer.open('a');
		peer.send(headers(1, [[':status', '400']], 0), data(1, '{}', 0), headers(1, [['x-trailer', '1']]));
		expect(peer.ends).toMatchObject([{ name: 'a', end: 'complete', status: 400, body: '{}' }]);
	});

	test.each([
		['a pseudo-header', [[':status', '200']] as Array<[string, string]>, END_STREAM],
		['no END_STREAM', [['x', '1']] as Array<[string, string]>, 0],
	])('RFC 9113 §8.1 trailers with %s are malformed', (_what, fields, flags) => {
		const peer = createPeer();
		peer.open('a');
		peer.send(headers(1, [[':status', '200']], 0), headers(1, fields, flags));
		expect(peer.ends).toMatchObject([{ name: 'a', end: 'malformed', code: E.protocol, status: 200 }]);
	});

	test('RFC 9113 §8.1.1 a body of another length than content-length is malformed', () => {
		const peer = createPeer();
		peer.open('a');
		peer.open('b');
		peer.send(
			headers(
				1,
				[
					[':status', '200'],
					['content-length', '3'],
				],
				0,
			),
			data(1, 'ab'),
			headers(
				3,
				[
					[':status', '200'],
					['content-length', '2'],
				],
				0,
			),
			data(3, 'ab'),
		);
		expect(peer.ends).toMatchObject([
			{ name: 'a', end: 'malformed' },
			{ name: 'b', end: 'complete', body: 'ab' },
		]);
	});
});

describe('content-length', () => {
	const head = (...lengths: string[]): Buffer =>
		headers(1, [[':status', '200'], ...lengths.map((length): [string, string] => ['content-length', length])], 0);

	test.each([
		['of several digits', ['12']],
		['twice the same', ['12', '12']],
		['with a zero in front', ['012']],
	])('RFC 9113 §8.1.1 %s is right for a body of twelve octets, and no other', (_what, lengths) => {
		for (const [octets, end] of [
			[11, 'malformed'],
			[12, 'complete'],
			[13, 'malformed'],
		] as const) {
			const peer = createPeer();
			peer.open('a');
			peer.send(head(...lengths), data(1, 'x'.repeat(octets)));
			expect(peer.ends.map((one) => one.end)).toEqual([end]);
		}
	});

	test.each([[['']], [['-1']], [['1x']], [['x1']], [['1.5']], [['1,1']], [['1', '2']], [['1'.repeat(16)]]])(
		'RFC 9110 §8.6 %j is malformed, and known before any body comes',
		(lengths) => {
			const peer = createPeer();
			peer.open('a');
			peer.send(head(...lengths));
			expect(peer.ends).toMatchObject([{ end: 'malformed', code: E.protocol, status: undefined }]);
		},
	);
});

// prettier-ignore
describe.each<[string, Array<[string, string]>]>([
	['RFC 9113 §8.3.2 no :status', [['date', 'x']]],
	['RFC 9113 §8.3 :status twice', [[':status', '200'], [':status', '200']]],
	['RFC 9113 §8.3 :status behind a field', [['date', 'x'], [':status', '200']]],
	['RFC 9113 §8.3.2 a :status that is no number', [[':status', 'ok']]],
	['RFC 9113 §8.3.2 a :status of two digits', [[':status', '20']]],
	['RFC 9113 §8.3.2 a :status of four digits', [[':status', '1200']]],
	['RFC 9113 §8.3.2 a :status below 100', [[':status', '099']]],
	['RFC 9113 §8.3 a pseudo-header of requests', [[':status', '200'], [':path', '/']]],
	['RFC 9113 §8.2.1 an upper-case name', [[':status', '200'], ['Date', 'x']]],
	['RFC 9113 §8.2.1 a name with a blank', [[':status', '200'], ['a b', 'x']]],
	['RFC 9113 §8.2.1 an empty name', [[':status', '200'], ['', 'x']]],
	['RFC 9113 §8.2.1 a line break in a value', [[':status', '200'], ['date', 'a\nb']]],
	['RFC 9113 §8.2.1 a carriage return in a value', [[':status', '200'], ['date', 'a\rb']]],
	['RFC 9113 §8.2.1 a zero octet in a value', [[':status', '200'], ['date', 'a\0b']]],
	['RFC 9113 §8.2.2 a connection field', [[':status', '200'], ['connection', 'close']]],
	['RFC 9113 §8.2.2 transfer-encoding', [[':status', '200'], ['transfer-encoding', 'chunked']]],
])('%s', (_what, fields) => {
	test('is malformed: the stream is reset, the others go on', () => {
		const peer = createPeer();
		peer.open('a');
		peer.open('b');
		peer.frames();
		peer.send(headers(1, fields), ok(3));
		expect(peer.ends).toMatchObject([{ name: 'a', end: 'malformed', code: E.protocol }, { name: 'b', end: 'complete' }]);
		expect(peer.frames()).toMatchObject([{ type: T.rst, id: 1, payload: uint32(E.protocol) }]);
		expect(peer.errors).toEqual([]);
	});
});

describe('CONTINUATION', () => {
	const whole = block([
		[':status', '200'],
		['apns-id', 'x'.repeat(40)],
	]);

	test.each([1, 2, 3, 7, 14])('RFC 9113 §6.10 a head in %i pieces is one head', (pieces) => {
		const peer = createPeer();
		peer.open('a');
		const size = Math.ceil(whole.length / pieces);
		const parts = Array.from({ length: pieces }, (_none, at) => whole.subarray(at * size, (at + 1) * size));
		peer.send(...inPieces(parts));
		expect(peer.ends).toMatchObject([{ name: 'a', end: 'complete', status: 200 }]);
	});

	test.each([
		['another type', ping()],
		['another stream', frame(T.continuation, END_HEADERS, 3, whole)],
		['an unknown type', frame(99, 0, 1, 'x')],
		['HEADERS', headers(3, [[':status', '200']])],
	])('RFC 9113 §6.10 a head interrupted by %s ends the connection with PROTOCOL_ERROR', (_what, between) => {
		const peer = createPeer();
		peer.open('a');
		peer.open('b');
		peer.frames();
		peer.send(frame(T.headers, END_STREAM, 1, whole.subarray(0, 5)), between);
		expectConnectionError(peer, E.protocol);
	});

	test('RFC 9113 §6.10 CONTINUATION without a head ends the connection with PROTOCOL_ERROR', () => {
		const peer = createPeer();
		peer.open('a');
		peer.frames();
		peer.send(frame(T.continuation, END_HEADERS, 1, whole));
		expectConnectionError(peer, E.protocol);
	});
});

describe('limits', () => {
	test("RFC 9113 §10.5.1 a header list above the peer's limit is not sent at all", () => {
		const peer = createPeer({ settings: [[S.list, 200]] });
		expect(
			peer.client.open(
				[...pushFields(), { name: 'apns-collapse-id', value: 'x'.repeat(64), indexing: 'nameOnly' }],
				undefined,
				'a',
			),
		).toBe('headerListTooLarge');
		expect(peer.frames()).toEqual([]);
		expect(peer.client.streams.size).toBe(0);
	});

	test("RFC 9113 §6.5.2 a header list of exactly the peer's limit is sent, one octet above it is not", () => {
		// Each field counts 32 octets beside its name and value.
		const size = pushFields('a').reduce((sum, { name, value }) => sum + name.length + value.length + 32, 0);
		const peer = createPeer({ settings: [[S.list, size]] });
		peer.open('a');
		expect(peer.client.open(pushFields('aa'), undefined, 'b')).toBe('headerListTooLarge');
		expect(peer.frames().map(({ id }) => id)).toEqual([1]);
	});

	test('RFC 9113 §4.2 a header list that may not fit one frame is not sent; one that surely does is', () => {
		// What a list may take at most: 18 octets for each field beside its name and value, and 12 for size updates.
		const most = 12 + pushFields('').reduce((sum, { name, value }) => sum + name.length + value.length + 18, 0);
		const filler = '\xff'.repeat(16_384 - most - 'x-filler'.length - 18);
		const fields = (value: string): HeaderField[] => [
			...pushFields(''),
			{ name: 'x-filler', value, indexing: 'never-in-table' },
		];
		const peer = createPeer();
		expect(peer.client.open(fields(`${filler}x`), undefined, 'larger')).toBe('headerListTooLarge');
		peer.open('whole', undefined, fields(filler));
		const [first] = peer.frames();
		expect(first?.payload.length).toBeLessThanOrEqual(16_384);
		expect(first?.fields.at(-1)).toEqual(['x-filler', filler]);
	});

	// 20 octets: `:status: 200` in one, then a literal of 3 + 4 + 12.
	const head = Buffer.concat([Buffer.from([0x88]), block([['name', 'x'.repeat(12)]])]);
	const fourths = [0, 5, 10, 15].map((at) => head.subarray(at, at + 5));
	const none = Buffer.alloc(0);

	test.each([
		['octets', { maxHeaderBlockBytes: 20 }, fourths, [...fourths, Buffer.from([0x88])]],
		['CONTINUATION frames', { maxContinuations: 4 }, [...fourths, none], [...fourths, none, none]],
	])(
		'RFC 9113 §10.5.1 a head of exactly as many %s as are allowed is read, one more is ENHANCE_YOUR_CALM',
		(_what, limits, exactly, above) => {
			const peer = createPeer({ limits });
			peer.open('a');
			peer.open('b');
			peer.frames();
			peer.send(...inPieces(exactly));
			expect(peer.ends).toMatchObject([{ name: 'a', end: 'complete', status: 200 }]);
			peer.send(...inPieces(above, 3));
			expectConnectionError(peer, E.calm);
		},
	);

	test('RFC 9113 §10.5.1 fields beyond our own limit are dropped, and the status still counts', () => {
		const peer = createPeer({ limits: { maxHeaderListBytes: 200 } });
		peer.open('a');
		peer.send(
			headers(1, [
				[':status', '410'],
				['x', 'y'.repeat(500)],
			]),
		);
		expect(peer.ends).toMatchObject([{ name: 'a', end: 'complete', status: 410 }]);
	});

	test('RFC 9113 §8.4 PUSH_PROMISE ends the connection, since push is switched off', () => {
		const peer = createPeer();
		peer.open('a');
		peer.frames();
		peer.send(frame(T.push, END_HEADERS, 1, Buffer.concat([uint32(2), block([[':method', 'GET']])])));
		expectConnectionError(peer, E.protocol);
	});
});
