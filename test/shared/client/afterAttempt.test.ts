/** The replay policy as tables: what follows an attempt that was not accepted, and what becomes of connection, token and identity. */
import { plainText } from '../../../nodes/shared/apns/fields';
import { type ReasonReaction, reasonRows, type ReasonScope } from '../../../nodes/shared/apns/reasons';
import {
	afterAttempt,
	newHistory,
	type ReplayCase,
	type ReplayHistory,
	type ReplayRules,
	type Step,
} from '../../../nodes/shared/client/replay';
import type { MarkedText } from '../../../nodes/shared/outcome';
import { TransportError } from '../../../nodes/shared/transport/errors';
import type { Attempt } from '../../../nodes/shared/transport/request';

const NOW_MS = Date.UTC(2026, 0, 1);

/** An answer of APNs; its body is Apple's JSON where a reason is given. */
function answered(
	status: number,
	reason?: string,
	headers: Record<string, string> = {},
	more: Record<string, unknown> = {},
): Attempt {
	return {
		kind: 'answered',
		status,
		fields: Object.entries(headers).map(([name, value]) => ({ name, value })),
		body: reason === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify({ reason, ...more })),
		complete: true,
	};
}

const lost = (): TransportError => new TransportError('connectionLost', 'The connection was lost.');
const unknownAttempt = (): Attempt => ({ kind: 'unknown', error: lost() });
const notSentAttempt = (): Attempt => ({ kind: 'notSent', error: new TransportError('deadline', 'Too late.') });

interface Circumstances {
	readonly rules?: ReplayRules;
	readonly history?: Partial<ReplayHistory>;
	readonly waitLeftMs?: number;
	/** What signing anew comes to. */
	readonly token?: 'replaced' | 'signedRecently' | 'none';
	/** Whether a new connection may answer otherwise. */
	readonly isOld?: boolean;
	readonly topic?: string;
}

interface Decision {
	readonly step: Step;
	/** What was done to the world, in order, with the words the connections end with. */
	readonly did: readonly string[];
	readonly errors: readonly TransportError[];
	readonly history: ReplayHistory;
}

function decide(attempt: Attempt, about: Circumstances = {}): Decision {
	const did: string[] = [];
	const errors: TransportError[] = [];
	const note = (what: string, why?: TransportError): void => {
		did.push(what);
		if (why !== undefined) errors.push(why);
	};
	const history = { ...newHistory(), ...about.history };
	const replayCase: ReplayCase = {
		rules: about.rules ?? {},
		topic: 'topic' in about ? about.topic : 'com.example.app',
		waitLeftMs: about.waitLeftMs ?? Infinity,
		wallNowMs: () => NOW_MS,
		actions: {
			replaceConnection: (why) => note('replaceConnection', why),
			replaceOlderConnections: (why) => note('replaceOlderConnections', why),
			replaceForCause: (cause, why) => {
				note(`replaceForCause ${cause}`, why);
				return about.isOld ?? true;
			},
			replaceToken: () => {
				note('replaceToken');
				return about.token ?? 'replaced';
			},
			keepToken: () => note('keepToken'),
			stopIdentity: (why) => note('stopIdentity', why),
		},
	};
	return { step: afterAttempt(history, attempt, replayCase), did, errors, history };
}

/** A step in a few words. */
function told(step: Step): string {
	return step.then === 'again' ? `again after ${step.delayMs}` : step.outcome.outcome;
}

describe('the first answer with each of Apple’s reasons, under the default settings', () => {
	const expected: Record<ReasonReaction, { readonly step: string; readonly did: (reason: string) => string[] }> = {
		none: { step: 'rejected', did: () => [] },
		resendOnNewConnection: { step: 'again after 0', did: () => ['replaceConnection'] },
		replaceProviderToken: { step: 'again after 0', did: () => ['replaceToken', 'replaceOlderConnections'] },
		stopIdentity: { step: 'rejected', did: () => ['stopIdentity'] },
		newConnection: { step: 'again after 0', did: (reason) => [`replaceForCause ${reason}|com.example.app`] },
		delayDevice: { step: 'again after 2000', did: () => [] },
		keepProviderToken: { step: 'rejected', did: () => ['keepToken'] },
		serverRetry: { step: 'rejected', did: () => [] },
	};

	it.each(reasonRows.map((row) => [row.status, row.reason, row] as const))('%d %s', (status, reason, row) => {
		const { step, did } = decide(answered(status, reason));
		expect(told(step)).toBe(expected[row.reaction].step);
		expect(did).toEqual(expected[row.reaction].did(reason));
		if (step.then === 'again') expect(step.why).toBe(reason);
		else expect(step.outcome).toMatchObject({ outcome: 'rejected', status, reason });
	});
});

describe('a status whose reason is new or missing', () => {
	it.each([
		[400, 'NeverHeardOf', 'rejected'],
		[403, 'NeverHeardOf', 'rejected'],
		[404, undefined, 'rejected'],
		[410, undefined, 'rejected'],
		[429, undefined, 'again after 2000'],
		[500, undefined, 'rejected'],
		[599, 'NeverHeardOf', 'rejected'],
	] as const)('%d %s: %s', (status, reason, step) => {
		const decision = decide(answered(status, reason));
		expect([told(decision.step), decision.did]).toEqual([step, []]);
	});

	it.each([500, 503, 599])(
		'%d is repeated where the user asks for it, and the status is named as the cause',
		(status) => {
			expect(decide(answered(status), { rules: { retries: 1 } }).step).toEqual({
				then: 'again',
				why: String(status),
				delayMs: 900_000,
			});
		},
	);
});

describe('what a rejection carries', () => {
	it('keeps status, reason, ids, Retry-After, body and the time of a 410', () => {
		const headers = { 'apns-id': 'A', 'apns-unique-id': 'U', 'apns-request-id': 'R', 'retry-after': '7' };
		const attempt = answered(410, 'Unregistered', headers, { timestamp: 1_700_000_000_000 });
		expect(decide(attempt).step).toEqual({
			then: 'end',
			outcome: {
				outcome: 'rejected',
				status: 410,
				reason: 'Unregistered',
				unregisteredAtMs: 1_700_000_000_000,
				apnsId: 'A',
				apnsUniqueId: 'U',
				requestId: 'R',
				retryAfterMs: 7_000,
				body: attempt.kind === 'answered' ? attempt.body : undefined,
			},
		});
	});
});

describe('a pause before the same request', () => {
	const tooMany = (headers = {}): Attempt => answered(429, 'TooManyRequests', headers);
	const unavailable = (headers = {}): Attempt => answered(503, 'ServiceUnavailable', headers);
	const afterSeconds = (seconds: number): Record<string, string> => ({ 'retry-after': String(seconds) });

	it.each<readonly [string, Attempt, Circumstances, string]>([
		['429, first time', tooMany(), {}, 'again after 2000'],
		['429, second time: twice as long', tooMany(), { history: { waits: 1 } }, 'again after 4000'],
		['429, third time: reported', tooMany(), { history: { waits: 2 } }, 'rejected'],
		['429 where the user wants none', tooMany(), { rules: { retries: 0 } }, 'rejected'],
		['429 where the user wants more', tooMany(), { rules: { retries: 3 }, history: { waits: 2 } }, 'again after 8000'],
		['429 with Retry-After', tooMany(afterSeconds(30)), { history: { waits: 1 } }, 'again after 30000'],
		['5xx by default', unavailable(), {}, 'rejected'],
		['5xx with one repeat', unavailable(), { rules: { retries: 1 } }, 'again after 900000'],
		['5xx, repeats used up', unavailable(), { rules: { retries: 1 }, history: { waits: 1 } }, 'rejected'],
		['5xx, Retry-After of nothing', unavailable(afterSeconds(0)), { rules: { retries: 1 } }, 'again after 1000'],
		['5xx, the longest Retry-After', unavailable(afterSeconds(900)), { rules: { retries: 1 } }, 'again after 900000'],
		['5xx, a longer one', unavailable(afterSeconds(901)), { rules: { retries: 1 } }, 'rejected'],
		[
			'just as long as the request may wait',
			unavailable(afterSeconds(60)),
			{ rules: { retries: 1 }, waitLeftMs: 60_000 },
			'again after 60000',
		],
		[
			'longer than the request may wait',
			unavailable(afterSeconds(60)),
			{ rules: { retries: 1 }, waitLeftMs: 59_999 },
			'rejected',
		],
		['no time left at all', tooMany(), { waitLeftMs: 0 }, 'rejected'],
	])('%s', (_when, attempt, about, step) => {
		expect(told(decide(attempt, about).step)).toBe(step);
	});

	it('counts as a wait, not as a repeat on a new connection', () => {
		const { history } = decide(tooMany());
		expect(history).toMatchObject({
			waits: 1,
			resends: 0,
			standing: { outcome: 'rejected', reason: 'TooManyRequests' },
		});
	});

	it('leaves no trace where it is not taken', () => {
		expect(decide(unavailable()).history).toEqual(newHistory());
	});
});

describe('an attempt without an answer', () => {
	it.each<readonly [string, Attempt, Circumstances, string]>([
		['is reported by default', unknownAttempt(), {}, 'unknown'],
		['is reported where the user says so', unknownAttempt(), { rules: { onUnknown: 'report' } }, 'unknown'],
		['is sent again where the user says so', unknownAttempt(), { rules: { onUnknown: 'sendAgain' } }, 'again after 0'],
		[
			'is sent again a fifth time',
			unknownAttempt(),
			{ rules: { onUnknown: 'sendAgain' }, history: { resends: 4 } },
			'again after 0',
		],
		[
			'is reported after the fifth',
			unknownAttempt(),
			{ rules: { onUnknown: 'sendAgain' }, history: { resends: 5 } },
			'unknown',
		],
		['that was proven not sent is reported', notSentAttempt(), { rules: { onUnknown: 'sendAgain' } }, 'not sent'],
	])('%s', (_what, attempt, about, step) => {
		const decision = decide(attempt, about);
		expect([told(decision.step), decision.did]).toEqual([step, []]);
	});

	it('keeps the transport’s words, and says that a repeat may deliver twice', () => {
		const { code, message, advice: transport, commonToRun } = lost();
		const advice = `${transport} APNs may have accepted it, so sending it again can deliver it twice.`;
		expect(decide(unknownAttempt()).step).toEqual({
			then: 'end',
			outcome: { outcome: 'unknown', failure: { code, message, advice, commonToRun } },
		});
	});

	it.each<readonly [string, MarkedText, MarkedText]>([
		['one text', 'Wait.', ['Wait.', ' APNs may have accepted it, so sending it again can deliver it twice.']],
		[
			'parts',
			['Look at ', { field: 'topic' }, '.'],
			['Look at ', { field: 'topic' }, '.', ' APNs may have accepted it, so sending it again can deliver it twice.'],
		],
	])('keeps the settings that the advice names marked: %s', (_what, remedy, expected) => {
		const failureOf = (kind: 'unknown' | 'notSent'): unknown => {
			const { step } = decide({ kind, error: new TransportError('deadline', 'Late.', { advice: 'Wait.', remedy }) });
			return step.then === 'end' ? step.outcome.failure?.remedy : undefined;
		};
		expect(failureOf('notSent')).toEqual(remedy);
		expect(failureOf('unknown')).toEqual(expected);
	});

	it('counts as a repeat, for the cause the user reads', () => {
		const { step, history } = decide(unknownAttempt(), { rules: { onUnknown: 'sendAgain' } });
		expect(step).toEqual({ then: 'again', why: 'unknown', delayMs: 0 });
		expect(history).toMatchObject({ resends: 1, waits: 0, standing: { outcome: 'unknown' } });
	});
});

describe('a success that APNs does not give', () => {
	it.each([200, 201, 202, 204, 226, 299])('%d proves nothing: unknown', (status) => {
		expect(decide(answered(status)).step).toMatchObject({
			then: 'end',
			outcome: {
				outcome: 'unknown',
				failure: { code: 'unexpectedAnswer', message: expect.stringContaining(String(status)) },
			},
		});
	});

	it.each([199, 300, 304])('%d is no success: rejected', (status) => {
		expect(decide(answered(status)).step).toMatchObject({ then: 'end', outcome: { outcome: 'rejected', status } });
	});

	it('is sent again where the user wants unknown outcomes sent again', () => {
		expect(told(decide(answered(202), { rules: { onUnknown: 'sendAgain' } }).step)).toBe('again after 0');
	});
});

describe('an earlier attempt that may have been delivered', () => {
	const standing = {
		outcome: 'unknown',
		failure: { code: 'x', message: 'x', advice: 'x', commonToRun: false },
	} as const;
	/** Refusals that say nothing about the earlier attempt. */
	const leavesOpen: Record<ReasonScope, boolean> = {
		request: false,
		device: false,
		topic: false,
		channel: false,
		credential: true,
		connection: true,
		server: true,
		throttle: true,
	};

	/** Refusals that the earlier attempt may have caused by succeeding: it deleted the channel, or created the last one. */
	const ownDoing = ['ChannelNotRegistered', 'CannotCreateChannelConfig'];

	it.each(reasonRows.map((row) => [row.status, row.reason, row.scope] as const))(
		'stays unknown only where a final %d %s says nothing about it',
		(status, reason, scope) => {
			// Everything is used up, so that the answer is final.
			const about: Circumstances = {
				rules: { retries: 0 },
				isOld: false,
				token: 'none',
				history: { resends: 5, waits: 2, standing },
			};
			const { step } = decide(answered(status, reason), about);
			expect(told(step)).toBe(leavesOpen[scope] || ownDoing.includes(reason) ? 'unknown' : 'rejected');
		},
	);

	it('stays what it is while the request is sent again', () => {
		const { history } = decide(answered(503, 'Shutdown'), { history: { standing } });
		expect(history.standing).toBe(standing);
	});

	it('is what happened when the repetition never leaves', () => {
		expect(decide(notSentAttempt(), { history: { standing } }).step).toEqual({ then: 'end', outcome: standing });
	});

	it('is the last answer, where every attempt got one', () => {
		const { history } = decide(answered(503, 'Shutdown'));
		expect(decide(notSentAttempt(), { history }).step).toMatchObject({
			outcome: { outcome: 'rejected', reason: 'Shutdown' },
		});
		const later = decide(answered(429, 'TooManyRequests'), { history });
		expect(later.history.standing).toMatchObject({ reason: 'TooManyRequests' });
	});

	it('becomes unknown once an attempt was', () => {
		const rejected = decide(answered(503, 'Shutdown')).history;
		const { history } = decide(unknownAttempt(), { history: rejected, rules: { onUnknown: 'sendAgain' } });
		expect(history).toMatchObject({ resends: 2, standing: { outcome: 'unknown' } });
	});
});

describe('a connection the server wants to end', () => {
	it.each([
		[4, 'again after 0'],
		[5, 'rejected'],
	])('is replaced, and after %d repeats: %s', (resends, expected) => {
		const { step, did } = decide(answered(503, 'Shutdown'), { history: { resends } });
		expect([told(step), did]).toEqual([expected, ['replaceConnection']]);
	});

	it('ends with the server’s reason', () => {
		const [why] = decide(answered(400, 'IdleTimeout')).errors;
		expect([why?.code, why?.message]).toEqual(['replaced', 'The server answered IdleTimeout.']);
	});
});

describe('an expired provider token', () => {
	const expired = (): Attempt => answered(403, 'ExpiredProviderToken');
	const row = reasonRows.find(({ reason }) => reason === 'ExpiredProviderToken');

	it.each<readonly [string, Circumstances, string, readonly string[]]>([
		['is replaced', {}, 'again after 0', ['replaceToken', 'replaceOlderConnections']],
		[
			'stops the identity when it was just signed',
			{ token: 'signedRecently' },
			'rejected',
			['replaceToken', 'stopIdentity'],
		],
		['stops the identity when there was none', { token: 'none' }, 'rejected', ['replaceToken', 'stopIdentity']],
		['is not signed a second time', { history: { tokenReplaced: true } }, 'rejected', ['stopIdentity']],
	])('%s', (_what, about, step, did) => {
		const decision = decide(expired(), about);
		expect([told(decision.step), decision.did]).toEqual([step, did]);
	});

	it('is remembered as replaced, and counts as a repeat', () => {
		expect(decide(expired()).history).toMatchObject({ tokenReplaced: true, resends: 1 });
	});

	it.each<readonly [string, Circumstances]>([
		['fresh', { token: 'signedRecently' }],
		['replaced', { history: { tokenReplaced: true } }],
	])('that is %s asks for the clock to be corrected', (_what, about) => {
		expect(decide(expired(), about).errors[0]).toMatchObject({
			code: 'credentialRefused',
			message: 'APNs calls the provider token expired although it was signed less than 20 minutes ago.',
			advice: expect.stringMatching(/clock/),
		});
	});

	it('that was never sent gets the advice of the reason', () => {
		const { errors } = decide(expired(), { token: 'none' });
		expect(errors[0]).toMatchObject({
			code: 'credentialRefused',
			advice: plainText(row?.advice ?? ''),
			message: expect.stringContaining('ExpiredProviderToken'),
		});
	});
});

describe('a topic or key id the connection may be too old to know', () => {
	const disallowed = (): Attempt => answered(400, 'TopicDisallowed');

	it.each<readonly [string, Circumstances, string, readonly string[]]>([
		['is tried on a new connection', {}, 'again after 0', ['replaceForCause TopicDisallowed|com.example.app']],
		[
			'is final where that changes nothing',
			{ isOld: false },
			'rejected',
			['replaceForCause TopicDisallowed|com.example.app'],
		],
		['is tried once', { history: { topicTried: true } }, 'rejected', []],
		['is told apart by topic', { topic: undefined }, 'again after 0', ['replaceForCause TopicDisallowed|']],
	])('%s', (_what, about, step, did) => {
		const decision = decide(disallowed(), about);
		expect([told(decision.step), decision.did]).toEqual([step, did]);
	});

	it('is remembered as tried only when it was', () => {
		expect(decide(disallowed()).history).toMatchObject({ topicTried: true, resends: 1 });
		expect(decide(disallowed(), { isOld: false }).history).toEqual(newHistory());
	});
});

it('stops an identity with the words of the refusal', () => {
	const { errors } = decide(answered(403, 'InvalidProviderToken'));
	const row = reasonRows.find(({ reason }) => reason === 'InvalidProviderToken');
	expect(errors[0]).toMatchObject({
		code: 'credentialRefused',
		message: `APNs refuses this credential (InvalidProviderToken): ${row?.meaning}`,
		advice: plainText(row?.advice ?? ''),
	});
});
