/** What n8n shows of a run that failed: message, description, status and item, and never a sentence of its own instead. */
import { type INode, NodeApiError, NodeOperationError } from 'n8n-workflow';
import { FieldProblem } from '../../../../nodes/shared/apns/problems';
import {
	againError,
	asNodeError,
	lasting,
	nothingSentError,
	rejectedError,
} from '../../../../nodes/shared/n8n/run/failures';
import { reasonOf, Totals } from '../../../../nodes/shared/n8n/run/totals';
import { pushNoun } from '../../../../nodes/shared/n8n/run/words';
import type { Outcome } from '../../../../nodes/shared/outcome';
import { accepted, failure, invalid, notSent, rejected, unknown } from './outcomes';

const node: INode = { id: '1', name: 'APNs', type: 't', typeVersion: 1, position: [0, 0], parameters: {} };

function totalsOf(outcomes: readonly Outcome[], firstItem = 0): Totals {
	const totals = new Totals();
	for (const [n, outcome] of outcomes.entries()) totals.add(firstItem + n, outcome, reasonOf(outcome), `token ${n}`);
	return totals;
}

describe('a message keeps its words', () => {
	it.each([
		['connect ECONNREFUSED 1.2.3.4:443', 'connect system error 1.2.3.4:443'],
		['The server refused the connection (ECONNREFUSED).', 'The server refused the connection.'],
		['The host was not found (getaddrinfo).', 'The host was not found.'],
		['No answer (ETIMEDOUT) from the host (api.push.apple.com).', 'No answer from the host (api.push.apple.com).'],
		['Read ENOENT and ECONNRESET', 'Read system error and system error'],
		['The host deeperm.example failed', 'The host dee\u2060perm.example failed'],
		['Nothing to replace (at all)', 'Nothing to replace (at all)'],
		['A file (ENOENT, really)', 'A file (system error, really)'],
	])('%s', (message, expected) => {
		expect(lasting(message)).toBe(expected);
	});
});

describe('an error before the first request', () => {
	it('of n8n itself stays what it is, with an item', () => {
		const own = new NodeOperationError(node, 'An expression failed', { itemIndex: 3 });
		expect(asNodeError(node, own)).toBe(own);
		expect(own.context.itemIndex).toBe(3);
		const without = new NodeApiError(node, {}, { message: 'x' });
		expect(asNodeError(node, without)).toBe(without);
		expect(without.context.itemIndex).toBe(0);
	});

	it('about a field names it as the form does, and says what to do', () => {
		const error = asNodeError(node, new FieldProblem('topic', 'missing', 'is empty', 'Fill it in.'));
		expect(error).toBeInstanceOf(NodeOperationError);
		expect([error.message, error.description, error.context.itemIndex]).toEqual([
			"'Topic' is empty.",
			'Fill it in.',
			0,
		]);
	});
});

describe('a run without one success', () => {
	const error = (outcomes: readonly Outcome[], firstItem = 0): NodeApiError =>
		nothingSentError(node, totalsOf(outcomes, firstItem), pushNoun);

	it('of one push is told in its own words', () => {
		const { message, description, httpCode, context } = error([rejected(400, 'BadTopic')], 4);
		expect(message).toContain('BadTopic');
		expect(message).not.toContain('None of');
		expect(description).toMatch(/./);
		expect(description).not.toContain('Other causes');
		expect([httpCode, context.itemIndex]).toEqual(['400', 4]);
	});

	it('of several pushes says that none succeeded, with the most frequent cause first and two others', () => {
		const outcomes = ['a', 'b', 'b', 'c', 'c', 'c', 'd', 'd', 'd', 'd'].map((code) => notSent(code));
		const { message, description, httpCode, context } = error(outcomes, 2);
		expect(message).toBe('It failed with d. None of 10 pushes succeeded.');
		expect(description).toBe('Mend d. Other causes: 3 × It failed with c. 2 × It failed with b.');
		expect([httpCode, context.itemIndex]).toEqual([null, 2]);
	});

	it('of one cause names no others', () => {
		expect(error([notSent('x'), notSent('x')]).description).toBe('Mend x.');
	});

	it('keeps host and port where n8n would put a sentence of its own', () => {
		const outcome = notSent('connectionRefused', {
			failure: failure('connectionRefused', {
				message: 'api.push.apple.com:443 refused the connection (ECONNREFUSED).',
			}),
		});
		expect(error([outcome]).message).toBe('api.push.apple.com:443 refused the connection.');
	});

	it('of nothing at all has a message and an item that exists', () => {
		const { message, context } = error([]);
		expect(message).toContain('Nothing was sent');
		expect(context.itemIndex).toBe(Number.MAX_SAFE_INTEGER);
	});
});

describe('a run that shall fail for a rejected device', () => {
	const error = (outcomes: readonly Outcome[]): NodeApiError => rejectedError(node, totalsOf(outcomes), pushNoun);
	const bad = (): Outcome => rejected(400, 'BadDeviceToken');

	it.each<readonly [string, readonly Outcome[], RegExp]>([
		['the only one', [bad()], /^APNs rejected the push: token 0\. /],
		['one of two', [accepted(), bad()], /^APNs rejected 1 of 2 pushes: token 1\. /],
		['one invalid', [accepted(), invalid()], /^1 push has an invalid field: token 1\. /],
		['two invalid', [accepted(), invalid(), invalid()], /^2 pushes have an invalid field: token 1, token 2\. /],
		['both', [bad(), invalid()], /^APNs rejected 1 of 2 pushes, and 1 push has an invalid field: token 0, token 1\. /],
	])('says how many and which: %s', (_what, outcomes, expected) => {
		expect(error(outcomes).message).toMatch(expected);
	});

	it('names ten and counts the others', () => {
		const many = Array.from({ length: 12 }, bad);
		expect(error(many).message).toMatch(/token 9 and 2 more\. /);
		expect(error(many.slice(0, 10)).message).not.toContain('more');
		expect(error([...many.slice(0, 6), ...Array.from({ length: 6 }, () => invalid())]).message).toContain(
			' and 2 more. ',
		);
	});

	it('still says how many where so many other causes came first that this one was not kept', () => {
		const others = Array.from({ length: 1_000 }, (_none, n) => notSent(`code ${n}`));
		const { message, description, httpCode, context } = error([...others, bad()]);
		expect(message).toBe('APNs rejected 1 of 1,001 pushes: token 1000.');
		expect(description).toMatch(/^'On Rejected Device' is set to Fail/);
		expect([httpCode, context.itemIndex]).toEqual([null, Number.MAX_SAFE_INTEGER]);
	});

	it('gives the cause, its status and its first item, whatever else failed', () => {
		const { message, description, httpCode, context } = error([notSent('x'), notSent('x'), accepted(), bad()]);
		expect(message).toContain('BadDeviceToken');
		expect(description).toContain("'On Rejected Device' is set to Fail");
		expect([httpCode, context.itemIndex]).toEqual(['400', 3]);
	});

	it.each<readonly [string, readonly Outcome[], string]>([
		[
			'one accepted',
			[bad(), accepted()],
			'APNs accepted 1 push: retrying this execution from the list sends it again.',
		],
		[
			'accepted and unknown ones',
			[bad(), accepted(), accepted(), unknown()],
			'APNs accepted 2 pushes and gave no answer for 1 push: retrying this execution from the list sends them again.',
		],
		[
			'one accepted and one unknown',
			[bad(), accepted(), unknown()],
			'APNs accepted 1 push and gave no answer for 1 push: retrying this execution from the list sends them again.',
		],
		[
			'one unknown',
			[bad(), unknown()],
			'APNs gave no answer for 1 push: retrying this execution from the list sends it again.',
		],
	])('warns of what a retry from the list repeats: %s', (_what, outcomes, expected) => {
		expect(error(outcomes).description).toContain(expected);
	});

	it('warns of nothing where nothing would be repeated', () => {
		expect(error([bad()]).description).not.toContain('retrying');
	});
});

describe('a try that leaves something to send', () => {
	it.each([
		[1, '1 push could not be sent yet. It failed with deadline.'],
		[3, '3 pushes could not be sent yet. It failed with deadline.'],
	])('asks for the next one: %d', (waiting, message) => {
		const error = againError(node, waiting, notSent('deadline'), 7, totalsOf([]), pushNoun);
		expect([error.message, error.description, error.context.itemIndex]).toEqual([
			message,
			"Mend deadline. 'Retry On Fail' sends only what is left.",
			7,
		]);
	});

	it('warns of what a retry from the list would repeat', () => {
		const totals = totalsOf([accepted(), notSent('deadline')]);
		expect(againError(node, 1, notSent('deadline'), 1, totals, pushNoun).description).toBe(
			"Mend deadline. 'Retry On Fail' sends only what is left. APNs accepted 1 push: retrying this execution from the list sends it again.",
		);
	});

	it('has the status of an answer', () => {
		const channel = { target: 'channel', one: 'broadcast', many: 'broadcasts' } as const;
		expect(againError(node, 1, rejected(503, 'Shutdown'), 0, totalsOf([]), channel).httpCode).toBe('503');
	});
});
