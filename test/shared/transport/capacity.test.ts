/** How many streams a connection may carry: by SETTINGS, by what it refused, by proof of the token, and by each caller's maximum. */
import type { ProtocolStream } from '../../../nodes/shared/http2/clientProtocol';
import type { PeerSettings } from '../../../nodes/shared/http2/peerSettings';
import { AbandonedStreams } from '../../../nodes/shared/transport/abandonedStreams';
import { Capacity } from '../../../nodes/shared/transport/capacity';
import { type Caller, LaneRequest } from '../../../nodes/shared/transport/request';

class Request extends LaneRequest {
	override mark(): undefined {
		return undefined;
	}
	override head(): [] {
		return [];
	}
	protected override onAttempt(): void {}
}

const caller = (maxInFlight = 10): Caller => ({ maxConnections: 1, maxInFlight });
const requestOf = (of: Caller): LaneRequest => new Request(of, undefined, 1, 1);

function capacityOf(limit: number | undefined, needsProof = false) {
	const peer = { maxConcurrentStreams: limit };
	const capacity = new Capacity(peer as unknown as PeerSettings, needsProof);
	return { capacity, announce: (to: number | undefined) => ((peer.maxConcurrentStreams = to), capacity.settled()) };
}

describe('the limit', () => {
	it.each<readonly [number | undefined, number, boolean]>([
		[undefined, 100_000, true],
		[2, 1, true],
		[2, 2, false],
		[0, 0, false],
	])('of %p with %d open leaves room: %p', (limit, open, expected) => {
		expect(capacityOf(limit).capacity.hasRoom(open)).toBe(expected);
	});

	it('above one lets the lane add connections, from then on', () => {
		const { capacity, announce } = capacityOf(undefined);
		expect(capacity.roseAboveOne).toBe(false);
		announce(1);
		expect(capacity.roseAboveOne).toBe(false);
		announce(2);
		announce(1);
		expect(capacity.roseAboveOne).toBe(true);
		const unnamed = capacityOf(undefined);
		unnamed.announce(undefined);
		expect(unnamed.capacity.roseAboveOne).toBe(true);
	});
});

describe('a server that refuses', () => {
	it('gets as many as survived, and one more for each answer, up to its own limit', () => {
		const { capacity } = capacityOf(6);
		capacity.refused(3, 0);
		expect([capacity.limit, capacity.holdEndsMs, capacity.hasRoom(2), capacity.hasRoom(3)]).toEqual([
			3,
			Infinity,
			true,
			false,
		]);
		capacity.answered();
		capacity.answered();
		expect(capacity.limit).toBe(5);
		expect(capacity.isFull(caller(), 5)).toBe(false);
		capacity.answered();
		expect([capacity.limit, capacity.isFull(caller(), 6)]).toEqual([6, true]);
	});

	it('of everything is left alone for a second, or until it answers', () => {
		const { capacity } = capacityOf(10);
		capacity.refused(0, 500);
		expect([capacity.limit, capacity.holdEndsMs, capacity.hasRoom(0)]).toEqual([1, 1_500, false]);
		capacity.endHold();
		expect([capacity.holdEndsMs, capacity.hasRoom(0)]).toEqual([Infinity, true]);
		capacity.refused(0, 500);
		capacity.answered();
		expect([capacity.hasRoom(0), capacity.limit]).toEqual([true, 2]);
	});

	it.each<readonly [string, number | undefined, number | undefined, number]>([
		['raises its limit is believed', 5, 6, 6],
		['names the same again is not', 5, 5, 2],
		['lowers it is not', 5, 4, 2],
		['takes its limit back is', 5, undefined, Infinity],
	])('and %s', (_what, before, after, expected) => {
		const { capacity, announce } = capacityOf(before);
		announce(before);
		capacity.refused(2, 0);
		announce(after);
		expect(capacity.limit).toBe(expected);
	});

	it('and names a limit for the first time is believed', () => {
		const { capacity, announce } = capacityOf(undefined);
		capacity.refused(0, 0);
		announce(0);
		expect([capacity.limit, capacity.holdEndsMs]).toEqual([0, Infinity]);
	});

	it('never grows beyond what it did not limit', () => {
		const { capacity } = capacityOf(undefined);
		capacity.refused(2, 0);
		for (let n = 0; n < 5; n += 1) capacity.answered();
		expect(capacity.limit).toBe(7);
	});
});

describe('a caller', () => {
	it('has its own maximum, and gets room back with each stream that ends', () => {
		const { capacity } = capacityOf(100);
		const [small, other] = [caller(2), caller(2)];
		capacity.opened(small, undefined);
		expect([capacity.allows(requestOf(small), undefined), capacity.isFull(small, 1)]).toEqual([true, false]);
		capacity.opened(small, undefined);
		expect([capacity.allows(requestOf(small), undefined), capacity.isFull(small, 2)]).toEqual([false, true]);
		expect([capacity.allows(requestOf(other), undefined), capacity.isFull(other, 2)]).toEqual([true, false]);
		capacity.released(small);
		expect(capacity.allows(requestOf(small), undefined)).toBe(true);
		capacity.opened(small, undefined);
		expect(capacity.allows(requestOf(small), undefined)).toBe(false);
		for (let n = 0; n < 4; n += 1) capacity.released(small);
		capacity.opened(small, undefined);
		expect(capacity.allows(requestOf(small), undefined)).toBe(true);
		capacity.opened(small, undefined);
		expect(capacity.allows(requestOf(small), undefined)).toBe(false);
	});

	it.each<readonly [string, number, number, boolean]>([
		['at the limit', 3, 3, true],
		['below it', 3, 2, false],
		['where only one stream is allowed', 1, 1, false],
	])('would be helped by another connection %s', (_what, limit, open, expected) => {
		expect(capacityOf(limit).capacity.isFull(caller(), open)).toBe(expected);
	});
});

describe('a provider token', () => {
	it('goes out on one stream until an answer proves it, and again after it is renewed', () => {
		const { capacity } = capacityOf(100, true);
		const one = caller();
		expect([capacity.isProvenAtAll, capacity.allows(requestOf(one), 'A')]).toEqual([false, true]);
		capacity.opened(one, 'A');
		expect([capacity.allows(requestOf(one), 'A'), capacity.allows(requestOf(one), 'B')]).toEqual([false, false]);
		capacity.ended('B', true);
		expect(capacity.isProvenAtAll).toBe(false);
		capacity.ended('A', false);
		expect([capacity.isProvenAtAll, capacity.allows(requestOf(one), 'A')]).toEqual([false, true]);
		capacity.opened(one, 'A');
		capacity.ended('A', true);
		expect([capacity.isProvenAtAll, capacity.allows(requestOf(one), 'A')]).toEqual([true, true]);
		capacity.opened(one, 'A');
		capacity.opened(one, 'A');
		expect([capacity.allows(requestOf(one), 'A'), capacity.allows(requestOf(one), 'B')]).toEqual([true, true]);
		capacity.opened(one, 'B');
		expect([capacity.allows(requestOf(one), 'A'), capacity.allows(requestOf(one), 'B')]).toEqual([true, false]);
	});

	it('is no question where a certificate was shown', () => {
		const { capacity } = capacityOf(100);
		capacity.opened(caller(), undefined);
		expect([capacity.isProvenAtAll, capacity.allows(requestOf(caller()), undefined)]).toEqual([true, true]);
		capacity.ended(undefined, true);
		expect(capacity.isProvenAtAll).toBe(true);
	});
});

describe('streams that were given up', () => {
	const stream = (): ProtocolStream<LaneRequest> => ({}) as ProtocolStream<LaneRequest>;

	it.each([
		[1_000, 100, Infinity],
		[1_000, 101, 5_100],
		[19, 1, Infinity],
		[19, 2, 5_001],
		[20, 2, Infinity],
		[20, 3, 5_002],
		[1, 1, Infinity],
		[0, 2, 5_001],
	])('with a limit of %d, %d of them are too many from %d ms on', (limit, count, expected) => {
		const streams = new AbandonedStreams();
		for (let n = 0; n < count; n += 1) streams.add(stream(), undefined, n);
		expect(streams.tooManyAtMs(limit)).toBe(expected);
	});

	it('are taken once, with what they carried', () => {
		const streams = new AbandonedStreams();
		const [one, other] = [stream(), stream()];
		expect(streams.take(one)).toBeUndefined();
		streams.add(one, 'mark', 7);
		expect([streams.take(other), streams.take(one), streams.take(one)]).toEqual([
			undefined,
			{ sinceMs: 7, mark: 'mark' },
			undefined,
		]);
		streams.add(one, undefined, 1);
		streams.add(other, undefined, 2);
		streams.clear();
		expect([streams.take(one), streams.tooManyAtMs(1)]).toEqual([undefined, Infinity]);
	});
});
