/** The replay policy: what follows an attempt that was not accepted, an outcome or the same request again, and what becomes of connection and token. */
import { describeReason, parseReasonBody, type ReasonRow } from '../apns/reasons';
import type { Failure } from '../outcome';
import { TransportError } from '../transport/errors';
import type { Attempt } from '../transport/request';
import { type Answered, answerOf, type Ended, refusedCredential } from './answer';
import { defaults } from './defaults';

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
	| {
			readonly then: 'again';
			readonly why: string;
			readonly delayMs: number;
			/** APNs throttles: all broadcasts wait, not just this request. */
			readonly throttled?: true;
	  };

/** What the policy may do to the world; everything concerns the connection the answer came on and the token it carried. */
export interface ReplayActions {
	/** That connection takes no more streams. */
	replaceConnection(why: TransportError): void;
	/** All connections as old as that one or older take no more streams and end soon. */
	replaceOlderConnections(why: TransportError): void;
	/** The same, once for a cause and only if that connection is old; false when a repeat would be answered alike. */
	replaceForCause(cause: string, why: TransportError): boolean;
	/** Signs anew; `signedRecently` when the token is too fresh to have expired, `none` when there was none. */
	replaceToken(): 'replaced' | 'signedRecently' | 'none';
	/** Signs nothing for 20 minutes. */
	keepToken(): void;
	/** Closes all connections of the identity at this endpoint and pauses it; does nothing for a token no longer in use. */
	stopIdentity(why: TransportError): void;
}

/** What one decision is made with. */
export interface ReplayCase {
	readonly rules: ReplayRules;
	readonly actions: ReplayActions;
	readonly topic: string | undefined;
	/** How long the request may still wait, milliseconds; Infinity where nobody set a limit. */
	readonly waitLeftMs: number;
	readonly wallNowMs: () => number;
}

/** A request that was never sent. */
export function newHistory(): ReplayHistory {
	return { resends: 0, waits: 0, tokenReplaced: false, topicTried: false, standing: undefined };
}

/** A transport error as an outcome carries it. */
export function failureOf({ code, message, advice, remedy, commonToRun }: TransportError): Failure {
	return { code, message, advice, commonToRun, ...(remedy === undefined ? {} : { remedy }) };
}

/** Decides about an attempt that was not accepted. */
export function afterAttempt(history: ReplayHistory, attempt: Attempt, about: ReplayCase): Step {
	switch (attempt.kind) {
		case 'answered':
			return attempt.status >= 200 && attempt.status < 300
				? afterUnknown(history, unexpected(attempt), about.rules)
				: afterRejection(history, attempt, about);
		case 'notSent':
			// The repetition proves nothing about the attempt before it: what that one came to is what happened.
			return { then: 'end', outcome: history.standing ?? { outcome: 'not sent', failure: failureOf(attempt.error) } };
		case 'unknown':
			return afterUnknown(history, attempt.error, about.rules);
	}
}

/** A success APNs does not give: whoever answered, it proves nothing about the device. */
function unexpected({ status }: Answered): TransportError {
	return new TransportError(
		'unexpectedAnswer',
		`The server answered with status ${status}, which APNs does not use here.`,
	);
}

/** What everybody must know before sending such a request again. */
const MAY_HAVE_ARRIVED = 'APNs may have accepted it, so sending it again can deliver it twice.';

function unknownFailure(error: TransportError): Failure {
	const { advice, remedy, ...failure } = failureOf(error);
	const parts = typeof remedy === 'string' ? [remedy] : remedy;
	return {
		...failure,
		advice: `${advice} ${MAY_HAVE_ARRIVED}`,
		...(parts === undefined ? {} : { remedy: [...parts, ` ${MAY_HAVE_ARRIVED}`] }),
	};
}

function afterUnknown(history: ReplayHistory, error: TransportError, { onUnknown }: ReplayRules): Step {
	const unknown: Ended = { outcome: 'unknown', failure: unknownFailure(error) };
	if (onUnknown !== 'sendAgain' || history.resends >= defaults.maxResends) return { then: 'end', outcome: unknown };
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

const OPEN_SCOPES: ReadonlySet<ReasonRow['scope']> = new Set(['server', 'throttle', 'connection', 'credential']);

/** Refusals that say nothing about an earlier attempt of the same request: it may have succeeded all the same. */
function leavesEarlierOpen({ scope, mayFollowSuccess }: ReasonRow): boolean {
	return mayFollowSuccess === true || OPEN_SCOPES.has(scope);
}

function afterRejection(history: ReplayHistory, attempt: Answered, about: ReplayCase): Step {
	const { rules, actions, topic, waitLeftMs, wallNowMs } = about;
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
	const replaced = (): TransportError => new TransportError('replaced', `The server answered ${what}.`);
	const later = (atMost: number, delayMs: number): Step => {
		if (history.waits >= atMost) return end;
		const waitMs = Math.max(rejected.retryAfterMs ?? delayMs, defaults.shortestRetryAfterMs);
		// Never clipped: asking before the server wants it only makes things worse.
		if (waitMs > defaults.longestRetryAfterMs || waitMs > waitLeftMs) return end;
		history.waits += 1;
		keepStanding(history, rejected);
		return { then: 'again', why: what, delayMs: waitMs };
	};
	switch (row.reaction) {
		case 'resendOnNewConnection':
			actions.replaceConnection(replaced());
			return history.resends < defaults.maxResends ? resend(history, rejected, what) : end;
		case 'newConnection':
			if (history.topicTried || !actions.replaceForCause(`${row.reason}|${topic ?? ''}`, replaced())) return end;
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
			return throttled(later(rules.retries ?? defaults.throttleRetries, defaults.throttleDelayMs * 2 ** history.waits));
		case 'serverRetry':
			return later(rules.retries ?? 0, defaults.serverErrorDelayMs);
		case 'none':
			return end;
	}
}

function throttled(step: Step): Step {
	return step.then === 'again' ? { ...step, throttled: true } : step;
}

/** An expired token is replaced once, on a new connection: the old one stays broken even for a fresh token (pushy). True: send again. */
function afterExpiredToken(history: ReplayHistory, row: ReasonRow, what: string, actions: ReplayActions): boolean {
	const replaced = history.tokenReplaced ? 'signedRecently' : actions.replaceToken();
	if (replaced === 'replaced') {
		history.tokenReplaced = true;
		actions.replaceOlderConnections(new TransportError('replaced', 'The provider token had expired.'));
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
