/** What an answer or a GOAWAY of APNs says: its reason, found in `reasonRows.ts` or described by its status. */
import { LATER, type ReasonRow, reasonRows } from './reasonRows';

export { type ReasonReaction, type ReasonRow, reasonRows, type ReasonScope } from './reasonRows';

const byReason = new Map(reasonRows.map((row) => [row.reason, row]));

/** Rows for statuses whose reason is missing or new. */
function rowForStatus(status: number, reason: string | undefined): ReasonRow {
	const name = reason ?? '';
	const said = reason === undefined ? `status ${status}` : `${reason} (status ${status})`;
	const advice = 'See "Handling notification responses from APNs" in Apple\'s documentation.';
	if (status === 410)
		return {
			reason: name,
			status,
			provesCredential: true,
			scope: 'device',
			reaction: 'none',
			meaning: `APNs answered ${said}. The device token is no longer active.`,
			advice: 'Delete this device token.',
		};
	if (status === 403)
		return {
			reason: name,
			status,
			scope: 'credential',
			reaction: 'none',
			meaning: `APNs answered ${said}. It does not accept this credential.`,
			advice,
		};
	if (status === 429)
		return {
			reason: name,
			status,
			scope: 'throttle',
			reaction: 'delayDevice',
			meaning: `APNs answered ${said}. Too many requests were sent in a short time.`,
			advice: 'Send less often.',
		};
	if (status >= 500)
		return {
			reason: name,
			status,
			scope: 'server',
			reaction: 'serverRetry',
			meaning: `APNs answered ${said}. It could not process the request.`,
			advice: LATER,
		};
	return { reason: name, status, scope: 'request', reaction: 'none', meaning: `APNs answered ${said}.`, advice };
}

/** The row of a reason; unknown reasons are kept and described by their status. */
export function describeReason(status: number, reason: string | undefined): ReasonRow {
	return (reason === undefined ? undefined : byReason.get(reason)) ?? rowForStatus(status, reason);
}

/** Whether an answer leaves it open that the provider token is valid: then the connection stays at one stream. */
export function isAboutProviderToken(row: ReasonRow): boolean {
	return row.scope === 'credential' || row.scope === 'connection' || row.scope === 'server';
}

/** Whether every request of the same identity would be answered alike. */
export function isCommonToRun(row: ReasonRow): boolean {
	return row.scope === 'credential' || row.scope === 'topic';
}

/** Longest error body worth parsing; Apple's have under 100 bytes. */
const MAX_REASON_BODY_BYTES = 16_384;

function parseObject(bytes: Buffer): Record<string, unknown> | undefined {
	if (bytes.length === 0 || bytes.length > MAX_REASON_BODY_BYTES) return undefined;
	try {
		const value: unknown = JSON.parse(bytes.toString('utf8'));
		return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
	} catch {
		return undefined;
	}
}

/** Reason and 410's timestamp (milliseconds) of an error body; empty for anything that is not Apple's JSON. */
export function parseReasonBody(body: Buffer): { readonly reason?: string; readonly timestampMs?: number } {
	const object = parseObject(body);
	const reason = typeof object?.reason === 'string' && object.reason !== '' ? object.reason : undefined;
	const timestampMs =
		typeof object?.timestamp === 'number' && Number.isFinite(object.timestamp) ? object.timestamp : undefined;
	return { reason, timestampMs };
}

/** Reason of GOAWAY's debug data, which may be JSON, plain text or empty (Apple; pushy #356, #312). */
export function parseGoawayDebug(data: Buffer): { readonly reason?: string; readonly text?: string } {
	const { reason } = parseReasonBody(data);
	if (reason !== undefined) return { reason };
	const text = data
		.toString('latin1', 0, 200)
		.replace(/[^\x20-\x7e]/g, '?')
		.trim();
	return text === '' ? {} : { text };
}
