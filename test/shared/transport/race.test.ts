/** Which address of a name is used: in turn by family, bad ones last, the next after 250 ms or at once after a failure. */
import type { Address, Dialing } from '../../../nodes/shared/transport/network';
import { orderAddresses, raceAddresses } from '../../../nodes/shared/transport/race';
import { createManualClock } from '../client/manualClock';

const v4 = (n: number): Address => ({ address: `10.0.0.${n}`, family: 4 });
const v6 = (n: number): Address => ({ address: `fd00::${n}`, family: 6 });

it.each<readonly [string, readonly Address[], readonly string[], readonly Address[]]>([
	['one family', [v4(1), v4(2)], [], [v4(1), v4(2)]],
	['in turn, beginning with the first', [v6(1), v6(2), v4(1), v4(2)], [], [v6(1), v4(1), v6(2), v4(2)]],
	['more of the first', [v4(1), v4(2), v4(3), v6(1)], [], [v4(1), v6(1), v4(2), v4(3)]],
	['more of the second', [v4(1), v6(1), v6(2), v6(3)], [], [v4(1), v6(1), v6(2), v6(3)]],
	['bad ones last', [v6(1), v4(1), v6(2), v4(2)], ['fd00::1', '10.0.0.1'], [v6(2), v4(2), v6(1), v4(1)]],
	['none', [], [], []],
])('addresses are tried in this order: %s', (_what, addresses, bad, expected) => {
	expect(orderAddresses(addresses, (address) => bad.includes(address))).toEqual(expected);
});

function race(addresses: readonly Address[]) {
	const clock = createManualClock();
	const dialled: Array<{ readonly to: string; connect(): void; fail(why: string): void; destroyed: boolean }> = [];
	const running = raceAddresses(
		addresses,
		({ address }) => {
			let connect = (): void => undefined;
			let fail: (why: string) => void = () => undefined;
			const connected = new Promise<void>((resolve, reject) => {
				connect = resolve;
				fail = (why) => reject(new Error(why));
			});
			const attempt = { to: address, connect: () => connect(), fail: (why: string) => fail(why), destroyed: false };
			dialled.push(attempt);
			return { connected, destroy: () => void (attempt.destroyed = true) } as unknown as Dialing;
		},
		clock,
	);
	const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
	return { clock, dialled, running, settled, tried: () => dialled.map(({ to }) => to) };
}

it('tries the next address after 250 ms, keeps the earlier ones alive, and destroys the losers', async () => {
	const { clock, dialled, running, tried } = race([v4(1), v4(2), v4(3)]);
	clock.advance(249);
	expect(tried()).toEqual(['10.0.0.1']);
	clock.advance(1);
	clock.advance(250);
	expect(tried()).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3']);
	dialled[0]?.connect();
	expect((await running.winner).address).toEqual(v4(1));
	expect(dialled.map(({ destroyed }) => destroyed)).toEqual([false, true, true]);
	expect(clock.delays).toEqual([]);
});

it('waits for the only address without a timer', async () => {
	const { clock, dialled, running } = race([v4(1)]);
	expect(clock.delays).toEqual([]);
	dialled[0]?.connect();
	expect((await running.winner).address).toEqual(v4(1));
});

it('tries the next address at once when one fails, with 250 ms for the one after it', async () => {
	const { clock, dialled, running, settled, tried } = race([v4(1), v4(2), v4(3)]);
	clock.advance(100);
	dialled[0]?.fail('refused');
	await settled();
	expect(tried()).toEqual(['10.0.0.1', '10.0.0.2']);
	clock.advance(249);
	expect(tried()).toHaveLength(2);
	clock.advance(1);
	expect(tried()).toHaveLength(3);
	dialled[1]?.connect();
	expect((await running.winner).address).toEqual(v4(2));
});

it('tries no more once one has won', async () => {
	const { clock, dialled, running, tried } = race([v4(1), v4(2)]);
	dialled[0]?.connect();
	await running.winner;
	clock.advance(1_000);
	expect(tried()).toEqual(['10.0.0.1']);
});

it('fails with the last error once all have failed, and not before', async () => {
	const { clock, dialled, running, settled } = race([v4(1), v4(2)]);
	clock.advance(250);
	dialled[1]?.fail('second');
	await settled();
	let over = false;
	running.winner.catch(() => (over = true));
	await settled();
	expect(over).toBe(false);
	dialled[0]?.fail('first');
	await expect(running.winner).rejects.toThrow('first');
	expect(clock.delays).toEqual([]);
});

it('a second one that connects late changes nothing', async () => {
	const { clock, dialled, running, settled } = race([v4(1), v4(2)]);
	clock.advance(250);
	dialled[0]?.connect();
	dialled[1]?.connect();
	expect((await running.winner).address).toEqual(v4(1));
	await settled();
	expect(dialled.map(({ destroyed }) => destroyed)).toEqual([false, true]);
});

it('destroyed, it ends all attempts and begins none', async () => {
	const { clock, dialled, running, settled, tried } = race([v4(1), v4(2), v4(3)]);
	clock.advance(250);
	let over = false;
	const end = (): void => void (over = true);
	running.winner.then(end, end);
	running.destroy();
	running.destroy();
	dialled[0]?.fail('destroyed');
	dialled[1]?.connect();
	await settled();
	clock.advance(1_000);
	expect(over).toBe(false);
	expect([tried().length, dialled.map(({ destroyed }) => destroyed), clock.delays]).toEqual([2, [true, true], []]);
});
