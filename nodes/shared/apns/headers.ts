/** Request headers of the provider API, each with its rule for header compression. */
import type { HeaderField, Indexing } from '../http2/hpack/hpack';
import type { BroadcastNotification, ChannelRequest, Notification } from './notification';

/**
 * How each header may use the small table APNs keeps. Apple, "Establishing a connection to APNs": names enter at first
 * use, values that seldom change are indexed and reused (`authorization` included), changing ones are not.
 */
const rules: Readonly<Record<string, Indexing>> = {
	':method': 'always',
	':scheme': 'always',
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
	/** `POST /3/device/…`. Throws `RangeError` for a value that no header can carry, as the other two do. */
	push(notification: Notification, authorization: string | undefined): readonly HeaderField[];
	/** `POST /4/broadcasts/apps/…`. */
	broadcast(notification: BroadcastNotification, authorization: string | undefined): readonly HeaderField[];
	/** Channel management: `/1/apps/…`. */
	channel(request: ChannelRequest, authorization: string | undefined): readonly HeaderField[];
}

/** Makes one field; refuses what could end a header or begin another (validation has named the field to the user before). */
function field(name: string, value: string): HeaderField {
	if (/[^\x20-\x7e]/.test(value)) throw new RangeError(`${name} holds a character that no header may carry`);
	return { name, value, indexing: rules[name] ?? 'nameOnly' };
}

/** A path is another one for each push: what it may hold is checked where it is encoded, and only there. */
const pathField = (path: string): HeaderField => ({ name: ':path', value: path, indexing: 'never-in-table' });

const METHOD = {
	POST: field(':method', 'POST'),
	GET: field(':method', 'GET'),
	DELETE: field(':method', 'DELETE'),
} as const;
const SCHEME = field(':scheme', 'https');

/** Fields of one header by value. Most pushes repeat the last value, so that is looked at first. */
function keeper(name: string): (value: string | number) => HeaderField {
	const known = new Map<string | number, HeaderField>();
	let lastValue: string | number | undefined;
	let last: HeaderField | undefined;
	return (value) => {
		if (last !== undefined && value === lastValue) return last;
		let found = known.get(value);
		if (found === undefined) {
			if (known.size >= KEPT_VALUES) known.clear();
			found = field(name, String(value));
			known.set(value, found);
		}
		lastValue = value;
		last = found;
		return found;
	};
}

/** Builds header lists for one endpoint; repeated values give the same field objects. */
export function createHeaderBuilder(endpoint: { readonly host: string; readonly port: number }): HeaderBuilder {
	const name = endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host;
	const authorityField = field(':authority', endpoint.port === 443 ? name : `${name}:${endpoint.port}`);
	const authorizationField = keeper('authorization');
	const topicField = keeper('apns-topic');
	const pushTypeField = keeper('apns-push-type');
	const priorityField = keeper('apns-priority');
	const expirationField = keeper('apns-expiration');
	const collapseIdField = keeper('apns-collapse-id');
	const channelIdField = keeper('apns-channel-id');

	const head = (method: HeaderField, path: string, authorization: string | undefined): HeaderField[] =>
		authorization === undefined
			? [method, SCHEME, pathField(path), authorityField]
			: [method, SCHEME, pathField(path), authorityField, authorizationField(authorization)];

	return {
		push({ deviceToken, topic, pushType, priority, expirationSeconds, collapseId, apnsId }, authorization) {
			const path = pathField(`/3/device/${deviceToken}`);
			// Most pushes have exactly these: one array of the right size, made at once.
			const usual =
				authorization !== undefined && topic !== undefined && pushType !== undefined && priority !== undefined;
			const fields: HeaderField[] = usual
				? [
						METHOD.POST,
						SCHEME,
						path,
						authorityField,
						authorizationField(authorization),
						topicField(topic),
						pushTypeField(pushType),
						priorityField(priority),
					]
				: [METHOD.POST, SCHEME, path, authorityField];
			if (!usual) {
				if (authorization !== undefined) fields.push(authorizationField(authorization));
				if (topic !== undefined) fields.push(topicField(topic));
				if (pushType !== undefined) fields.push(pushTypeField(pushType));
				if (priority !== undefined) fields.push(priorityField(priority));
			}
			if (expirationSeconds !== undefined) fields.push(expirationField(expirationSeconds));
			if (collapseId !== undefined) fields.push(collapseIdField(collapseId));
			if (apnsId !== undefined) fields.push(field('apns-id', apnsId));
			return fields;
		},
		broadcast(notification, authorization) {
			const fields = head(METHOD.POST, `/4/broadcasts/apps/${notification.bundleId}`, authorization);
			fields.push(
				channelIdField(notification.channelId),
				pushTypeField(notification.pushType),
				priorityField(notification.priority),
				expirationField(notification.expirationSeconds),
			);
			if (notification.requestId !== undefined) fields.push(field('apns-request-id', notification.requestId));
			return fields;
		},
		channel(request, authorization) {
			const list = request.operation === 'getAll';
			const method =
				request.operation === 'create' ? METHOD.POST : request.operation === 'delete' ? METHOD.DELETE : METHOD.GET;
			const fields = head(method, `/1/apps/${request.bundleId}/${list ? 'all-channels' : 'channels'}`, authorization);
			if ('channelId' in request) fields.push(channelIdField(request.channelId));
			if (request.requestId !== undefined) fields.push(field('apns-request-id', request.requestId));
			return fields;
		},
	};
}
