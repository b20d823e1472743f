/** What a node returns or throws for the outcomes of a run, as each of n8n's error settings wants it. */
import type { IExecuteFunctions, INode, INodeExecutionData, NodeApiError, NodeOperationError } from 'n8n-workflow';
import type { Outcome } from '../../outcome';
import type { HintCounts } from './deviceRun';
import { outcomeError } from './failures';
import type { Entry, Report } from './report';
import { resultJson } from './resultItem';

/** Hints a run shows at most: more would bury the output. */
const MAX_HINTS_SHOWN = 5;

/** Tells the user below the output how many devices were refused, so that a green node hides nothing. */
function addHints(context: IExecuteFunctions, report: Report, hints: HintCounts): void {
	const { total, refused, refusedDevices, invalid, unknown, duplicates, noun } = report;
	const warnings: string[] = [];
	if (refusedDevices > 0)
		warnings.push(
			`APNs refused ${refusedDevices} of ${total} device tokens: see "reason" and "advice" of the items with "success": false.`,
		);
	if (refused > refusedDevices)
		warnings.push(
			`APNs refused ${refused - refusedDevices} of ${total} ${noun} for other reasons: see "reason" and "advice".`,
		);
	if (invalid > 0)
		warnings.push(
			`${invalid} of ${total} ${noun} could not be sent because of their own fields: see "message" and "advice".`,
		);
	if (unknown > 0)
		warnings.push(`No answer came for ${unknown} of ${total} ${noun}: they may or may not have arrived.`);
	for (const { hint, count } of [...hints.values()].slice(0, MAX_HINTS_SHOWN)) {
		warnings.push(`${hint.message}. ${hint.remedy}${count > 1 ? ` (${count} items)` : ''}`);
	}
	const all = warnings.map((message) => ({ message, type: 'warning' as const, location: 'outputPane' as const }));
	if (duplicates > 0)
		context.addExecutionHints({
			message: `${duplicates} duplicates of device tokens were sent once.`,
			type: 'info',
			location: 'outputPane',
		});
	if (all.length > 0) context.addExecutionHints(...all);
}

/** The item of a failure where n8n sorts failures into their own output: never `item.error`, which would lose the details. */
function errorItem({ itemIndex, json }: Entry): INodeExecutionData {
	const reason = typeof json.reason === 'string' ? ` (${json.reason})` : '';
	return {
		json: { error: `${String(json.message)}${reason}`, message: json.advice ?? '', details: json },
		pairedItem: { item: itemIndex },
	};
}

/**
 * The items of output 0. Throws only for causes common to the run, and only while nothing was accepted or is unknown: n8n's
 * Retry On Fail would send every item again.
 */
export function returnReport(
	context: IExecuteFunctions,
	report: Report,
	hints: HintCounts,
	failOnRejectedDevice: boolean,
): INodeExecutionData[] {
	const entries = report.finish();
	const node = context.getNode();
	if (!context.continueOnFail()) {
		const { common, refusedDevice } = report;
		if (common !== undefined && !report.settledAny) throw outcomeError(node, common.outcome, common.itemIndex);
		if (failOnRejectedDevice && refusedDevice !== undefined)
			throw outcomeError(node, refusedDevice.outcome, refusedDevice.itemIndex);
	}
	addHints(context, report, hints);
	return itemsOf(node.onError, entries);
}

/** The entries as items, failures sorted where the node has an error output. */
function itemsOf(onError: INode['onError'], entries: readonly Entry[]): INodeExecutionData[] {
	const item = ({ itemIndex, json }: Entry): INodeExecutionData => ({ json, pairedItem: { item: itemIndex } });
	if (onError !== 'continueErrorOutput') return entries.map(item);
	// Accepted and unknown first: a first item with `error` would make Retry On Fail run the node again.
	return [
		...entries.filter(({ settled }) => settled).map(item),
		...entries.filter(({ settled }) => !settled).map(errorItem),
	];
}

/**
 * What ended the run before its first push, as one result for each input item: under "Continue" a thrown error would send
 * the input items out as if they were results.
 */
export function failedItems(
	context: IExecuteFunctions,
	error: NodeApiError | NodeOperationError,
): INodeExecutionData[] {
	const outcome: Outcome = { outcome: 'not sent', attempts: 0, repeats: [] };
	const words = { message: error.message, advice: error.description ?? '' };
	const inputs = isToolRun(context) ? context.getInputData().slice(0, 1) : context.getInputData();
	const entries = inputs.map((_input, itemIndex) => ({
		itemIndex,
		json: { ...resultJson(outcome, {}), ...words },
		settled: false,
	}));
	return itemsOf(context.getNode().onError, entries);
}

/** Whether the node runs as the tool of a model, which reads one item and its `message`. */
export function isToolRun(context: IExecuteFunctions): boolean {
	return context.getNode().type.endsWith('Tool');
}
