/** What an accepted push or broadcast brings to a phone, read from its exchange. */
import type { RequestRecord } from '../journal';
import { headerOf } from '../rules';
import type { Json } from './payload';
import { objectOf } from './payload';

export interface Arrival {
	/** Number of the exchange. */
	readonly exchange: number;
	readonly pushType: string;
	readonly deviceToken?: string;
	readonly channelId?: string;
	readonly collapseId?: string;
	/** UNIX seconds; 0: not to be stored; undefined: as long as APNs stores. */
	readonly expirationSeconds?: number;
	readonly payload: Json;
	readonly atMs: number;
	/** Waited at APNs. */
	readonly stored: boolean;
}

/** Without `apns-push-type` a phone goes by the topic and the payload. */
function pushTypeOf(record: RequestRecord, payload: Json): string {
	const named = headerOf(record.headers, 'apns-push-type')?.toLowerCase();
	if (named !== undefined) return named;
	if (headerOf(record.headers, 'apns-topic')?.endsWith('.voip') === true) return 'voip';
	const aps = objectOf(payload.aps) ?? {};
	return aps['content-available'] === 1 && aps.alert === undefined ? 'background' : 'alert';
}

/** Reads an exchange that was answered 200. */
export function readArrival(record: RequestRecord): Arrival {
	const payload = objectOf(record.json) ?? {};
	const expiration = headerOf(record.headers, 'apns-expiration');
	return {
		exchange: record.number,
		pushType: pushTypeOf(record, payload),
		deviceToken: /^\/3\/device\/(.+)$/.exec(record.path)?.[1]?.toLowerCase(),
		channelId: record.path.startsWith('/4/') ? headerOf(record.headers, 'apns-channel-id') : undefined,
		collapseId: headerOf(record.headers, 'apns-collapse-id'),
		expirationSeconds: expiration === undefined ? undefined : Number(expiration),
		payload,
		atMs: record.answer?.atMs ?? record.arrivedAtMs,
		stored: false,
	};
}
