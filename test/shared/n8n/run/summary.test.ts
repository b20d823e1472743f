/** Many outcomes in one item: what is counted, which tokens to delete or to check, and what a person or a model is told. */
import { Summary } from '../../../../nodes/shared/n8n/run/summary';
import { reasonOf } from '../../../../nodes/shared/n8n/run/totals';
import type { Outcome } from '../../../../nodes/shared/outcome';
import { accepted, failure, invalid, notSent, rejected, unknown } from './outcomes';

const sent = { pushType: 'alert', topic: 'com.example', environment: 'production' };

function summaryOf(outcomes: readonly Outcome[]): Summary {
	const summary = new Summary();
	for (const [n, outcome] of outcomes.entries())
		summary.add(0, outcome, reasonOf(outcome), { ...sent, recipient: `token ${n}` });
	return summary;
}

it('of nothing is a success with empty lists', () => {
	expect(new Summary().json()).toEqual({
		success: true,
		message: 'APNs accepted all 0 pushes.',
		total: 0,
		accepted: 0,
		rejected: 0,
		notSent: 0,
		unknown: 0,
		duplicates: 0,
		reasons: {},
		tokensToDelete: [],
		unregistered: [],
		tokensToCheck: [],
		unknownTokens: [],
		apnsIds: [],
		pushType: null,
		topic: null,
		environment: null,
	});
});

it('counts every outcome, every reason, and lists the tokens by what is to be done about them', () => {
	const atMs = Date.UTC(2026, 0, 1);
	const summary = summaryOf([
		accepted({ apnsId: 'A' }),
		rejected(410, 'Unregistered', { unregisteredAtMs: atMs }),
		rejected(410, 'ExpiredToken'),
		rejected(400, 'BadDeviceToken', { apnsId: 'B' }),
		rejected(400, 'BadDeviceToken'),
		rejected(400, 'BadTopic'),
		rejected(418),
		unknown(),
		notSent('deadline'),
		invalid(),
	]);
	summary.addDuplicate();
	summary.addDuplicate();
	expect(summary.json()).toMatchObject({
		success: false,
		total: 10,
		accepted: 1,
		rejected: 6,
		notSent: 2,
		unknown: 1,
		duplicates: 2,
		tokensToDelete: ['token 1', 'token 2'],
		unregistered: [
			{ recipient: 'token 1', unregisteredAt: '2026-01-01T00:00:00.000Z' },
			{ recipient: 'token 2', unregisteredAt: null },
		],
		tokensToCheck: ['token 3', 'token 4'],
		unknownTokens: ['token 7'],
		apnsIds: ['A', 'B'],
		...sent,
	});
	expect(summary.json().reasons).toEqual({ Unregistered: 1, ExpiredToken: 1, BadDeviceToken: 2, BadTopic: 1 });
});

it('lists no token where the request went to none', () => {
	const summary = new Summary();
	for (const outcome of [unknown(), rejected(410, 'Unregistered')]) summary.add(0, outcome, reasonOf(outcome), {});
	expect(summary.json()).toMatchObject({ tokensToDelete: [], unregistered: [], unknownTokens: [], total: 2 });
});

it('is a success only when all were accepted', () => {
	expect(
		[[accepted()], [accepted(), unknown()], [accepted(), rejected(410)]].map((all) => summaryOf(all).success),
	).toEqual([true, false, false]);
});

it('says of what it was sent with the first request', () => {
	const summary = new Summary();
	summary.add(0, accepted(), undefined, sent);
	summary.add(0, accepted(), undefined, { pushType: 'voip' });
	expect(summary.json()).toMatchObject(sent);
});

it.each([
	[100, 100],
	[101, undefined],
])('of %d pushes names %p ids', (pushes, ids) => {
	const json = summaryOf(Array.from({ length: pushes }, (_none, n) => accepted({ apnsId: String(n) }))).json();
	if (ids === undefined) expect(json).not.toHaveProperty('apnsIds');
	else expect(json.apnsIds).toHaveLength(ids);
});

describe('the message', () => {
	const because = (count: number, code: string): string => `${count} × It failed with ${code}. Mend ${code}.`;
	it.each<readonly [string, readonly Outcome[], string]>([
		['one accepted', [accepted()], 'APNs accepted the push.'],
		['all accepted', [accepted(), accepted()], 'APNs accepted all 2 pushes.'],
		['one of two', [accepted(), notSent('x')], `APNs accepted 1 of 2 pushes. 1 was not sent. ${because(1, 'x')}`],
		['none', [notSent('x'), notSent('x')], `APNs accepted none. 2 were not sent. ${because(2, 'x')}`],
		[
			'no answer',
			[accepted(), unknown()],
			`APNs accepted 1 of 2 pushes. 1 got no answer and may or may not have arrived. ${because(1, 'connectionLost')}`,
		],
	])('about %s', (_what, outcomes, expected) => {
		expect(summaryOf(outcomes).json().message).toBe(expected);
	});

	it('tells rejections and invalid fields apart from what was not sent', () => {
		const { message } = summaryOf([rejected(410), invalid(), notSent('x')]).json();
		expect(message).toMatch(/^APNs accepted none\. It rejected 1\. 2 were not sent\. /);
	});

	it('spells out three causes, most frequent first', () => {
		const outcomes = ['a', 'b', 'b', 'c', 'c', 'c', 'd', 'd', 'd', 'd'].map((code) =>
			notSent(code, { failure: failure(code) }),
		);
		const { message } = summaryOf(outcomes).json();
		expect(message).toBe(
			['APNs accepted none. 10 were not sent.', because(4, 'd'), because(3, 'c'), because(2, 'b')].join(' '),
		);
	});
});
