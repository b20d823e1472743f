/** `POST /4/broadcasts/apps/<bundle id>`: the rules of "Sending broadcast push notification requests to APNs" in the order they are tried, and the answer. */
import type { ApiRequest, Judgement, ReasonSpelling } from './api';
import { accepted, isBundleId, rejected, serverMadeId, uniqueId } from './api';
import type { Channel, ChannelStore } from './channels';
import { isChannelId } from './channels';
import type { Credential } from './credentialRules';
import { credentialRules, mayUseBundle } from './credentialRules';
import { isExpiration } from './deviceApi';
import { limits, priorities, topicSuffixes } from './facts';
import type { Rule } from './rules';
import { firstBroken, hasDuplicates, headerOf, isUuid, within } from './rules';
import type { Teams } from './teams';

export interface BroadcastApiOptions {
	readonly channels: ChannelStore;
	readonly teams: Teams;
	readonly spelling: ReasonSpelling;
	/** True when publishing is throttled now. */
	readonly throttled: () => boolean;
}

/** What broadcasts and channel management ask of the app in the path. */
export interface AppRequest extends ApiRequest {
	readonly bundleId: string;
	readonly teams: Teams;
	readonly requestId?: string;
}

interface Broadcast extends AppRequest {
	readonly channelId?: string;
	readonly channel?: Channel;
	readonly pushType?: string;
	readonly expiration: string;
	readonly priority: string;
	readonly throttled: () => boolean;
}

const pathPrefix = '/4/broadcasts/apps/';

/** The header says `liveactivity`, the JSON `LiveActivity`, one of Apple's tables `Liveactivity`. */
export function isLiveActivity(text: string): boolean {
	return text.toLowerCase() === 'liveactivity';
}

function appCovered({ credential, teams, bundleId }: AppRequest): boolean {
	if (credential.certificate !== undefined) return credential.certificate.topics.includes(bundleId);
	return (
		credential.token !== undefined && mayUseBundle(credential, teams.bundleIds(credential.token.key.teamId), bundleId)
	);
}

function suffixed({ credential, teams, bundleId }: AppRequest): boolean {
	const whole = credential.token !== undefined && teams.bundleIds(credential.token.key.teamId).has(bundleId);
	return !whole && topicSuffixes.some((suffix) => bundleId.endsWith(suffix));
}

/** Who asks, and about which app: the same for broadcasts and channels ("Handling error responses from APNs"). */
export const appRules: ReadonlyArray<Rule<AppRequest>> = [
	...within((request: AppRequest): Credential => request.credential, credentialRules),
	{ reason: 'TopicDisallowed', about: 'content', broken: suffixed },
	{ reason: 'TopicMismatch', about: 'content', broken: (request) => !appCovered(request) },
	{ reason: 'FeatureNotEnabled', about: 'content', broken: ({ teams, bundleId }) => !teams.broadcastEnabled(bundleId) },
	{
		reason: 'BadMessageId',
		about: 'content',
		broken: ({ requestId }) => requestId !== undefined && !isUuid(requestId),
	},
];

/** Documented: credentials, then the channel, then delivery. The order within is a choice. */
export const broadcastRules: ReadonlyArray<Rule<Broadcast>> = [
	{ reason: 'BadPath', about: 'request', broken: ({ bundleId }) => !isBundleId(bundleId) },
	{ reason: 'MethodNotAllowed', about: 'request', broken: ({ method }) => method !== 'POST' },
	// The page of this API lists no reason for a repeated header; the one of device pushes is taken.
	{ reason: 'DuplicateHeaders', about: 'request', broken: ({ headers }) => hasDuplicates(headers) },
	...within((request: Broadcast): AppRequest => request, appRules),
	{ reason: 'MissingChannelId', about: 'content', broken: ({ channelId }) => channelId === undefined },
	{ reason: 'BadChannelId', about: 'content', broken: ({ channelId }) => !isChannelId(channelId ?? '') },
	{ reason: 'MissingPushType', about: 'content', broken: ({ pushType }) => pushType === undefined },
	{ reason: 'InvalidPushType', about: 'content', broken: ({ pushType }) => !isLiveActivity(pushType ?? '') },
	{ reason: 'BadExpirationDate', about: 'content', broken: ({ expiration }) => !isExpiration(expiration) },
	{ reason: 'BadPriority', about: 'content', broken: ({ priority }) => !priorities.includes(priority) },
	{ reason: 'PayloadEmpty', about: 'content', broken: ({ body }) => body.length === 0 },
	{ reason: 'PayloadTooLarge', about: 'content', broken: ({ body }) => body.length > limits.maxBroadcastBytes },
	{ reason: 'BadRequestPayload', about: 'content', broken: ({ json }) => typeof json !== 'object' || json === null },
	{ reason: 'ChannelNotRegistered', about: 'content', broken: ({ channel }) => channel === undefined },
	{
		reason: 'BadExpirationDate',
		about: 'content',
		broken: ({ channel, expiration }) => channel?.policy === 0 && Number(expiration) !== 0,
	},
	{ reason: 'TooManyRequests', about: 'content', broken: ({ throttled }) => throttled() },
];

/** Judges a broadcast; an accepted one is published to the channel's subscribers. */
export function judgeBroadcast(request: ApiRequest, options: BroadcastApiOptions): Judgement {
	const bundleId = request.path.startsWith(pathPrefix) ? request.path.slice(pathPrefix.length) : '';
	const channelId = headerOf(request.headers, 'apns-channel-id');
	const requestId = headerOf(request.headers, 'apns-request-id');
	const channel = channelId === undefined ? undefined : options.channels.find(request.environment, bundleId, channelId);
	const expiration = headerOf(request.headers, 'apns-expiration') ?? '';
	const priority = headerOf(request.headers, 'apns-priority') ?? '';
	const pushType = headerOf(request.headers, 'apns-push-type');
	const { teams, throttled, spelling } = options;
	const broken = firstBroken(broadcastRules, {
		...request,
		bundleId,
		teams,
		requestId,
		channelId,
		channel,
		pushType,
		expiration,
		priority,
		throttled,
	});
	const answerId = requestId !== undefined && isUuid(requestId) ? requestId : serverMadeId();
	if (broken !== undefined) return rejected(broken, { 'apns-request-id': answerId }, spelling);
	const id = uniqueId();
	if (channel !== undefined) {
		const message = {
			payload: request.body,
			priority: Number(priority),
			expirationSeconds: Number(expiration),
			uniqueId: id,
			publishedAtMs: request.nowMs,
		};
		options.channels.publish(channel, message);
	}
	return accepted({ status: 200, headers: { 'apns-request-id': answerId, 'apns-unique-id': id } });
}
