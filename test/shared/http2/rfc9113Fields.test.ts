/** Header sections of answers: interim and final heads, trailers, CONTINUATION, malformed fields, limits (RFC 9113 §4.3, §6.10, §8). */
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

// prettier-ignore
describe.each<[string, Array<[string, string]>]>([
	['RFC 9113 §8.3.2 no :status', [['date', 'x']]],
	['RFC 9113 §8.3 :status twice', [[':status', '200'], [':status', '200']]],
	['RFC 9113 §8.3 :status behind a field', [['date', 'x'], [':status', '200']]],
	['RFC 9113 §8.3.2 a :status that is no number', [[':status', 'ok']]],
	['RFC 9113 §8.3 a pseudo-header of requests', [[':status', '200'], [':path', '/']]],
	['RFC 9113 §8.2.1 an upper-case name', [[':status', '200'], ['Date', 'x']]],
	['RFC 9113 §8.2.1 a name with a blank', [[':status', '200'], ['a b', 'x']]],
	['RFC 9113 §8.2.1 an empty name', [[':status', '200'], ['', 'x']]],
	['RFC 9113 §8.2.1 a line break in a value', [[':status', '200'], ['date', 'a\nb']]],
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
		peer.send(
			...parts.map((part, at) =>
				frame(
					at === 0 ? T.headers : T.continuation,
					(at === 0 ? END_STREAM : 0) | (at === pieces - 1 ? END_HEADERS : 0),
					1,
					part,
				),
			),
		);
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
