/** What a provider token says, without its signature or text, and whether the clock that signed it is right. */
import type { Finding, ReportDetails, ReportValue } from './connectionReport';
import { isoTime } from './connectionReport';

/** Apple refuses tokens older than an hour, and signing happens up to 50 minutes before: beyond this the clock is in the way. */
const CLOCK_TOLERANCE_MS = 5 * 60_000;

/** Header and claims of a JWT are JSON in base64url (RFC 7515 §7.1). */
function decode(part: string | undefined): Record<string, unknown> {
	try {
		const value: unknown = JSON.parse(Buffer.from(part ?? '', 'base64url').toString('utf8'));
		return typeof value === 'object' && value !== null ? { ...value } : {};
	} catch {
		return {};
	}
}

function plain(values: Record<string, unknown>): ReportDetails {
	const shown: Record<string, ReportValue> = {};
	for (const [name, value] of Object.entries(values))
		if (typeof value === 'string' || typeof value === 'number') shown[name] = value;
	return shown;
}

/** `date` is the answer's header (RFC 9110 §6.6.1), where there is one. */
export function describeProviderToken(token: string, nowMs: number, date: string | undefined): Finding {
	const [header, payload] = token.split('.');
	const claims = decode(payload);
	const serverMs = date === undefined ? NaN : Date.parse(date);
	const aheadMs = nowMs - serverMs;
	const details: ReportDetails = {
		header: plain(decode(header)),
		claims: plain(claims),
		...(typeof claims.iat === 'number' ? { ageSeconds: Math.round(nowMs / 1_000 - claims.iat) } : {}),
		localTime: isoTime(nowMs),
		...(Number.isNaN(serverMs)
			? {}
			: { serverTime: isoTime(serverMs), clockAheadSeconds: Math.round(aheadMs / 1_000) }),
	};
	if (Number.isNaN(serverMs) || Math.abs(aheadMs) < CLOCK_TOLERANCE_MS) return { ok: true, details };
	const minutes = Math.round(Math.abs(aheadMs) / 60_000);
	return {
		ok: true,
		details,
		message: `The clock of this machine is ${minutes} minutes ${aheadMs > 0 ? 'ahead of' : 'behind'} the server's.`,
		advice:
			'Correct the clock of the machine n8n runs on (or the time server it follows): APNs refuses provider tokens that are older than an hour.',
	};
}
