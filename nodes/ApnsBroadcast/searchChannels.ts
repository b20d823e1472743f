/** The live list behind the field Channel: the channels of the app, narrowed by what is typed. */
import { type ILoadOptionsFunctions, type INodeListSearchResult, NodeOperationError } from 'n8n-workflow';
import { readChannelList } from '../shared/apns/channels';
import { FieldProblem } from '../shared/apns/problems';
import { checkBundleId } from '../shared/apns/validate';
import { clientFor } from '../shared/n8n/client';
import { readCredential } from '../shared/n8n/credential';
import { outcomeError } from '../shared/n8n/run/failures';
import { textOf } from '../shared/n8n/values';

/** The editor waits for it. */
const TIMEOUT_MS = 10_000;
/** Entries of one page; an app may have 10,000 channels. */
const PAGE_SIZE = 100;

/** A parameter as it stands in the editor; an expression has no value there yet. */
function fixedText(context: ILoadOptionsFunctions, name: string, field: string): string | undefined {
	const text = textOf(context.getCurrentNodeParameter(name));
	if (text?.startsWith('=') !== true) return text;
	throw new FieldProblem(
		field,
		'is an expression, which has no value before the workflow runs',
		`Choose the channel By ID, or write ${field} out to pick from the list.`,
	);
}

async function channelsOf(context: ILoadOptionsFunctions): Promise<readonly string[]> {
	const credential = readCredential(
		await context.getCredentials('apnsApi'),
		fixedText(context, 'options.environment', 'Environment'),
	);
	const bundleId = fixedText(context, 'bundleId', 'Bundle ID') ?? credential.bundleId;
	if (bundleId === undefined)
		throw new FieldProblem(
			'Bundle ID',
			'is empty, and the credential has none',
			"Fill in the app's bundle id above or in the credential.",
		);
	checkBundleId('Bundle ID', bundleId);
	const outcome = await clientFor(context.getNode(), credential).channel(
		{ operation: 'getAll', bundleId },
		{ timeoutMs: TIMEOUT_MS, queueTimeoutMs: TIMEOUT_MS, retries: 0 },
	);
	if (outcome.outcome !== 'accepted') throw outcomeError(context.getNode(), outcome, 0);
	return readChannelList(outcome.body) ?? [];
}

/** Channels whose id holds `filter`, a page at a time. Throws `NodeOperationError` with what to do. */
export async function searchChannels(
	this: ILoadOptionsFunctions,
	filter?: string,
	paginationToken?: string,
): Promise<INodeListSearchResult> {
	try {
		const wanted = (filter ?? '').trim().toLowerCase();
		const all = (await channelsOf(this)).filter((id) => id.toLowerCase().includes(wanted));
		const from = Number(paginationToken ?? 0) || 0;
		const results = all.slice(from, from + PAGE_SIZE).map((id) => ({ name: id, value: id }));
		return from + PAGE_SIZE < all.length ? { results, paginationToken: String(from + PAGE_SIZE) } : { results };
	} catch (error) {
		if (!(error instanceof FieldProblem))
			throw error instanceof Error
				? new NodeOperationError(this.getNode(), error)
				: new NodeOperationError(this.getNode(), String(error));
		throw new NodeOperationError(this.getNode(), `${error.message}. ${error.remedy}`);
	}
}
