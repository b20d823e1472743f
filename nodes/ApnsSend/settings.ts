/** Reads every parameter of the node, once per item, into typed values. */
import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { type Recipients, parseRecipients } from '../shared/apns/deviceToken';
import type { Notification } from '../shared/apns/notification';
import { alertPayload, backgroundPayload, encodePayload, type JsonObject, parseJsonObject } from '../shared/apns/payload';
import { FieldProblem } from '../shared/apns/problems';
import { pushTypeRow, topicFor } from '../shared/apns/pushTypes';
import { toUnixSeconds } from '../shared/apns/times';
import { checkNotification, checkUuid } from '../shared/apns/validate';
import type { RequestOptions } from '../shared/client';

/** What one item asks for: a notification without its device, and the devices. */
export interface ItemSettings {
	readonly recipients: Recipients;
	readonly draft: Omit<Notification, 'deviceToken'>;
}

/** What the whole run shares; read from the first item. */
export interface RunSettings {
	readonly environment: string | undefined;
	readonly maxConnections: number;
	readonly maxInFlight: number;
	readonly failOnRejectedDevice: boolean;
	readonly request: RequestOptions;
}

const text = (value: unknown): string | undefined => {
	if (value === undefined || value === null) return undefined;
	const string = String(value).trim();
	return string === '' ? undefined : string;
};

const whole = (field: string, value: unknown): number | undefined => {
	if (text(value) === undefined) return undefined;
	const number = Number(value);
	if (Number.isInteger(number)) return number;
	throw new FieldProblem(field, `"${String(value).slice(0, 40)}" is not a whole number`, 'Give a whole number.');
};

function options(context: IExecuteFunctions, index: number): IDataObject {
	const value: unknown = context.getNodeParameter('options', index, {});
	return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

/** Reads what the run shares. Throws `FieldProblem`. */
export function readRunSettings(context: IExecuteFunctions): RunSettings {
	const set = options(context, 0);
	return {
		environment: text(set.environment),
		maxConnections: whole('Max Connections', set.maxConnections) ?? 4,
		maxInFlight: whole('Max Pushes in Flight', set.maxInFlight) ?? 1_000,
		failOnRejectedDevice: set.onRejectedDevice === 'fail',
		request: {
			timeoutMs: (whole('Timeout', set.timeout) ?? 30) * 1_000,
			onUnknown: set.onUnknown === 'sendAgain' ? 'sendAgain' : 'report',
		},
	};
}

function payloadOf(context: IExecuteFunctions, index: number, pushType: string, set: IDataObject): JsonObject {
	if (context.getNodeParameter('payloadType', index, 'fields') === 'json') {
		return parseJsonObject('JSON', context.getNodeParameter('payloadJson', index, '{}'));
	}
	const custom = parseJsonObject('Custom Data', set.customData ?? {});
	if (pushType === 'background') return backgroundPayload(custom);
	return alertPayload(
		{
			title: text(context.getNodeParameter('title', index, '')),
			subtitle: text(set.subtitle),
			body: text(context.getNodeParameter('body', index, '')),
			badge: whole('Badge', set.badge),
			sound: text(set.sound),
			threadId: text(set.threadId),
		},
		custom,
	);
}

/** Reads and checks one item. Throws `FieldProblem` naming the field. */
export function readItemSettings(context: IExecuteFunctions, index: number, credentialBundleId: string | undefined, tokenMode: boolean): ItemSettings {
	const set = options(context, index);
	const pushType = text(context.getNodeParameter('pushType', index, 'alert')) ?? 'alert';
	const row = pushTypeRow(pushType);
	const bundleId = text(context.getNodeParameter('topic', index, '')) ?? credentialBundleId;
	if (bundleId === undefined && tokenMode) {
		throw new FieldProblem('Topic', 'is empty, and the credential has no Bundle ID', "Fill in the app's bundle id here or in the credential.");
	}
	const priority = whole('Priority', set.priority);
	const apnsId = text(set.apnsId);
	const draft: Omit<Notification, 'deviceToken'> = {
		topic: bundleId === undefined ? undefined : topicFor(bundleId, row),
		pushType,
		priority: priority === undefined || priority === 0 ? row?.defaultPriority : priority,
		expirationSeconds: text(set.expiration) === undefined ? undefined : toUnixSeconds('Expiration', set.expiration),
		collapseId: text(set.collapseId),
		apnsId: apnsId === undefined ? undefined : checkUuid('APNs ID', apnsId),
		payload: encodePayload(payloadOf(context, index, pushType, set)),
	};
	checkNotification({ ...draft, deviceToken: '' });
	const recipients = parseRecipients(context.getNodeParameter('recipients', index, ''));
	if (recipients.tokens.length === 0 && recipients.problems.length === 0) {
		throw new FieldProblem('Device Tokens', 'is empty', 'Give at least one device token.');
	}
	return { recipients, draft };
}
