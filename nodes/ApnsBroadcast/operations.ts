/** What each operation sends for an item, and the items its answer gives. */
import type { IDataObject } from 'n8n-workflow';
import { channelBody, readChannelDetails, readChannelList } from '../shared/apns/channels';
import { field, text } from '../shared/apns/fields';
import type { ChannelRequest } from '../shared/apns/notification';
import type { FieldProblem } from '../shared/apns/problems';
import type { ApnsClient, RequestOptions } from '../shared/client/apnsClient';
import { pullEach } from '../shared/client/sendEach';
import type { CredentialSettings } from '../shared/n8n/credential';
import { wordsFor } from '../shared/n8n/fieldWords';
import type { ItemRequest } from '../shared/n8n/run/requestJob';
import { requestJson } from '../shared/n8n/run/resultItem';
import type { Noun } from '../shared/n8n/run/words';
import { flagOf, textOf, wholeBetween } from '../shared/n8n/values';
import type { Outcome } from '../shared/outcome';
import {
	BROADCAST_PUSH_TYPE,
	type ItemContext,
	optionsOf,
	readBroadcast,
	readBundleId,
	readChannelId,
	readRequestId,
} from './settings';

export interface OperationContext extends ItemContext {
	readonly client: ApnsClient;
	readonly credential: CredentialSettings;
	readonly request: RequestOptions;
	/** What APNs accepts and devices ignore. */
	readonly onHints: (hints: readonly FieldProblem[]) => void;
}

/** What an operation does for an item. */
type ReadRequest = (context: OperationContext, itemIndex: number) => ItemRequest;

export interface Operation {
	readonly run: ReadRequest;
	readonly noun: Noun;
	/** Keys of every result of this operation beside the common ones, in their order; null where nothing is known. */
	readonly fields: IDataObject;
}

function sendBroadcast(context: OperationContext, itemIndex: number): ItemRequest {
	const { client, credential, request } = context;
	const { notification, hints } = readBroadcast(context, itemIndex, credential);
	context.onHints(hints);
	const { bundleId, channelId } = notification;
	return {
		bundleId,
		known: { channelId, bundleId },
		send: async (signal) => ({ outcome: await client.broadcast(notification, { ...request, signal }) }),
	};
}

function createChannel({ client, credential, request, read }: OperationContext, itemIndex: number): ItemRequest {
	const bundleId = readBundleId(read, itemIndex, credential);
	const storagePolicy = textOf('storagePolicy', read('storagePolicy', itemIndex, 'mostRecent')) ?? '';
	const create: ChannelRequest = {
		operation: 'create',
		bundleId,
		requestId: readRequestId(read, itemIndex),
		body: channelBody(storagePolicy),
	};
	return {
		bundleId,
		known: { bundleId, storagePolicy },
		async send(signal) {
			const outcome = await client.channel(create, { ...request, signal });
			return { outcome, learned: { channelId: outcome.channelId ?? null } };
		},
	};
}

function getChannel({ client, credential, request, read }: OperationContext, itemIndex: number): ItemRequest {
	const bundleId = readBundleId(read, itemIndex, credential);
	const channelId = readChannelId(read, itemIndex);
	const get: ChannelRequest = { operation: 'get', bundleId, channelId, requestId: readRequestId(read, itemIndex) };
	return {
		bundleId,
		known: { channelId, bundleId },
		async send(signal) {
			const outcome = await client.channel(get, { ...request, signal });
			return { outcome, learned: { ...readChannelDetails(outcome.body) } };
		},
	};
}

function deleteChannel({ client, credential, request, read }: OperationContext, itemIndex: number): ItemRequest {
	const bundleId = readBundleId(read, itemIndex, credential);
	const channelId = readChannelId(read, itemIndex);
	const remove: ChannelRequest = {
		operation: 'delete',
		bundleId,
		channelId,
		requestId: readRequestId(read, itemIndex),
	};
	return {
		bundleId,
		known: { channelId, bundleId },
		async send(signal) {
			const outcome = await client.channel(remove, { ...request, signal });
			return { outcome, learned: { deleted: outcome.outcome === 'accepted' } };
		},
	};
}

/** Settings asked for at a time: an app may have 10,000 channels. */
const SETTINGS_AT_ONCE = 100;

function getChannels({ client, credential, request, read }: OperationContext, itemIndex: number): ItemRequest {
	const bundleId = readBundleId(read, itemIndex, credential);
	const { environment } = credential;
	const limit = flagOf(read('returnAll', itemIndex, false))
		? Infinity
		: (wholeBetween('limit', read('limit', itemIndex, 50), 1, Number.MAX_SAFE_INTEGER) ?? 50);
	const includeSettings = flagOf(optionsOf(read, itemIndex).includeSettings);
	const getAll: ChannelRequest = { operation: 'getAll', bundleId, requestId: readRequestId(read, itemIndex) };
	const common = { ...getAllFields, bundleId, environment };
	return {
		bundleId,
		known: { bundleId },
		async send(signal) {
			const options = { ...request, signal };
			const outcome = await client.channel(getAll, options);
			if (outcome.outcome !== 'accepted') return { outcome };
			const channels = readChannelList(outcome.body)?.slice(0, limit);
			if (channels === undefined) return { outcome: noList(outcome) };
			const rows: IDataObject[] = channels.map((channelId) => requestJson(outcome, { ...common, channelId }));
			if (!includeSettings) return { outcome, rows };
			await pullEach(channels.entries(), SETTINGS_AT_ONCE, signal, ([index, channelId], _index, done) => {
				void client
					.channel({ operation: 'get', bundleId, channelId }, options)
					.then((details) => {
						rows[index] = requestJson(details, { ...common, channelId, ...readChannelDetails(details.body) });
					})
					.finally(done);
			});
			return { outcome, rows };
		},
	};
}

/** An answer of another server than APNs: its status says success, its body is no list. */
function noList(outcome: Outcome): Outcome {
	return {
		...outcome,
		outcome: 'rejected',
		failure: {
			code: 'noList',
			message: 'The answer to the request for all channels is not a list of channels.',
			advice: wordsFor(text`Check ${field('managementHost')} and ${field('managementPort')} in the credential.`),
			commonToRun: false,
		},
	};
}

const channelFields: IDataObject = { channelId: null, bundleId: null };
const getAllFields: IDataObject = { ...channelFields, storagePolicy: null, pushType: null, environment: null };
const requestNoun: Noun = { target: 'channel', one: 'request', many: 'requests' };

/** What is known of an operation that does not exist. */
export const anyOperation: Pick<Operation, 'noun' | 'fields'> = { noun: requestNoun, fields: channelFields };

/** Operations by resource and name. */
export const operations: Readonly<Record<string, Readonly<Record<string, Operation>>>> = {
	broadcast: {
		send: {
			run: sendBroadcast,
			noun: { target: 'channel', one: 'broadcast', many: 'broadcasts' },
			fields: { ...channelFields, pushType: BROADCAST_PUSH_TYPE, environment: null },
		},
	},
	channel: {
		create: {
			run: createChannel,
			noun: requestNoun,
			fields: { ...channelFields, storagePolicy: null, environment: null },
		},
		delete: { run: deleteChannel, noun: requestNoun, fields: { deleted: false, ...channelFields, environment: null } },
		get: { run: getChannel, noun: requestNoun, fields: getAllFields },
		getAll: { run: getChannels, noun: requestNoun, fields: getAllFields },
	},
};
