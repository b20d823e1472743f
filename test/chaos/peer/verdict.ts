/** What the peer says to a whole request: as APNs would, and as the faults of its mood make it. */
import type { Mood } from '../faults';
import type { Random } from '../random';

export interface Verdict {
	/** 0: it never answers. */
	readonly status: number;
	readonly reason?: string;
	readonly retryAfterSeconds?: number;
	/** RST_STREAM with this code in place of an answer. */
	readonly resetCode?: number;
	/** The answer's body is cut behind its headers. */
	readonly half?: boolean;
	/** Its body never ends. */
	readonly endless?: boolean;
	/** Answered so much later. */
	readonly delayMs?: number;
	/** The peer processed it all the same. */
	readonly accepted: boolean;
	/** Its reason may be about the provider token: it does not show that the token was taken. */
	readonly aboutCredential?: boolean;
}

export const acceptedVerdict: Verdict = { status: 200, accepted: true };

const deviceReasons: ReadonlyArray<readonly [number, string]> = [
	[400, 'BadDeviceToken'],
	[400, 'DeviceTokenNotForTopic'],
	[410, 'Unregistered'],
	[410, 'ExpiredToken'],
];

/** RST_STREAM codes other than REFUSED_STREAM (RFC 9113 §7). */
const resetCodes = [0, 1, 2, 5, 8, 11, 13];

/** Apple: a provider token lives an hour; a minute is left for the way. */
const TOKEN_LIFE_MS = 3_600_000 + 60_000;
/** A token from the future is not valid; clocks may differ by so much. */
const TOKEN_AHEAD_MS = 600_000;

/** What becomes of one request of an identity with a token of this age. */
export function judge(
	mood: Mood,
	identity: number,
	version: number,
	tokenAgeMs: number,
	random: Random,
	mayBeEndless: boolean,
): Verdict {
	if (tokenAgeMs > TOKEN_LIFE_MS)
		return { status: 403, reason: 'ExpiredProviderToken', accepted: false, aboutCredential: true };
	if (tokenAgeMs < -TOKEN_AHEAD_MS)
		return { status: 403, reason: 'InvalidProviderToken', accepted: false, aboutCredential: true };
	return verdictOf(mood, identity, version, random, mayBeEndless);
}

function verdictOf(mood: Mood, identity: number, version: number, random: Random, mayBeEndless: boolean): Verdict {
	if (mood.calm) return acceptedVerdict;
	const happens = (name: Parameters<Mood['has']>[0]): number | undefined => {
		const fault = mood.has(name, identity);
		return fault !== undefined && random.next() < fault.strength ? fault.strength : undefined;
	};
	const revoked = mood.has('revoked', identity);
	// An edited credential is a newer version: its key is another one, and valid.
	if (revoked !== undefined && version <= revoked.seed % 3) {
		return { status: 403, reason: 'InvalidProviderToken', accepted: false, aboutCredential: true };
	}
	if (happens('expiredTokens') !== undefined)
		return { status: 403, reason: 'ExpiredProviderToken', accepted: false, aboutCredential: true };
	if (happens('tokenUpdates') !== undefined)
		return { status: 429, reason: 'TooManyProviderTokenUpdates', accepted: false, aboutCredential: true };
	if (happens('neverAnswers') !== undefined) return { status: 0, accepted: random.chance(0.5) };
	if (happens('resets') !== undefined)
		return { status: 0, resetCode: random.pick(resetCodes), accepted: random.chance(0.5) };
	if (happens('shutdowns') !== undefined)
		return { status: 503, reason: 'Shutdown', accepted: false, aboutCredential: true };
	if (happens('serverErrors') !== undefined) {
		const status = random.pick([500, 503]);
		const retryAfterSeconds = random.chance(0.5) ? random.int(0, 20) : undefined;
		const reason = status === 500 ? 'InternalServerError' : 'ServiceUnavailable';
		return { status, reason, retryAfterSeconds, accepted: false, aboutCredential: true };
	}
	if (happens('gatewayErrors') !== undefined)
		return random.pick([
			{ status: 502, accepted: false, aboutCredential: true },
			{ status: 504, accepted: false, aboutCredential: true },
			{ status: 429, accepted: false },
			{ status: 404, accepted: false },
		]);
	if (happens('throttles') !== undefined) {
		const retryAfterSeconds = random.chance(0.3) ? random.int(1, 10) : undefined;
		return { status: 429, reason: 'TooManyRequests', retryAfterSeconds, accepted: false };
	}
	if (happens('topicDisallowed') !== undefined) return { status: 400, reason: 'TopicDisallowed', accepted: false };
	if (happens('badDevices') !== undefined) {
		const [status, reason] = random.pick(deviceReasons);
		return { status, reason, accepted: false, half: happens('halfAnswers') !== undefined };
	}
	if (happens('halfAnswers') !== undefined) return { status: 200, accepted: true, half: true };
	if (mayBeEndless && happens('endlessAnswers') !== undefined) return { status: 200, accepted: true, endless: true };
	const slow = mood.has('slowAnswers', identity);
	if (slow !== undefined) return { ...acceptedVerdict, delayMs: random.next() * slow.strength * 4_000 };
	return acceptedVerdict;
}
