/** Callers take turns, each request has its own time limit, and nothing is lost or told twice on the way through the queue. */
import { type Caller, LaneRequest } from '../../../nodes/shared/transport/request';
import { RequestQueue } from '../../../nodes/shared/transport/requestQueue';

class Request extends LaneRequest {
	constructor(
		caller: Caller,
		readonly name: string,
		queueTimeoutMs = Infinity,
		isBroadcast = false,
	) {
		super(caller, undefined, 1_000, queueTimeoutMs, isBroadcast);
	}

	mark(): undefined {
		return undefined;
	}

	head(): [] {
		return [];
	}

	protected onAttempt(): void {}
}

const caller = (): Caller => ({ maxConnections: 1, maxInFlight: 1 });
const nameOf = (request: LaneRequest | undefined): string | undefined =>
	request instanceof Request ? request.name : undefined;
const namesOf = (requests: readonly LaneRequest[]): unknown[] => requests.map(nameOf);

it('serves callers in turns, each in its order', () => {
	const queue = new RequestQueue();
	const [bulk, alert] = [caller(), caller()];
	for (const name of ['b1', 'b2', 'b3', 'b4']) queue.push(new Request(bulk, name), 0);
	for (const name of ['a1', 'a2']) queue.push(new Request(alert, name), 0);
	const served = Array.from({ length: 7 }, () => nameOf(queue.shift(0)));
	expect(served).toEqual(['b1', 'a1', 'b2', 'a2', 'b3', 'b4', undefined]);
	expect(queue.size).toBe(0);
});

it('serves callers with one request each in the order they came', () => {
	const queue = new RequestQueue();
	for (const name of ['1', '2', '3', '4']) queue.push(new Request(caller(), name), 0);
	queue.skip();
	// The turn stays where it is when a line before or behind it ends, and passes on from the last.
	expect(Array.from({ length: 4 }, () => nameOf(queue.shift(0)))).toEqual(['2', '3', '4', '1']);
});

it('gives back the broadcasts of all callers, and keeps the rest in its order', () => {
	const queue = new RequestQueue();
	const [one, other] = [caller(), caller()];
	queue.push(new Request(one, 'broadcast 1', Infinity, true), 0);
	queue.push(new Request(one, 'push 1'), 0);
	queue.push(new Request(other, 'push 2'), 0);
	queue.push(new Request(other, 'broadcast 2', Infinity, true), 0);
	expect(namesOf(queue.removeBroadcasts(0))).toEqual(['broadcast 1', 'broadcast 2']);
	expect(queue.size).toBe(2);
	expect([nameOf(queue.shift(0)), nameOf(queue.shift(0))]).toEqual(['push 1', 'push 2']);
});

it('has no turn while nobody waits', () => {
	const queue = new RequestQueue();
	expect(queue.peek()).toBeUndefined();
	queue.skip();
	queue.push(new Request(caller(), '1'), 0);
	expect(nameOf(queue.peek())).toBe('1');
});

it('asks the next caller when one cannot go on', () => {
	const queue = new RequestQueue();
	const [bulk, alert] = [caller(), caller()];
	queue.push(new Request(bulk, 'b1'), 0);
	queue.push(new Request(alert, 'a1'), 0);
	queue.skip();
	expect([nameOf(queue.shift(0)), nameOf(queue.shift(0))]).toEqual(['a1', 'b1']);
});

it('takes a caller in again after its line was empty', () => {
	const queue = new RequestQueue();
	const one = caller();
	for (const name of ['1', '2', '3']) {
		queue.push(new Request(one, name), 0);
		expect(queue.callers).toBe(1);
		expect([nameOf(queue.peek()), nameOf(queue.shift(0)), queue.shift(0), queue.size]).toEqual([
			name,
			name,
			undefined,
			0,
		]);
	}
});

it('puts a refused request back before the others of its caller, also when these are none', () => {
	const queue = new RequestQueue();
	const one = caller();
	queue.push(new Request(one, '1'), 0);
	queue.push(new Request(one, '2'), 0);
	const first = queue.shift(0);
	if (first !== undefined) queue.pushFront(first, 0);
	queue.push(new Request(one, '3'), 0);
	expect([nameOf(queue.shift(0)), nameOf(queue.shift(0)), nameOf(queue.shift(0))]).toEqual(['1', '2', '3']);
	if (first !== undefined) queue.pushFront(first, 0);
	expect([queue.size, nameOf(queue.shift(0)), queue.size]).toEqual([1, '1', 0]);
});

it('takes out any one request, from the front, the middle and the end of its line, once', () => {
	const queue = new RequestQueue();
	const one = caller();
	const requests = ['1', '2', '3', '4'].map((name) => new Request(one, name));
	for (const request of requests) queue.push(request, 0);
	const [first, second, , last] = requests;
	for (const request of [second, last, first]) {
		expect(request !== undefined && queue.remove(request, 0)).toBe(true);
		expect(request !== undefined && queue.remove(request, 0)).toBe(false);
	}
	expect([queue.size, nameOf(queue.shift(0)), queue.shift(0), queue.callers]).toEqual([1, '3', undefined, 0]);
});

it('takes out a request while another caller has its turn', () => {
	const queue = new RequestQueue();
	const only = new Request(caller(), '1');
	queue.push(only, 0);
	for (const name of ['2', '3', '4']) queue.push(new Request(caller(), name), 0);
	queue.skip();
	expect(queue.remove(only, 0)).toBe(true);
	expect(Array.from({ length: 3 }, () => nameOf(queue.shift(0)))).toEqual(['2', '3', '4']);
});

it('counts waiting over repeats, and takes out what has waited too long', () => {
	const queue = new RequestQueue();
	const one = caller();
	const patient = new Request(one, 'patient');
	const repeated = new Request(one, 'repeated', 1_000);
	queue.push(repeated, 200);
	queue.shift(800);
	expect([repeated.queueLeftMs, queue.nextLookMs]).toEqual([400, Infinity]);
	queue.push(patient, 600);
	queue.pushFront(repeated, 5_000);
	expect(queue.nextLookMs).toBe(5_400);
	expect([queue.expired(5_399).length, queue.nextLookMs]).toEqual([0, 5_400]);
	expect(namesOf(queue.expired(5_400))).toEqual(['repeated']);
	expect([queue.size, queue.nextLookMs]).toEqual([1, Infinity]);
});

it('keeps looking for the others when one of those with a limit is taken', () => {
	const queue = new RequestQueue();
	const one = caller();
	for (const name of ['1', '2']) queue.push(new Request(one, name, 1_000), 0);
	queue.shift(0);
	expect(queue.nextLookMs).toBe(1_000);
});

it('looks at thousands of limits no more often than every tenth of a second', () => {
	const queue = new RequestQueue();
	const one = caller();
	for (let number = 0; number < 1_000; number += 1) queue.push(new Request(one, String(number), 1_000 + number), 0);
	let looks = 0;
	let expired = 0;
	for (let now = queue.nextLookMs; now !== Infinity; now = queue.nextLookMs) {
		expired += queue.expired(now).length;
		looks += 1;
	}
	expect(expired).toBe(1_000);
	expect(looks).toBeLessThan(15);
});

it('takes out what began to wait before a time', () => {
	const queue = new RequestQueue();
	const [one, two] = [caller(), caller()];
	queue.push(new Request(one, '1'), 100);
	queue.push(new Request(two, '2'), 200);
	queue.push(new Request(one, '3'), 300);
	expect(namesOf(queue.removeOlderThan(200, 400))).toEqual(['1', '2']);
	expect(namesOf(queue.removeAll(400))).toEqual(['3']);
});

it('keeps order over a long backlog', () => {
	const queue = new RequestQueue();
	const one = caller();
	let served = 0;
	for (let number = 0; number < 10_000; number++) {
		queue.push(new Request(one, String(number)), 0);
		if (number % 3 !== 0) expect(nameOf(queue.shift(0))).toBe(String(served++));
	}
	while (queue.size > 0) expect(nameOf(queue.shift(0))).toBe(String(served++));
	expect(served).toBe(10_000);
});
