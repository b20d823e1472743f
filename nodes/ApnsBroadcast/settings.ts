/** Reads the parameters of the node into typed values, each checked before anything is sent. */
import type { IDataObject } from 'n8n-workflow';
import { certificateTopicProblem } from '../shared/apns/certificateChecks';
import { checkBroadcastPayload } from '../shared/apns/channels';
import { field, text } from '../shared/apns/fields';
import { hintsFor } from '../shared/apns/hints';
import type { BroadcastNotification } from '../shared/apns/notification';
import { encodePayload, type JsonObject, parseJsonObject } from '../shared/apns/payload';
import { FieldProblem } from '../shared/apns/problems';
import { BROADCAST_MAX_PAYLOAD_BYTES } from '../shared/apns/pushTypes';
import {
	checkBundleId,
	checkChannelId,
	checkExpiration,
	checkPayloadSize,
	checkPriority,
	checkUuid,
} from '../shared/apns/validate';
import type { CredentialSettings } from '../shared/n8n/credential';
import { addedFields, readLiveActivity } from '../shared/n8n/liveActivityFields';
import type { ParameterReader } from '../shared/n8n/parameters/parameters';
import { membersOf, secondsOf, textOf, wholeOf } from '../shared/n8n/values';

/** The push type channels carry (Apple, "Sending broadcast push notification requests to APNs"): the header's spelling. */
export const BROADCAST_PUSH_TYPE = 'liveactivity';

/** Everything besides its index that reading an item needs. */
export interface ItemContext {
	readonly read: ParameterReader;
	readonly timeZone: string | undefined;
	readonly nowMs: number;
}

/** The members of Options of an item. */
export function optionsOf(read: ParameterReader, itemIndex: number): IDataObject {
	return membersOf(read('options', itemIndex, {}));
}

/** The bare bundle id of an item, or of the credential. Throws `FieldProblem`. */
export function readBundleId(
	read: ParameterReader,
	itemIndex: number,
	{ bundleId, identity }: CredentialSettings,
): string {
	const given = textOf('bundleId', read('bundleId', itemIndex, '')) ?? bundleId;
	if (given === undefined)
		throw new FieldProblem(
			'bundleId',
			'missing',
			'is empty, and the credential has none either',
			text`Fill in ${field('bundleId')} in the node or in the credential.`,
		);
	checkBundleId('bundleId', given);
	const problem = identity.type === 'certificate' ? certificateTopicProblem(identity.facts, given) : undefined;
	if (problem !== undefined) throw new FieldProblem('bundleId', problem.code, problem.problem, problem.remedy);
	return given;
}

/** The channel chosen or pasted. Throws `FieldProblem`. */
export function readChannelId(read: ParameterReader, itemIndex: number): string {
	const chosen = read('channelId', itemIndex, '');
	// A resource locator whose modes take the value as it is: asking n8n to extract it would cost an engine call per item.
	const channelId =
		textOf('channelId', typeof chosen === 'object' && chosen !== null ? membersOf(chosen).value : chosen) ?? '';
	checkChannelId('channelId', channelId);
	return channelId;
}

/** The request id of an item; undefined lets APNs make one. Throws `FieldProblem`. */
export function readRequestId(read: ParameterReader, itemIndex: number): string | undefined {
	const requestId = textOf('requestId', optionsOf(read, itemIndex).requestId);
	return requestId === undefined ? undefined : checkUuid('requestId', requestId);
}

function readPayload({ read, timeZone, nowMs }: ItemContext, itemIndex: number): JsonObject {
	if (read('payloadType', itemIndex, 'fields') !== 'json')
		return readLiveActivity(read, itemIndex, {
			broadcast: true,
			fields: addedFields(read, itemIndex),
			timeZone,
			nowMs,
		});
	const payload = parseJsonObject('payloadJson', read('payloadJson', itemIndex, '{}'));
	checkBroadcastPayload(payload);
	return payload;
}

/** Reads and checks the broadcast of one item. Throws `FieldProblem` naming the field. */
export function readBroadcast(
	context: ItemContext,
	itemIndex: number,
	credential: CredentialSettings,
): { readonly notification: BroadcastNotification; readonly hints: readonly FieldProblem[] } {
	const { read, timeZone, nowMs } = context;
	const payload = readPayload(context, itemIndex);
	const notification: BroadcastNotification = {
		bundleId: readBundleId(read, itemIndex, credential),
		channelId: readChannelId(read, itemIndex),
		pushType: BROADCAST_PUSH_TYPE,
		priority: wholeOf('priority', read('priority', itemIndex, 10)) ?? 10,
		expirationSeconds: checkExpiration(
			'expiration',
			secondsOf('expiration', read('expiration', itemIndex, '0'), timeZone) ?? 0,
		),
		requestId: readRequestId(read, itemIndex),
		payload: encodePayload(payload),
	};
	checkPriority(notification.priority, BROADCAST_PUSH_TYPE);
	checkPayloadSize(notification.payload, BROADCAST_MAX_PAYLOAD_BYTES);
	// Channels also work with certificates (Apple's own samples), so the hint about signing keys does not fit.
	const hints = hintsFor({
		pushType: BROADCAST_PUSH_TYPE,
		expirationSeconds: notification.expirationSeconds,
		payload,
		trust: 'token',
		nowMs,
	});
	return { notification, hints };
}
