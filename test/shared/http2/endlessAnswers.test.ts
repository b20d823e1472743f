/** Answers without end, many at once or in single octets, take bounded memory and cost the small ones nothing. */
import { createPeer, data, E, headers, ok, rst, S, T } from './supportPeer';

const head = (id: number): Buffer => headers(id, [[':status', '200']], 0);
const ids = (count: number): number[] => Array.from({ length: count }, (_, at) => at * 2 + 1);

/** Octets kept for streams that are still open. */
const kept = (peer: ReturnType<typeof createPeer>): number =>
	peer.client.streams.values().reduce((sum, { body = [] }) => body.reduce((all, { length }) => all + length, sum), 0);

test('150 of them at once are kept up to the bound of the connection; then the longest is cut, its status kept', () => {
	const peer = createPeer({ limits: { maxKeptBodyBytes: 1_000_000 } });
	for (const id of ids(150)) peer.open(String(id));
	for (const id of ids(150)) peer.send(head(id));
	const part = Buffer.alloc(16_000, 'x');
	for (let round = 0; round < 40; round++) {
		for (const id of ids(150)) {
			if (peer.client.streams.get(id) !== undefined) peer.send(data(id, part, 0));
		}
		peer.frames();
		expect(kept(peer)).toBeLessThanOrEqual(1_000_000 + 16_384);
	}
	expect(peer.errors).toEqual([]);
	expect(peer.ends.length).toBeGreaterThan(80);
	for (const one of peer.ends) expect(one).toMatchObject({ end: 'malformed', code: E.cancel, status: 200 });
});

test('the longest is cut, not the one that came last: a small answer comes through', () => {
	const peer = createPeer({ limits: { maxKeptBodyBytes: 40_000 } });
	for (const name of ['long', 'short', 'middle']) peer.open(name);
	peer.send(head(1), head(3), head(5));
	peer.frames();
	peer.send(data(5, Buffer.alloc(12_000), 0), data(1, Buffer.alloc(16_000), 0), data(1, Buffer.alloc(12_000), 0));
	expect(peer.ends).toEqual([]);
	peer.send(data(3, '{"reason":', 0), data(3, '"Unregistered"}'));
	expect(peer.ends.map(({ name, end, body }) => [name, end, body.length])).toEqual([
		['long', 'malformed', 28_000],
		['short', 'complete', 25],
	]);
	expect(peer.frames().map(({ type, id }) => [type, id])).toEqual([[T.rst, 1]]);
});

test('what ended, was reset or was given up counts no more', () => {
	const peer = createPeer({ limits: { maxKeptBodyBytes: 20_000 } });
	for (let round = 0; round < 20; round++) {
		const [first, second, third] = ['a', 'b', 'c'].map((name) => peer.open(name));
		if (first === undefined || second === undefined || third === undefined) throw new Error('no streams');
		for (const { id } of [first, second, third]) peer.send(head(id));
		peer.send(data(first.id, Buffer.alloc(15_000)));
		peer.send(data(second.id, Buffer.alloc(15_000), 0));
		peer.client.reset(second, E.cancel);
		peer.send(data(third.id, Buffer.alloc(15_000), 0));
		peer.client.abandon(third);
		peer.send(data(third.id, Buffer.alloc(15_000), 0), data(third.id, ''));
		peer.frames();
	}
	expect(peer.ends.every(({ end }) => end === 'complete')).toBe(true);
	expect(peer.ends).toHaveLength(40);
	// Nor less than nothing: the bound still holds, to the octet.
	const last = peer.open('d');
	peer.send(head(last.id), data(last.id, Buffer.alloc(16_000), 0), data(last.id, Buffer.alloc(4_000), 0));
	expect(peer.ends).toHaveLength(40);
	peer.send(data(last.id, 'x', 0));
	expect(peer.ends.at(-1)).toMatchObject({ name: 'd', end: 'malformed', code: E.cancel });
});

test('a body that comes in single octets stays a few buffers, in the right order', () => {
	const peer = createPeer();
	const stream = peer.open('a');
	peer.send(head(1));
	const text = Array.from({ length: 5_000 }, (_, at) => String.fromCharCode(0x30 + (at % 75))).join('');
	for (const octet of text) {
		peer.send(data(1, octet, 0));
		expect(stream.body?.length).toBeLessThan(16);
	}
	peer.send(data(1, ''));
	expect(peer.ends[0]?.body).toBe(text);
});

test('one answer of a little more than the bound is cut, one of exactly the bound is not', () => {
	const peer = createPeer({ limits: { maxResponseBodyBytes: 20_000, maxKeptBodyBytes: 20_000 } });
	peer.open('a');
	peer.open('b');
	peer.send(head(1), data(1, Buffer.alloc(10_000), 0), data(1, Buffer.alloc(10_000)));
	peer.send(head(3), data(3, Buffer.alloc(10_000), 0), data(3, Buffer.alloc(10_001)));
	expect(peer.ends.map(({ name, end, code }) => [name, end, code])).toEqual([
		['a', 'complete', E.none],
		['b', 'malformed', E.cancel],
	]);
	peer.open('c');
	peer.send(ok(5));
	expect(peer.ends.at(-1)).toMatchObject({ name: 'c', end: 'complete' });
});

test('an answer before its request is whole, whose slot stays taken, is taken off the count once', () => {
	let asked = 0;
	const limits = { maxKeptBodyBytes: 20_000 };
	const peer = createPeer({ settings: [[S.window, 4]], limits, mayReset: () => asked++ > 0 });
	peer.open('early', 'abcdefgh');
	peer.open('endless');
	peer.send(head(1), data(1, Buffer.alloc(15_000)), rst(1, E.none));
	peer.send(head(3), data(3, Buffer.alloc(15_000), 0), data(3, Buffer.alloc(6_000), 0));
	expect(peer.ends).toMatchObject([
		{ name: 'early', end: 'complete' },
		{ name: 'endless', end: 'malformed', code: E.cancel },
	]);
});

test('RFC 9113 §8.1.1 two lengths that disagree are malformed, whichever of them the body has', () => {
	for (const length of ['four', 'fives']) {
		const peer = createPeer();
		peer.open('a');
		const lengths: Array<[string, string]> = [
			['content-length', '4'],
			['content-length', '5'],
		];
		peer.send(headers(1, [[':status', '200'], ...lengths], 0), data(1, length));
		expect(peer.ends).toMatchObject([{ end: 'malformed', code: E.protocol }]);
	}
});
