/** Apple's reasons, one row each: what it means, what to do, and what the client does about it. */
import { choice, field, type FieldText, text } from './fields';

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
	/** An earlier attempt of the same request that succeeded unnoticed can be what caused it. */
	readonly mayFollowSuccess?: true;
	readonly scope: ReasonScope;
	readonly reaction: ReasonReaction;
	/** What happened, one sentence. */
	readonly meaning: string;
	/** What to do next, one or two sentences. */
	readonly advice: FieldText;
	/** The advice where the request was about a channel, if a push to a device needs another. */
	readonly channelAdvice?: FieldText;
}

const CREATE_CERTIFICATE = 'Create a new certificate in the Apple Developer portal and add it to the credential.';
const REPORT = 'Report this to the maintainers of this node, together with the settings you used.';
const CHECK_HOST = text`Check ${field('host')} and ${field('port')} in the credential. Pushes and channel management use different hosts and ports.`;
const OTHER_ENVIRONMENT = text`Change ${field('environment')} in the credential, or use a key for this environment.`;
const COVERS_APP =
	'Check that the bundle ID is spelled correctly, and that the key or certificate in the credential covers this app.';
const NO_ACTION = 'No action needed. The request is sent again on a new connection.';
export const LATER = text`Send again after 15 minutes, or set ${field('retries')}.`;
const LATER_STATUS = text`Send again after 15 minutes, or set ${field('retries')}. Apple's system status page lists outages.`;

/**
 * Apple, "Handling notification responses from APNs" and "Handling error responses from APNs" (2026). Two spellings are
 * known of BadEnvironmentKey(Id)InToken (documented and seen on the wire) and of ServiceUnavailable (with a blank in one table).
 */
export const reasonRows: readonly ReasonRow[] = [
	{
		reason: 'BadCollapseId',
		status: 400,
		scope: 'request',
		reaction: 'none',
		meaning: 'The collapse ID is longer than APNs allows.',
		advice: text`Shorten ${field('collapseId')} to 64 bytes.`,
	},
	{
		reason: 'BadDeviceToken',
		status: 400,
		provesCredential: true,
		scope: 'device',
		reaction: 'none',
		meaning: 'The device token is malformed or belongs to the other environment.',
		advice: text`Check that ${field('environment')} matches the build of the app: apps installed from Xcode use ${choice('environment', 'development')}, apps from TestFlight and the App Store use ${choice('environment', 'production')}. If it matches, delete this device token.`,
	},
	{
		reason: 'BadExpirationDate',
		status: 400,
		scope: 'request',
		reaction: 'none',
		meaning: 'The expiration is not valid.',
		advice: text`Set ${field('expiration')} to a time in the future, or to 0 for one delivery attempt without storage.`,
		channelAdvice: text`Set ${field('expiration')} to a time in the future. If the channel stores no messages, set it to 0.`,
	},
	{
		reason: 'BadMessageId',
		status: 400,
		scope: 'request',
		reaction: 'none',
		meaning: 'The ID of the request is not a UUID.',
		advice: text`Use a UUID in ${field('apnsId')}, or leave it empty.`,
		channelAdvice: text`Use a UUID in ${field('requestId')}, or leave it empty.`,
	},
	{
		reason: 'BadPriority',
		status: 400,
		scope: 'request',
		reaction: 'none',
		meaning: 'APNs does not know this priority.',
		advice: text`Set ${field('priority')} to 10, 5 or 1.`,
		channelAdvice: text`Set ${field('priority')} to 10 or 5.`,
	},
	{
		reason: 'BadTopic',
		status: 400,
		scope: 'topic',
		reaction: 'none',
		meaning: 'The topic is not valid.',
		advice: text`Check ${field('topic')}. It is the bundle ID of the app, with a suffix for some push types.`,
		channelAdvice: text`Check ${field('bundleId')}.`,
	},
	{
		reason: 'DeviceTokenNotForTopic',
		status: 400,
		provesCredential: true,
		scope: 'device',
		reaction: 'none',
		meaning: 'The device token belongs to a different app than the topic.',
		advice: text`Compare ${field('topic')}, or ${field('bundleId')} in the credential, with the app that registered this device token. If they match, delete the token.`,
	},
	{
		reason: 'DuplicateHeaders',
		status: 400,
		scope: 'request',
		reaction: 'none',
		meaning: 'A header was sent twice.',
		advice: REPORT,
	},
	{
		reason: 'IdleTimeout',
		status: 400,
		scope: 'connection',
		reaction: 'resendOnNewConnection',
		meaning: 'The connection was idle for too long.',
		advice: NO_ACTION,
	},
	{
		reason: 'InvalidPushType',
		status: 400,
		scope: 'request',
		reaction: 'none',
		meaning: 'The push type is unknown, or does not match the topic or the device token.',
		advice: text`Choose the ${field('pushType')} that matches the topic and the kind of device token.`,
		channelAdvice: 'Use a channel for Live Activities: APNs has no other kind.',
	},
	{
		reason: 'MissingDeviceToken',
		status: 400,
		scope: 'request',
		reaction: 'none',
		meaning: 'The request has no device token.',
		advice: text`Fill in ${field('recipients')}.`,
		channelAdvice: REPORT,
	},
	{
		reason: 'MissingTopic',
		status: 400,
		scope: 'topic',
		reaction: 'none',
		meaning: 'The topic is missing. A signing key requires one, and so does a certificate that covers several topics.',
		advice: text`Fill in ${field('topic')}, or ${field('bundleId')} in the credential.`,
		channelAdvice: text`Fill in ${field('bundleId')}.`,
	},
	{
		reason: 'PayloadEmpty',
		status: 400,
		scope: 'request',
		reaction: 'none',
		meaning: 'The payload is empty.',
		advice: 'Use at least {} as the payload.',
	},
	{
		reason: 'TopicDisallowed',
		status: 400,
		provesCredential: true,
		scope: 'topic',
		reaction: 'newConnection',
		meaning: 'This credential is not allowed to push to this topic.',
		advice: COVERS_APP,
		channelAdvice: `${COVERS_APP} Use the bundle ID without a suffix.`,
	},
	{
		reason: 'BadCertificate',
		status: 403,
		scope: 'credential',
		reaction: 'stopIdentity',
		meaning: 'The provider certificate is not valid. It may be revoked, expired or of the wrong kind.',
		advice: CREATE_CERTIFICATE,
	},
	{
		reason: 'BadCertificateEnvironment',
		status: 403,
		scope: 'credential',
		reaction: 'stopIdentity',
		meaning: 'The provider certificate is for the other environment.',
		advice: text`Change ${field('environment')} in the credential, or use a certificate for this environment.`,
	},
	{
		reason: 'ExpiredProviderToken',
		status: 403,
		scope: 'credential',
		reaction: 'replaceProviderToken',
		meaning: 'The provider token is older than one hour.',
		advice: 'Check the clock of the machine that runs n8n. Provider tokens are renewed every 50 minutes.',
	},
	{
		reason: 'Forbidden',
		status: 403,
		scope: 'credential',
		reaction: 'stopIdentity',
		meaning: 'APNs does not allow this credential to do this.',
		advice: 'Check in the Apple Developer portal that the key is active and covers this app and environment.',
	},
	{
		reason: 'InvalidProviderToken',
		status: 403,
		scope: 'credential',
		reaction: 'stopIdentity',
		meaning: 'The provider token is not valid. The key, key ID and team ID do not match, or the key was revoked.',
		advice: text`Compare ${field('keyId')} and ${field('teamId')} with the Apple Developer portal, and check that the key has not been revoked. If it has, create a new key and add it to the credential.`,
	},
	{
		reason: 'MissingProviderToken',
		status: 403,
		scope: 'credential',
		reaction: 'stopIdentity',
		meaning: 'The request had neither a provider token nor a certificate that APNs accepts.',
		advice: text`Check ${field('authentication')} in the credential. A certificate must be a push certificate.`,
	},
	{
		reason: 'UnrelatedKeyIdInToken',
		status: 403,
		scope: 'credential',
		reaction: 'newConnection',
		meaning: 'The key is not related to the key that this connection started with.',
		advice:
			'No action needed at first: a new connection is used. If this continues, check which keys of the team are topic-specific.',
	},
	{
		reason: 'BadEnvironmentKeyIdInToken',
		status: 403,
		scope: 'credential',
		reaction: 'stopIdentity',
		meaning: 'The signing key only works in the other environment.',
		advice: OTHER_ENVIRONMENT,
	},
	{
		reason: 'BadEnvironmentKeyInToken',
		status: 403,
		scope: 'credential',
		reaction: 'stopIdentity',
		meaning: 'The signing key only works in the other environment.',
		advice: OTHER_ENVIRONMENT,
	},
	{
		reason: 'BadPath',
		status: 404,
		scope: 'request',
		reaction: 'none',
		meaning: 'The server does not know this path.',
		advice: CHECK_HOST,
	},
	{
		reason: 'MethodNotAllowed',
		status: 405,
		scope: 'request',
		reaction: 'none',
		meaning: 'The server does not accept this method for this path.',
		advice: CHECK_HOST,
	},
	{
		reason: 'ExpiredToken',
		status: 410,
		provesCredential: true,
		scope: 'device',
		reaction: 'none',
		meaning: 'The device token has expired.',
		advice: 'Delete this device token. The app registers a new one.',
	},
	{
		reason: 'Unregistered',
		status: 410,
		provesCredential: true,
		scope: 'device',
		reaction: 'none',
		meaning: 'The device token is no longer active for the topic. The app was removed, or the device has a new token.',
		advice: 'Delete this device token, unless the device registered it again after the time in unregisteredAt.',
	},
	{
		reason: 'PayloadTooLarge',
		status: 413,
		scope: 'request',
		reaction: 'none',
		meaning: 'The payload is larger than APNs allows.',
		advice: text`Shorten the payload to 4,096 bytes, or 5,120 bytes for ${choice('pushType', 'voip')}.`,
		channelAdvice: 'Shorten the payload to 5,120 bytes.',
	},
	{
		reason: 'TooManyProviderTokenUpdates',
		status: 429,
		scope: 'credential',
		reaction: 'keepProviderToken',
		meaning: 'The provider token was renewed too often.',
		// Apple counts renewals per connection. A clock that runs ahead was reported to cause it too (node-apn issue 590).
		advice:
			'Check the clock of the machine that runs n8n, then send again after 20 minutes. The token is not renewed until then.',
	},
	{
		reason: 'TooManyRequests',
		status: 429,
		scope: 'throttle',
		reaction: 'delayDevice',
		meaning: 'Too many requests were sent in a short time.',
		advice: text`Send less often to this device, or combine several notifications into one. Pushes with the same ${field('collapseId')} replace each other.`,
		channelAdvice: 'Send less often to this channel.',
	},
	{
		reason: 'InternalServerError',
		status: 500,
		scope: 'server',
		reaction: 'serverRetry',
		meaning: 'APNs could not process the request.',
		advice: LATER,
	},
	{
		reason: 'ServiceUnavailable',
		status: 503,
		scope: 'server',
		reaction: 'serverRetry',
		meaning: 'APNs is currently unavailable.',
		advice: LATER_STATUS,
	},
	{
		reason: 'Service Unavailable',
		status: 503,
		scope: 'server',
		reaction: 'serverRetry',
		meaning: 'APNs is currently unavailable.',
		advice: LATER_STATUS,
	},
	{
		reason: 'Shutdown',
		status: 503,
		scope: 'connection',
		reaction: 'resendOnNewConnection',
		meaning: 'This APNs server is shutting down.',
		advice: NO_ACTION,
	},
	{
		reason: 'FeatureNotEnabled',
		status: 400,
		provesCredential: true,
		scope: 'topic',
		reaction: 'none',
		meaning: 'Broadcasts are not enabled for this app.',
		advice: 'In the Apple Developer portal, open the App ID and enable Broadcast Capability under Push Notifications.',
	},
	{
		reason: 'MissingChannelId',
		status: 400,
		scope: 'channel',
		reaction: 'none',
		meaning: 'The request has no channel ID.',
		advice: REPORT,
		channelAdvice: text`Fill in ${field('channelId')}.`,
	},
	{
		reason: 'BadChannelId',
		status: 400,
		scope: 'channel',
		reaction: 'none',
		meaning: 'The channel ID is not valid.',
		advice: 'Use the channel ID exactly as APNs returned it.',
	},
	{
		reason: 'ChannelNotRegistered',
		status: 400,
		provesCredential: true,
		// It was deleted.
		mayFollowSuccess: true,
		scope: 'channel',
		reaction: 'none',
		meaning: 'The channel does not exist in this app and environment.',
		advice: text`Check ${field('bundleId')} and ${field('environment')}. Development and production have separate channels, and a deleted channel cannot be restored.`,
	},
	{
		reason: 'BadRequestParams',
		status: 400,
		scope: 'request',
		reaction: 'none',
		meaning: 'The request has an attribute that APNs does not know.',
		advice: REPORT,
	},
	{
		reason: 'BadRequestPayload',
		status: 400,
		scope: 'request',
		reaction: 'none',
		meaning: 'The request body is not valid JSON.',
		advice: 'Check the JSON of the payload.',
	},
	{
		reason: 'MissingPushType',
		status: 400,
		scope: 'request',
		reaction: 'none',
		meaning: 'The push type is missing.',
		advice: text`Choose a ${field('pushType')}.`,
		channelAdvice: REPORT,
	},
	{
		reason: 'CannotCreateChannelConfig',
		status: 400,
		provesCredential: true,
		// It was the last one allowed.
		mayFollowSuccess: true,
		scope: 'channel',
		reaction: 'none',
		meaning: 'The app has reached the limit of 10,000 channels in this environment.',
		advice: 'Delete channels that are no longer used, then create new ones.',
	},
	{
		reason: 'TopicMismatch',
		status: 403,
		scope: 'topic',
		reaction: 'none',
		meaning: 'The key or certificate does not cover the bundle ID.',
		advice: COVERS_APP,
		channelAdvice: text`Check ${field('bundleId')}, and that the key or certificate in the credential covers this app.`,
	},
];
