/** Streams their owner has given up: what is not written never is, and the peer's accounting and late answers still hold. */
import { createPeer, data, E, goaway, headers, ok, rst, S, settings, T, windowUpdate } from './supportPeer';

const live = (peer: ReturnType<typeof createPeer>): [number, number] => [
	peer.client.liveStreams,
	peer.client.abandonedStreams,
];

describe('a body that flow control holds back', () => {
	test.each([
		['WINDOW_UPDATE of its stream', windowUpdate(1, 1_000)],
		['WINDOW_UPDATE of the connection', windowUpdate(0, 1_000)],
		['a larger initial window', settings([S.window, 1_000])],
	])('is never written after it was given up, whatever credit comes: %s', (_what, credit) => {
		const peer = createPeer({ settings: [[S.window, 4]] });
		const stream = peer.open('a', 'abcdefgh');
		expect([
			stream.ended,
			peer
				.frames()
				.map(({ payload }) => payload.toString('latin1'))
				.at(-1),
		]).toEqual([false, 'abcd']);
		expect(peer.client.abandon(stream)).toBe(true);
		peer.send(credit);
		expect(peer.frames().filter(({ type }) => type === T.data)).toEqual([]);
		expect(stream.ended).toBe(false);
	});

	test('does not keep the ones behind it from their credit', () => {
		const peer = createPeer({ settings: [[S.window, 4]] });
		const [first, second] = [peer.open('a', 'abcdefgh'), peer.open('b', 'ABCDEFGH')];
		peer.client.abandon(first);
		peer.frames();
		peer.send(windowUpdate(1, 10), windowUpdate(3, 10));
		expect(peer.frames()).toMatchObject([{ type: T.data, id: 3, flags: 1, payload: Buffer.from('EFGH') }]);
		expect(second.ended).toBe(true);
	});

	test('is ended by RST_STREAM once the peer answers without waiting for it', () => {
		const peer = createPeer({ settings: [[S.window, 4]] });
		peer.client.abandon(peer.open('a', 'abcdefgh'));
		peer.frames();
		peer.send(headers(1, [[':status', '413']]));
		expect(peer.frames()).toMatchObject([{ type: T.rst, id: 1 }]);
		expect(peer.ends).toMatchObject([{ name: 'a', end: 'complete', status: 413 }]);
		expect(live(peer)).toEqual([0, 0]);
	});
});

describe('a stream that was given up', () => {
	test('keeps its slot until the peer ends it, and is then told as any other', () => {
		const peer = createPeer();
		const stream = peer.open('a', 'abc');
		peer.open('b');
		expect([stream.abandoned, peer.client.abandon(stream), stream.abandoned]).toEqual([false, true, true]);
		expect([peer.client.streams.size, ...live(peer)]).toEqual([2, 1, 1]);
		expect(peer.client.streams.liveValues().map(({ context }) => context)).toEqual(['b']);
		peer.send(headers(1, [[':status', '410']], 0), data(1, '{"reason":"Unregistered"}'));
		expect(peer.ends).toEqual([{ name: 'a', end: 'complete', code: E.none, status: 410, body: '' }]);
		expect([peer.client.streams.size, ...live(peer)]).toEqual([1, 1, 0]);
	});

	test('loses the body it had', () => {
		const peer = createPeer();
		const stream = peer.open('a');
		peer.send(headers(1, [[':status', '400']], 0), data(1, 'part', 0));
		peer.client.abandon(stream);
		expect(stream.body).toBeUndefined();
		peer.send(data(1, 'rest'));
		expect(peer.ends).toMatchObject([{ end: 'complete', status: 400, body: '' }]);
	});

	test('counts once, however often it is given up, and no more once it is gone', () => {
		const peer = createPeer();
		const stream = peer.open('a');
		expect([peer.client.abandon(stream), peer.client.abandon(stream), ...live(peer)]).toEqual([true, false, 0, 1]);
		peer.send(ok(1));
		expect([peer.client.abandon(stream), ...live(peer)]).toEqual([false, 0, 0]);
	});

	test('still answers for its content-length', () => {
		const peer = createPeer();
		peer.client.abandon(peer.open('a'));
		peer.client.abandon(peer.open('b'));
		const head = (id: number): Buffer =>
			headers(
				id,
				[
					[':status', '200'],
					['content-length', '4'],
				],
				0,
			);
		peer.send(head(1), data(1, 'four'), head(3), data(3, 'three'));
		expect(peer.ends).toMatchObject([
			{ name: 'a', end: 'complete' },
			{ name: 'b', end: 'malformed', code: E.protocol, status: 200 },
		]);
	});

	test('gives the windows their octets back', () => {
		const peer = createPeer({ limits: { connectionWindowBytes: 100_000, streamWindowBytes: 100_000 } });
		peer.client.abandon(peer.open('a'));
		peer.frames();
		peer.send(headers(1, [[':status', '200']], 0));
		for (let sent = 0; sent < 60_000; sent += 10_000) peer.send(data(1, 'x'.repeat(10_000), 0));
		expect(peer.frames().map(({ type, id }) => [type, id])).toEqual([
			[T.window, 0],
			[T.window, 1],
		]);
	});

	test.each([
		['RST_STREAM', rst(1, E.cancel), 'reset'],
		['GOAWAY below it', goaway(0, E.none), 'goaway'],
	])('ends with %s', (_what, bytes, end) => {
		const peer = createPeer();
		peer.client.abandon(peer.open('a'));
		peer.send(bytes);
		expect(peer.ends).toMatchObject([{ name: 'a', end }]);
		expect(live(peer)).toEqual([0, 0]);
	});

	test('may be reset later, and is gone then', () => {
		const peer = createPeer();
		const stream = peer.open('a');
		peer.client.abandon(stream);
		peer.client.reset(stream, E.cancel);
		expect([peer.client.streams.size, ...live(peer)]).toEqual([0, 0, 0]);
	});

	test('is among the streams taken at the end of the connection, oldest first', () => {
		const peer = createPeer();
		peer.open('a');
		peer.client.abandon(peer.open('b'));
		peer.open('c');
		expect(peer.client.endStreams().map(({ context, abandoned }) => [context, abandoned])).toEqual([
			['a', false],
			['b', true],
			['c', false],
		]);
		expect([peer.client.streams.size, ...live(peer), peer.ends]).toEqual([0, 0, 0, []]);
	});
});

describe('the budget of resets', () => {
	test('is asked for each reset of the protocol itself, with the time of the bytes that led to it', () => {
		const asked: number[] = [];
		const peer = createPeer({ mayReset: (nowMs) => asked.push(nowMs) > 0 });
		peer.open('a');
		peer.frames();
		peer.sendAt(1_234, data(1, 'x'));
		expect([asked, peer.frames().map(({ type }) => type)]).toEqual([[1_234], [T.rst]]);
	});

	test('once spent, an answer before its request is whole keeps the slot of its stream, and is told once', () => {
		const peer = createPeer({ settings: [[S.window, 4]], mayReset: () => false });
		const stream = peer.open('a', 'abcdefgh');
		peer.open('b');
		peer.frames();
		peer.send(headers(1, [[':status', '403']], 0), data(1, '{}'), windowUpdate(1, 100), settings([S.window, 100]));
		expect(peer.ends).toEqual([{ name: 'a', end: 'complete', code: E.none, status: 403, body: '{}' }]);
		expect(peer.frames().map(({ type }) => type)).toEqual([T.settings]);
		expect([peer.client.streams.size, ...live(peer), stream.ended]).toEqual([2, 1, 1, false]);
		peer.send(ok(3));
		expect(peer.client.streams.size).toBe(1);
		peer.send(rst(1, E.none));
		expect([peer.client.streams.size, ...live(peer), peer.ends.length]).toEqual([0, 0, 0, 2]);
	});

	test.each([
		['GOAWAY below it', goaway(0, E.none)],
		['a second head', headers(1, [[':status', '200']])],
		['more DATA', data(1, 'x')],
	])('… and not again with %s', (what, bytes) => {
		const peer = createPeer({ settings: [[S.window, 4]], mayReset: () => false });
		peer.open('a', 'abcdefgh');
		peer.send(headers(1, [[':status', '403']]), bytes);
		expect(peer.ends).toHaveLength(1);
		expect(peer.errors.map(({ errorCode }) => errorCode)).toEqual(what.startsWith('GOAWAY') ? [] : [E.closed]);
		expect(peer.client.endStreams()).toEqual([]);
		expect([peer.client.streams.size, ...live(peer)]).toEqual([0, 0, 0]);
	});

	test('once spent, a stream error ends the connection with its own code (RFC 9113 §5.4.1)', () => {
		let left = 2;
		const peer = createPeer({ mayReset: () => left-- > 0 });
		for (const name of ['a', 'b', 'c', 'd']) peer.open(name);
		peer.frames();
		peer.send(data(1, 'x'), data(3, 'x'), data(5, 'x'), ok(7));
		expect(peer.frames().map(({ type }) => type)).toEqual([T.rst, T.rst, T.goaway]);
		expect([peer.errors.map(({ errorCode }) => errorCode), peer.ends.map(({ name }) => name)]).toEqual([
			[E.protocol],
			['a', 'b'],
		]);
		expect(peer.client.endStreams().map(({ context }) => context)).toEqual(['c', 'd']);
	});
});

test('the last stream id used shows at once, while the stream goes on (RFC 9113 §5.1.1)', () => {
	const peer = createPeer({ firstStreamId: 2 ** 31 - 3 });
	peer.open('a');
	expect([peer.client.exhausted, peer.client.mayOpen]).toEqual([false, true]);
	peer.open('b');
	expect([peer.client.exhausted, peer.client.mayOpen]).toEqual([true, false]);
	peer.send(ok(2 ** 31 - 1));
	expect(peer.ends).toMatchObject([{ name: 'b', end: 'complete' }]);
});
