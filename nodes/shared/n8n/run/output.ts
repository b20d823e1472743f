/** Makes n8n's items of a run's entries, in the way its error setting wants them. */
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { Entry } from './report';
import { errorSettingOf } from './returns';
import type { Slices } from './slices';
import { withReason } from './words';

/** Entries handled before the clock is read again. */
const PIECE = 1_000;

/**
 * The item of a failure where n8n sorts failures into their own output: exactly these three keys. With others the item
 * stays in the success output; with `item.error` it would lose its details.
 */
function errorItem({ json, pairedItem }: INodeExecutionData): INodeExecutionData {
	const reason = typeof json.reason === 'string' ? json.reason : undefined;
	const error = typeof json.message === 'string' && json.message !== '' ? json.message : 'The request failed.';
	return { json: { error: withReason(error, reason), message: json.advice ?? '', details: json }, pairedItem };
}

/** The items of output 0. */
export async function itemsOf(
	entries: readonly Entry[],
	sorted: boolean,
	slices: Slices,
): Promise<INodeExecutionData[]> {
	const items: INodeExecutionData[] = [];
	const failures: INodeExecutionData[] = [];
	for (const [index, entry] of entries.entries()) {
		if (sorted && !entry.settled) failures.push(errorItem(entry.item));
		else items.push(entry.item);
		if (index % PIECE === 0 && slices.isOver) await slices.next();
	}
	// Accepted and unknown first: a first item with `error` makes Retry On Fail run the node again.
	for (const failure of failures) items.push(failure);
	return items;
}

/**
 * What ended the run before its first request, as one result for each input item: under "Continue" a thrown error would
 * send the input items out as if they were results.
 */
export function failedItems(context: IExecuteFunctions, json: IDataObject): INodeExecutionData[] {
	const inputs = runsAsTool(context) ? context.getInputData().slice(0, 1) : context.getInputData();
	const sorted = errorSettingOf(context) === 'errorOutput';
	return inputs.map((_input, index) => {
		const item: INodeExecutionData = { json: { ...json }, pairedItem: { item: index } };
		return sorted ? errorItem(item) : item;
	});
}

/** Whether the node runs as the tool of a model, which reads one item and its `message`. */
export function runsAsTool(context: Pick<IExecuteFunctions, 'getNode'>): boolean {
	return context.getNode().type.endsWith('Tool');
}
