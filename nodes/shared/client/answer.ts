/** What an answer of APNs says besides its status: ids, Retry-After, body; and whether it speaks about the credential. */
import { plainText } from '../apns/fields';
import {
	describeReason,
	isAboutProviderToken,
	parseGoawayDebug,
	parseReasonBody,
	type ReasonRow,
} from '../apns/reasons';
import type { Outcome, Repeat } from '../outcome';
import { TransportError } from '../transport/errors';
import type { Attempt } from '../transport/request';

export type Answered = Attempt & { readonly kind: 'answered' };
/** An outcome without the count of attempts, which the request itself keeps. */
export type Ended = Omit<Outcome, 'attempts' | 'repeats'>;

/** RFC 9110 §10.2.3: seconds or an HTTP date; milliseconds from now, undefined when it is neither. */
export function retryAfterMs(value: string, wallNowMs: number): number | undefined {
	if (/^\d+$/.test(value.trim())) return Number(value) * 1_000;
	const atMs = Date.parse(value);
	return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - wallNowMs);
}

/** Headers of an answer that the outcome carries; unknown ones are left out. */
export function answerOf(attempt: Answered, wallNowMs: () => number): Omit<Ended, 'outcome'> {
	const answer: { -readonly [Key in keyof Ended]?: Ended[Key] } = { status: attempt.status };
	for (const { name, value } of attempt.fields) {
		switch (name) {
			case 'apns-id':
				answer.apnsId = value;
				break;
			case 'apns-unique-id':
				answer.apnsUniqueId = value;
				break;
			case 'apns-request-id':
				answer.requestId = value;
				break;
			case 'apns-channel-id':
				answer.channelId = value;
				break;
			case 'retry-after':
				answer.retryAfterMs = retryAfterMs(value, wallNowMs());
				break;
			default:
		}
	}
	if (attempt.body.length > 0) answer.body = attempt.body;
	return answer;
}

/** The outcome of an accepted request, in one piece: nearly every request ends here. */
export function acceptedOutcome(
	attempt: Answered,
	attempts: number,
	repeats: readonly Repeat[],
	sentApnsId: string | undefined,
): Outcome {
	let apnsId = sentApnsId;
	let apnsUniqueId: string | undefined;
	let requestId: string | undefined;
	let channelId: string | undefined;
	for (const { name, value } of attempt.fields) {
		if (name === 'apns-id') apnsId = value;
		else if (name === 'apns-unique-id') apnsUniqueId = value;
		else if (name === 'apns-request-id') requestId = value;
		else if (name === 'apns-channel-id') channelId = value;
	}
	return {
		outcome: 'accepted',
		status: attempt.status,
		apnsId,
		apnsUniqueId,
		requestId,
		channelId,
		body: attempt.body.length > 0 ? attempt.body : undefined,
		attempts,
		repeats,
	};
}

/** An answer whose reason is not about the provider token shows that APNs accepted it. */
export function provesToken(attempt: Attempt): boolean {
	if (attempt.kind !== 'answered') return false;
	if (attempt.status >= 200 && attempt.status < 300) return true;
	return !isAboutProviderToken(describeReason(attempt.status, parseReasonBody(attempt.body).reason));
}

/** An answer that APNs gives only after it has accepted the credential. */
export function provesCredential(attempt: Attempt): boolean {
	if (attempt.kind !== 'answered') return false;
	if (attempt.status >= 200 && attempt.status < 300) return true;
	return describeReason(attempt.status, parseReasonBody(attempt.body).reason).provesCredential === true;
}

/** The trouble of the credential that an answer names. */
export function credentialRefusal(attempt: Attempt): TransportError | undefined {
	if (attempt.kind !== 'answered') return undefined;
	const { reason } = parseReasonBody(attempt.body);
	const row = describeReason(attempt.status, reason);
	return row.reaction === 'stopIdentity' ? refusedCredential(row, reason ?? String(attempt.status)) : undefined;
}

/** GOAWAY with a reason that is about the credential, such as a certificate of the other environment. */
export function credentialTrouble(debugData: Buffer): TransportError | undefined {
	const row = describeReason(403, parseGoawayDebug(debugData).reason);
	return row.reaction === 'stopIdentity' ? refusedCredential(row, row.reason) : undefined;
}

/** Why an identity stops; `what` is APNs' reason or status. */
export function refusedCredential(row: ReasonRow, what: string): TransportError {
	return new TransportError('credentialRefused', `APNs refuses this credential (${what}): ${row.meaning}`, {
		advice: plainText(row.advice),
		remedy: row.advice,
	});
}
