/** The live list behind the field Channel: the channels of the app with their storage, narrowed by what is typed. */
import {
	type ILoadOptionsFunctions,
	type INodeListSearchItems,
	type INodeListSearchResult,
	NodeOperationError,
} from 'n8n-workflow';
import { readChannelDetails, readChannelList, storagePolicyRows } from '../shared/apns/channels';
import { field, type FieldId, text } from '../shared/apns/fields';
import { FieldProblem } from '../shared/apns/problems';
import { checkBundleId } from '../shared/apns/validate';
import type { ApnsClient } from '../shared/client/apnsClient';
import { pullEach } from '../shared/client/sendEach';
import { clientFor } from '../shared/n8n/client';
import { readCredential } from '../shared/n8n/credential';
import { type Words, wordsFor, wordsOf } from '../shared/n8n/fieldWords';
import { lasting } from '../shared/n8n/run/failures';
import { explain } from '../shared/n8n/run/resultItem';
import { textOf } from '../shared/n8n/values';

/** The editor waits for it. */
const TIMEOUT_MS = 10_000;
/** The settings of a channel are shown if they come in time: the list is useful without them. */
const DETAILS_TIMEOUT_MS = 5_000;
/** Entries of one page; an app may have 10,000 channels. */
const PAGE_SIZE = 50;
/** Channels asked for their settings at a time. */
const DETAILS_AT_ONCE = 10;

/** A parameter as the editor has it; an expression has no value there yet. */
function fixedText(context: ILoadOptionsFunctions, name: string, id: FieldId): string | undefined {
	const value = textOf(id, context.getCurrentNodeParameter(name));
	if (value?.startsWith('=') !== true) return value;
	throw new FieldProblem(
		id,
		'notAllowed',
		'is an expression, which has no value before the workflow runs',
		text`Choose the channel by ID, or enter a fixed value in ${field(id)} to load the list.`,
	);
}

interface App {
	readonly client: ApnsClient;
	readonly bundleId: string;
}

async function appOf(context: ILoadOptionsFunctions): Promise<App> {
	const credential = readCredential(
		await context.getCredentials('apnsApi'),
		fixedText(context, 'options.environment', 'environment'),
	);
	const bundleId = fixedText(context, 'bundleId', 'bundleId') ?? credential.bundleId;
	if (bundleId === undefined)
		throw new FieldProblem(
			'bundleId',
			'missing',
			'is empty, and the credential has none either',
			text`Fill in ${field('bundleId')} in the node or in the credential.`,
		);
	checkBundleId('bundleId', bundleId);
	return { client: clientFor(context.getNode(), credential), bundleId };
}

/** Why the list cannot be shown. */
class ListUnavailable extends Error {
	constructor(readonly words: Words) {
		super(words.message);
		this.name = 'ListUnavailable';
	}
}

async function channelsOf({ client, bundleId }: App): Promise<readonly string[]> {
	const outcome = await client.channel(
		{ operation: 'getAll', bundleId },
		{ timeoutMs: TIMEOUT_MS, queueTimeoutMs: TIMEOUT_MS, retries: 0 },
	);
	const words = explain(outcome, 'channel');
	if (words !== undefined) throw new ListUnavailable(words);
	const channels = readChannelList(outcome.body);
	if (channels !== undefined) return channels;
	throw new ListUnavailable({
		message: 'The answer to the request for all channels is not a list of channels.',
		advice: wordsFor(text`Check ${field('managementHost')} and ${field('managementPort')} in the credential.`),
	});
}

/** The channels with what tells them apart: how much APNs keeps of them. */
async function entriesOf({ client, bundleId }: App, channels: readonly string[]): Promise<INodeListSearchItems[]> {
	const entries = channels.map((channelId): INodeListSearchItems => ({ name: channelId, value: channelId }));
	const describe = async (entry: INodeListSearchItems): Promise<void> => {
		const outcome = await client.channel(
			{ operation: 'get', bundleId, channelId: String(entry.value) },
			{ timeoutMs: DETAILS_TIMEOUT_MS, queueTimeoutMs: DETAILS_TIMEOUT_MS, retries: 0 },
		);
		const { storagePolicy } = readChannelDetails(outcome.body);
		if (outcome.outcome !== 'accepted' || storagePolicy === null) return;
		const known = storagePolicyRows.find(({ value }) => value === storagePolicy);
		entry.name = `${entry.name} (${known?.displayName ?? storagePolicy})`;
	};
	await pullEach(
		entries,
		DETAILS_AT_ONCE,
		undefined,
		(entry, _index, done) => void describe(entry).finally(() => done()),
	);
	return entries;
}

/** Channels whose ID contains `filter`, a page at a time. Throws `NodeOperationError` with what to do. */
export async function searchChannels(
	this: ILoadOptionsFunctions,
	filter?: string,
	paginationToken?: string,
): Promise<INodeListSearchResult> {
	try {
		const app = await appOf(this);
		const wanted = (filter ?? '').trim().toLowerCase();
		const all = (await channelsOf(app)).filter((id) => id.toLowerCase().includes(wanted));
		const from = Number(paginationToken ?? 0) || 0;
		const results = await entriesOf(app, all.slice(from, from + PAGE_SIZE));
		return from + PAGE_SIZE < all.length ? { results, paginationToken: String(from + PAGE_SIZE) } : { results };
	} catch (error) {
		const words =
			error instanceof FieldProblem
				? wordsOf(error)
				: error instanceof ListUnavailable
					? error.words
					: { message: error instanceof Error ? error.message : String(error), advice: '' };
		// The editor shows the message of a list alone.
		throw new NodeOperationError(this.getNode(), lasting(`${words.message} ${words.advice}`.trim()), {
			description: words.advice,
		});
	}
}
