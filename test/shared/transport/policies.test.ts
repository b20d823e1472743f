/** What the end of a connection means, and what is remembered of it: verdicts, pauses, opening budgets, standings. */
import { Backoff } from '../../../nodes/shared/transport/backoff';
import { createDrainLedger } from '../../../nodes/shared/transport/drainLedger';
import type { TransportErrorCode } from '../../../nodes/shared/transport/errorRows';
import { TransportError } from '../../../nodes/shared/transport/errors';
import { IdentityPause } from '../../../nodes/shared/transport/identityPause';
import { OpeningBudget } from '../../../nodes/shared/transport/openingBudget';
import { asCommon, judgeEnd } from '../../../nodes/shared/transport/reconnectPolicy';
import { createResetBudget } from '../../../nodes/shared/transport/resetBudget';
import { Standings } from '../../../nodes/shared/transport/standings';
import { timing } from '../../../nodes/shared/transport/timing';

const error = (code: TransportErrorCode): TransportError => new TransportError(code, `It ended: ${code}.`);

describe('the end of a connection', () => {
	interface Case {
		readonly code?: TransportErrorCode;
		readonly answers?: number;
		readonly accepted?: number;
		readonly graceful?: boolean;
		readonly failedOpenings?: number;
		readonly othersWork?: boolean;
	}
	const judge = ({ code = 'connectionRefused', answers = 0, accepted = 0, graceful = false, ...rest }: Case) =>
		judgeEnd({ why: error(code), answers, accepted, graceful } as Parameters<typeof judgeEnd>[0], {
			failedOpenings: 0,
			othersWork: false,
			...rest,
		});

	it.each<readonly [string, Case, string, boolean, boolean]>([
		['the first failed opening', {}, 'endpoint', true, false],
		['the second', { failedOpenings: 1 }, 'endpoint', true, false],
		['the third: who waits learns why', { failedOpenings: 2 }, 'endpoint', true, true],
		['the third, while another works', { failedOpenings: 2, othersWork: true }, 'endpoint', true, false],
		['one that no repeat can mend', { code: 'serverCertificateUntrusted' }, 'trust', true, true],
		['the same while another works', { code: 'serverCertificateUntrusted', othersWork: true }, 'trust', true, false],
		['after an answer', { answers: 1, failedOpenings: 9 }, 'endpoint', false, false],
		['graceful, after an accepted request', { answers: 1, accepted: 1, graceful: true }, 'none', false, false],
		['graceful, without an accepted one', { answers: 1, graceful: true }, 'endpoint', false, false],
		['accepted ones, but not graceful', { answers: 1, accepted: 1 }, 'endpoint', false, false],
		['wanted by this side', { code: 'closed', failedOpenings: 9 }, 'none', false, false],
	])('%s', (_what, about, blame, failedOpening, tells) => {
		const verdict = judge(about);
		expect([verdict.blame, verdict.failedOpening, verdict.tell !== undefined]).toEqual([blame, failedOpening, tells]);
	});

	it.each<readonly [TransportErrorCode, boolean]>([
		['connectionBlocked', true],
		['connectionLost', false],
	])('%s lets another open at once: %p', (code, expected) => {
		expect(judge({ code, answers: 1 }).replaceAtOnce).toBe(expected);
	});

	it('is told as it is where all requests meet it, else as a rejection of connections', () => {
		const common = error('dnsFailed');
		expect(asCommon(common)).toBe(common);
		const single = error('reset');
		expect(single.commonToRun).toBe(false);
		expect(asCommon(single)).toMatchObject({ code: 'connectionRejected', message: single.message, cause: single });
	});
});

describe('a back-off', () => {
	it('takes the delays it is given, at most the longest, at least half of each', () => {
		const backoff = new Backoff({ firstDelayMs: 10, longestDelayMs: 40, random: () => 0 });
		const waits = [1, 2, 3, 4].map(() => {
			const now = Math.max(0, backoff.notBeforeMs);
			backoff.fail(now, error('connectionLost'));
			return backoff.notBeforeMs - now;
		});
		expect(waits).toEqual([5, 10, 20, 20]);
	});

	it('remembers the last failure until a success, and is busy as long as it lasts', () => {
		const backoff = new Backoff({ random: () => 0.5 });
		const [first, second] = [error('connectionLost'), error('dnsFailed')];
		backoff.fail(0, first);
		backoff.fail(1, second);
		expect([backoff.lastError, backoff.failures, backoff.busyUntilMs]).toEqual([
			second,
			1,
			0.75 * timing.firstBackoffMs,
		]);
		backoff.succeed();
		expect([backoff.lastError, backoff.failures, backoff.busyUntilMs]).toEqual([undefined, 0, -Infinity]);
	});
});

describe('the pause of an identity', () => {
	/** Between half and the whole of the first pause, halfway. */
	const firstMs = 0.75 * timing.firstPauseMs;

	it('lasts half to all of the first pause, then twice as long, and tells all lanes of the identity', () => {
		const pause = new IdentityPause(() => 0.5);
		const told: string[] = [];
		const member = (name: string) => ({
			onCredentialRefused: ({ code }: TransportError): void => void told.push(`${name} ${code}`),
		});
		const [one, other] = [member('one'), member('other')];
		expect([pause.isMarked, pause.inUse, pause.refusal(0), pause.leftMs(0)]).toEqual([false, false, undefined, 0]);
		pause.join(one);
		pause.join(other);
		const why = error('credentialRefused');
		pause.stop(why, 0);
		expect(told).toEqual(['one credentialRefused', 'other credentialRefused']);
		expect([pause.isMarked, pause.inUse, pause.busyUntilMs]).toEqual([true, true, firstMs]);
		expect([
			pause.refusal(firstMs - 1),
			pause.refusal(firstMs),
			pause.leftMs(firstMs - 1),
			pause.leftMs(firstMs + 1_500),
		]).toEqual([why, undefined, 1, 0]);
		pause.leave(one);
		pause.stop(why, firstMs);
		expect([told.length, pause.leftMs(firstMs)]).toEqual([3, 2 * firstMs]);
		pause.leave(other);
		expect(pause.inUse).toBe(false);
	});

	it('takes refusals during a pause for the same one, with the last words', () => {
		const pause = new IdentityPause(() => 0.5);
		const last = error('clientCertificateRefused');
		pause.stop(error('credentialRefused'), 0);
		pause.stop(last, 100);
		expect([pause.busyUntilMs, pause.refusal(200)]).toEqual([firstMs, last]);
	});

	it('is forgiven by a proof', () => {
		const pause = new IdentityPause(() => 0.5);
		pause.stop(error('credentialRefused'), 0);
		pause.forgive();
		expect([pause.isMarked, pause.refusal(1), pause.leftMs(1)]).toEqual([false, undefined, 0]);
		pause.stop(error('credentialRefused'), 10);
		expect(pause.leftMs(10)).toBe(firstMs);
	});

	it('lets a lane leave while it is told', () => {
		const pause = new IdentityPause(() => 0.5);
		const told: string[] = [];
		const second = { onCredentialRefused: (): void => void told.push('second') };
		pause.join({
			onCredentialRefused: () => {
				told.push('first');
				pause.leave(second);
			},
		});
		pause.join(second);
		pause.stop(error('credentialRefused'), 0);
		expect(told).toEqual(['first', 'second']);
	});
});

describe('an opening budget', () => {
	it('allows so many at once, and one more after each period', () => {
		const budget = new OpeningBudget(2, 1_000, 0);
		expect([budget.notBeforeMs(0), budget.busyUntilMs]).toEqual([0, 0]);
		budget.take(0);
		budget.take(0);
		expect([budget.notBeforeMs(0), budget.busyUntilMs]).toEqual([1_000, 2_000]);
		expect(budget.notBeforeMs(400)).toBe(1_000);
		budget.take(1_000);
		expect(budget.notBeforeMs(1_000)).toBe(2_000);
		expect(budget.notBeforeMs(1_500)).toBe(2_000);
	});

	it('is never more than full', () => {
		const budget = new OpeningBudget(2, 1_000, 0);
		budget.payBack();
		expect(budget.busyUntilMs).toBe(0);
		for (let n = 0; n < 2; n += 1) budget.take(60_000);
		expect(budget.notBeforeMs(60_000)).toBe(61_000);
		budget.payBack();
		expect(budget.notBeforeMs(60_000)).toBe(60_000);
	});

	it('gives nothing for a time that lies behind', () => {
		const budget = new OpeningBudget(1, 1_000, 5_000);
		budget.take(5_000);
		expect([budget.notBeforeMs(4_000), budget.notBeforeMs(5_000)]).toEqual([6_000, 6_000]);
	});
});

it('allows so many resets in a period, and the next when the first is a period old', () => {
	const { maxResets, resetPeriodMs } = timing;
	const budget = createResetBudget();
	for (let n = 0; n < maxResets; n += 1) expect(budget.take(n)).toBe(true);
	expect([budget.take(resetPeriodMs - 1), budget.take(resetPeriodMs), budget.take(resetPeriodMs)]).toEqual([
		false,
		true,
		false,
	]);
});

it('remembers so many causes of drains, then starts again', () => {
	const ledger = createDrainLedger();
	const carrier = { createdAtMs: 0, livedMs: timing.youngConnectionMs };
	for (let n = 0; n < timing.maxCauses; n += 1) expect(ledger.judge(`cause ${n}`, carrier, 0)).toBe('drain');
	expect(ledger.judge('cause 0', carrier, 0)).toBe('again');
	expect(ledger.judge('one more', carrier, 0)).toBe('drain');
	expect(ledger.judge('cause 0', carrier, 0)).toBe('drain');
});

describe('standings', () => {
	interface Entry {
		readonly key: string;
		busyUntilMs: number;
		inUse?: boolean;
	}
	const bookOf = (most: number, entries: ReadonlyArray<readonly [string, number, boolean?]>) => {
		const book = new Standings<Entry>(
			most,
			() => 100,
			(key) => ({ key, busyUntilMs: 0 }),
		);
		for (const [key, busyUntilMs, inUse] of entries) Object.assign(book.get(key), { busyUntilMs, inUse });
		return book;
	};
	const keys = (book: Standings<Entry>, names: string): string =>
		[...names].filter((name) => book.peek(name) !== undefined).join('');

	it('are made on first use and then stay the same', () => {
		const book = bookOf(4, []);
		expect(book.peek('a')).toBeUndefined();
		const made = book.get('a');
		expect([book.get('a') === made, book.peek('a') === made, book.size]).toEqual([true, true, 1]);
	});

	it.each<readonly [string, ReadonlyArray<readonly [string, number, boolean?]>, string]>([
		[
			'those at rest leave first',
			[
				['a', 100],
				['b', 101],
				['c', 0],
			],
			'bd',
		],
		[
			'none leaves that is in use',
			[
				['a', 0, true],
				['b', 101],
				['c', 0],
			],
			'abd',
		],
		[
			'without any at rest, the one that ends first leaves',
			[
				['a', 300],
				['b', 200],
				['c', 400],
			],
			'acd',
		],
		[
			'not the one in use',
			[
				['a', 300],
				['b', 200, true],
				['c', 400],
			],
			'bcd',
		],
		[
			'with all in use, none leaves',
			[
				['a', 0, true],
				['b', 0, true],
				['c', 0, true],
			],
			'abcd',
		],
	])('when they are too many: %s', (_what, entries, left) => {
		const book = bookOf(3, entries);
		book.get('d');
		expect(keys(book, 'abcd')).toBe(left);
	});

	it('make room for a sixteenth at a time', () => {
		const book = new Standings<Entry>(
			64,
			() => 0,
			(key) => ({ key, busyUntilMs: Number(key) + 1 }),
		);
		for (let n = 0; n < 65; n += 1) book.get(String(n));
		expect([book.size, book.peek('3'), book.peek('4')?.key]).toEqual([61, undefined, '4']);
	});
});
