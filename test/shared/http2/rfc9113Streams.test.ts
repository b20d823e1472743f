/** RFC 9113 §5 and §8.1, the life of a stream: ends of every kind, late frames, frames where none may be. */
import {
	createPeer,
	data,
	E,
	END_HEADERS,
	END_STREAM,
	expectConnectionError,
	frame,
	headers,
	ok,
	PADDED,
	padded,
	ping,
	PRIORITY,
	pushFields,
	rst,
	S,
	settings,
	T,
	type TestPeer,
	uint32,
	windowUpdate,
} from './supportPeer';

describe('answers', () => {
	test('RFC 9113 §8.1 an answer is a head, a body and an end', () => {
		const peer = createPeer();
		peer.open('a', 'payload');
		peer.send(
			headers(
				1,
				[
					[':status', '400'],
					['apns-id', 'x'],
				],
				0,
			),
			data(1, '{"reason":', 0),
			data(1, '"BadPath"}'),
		);
		expect(peer.log).toEqual(['a complete 0 400 [:status=400 apns-id=x] {"reason":"BadPath"}']);
		expect(peer.client.streams.size).toBe(0);
	});

	test('RFC 9113 §5.1 answers may come in any order, mixed with each other', () => {
		const peer = createPeer();
		for (const name of ['a', 'b', 'c']) peer.open(name);
		peer.send(
			headers(5, [[':status', '400']], 0),
			headers(1, [[':status', '410']], 0),
			data(5, 'five', 0),
			ok(3),
			data(1, 'one'),
			data(5, '!'),
		);
		expect(peer.ends.map(({ name, status, body }) => [name, status, body])).toEqual([
			['b', 200, ''],
			['a', 410, 'one'],
			['c', 400, 'five!'],
		]);
	});

	test('RFC 9113 §6.1 DATA without octets is no body, and may end a stream', () => {
		const peer = createPeer();
		const stream = peer.open('a');
		peer.send(headers(1, [[':status', '200']], 0), data(1, '', 0));
		expect(stream.body).toBeUndefined();
		peer.send(data(1, ''));
		expect(peer.ends).toMatchObject([{ end: 'complete', status: 200, body: '' }]);
	});

	test('RFC 9113 §8.1 an answer before the request is whole stands: the rest of the body is not sent, RST_STREAM(NO_ERROR) ends it', () => {
		const peer = createPeer({ settings: [[S.window, 3]] });
		peer.open('a', 'abcdef');
		peer.frames();
		peer.send(headers(1, [[':status', '413']], END_STREAM));
		expect(peer.frames()).toMatchObject([{ type: T.rst, id: 1, payload: uint32(E.none) }]);
		expect(peer.ends).toMatchObject([{ end: 'complete', status: 413 }]);
		peer.send(rst(1, E.none), windowUpdate(1, 10), settings([S.window, 100]));
		expect(peer.frames().map((one) => one.type)).toEqual([T.settings]);
		expect(peer.errors).toEqual([]);
	});

	test('RFC 9113 §8.1 RST_STREAM(NO_ERROR) right behind a whole answer is no error', () => {
		const peer = createPeer();
		peer.open('a', 'abc');
		peer.send(ok(1), rst(1, E.none));
		expect(peer.log).toEqual(['a complete 0 200 [:status=200] ']);
	});

	test('RFC 9113 §8.1 RST_STREAM(NO_ERROR) behind a head without END_STREAM leaves the status readable', () => {
		const peer = createPeer();
		peer.open('a', 'abc');
		peer.send(headers(1, [[':status', '403']], 0), data(1, 'part', 0), rst(1, E.none));
		expect(peer.ends).toEqual([{ name: 'a', end: 'reset', code: E.none, status: 403, body: 'part' }]);
	});

	test('RFC 9113 §6.4 RST_STREAM before any answer is told with its code, known or not', () => {
		const peer = createPeer();
		peer.open('a');
		peer.open('b');
		peer.send(rst(3, E.refused), rst(1, 0xfeedbeef));
		expect(peer.ends).toMatchObject([
			{ name: 'b', end: 'reset', code: E.refused, status: undefined },
			{ name: 'a', end: 'reset', code: 0xfeedbeef },
		]);
	});

	test('RFC 9113 §8.1.1 DATA before a head is malformed: that stream is reset', () => {
		const peer = createPeer();
		peer.open('a');
		peer.frames();
		peer.send(data(1, 'x'));
		expect(peer.frames()).toMatchObject([{ type: T.rst, id: 1, payload: uint32(E.protocol) }]);
		expect(peer.ends).toMatchObject([{ end: 'malformed', code: E.protocol, status: undefined }]);
	});
});

describe('late frames', () => {
	const late: Array<[string, Buffer[]]> = [
		['HEADERS', [headers(1, [[':status', '200']], 0)]],
		['a whole answer', [headers(1, [[':status', '200']], 0), data(1, 'x')]],
		['DATA alone', [data(1, 'x', 0), data(1, '', 0)]],
		['a malformed head', [headers(1, [['Bad', 'x']])]],
		['RST_STREAM', [rst(1, E.closed), rst(1, E.cancel)]],
		['WINDOW_UPDATE', [windowUpdate(1, 1)]],
		['PRIORITY', [frame(T.priority, 0, 1, '12345')]],
	];

	test.each(late)('RFC 9113 §5.1 %s on a stream this client reset is tolerated', (_name, frames) => {
		const peer = createPeer();
		peer.client.reset(peer.open('a'), E.cancel);
		peer.open('b');
		peer.frames();
		peer.send(...frames, ok(3));
		expect(peer.log).toEqual(['b complete 0 200 [:status=200] ']);
		expect(peer.frames()).toEqual([]);
	});

	test.each(late)('RFC 9113 §5.1 %s on a stream the peer reset harms nobody else', (name, frames) => {
		const peer = createPeer();
		peer.open('a');
		peer.open('b');
		peer.send(rst(1, E.refused));
		peer.frames();
		peer.send(...frames, ok(3));
		expect(peer.ends).toMatchObject([
			{ name: 'a', end: 'reset' },
			{ name: 'b', end: 'complete' },
		]);
		expect(peer.errors).toEqual([]);
		// What brings content is told STREAM_CLOSED, once; what may still be on its way is not.
		const refused = ['HEADERS', 'a whole answer', 'DATA alone', 'a malformed head'].includes(name);
		expect(peer.frames().map(({ type, id, payload }) => [type, id, payload])).toEqual(
			refused ? [[T.rst, 1, uint32(E.closed)]] : [],
		);
	});

	test("RFC 9113 §5.4.2 frames behind the peer's RST_STREAM are dropped in silence once no reset may go out", () => {
		let left = 1;
		const peer = createPeer({ mayReset: () => left-- > 0 });
		for (const name of ['a', 'b', 'c']) peer.open(name);
		peer.send(rst(1, E.refused), rst(3, E.refused));
		peer.frames();
		peer.send(data(1, 'x'), data(3, 'x'), ok(3), ok(5));
		expect(peer.frames().map(({ type, id }) => [type, id])).toEqual([[T.rst, 1]]);
		expect(peer.ends.at(-1)).toMatchObject({ name: 'c', end: 'complete' });
	});

	test.each([
		['RST_STREAM', rst(1, E.cancel)],
		['WINDOW_UPDATE', windowUpdate(1, 5)],
		['PRIORITY', frame(T.priority, 0, 1, '12345')],
		['an unknown frame', frame(0x99, 0, 1, 'x')],
	])('RFC 9113 §5.1 %s on a stream that ended is tolerated', (_name, bytes) => {
		const peer = createPeer();
		peer.open('a');
		peer.send(ok(1), bytes);
		expect(peer.ends).toHaveLength(1);
		expect(peer.errors).toEqual([]);
	});

	test.each([
		['DATA', data(1, 'x')],
		['empty DATA', data(1, '')],
		['HEADERS', ok(1)],
	])('RFC 9113 §5.1 %s after END_STREAM ends the connection with STREAM_CLOSED', (_name, bytes) => {
		const peer = createPeer();
		peer.open('a');
		peer.send(ok(1), bytes);
		expectConnectionError(peer, E.closed);
	});

	test("RFC 9113 §5.4.2 the peer's resets are remembered up to a number: frames behind older ones are forgiven", () => {
		for (const [resets, refused] of [
			[3, [1]],
			[4, []],
		] as const) {
			const peer = createPeer({ limits: { rememberedResets: 3 } });
			for (let count = 0; count < resets; count++) peer.open(String(count));
			for (let count = 0; count < resets; count++) peer.send(rst(count * 2 + 1, E.refused));
			peer.frames();
			peer.send(data(1, 'x'));
			expect(peer.frames().map(({ type, id }) => [type, id])).toEqual(refused.map((id) => [T.rst, id]));
			expect(peer.errors).toEqual([]);
		}
	});

	test('RFC 9113 §5.4.2 a stream that is over is not reset, not even by its owner', () => {
		const peer = createPeer();
		const [first, second] = [peer.open('a'), peer.open('b')];
		peer.frames();
		peer.client.reset(first, E.cancel);
		peer.client.reset(first, E.cancel);
		peer.send(ok(3));
		peer.client.reset(second, E.cancel);
		expect(peer.frames().map(({ type, id }) => [type, id])).toEqual([[T.rst, 1]]);
	});

	test('RFC 9113 §5.4.2 resets too old to be remembered are still tolerated', () => {
		const peer = createPeer({ limits: { rememberedResets: 3 } });
		for (let count = 0; count < 10; count++) peer.client.reset(peer.open(String(count)), E.cancel);
		for (let id = 1; id < 20; id += 2) peer.send(headers(id, [[':status', '200']], 0), data(id, 'x'));
		expect(peer.log).toEqual([]);
	});

	test('RFC 9113 §4.3 HEADERS of a reset stream are still decoded, since all streams share the table', () => {
		const peer = createPeer();
		peer.client.reset(peer.open('a'), E.cancel);
		peer.open('b');
		// 0x40: a new name and value into the table; 0xbe (index 62): the newest entry.
		const entry = Buffer.from('\x40\x04name\x05value', 'latin1');
		peer.send(
			frame(T.headers, END_HEADERS | END_STREAM, 1, Buffer.concat([Buffer.from([0x88]), entry])),
			frame(T.headers, END_HEADERS | END_STREAM, 3, Buffer.from([0x88, 0xbe])),
		);
		expect(peer.log).toEqual(['b complete 0 200 [:status=200 name=value] ']);
	});

	test('RFC 9113 §4.3 the same over CONTINUATION frames', () => {
		const peer = createPeer();
		peer.client.reset(peer.open('a'), E.cancel);
		peer.open('b');
		peer.send(
			frame(T.headers, 0, 1, Buffer.from('\x88\x40\x04na', 'latin1')),
			frame(T.continuation, END_HEADERS, 1, 'me\x05value'),
			frame(T.headers, END_HEADERS | END_STREAM, 3, Buffer.from([0x88, 0xbe])),
		);
		expect(peer.log).toEqual(['b complete 0 200 [:status=200 name=value] ']);
	});

	test('RFC 9113 §4.3 a broken header block of a reset stream ends the connection with COMPRESSION_ERROR', () => {
		const peer = createPeer();
		peer.client.reset(peer.open('a'), E.cancel);
		peer.send(frame(T.headers, END_HEADERS, 1, Buffer.from([0xff, 0x70])));
		expectConnectionError(peer, E.compression);
	});
});

describe('frames where none may be', () => {
	test.each([
		['HEADERS', ok(3)],
		['DATA', data(3, 'x')],
		['RST_STREAM', rst(3, E.cancel)],
		['WINDOW_UPDATE', windowUpdate(3, 1)],
	])('RFC 9113 §5.1 %s on an idle stream ends the connection with PROTOCOL_ERROR', (_name, bytes) => {
		const peer = createPeer();
		peer.open('a');
		peer.send(bytes);
		expectConnectionError(peer, E.protocol);
	});

	test.each([
		['HEADERS', ok(2)],
		['DATA', data(2, 'x')],
		['RST_STREAM', rst(2, E.cancel)],
		['WINDOW_UPDATE', windowUpdate(2, 1)],
	])('RFC 9113 §5.1.1 %s on a stream id of the server ends the connection with PROTOCOL_ERROR', (_name, bytes) => {
		const peer = createPeer();
		peer.open('a');
		peer.open('b');
		peer.send(bytes);
		expectConnectionError(peer, E.protocol);
	});

	test.each([
		['with its own block', frame(T.push, END_HEADERS, 1, Buffer.concat([uint32(2), Buffer.from([0x82])]))],
		['in pieces', frame(T.push, 0, 1, uint32(2))],
		['on stream 0', frame(T.push, END_HEADERS, 0, uint32(2))],
		['without octets', frame(T.push, END_HEADERS, 1)],
	])('RFC 9113 §8.4 PUSH_PROMISE %s ends the connection with PROTOCOL_ERROR: push is off', (_name, bytes) => {
		const peer = createPeer();
		peer.open('a');
		peer.send(bytes);
		expectConnectionError(peer, E.protocol);
	});

	test("RFC 9113 §5.3.2 PRIORITY is ignored on any stream, idle ones and the server's included", () => {
		const peer = createPeer();
		peer.open('a');
		for (const id of [1, 2, 99]) peer.send(frame(T.priority, 0, id, uint32(0x80000063, 0).subarray(0, 5)));
		peer.send(ok(1));
		expect(peer.log).toEqual(['a complete 0 200 [:status=200] ']);
	});

	test('RFC 9113 §6.3 PRIORITY of a wrong length ends its stream alone with FRAME_SIZE_ERROR', () => {
		const peer = createPeer();
		peer.open('a');
		peer.open('b');
		peer.frames();
		peer.send(frame(T.priority, 0, 1, '1234'), frame(T.priority, 0, 1, '123456'), ok(3));
		expect(peer.frames()).toMatchObject([{ type: T.rst, id: 1, payload: uint32(E.size) }]);
		expect(peer.ends).toMatchObject([
			{ name: 'a', end: 'malformed', code: E.size },
			{ name: 'b', end: 'complete' },
		]);
	});
});

describe('padding', () => {
	test('RFC 9113 §6.1 padding of DATA is taken off, also when nothing else is in the frame', () => {
		const peer = createPeer();
		peer.open('a');
		peer.send(
			headers(1, [[':status', '200']], 0),
			data(1, padded('one', 5), PADDED),
			data(1, padded('', 255), PADDED),
			data(1, padded('', 0), PADDED),
			data(1, padded('two', 0), PADDED | END_STREAM),
		);
		expect(peer.ends).toMatchObject([{ end: 'complete', body: 'onetwo' }]);
	});

	test('RFC 9113 §6.2 padding and priority of HEADERS are taken off', () => {
		const peer = createPeer();
		peer.open('a');
		peer.open('b');
		peer.send(
			frame(T.headers, END_HEADERS | END_STREAM | PADDED, 1, padded(Buffer.from([0x88]), 7)),
			frame(T.headers, END_HEADERS | END_STREAM | PADDED | 32, 3, padded(Buffer.from([0x80, 0, 0, 3, 15, 0x88]), 9)),
		);
		expect(peer.ends).toMatchObject([
			{ name: 'a', status: 200 },
			{ name: 'b', status: 200 },
		]);
	});

	test('RFC 9113 §6.2 HEADERS of priority fields alone hold an empty list: an error of the stream, not of the connection', () => {
		const peer = createPeer();
		peer.open('a');
		peer.frames();
		peer.send(frame(T.headers, END_HEADERS | PRIORITY, 1, Buffer.alloc(5)));
		expect(peer.frames()).toMatchObject([{ type: T.rst, id: 1, payload: uint32(E.protocol) }]);
		expect(peer.errors).toEqual([]);
	});

	test.each([
		['DATA with padding as long as the frame', frame(T.data, PADDED, 1, Buffer.from([3, 0, 0]))],
		['DATA with padding longer than the frame', frame(T.data, PADDED, 1, Buffer.from([255, 0]))],
		['HEADERS with padding as long as the frame', frame(T.headers, PADDED | END_HEADERS, 1, Buffer.from([2, 0x88]))],
		[
			'HEADERS whose padding reaches into the priority fields',
			frame(T.headers, PADDED | 32 | END_HEADERS, 1, Buffer.from([2, 0, 0, 0, 0, 15, 0])),
		],
		['DATA with wrong padding on a closed stream', frame(T.data, PADDED, 3, Buffer.from([9]))],
	])('RFC 9113 §6.1 %s ends the connection with PROTOCOL_ERROR', (_name, bytes) => {
		const peer = createPeer();
		peer.open('a');
		peer.client.reset(peer.open('b'), E.cancel);
		peer.send(bytes);
		expectConnectionError(peer, E.protocol);
	});

	test('RFC 9113 §6.1 padding need not be zeros', () => {
		const peer = createPeer();
		peer.open('a');
		peer.send(headers(1, [[':status', '200']], 0), frame(T.data, PADDED | END_STREAM, 1, '\x06Hello, world!Howdy!'));
		expect(peer.ends).toMatchObject([{ body: 'Hello, world!' }]);
	});
});

describe('a request that cannot be written', () => {
	const spoiled = [...pushFields(), { name: 'apns-collapse-id', value: '\u2028', indexing: 'onRepeat' as const }];

	const openSpoiled = (peer: TestPeer): void =>
		expect(peer.client.open(spoiled, Buffer.from('body'), 'spoiled')).toBe('illegalField');

	test('RFC 9113 §5.1.1 leaves no stream, no octet and no gap in the ids; the next ones go out whole', () => {
		const peer = createPeer();
		peer.open('before');
		openSpoiled(peer);
		expect(peer.client.streams.values().map(({ id }) => id)).toEqual([1]);
		peer.open('after', 'abc');
		const seen = peer.frames();
		expect(seen.map(({ type, id }) => [type, id])).toEqual([
			[T.headers, 1],
			[T.headers, 3],
			[T.data, 3],
		]);
		expect(seen[1]?.fields).toContainEqual([':path', '/3/device/after']);
		peer.send(ok(1), ok(3));
		expect(peer.ends.map((one) => one.name)).toEqual(['before', 'after']);
	});

	test('RFC 9113 §5.1.1 as the very first one it leaves stream 1 to the next', () => {
		const peer = createPeer();
		openSpoiled(peer);
		expect(peer.client.streams.size).toBe(0);
		expect(peer.open('first').id).toBe(1);
	});

	test('RFC 9113 §5.1.1 between answers it disturbs nobody: the connection goes on', () => {
		const peer = createPeer();
		peer.open('a');
		peer.during.streamEnd = () => openSpoiled(peer);
		peer.send(ok(1), ping());
		expect(peer.log).toEqual(['a complete 0 200 [:status=200] ']);
		expect(peer.errors).toEqual([]);
	});
});
