/** `POST /3/device/<token>`: the rules of "Sending notification requests to APNs" in the order they are tried, and the answer. */
import type { ApiRequest, Judgement, ReasonSpelling } from './api';
import { accepted, isBundleId, rejected, serverMadeId, uniqueId } from './api';
import type { Credential } from './credentialRules';
import { credentialRules, mayUseBundle } from './credentialRules';
import type { Device, Devices } from './devices';
import { isDeviceToken } from './devices';
import type { PushTypeRow } from './facts';
import { limits, priorities, pushTypes, topicSuffixes } from './facts';
import type { Rule } from './rules';
import { firstBroken, hasDuplicates, headerOf, isUuid, within } from './rules';
import type { Teams } from './teams';

export interface DeviceApiOptions {
	readonly devices: Devices;
	readonly teams: Teams;
	readonly spelling: ReasonSpelling;
	readonly minDeviceTokenDigits: number;
	/** A push without `apns-push-type` is refused; Apple requires it for watchOS only. */
	readonly requirePushType: boolean;
	/** Bodies that are no JSON object: Apple was seen to accept and drop them; `refuse` answers PayloadEmpty. */
	readonly malformedPayload: 'accept' | 'refuse';
	readonly onAccepted: (push: AcceptedPush) => void;
}

export interface AcceptedPush {
	readonly deviceToken: string;
	readonly topic: string;
	readonly pushType?: string;
	readonly apnsId: string;
	readonly apnsUniqueId?: string;
	readonly collapseId?: string;
	readonly payload: Buffer;
	readonly atMs: number;
}

interface DevicePush extends ApiRequest {
	readonly deviceToken: string;
	readonly device?: Device;
	readonly topic?: string;
	readonly bundleId: string;
	/** Known suffix of the topic, or empty. */
	readonly suffix: string;
	readonly pushType?: string;
	readonly row?: PushTypeRow;
	readonly maxBytes: number;
	readonly options: DeviceApiOptions;
}

const pathPrefix = '/3/device/';

/** Signed expirations, fractions and words are no dates; 0 is "one attempt". */
export function isExpiration(text: string): boolean {
	return /^\d+$/.test(text) && Number(text) <= limits.maxExpirationSeconds;
}

function allowed({ credential, topic, bundleId, options }: DevicePush): boolean {
	if (credential.certificate !== undefined) return credential.certificate.topics.includes(topic ?? '');
	const { token } = credential;
	return token !== undefined && mayUseBundle(credential, options.teams.bundleIds(token.key.teamId), bundleId);
}

/** The topic has a suffix that belongs to another type, or is not the kind of topic the type needs (PyAPNs2 #87, pushy #719). */
function mismatched({ pushType, row, suffix, topic }: DevicePush): boolean {
	if (pushType === undefined || row === undefined) return false;
	if (row.topicPrefix !== undefined) return topic?.startsWith(row.topicPrefix) !== true;
	return suffix !== '' && suffix !== row.suffix;
}

const header = (name: string, bad: (value: string, push: DevicePush) => boolean) => (push: DevicePush) => {
	const value = headerOf(push.headers, name);
	return value !== undefined && bad(value, push);
};

/**
 * Credentials come before the device token, documented and seen of the sandbox without an account (uniqush-push, 2026:
 * a POST with neither token nor certificate draws MissingProviderToken whatever the path holds). The rest of the order is
 * a choice and can be changed by moving a row.
 */
export const deviceRules: ReadonlyArray<Rule<DevicePush>> = [
	{
		reason: 'BadPath',
		about: 'request',
		broken: ({ path, deviceToken }) => !path.startsWith(pathPrefix) || /[/?#]/.test(deviceToken),
	},
	{ reason: 'MethodNotAllowed', about: 'request', broken: ({ method }) => method !== 'POST' },
	{ reason: 'DuplicateHeaders', about: 'request', broken: ({ headers }) => hasDuplicates(headers) },
	...within((push: DevicePush): Credential => push.credential, credentialRules),
	{ reason: 'MissingDeviceToken', about: 'content', broken: ({ deviceToken }) => deviceToken === '' },
	{ reason: 'MissingTopic', about: 'content', broken: ({ topic }) => topic === undefined },
	{ reason: 'BadTopic', about: 'content', broken: ({ topic }) => topic === undefined || !isBundleId(topic) },
	{ reason: 'TopicDisallowed', about: 'content', broken: (push) => !allowed(push) },
	{
		reason: 'InvalidPushType',
		about: 'content',
		broken: ({ pushType, row }) => pushType !== undefined && row === undefined,
	},
	{
		reason: 'InvalidPushType',
		about: 'content',
		broken: ({ pushType, options }) => pushType === undefined && options.requirePushType,
	},
	{ reason: 'InvalidPushType', about: 'content', broken: mismatched },
	{ reason: 'BadMessageId', about: 'content', broken: header('apns-id', (value) => !isUuid(value)) },
	{ reason: 'BadExpirationDate', about: 'content', broken: header('apns-expiration', (value) => !isExpiration(value)) },
	{
		// "Always use priority 5. Using priority 10 is an error" (background); which reason follows was never captured.
		reason: 'BadPriority',
		about: 'content',
		broken: header(
			'apns-priority',
			(value, { row }) => !priorities.includes(value) || row?.refusedPriorities.includes(value) === true,
		),
	},
	{
		reason: 'BadCollapseId',
		about: 'content',
		broken: header('apns-collapse-id', (value) => Buffer.byteLength(value, 'latin1') > limits.maxCollapseIdBytes),
	},
	{ reason: 'PayloadEmpty', about: 'content', broken: ({ body }) => body.length === 0 },
	{
		reason: 'PayloadEmpty',
		about: 'content',
		broken: ({ json, options }) => options.malformedPayload === 'refuse' && (typeof json !== 'object' || json === null),
	},
	{ reason: 'PayloadTooLarge', about: 'content', broken: ({ body, maxBytes }) => body.length > maxBytes },
	{
		reason: 'BadDeviceToken',
		about: 'content',
		broken: ({ deviceToken, options }) => !isDeviceToken(deviceToken, options.minDeviceTokenDigits),
	},
	{ reason: 'BadDeviceToken', about: 'content', broken: ({ device }) => device === undefined },
	{
		reason: 'BadDeviceToken',
		about: 'content',
		broken: ({ device, environment }) => device?.environment !== undefined && device.environment !== environment,
	},
	{ reason: 'Unregistered', about: 'content', broken: ({ device }) => device?.gone?.reason === 'Unregistered' },
	{ reason: 'ExpiredToken', about: 'content', broken: ({ device }) => device?.gone?.reason === 'ExpiredToken' },
	{
		reason: 'DeviceTokenNotForTopic',
		about: 'content',
		broken: ({ device, topic }) => device?.topic !== undefined && device.topic !== topic,
	},
	{
		// A typed push to the bare bundle id: laravel-apn #88, pushok #108 (the token was made for the suffixed topic).
		reason: 'DeviceTokenNotForTopic',
		about: 'content',
		broken: ({ row, suffix }) => row !== undefined && row.suffix !== '' && suffix === '',
	},
	{
		reason: 'TooManyRequests',
		about: 'content',
		broken: ({ deviceToken, options }) => options.devices.tooMany(deviceToken),
	},
];

function read(request: ApiRequest, options: DeviceApiOptions): DevicePush {
	const deviceToken = request.path.startsWith(pathPrefix) ? request.path.slice(pathPrefix.length) : '';
	const { certificate, token } = request.credential;
	// "If the certificate lists one topic only, it is the default" (archived provider guide).
	const topic =
		headerOf(request.headers, 'apns-topic') ?? (certificate?.topics.length === 1 ? certificate.topics[0] : undefined);
	const whole = token !== undefined && topic !== undefined && options.teams.bundleIds(token.key.teamId).has(topic);
	const suffix = whole ? '' : (topicSuffixes.find((candidate) => topic?.endsWith(candidate) === true) ?? '');
	const pushType = headerOf(request.headers, 'apns-push-type');
	const row = pushType === undefined ? undefined : pushTypes[pushType];
	const impliedRow = row ?? Object.values(pushTypes).find((candidate) => candidate.suffix === suffix);
	return {
		...request,
		deviceToken,
		device: options.devices.find(deviceToken),
		topic,
		bundleId: (topic ?? '').slice(0, (topic ?? '').length - suffix.length),
		suffix,
		pushType,
		row,
		maxBytes: impliedRow?.maxBytes ?? 0,
		options,
	};
}

/** Judges a push; an accepted one is handed to `options.onAccepted`. */
export function judgeDevicePush(request: ApiRequest, options: DeviceApiOptions): Judgement {
	const push = read(request, options);
	const asked = headerOf(request.headers, 'apns-id');
	const apnsId = asked !== undefined && isUuid(asked) ? asked : serverMadeId();
	const broken = firstBroken(deviceRules, push);
	if (broken !== undefined) {
		const gone = push.device?.gone;
		return rejected(
			broken,
			{ 'apns-id': apnsId },
			options.spelling,
			gone?.reason === broken.reason ? gone.atMs : undefined,
		);
	}
	const apnsUniqueId = request.environment === 'development' ? uniqueId() : undefined;
	options.onAccepted({
		deviceToken: push.deviceToken,
		topic: push.topic ?? '',
		pushType: push.pushType,
		apnsId,
		apnsUniqueId,
		collapseId: headerOf(request.headers, 'apns-collapse-id'),
		payload: request.body,
		atMs: request.nowMs,
	});
	return accepted({
		status: 200,
		headers: { 'apns-id': apnsId, ...(apnsUniqueId === undefined ? {} : { 'apns-unique-id': apnsUniqueId }) },
	});
}
