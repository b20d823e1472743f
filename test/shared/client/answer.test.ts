/** What is read from an answer besides its status: Retry-After, ids, and whether it speaks for or against the credential. */
import { reasonRows } from '../../../nodes/shared/apns/reasons';
import {
	acceptedOutcome,
	type Answered,
	answerOf,
	credentialRefusal,
	credentialTrouble,
	provesCredential,
	provesToken,
	retryAfterMs,
} from '../../../nodes/shared/client/answer';
import { TransportError } from '../../../nodes/shared/transport/errors';
import type { Attempt } from '../../../nodes/shared/transport/request';

const NOW_MS = Date.UTC(2026, 0, 1, 12);

function answered(status: number, body = '', headers: Record<string, string> = {}): Answered {
	const fields = Object.entries(headers).map(([name, value]) => ({ name, value }));
	return { kind: 'answered', status, fields, body: Buffer.from(body), complete: true };
}

const withReason = (status: number, reason: string): Answered => answered(status, JSON.stringify({ reason }));
const lost = new TransportError('connectionLost', 'lost');
const withoutAnswer: readonly Attempt[] = [
	{ kind: 'notSent', error: lost },
	{ kind: 'unknown', error: lost },
];

describe('Retry-After', () => {
	it.each([
		['0', 0],
		['7', 7_000],
		[' 120 ', 120_000],
		[new Date(NOW_MS + 90_000).toUTCString(), 90_000],
		[new Date(NOW_MS - 90_000).toUTCString(), 0],
		['soon', undefined],
		['', undefined],
		['1.5s', undefined],
		['x7', undefined],
		['7x', undefined],
	])('%j is %p milliseconds', (value, expected) => {
		expect(retryAfterMs(value, NOW_MS)).toBe(expected);
	});
});

describe('the fields an outcome carries', () => {
	const headers = {
		'apns-id': 'A',
		'apns-unique-id': 'U',
		'apns-request-id': 'R',
		'apns-channel-id': 'C',
		'content-type': 'application/json',
	};

	it('of a refusal are the ids, Retry-After and the body', () => {
		const attempt = answered(503, '{}', { ...headers, 'retry-after': '9' });
		expect(answerOf(attempt, () => NOW_MS)).toEqual({
			status: 503,
			apnsId: 'A',
			apnsUniqueId: 'U',
			requestId: 'R',
			channelId: 'C',
			retryAfterMs: 9_000,
			body: Buffer.from('{}'),
		});
	});

	it('of a refusal without any are just the status', () => {
		expect(answerOf(answered(404), () => NOW_MS)).toEqual({ status: 404 });
	});

	it('of a success are the ids and the body', () => {
		const repeats = [{ why: 'Shutdown', waitedMs: 0 }];
		expect(acceptedOutcome(answered(201, '{"a":1}', headers), 2, repeats, 'sent')).toEqual({
			outcome: 'accepted',
			status: 201,
			apnsId: 'A',
			apnsUniqueId: 'U',
			requestId: 'R',
			channelId: 'C',
			body: Buffer.from('{"a":1}'),
			attempts: 2,
			repeats,
		});
	});

	it('of a success without any are the id that was sent, and no body', () => {
		expect(acceptedOutcome(answered(200), 1, [], 'sent')).toEqual({
			outcome: 'accepted',
			status: 200,
			apnsId: 'sent',
			attempts: 1,
			repeats: [],
		});
	});
});

describe('whether an answer proves', () => {
	it.each([
		[199, true, false],
		[200, true, true],
		[201, true, true],
		[299, true, true],
		[300, true, false],
		[403, false, false],
		[404, true, false],
		[410, true, true],
		[429, true, false],
		[500, false, false],
		[503, false, false],
	])('a bare %d: the token %p, the credential %p', (status, token, credential) => {
		expect(provesToken(answered(status))).toBe(token);
		expect(provesCredential(answered(status))).toBe(credential);
	});

	it.each(reasonRows.map((row) => [row.reason, row] as const))('%s, by its row', (reason, row) => {
		const answer = withReason(row.status, reason);
		expect(provesToken(answer)).toBe(!['credential', 'connection', 'server'].includes(row.scope));
		expect(provesCredential(answer)).toBe(row.provesCredential === true);
	});

	it.each([
		[199, false],
		[200, true],
		[299, true],
		[300, false],
	])('a %d that calls the token invalid: both %p, since a success is one whatever its body says', (status, proves) => {
		const answer = withReason(status, 'InvalidProviderToken');
		expect([provesToken(answer), provesCredential(answer)]).toEqual([proves, proves]);
	});

	it('no answer: nothing', () => {
		for (const attempt of withoutAnswer) {
			expect([provesToken(attempt), provesCredential(attempt), credentialRefusal(attempt)]).toEqual([
				false,
				false,
				undefined,
			]);
		}
	});
});

describe('trouble of the credential', () => {
	it.each(reasonRows.map((row) => [row.reason, row] as const))(
		'is told from an answer %s, by its row',
		(reason, row) => {
			const trouble = credentialRefusal(withReason(row.status, reason));
			if (row.reaction === 'stopIdentity') expect(trouble?.message).toContain(`(${reason})`);
			else expect(trouble).toBeUndefined();
		},
	);

	it.each(['BadCertificateEnvironment', 'InvalidProviderToken'])('is told from GOAWAY with %s', (reason) => {
		expect(credentialTrouble(Buffer.from(JSON.stringify({ reason })))).toMatchObject({
			code: 'credentialRefused',
			message: expect.stringContaining(`(${reason})`),
		});
	});

	it.each([
		['no data', ''],
		['plain text', 'InvalidProviderToken'],
		['a reason of the connection', '{"reason":"IdleTimeout"}'],
		['a reason nobody knows', '{"reason":"NeverHeardOf"}'],
	])('is not told from GOAWAY with %s', (_what, data) => {
		expect(credentialTrouble(Buffer.from(data))).toBeUndefined();
	});
});
