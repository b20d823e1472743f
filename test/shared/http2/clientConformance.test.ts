/**
 * What a public conformance suite asks of HTTP/2 clients, case by case: the 57 of h2spec's client mode (version 2.6), named by
 * section of RFC 9113 and written anew against bytes in and bytes out. Where the suite takes a stream error for a connection
 * error too, the row says which of them this client answers with.
 */
import {
	ACK,
	block,
	createPeer,
	data,
	E,
	END_HEADERS,
	END_STREAM,
	frame,
	goaway,
	headers,
	MAX_31,
	PADDED,
	ping,
	rst,
	S,
	type SeenFrame,
	settings,
	settingsAck,
	T,
	uint32,
	windowUpdate,
} from './supportPeer';

/** What the client must write. */
type Reaction =
	/** GOAWAY with this code, and an end. */
	| { readonly goaway: number }
	/** RST_STREAM of stream 1 with this code; the connection lives. */
	| { readonly rst: number }
	/** Exactly these frames, and the connection lives. */
	| { readonly frames: ReadonlyArray<Partial<SeenFrame>> };

interface Case {
	readonly name: string;
	/** Frames the server sends after the greeting and the client's request on stream 1. */
	readonly sends: readonly Buffer[];
	readonly reaction: Reaction;
	/** True where the server has not greeted before. */
	readonly cold?: boolean;
}

const head = (flags: number): Buffer => headers(1, [[':status', '200']], flags);
/** A piece of a header block that stands well behind another. */
const piece = block([['x-dummy', 'x'.repeat(20)]]);
const continuation = (id: number, flags: number): Buffer => frame(T.continuation, flags, id, piece);
const openHead = frame(T.headers, 0, 1, block([[':status', '200']]));
const openHeadEnd = frame(T.headers, END_STREAM, 1, block([[':status', '200']]));
const priority = (id: number, length = 5): Buffer => frame(T.priority, 0, id, Buffer.alloc(length));
const nothing: Reaction = { frames: [] };
const pong: Reaction = { frames: [{ type: T.ping, flags: ACK, payload: Buffer.from('8 octets') }] };

const cases: readonly Case[] = [
	{
		name: "§3.4 takes the server's preface and acknowledges it",
		sends: [settings()],
		reaction: { frames: [{ type: T.settings, flags: ACK }] },
		cold: true,
	},
	{ name: '§4.1 ignores a frame of unknown type', sends: [frame(0x16, 0, 0, Buffer.alloc(8)), ping()], reaction: pong },
	{ name: '§4.1 ignores flags that PING does not have', sends: [ping('8 octets', 0x16)], reaction: pong },
	{
		name: '§4.1 ignores the reserved bit of a stream id',
		sends: [frame(T.ping, 0x16, 2 ** 31, '8 octets')],
		reaction: pong,
	},
	{ name: '§4.2 takes DATA of 2^14 octets', sends: [head(0), data(1, Buffer.alloc(16_384)), ping()], reaction: pong },
	{
		name: '§4.2 refuses DATA above SETTINGS_MAX_FRAME_SIZE',
		sends: [head(0), data(1, Buffer.alloc(16_385))],
		reaction: { goaway: E.size },
	},
	{
		name: '§4.2 refuses HEADERS above SETTINGS_MAX_FRAME_SIZE',
		sends: [
			headers(1, [
				[':status', '200'],
				['x-long', 'x'.repeat(16_385)],
			]),
		],
		reaction: { goaway: E.size },
	},
	{
		name: '§4.3 refuses a header block that cannot be decoded',
		// An incremental literal whose value says it has more octets than the block.
		sends: [frame(T.headers, END_HEADERS | END_STREAM, 1, Buffer.from([0x40, 0x01, 0x61, 0x7f, 0x00]))],
		reaction: { goaway: E.compression },
	},
	{ name: '§5.1 idle: refuses DATA', sends: [data(2, 'test')], reaction: { goaway: E.protocol } },
	{ name: '§5.1 idle: refuses RST_STREAM', sends: [rst(2, E.cancel)], reaction: { goaway: E.protocol } },
	{ name: '§5.1 idle: refuses WINDOW_UPDATE', sends: [windowUpdate(2, 100)], reaction: { goaway: E.protocol } },
	{ name: '§5.1 idle: refuses CONTINUATION', sends: [continuation(2, END_HEADERS)], reaction: { goaway: E.protocol } },
	{
		name: '§5.1 closed: refuses DATA behind RST_STREAM',
		sends: [head(0), rst(1, E.cancel), data(1, 'test')],
		reaction: { rst: E.closed },
	},
	{
		name: '§5.1 closed: refuses HEADERS behind RST_STREAM',
		sends: [head(0), rst(1, E.cancel), head(END_STREAM)],
		reaction: { rst: E.closed },
	},
	{
		name: '§5.1 closed: refuses CONTINUATION behind RST_STREAM',
		sends: [head(0), rst(1, E.cancel), continuation(1, END_HEADERS)],
		reaction: { goaway: E.protocol },
	},
	{
		name: '§5.1 closed: refuses DATA behind END_STREAM',
		sends: [head(END_STREAM), data(1, 'test')],
		reaction: { goaway: E.closed },
	},
	{
		name: '§5.1 closed: refuses HEADERS behind END_STREAM',
		sends: [head(END_STREAM), head(END_STREAM)],
		reaction: { goaway: E.closed },
	},
	{
		name: '§5.1 closed: refuses CONTINUATION behind END_STREAM',
		sends: [head(END_STREAM), continuation(1, END_HEADERS)],
		reaction: { goaway: E.protocol },
	},
	{
		name: '§5.1.1 refuses an answer on a stream nobody opened',
		sends: [headers(101, [[':status', '200']])],
		reaction: { goaway: E.protocol },
	},
	{
		name: '§5.4.1 ends the connection for PING on a stream',
		sends: [frame(T.ping, 0, 3, Buffer.alloc(8))],
		reaction: { goaway: E.protocol },
	},
	{
		name: '§5.4.1 says so in a GOAWAY, and reads no further',
		sends: [frame(T.ping, 0, 3, Buffer.alloc(8)), ping()],
		reaction: { goaway: E.protocol },
	},
	{ name: '§5.5 ignores a frame of an extension', sends: [frame(0x16, 0, 0, Buffer.alloc(8)), ping()], reaction: pong },
	{ name: '§6.1 refuses DATA on stream 0', sends: [data(0, 'test')], reaction: { goaway: E.protocol } },
	{
		name: '§6.1 refuses DATA on a stream that is not open',
		sends: [head(END_STREAM), data(1, 'test')],
		reaction: { goaway: E.closed },
	},
	{
		name: '§6.1 refuses DATA with more padding than octets',
		sends: [head(0), frame(T.data, PADDED | END_STREAM, 1, '\x06test')],
		reaction: { goaway: E.protocol },
	},
	{
		name: '§6.2 refuses PRIORITY inside a header block',
		sends: [openHead, priority(1), continuation(1, END_HEADERS)],
		reaction: { goaway: E.protocol },
	},
	{
		name: '§6.2 refuses HEADERS on stream 0',
		sends: [headers(0, [[':status', '200']])],
		reaction: { goaway: E.protocol },
	},
	{
		name: '§6.2 refuses HEADERS with more padding than octets',
		sends: [frame(T.headers, PADDED | END_HEADERS | END_STREAM, 1, '\x11\x88')],
		reaction: { goaway: E.protocol },
	},
	{ name: '§6.3 refuses PRIORITY on stream 0', sends: [priority(0)], reaction: { goaway: E.protocol } },
	{
		name: '§6.3 refuses PRIORITY of four octets on a stream that ended',
		sends: [head(END_STREAM), priority(1, 4)],
		reaction: { rst: E.size },
	},
	{ name: '§6.4 refuses RST_STREAM on stream 0', sends: [rst(0, E.cancel)], reaction: { goaway: E.protocol } },
	{ name: '§6.4 refuses RST_STREAM on an idle stream', sends: [rst(2, E.cancel)], reaction: { goaway: E.protocol } },
	{
		name: '§6.4 refuses RST_STREAM of three octets',
		sends: [head(END_STREAM), frame(T.rst, 0, 1, Buffer.alloc(3))],
		reaction: { goaway: E.size },
	},
	{
		name: '§6.5 refuses an acknowledgement with content',
		sends: [frame(T.settings, ACK, 0, Buffer.alloc(1))],
		reaction: { goaway: E.size },
		cold: true,
	},
	{
		name: '§6.5 refuses SETTINGS on a stream',
		sends: [frame(T.settings, 0, 1, Buffer.from('000300000064', 'hex'))],
		reaction: { goaway: E.protocol },
		cold: true,
	},
	{
		name: '§6.5 refuses SETTINGS of three octets',
		sends: [frame(T.settings, 0, 0, Buffer.from('000300', 'hex'))],
		reaction: { goaway: E.size },
		cold: true,
	},
	{
		name: '§6.5.2 refuses SETTINGS_INITIAL_WINDOW_SIZE above 2^31-1',
		sends: [settings([S.window, 2 ** 31])],
		reaction: { goaway: E.flow },
	},
	{
		name: '§6.5.2 refuses SETTINGS_MAX_FRAME_SIZE below 2^14',
		sends: [settings([S.frame, 16_383])],
		reaction: { goaway: E.protocol },
	},
	{
		name: '§6.5.2 refuses SETTINGS_MAX_FRAME_SIZE above 2^24-1',
		sends: [settings([S.frame, 2 ** 24])],
		reaction: { goaway: E.protocol },
	},
	{
		name: '§6.5.2 ignores an unknown setting',
		sends: [settings([0xff, 1]), ping()],
		reaction: {
			frames: [
				{ type: T.settings, flags: ACK },
				{ type: T.ping, flags: ACK },
			],
		},
	},
	{
		name: '§6.5.3 acknowledges SETTINGS at once',
		sends: [settings([S.streams, 100])],
		reaction: { frames: [{ type: T.settings, flags: ACK }] },
	},
	{ name: '§6.7 answers PING with its own octets', sends: [ping()], reaction: pong },
	{ name: '§6.7 does not answer an acknowledgement', sends: [ping('others!!', ACK), ping()], reaction: pong },
	{
		name: '§6.7 refuses PING on a stream',
		sends: [frame(T.ping, 0, 1, Buffer.alloc(8))],
		reaction: { goaway: E.protocol },
	},
	{
		name: '§6.7 refuses PING of six octets',
		sends: [frame(T.ping, 0, 0, Buffer.alloc(6))],
		reaction: { goaway: E.size },
	},
	{
		name: '§6.8 refuses GOAWAY on a stream',
		sends: [frame(T.goaway, 0, 1, uint32(0, 0))],
		reaction: { goaway: E.protocol },
	},
	{
		name: '§6.9 refuses WINDOW_UPDATE of 0 for the connection',
		sends: [windowUpdate(0, 0)],
		reaction: { goaway: E.protocol },
	},
	{
		name: '§6.9 refuses WINDOW_UPDATE of 0 for a stream',
		sends: [head(0), windowUpdate(1, 0)],
		reaction: { rst: E.protocol },
	},
	{
		name: '§6.9 refuses WINDOW_UPDATE of three octets',
		sends: [frame(T.window, 0, 0, Buffer.alloc(3))],
		reaction: { goaway: E.size },
	},
	{
		name: '§6.9.1 refuses a connection window above 2^31-1',
		sends: [windowUpdate(0, MAX_31), windowUpdate(0, MAX_31)],
		reaction: { goaway: E.flow },
	},
	{
		name: '§6.9.1 refuses a stream window above 2^31-1',
		sends: [head(0), windowUpdate(1, MAX_31), windowUpdate(1, MAX_31)],
		reaction: { rst: E.flow },
	},
	{
		name: '§6.10 takes a header block in three frames',
		sends: [openHeadEnd, continuation(1, 0), continuation(1, END_HEADERS)],
		reaction: nothing,
	},
	{
		name: '§6.10 refuses DATA inside a header block',
		sends: [openHead, continuation(1, 0), data(1, 'test')],
		reaction: { goaway: E.protocol },
	},
	{
		name: '§6.10 refuses CONTINUATION on stream 0',
		sends: [openHeadEnd, continuation(0, END_HEADERS)],
		reaction: { goaway: E.protocol },
	},
	{
		name: '§6.10 refuses CONTINUATION behind HEADERS that ended the block',
		sends: [head(END_STREAM), continuation(1, END_HEADERS)],
		reaction: { goaway: E.protocol },
	},
	{
		name: '§6.10 refuses CONTINUATION behind one that ended the block',
		sends: [openHeadEnd, continuation(1, END_HEADERS), continuation(1, END_HEADERS)],
		reaction: { goaway: E.protocol },
	},
	{
		name: '§6.10 refuses CONTINUATION behind DATA',
		sends: [openHead, data(1, 'test'), continuation(1, 0), continuation(0, END_HEADERS)],
		reaction: { goaway: E.protocol },
	},
];

test('there are 57 cases, each with a name of its own', () => {
	expect(new Set(cases.map(({ name }) => name)).size).toBe(57);
});

test.each(cases)('RFC 9113 $name', ({ sends, reaction, cold }) => {
	const peer = createPeer(cold === true ? { greet: false } : {});
	peer.open('a');
	peer.open('b');
	peer.frames();
	peer.send(...sends);
	const seen = peer.frames();
	if ('goaway' in reaction) {
		expect(seen.at(-1)).toMatchObject({ type: T.goaway });
		expect(seen.at(-1)?.payload.readUInt32BE(4)).toBe(reaction.goaway);
		expect(peer.errors).toHaveLength(1);
		expect(peer.client.mayOpen).toBe(false);
		return;
	}
	expect(seen).toMatchObject(
		'rst' in reaction ? [{ type: T.rst, id: 1, payload: uint32(reaction.rst) }] : reaction.frames,
	);
	// The connection lives: the other request still gets its answer.
	peer.send(...(cold === true ? [settingsAck] : []), headers(3, [[':status', '200']]));
	expect(peer.ends.at(-1)).toMatchObject({ name: 'b', end: 'complete', status: 200 });
	expect(peer.errors).toEqual([]);
});

test('RFC 9113 §6.3 PRIORITY of a wrong length ends an open stream, and the connection where the stream is idle', () => {
	for (const id of [5, 2, 101]) {
		const peer = createPeer();
		peer.open('a');
		peer.frames();
		peer.send(priority(id, 4));
		expect(peer.errors.map(({ errorCode }) => errorCode)).toEqual([E.size]);
		expect(peer.frames().map(({ type }) => type)).toEqual([T.goaway]);
	}
	const peer = createPeer();
	peer.open('a');
	peer.open('b');
	peer.frames();
	peer.send(priority(1, 6), priority(1, 6), priority(3));
	expect(peer.frames()).toMatchObject([{ type: T.rst, id: 1, payload: uint32(E.size) }]);
	expect(peer.ends).toMatchObject([{ name: 'a', end: 'malformed', code: E.size }]);
});

test('RFC 9113 §6.8 a client that was told to go away still keeps to all of it', () => {
	const peer = createPeer();
	peer.open('a');
	peer.frames();
	peer.send(goaway(1, E.none), ping(), frame(T.data, 0, 0, 'x'));
	expect(peer.frames().map(({ type }) => type)).toEqual([T.ping, T.goaway]);
	expect(peer.errors.map(({ errorCode }) => errorCode)).toEqual([E.protocol]);
});
