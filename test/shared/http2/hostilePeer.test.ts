/** Peers that flood, lie or speak something else: bounded memory and time, the right error code, no exception. */
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
	ping,
	rst,
	S,
	settings,
	T,
	windowUpdate,
} from './supportPeer';

const many = (count: number, bytes: Buffer): Buffer => Buffer.concat(Array.from({ length: count }, () => bytes));

describe.each<[string, Buffer]>([
	['SETTINGS (CVE-2019-9515)', settings([S.streams, 100])],
	['empty SETTINGS', settings()],
	['PING (CVE-2019-9512)', ping()],
	['PING acknowledgements nobody asked for', ping('8 octets', 1)],
	['RST_STREAM of streams that are over (CVE-2019-9514)', rst(1, E.cancel)],
	['empty DATA (CVE-2019-9518)', data(1, '', 0)],
	['unknown frames', frame(99, 0, 0, 'x')],
	['PRIORITY', frame(T.priority, 0, 1, '12345')],
	['interim answers', headers(1, [[':status', '103']], 0)],
])('a flood of %s', (what, one) => {
	test('ends the connection with ENHANCE_YOUR_CALM, having written and kept little', () => {
		const peer = createPeer();
		peer.open('a');
		peer.frames();
		if (what.startsWith('RST')) peer.send(ok(1));
		if (what.startsWith('empty DATA')) peer.send(headers(1, [[':status', '200']], 0));
		for (let round = 0; round < 100 && peer.errors.length === 0; round++) peer.send(many(100, one));
		expect(peer.errors.map(({ errorCode }) => errorCode)).toEqual([E.calm]);
		expect(Buffer.concat(peer.client.output.take()).length).toBeLessThan(100_000);
	});

	test('over hours is no flood', () => {
		const peer = createPeer();
		peer.open('a');
		peer.frames();
		if (what.startsWith('RST')) peer.send(ok(1));
		if (what.startsWith('empty DATA')) peer.send(headers(1, [[':status', '200']], 0));
		for (let second = 1; second <= 5_000; second++) {
			peer.sendAt(second * 1_000, one);
			peer.frames();
		}
		expect(peer.errors).toEqual([]);
	});
});

it('bounds a head that never ends, in octets and in frames (CVE-2024-27316)', () => {
	for (const part of ['', 'x'.repeat(16_000)]) {
		const peer = createPeer();
		peer.open('a');
		peer.frames();
		peer.send(frame(T.headers, END_STREAM, 1, 'x'), many(100, frame(T.continuation, 0, 1, part)));
		expectConnectionError(peer, E.calm);
	}
});

it('bounds what a compressed head unfolds to, and keeps the tables in step', () => {
	const peer = createPeer({ limits: { maxHeaderListBytes: 4_000 } });
	peer.open('a');
	peer.open('b');
	// One large entry enters the table, then a thousand references to it in two octets each.
	const bomb = Buffer.concat([
		Buffer.from([0x88, 0x40, 1, 0x78, 127, 0x80 | 0x19, 0x1e]),
		Buffer.alloc(127 + 25 + 30 * 128, 'y'),
		many(1_000, Buffer.from([0xbe])),
	]);
	peer.send(frame(T.headers, END_HEADERS | END_STREAM, 1, bomb), ok(3));
	expect(peer.errors).toEqual([]);
	expect(peer.ends.map(({ name, status }) => [name, status])).toEqual([
		['a', 200],
		['b', 200],
	]);
	expect(peer.log.join('').length).toBeLessThan(10_000);
});

it.each([
	['an integer without end', Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f])],
	['an index outside the tables', Buffer.from([0xff, 0x80, 0x01])],
	['a string longer than the block', Buffer.from([0x40, 0x7f, 0x80, 0x80, 0x01])],
	['a table size above what was offered', Buffer.from([0x3f, 0xe2, 0x3f])],
])('ends the connection with COMPRESSION_ERROR for %s', (_what, block) => {
	const peer = createPeer();
	peer.open('a');
	peer.frames();
	peer.send(frame(T.headers, END_HEADERS | END_STREAM, 1, block));
	expectConnectionError(peer, E.compression);
});

it.each([
	['HTTP/1.1 400 Bad Request\r\n\r\n', E.http11],
	['<html>', E.size],
	['\0\0\0\0\0\0\0\0\0', E.protocol],
])('ends the connection for an answer of %j', (text, code) => {
	const peer = createPeer({ greet: false });
	peer.open('a');
	peer.frames();
	peer.send(Buffer.from(text.padEnd(40, 'x'), 'latin1'));
	expectConnectionError(peer, code);
	// The same octet by octet.
	const slow = createPeer({ greet: false });
	for (const octet of text.padEnd(40, 'x')) slow.send(Buffer.from(octet, 'latin1'));
	expectConnectionError(slow, code);
});

it('takes the heads of many answers whose bodies are still to come for no flood', () => {
	const peer = createPeer({ limits: { controlFrameBurst: 5, controlFramesPerSecond: 0 } });
	for (let id = 1; id < 40; id += 2) peer.open(String(id));
	for (let id = 1; id < 40; id += 2) peer.send(headers(id, [[':status', '200']], 0));
	expect(peer.errors).toEqual([]);
});

it('leaves an error of the owner, thrown in the middle of an event, to the owner', () => {
	const peer = createPeer();
	peer.open('a');
	peer.during.streamEnd = () => {
		throw new TypeError('a fault of the owner');
	};
	expect(() => peer.send(ok(1))).toThrow('a fault of the owner');
	expect(peer.errors).toEqual([]);
	expect(peer.frames().filter(({ type }) => type === T.goaway)).toEqual([]);
});

it('takes a conversation cut off at any octet, and any octet of it changed, without an exception', () => {
	const conversation = Buffer.concat([
		settings([S.streams, 100]),
		ping(),
		headers(
			1,
			[
				[':status', '200'],
				['apns-id', 'abc'],
			],
			0,
		),
		data(1, 'body', 0),
		windowUpdate(0, 5),
		data(1, 'end'),
		headers(3, [[':status', '410']], 0),
		data(3, '{}'),
		rst(5, E.refused),
	]);
	for (let at = 0; at < conversation.length; at++) {
		for (const octet of [undefined, 0, 0xff, (conversation[at] ?? 0) ^ 1, (conversation[at] ?? 0) ^ 0x80]) {
			const bytes = octet === undefined ? conversation.subarray(0, at) : Buffer.from(conversation);
			if (octet !== undefined) bytes[at] = octet;
			const peer = createPeer({ greet: false });
			for (const name of ['a', 'b', 'c']) peer.open(name);
			peer.send(bytes);
			expect(peer.errors.length).toBeLessThanOrEqual(1);
			// Each stream ends once at most, and what has not ended is still known to its owner.
			const names = peer.ends.map(({ name }) => name);
			expect(new Set(names).size).toBe(names.length);
			expect(peer.ends.length + peer.client.streams.size).toBe(3);
		}
	}
});
