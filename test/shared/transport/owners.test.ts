/** Whose identity a lane is: superseded when its credential changes, kept when the identity comes back, shared by several owners. */
import { Owners } from '../../../nodes/shared/transport/owners';

const hour = 3_600_000;

function bench() {
	const superseded = new Map<string, boolean>();
	const owners = new Owners((key) => ({ setSuperseded: (on) => void superseded.set(key, on) }));
	const isSuperseded = (keys: string): string =>
		[...keys].map((key) => (superseded.get(key) === true ? '-' : '+')).join('');
	return { owners, isSuperseded };
}

it('a credential that changes supersedes the lane it had', () => {
	const { owners, isSuperseded } = bench();
	owners.note('one', 'a', 0);
	expect(isSuperseded('ab')).toBe('++');
	owners.note('one', 'a', 1);
	expect(isSuperseded('ab')).toBe('++');
	owners.note('one', 'b', 2);
	expect(isSuperseded('ab')).toBe('-+');
});

it('a lane stays while another owner has it', () => {
	const { owners, isSuperseded } = bench();
	owners.note('one', 'a', 0);
	owners.note('other', 'a', 0);
	owners.note('one', 'b', 1);
	expect(isSuperseded('ab')).toBe('++');
	owners.note('other', 'c', 2);
	expect(isSuperseded('abc')).toBe('-++');
});

it.each([
	['within the hour keeps both lanes', hour, '++'],
	['later than an hour does not', hour + 1, '+-'],
])('an identity that comes back %s', (_when, afterMs, expected) => {
	const { owners, isSuperseded } = bench();
	owners.note('one', 'a', 0);
	owners.note('one', 'b', 10);
	owners.note('one', 'a', 10 + afterMs);
	expect(isSuperseded('ab')).toBe(expected);
});

it('an alternating owner keeps every identity of the last hour, and releases older ones', () => {
	const { owners, isSuperseded } = bench();
	owners.note('one', 'a', 0);
	owners.note('one', 'b', 1);
	owners.note('one', 'a', 2);
	owners.note('one', 'c', 3);
	expect(isSuperseded('abc')).toBe('+++');
	owners.note('one', 'd', hour + 3);
	expect(isSuperseded('abcd')).toBe('+-++');
	owners.note('one', 'c', 2 * hour + 5);
	expect(isSuperseded('abcd')).toBe('--++');
});

it('an identity that was given up for good stays superseded when it is forgotten after an hour', () => {
	const { owners, isSuperseded } = bench();
	owners.note('one', 'a', 0);
	owners.note('one', 'b', 1);
	owners.note('one', 'c', hour + 2);
	expect(isSuperseded('abc')).toBe('--+');
});

it('a lane that is not there any more is nobody’s', () => {
	const owners = new Owners(() => undefined);
	owners.note('one', 'a', 0);
	expect(() => owners.note('one', 'b', 1)).not.toThrow();
});

it('the owner used longest ago is forgotten among a thousand, and its lanes keep their time', () => {
	const { owners, isSuperseded } = bench();
	owners.note('first', 'z', 0);
	owners.note('first', 'a', 0);
	owners.note('second', 'b', 0);
	for (let n = 0; n < 1_023; n += 1) owners.note(`owner ${n}`, 'shared', 0);
	expect(isSuperseded('ab')).toBe('++');
	// It comes as a stranger: nobody knows that it had another lane.
	owners.note('first', 'c', 1);
	expect(isSuperseded('ac')).toBe('++');
	// Its hold on the old lane is gone with it.
	owners.note('third', 'a', 2);
	owners.note('third', 'd', 3);
	expect(isSuperseded('ad')).toBe('-+');
});

it('forgets everybody when it is cleared', () => {
	const { owners, isSuperseded } = bench();
	owners.note('one', 'a', 0);
	owners.clear();
	owners.note('one', 'b', 1);
	expect(isSuperseded('ab')).toBe('++');
});

it('forgets the owner used longest ago, not the one that came first', () => {
	const { owners, isSuperseded } = bench();
	owners.note('busy', 'a', 0);
	owners.note('busy', 'b', 1);
	for (let n = 2; n <= 1_500; n += 1) {
		owners.note('busy', 'b', n);
		owners.note(`owner ${n}`, `lane ${n}`, n);
	}
	// It comes back to an identity it had: who was forgotten meanwhile would not know.
	owners.note('busy', 'a', 1_501);
	expect(isSuperseded('ab')).toBe('++');
});

it('supersedes a lane whose other owner was forgotten', () => {
	const { owners, isSuperseded } = bench();
	owners.note('old', 'a', 0);
	for (let n = 1; n <= 1_100; n += 1) owners.note(`owner ${n}`, `lane ${n}`, n);
	owners.note('one', 'a', 1_200);
	owners.note('one', 'b', 1_201);
	expect(isSuperseded('ab')).toBe('-+');
});

it('remembers a bounded number of earlier identities of an owner', () => {
	const superseded = new Map<string, boolean>();
	let told = 0;
	const owners = new Owners((key) => ({
		setSuperseded: (on) => {
			told += 1;
			superseded.set(key, on);
		},
	}));
	owners.note('one', 'first', 0);
	owners.note('one', 'second', 1);
	owners.note('one', 'first', 2);
	told = 0;
	for (let n = 0; n < 1_000; n += 1) owners.note('one', `lane ${n}`, 3 + n);
	// Each lane is told that it serves, and once that it does not any more: never all of them again.
	expect(told).toBeLessThanOrEqual(2_000);
	expect(superseded.get('lane 0')).toBe(true);
	expect(superseded.get('lane 998')).toBe(false);
});
