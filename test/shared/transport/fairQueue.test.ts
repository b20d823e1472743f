/** Callers take turns, and nothing is lost or told twice on the way through the queue. */
import { createFairQueue } from '../../../nodes/shared/transport/fairQueue';
import { type Attempt, type Caller, LaneRequest } from '../../../nodes/shared/transport/request';

class Request extends LaneRequest {
	constructor(
		caller: Caller,
		readonly name: string,
	) {
		super(caller, undefined, 1_000, Infinity);
	}

	head(): [] {
		return [];
	}

	protected settle(_attempt: Attempt): void {}
}

const caller = (): Caller => ({ maxConnections: 1, maxInFlight: 1 });
const nameOf = (request: LaneRequest | undefined): string | undefined =>
	request instanceof Request ? request.name : undefined;

it('serves callers in turns, each in its order', () => {
	const queue = createFairQueue();
	const [bulk, alert] = [caller(), caller()];
	for (const name of ['b1', 'b2', 'b3', 'b4']) queue.push(new Request(bulk, name));
	for (const name of ['a1', 'a2']) queue.push(new Request(alert, name));
	const served = Array.from({ length: 7 }, () => nameOf(queue.shift()));
	expect(served).toEqual(['b1', 'a1', 'b2', 'a2', 'b3', 'b4', undefined]);
	expect(queue.size).toBe(0);
});

it('takes a caller in again after its line was empty', () => {
	const queue = createFairQueue();
	const one = caller();
	for (const name of ['1', '2', '3']) {
		queue.push(new Request(one, name));
		expect([nameOf(queue.peek()), nameOf(queue.shift()), queue.shift(), queue.size, queue.sizeOf(one)]).toEqual([
			name,
			name,
			undefined,
			0,
			0,
		]);
	}
});

it('puts a refused request back before the others of its caller, also when these are none', () => {
	const queue = createFairQueue();
	const one = caller();
	queue.push(new Request(one, '1'));
	queue.push(new Request(one, '2'));
	const first = queue.shift();
	if (first !== undefined) queue.pushFront(first);
	expect([nameOf(queue.shift()), nameOf(queue.shift())]).toEqual(['1', '2']);
	if (first !== undefined) queue.pushFront(first);
	expect([queue.size, nameOf(queue.shift()), queue.size]).toEqual([1, '1', 0]);
});

it('removes what matches and serves the rest', () => {
	const queue = createFairQueue();
	const [one, two] = [caller(), caller()];
	for (const name of ['1', '2', '3']) queue.push(new Request(one, name));
	queue.push(new Request(two, '4'));
	queue.shift();
	expect(queue.remove((request) => request.caller === two || nameOf(request) === '2').map(nameOf)).toEqual(['2', '4']);
	expect([queue.size, nameOf(queue.shift()), queue.shift()]).toEqual([1, '3', undefined]);
});

it('keeps order over a long backlog', () => {
	const queue = createFairQueue();
	const one = caller();
	let served = 0;
	for (let number = 0; number < 10_000; number++) {
		queue.push(new Request(one, String(number)));
		if (number % 3 !== 0) expect(nameOf(queue.shift())).toBe(String(served++));
	}
	while (queue.size > 0) expect(nameOf(queue.shift())).toBe(String(served++));
	expect(served).toBe(10_000);
});
