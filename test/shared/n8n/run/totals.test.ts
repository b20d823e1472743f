/** What a run came to in numbers, how its causes are told apart, and which situation that makes. */
import { reasonRows } from '../../../../nodes/shared/apns/reasons';
import type { ErrorSetting, Return, RunKind, Situation } from '../../../../nodes/shared/n8n/run/returns';
import { errorSettingOf, returns, situationOf } from '../../../../nodes/shared/n8n/run/returns';
import { answersForItself, isSettled, reasonOf, Totals } from '../../../../nodes/shared/n8n/run/totals';
import type { Outcome } from '../../../../nodes/shared/outcome';
import { accepted, failure, invalid, notSent, rejected, unknown } from './outcomes';

function totalsOf(outcomes: readonly Outcome[], target?: 'device' | 'channel'): Totals {
	const totals = new Totals(target);
	for (const [item, outcome] of outcomes.entries()) totals.add(item, outcome, reasonOf(outcome), `token ${item}`);
	return totals;
}

const counts = ({ total, accepted, unknown, rejected, invalid, notSent, answered, settled }: Totals) => ({
	total,
	accepted,
	unknown,
	rejected,
	invalid,
	notSent,
	answered,
	settled,
});
const none = counts(new Totals());

describe('one outcome counts as', () => {
	it.each<readonly [string, Outcome, Partial<typeof none>]>([
		['accepted', accepted(), { accepted: 1, answered: 1, settled: 1 }],
		['unknown', unknown(), { unknown: 1, answered: 1, settled: 1 }],
		['rejected for itself', rejected(400, 'BadDeviceToken'), { rejected: 1, answered: 1 }],
		['rejected for a new reason', rejected(400, 'NeverHeardOf'), { rejected: 1, answered: 1 }],
		['rejected with the whole run', rejected(403, 'InvalidProviderToken'), { rejected: 1 }],
		['rejected with the whole topic', rejected(400, 'BadTopic'), { rejected: 1 }],
		['invalid', invalid(), { invalid: 1 }],
		['not sent', notSent('deadline'), { notSent: 1 }],
		['not sent for no cause', { ...notSent('x'), failure: undefined }, { notSent: 1 }],
	])('%s', (_what, outcome, expected) => {
		expect(counts(totalsOf([outcome]))).toEqual({ ...none, total: 1, ...expected });
	});
});

it.each(reasonRows.map((row) => [row.reason, row] as const))(
	'%s answers for its request alone by its scope',
	(_r, row) => {
		const outcome = rejected(row.status, row.reason);
		expect(answersForItself(outcome, reasonOf(outcome))).toBe(!['credential', 'topic'].includes(row.scope));
	},
);

it('only rejections have a row, and only accepted and unknown ones are settled', () => {
	const all = [accepted(), unknown(), rejected(410), notSent('x'), { ...rejected(0), status: undefined }];
	expect(all.map((outcome) => reasonOf(outcome)?.status)).toEqual([undefined, undefined, 410, undefined, 0]);
	expect(all.map(isSettled)).toEqual([true, true, false, false, false]);
	expect(answersForItself(notSent('x'), undefined)).toBe(false);
});

describe('causes', () => {
	it('come most frequent first, each with its first item and its count', () => {
		const totals = totalsOf([
			notSent('deadline'),
			rejected(400, 'BadDeviceToken'),
			rejected(400, 'BadDeviceToken'),
			accepted(),
			unknown(),
			rejected(400, 'BadDeviceToken'),
			unknown(),
		]);
		expect(
			totals.causes().map(({ kind, reason, status, itemIndex, count }) => [kind, reason, status, itemIndex, count]),
		).toEqual([
			['rejected', 'BadDeviceToken', 400, 1, 3],
			['unknown', undefined, undefined, 4, 2],
			['notSent', undefined, undefined, 0, 1],
		]);
	});

	it('are told apart by kind, reason, status and words', () => {
		const totals = totalsOf([
			rejected(400, 'A'),
			rejected(400, 'B'),
			rejected(418),
			rejected(419),
			invalid('one'),
			invalid('other'),
			unknown({ failure: failure('x', { message: 'same' }) }),
			notSent('x', { failure: failure('x', { message: 'same' }) }),
		]);
		expect(totals.causes()).toHaveLength(8);
	});

	it('with the same words are told apart by reason', () => {
		const totals = totalsOf([rejected(503, 'ServiceUnavailable'), rejected(503, 'Service Unavailable')]);
		const [one, other] = totals.causes();
		expect([one?.reason, other?.reason]).toEqual(['ServiceUnavailable', 'Service Unavailable']);
		expect(one?.words).toEqual(other?.words);
	});

	it('of some kinds are asked for alone, with the first item that met them', () => {
		const totals = totalsOf([accepted(), notSent('deadline'), rejected(400, 'A'), invalid()]);
		expect(totals.causes(['rejected', 'invalid']).map(({ kind }) => kind)).toEqual(['rejected', 'invalid']);
		expect([totals.firstItem(), totals.firstItem(['rejected', 'invalid']), totals.firstItem(['unknown'])]).toEqual([
			1,
			2,
			Infinity,
		]);
	});

	it('have words even where the outcome has none', () => {
		expect(totalsOf([rejected(400, 'BadTopic')]).causes()[0]?.words.message).toMatch(/./);
	});

	it('are kept apart a thousand times; more are only counted', () => {
		const totals = totalsOf(Array.from({ length: 1_003 }, (_none, n) => invalid(`field ${n}`)));
		expect([totals.causes().length, totals.invalid]).toEqual([1_000, 1_003]);
	});

	it('speak of the form the requests came from', () => {
		const advice = (target: 'device' | 'channel') =>
			totalsOf([rejected(400, 'MissingTopic')], target).causes()[0]?.words.advice;
		expect([advice('device'), advice('channel')]).toEqual([
			expect.stringContaining("'Topic'"),
			expect.stringContaining("'Bundle ID'"),
		]);
	});
});

describe('refused recipients', () => {
	it('are the first ten that were rejected or invalid', () => {
		const totals = totalsOf([
			accepted(),
			...Array.from({ length: 6 }, () => rejected(400, 'BadDeviceToken')),
			unknown(),
			notSent('x'),
			...Array.from({ length: 6 }, () => invalid()),
		]);
		expect(totals.refusedRecipients).toEqual([1, 2, 3, 4, 5, 6, 9, 10, 11, 12].map((n) => `token ${n}`));
	});

	it('without a token are named by their item', () => {
		const totals = new Totals();
		totals.add(4, invalid(), undefined, undefined);
		expect(totals.refusedRecipients).toEqual(['item 4']);
	});
});

describe('the situation of a run', () => {
	const devices: RunKind = { toDevices: true, failOnRejected: false };
	const strict: RunKind = { toDevices: true, failOnRejected: true };
	const channels: RunKind = { toDevices: false, failOnRejected: false };
	const badToken = rejected(400, 'BadDeviceToken');
	const badKey = rejected(403, 'InvalidProviderToken');

	it.each<readonly [string, readonly Outcome[], RunKind, Situation]>([
		['nothing to send, devices', [], devices, 'someSucceeded'],
		['nothing to send, channels', [], channels, 'someSucceeded'],
		['all accepted', [accepted()], devices, 'someSucceeded'],
		['all unknown', [unknown()], devices, 'someSucceeded'],
		['one rejected for itself', [badToken], devices, 'someSucceeded'],
		['one rejected, strict', [accepted(), badToken], strict, 'rejectedFails'],
		['one invalid, strict', [accepted(), invalid()], strict, 'rejectedFails'],
		['one not sent, strict', [accepted(), notSent('x')], strict, 'someSucceeded'],
		['the key refused', [badKey, notSent('x')], devices, 'noneAnswered'],
		['the key refused, strict', [badKey], strict, 'noneAnswered'],
		['all invalid', [invalid()], devices, 'noneAnswered'],
		['a channel request accepted', [accepted(), badKey], channels, 'someSucceeded'],
		['a channel request unknown', [unknown()], channels, 'someSucceeded'],
		['a channel request rejected for itself', [rejected(400, 'BadChannelId')], channels, 'noneSucceeded'],
	])('%s', (_what, outcomes, kind, expected) => {
		expect(situationOf(totalsOf(outcomes), kind)).toBe(expected);
	});

	it.each<readonly [ErrorSetting, Situation, Return]>([
		['stop', 'rejectedFails', 'throw'],
		['stop', 'noneAnswered', 'throw'],
		['stop', 'noneSucceeded', 'throw'],
		['stop', 'someSucceeded', 'items'],
		['continue', 'rejectedFails', 'items'],
		['continue', 'noneAnswered', 'items'],
		['continue', 'noneSucceeded', 'items'],
		['continue', 'someSucceeded', 'items'],
		['errorOutput', 'rejectedFails', 'sorted'],
		['errorOutput', 'noneAnswered', 'sorted'],
		['errorOutput', 'noneSucceeded', 'sorted'],
		['errorOutput', 'someSucceeded', 'sorted'],
	])('under %s, %s gives: %s', (setting, situation, expected) => {
		expect(returns[setting][situation]).toBe(expected);
	});

	it.each([
		[false, undefined, 'stop'],
		[false, 'continueErrorOutput', 'stop'],
		[true, undefined, 'continue'],
		[true, 'continueRegularOutput', 'continue'],
		[true, 'continueErrorOutput', 'errorOutput'],
	] as const)('continueOnFail %p and On Error %p mean %s', (continues, onError, expected) => {
		const node = { id: '', name: '', type: '', typeVersion: 1, position: [0, 0] as [number, number], parameters: {} };
		expect(errorSettingOf({ continueOnFail: () => continues, getNode: () => ({ ...node, onError }) })).toBe(expected);
	});
});
