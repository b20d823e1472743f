/** The replay policy: what follows an attempt that was not accepted, an outcome or the same request again, and what becomes of connection and token. */
import { describeReason, parseReasonBody, type ReasonRow } from '../apns/reasons';
import type { Failure } from '../outcome';
import { TransportError } from '../transport/errors';
import type { Attempt } from '../transport/request';
import { type Answered, answerOf, type Ended, refusedCredential } from './answer';

/** What the user chose about repeating. */
export interface ReplayRules {
	/** `unknown` outcomes: report them (default), or send again with the same `apns-id` (at least once). */
	readonly onUnknown?: 'report' | 'sendAgain';
	/** How often a 5xx or 429 answer is repeated, waiting as Apple asks. Default 0 for 5xx, 2 for TooManyRequests. */
	readonly retries?: number;
}

/** What one request remembers from attempt to attempt. */
export interface ReplayHistory {
	/** Repeats on a new connection, or of an unknown outcome. */
	resends: number;
	/** Repeats after 429 and 5xx. */
	waits: number;
	tokenReplaced: boolean;
	topicTried: boolean;
	/** An earlier attempt's end: it still holds when the repetition never leaves. */
	standing: Ended | undefined;
}

export type Step =
	| { readonly then: 'end'; readonly outcome: Ended }
	| { readonly then: 'again'; readonly why: string; readonly delayMs: number };

/** What the policy may do to the world; everything concerns the connection the answer came on and the token it carried. */
export interface ReplayActions {
	/** That connection takes no more streams. */
	replaceConnection(why: TransportError): void;
	/** All connections as old as that one or older take no more streams and end soon. */
	replaceOlderConnections(why: TransportError): void;
	/** The same, once for a cause and only if that connection is old; false when repeating the request is of no use. */
	replaceForCause(cause: string, why: TransportError): boolean;
	/** Signs anew; `signedRecently` when the token is too fresh to have expired, `none` when there was none. */
	replaceToken(): 'replaced' | 'signedRecently' | 'none';
	/** Signs nothing for 20 minutes. */
	keepToken(): void;
	/** Closes all connections of the identity at this endpoint and pauses it; does nothing for a token no longer in use. */
	stopIdentity(why: TransportError): void;
}

/** `Shutdown`, `IdleTimeout` and their like ask for a new connection; so many times is a server that will not. */
const MAX_RESENDS = 5;
/** Repeats of one device's `TooManyRequests` unless the user says otherwise. */
const DEFAULT_THROTTLE_RETRIES = 2;
/** First pause before the same device is tried again, doubling. Apple names none; below it the answer cannot change. */
const THROTTLE_DELAY_MS = 2_000;
/** Apple, "Handling notification responses from APNs": retry a server error after 15 minutes. */
const SERVER_ERROR_DELAY_MS = 900_000;

/** A request that was never sent. */
export function newHistory(): ReplayHistory {
	return { resends: 0, waits: 0, tokenReplaced: false, topicTried: false, standing: undefined };
}

/** A transport error as an outcome carries it. */
export function failureOf({ code, message, advice, commonToRun }: TransportError): Failure {
	return { code, message, advice, commonToRun };
}

/** Decides about an attempt that was not accepted. */
export function afterAttempt(
	history: ReplayHistory,
	attempt: Attempt,
	rules: ReplayRules,
	actions: ReplayActions,
	topic: string | undefined,
	wallNowMs: () => number,
): Step {
	if (attempt.kind === 'answered') return afterRejection(history, attempt, rules, actions, topic, wallNowMs);
	if (attempt.kind === 'notSent') {
		// The repetition proves nothing about the attempt before it: what that one came to is what happened.
		return { then: 'end', outcome: history.standing ?? { outcome: 'not sent', failure: failureOf(attempt.error) } };
	}
	const unknown: Ended = { outcome: 'unknown', failure: failureOf(attempt.error) };
	if (rules.onUnknown !== 'sendAgain' || history.resends >= MAX_RESENDS) return { then: 'end', outcome: unknown };
	return resend(history, unknown, 'unknown');
}

function resend(history: ReplayHistory, standing: Ended, why: string): Step {
	history.resends += 1;
	keepStanding(history, standing);
	return { then: 'again', why, delayMs: 0 };
}

/** An unknown outcome stays unknown until a later answer tells. */
function keepStanding(history: ReplayHistory, standing: Ended): void {
	if (history.standing?.outcome !== 'unknown') history.standing = standing;
}

/** Refusals that say nothing about an earlier attempt of the same request: it may have been delivered all the same. */
function leavesEarlierOpen({ scope }: ReasonRow): boolean {
	return scope === 'server' || scope === 'throttle' || scope === 'connection' || scope === 'credential';
}

function afterRejection(
	history: ReplayHistory,
	attempt: Answered,
	{ retries }: ReplayRules,
	actions: ReplayActions,
	topic: string | undefined,
	wallNowMs: () => number,
): Step {
	const { reason, timestampMs } = parseReasonBody(attempt.body);
	const row = describeReason(attempt.status, reason);
	const what = reason ?? String(attempt.status);
	const rejected: Ended = {
		outcome: 'rejected',
		...answerOf(attempt, wallNowMs),
		reason,
		unregisteredAtMs: timestampMs,
	};
	const end: Step = {
		then: 'end',
		outcome: history.standing?.outcome === 'unknown' && leavesEarlierOpen(row) ? history.standing : rejected,
	};
	const goaway = (): TransportError => new TransportError('goaway', `The server answered ${what}.`);
	const later = (atMost: number, delayMs: number): Step => {
		if (history.waits >= atMost) return end;
		history.waits += 1;
		keepStanding(history, rejected);
		return { then: 'again', why: what, delayMs: rejected.retryAfterMs ?? delayMs };
	};
	switch (row.reaction) {
		case 'resendOnNewConnection':
			actions.replaceConnection(goaway());
			return history.resends < MAX_RESENDS ? resend(history, rejected, what) : end;
		case 'newConnection':
			if (history.topicTried || !actions.replaceForCause(`${row.reason}|${topic ?? ''}`, goaway())) return end;
			history.topicTried = true;
			return resend(history, rejected, what);
		case 'replaceProviderToken':
			return afterExpiredToken(history, row, what, actions) ? resend(history, rejected, what) : end;
		case 'keepProviderToken':
			actions.keepToken();
			return end;
		case 'stopIdentity':
			actions.stopIdentity(refusedCredential(row, what));
			return end;
		case 'delayDevice':
			return later(retries ?? DEFAULT_THROTTLE_RETRIES, THROTTLE_DELAY_MS * 2 ** history.waits);
		case 'serverRetry':
			return later(retries ?? 0, SERVER_ERROR_DELAY_MS);
		case 'none':
			return end;
	}
}

/** An expired token is replaced once, on a new connection: the old one stays broken even for a fresh token (pushy). True: send again. */
function afterExpiredToken(history: ReplayHistory, row: ReasonRow, what: string, actions: ReplayActions): boolean {
	const replaced = history.tokenReplaced ? 'signedRecently' : actions.replaceToken();
	if (replaced === 'replaced') {
		history.tokenReplaced = true;
		actions.replaceOlderConnections(new TransportError('goaway', 'The provider token had expired.'));
		return true;
	}
	actions.stopIdentity(
		replaced === 'none'
			? refusedCredential(row, what)
			: new TransportError(
					'credentialRefused',
					'APNs calls the provider token expired although it was signed less than 20 minutes ago.',
					{
						advice: 'Correct the clock of the machine n8n runs on (or the time server it follows), then run again.',
					},
				),
	);
	return false;
}
