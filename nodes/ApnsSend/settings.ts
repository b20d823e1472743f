/** Reads the parameters of the node into typed values: what the run shares, and what each item asks for. */
import type { INodeProperties } from 'n8n-workflow';
import {
	certificatePushTypeProblem,
	certificateTopic,
	certificateTopicProblem,
} from '../shared/apns/certificateChecks';
import { field, text } from '../shared/apns/fields';
import { hintsFor } from '../shared/apns/hints';
import type { CertificateFacts } from '../shared/apns/identity';
import type { Notification } from '../shared/apns/notification';
import { encodePayload } from '../shared/apns/payload';
import { FieldProblem } from '../shared/apns/problems';
import { type PushTypeRow, pushTypeRow, topicFor } from '../shared/apns/pushTypes';
import { checkNotification, checkUuid } from '../shared/apns/validate';
import type { RequestOptions } from '../shared/client/apnsClient';
import { callerLimits } from '../shared/client/defaults';
import type { PushDraft, PushReader } from '../shared/n8n/run/deviceJob';
import type { CredentialSettings } from '../shared/n8n/credential';
import { holdsExpression } from '../shared/n8n/parameters/fixedParameters';
import type { ParameterReader } from '../shared/n8n/parameters/parameters';
import { readRequestOptions } from '../shared/n8n/requestOptions';
import { flagOf, membersOf, secondsOf, textOf, wholeBetween, wholeOf } from '../shared/n8n/values';
import { readPayload } from './payload';

/** What the whole run shares; read from the first item. */
export interface RunSettings {
	readonly maxConnections: number;
	readonly maxInFlight: number;
	readonly failOnRejectedDevice: boolean;
	readonly summarize: boolean;
	readonly skipDuplicates: boolean;
	readonly request: RequestOptions;
}

/** Everything besides its index that reading an item needs. */
export interface ItemContext {
	readonly read: ParameterReader;
	readonly timeZone: string | undefined;
	readonly nowMs: number;
}

/**
 * Reads what the run shares, each option on its own: an expression of another one that fails for the first item is that
 * item's result. Throws `FieldProblem` and n8n's errors.
 */
export function readRunSettings(read: ParameterReader): RunSettings {
	const option = (name: string): unknown => read(`options.${name}`, 0, '');
	const limit = (name: keyof typeof callerLimits): number => {
		const { initial, most } = callerLimits[name];
		return wholeBetween(name, option(name), 1, most) ?? initial;
	};
	return {
		maxConnections: limit('maxConnections'),
		maxInFlight: limit('maxInFlight'),
		failOnRejectedDevice: option('onRejectedDevice') === 'fail',
		summarize: option('output') === 'summary',
		skipDuplicates: flagOf(option('skipDuplicates')),
		request: readRequestOptions(option),
	};
}

/** The topic of a push: the item's, the credential's, or what the certificate carries; throws `FieldProblem`. */
function topicOf(
	given: string | undefined,
	row: PushTypeRow | undefined,
	{ identity, bundleId }: CredentialSettings,
): string | undefined {
	const name = given ?? bundleId;
	if (identity.type === 'certificate') {
		const topic = name === undefined ? certificateTopic(identity.facts, row) : topicFor(name, row);
		const problem = certificatePushTypeProblem(row) ?? certificateTopicProblem(identity.facts, topic);
		if (problem !== undefined) throw problem;
		return topic;
	}
	if (name === undefined)
		throw new FieldProblem(
			'topic',
			'missing',
			text`is empty, and ${field('bundleId')} in the credential is empty too`,
			text`Fill in ${field('topic')} here, or ${field('bundleId')} in the credential.`,
		);
	return topicFor(name, row);
}

/** The facts of a provider certificate, for hints. */
function certificateOf({ identity }: CredentialSettings): { certificate?: CertificateFacts } {
	return identity.type === 'certificate' ? { certificate: identity.facts } : {};
}

/** Reads and checks what one item sends, whoever gets it. Throws `FieldProblem` naming the field. */
function readDraft(context: ItemContext, itemIndex: number, credential: CredentialSettings): PushDraft {
	const { read, timeZone, nowMs } = context;
	const options = membersOf(read('options', itemIndex, {}));
	const pushType = textOf('pushType', read('pushType', itemIndex, 'alert')) ?? 'alert';
	const row = pushTypeRow(pushType);
	const topic = topicOf(textOf('topic', read('topic', itemIndex, '')), row, credential);
	const priority = wholeOf('priority', options.priority);
	const apnsId = textOf('apnsId', options.apnsId);
	const expirationSeconds = secondsOf('expiration', options.expiration, timeZone);
	const payload = readPayload({ read, timeZone, nowMs }, itemIndex, pushType, row);
	const notification: Omit<Notification, 'deviceToken'> = {
		topic,
		pushType,
		priority: priority === undefined || priority === 0 ? row?.defaultPriority : priority,
		expirationSeconds,
		collapseId: textOf('collapseId', options.collapseId),
		apnsId: apnsId === undefined ? undefined : checkUuid('apnsId', apnsId),
		payload: encodePayload(payload),
	};
	checkNotification({ ...notification, deviceToken: '' });
	const hints = hintsFor({
		topic,
		pushType,
		expirationSeconds,
		payload,
		trust: credential.identity.type,
		...certificateOf(credential),
		nowMs,
	});
	return { notification, hints, base64Tokens: row?.base64Tokens === true };
}

/** Whether all that an item sends is the same for every item, so that only its device tokens differ. */
function isDraftFixed(parameters: Readonly<Record<string, unknown>>, properties: readonly INodeProperties[]): boolean {
	return properties.every(({ name }) => name === 'recipients' || !holdsExpression(parameters[name]));
}

/**
 * Reads the items of one environment, each just before it is sent. What is the same for all is read, checked and encoded
 * once, so that one payload serves a hundred thousand devices.
 */
export function createPushReader(
	context: ItemContext,
	properties: readonly INodeProperties[],
	parameters: Readonly<Record<string, unknown>>,
	credential: CredentialSettings,
): PushReader {
	const fixed = isDraftFixed(parameters, properties);
	let shared: PushDraft | undefined;
	return {
		draft(itemIndex) {
			const draft = shared ?? readDraft(context, itemIndex, credential);
			if (fixed) shared = draft;
			return draft;
		},
		recipients: (itemIndex) => readRecipientsField(context.read, itemIndex),
	};
}

/** The value of Device Tokens; a list of the item is read element by element. */
export function readRecipientsField(read: ParameterReader, itemIndex: number): unknown {
	return read('recipients', itemIndex, '', { asList: true });
}
