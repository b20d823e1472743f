/** Exchanges as the page shows them: a row each, and on request everything as it was on the wire. Never the provider token. */
import type { ConnectionRecord, RequestRecord } from '../journal';
import { bearerOf } from '../providerToken';
import { headerOf } from '../rules';
import type { ExchangeDetails, ExchangeRow } from './state';

type EncodedForm = 'indexed' | 'indexing' | 'literal' | 'never';

/** Words for RFC 7541's forms. */
const formTexts: Readonly<Record<EncodedForm, string>> = {
	indexed: 'from the table',
	indexing: 'enters the table',
	literal: 'sent in full',
	never: 'sent in full, never indexed',
};

export function exchangeRow(record: RequestRecord, target: string): ExchangeRow {
	return {
		number: record.number,
		atMs: record.arrivedAtMs,
		connection: record.connectionId,
		stream: record.streamId,
		method: record.method,
		path: record.path,
		pushType: headerOf(record.headers, 'apns-push-type'),
		target,
		status: record.answer?.status,
		reason: record.answer?.reason,
		ending: record.ending,
		bytes: record.headerBlockBytes + record.body.length,
	};
}

/** Who signed a provider token and when: what it says openly, without the token. */
function claimsOf(jwt: string): string {
	try {
		const [header = '', claims = ''] = jwt.split('.');
		const part = (text: string) =>
			JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Record<string, unknown>;
		const issued = Number(part(claims).iat) * 1000;
		return `key ${String(part(header).kid)}, team ${String(part(claims).iss)}, signed ${new Date(issued).toISOString()}`;
	} catch {
		return 'no readable token';
	}
}

/** A header's value, with a token replaced by what may be shown of it. */
function shownValue(name: string, value: string): string {
	if (name !== 'authorization') return value;
	const jwt = bearerOf(value);
	return jwt === undefined ? '(not shown)' : `bearer … (${claimsOf(jwt)})`;
}

function headersOf(record: RequestRecord): ExchangeDetails['headers'] {
	if (record.encoded === undefined)
		return [[':method', record.method] as const, [':path', record.path] as const, ...record.headers].map(
			([name, value]) => ({ name, value: shownValue(name, value), form: 'not recorded', kind: 'unknown' as const }),
		);
	return record.encoded.map(({ name, value, form, nameIndexed, bytes }) => ({
		name,
		value: shownValue(name, value),
		form: form !== 'indexed' && nameIndexed ? `${formTexts[form]}, name from the table` : formTexts[form],
		kind: form,
		bytes,
	}));
}

/** Name, colon, space, value and line break of each header, as HTTP/1.1 would send them. */
function plainBytes(record: RequestRecord): number {
	const pseudo: ReadonlyArray<readonly [string, string]> = [
		[':method', record.method],
		[':path', record.path],
		[':scheme', 'https'],
		[':authority', record.authority ?? ''],
	];
	return [...pseudo, ...record.headers].reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0);
}

function prettyPayload(record: RequestRecord): string {
	if (record.json !== undefined) return JSON.stringify(record.json, null, 2);
	return record.body.toString('utf8');
}

export function exchangeDetails(
	record: RequestRecord,
	target: string,
	connection: ConnectionRecord | undefined,
): ExchangeDetails {
	const jwt = bearerOf(headerOf(record.headers, 'authorization'));
	const credential =
		connection?.clientCertificate !== undefined
			? `certificate: ${connection.clientCertificate.subject.replaceAll('\n', ', ')}`
			: jwt === undefined
				? 'none'
				: `provider token: ${claimsOf(jwt)}`;
	return {
		...exchangeRow(record, target),
		authority: record.authority,
		headers: headersOf(record),
		headerBlockBytes: record.headerBlockBytes,
		plainHeaderBytes: plainBytes(record),
		payload: prettyPayload(record),
		payloadBytes: record.body.length,
		answerHeaders: Object.entries(record.answer?.headers ?? {}),
		answerAfterMs: record.answer === undefined ? undefined : record.answer.atMs - record.arrivedAtMs,
		tls: connection === undefined ? 'connection no longer known' : `${connection.tlsVersion}, ${connection.cipher}`,
		credential,
	};
}
