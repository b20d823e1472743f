/** When a lane may open a connection: what failures and budgets forbid, what an answer forgives, and what waiting requests are told. */
import { Backoff } from '../../../nodes/shared/transport/backoff';
import type { TransportErrorCode } from '../../../nodes/shared/transport/errorRows';
import { TransportError } from '../../../nodes/shared/transport/errors';
import { OpeningBudget } from '../../../nodes/shared/transport/openingBudget';
import { Openings } from '../../../nodes/shared/transport/openings';
import type { Verdict } from '../../../nodes/shared/transport/reconnectPolicy';
import { timing } from '../../../nodes/shared/transport/timing';

const error = (code: TransportErrorCode): TransportError => new TransportError(code, `It ended: ${code}.`);
const refused = error('connectionRefused');
const untrusted = error('serverCertificateUntrusted');
const failed = (blame: Verdict['blame']): Verdict => ({
	blame,
	failedOpening: blame !== 'none',
	tell: undefined,
	replaceAtOnce: false,
});
/** The first answer of a connection. */
const first = { answers: 1, accepted: 1 };

function bench() {
	const backoff = (): Backoff => new Backoff({ firstDelayMs: 1_000, longestDelayMs: 60_000, random: () => 0.5 });
	const backoffs = { endpoint: backoff(), proxy: backoff(), trust: backoff() };
	const budgets = [new OpeningBudget(200, 1_000, 0), new OpeningBudget(2, 1_000, 0)];
	const openings = new Openings({ backoffs, budgets }, backoff());
	return { openings, backoffs };
}

it('one that has not failed may open at once', () => {
	const { openings } = bench();
	expect([openings.notBeforeMs(7, false), openings.backoffUntilMs, openings.furtherNotBeforeMs]).toEqual([
		7,
		-Infinity,
		-Infinity,
	]);
	expect([openings.isFailing, openings.refusal(7), openings.count, openings.error]).toEqual([
		false,
		undefined,
		0,
		undefined,
	]);
});

it.each(['endpoint', 'proxy', 'trust'] as const)(
	'a failure of the %s holds the next one back, until an answer',
	(blame) => {
		const { openings, backoffs } = bench();
		openings.record(failed(blame), refused, false, 0);
		expect([backoffs[blame].failures, openings.notBeforeMs(0, false), openings.backoffUntilMs]).toEqual([1, 750, 750]);
		expect([openings.isFailing, openings.error]).toEqual([true, refused]);
		openings.answered(first, true);
		expect([backoffs[blame].failures, openings.notBeforeMs(0, false), openings.isFailing, openings.error]).toEqual([
			0,
			0,
			false,
			undefined,
		]);
	},
);

it('beside a connection that works only failures of further ones hold the next back', () => {
	const { openings } = bench();
	openings.record(failed('endpoint'), refused, false, 0);
	expect([openings.notBeforeMs(0, false), openings.notBeforeMs(0, true)]).toEqual([750, 0]);
	openings.record(failed('endpoint'), refused, true, 1_000);
	expect(openings.notBeforeMs(1_000, true)).toBe(1_750);
});

it('the longest of several back-offs counts', () => {
	const { openings } = bench();
	openings.record(failed('endpoint'), refused, false, 0);
	openings.record(failed('proxy'), refused, false, 400);
	expect(openings.notBeforeMs(0, false)).toBe(1_150);
});

it('a connection that ended well after answers holds nothing back', () => {
	const { openings } = bench();
	openings.record(failed('none'), refused, false, 0);
	expect([openings.notBeforeMs(0, false), openings.isFailing, openings.error]).toEqual([0, false, undefined]);
});

it('one that lost its connection after answers waits, but is no failed opening', () => {
	const { openings } = bench();
	openings.record({ ...failed('endpoint'), failedOpening: false }, refused, false, 0);
	expect([openings.notBeforeMs(0, false), openings.isFailing, openings.error]).toEqual([750, true, undefined]);
});

describe('every opening', () => {
	it('is counted, and taken from all budgets', () => {
		const { openings } = bench();
		openings.begin(0);
		expect([openings.count, openings.notBeforeMs(0, false)]).toEqual([1, 0]);
		openings.begin(0);
		expect([openings.count, openings.notBeforeMs(0, false)]).toEqual([2, 1_000]);
	});

	it.each([
		['the accepted request that earns it', timing.acceptedToPayBack, true, 0],
		['one before', timing.acceptedToPayBack - 1, true, 1_000],
		['one after', timing.acceptedToPayBack + 1, true, 1_000],
		['an answer that accepts nothing', timing.acceptedToPayBack, false, 1_000],
	])('is paid back by %s', (_what, accepted, isSuccess, expected) => {
		const { openings } = bench();
		openings.begin(0);
		openings.begin(0);
		openings.answered({ answers: accepted, accepted }, isSuccess);
		expect(openings.notBeforeMs(0, false)).toBe(expected);
	});
});

describe('beside a connection that works', () => {
	it('a failure holds back only further ones, and nobody is told of it', () => {
		const { openings, backoffs } = bench();
		openings.record(failed('endpoint'), refused, true, 0);
		openings.answered({ answers: 2, accepted: 2 }, true);
		expect([backoffs.endpoint.failures, openings.furtherNotBeforeMs, openings.error]).toEqual([0, 750, undefined]);
		expect([openings.isFailing, openings.notBeforeMs(0, false)]).toEqual([true, 0]);
	});

	it('further ones are forgiven by the first answer of a connection, not by those of the one that works', () => {
		const { openings } = bench();
		openings.record(failed('endpoint'), refused, true, 0);
		openings.answered({ answers: 7, accepted: 7 }, true);
		expect(openings.furtherNotBeforeMs).toBe(750);
		openings.answered(first, false);
		expect([openings.furtherNotBeforeMs, openings.isFailing]).toEqual([-Infinity, false]);
	});
});

describe('a request need not wait', () => {
	it('once three openings failed, while the back-off lasts', () => {
		const { openings } = bench();
		openings.record(failed('endpoint'), refused, false, 0);
		openings.record(failed('endpoint'), refused, false, 750);
		expect(openings.refusal(800)).toBeUndefined();
		openings.record(failed('endpoint'), refused, false, 2_250);
		expect(openings.backoffUntilMs).toBe(5_250);
		expect([openings.refusal(5_249), openings.refusal(5_250)]).toEqual([refused, undefined]);
	});

	it('where no repeat can mend it, from the first on', () => {
		const { openings } = bench();
		openings.record(failed('proxy'), refused, false, 0);
		openings.record(failed('trust'), untrusted, false, 0);
		expect([openings.refusal(749), openings.refusal(750)]).toEqual([untrusted, undefined]);
	});

	it('for the trouble of one connection, told as one that all meet', () => {
		const { openings } = bench();
		const lost = error('connectionLost');
		for (const atMs of [0, 1_000, 3_000]) openings.record(failed('endpoint'), lost, false, atMs);
		expect(openings.refusal(3_001)).toMatchObject({ code: 'connectionRejected', cause: lost });
	});
});

it('who waits learns why after three openings in a row without an answer, and not after one was answered', () => {
	const { openings } = bench();
	const end = { why: refused, answers: 0, accepted: 0, graceful: false };
	const fail = (atMs: number): TransportError | undefined => {
		const verdict = openings.judge(end, false);
		openings.record(verdict, refused, false, atMs);
		return verdict.tell;
	};
	expect([0, 1_000, 3_000].map(fail)).toEqual([undefined, undefined, refused]);
	openings.answered(first, true);
	expect(fail(10_000)).toBeUndefined();
	openings.record(openings.judge(end, true), refused, true, 20_000);
	expect(fail(30_000)).toBeUndefined();
	expect(openings.judge(end, true).tell).toBeUndefined();
	expect(openings.judge(end, false).tell).toBe(refused);
});
