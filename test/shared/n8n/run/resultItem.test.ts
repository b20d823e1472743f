/** The result of a request as n8n's json, and in words: what happened and what to do. */
import { FieldProblem } from '../../../../nodes/shared/apns/problems';
import {
	explain,
	invalidOutcome,
	isoTime,
	notSent as notSentOutcome,
	requestJson,
	resultJson,
	wordsOf,
} from '../../../../nodes/shared/n8n/run/resultItem';
import { accepted, notSent, rejected, unknown } from './outcomes';

const sent = {
	recipient: 'R',
	deviceToken: 'ab',
	topic: 'com.example',
	pushType: 'alert',
	environment: 'production',
};

describe('a push', () => {
	it('that was accepted has every key, and no words', () => {
		expect(resultJson(accepted({ apnsId: 'A' }), sent)).toEqual({
			success: true,
			...sent,
			outcome: 'accepted',
			reason: null,
			message: null,
			advice: null,
			status: 200,
			apnsId: 'A',
			attempts: 1,
		});
	});

	it('of which nothing is known has null for every key', () => {
		expect(resultJson({ outcome: 'not sent', attempts: 0, repeats: [] }, {})).toMatchObject({
			success: false,
			recipient: null,
			deviceToken: null,
			topic: null,
			pushType: null,
			environment: null,
			apnsId: null,
			status: null,
			reason: null,
			attempts: 0,
		});
	});

	it.each([
		['rejected', rejected(410, 'Unregistered'), { outcome: 'rejected', status: 410, reason: 'Unregistered' }],
		['not sent', notSent('deadline'), { message: 'It failed with deadline.', advice: 'Mend deadline.', status: null }],
		['unknown', unknown(), { outcome: 'unknown', message: 'It failed with connectionLost.' }],
	])('that was %s is no success, and says what happened and what to do', (_what, outcome, expected) => {
		const json = resultJson(outcome, sent);
		expect(json).toMatchObject({ success: false, ...expected });
		expect([json.message, json.advice]).toEqual([expect.stringMatching(/./), expect.stringMatching(/./)]);
		expect(json).not.toHaveProperty('error');
	});

	it('has further keys only where they say something', () => {
		const optional = ['unregisteredAt', 'apnsUniqueId', 'repeats'];
		const keysOf = (json: object): string[] => Object.keys(json).filter((key) => optional.includes(key));
		expect(keysOf(resultJson(accepted(), sent))).toEqual([]);
		expect(keysOf(resultJson(rejected(410, 'Unregistered', { unregisteredAtMs: 9e15 }), sent))).toEqual([]);
		const outcome = rejected(410, 'Unregistered', {
			unregisteredAtMs: 0,
			apnsUniqueId: 'U',
			repeats: [{ why: 'goaway', waitedMs: 5 }],
		});
		expect(resultJson(outcome, sent)).toMatchObject({
			unregisteredAt: '1970-01-01T00:00:00.000Z',
			apnsUniqueId: 'U',
			repeats: [{ why: 'goaway', waitedMs: 5 }],
		});
	});
});

describe('a broadcast or channel request', () => {
	it('has the keys of its operation, and the id of its request', () => {
		const outcome = accepted({ status: 201, requestId: 'Q' });
		const json = requestJson(outcome, { channelId: 'C', bundleId: 'com.example', storagePolicy: null });
		expect(json).toEqual({
			success: true,
			channelId: 'C',
			outcome: 'accepted',
			reason: null,
			message: null,
			advice: null,
			status: 201,
			bundleId: 'com.example',
			storagePolicy: null,
			requestId: 'Q',
			attempts: 1,
		});
	});

	it('of which nothing is known has null', () => {
		expect(requestJson({ outcome: 'not sent', attempts: 0, repeats: [] }, {})).toMatchObject({
			success: false,
			channelId: null,
			requestId: null,
			status: null,
		});
	});

	it('that was rejected names the fields of its own form', () => {
		const outcome = rejected(400, 'MissingTopic');
		expect([requestJson(outcome, {}).advice, resultJson(outcome, sent).advice]).toEqual([
			expect.stringContaining("'Bundle ID'"),
			expect.stringContaining("'Topic'"),
		]);
	});
});

describe('words', () => {
	it('are those of the failure, else of the reason, and none for a success', () => {
		expect(explain(accepted())).toBeUndefined();
		expect(explain(notSent('x'))).toEqual({ message: 'It failed with x.', advice: 'Mend x.' });
		expect(explain(rejected(404))?.message).toContain('404');
		expect(explain({ ...rejected(0), status: undefined })?.message).toContain('status 0');
	});

	it('of a channel are those of a device where there are no others', () => {
		expect(explain(rejected(410, 'Unregistered'), 'channel')).toEqual(explain(rejected(410, 'Unregistered')));
	});

	const described = Object.assign(new Error('It broke'), { description: 'Do this.' });
	const nameless = Object.assign(new Error(''), { name: 'TypeError' });
	it.each<readonly [string, unknown, { readonly message: string; readonly advice: string }]>([
		[
			'a problem of a field',
			new FieldProblem('topic', 'missing', 'is empty', 'Fill it in.'),
			{ message: "'Topic' is empty.", advice: 'Fill it in.' },
		],
		['an error of n8n', described, { message: 'It broke', advice: 'Do this.' }],
		['any other error', new Error('It broke'), { message: 'It broke', advice: 'Check the expressions of this item.' }],
		['an error without a message', nameless, { message: 'TypeError', advice: 'Check the expressions of this item.' }],
		['something that is no error', 'oops', { message: 'oops', advice: '' }],
	])('of %s', (_what, thrown, expected) => {
		expect(wordsOf(thrown)).toEqual(expected);
	});

	it('are shortened: a thrown error may hold the whole value it choked on', () => {
		const long = 'x'.repeat(501);
		const cut = `${'x'.repeat(500)}…`;
		expect(wordsOf(Object.assign(new Error(long), { description: long }))).toEqual({ message: cut, advice: cut });
		expect(wordsOf(long)).toEqual({ message: cut, advice: '' });
		expect(wordsOf(new Error(long.slice(1))).message).toBe(long.slice(1));
	});

	it('become an outcome that was not sent', () => {
		const failure = { code: 'invalidField', message: 'It broke', advice: 'Do this.', commonToRun: false };
		const outcome = { outcome: 'not sent', attempts: 0, repeats: [], failure };
		expect(invalidOutcome(described)).toEqual(outcome);
		expect(notSentOutcome('invalidField', { message: 'It broke', advice: 'Do this.' })).toEqual(outcome);
	});
});

it.each([
	[undefined, undefined],
	[0, '1970-01-01T00:00:00.000Z'],
	[8.64e15, '+275760-09-13T00:00:00.000Z'],
	[8.64e15 + 1, undefined],
	[-8.64e15, '-271821-04-20T00:00:00.000Z'],
	[Number.NaN, undefined],
])('the time %p is %p', (atMs, expected) => {
	expect(isoTime(atMs)).toBe(expected);
});
