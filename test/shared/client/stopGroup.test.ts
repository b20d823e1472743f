/** One signal stops all requests of its group, each once, whichever have left before or leave meanwhile. */
import { systemClock } from '../../../nodes/shared/transport/clock';
import { type Stoppable, StopGroup } from '../../../nodes/shared/client/stopGroup';
import { TransportError } from '../../../nodes/shared/transport/errors';

/** A request that notes when it is stopped. */
function member(name: string, stopped: string[], onStop?: () => void): Stoppable {
	return {
		group: undefined,
		groupBefore: undefined,
		groupBehind: undefined,
		stop: () => {
			stopped.push(name);
			onStop?.();
		},
	};
}

function groupOf(names: string) {
	const controller = new AbortController();
	const stopped: string[] = [];
	const group = new StopGroup(controller.signal, () => new TransportError('aborted', 'stopped'), systemClock);
	const members = new Map([...names].map((name) => [name, member(name, stopped)]));
	for (const one of members.values()) group.add(one);
	const leave = (name: string): void => {
		const one = members.get(name);
		if (one !== undefined) group.remove(one);
	};
	return { group, stopped, leave, members, abort: () => controller.abort() };
}

it.each([
	['none', '', ['c', 'b', 'a']],
	['the first', 'a', ['c', 'b']],
	['one between', 'b', ['c', 'a']],
	['the last', 'c', ['b', 'a']],
	['two', 'ac', ['b']],
	['all', 'abc', []],
	['all, from behind', 'cba', []],
])('stops all but those that left: %s', (_who, leaving, expected) => {
	const { stopped, leave, abort } = groupOf('abc');
	for (const name of leaving) leave(name);
	abort();
	expect(stopped).toEqual(expected);
});

it('stops each once, and takes no member of another group out', () => {
	const one = groupOf('ab');
	const other = groupOf('xy');
	const foreign = other.members.get('x');
	if (foreign !== undefined) one.group.remove(foreign);
	one.leave('a');
	one.leave('a');
	one.abort();
	one.abort();
	other.abort();
	expect([one.stopped, other.stopped]).toEqual([['b'], ['y', 'x']]);
});

it('stops the others when a member that is stopped takes another one out', () => {
	const controller = new AbortController();
	const stopped: string[] = [];
	const group = new StopGroup(controller.signal, () => new TransportError('aborted', 'stopped'), systemClock);
	const first = member('first', stopped);
	group.add(first);
	group.add(member('second', stopped));
	group.add(member('third', stopped, () => group.remove(first)));
	controller.abort();
	expect(stopped).toEqual(['third', 'second']);
});

it('makes one error for all', () => {
	const controller = new AbortController();
	const errors: TransportError[] = [];
	const group = new StopGroup(controller.signal, () => new TransportError('aborted', 'stopped'), systemClock);
	for (let n = 0; n < 3; n += 1) {
		group.add({
			group: undefined,
			groupBefore: undefined,
			groupBehind: undefined,
			stop: (error) => void errors.push(error),
		});
	}
	controller.abort();
	expect(errors).toHaveLength(3);
	expect(new Set(errors).size).toBe(1);
});

it('works without a signal', () => {
	const stopped: string[] = [];
	const group = new StopGroup(undefined, () => new TransportError('aborted', 'stopped'), systemClock);
	const one = member('one', stopped);
	group.add(one);
	group.remove(one);
	expect([one.group, stopped]).toEqual([undefined, []]);
});
