/** RFC 9113 §5.2 and §6.9, flow control in both directions. */
import {
	createPeer,
	data,
	E,
	END_HEADERS,
	END_STREAM,
	expectConnectionError,
	frame,
	headers,
	MAX_31,
	ok,
	PADDED,
	padded,
	pushFields,
	rst,
	S,
	settings,
	T,
	type TestPeer,
	uint32,
	windowUpdate,
} from './supportPeer';

/** Sizes of the DATA frames written since the last look, and whether each ended its stream. */
function dataSent(peer: TestPeer): Array<[id: number, octets: number, ended: boolean]> {
	return peer
		.frames()
		.filter((one) => one.type === T.data)
		.map(({ id, payload, flags }) => [id, payload.length, (flags & END_STREAM) !== 0]);
}

/** Credit the client gave since the last look, by stream; 0 is the connection. */
function credit(peer: TestPeer): Map<number, number> {
	const given = new Map<number, number>();
	for (const { type, id, payload } of peer.frames()) {
		if (type === T.window) given.set(id, (given.get(id) ?? 0) + payload.readUInt32BE(0));
	}
	return given;
}

describe('sending', () => {
	test('RFC 9113 §6.9.1 a body beyond the stream window waits for WINDOW_UPDATE, and only the last frame ends the stream', () => {
		const peer = createPeer({ settings: [[S.window, 10]] });
		const stream = peer.open('a', 'x'.repeat(25));
		expect(dataSent(peer)).toEqual([[1, 10, false]]);
		expect(stream.endOffset).toBe(Infinity);
		peer.send(windowUpdate(1, 14));
		expect(dataSent(peer)).toEqual([[1, 14, false]]);
		peer.send(windowUpdate(1, 500));
		expect(dataSent(peer)).toEqual([[1, 1, true]]);
		expect(stream.endOffset).toBe(peer.client.output.totalBytes());
	});

	test('RFC 9113 §6.9.1 a body beyond the connection window waits for credit of the connection, oldest stream first', () => {
		const peer = createPeer({ settings: [[S.window, 1_000_000]] });
		peer.open('a', Buffer.alloc(65_500));
		peer.open('b', Buffer.alloc(40));
		peer.open('c', Buffer.alloc(40));
		expect(dataSent(peer).filter(([id]) => id > 1)).toEqual([[3, 35, false]]);
		peer.send(windowUpdate(3, 100));
		expect(dataSent(peer)).toEqual([]);
		peer.send(windowUpdate(0, 6));
		expect(dataSent(peer)).toEqual([
			[3, 5, true],
			[5, 1, false],
		]);
		peer.send(windowUpdate(0, 39));
		expect(dataSent(peer)).toEqual([[5, 39, true]]);
		expect(peer.client.sendWindow).toBe(0);
	});

	test('RFC 9113 §6.9.1 bodies that leave in one piece count in both windows, to the last octet', () => {
		const peer = createPeer({ settings: [[S.window, 20_000]] });
		const first = peer.open('a', Buffer.alloc(16_384));
		expect([first.sendWindow, peer.client.sendWindow]).toEqual([3_616, 49_151]);
		for (const name of ['b', 'c', 'd']) peer.open(name, Buffer.alloc(16_000));
		expect(peer.client.sendWindow).toBe(1_151);
		expect([peer.client.hasWindowFor(1_151), peer.client.hasWindowFor(1_152)]).toEqual([true, false]);
		peer.open('e', Buffer.alloc(1_151));
		expect(peer.client.sendWindow).toBe(0);
		peer.frames();
		peer.open('f', 'x');
		expect(dataSent(peer)).toEqual([]);
	});

	test('RFC 9113 §8.1 HEADERS and DATA of a push: END_STREAM is on the last of them alone', () => {
		const peer = createPeer();
		peer.open('body', 'abc');
		peer.open('without');
		peer.open('empty', '');
		expect(peer.frames().map(({ type, id, flags }) => [type, id, flags])).toEqual([
			[T.headers, 1, END_HEADERS],
			[T.data, 1, END_STREAM],
			[T.headers, 3, END_HEADERS | END_STREAM],
			[T.headers, 5, END_HEADERS | END_STREAM],
		]);
	});

	test.each([
		['of one frame each', 16_000, 100_000],
		['of several frames each', 50_000, 100_000],
		['that waited for credit', 50_000, 0],
	])('RFC 9113 §6.1 bodies %s come out whole, however many wait to be written', (_what, octets, initialWindow) => {
		const peer = createPeer({ settings: [[S.window, initialWindow]] });
		peer.send(windowUpdate(0, 1_000_000));
		const bodies = Array.from({ length: 12 }, (_none, at) => Buffer.alloc(octets, 0x61 + at));
		bodies.forEach((body, at) => peer.open(String(at), body));
		peer.send(settings([S.window, 100_000]));
		const seen = peer.frames().filter(({ type }) => type === T.data);
		bodies.forEach((body, at) => {
			const parts = seen.filter(({ id }) => id === at * 2 + 1).map(({ payload }) => payload);
			expect(Buffer.concat(parts).equals(body)).toBe(true);
		});
	});

	test('RFC 9113 §6.9.2 a body that no initial window can hold need not wait for one', () => {
		const peer = createPeer({ settings: [[S.window, 1_000]] });
		expect(peer.client.hasWindowFor(70_000)).toBe(true);
		for (let count = 0; count < 65; count++) peer.open('a', Buffer.alloc(1_000));
		expect(peer.client.sendWindow).toBe(535);
		expect([peer.client.hasWindowFor(535), peer.client.hasWindowFor(70_000)]).toEqual([true, false]);
	});

	test('RFC 9113 §6.9 a request without a body needs no window', () => {
		const peer = createPeer({ settings: [[S.window, 0]] });
		peer.open('a');
		expect(peer.frames()).toMatchObject([{ type: T.headers, flags: 5 }]);
	});

	test('RFC 9113 §6.9.2 a new initial window does not change the window of the connection', () => {
		const peer = createPeer();
		peer.send(settings([S.window, 1_000_000]));
		peer.open('a', Buffer.alloc(100_000));
		expect(dataSent(peer).reduce((sum, [, octets]) => sum + octets, 0)).toBe(65_535);
	});

	test('RFC 9113 §6.9.2 a larger initial window lets open streams go on', () => {
		const peer = createPeer({ settings: [[S.window, 4]] });
		peer.open('a', 'abcdefgh');
		peer.open('b', 'ABCDEFGH');
		peer.frames();
		peer.send(settings([S.window, 6]));
		expect(dataSent(peer)).toEqual([
			[1, 2, false],
			[3, 2, false],
		]);
		peer.send(settings([S.window, 8]));
		expect(dataSent(peer)).toEqual([
			[1, 2, true],
			[3, 2, true],
		]);
	});

	test('RFC 9113 §6.9.2 a smaller initial window makes windows of open streams negative: all of it must come back first', () => {
		const peer = createPeer({ settings: [[S.window, 10]] });
		const stream = peer.open('a', 'x'.repeat(20));
		peer.frames();
		peer.send(settings([S.window, 3]));
		expect(stream.sendWindow).toBe(-7);
		peer.send(windowUpdate(1, 7));
		expect(dataSent(peer)).toEqual([]);
		peer.send(windowUpdate(1, 1));
		expect(dataSent(peer)).toEqual([[1, 1, false]]);
		peer.send(settings([S.window, 100]));
		expect(dataSent(peer)).toEqual([[1, 9, true]]);
	});

	test('RFC 9113 §6.9.2 credit that streams already have is kept when the initial window changes', () => {
		const peer = createPeer({ settings: [[S.window, 0]] });
		const stream = peer.open('a', 'abc');
		peer.send(windowUpdate(1, 2), settings([S.window, 1]));
		expect(stream.sendWindow).toBe(0);
		expect(dataSent(peer)).toEqual([
			[1, 2, false],
			[1, 1, true],
		]);
	});

	test('RFC 9113 §6.5.2 a new initial window applies to streams opened later', () => {
		const peer = createPeer();
		peer.send(settings([S.window, 5]));
		peer.open('a', 'abcdefgh');
		expect(dataSent(peer)).toEqual([[1, 5, false]]);
	});

	test('RFC 9113 §4.2 no frame is larger than the peer allows', () => {
		const peer = createPeer();
		peer.open('a', Buffer.alloc(40_000));
		expect(dataSent(peer)).toEqual([
			[1, 16_384, false],
			[1, 16_384, false],
			[1, 7_232, true],
		]);
		peer.send(settings([S.frame, 20_000]), windowUpdate(0, 40_000));
		peer.open('b', Buffer.alloc(25_000));
		expect(dataSent(peer)).toEqual([
			[3, 20_000, false],
			[3, 5_000, true],
		]);
	});

	test('RFC 9113 §6.9.1 a window of exactly 2^31-1 is legal, for connection and stream', () => {
		const peer = createPeer();
		peer.open('a');
		peer.send(windowUpdate(0, MAX_31 - 65_535), windowUpdate(1, MAX_31 - 65_535));
		expect(peer.log).toEqual([]);
		expect(peer.client.sendWindow).toBe(MAX_31);
	});

	test('RFC 9113 §6.9.1 a connection window above 2^31-1 ends the connection with FLOW_CONTROL_ERROR', () => {
		const peer = createPeer();
		peer.send(windowUpdate(0, MAX_31 - 65_534));
		expectConnectionError(peer, E.flow);
	});

	test('RFC 9113 §6.9.1 a stream window above 2^31-1 ends that stream alone with FLOW_CONTROL_ERROR', () => {
		const peer = createPeer();
		peer.open('a');
		peer.open('b');
		peer.frames();
		peer.send(windowUpdate(1, MAX_31), ok(3));
		expect(peer.frames()).toMatchObject([{ type: T.rst, id: 1, payload: uint32(E.flow) }]);
		expect(peer.ends).toMatchObject([
			{ name: 'a', end: 'malformed', code: E.flow },
			{ name: 'b', end: 'complete' },
		]);
	});

	test('RFC 9113 §6.9.2 SETTINGS that push an open stream above 2^31-1 end the connection with FLOW_CONTROL_ERROR', () => {
		const peer = createPeer();
		peer.open('a');
		peer.send(windowUpdate(1, 1), settings([S.window, MAX_31]));
		expectConnectionError(peer, E.flow);
	});

	test('RFC 9113 §6.9.2 SETTINGS may bring an open stream to exactly 2^31-1', () => {
		const peer = createPeer();
		const stream = peer.open('a');
		peer.send(settings([S.window, MAX_31]));
		expect([stream.sendWindow, peer.errors]).toEqual([MAX_31, []]);
	});

	test('RFC 9113 §6.9 an increment of 0 ends the stream with PROTOCOL_ERROR', () => {
		const peer = createPeer();
		peer.open('a');
		peer.frames();
		peer.send(windowUpdate(1, 0));
		expect(peer.frames()).toMatchObject([{ type: T.rst, id: 1, payload: uint32(E.protocol) }]);
		expect(peer.ends).toMatchObject([{ name: 'a', end: 'malformed', code: E.protocol }]);
		expect(peer.errors).toEqual([]);
	});

	test('RFC 9113 §6.9 an increment of 0 for the connection ends the connection with PROTOCOL_ERROR', () => {
		const peer = createPeer();
		peer.send(windowUpdate(0, 0));
		expectConnectionError(peer, E.protocol);
	});

	test('RFC 9113 §6.9 the reserved bit of an increment is ignored', () => {
		const peer = createPeer({ settings: [[S.window, 0]] });
		peer.open('a', 'abc');
		peer.frames();
		peer.send(frame(T.window, 0, 1, uint32(0x80000002)));
		expect(dataSent(peer)).toEqual([[1, 2, false]]);
	});

	test('RFC 9113 §6.9 credit for a stream that is over is ignored, whatever it is', () => {
		const peer = createPeer();
		peer.open('answered');
		peer.open('reset');
		peer.send(
			ok(1),
			rst(3, E.cancel),
			windowUpdate(1, 5),
			windowUpdate(3, MAX_31),
			windowUpdate(1, MAX_31),
			windowUpdate(3, 0),
		);
		expect(peer.errors).toEqual([]);
		expect(peer.ends).toHaveLength(2);
	});

	test('RFC 9113 §6.9 what a reset stream had taken of the connection window is gone until the peer returns it', () => {
		const peer = createPeer();
		peer.client.reset(peer.open('a', Buffer.alloc(65_000)), E.cancel);
		expect(peer.client.sendWindow).toBe(535);
		expect(peer.client.hasWindowFor(536)).toBe(false);
		peer.send(windowUpdate(0, 65_000));
		expect(peer.client.hasWindowFor(536)).toBe(true);
	});

	test('RFC 9113 §6.9 a reset stream sends nothing more, whatever credit comes', () => {
		const peer = createPeer({ settings: [[S.window, 1]] });
		peer.client.reset(peer.open('a', 'abc'), E.cancel);
		peer.frames();
		peer.send(windowUpdate(1, 10), windowUpdate(0, 10), settings([S.window, 100]));
		expect(dataSent(peer)).toEqual([]);
	});
});

describe('receiving', () => {
	const limits = { streamWindowBytes: 70_000, connectionWindowBytes: 100_000, maxResponseBodyBytes: 1_000_000 };
	const head = (id: number): Buffer => headers(id, [[':status', '200']], 0);

	test('RFC 9113 §6.9 the windows are announced before anything else is asked', () => {
		const peer = createPeer({ greet: false, limits });
		const [first, second] = peer.frames();
		const pairs = new Map(
			Array.from({ length: (first?.payload.length ?? 0) / 6 }, (_, at) => [
				first?.payload.readUInt16BE(at * 6),
				first?.payload.readUInt32BE(at * 6 + 2),
			]),
		);
		expect(pairs.get(S.window)).toBe(70_000);
		expect(second).toMatchObject({ type: T.window, id: 0, payload: uint32(100_000 - 65_535) });
	});

	test('RFC 9113 §5.2.2 a body of any length comes in: stream and connection are credited for each octet, padding included', () => {
		const peer = createPeer({ limits });
		peer.open('a');
		peer.frames();
		peer.send(head(1));
		let streamWindow = 70_000;
		let connectionWindow = 100_000;
		for (let count = 0; count < 60; count++) {
			peer.send(data(1, padded(Buffer.alloc(10_000), 99), PADDED));
			const given = credit(peer);
			streamWindow += (given.get(1) ?? 0) - 10_100;
			connectionWindow += (given.get(0) ?? 0) - 10_100;
			expect(Math.min(streamWindow, connectionWindow)).toBeGreaterThanOrEqual(10_100);
			expect(streamWindow).toBeLessThanOrEqual(70_000);
			expect(connectionWindow).toBeLessThanOrEqual(100_000);
		}
		peer.send(data(1, ''));
		expect(peer.ends[0]?.body).toHaveLength(600_000);
	});

	test('RFC 9113 §6.9.1 DATA of exactly the stream window is taken, one octet more ends that stream', () => {
		// Credit is given from half the window on, so the window is filled by a single frame.
		const peer = createPeer({ limits: { ...limits, streamWindowBytes: 1_000 } });
		peer.open('a');
		peer.open('b');
		peer.frames();
		peer.send(head(1), data(1, Buffer.alloc(1_000)), head(3), data(3, Buffer.alloc(1_001), 0));
		expect(peer.ends.map(({ name, end, code }) => [name, end, code])).toEqual([
			['a', 'complete', 0],
			['b', 'malformed', E.flow],
		]);
		expect(peer.frames()).toMatchObject([{ type: T.rst, id: 3, payload: uint32(E.flow) }]);
	});

	test('RFC 9113 §6.9.1 DATA beyond the connection window ends the connection with FLOW_CONTROL_ERROR', () => {
		const peer = createPeer({ limits: { ...limits, streamWindowBytes: 200_000, connectionWindowBytes: 65_535 } });
		peer.open('a');
		// Credit is given at half the window: 32,767 octets are taken silently, then no more than 32,768 fit.
		peer.send(head(1), data(1, Buffer.alloc(16_384), 0), data(1, Buffer.alloc(16_383), 0));
		expect(peer.errors).toEqual([]);
		const tight = createPeer({ limits: { ...limits, streamWindowBytes: 200_000, connectionWindowBytes: 10_000 } });
		tight.open('a');
		tight.send(head(1), data(1, Buffer.alloc(10_001), 0));
		expectConnectionError(tight, E.flow);
	});

	test('RFC 9113 §6.9.1 DATA of exactly the connection window is taken and credited at once', () => {
		const peer = createPeer({ limits: { ...limits, connectionWindowBytes: 10_000 } });
		peer.open('a');
		peer.frames();
		peer.send(head(1), data(1, Buffer.alloc(10_000), 0));
		expect(peer.errors).toEqual([]);
		expect([...credit(peer)]).toEqual([[0, 10_000]]);
	});

	test('RFC 9113 §6.9 a stream is credited at half its window, not before', () => {
		const peer = createPeer({ limits: { ...limits, streamWindowBytes: 1_000 } });
		peer.open('a');
		peer.frames();
		peer.send(head(1), data(1, Buffer.alloc(499), 0));
		expect([...credit(peer)]).toEqual([]);
		peer.send(data(1, Buffer.alloc(1), 0));
		expect([...credit(peer)]).toEqual([[1, 500]]);
	});

	test('RFC 9113 §6.9 a connection window of the default size is not announced: an increment of 0 is an error', () => {
		const peer = createPeer({ greet: false, limits: { connectionWindowBytes: 65_535 } });
		expect(peer.frames().map(({ type }) => type)).toEqual([T.settings]);
	});

	test.each([
		['after a reset', (peer: TestPeer) => peer.client.reset(peer.open('a'), E.cancel)],
		['after the peer refused it', (peer: TestPeer) => (peer.open('a'), peer.send(rst(1, E.refused)))],
	])('RFC 9113 §6.9 DATA that is thrown away %s is credited to the connection', (_name, end) => {
		const peer = createPeer({ limits });
		end(peer);
		peer.frames();
		let returned = 0;
		for (let count = 0; count < 30; count++) {
			peer.send(data(1, Buffer.alloc(10_000), 0));
			const given = credit(peer);
			expect([...given.keys()].filter((id) => id !== 0)).toEqual([]);
			returned += given.get(0) ?? 0;
		}
		expect(peer.errors).toEqual([]);
		expect(300_000 - returned).toBeLessThan(50_000);
	});

	test('RFC 9113 §5.2.1 a body longer than the limit is cut, its stream cancelled, its status kept, the connection intact', () => {
		const peer = createPeer({ limits: { ...limits, maxResponseBodyBytes: 5_000 } });
		peer.open('a');
		peer.open('b');
		peer.frames();
		peer.send(
			head(1),
			data(1, Buffer.alloc(4_000), 0),
			data(1, Buffer.alloc(4_000), 0),
			data(1, Buffer.alloc(4_000), 0),
			ok(3),
		);
		expect(peer.frames()).toMatchObject([{ type: T.rst, id: 1, payload: uint32(E.cancel) }]);
		expect(peer.ends).toMatchObject([
			{ name: 'a', end: 'malformed', code: E.cancel, status: 200 },
			{ name: 'b', end: 'complete' },
		]);
		expect(peer.client.open(pushFields(), undefined, 'c')).toMatchObject({ id: 5 });
	});
});
