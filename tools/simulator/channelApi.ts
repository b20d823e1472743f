/** `/1/apps/<bundle id>/channels` and `/all-channels`: the rules and answers of "Sending channel management requests to APNs". */
import type { Answer, ApiRequest, Judgement, ReasonSpelling } from './api';
import { accepted, isBundleId, rejected, serverMadeId } from './api';
import type { AppRequest } from './broadcastApi';
import { appRules, isLiveActivity } from './broadcastApi';
import type { Channel, ChannelStore, StoragePolicy } from './channels';
import { isChannelId } from './channels';
import type { Environment } from './facts';
import type { Rule } from './rules';
import { firstBroken, hasDuplicates, headerOf, isUuid, within } from './rules';
import type { Teams } from './teams';

export interface ChannelApiOptions {
	readonly channels: ChannelStore;
	readonly teams: Teams;
	readonly spelling: ReasonSpelling;
	/** Status of a successful creation: 201 as documented, 200 as one client's author saw. */
	readonly createdStatus: 200 | 201;
}

interface Operation {
	readonly method: string;
	readonly resource: string;
	readonly namesChannel: boolean;
	readonly hasBody: boolean;
	/** Undefined when the app may have no more channels. */
	readonly run: (
		request: ChannelRequest,
		options: ChannelApiOptions,
	) => { status: number; headers?: Record<string, string>; json?: unknown } | undefined;
}

interface ChannelRequest extends AppRequest {
	readonly operation?: Operation;
	readonly resourceKnown: boolean;
	readonly channelId?: string;
	readonly channel?: Channel;
	readonly channels: ChannelStore;
	readonly pushType?: unknown;
	readonly policy?: unknown;
	readonly unknownAttributes: readonly string[];
}

const channelAttributes = ['message-storage-policy', 'push-type'];

const operations: readonly Operation[] = [
	{
		method: 'POST',
		resource: 'channels',
		namesChannel: false,
		hasBody: true,
		run({ environment, bundleId, policy }, { channels, createdStatus }) {
			const channel = channels.create(environment, bundleId, policy as StoragePolicy);
			return channel === undefined ? undefined : { status: createdStatus, headers: { 'apns-channel-id': channel.id } };
		},
	},
	{
		method: 'GET',
		resource: 'channels',
		namesChannel: true,
		hasBody: false,
		run: ({ channel }) => ({
			status: 200,
			json: { 'message-storage-policy': channel?.policy, 'push-type': 'LiveActivity' },
		}),
	},
	{
		method: 'DELETE',
		resource: 'channels',
		namesChannel: true,
		hasBody: false,
		run({ environment, bundleId, channelId }, { channels }) {
			channels.delete(environment, bundleId, channelId ?? '');
			return { status: 204 };
		},
	},
	{
		method: 'GET',
		resource: 'all-channels',
		namesChannel: false,
		hasBody: false,
		run: ({ environment, bundleId }, { channels }) => ({
			status: 200,
			json: { channels: channels.list(environment, bundleId) },
		}),
	},
];

const naming = (bad: (request: ChannelRequest) => boolean) => (request: ChannelRequest) =>
	request.operation?.namesChannel === true && bad(request);
const creating = (bad: (request: ChannelRequest) => boolean) => (request: ChannelRequest) =>
	request.operation?.hasBody === true && bad(request);

export const channelRules: ReadonlyArray<Rule<ChannelRequest>> = [
	{ reason: 'BadPath', about: 'request', broken: ({ resourceKnown }) => !resourceKnown },
	{
		reason: 'MethodNotAllowed',
		about: 'request',
		broken: ({ method }) => !operations.some((operation) => operation.method === method),
	},
	// "Bad URL or method/path combination" is BadPath in this API.
	{ reason: 'BadPath', about: 'request', broken: ({ operation }) => operation === undefined },
	{ reason: 'DuplicateHeaders', about: 'request', broken: ({ headers }) => hasDuplicates(headers) },
	...within((request: ChannelRequest): AppRequest => request, appRules),
	{ reason: 'MissingChannelId', about: 'content', broken: naming(({ channelId }) => channelId === undefined) },
	{ reason: 'BadChannelId', about: 'content', broken: naming(({ channelId }) => !isChannelId(channelId ?? '')) },
	{ reason: 'ChannelNotRegistered', about: 'content', broken: naming(({ channel }) => channel === undefined) },
	{
		reason: 'BadRequestPayload',
		about: 'content',
		broken: creating(({ json }) => typeof json !== 'object' || json === null || Array.isArray(json)),
	},
	{
		reason: 'BadRequestParams',
		about: 'content',
		broken: creating(({ unknownAttributes }) => unknownAttributes.length > 0),
	},
	{ reason: 'MissingPushType', about: 'content', broken: creating(({ pushType }) => pushType === undefined) },
	{
		reason: 'InvalidPushType',
		about: 'content',
		broken: creating(({ pushType }) => typeof pushType !== 'string' || !isLiveActivity(pushType)),
	},
	// A policy in a string is sent by one library; whether Apple takes it is unknown, so it is not taken here.
	{ reason: 'BadRequestParams', about: 'content', broken: creating(({ policy }) => policy !== 0 && policy !== 1) },
];

/** Tried last, when all else is right: the creation itself. */
export const channelLimitRule: Rule<ChannelRequest> = {
	reason: 'CannotCreateChannelConfig',
	about: 'content',
	broken: () => true,
};

function read(request: ApiRequest, options: ChannelApiOptions): ChannelRequest {
	const [, bundleId = '', resource = ''] = /^\/1\/apps\/([^/?#]+)\/([^/?#]+)$/.exec(request.path) ?? [];
	const channelId = headerOf(request.headers, 'apns-channel-id');
	const attributes =
		typeof request.json === 'object' && request.json !== null ? (request.json as Record<string, unknown>) : {};
	const environment: Environment = request.environment;
	return {
		...request,
		bundleId,
		teams: options.teams,
		channels: options.channels,
		requestId: headerOf(request.headers, 'apns-request-id'),
		operation: operations.find((operation) => operation.method === request.method && operation.resource === resource),
		resourceKnown: isBundleId(bundleId) && operations.some((operation) => operation.resource === resource),
		channelId,
		channel: channelId === undefined ? undefined : options.channels.find(environment, bundleId, channelId),
		pushType: attributes['push-type'],
		policy: attributes['message-storage-policy'],
		unknownAttributes: Object.keys(attributes).filter((name) => !channelAttributes.includes(name)),
	};
}

/** Judges a management request and carries it out when nothing is wrong with it. */
export function judgeChannelRequest(request: ApiRequest, options: ChannelApiOptions): Judgement {
	const asked = read(request, options);
	const requestId = asked.requestId !== undefined && isUuid(asked.requestId) ? asked.requestId : serverMadeId();
	const broken = firstBroken(channelRules, asked);
	if (broken !== undefined) return rejected(broken, { 'apns-request-id': requestId }, options.spelling);
	const done = asked.operation?.run(asked, options);
	if (done === undefined) return rejected(channelLimitRule, { 'apns-request-id': requestId }, options.spelling);
	const answer: Answer = {
		status: done.status,
		headers: { 'apns-request-id': requestId, ...done.headers },
		body: done.json === undefined ? undefined : Buffer.from(JSON.stringify(done.json)),
	};
	return accepted(answer);
}
