/** RFC 9113, the connection: preface, SETTINGS, frame format and sizes, PING, stream ids. */
import { errorCodeName } from '../../../nodes/shared/http2/frames';
import {
	ACK,
	createPeer,
	data,
	E,
	expectConnectionError,
	frame,
	goaway,
	headers,
	MAX_31,
	ok,
	ping,
	pushFields,
	rst,
	S,
	settings,
	settingsAck,
	T,
	uint32,
} from './supportPeer';

describe('preface', () => {
	test('RFC 9113 §3.4 the client writes the preface, then SETTINGS with push off, before anything else', () => {
		const peer = createPeer({ greet: false });
		peer.open('early');
		const [first, ...rest] = peer.frames();
		expect(first).toMatchObject({ type: T.settings, flags: 0, id: 0 });
		const payload = first?.payload ?? Buffer.alloc(0);
		const pairs = Array.from({ length: payload.length / 6 }, (_, at) => [
			payload.readUInt16BE(at * 6),
			payload.readUInt32BE(at * 6 + 2),
		]);
		expect(pairs).toEqual([
			[S.push, 0],
			[S.window, 262_144],
			[S.list, 16_384],
		]);
		expect(rest.map((one) => one.type)).toEqual([T.window, T.headers]);
	});

	test.each([
		['PING', ping()],
		['an acknowledgement', settingsAck],
		['an unknown frame', frame(0x77, 0, 0, 'x')],
		['GOAWAY', goaway(0, E.none)],
	])('RFC 9113 §3.4 a server that begins with %s instead of SETTINGS breaks the protocol', (_name, bytes) => {
		const peer = createPeer({ greet: false });
		peer.send(bytes);
		expectConnectionError(peer, E.protocol);
	});
});

describe('frame format', () => {
	test('RFC 9113 §4.1 frames of unknown types are ignored, on any stream', () => {
		const peer = createPeer();
		peer.open('a');
		peer.send(frame(0x0b, 0xff, 0, 'origin'), frame(0x10, 0, 99, 'x'), frame(0xff, 0, 1), ok(1));
		expect(peer.log).toEqual(['a complete 0 200 [:status=200] ']);
	});

	test('RFC 9113 §4.1 the reserved bit of the stream id is ignored', () => {
		const peer = createPeer();
		peer.open('a');
		const answer = ok(1);
		answer.writeUInt8(0x80, 5);
		peer.send(answer);
		expect(peer.ends).toMatchObject([{ name: 'a', end: 'complete', status: 200 }]);
	});

	test('RFC 9113 §4.1 flags without meaning for a type are ignored', () => {
		const peer = createPeer();
		peer.open('a');
		peer.send(
			frame(T.ping, 0xfe, 0, '8 octets'),
			frame(T.window, 0xff, 0, uint32(1)),
			frame(T.data, 0xf0, 1, ''),
			ok(1),
		);
		expect(peer.errors).toEqual([]);
	});
});

describe('octets', () => {
	test('RFC 9113 §4.1 make the same frames wherever they are cut', () => {
		const octets = Buffer.concat([settings(), headers(1, [[':status', '400']], 0), data(1, 'x'.repeat(20)), ping()]);
		for (let at = 1; at < octets.length - 3; at++) {
			const peer = createPeer({ greet: false });
			peer.open('a');
			for (const [from, to] of [
				[0, at],
				[at, at + 3],
				[at + 3, octets.length],
			] as const) {
				peer.send(octets.subarray(from, to));
			}
			expect(peer.ends).toMatchObject([{ end: 'complete', status: 400, body: 'x'.repeat(20) }]);
			expect(peer.frames().at(-1)).toMatchObject({ type: T.ping, flags: ACK });
			expect(peer.errors).toEqual([]);
		}
	});

	test('RFC 9113 §4.1 one by one make frames of any length, a long one behind a short one too', () => {
		const peer = createPeer();
		peer.open('a');
		peer.send(headers(1, [[':status', '400']], 0));
		const octets = Buffer.concat([data(1, 'x'.repeat(255), 0), data(1, 'y'.repeat(16_384))]);
		for (const octet of octets) peer.send(Buffer.from([octet]));
		expect(peer.ends).toMatchObject([{ end: 'complete', body: 'x'.repeat(255) + 'y'.repeat(16_384) }]);
	});
});

describe('frame size', () => {
	test('RFC 9113 §4.2 a frame of 16,384 octets is read', () => {
		const peer = createPeer();
		peer.open('a');
		peer.send(headers(1, [[':status', '400']], 0), data(1, Buffer.alloc(16_384, 'x')));
		expect(peer.ends[0]?.body).toHaveLength(16_384);
	});

	test.each([T.data, T.headers, T.settings, T.ping, 0x55])(
		'RFC 9113 §4.2 type %i of 16,385 octets is FRAME_SIZE_ERROR, known from its header alone',
		(type) => {
			const peer = createPeer();
			peer.open('a');
			peer.send(frame(type, 0, type === T.settings || type === T.ping ? 0 : 1, Buffer.alloc(16_385)).subarray(0, 9));
			expectConnectionError(peer, E.size);
		},
	);

	test.each([
		['SETTINGS of five octets', frame(T.settings, 0, 0, '12345')],
		['SETTINGS acknowledgement with content', frame(T.settings, ACK, 0, Buffer.alloc(6))],
		['PING of seven octets', ping('7 octet')],
		['PING of nine octets', ping('9 octets!')],
		['RST_STREAM of three octets', frame(T.rst, 0, 1, '123')],
		['WINDOW_UPDATE of five octets', frame(T.window, 0, 0, '12345')],
		['WINDOW_UPDATE of three octets on a stream', frame(T.window, 0, 1, '123')],
		['GOAWAY of seven octets', frame(T.goaway, 0, 0, '1234567')],
		['HEADERS too short for priority', frame(T.headers, 0x24, 1, '1234')],
		['padded DATA of no octets', frame(T.data, 8, 1)],
		['padded HEADERS of no octets', frame(T.headers, 12, 1)],
	])('RFC 9113 §4.2 %s is FRAME_SIZE_ERROR', (_name, bytes) => {
		const peer = createPeer();
		peer.open('a');
		peer.send(bytes);
		expectConnectionError(peer, E.size);
	});
});

describe('stream ids', () => {
	test('RFC 9113 §5.1.1 ids are odd, rise by two and begin with 1', () => {
		const peer = createPeer();
		for (const name of ['a', 'b', 'c']) peer.open(name);
		expect(peer.frames().map((one) => one.id)).toEqual([1, 3, 5]);
	});

	test('RFC 9113 §5.1.1 after 2^31-1 the connection is exhausted: only a new one helps', () => {
		const peer = createPeer({ firstStreamId: MAX_31 - 2 });
		peer.open('last-but-one');
		peer.open('last');
		expect(peer.client.exhausted).toBe(true);
		expect(peer.client.mayOpen).toBe(false);
		expect(peer.client.open(pushFields(), undefined, 'more')).toBe('exhausted');
		expect(peer.frames().map((one) => one.id)).toEqual([MAX_31 - 2, MAX_31]);
		peer.send(ok(MAX_31), ok(MAX_31 - 2));
		expect(peer.ends.map((one) => [one.name, one.status])).toEqual([
			['last', 200],
			['last-but-one', 200],
		]);
	});
});

describe('SETTINGS', () => {
	test('RFC 9113 §6.5 each is acknowledged once, after its values hold', () => {
		const peer = createPeer({ greet: false });
		peer.frames();
		peer.send(settings([S.streams, 7]), settings([S.streams, 9], [S.frame, 20_000]));
		expect(peer.frames().map(({ type, flags, payload }) => [type, flags, payload.length])).toEqual([
			[T.settings, ACK, 0],
			[T.settings, ACK, 0],
		]);
		expect(peer.client.peer).toMatchObject({ maxConcurrentStreams: 9, maxFrameSize: 20_000 });
		expect(peer.log.filter((line) => line.startsWith('settings {'))).toHaveLength(2);
	});

	test('RFC 9113 §6.5 the last of a repeated setting holds', () => {
		const peer = createPeer({
			settings: [
				[S.streams, 1],
				[S.streams, 1_000],
			],
		});
		expect(peer.client.peer.maxConcurrentStreams).toBe(1_000);
	});

	test('RFC 9113 §6.5 unknown settings are ignored', () => {
		const peer = createPeer({
			settings: [
				[0x0, 1],
				[0x8, 1],
				[0xffff, 0xffffffff],
				[S.streams, 5],
			],
		});
		expect(peer.client.peer.maxConcurrentStreams).toBe(5);
		expect(peer.errors).toEqual([]);
	});

	test('RFC 9113 §6.5 the acknowledgement of our own SETTINGS is taken in silence', () => {
		const peer = createPeer();
		peer.send(settingsAck);
		expect([peer.log, peer.frames()]).toEqual([[], []]);
	});

	test.each([
		['ENABLE_PUSH 1', [S.push, 1], E.protocol],
		['ENABLE_PUSH 2', [S.push, 2], E.protocol],
		['INITIAL_WINDOW_SIZE 2^31', [S.window, 2 ** 31], E.flow],
		['MAX_FRAME_SIZE 16,383', [S.frame, 16_383], E.protocol],
		['MAX_FRAME_SIZE 2^24', [S.frame, 2 ** 24], E.protocol],
	] as Array<[string, [number, number], number]>)('RFC 9113 §6.5.2 %s is refused', (_name, pair, code) => {
		const peer = createPeer();
		peer.send(settings(pair));
		expectConnectionError(peer, code);
	});

	test.each([
		[S.push, 0],
		[S.window, MAX_31],
		[S.frame, 16_384],
		[S.frame, 2 ** 24 - 1],
		[S.table, 2 ** 32 - 1],
		[S.streams, 0],
		[S.list, 2 ** 32 - 1],
	])('RFC 9113 §6.5.2 setting %i may be %i', (identifier, value) => {
		const peer = createPeer();
		peer.send(settings([identifier, value]));
		expect(peer.errors).toEqual([]);
	});

	test('RFC 7541 §4.2 SETTINGS_HEADER_TABLE_SIZE, and it alone, is answered by size updates in the next header block', () => {
		const peer = createPeer();
		peer.open('a');
		peer.send(settings([S.streams, 50], [S.list, 5_000], [S.window, 60]));
		peer.open('b');
		peer.send(settings([S.table, 0], [S.table, 100]));
		peer.open('c');
		peer.open('d');
		const blocks = peer.frames().filter(({ type }) => type === T.headers);
		const begins = blocks.map(({ payload }) => payload.toString('hex', 0, 3));
		// 0x20: empty the table. 0x3f 0x45: 31 + 69 octets. 0x83: `:method: POST`.
		expect(begins).toEqual([
			expect.stringMatching(/^83/),
			expect.stringMatching(/^83/),
			'203f45',
			expect.stringMatching(/^83/),
		]);
		expect(blocks.at(-1)?.fields).toContainEqual(['apns-topic', 'com.example.app']);
	});

	test.each([
		['SETTINGS', frame(T.settings, 0, 1)],
		['PING', frame(T.ping, 0, 1, '8 octets')],
		['GOAWAY', frame(T.goaway, 0, 1, Buffer.alloc(8))],
		['DATA', data(0, 'x')],
		['HEADERS', ok(0)],
		['RST_STREAM', rst(0, E.cancel)],
		['PRIORITY', frame(T.priority, 0, 0, '12345')],
		['CONTINUATION', frame(T.continuation, 4, 0)],
	])('RFC 9113 §6 %s on the wrong kind of stream is PROTOCOL_ERROR', (_name, bytes) => {
		const peer = createPeer();
		peer.open('a');
		peer.send(bytes);
		expectConnectionError(peer, E.protocol);
	});
});

describe('error codes', () => {
	test('RFC 9113 §7 have the names of the RFC; others are shown by number', () => {
		expect([0x0, 0x9, 0xd, 0xe, 0xdeadbeef].map(errorCodeName)).toEqual([
			'NO_ERROR',
			'COMPRESSION_ERROR',
			'HTTP_1_1_REQUIRED',
			'error code 0xe',
			'error code 0xdeadbeef',
		]);
	});
});

describe('PING', () => {
	test('RFC 9113 §6.7 a PING is answered with the same octets', () => {
		const peer = createPeer();
		peer.send(ping('\x00\xff345678'));
		expect(peer.frames()).toMatchObject([
			{ type: T.ping, flags: ACK, id: 0, payload: Buffer.from('\x00\xff345678', 'latin1') },
		]);
	});

	test('RFC 9113 §6.7 an acknowledgement is reported and not answered', () => {
		const peer = createPeer();
		peer.client.ping(Buffer.from('01234567'));
		expect(peer.frames()).toMatchObject([{ type: T.ping, flags: 0, payload: Buffer.from('01234567') }]);
		peer.send(ping('01234567', ACK));
		expect(peer.log).toEqual(['ping acknowledged 01234567']);
		expect(peer.frames()).toEqual([]);
	});
});
