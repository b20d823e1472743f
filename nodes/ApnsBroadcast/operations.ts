/** What each operation sends for an item, and the items its answer gives. */
import type { IDataObject } from 'n8n-workflow';
import { channelBody, readChannelDetails, readChannelList } from '../shared/apns/channels';
import type { ChannelRequest } from '../shared/apns/notification';
import type { FieldProblem } from '../shared/apns/problems';
import type { ApnsClient, RequestOptions } from '../shared/client/apnsClient';
import type { CredentialSettings } from '../shared/n8n/credential';
import type { ItemAnswer, ItemRequest } from '../shared/n8n/run/requestRun';
import { explain } from '../shared/n8n/run/resultItem';
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

type Operation = (context: OperationContext, itemIndex: number) => ItemRequest;

/** What every item says of its request; never a key `error`. */
function outcomeJson(outcome: Outcome, known: IDataObject): IDataObject {
	const words = explain(outcome);
	return {
		success: outcome.outcome === 'accepted',
		outcome: outcome.outcome,
		status: outcome.status ?? null,
		reason: outcome.reason ?? null,
		requestId: outcome.requestId ?? null,
		...known,
		attempts: outcome.attempts,
		...(words ?? {}),
		...(outcome.repeats.length > 0 ? { repeats: outcome.repeats.map(({ why, waitedMs }) => ({ why, waitedMs })) } : {}),
	};
}

/** The json of an item that could not be sent because of its fields. */
export function invalidJson(problem: FieldProblem, environment: string): IDataObject {
	const outcome: Outcome = { outcome: 'not sent', attempts: 0, repeats: [] };
	return {
		...outcomeJson(outcome, { channelId: null, bundleId: null, environment }),
		message: problem.message,
		advice: problem.remedy,
	};
}

const single = (outcome: Outcome, known: IDataObject): ItemAnswer => ({ outcome, rows: [outcomeJson(outcome, known)] });

function sendBroadcast(context: OperationContext, itemIndex: number): ItemRequest {
	const { client, credential, request } = context;
	const { notification, hints } = readBroadcast(context, itemIndex, credential);
	context.onHints(hints);
	const { bundleId, channelId } = notification;
	return {
		bundleId,
		async send() {
			const outcome = await client.broadcast(notification, request);
			return single(outcome, {
				apnsUniqueId: outcome.apnsUniqueId ?? null,
				channelId,
				bundleId,
				pushType: BROADCAST_PUSH_TYPE,
				environment: credential.environment,
			});
		},
	};
}

function createChannel({ client, credential, request, read }: OperationContext, itemIndex: number): ItemRequest {
	const bundleId = readBundleId(read, itemIndex, credential);
	const storagePolicy = textOf(read('storagePolicy', itemIndex, 'mostRecent')) ?? '';
	const create: ChannelRequest = {
		operation: 'create',
		bundleId,
		requestId: readRequestId(read, itemIndex),
		body: channelBody(storagePolicy),
	};
	return {
		bundleId,
		async send() {
			const outcome = await client.channel(create, request);
			return single(outcome, {
				channelId: outcome.channelId ?? null,
				storagePolicy,
				bundleId,
				environment: credential.environment,
			});
		},
	};
}

function getChannel({ client, credential, request, read }: OperationContext, itemIndex: number): ItemRequest {
	const bundleId = readBundleId(read, itemIndex, credential);
	const channelId = readChannelId(read, itemIndex);
	const get: ChannelRequest = { operation: 'get', bundleId, channelId, requestId: readRequestId(read, itemIndex) };
	return {
		bundleId,
		async send() {
			const outcome = await client.channel(get, request);
			return single(outcome, {
				channelId,
				...readChannelDetails(outcome.body),
				bundleId,
				environment: credential.environment,
			});
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
		async send() {
			const outcome = await client.channel(remove, request);
			return single(outcome, {
				deleted: outcome.outcome === 'accepted',
				channelId,
				bundleId,
				environment: credential.environment,
			});
		},
	};
}

function getChannels({ client, credential, request, read }: OperationContext, itemIndex: number): ItemRequest {
	const bundleId = readBundleId(read, itemIndex, credential);
	const { environment } = credential;
	const limit = flagOf(read('returnAll', itemIndex, false))
		? Infinity
		: (wholeBetween('Limit', read('limit', itemIndex, 50), 1, Number.MAX_SAFE_INTEGER) ?? 50);
	const includeSettings = flagOf(optionsOf(read, itemIndex).includeSettings);
	const getAll: ChannelRequest = { operation: 'getAll', bundleId, requestId: readRequestId(read, itemIndex) };
	/** The lane keeps to the server's stream limit, so all may ask at once. */
	const settingsOf = async (channelId: string): Promise<IDataObject> => {
		const outcome = await client.channel({ operation: 'get', bundleId, channelId }, request);
		return outcomeJson(outcome, { channelId, ...readChannelDetails(outcome.body), bundleId, environment });
	};
	return {
		bundleId,
		async send() {
			const outcome = await client.channel(getAll, request);
			const channels = readChannelList(outcome.body)?.slice(0, limit);
			if (outcome.outcome !== 'accepted') return single(outcome, { channelId: null, bundleId, environment });
			if (channels === undefined) {
				const json = outcomeJson(outcome, { channelId: null, bundleId, environment });
				return {
					outcome,
					rows: [
						{
							...json,
							success: false,
							message: 'APNs answered the list of channels with something else than a list.',
							advice: 'Check management host and port in the credential.',
						},
					],
				};
			}
			const rows = includeSettings
				? await Promise.all(channels.map(settingsOf))
				: channels.map((channelId) => outcomeJson(outcome, { channelId, bundleId, environment }));
			return { outcome, rows };
		},
	};
}

/** Operations by resource and name. */
export const operations: Readonly<
	Record<string, Readonly<Record<string, { readonly run: Operation; readonly noun: string }>>>
> = {
	broadcast: { send: { run: sendBroadcast, noun: 'broadcasts' } },
	channel: {
		create: { run: createChannel, noun: 'requests' },
		delete: { run: deleteChannel, noun: 'requests' },
		get: { run: getChannel, noun: 'requests' },
		getAll: { run: getChannels, noun: 'requests' },
	},
};
