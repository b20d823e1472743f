/** What an answer or a GOAWAY says: the row of a known reason, the status of an unknown one, and nothing of what is not Apple's JSON. */
import {
	describeReason,
	isAboutProviderToken,
	isCommonToRun,
	parseGoawayDebug,
	parseReasonBody,
	reasonRows,
	type ReasonRow,
	type ReasonScope,
} from '../../../nodes/shared/apns/reasons';

it.each(reasonRows.map((row) => [row.reason, row] as const))('%s has its row, whatever the status', (reason, row) => {
	expect([describeReason(row.status, reason), describeReason(499, reason)]).toEqual([row, row]);
});

describe('a reason that is new or missing is described by its status', () => {
	it.each<readonly [number, Partial<ReasonRow>]>([
		[400, { scope: 'request', reaction: 'none' }],
		[403, { scope: 'credential', reaction: 'none' }],
		[404, { scope: 'request', reaction: 'none' }],
		[410, { scope: 'device', reaction: 'none', provesCredential: true, advice: 'Delete this device token.' }],
		[429, { scope: 'throttle', reaction: 'delayDevice', advice: 'Send less often.' }],
		[499, { scope: 'request', reaction: 'none' }],
		[500, { scope: 'server', reaction: 'serverRetry' }],
		[503, { scope: 'server', reaction: 'serverRetry' }],
	])('%d', (status, expected) => {
		const unnamed = describeReason(status, undefined);
		expect({ ...unnamed }).toMatchObject({ ...expected, reason: '', status });
		expect(unnamed.meaning).toContain(`APNs answered status ${status}.`);
		const named = describeReason(status, 'NeverHeardOf');
		expect({ ...named }).toMatchObject({ ...expected, reason: 'NeverHeardOf', status });
		expect(named.meaning).toContain(`APNs answered NeverHeardOf (status ${status}).`);
		expect(named.advice).not.toBe('');
	});
});

it.each<readonly [ReasonScope, boolean, boolean]>([
	['request', false, false],
	['device', false, false],
	['topic', false, true],
	['channel', false, false],
	['throttle', false, false],
	['credential', true, true],
	['connection', true, false],
	['server', true, false],
])('scope %s leaves the provider token open: %p; is common to the run: %p', (scope, aboutToken, common) => {
	const row: ReasonRow = { reason: '', status: 400, scope, reaction: 'none', meaning: '', advice: '' };
	expect([isAboutProviderToken(row), isCommonToRun(row)]).toEqual([aboutToken, common]);
});

const bytes = (value: unknown): Buffer => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));

it.each<readonly [string, unknown, object]>([
	['a reason', { reason: 'BadTopic' }, { reason: 'BadTopic' }],
	['a reason and a time', { reason: 'Unregistered', timestamp: 5 }, { reason: 'Unregistered', timestampMs: 5 }],
	['an empty reason', { reason: '' }, {}],
	['a reason that is no text', { reason: 5 }, {}],
	['a time that is no number', { timestamp: '5' }, {}],
	['a time beyond all numbers', '{"timestamp":1e999}', {}],
	['a list', ['reason'], {}],
	['null', 'null', {}],
	['a text', '"reason"', {}],
	['no JSON', '{"reason"', {}],
	['nothing', '', {}],
	['JSON of 16 KiB', `{"reason":"A"}${' '.repeat(16_370)}`, { reason: 'A' }],
	['JSON of more', `{"reason":"A"}${' '.repeat(16_371)}`, {}],
])('the body of an answer with %s', (_what, body, expected) => {
	expect(parseReasonBody(bytes(body))).toEqual(expected);
});

it.each<readonly [string, Buffer, object]>([
	['a reason', bytes({ reason: 'BadCertificate' }), { reason: 'BadCertificate' }],
	['plain text', bytes(' going away '), { text: 'going away' }],
	['JSON without a reason', bytes({ a: 1 }), { text: '{"a":1}' }],
	['nothing', bytes(''), {}],
	['blanks', bytes('  '), {}],
	['control characters and bytes beyond ASCII', Buffer.from([0x41, 0x0a, 0x00, 0xe9, 0x7f, 0x7e]), { text: 'A????~' }],
	['200 characters and more', bytes('x'.repeat(201)), { text: 'x'.repeat(200) }],
])('the debug data of a GOAWAY with %s', (_what, data, expected) => {
	expect(parseGoawayDebug(data)).toEqual(expected);
});
