/** RFC 9113, GOAWAY from the peer and the client's own. */
import {
	createPeer,
	data,
	E,
	END_STREAM,
	frame,
	goaway,
	headers,
	MAX_31,
	ok,
	pushFields,
	rst,
	S,
	T,
	uint32,
	windowUpdate,
} from './supportPeer';

describe('GOAWAY', () => {
	test('RFC 9113 §6.8 streams above the last id were not processed; the others finish; nothing new starts', () => {
		const peer = createPeer();
		for (const name of ['a', 'b', 'c']) peer.open(name);
		peer.send(goaway(3, E.none, '{"reason":"Shutdown"}'));
		expect(peer.log).toEqual(['goaway 3 0 {"reason":"Shutdown"}', 'c goaway 0 undefined [] ']);
		expect(peer.client.open(pushFields(), undefined, 'd')).toBe('closed');
		peer.send(ok(3), ok(1));
		expect(peer.ends.map((one) => [one.name, one.end])).toEqual([
			['c', 'goaway'],
			['b', 'complete'],
			['a', 'complete'],
		]);
	});

	test('RFC 9113 §6.8 2^31-1 first, the real last id later: a graceful end', () => {
		const peer = createPeer();
		for (const name of ['a', 'b']) peer.open(name);
		peer.send(goaway(MAX_31, E.none));
		expect(peer.ends).toEqual([]);
		expect(peer.client.mayOpen).toBe(false);
		peer.send(goaway(1, E.none));
		expect(peer.ends).toMatchObject([{ name: 'b', end: 'goaway' }]);
		peer.send(ok(1));
		expect(peer.ends).toMatchObject([{ name: 'b' }, { name: 'a', end: 'complete' }]);
		expect(peer.errors).toEqual([]);
	});

	test('RFC 9113 §6.8 a later one cannot raise the last id', () => {
		const peer = createPeer();
		for (const name of ['a', 'b']) peer.open(name);
		peer.send(goaway(1, E.none), goaway(3, E.none));
		expect(peer.client.goawayLastStreamId).toBe(1);
		expect(peer.ends).toMatchObject([{ name: 'b', end: 'goaway' }]);
	});

	test('RFC 9113 §6.8 the reserved bit of the last id is ignored, an unknown error code is passed on', () => {
		const peer = createPeer();
		peer.open('a');
		peer.send(frame(T.goaway, 0, 0, uint32(0x80000001, 0xdeadbeef)));
		expect(peer.log).toEqual([`goaway 1 ${0xdeadbeef} `]);
	});

	test('RFC 9113 §6.8 frames of streams above the last id that were on their way are tolerated', () => {
		const peer = createPeer();
		peer.open('a');
		peer.send(
			goaway(0, E.none),
			headers(1, [[':status', '200']], 0),
			data(1, 'late'),
			rst(1, E.refused),
			windowUpdate(1, 5),
		);
		expect(peer.ends).toMatchObject([{ name: 'a', end: 'goaway' }]);
		expect(peer.errors).toEqual([]);
	});

	test('RFC 9113 §6.8 a body that is still being sent below the last id goes on', () => {
		const peer = createPeer({ settings: [[S.window, 3]] });
		peer.open('a', 'abcdef');
		peer.frames();
		peer.send(goaway(1, E.none), windowUpdate(1, 3));
		expect(peer.frames()).toMatchObject([{ type: T.data, flags: END_STREAM, payload: Buffer.from('def') }]);
	});

	test('RFC 9113 §6.8 close writes one GOAWAY and ends reading', () => {
		const peer = createPeer();
		peer.open('a');
		peer.frames();
		peer.client.close(E.none, 'done');
		peer.client.close(E.protocol);
		const seen = peer.frames();
		expect(seen).toMatchObject([{ type: T.goaway, id: 0 }]);
		// The server opens no streams, so 0 is the last of its streams.
		expect(seen[0]?.payload).toEqual(Buffer.concat([uint32(0, E.none), Buffer.from('done')]));
		peer.send(ok(1), frame(T.push, 4, 1));
		expect(peer.log).toEqual([]);
	});

	test('RFC 9113 §6.8 close between two answers leaves the second unread', () => {
		const peer = createPeer();
		for (const name of ['a', 'b']) peer.open(name);
		peer.during.streamEnd = () => peer.client.close(E.none);
		peer.send(ok(1), ok(3));
		expect(peer.ends.map(({ name }) => name)).toEqual(['a']);
		expect(peer.client.endStreams().map(({ context }) => context)).toEqual(['b']);
	});

	test('that is sent at once leaves alone: what was appended before it never follows', () => {
		const peer = createPeer();
		peer.frames();
		peer.open('a');
		peer.client.closeAtOnce(E.protocol, 'at once');
		expect(peer.frames().map(({ type, payload }) => [type, payload.subarray(8).toString()])).toEqual([
			[T.goaway, 'at once'],
		]);
		expect(peer.client.open(pushFields('b'), undefined, 'b')).toBe('closed');
		peer.client.close(E.none, 'again');
		expect(peer.frames()).toEqual([]);
		peer.send(ok(1));
		expect(peer.ends).toEqual([]);
	});
});
