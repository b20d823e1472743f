/** Request headers of the provider API, each with its rule for header compression. */
import type { HeaderField, Indexing } from '../http2/hpack';
import type { BroadcastNotification, ChannelRequest, Notification } from './notification';

/**
 * How each header may use the small table APNs keeps. Apple, "Establishing a connection to APNs": names enter at first
 * use, values that seldom change are indexed and reused (`authorization` included), changing ones are not.
 */
const rules: Readonly<Record<string, Indexing>> = {
	':method': 'always',
	':scheme': 'always',
	':path': 'never-in-table',
	':authority': 'always',
	authorization: 'always',
	'apns-topic': 'always',
	'apns-push-type': 'always',
	'apns-priority': 'always',
	'apns-channel-id': 'always',
	'apns-expiration': 'onRepeat',
	'apns-collapse-id': 'onRepeat',
	'apns-id': 'nameOnly',
	'apns-request-id': 'nameOnly',
};

/** Values whose field objects are kept, per header; beyond it they are made anew. */
const KEPT_VALUES = 256;

export interface HeaderBuilder {
	push(notification: Notification, authorization: string | undefined): readonly HeaderField[];
	broadcast(notification: BroadcastNotification, authorization: string | undefined): readonly HeaderField[];
	channel(request: ChannelRequest, authorization: string | undefined): readonly HeaderField[];
}

/** Makes one field; refuses what could end a header or begin another (validation has named the field to the user before). */
function field(name: string, value: string): HeaderField {
	if (/[^\x20-\x7e]/.test(value)) throw new RangeError(`${name} holds a character that no header may carry`);
	return { name, value, indexing: rules[name] ?? 'nameOnly' };
}

const METHOD = { POST: field(':method', 'POST'), GET: field(':method', 'GET'), DELETE: field(':method', 'DELETE') } as const;
const SCHEME = field(':scheme', 'https');

/** Builds header lists for one endpoint; repeated values give the same field objects. */
export function createHeaderBuilder(endpoint: { readonly host: string; readonly port: number }): HeaderBuilder {
	const name = endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host;
	const authorityField = field(':authority', endpoint.port === 443 ? name : `${name}:${endpoint.port}`);
	const kept = new Map<string, Map<string, HeaderField>>();

	const keptField = (header: string, value: string): HeaderField => {
		let values = kept.get(header);
		if (values === undefined) {
			values = new Map();
			kept.set(header, values);
		}
		const known = values.get(value);
		if (known !== undefined) return known;
		if (values.size >= KEPT_VALUES) values.clear();
		const made = field(header, value);
		values.set(value, made);
		return made;
	};

	const head = (method: HeaderField, path: string, authorization: string | undefined): HeaderField[] => {
		const fields = [method, SCHEME, field(':path', path), authorityField];
		if (authorization !== undefined) fields.push(keptField('authorization', authorization));
		return fields;
	};

	return {
		push(notification, authorization) {
			const fields = head(METHOD.POST, `/3/device/${notification.deviceToken}`, authorization);
			if (notification.topic !== undefined) fields.push(keptField('apns-topic', notification.topic));
			if (notification.pushType !== undefined) fields.push(keptField('apns-push-type', notification.pushType));
			if (notification.priority !== undefined) fields.push(keptField('apns-priority', String(notification.priority)));
			if (notification.expirationSeconds !== undefined) fields.push(keptField('apns-expiration', String(notification.expirationSeconds)));
			if (notification.collapseId !== undefined) fields.push(keptField('apns-collapse-id', notification.collapseId));
			if (notification.apnsId !== undefined) fields.push(field('apns-id', notification.apnsId));
			return fields;
		},
		broadcast(notification, authorization) {
			const fields = head(METHOD.POST, `/4/broadcasts/apps/${notification.bundleId}`, authorization);
			fields.push(
				keptField('apns-channel-id', notification.channelId),
				keptField('apns-push-type', notification.pushType),
				keptField('apns-priority', String(notification.priority)),
				keptField('apns-expiration', String(notification.expirationSeconds)),
			);
			if (notification.requestId !== undefined) fields.push(field('apns-request-id', notification.requestId));
			return fields;
		},
		channel(request, authorization) {
			const list = request.operation === 'getAll';
			const method = request.operation === 'create' ? METHOD.POST : request.operation === 'delete' ? METHOD.DELETE : METHOD.GET;
			const fields = head(method, `/1/apps/${request.bundleId}/${list ? 'all-channels' : 'channels'}`, authorization);
			if ('channelId' in request) fields.push(keptField('apns-channel-id', request.channelId));
			if (request.requestId !== undefined) fields.push(field('apns-request-id', request.requestId));
			return fields;
		},
	};
}
