/** What may happen only so often: resets, reconnects, drains for one cause. */
import fc from 'fast-check';
import { Backoff } from '../../../nodes/shared/transport/backoff';
import { TransportError } from '../../../nodes/shared/transport/errors';
import { createDrainLedger } from '../../../nodes/shared/transport/drainLedger';
import { createResetBudget } from '../../../nodes/shared/transport/resetBudget';
import { timing } from '../../../nodes/shared/transport/timing';

const trouble = new TransportError('connectionLost', 'x');

it('allows at most so many resets in any period', () => {
	const { maxResets, resetPeriodMs } = timing;
	fc.assert(
		fc.property(fc.array(fc.nat(400), { minLength: 200, maxLength: 600 }), (gaps) => {
			const budget = createResetBudget();
			const taken: number[] = [];
			let nowMs = 0;
			for (const gap of gaps) {
				nowMs += gap;
				const recent = taken.filter((at) => at > nowMs - resetPeriodMs).length;
				const allowed = budget.take(nowMs);
				if (allowed !== recent < maxResets) return false;
				if (allowed) taken.push(nowMs);
			}
			return true;
		}),
	);
});

it('doubles the pause before a reconnect from the first to the longest, each between half and whole', () => {
	fc.assert(
		fc.property(
			fc.double({ min: 0, max: 0.999, noNaN: true }),
			fc.integer({ min: 1, max: 100 }),
			(random, failures) => {
				const backoff = new Backoff({ random: () => random });
				let now = 0;
				for (let n = 1; n <= failures; n += 1) {
					now = Math.max(now, backoff.notBeforeMs);
					backoff.fail(now, trouble);
				}
				const step = Math.min(timing.longestBackoffMs, timing.firstBackoffMs * 2 ** (failures - 1));
				const waitMs = backoff.notBeforeMs - now;
				return waitMs >= step / 2 && waitMs <= step;
			},
		),
	);
});

it('counts failures of the same time once', () => {
	const backoff = new Backoff({ random: () => 0.5 });
	for (let n = 0; n < 5; n += 1) backoff.fail(n, trouble);
	expect(backoff.failures).toBe(1);
});

it('allows the next connection at once after a success', () => {
	const backoff = new Backoff({ firstDelayMs: 1_000, random: () => 0.5 });
	backoff.fail(0, trouble);
	backoff.fail(750, trouble);
	expect([backoff.failures, backoff.notBeforeMs]).toEqual([2, 2_250]);
	backoff.succeed();
	expect([backoff.failures, backoff.notBeforeMs]).toEqual([0, -Infinity]);
});

describe('a drain for a cause', () => {
	const { youngConnectionMs: young, sameCausePauseMs: pause } = timing;
	const carrier = (createdAtMs: number, livedMs: number) => ({ createdAtMs, livedMs });

	it('is earned by a connection that is no longer young', () => {
		const ledger = createDrainLedger();
		expect(ledger.judge('a', carrier(0, young - 1), young - 1)).toBe('no');
		expect(ledger.judge('a', carrier(0, young), young)).toBe('drain');
	});

	it('lets all requests of the replaced connection go again, and of those before it', () => {
		const ledger = createDrainLedger();
		expect(ledger.judge('a', carrier(100, young), young)).toBe('drain');
		expect(ledger.judge('a', carrier(100, young), young)).toBe('again');
		expect(ledger.judge('a', carrier(50, young), young)).toBe('again');
		expect(ledger.judge('b', carrier(100, young), young)).toBe('drain');
	});

	it('is earned again only after the pause', () => {
		const ledger = createDrainLedger();
		expect(ledger.judge('a', carrier(0, young), young)).toBe('drain');
		expect(ledger.judge('a', carrier(young, pause - 1), young + pause - 1)).toBe('no');
		expect(ledger.judge('a', carrier(young, pause), young + pause)).toBe('drain');
	});
});
