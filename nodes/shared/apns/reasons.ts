/** Apple's reasons, one row each: what it means, what to do, and what the client does about it. */

export type ReasonScope =
	/** This request only: fix it. */
	| 'request'
	/** This device token only. */
	| 'device'
	/** The topic, common to all pushes of the app. */
	| 'topic'
	/** The identity, common to the run. */
	| 'credential'
	/** This connection only. */
	| 'connection'
	/** APNs itself. */
	| 'server'
	/** Too much, too fast. */
	| 'throttle'
	/** This channel only. */
	| 'channel';

export type ReasonReaction =
	| 'none'
	/** The server goes away: drain, send again on a new connection. */
	| 'resendOnNewConnection'
	/** Sign anew once, on a new connection. */
	| 'replaceProviderToken'
	/** Close all connections of the identity at this endpoint and pause it. */
	| 'stopIdentity'
	/** An old connection may not know it yet: one new connection, once. */
	| 'newConnection'
	/** Wait, then send to this device again. */
	| 'delayDevice'
	/** Never sign for this. */
	| 'keepProviderToken'
	/** Again only if the user asks for it, after Retry-After or 15 minutes. */
	| 'serverRetry';

export interface ReasonRow {
	readonly reason: string;
	/** Status Apple documents for it. */
	readonly status: number;
	/** APNs gives it only after it accepted the credential: an earlier refusal is forgiven. */
	readonly provesCredential?: true;
	readonly scope: ReasonScope;
	readonly reaction: ReasonReaction;
	/** What happened, one sentence. */
	readonly meaning: string;
	/** What to do next, one sentence in terms of the node's fields. */
	readonly advice: string;
}

/**
 * Apple, "Handling notification responses from APNs" and "Handling error responses from APNs" (2026). Two spellings are
 * known of BadEnvironmentKey(Id)InToken (documented and seen on the wire) and of ServiceUnavailable (with a blank in one table).
 */
// prettier-ignore
const rows: readonly ReasonRow[] = [
	{ reason: 'BadCollapseId', status: 400, scope: 'request', reaction: 'none', meaning: 'The collapse id is longer than APNs allows.', advice: 'Shorten Collapse ID to 64 bytes.' },
	{ reason: 'BadDeviceToken', status: 400, provesCredential: true, scope: 'device', reaction: 'none', meaning: 'The device token is malformed, or belongs to the other environment.', advice: 'Check that the environment of the credential matches the app\'s build (Xcode builds use development, TestFlight and App Store builds production); otherwise delete this device token.' },
	{ reason: 'BadExpirationDate', status: 400, scope: 'request', reaction: 'none', meaning: 'The expiration is not valid; a channel that stores no messages accepts 0 only.', advice: 'Set Expiration to a time in the future, or to 0 for one attempt without storage.' },
	{ reason: 'BadMessageId', status: 400, scope: 'request', reaction: 'none', meaning: 'The message id is not a UUID.', advice: 'Give APNs ID as a UUID (8-4-4-4-12 hexadecimal digits), or leave it empty.' },
	{ reason: 'BadPriority', status: 400, scope: 'request', reaction: 'none', meaning: 'The priority is not one APNs knows.', advice: 'Set Priority to 10, 5 or 1.' },
	{ reason: 'BadTopic', status: 400, scope: 'topic', reaction: 'none', meaning: 'The topic is not valid.', advice: 'Check Topic: it is the app\'s bundle id, for some push types with a suffix.' },
	{ reason: 'DeviceTokenNotForTopic', status: 400, provesCredential: true, scope: 'device', reaction: 'none', meaning: 'The device token belongs to another app than the topic names.', advice: 'Check Topic and the bundle id of the credential against the app that registered this token; otherwise delete the token.' },
	{ reason: 'DuplicateHeaders', status: 400, scope: 'request', reaction: 'none', meaning: 'A header was sent twice.', advice: 'Report this to the maintainers of this node, with the settings used.' },
	{ reason: 'IdleTimeout', status: 400, scope: 'connection', reaction: 'resendOnNewConnection', meaning: 'The connection had been idle for too long.', advice: 'Nothing: the push is sent again on a new connection.' },
	{ reason: 'InvalidPushType', status: 400, scope: 'request', reaction: 'none', meaning: 'The push type is unknown or does not fit the topic or the device token.', advice: 'Choose the Push Type that belongs to the topic and to the kind of device token; channels take Live Activity only.' },
	{ reason: 'MissingDeviceToken', status: 400, scope: 'request', reaction: 'none', meaning: 'The request named no device token.', advice: 'Fill in Device Tokens.' },
	{ reason: 'MissingTopic', status: 400, scope: 'topic', reaction: 'none', meaning: 'The topic is missing; it is needed with a signing key and with a certificate of several topics.', advice: 'Fill in Topic, or Bundle ID in the credential.' },
	{ reason: 'PayloadEmpty', status: 400, scope: 'request', reaction: 'none', meaning: 'The payload is empty.', advice: 'Give the push at least {} as its payload.' },
	{ reason: 'TopicDisallowed', status: 400, provesCredential: true, scope: 'topic', reaction: 'newConnection', meaning: 'This credential may not push to this topic, or a channel\'s bundle id carries a suffix.', advice: 'Check the bundle id for typing errors, and that the key or certificate covers this app.' },
	{ reason: 'BadCertificate', status: 403, scope: 'credential', reaction: 'stopIdentity', meaning: 'The provider certificate is not valid (revoked, expired, or of the wrong kind).', advice: 'Create a new certificate in the Apple Developer portal and put it into the credential.' },
	{ reason: 'BadCertificateEnvironment', status: 403, scope: 'credential', reaction: 'stopIdentity', meaning: 'The provider certificate is for the other environment.', advice: 'Change Environment in the credential, or use a certificate for this one.' },
	{ reason: 'ExpiredProviderToken', status: 403, scope: 'credential', reaction: 'replaceProviderToken', meaning: 'The provider token is older than an hour.', advice: 'Check the clock of the machine n8n runs on; this package replaces tokens every 50 minutes.' },
	{ reason: 'Forbidden', status: 403, scope: 'credential', reaction: 'stopIdentity', meaning: 'APNs does not allow this action to this credential.', advice: 'Check in the Apple Developer portal that the key is active and covers this app and environment.' },
	{ reason: 'InvalidProviderToken', status: 403, scope: 'credential', reaction: 'stopIdentity', meaning: 'The provider token is not valid: key, key id and team id do not belong together, or the key was revoked.', advice: 'Compare Key ID and Team ID with the Apple Developer portal, and check that the key has not been revoked; if it has, create a new key and put it into the credential.' },
	{ reason: 'MissingProviderToken', status: 403, scope: 'credential', reaction: 'stopIdentity', meaning: 'The request carried neither a provider token nor a certificate that APNs accepts.', advice: 'Check the authentication of the credential; with a certificate, that it is a push certificate.' },
	{ reason: 'UnrelatedKeyIdInToken', status: 403, scope: 'credential', reaction: 'newConnection', meaning: 'The key is not related to the one this connection began with.', advice: 'Nothing at first: a new connection is used. If it stays, check which keys of the team are topic-specific.' },
	{ reason: 'BadEnvironmentKeyIdInToken', status: 403, scope: 'credential', reaction: 'stopIdentity', meaning: 'The signing key is restricted to the other environment.', advice: 'Change Environment in the credential, or use a key for this one.' },
	{ reason: 'BadEnvironmentKeyInToken', status: 403, scope: 'credential', reaction: 'stopIdentity', meaning: 'The signing key is restricted to the other environment.', advice: 'Change Environment in the credential, or use a key for this one.' },
	{ reason: 'BadPath', status: 404, scope: 'request', reaction: 'none', meaning: 'The path of the request is not one of the provider API.', advice: 'Check host and port in the credential: pushes and channel management have endpoints of their own.' },
	{ reason: 'MethodNotAllowed', status: 405, scope: 'request', reaction: 'none', meaning: 'The method does not fit the path.', advice: 'Check host and port in the credential: pushes and channel management have endpoints of their own.' },
	{ reason: 'ExpiredToken', status: 410, provesCredential: true, scope: 'device', reaction: 'none', meaning: 'The device token has expired.', advice: 'Delete this device token; the app registers a new one.' },
	{ reason: 'Unregistered', status: 410, provesCredential: true, scope: 'device', reaction: 'none', meaning: 'The device token is no longer active for the topic: the app was removed, or a new token was issued.', advice: 'Delete this device token, unless the device registered again after the time in unregisteredAt.' },
	{ reason: 'PayloadTooLarge', status: 413, scope: 'request', reaction: 'none', meaning: 'The payload is larger than the push type allows.', advice: 'Shorten the payload: 4,096 bytes, 5,120 for VoIP and broadcasts.' },
	{ reason: 'TooManyProviderTokenUpdates', status: 429, scope: 'credential', reaction: 'keepProviderToken', meaning: 'The provider token changed too often.', advice: 'Use one signing key from one n8n installation at a time; send again after 20 minutes.' },
	{ reason: 'TooManyRequests', status: 429, scope: 'throttle', reaction: 'delayDevice', meaning: 'Too many requests in a row to this device token or channel.', advice: 'Send less often to this device or channel; use Collapse ID or a summary.' },
	{ reason: 'InternalServerError', status: 500, scope: 'server', reaction: 'serverRetry', meaning: 'APNs had an internal error.', advice: 'Send again after 15 minutes, or set Retries.' },
	{ reason: 'ServiceUnavailable', status: 503, scope: 'server', reaction: 'serverRetry', meaning: 'APNs is unavailable at the moment.', advice: 'Send again after 15 minutes, or set Retries; Apple\'s system status page shows outages.' },
	{ reason: 'Service Unavailable', status: 503, scope: 'server', reaction: 'serverRetry', meaning: 'APNs is unavailable at the moment.', advice: 'Send again after 15 minutes, or set Retries; Apple\'s system status page shows outages.' },
	{ reason: 'Shutdown', status: 503, scope: 'connection', reaction: 'resendOnNewConnection', meaning: 'This APNs server is shutting down.', advice: 'Nothing: the push is sent again on a new connection.' },
	{ reason: 'FeatureNotEnabled', status: 400, provesCredential: true, scope: 'topic', reaction: 'none', meaning: 'Broadcast is not enabled for this app.', advice: 'Enable Broadcast Capability for the App ID in the Apple Developer portal (below Push Notifications).' },
	{ reason: 'MissingChannelId', status: 400, scope: 'channel', reaction: 'none', meaning: 'The request named no channel.', advice: 'Fill in Channel.' },
	{ reason: 'BadChannelId', status: 400, scope: 'channel', reaction: 'none', meaning: 'The channel id cannot be read.', advice: 'Copy the channel id as APNs returned it (base64), without blanks.' },
	{ reason: 'ChannelNotRegistered', status: 400, provesCredential: true, scope: 'channel', reaction: 'none', meaning: 'There is no such channel in this app and environment.', advice: 'Check Environment and Bundle ID: channels of development and production are separate; a deleted channel does not come back.' },
	{ reason: 'BadRequestParams', status: 400, scope: 'request', reaction: 'none', meaning: 'The request holds an attribute APNs does not know.', advice: 'Report this to the maintainers of this node, with the settings used.' },
	{ reason: 'BadRequestPayload', status: 400, scope: 'request', reaction: 'none', meaning: 'The request body is not valid JSON.', advice: 'Check the JSON of the payload.' },
	{ reason: 'MissingPushType', status: 400, scope: 'request', reaction: 'none', meaning: 'The push type is missing.', advice: 'Choose a Push Type.' },
	{ reason: 'CannotCreateChannelConfig', status: 400, provesCredential: true, scope: 'channel', reaction: 'none', meaning: 'The app has reached its 10,000 channels in this environment.', advice: 'Delete channels that are no longer used, then create new ones.' },
	{ reason: 'TopicMismatch', status: 403, scope: 'topic', reaction: 'none', meaning: 'The key or certificate does not cover the bundle id.', advice: 'Check Bundle ID, and that the key or certificate of the credential covers this app.' },
];

const byReason = new Map(rows.map((row) => [row.reason, row]));

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
			meaning: `APNs answered ${said}: the device token is no longer active.`,
			advice: 'Delete this device token.',
		};
	if (status === 403)
		return {
			reason: name,
			status,
			scope: 'credential',
			reaction: 'none',
			meaning: `APNs answered ${said}: it refuses this credential.`,
			advice,
		};
	if (status === 429)
		return {
			reason: name,
			status,
			scope: 'throttle',
			reaction: 'delayDevice',
			meaning: `APNs answered ${said}: too many requests.`,
			advice: 'Send less often.',
		};
	if (status >= 500)
		return {
			reason: name,
			status,
			scope: 'server',
			reaction: 'serverRetry',
			meaning: `APNs answered ${said}: it has trouble of its own.`,
			advice: 'Send again after 15 minutes, or set Retries.',
		};
	return { reason: name, status, scope: 'request', reaction: 'none', meaning: `APNs answered ${said}.`, advice };
}

/** The row of a reason; unknown reasons are kept and described by their status. */
export function describeReason(status: number, reason: string | undefined): ReasonRow {
	return (reason === undefined ? undefined : byReason.get(reason)) ?? rowForStatus(status, reason);
}

/** All known rows, for documentation and tests. */
export const reasonRows: readonly ReasonRow[] = rows;

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
