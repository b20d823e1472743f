/** The items of one run on their way through the client, and what the node returns or throws for them. */
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { Notification } from '../apns/notification';
import { FieldProblem, orProblem } from '../apns/problems';
import { describeReason, isCommonToRun } from '../apns/reasons';
import type { ApnsClient, RequestOptions } from '../client';
import type { Outcome } from '../outcome';
import { outcomeError } from './failures';
import { resultJson } from './resultItem';

/** What one input item asks for, once read and checked. */
export interface ItemPlan {
	readonly draft: Omit<Notification, 'deviceToken'>;
	readonly tokens: readonly string[];
	/** Recipients that are no device tokens, each a result item of its own. */
	readonly problems: ReadonlyArray<{ readonly text: string; readonly problem: FieldProblem }>;
}

export interface Batch {
	readonly client: ApnsClient;
	readonly environment: string;
	readonly itemCount: number;
	/** Reads one item; throws `FieldProblem`. Called just before the item is sent. */
	readonly plan: (itemIndex: number) => ItemPlan;
	readonly request: RequestOptions;
	readonly failOnRejectedDevice: boolean;
}

interface Result {
	readonly itemIndex: number;
	readonly json: IDataObject;
	/** Undefined for an item that could not be sent because of its own fields. */
	readonly outcome: Outcome | undefined;
}

function invalidJson(problem: FieldProblem, environment: string, deviceToken: string | null): IDataObject {
	return {
		success: false,
		outcome: 'not sent',
		status: null,
		reason: null,
		apnsId: null,
		apnsUniqueId: null,
		deviceToken,
		topic: null,
		pushType: null,
		environment,
		unregisteredAt: null,
		attempts: 0,
		message: problem.message,
		advice: problem.remedy,
	};
}

/** Whether every other push of this run would end alike. */
function isCommon(outcome: Outcome): boolean {
	if (outcome.outcome === 'rejected') return isCommonToRun(describeReason(outcome.status ?? 0, outcome.reason));
	return outcome.outcome === 'not sent' && outcome.failure?.commonToRun === true;
}

function isDeviceRejection(outcome: Outcome): boolean {
	return outcome.outcome === 'rejected' && describeReason(outcome.status ?? 0, outcome.reason).scope === 'device';
}

/** Sends all items as one bounded stream; results come in the order of items and recipients. */
async function sendAll(context: IExecuteFunctions, batch: Batch): Promise<Result[]> {
	const perItem: Array<Array<Result | undefined>> = Array.from({ length: batch.itemCount }, () => []);
	const places: Array<readonly [itemIndex: number, position: number]> = [];
	function* notifications(): Generator<Notification> {
		for (let itemIndex = 0; itemIndex < batch.itemCount; itemIndex++) {
			const results = perItem[itemIndex] ?? [];
			const plan = orProblem(() => batch.plan(itemIndex));
			if (plan instanceof FieldProblem) {
				results.push({ itemIndex, json: invalidJson(plan, batch.environment, null), outcome: undefined });
				continue;
			}
			for (const deviceToken of plan.tokens) {
				places.push([itemIndex, results.push(undefined) - 1]);
				yield { ...plan.draft, deviceToken };
			}
			for (const { text, problem } of plan.problems) {
				results.push({ itemIndex, json: invalidJson(problem, batch.environment, text), outcome: undefined });
			}
		}
	}
	const signal = context.getExecutionCancelSignal();
	await batch.client.sendEach(
		notifications(),
		(outcome, { deviceToken, topic, pushType }, index) => {
			const [itemIndex, position] = places[index] ?? [0, 0];
			const results = perItem[itemIndex];
			if (results !== undefined) {
				results[position] = { itemIndex, json: resultJson(outcome, { deviceToken, topic, pushType, environment: batch.environment }), outcome };
			}
		},
		signal === undefined ? batch.request : { ...batch.request, signal },
	);
	return perItem.flat().filter((result): result is Result => result !== undefined);
}

/** Tells the user below the output how many devices were refused, so that a green node hides nothing. */
function addHints(context: IExecuteFunctions, results: readonly Result[]): void {
	const devices = results.filter(({ outcome }) => outcome !== undefined && isDeviceRejection(outcome)).length;
	const invalid = results.filter(({ outcome }) => outcome === undefined).length;
	const unknown = results.filter(({ outcome }) => outcome?.outcome === 'unknown').length;
	const hints: string[] = [];
	if (devices > 0) hints.push(`APNs refused ${devices} of ${results.length} device tokens: see "reason" and "advice" of the items with "success": false.`);
	if (invalid > 0) hints.push(`${invalid} of ${results.length} pushes could not be sent because of their own fields: see "message" and "advice".`);
	if (unknown > 0) hints.push(`No answer came for ${unknown} of ${results.length} pushes: they may or may not have arrived.`);
	if (hints.length > 0) context.addExecutionHints(...hints.map((message) => ({ message, type: 'warning' as const, location: 'outputPane' as const })));
}

/** The item of a failure where n8n sorts failures into their own output: never `item.error`, which would lose the details. */
function errorItem({ itemIndex, json }: Result): INodeExecutionData {
	const reason = typeof json.reason === 'string' ? ` (${json.reason})` : '';
	return { json: { error: `${String(json.message)}${reason}`, message: json.advice ?? '', details: json }, pairedItem: { item: itemIndex } };
}

/**
 * Runs the batch and returns output 0. Throws only for causes common to the run, and only while nothing was accepted or
 * is unknown: n8n's Retry On Fail would send every item again.
 */
export async function runBatch(context: IExecuteFunctions, batch: Batch): Promise<INodeExecutionData[]> {
	const results = await sendAll(context, batch);
	const isSettled = ({ outcome }: Result): boolean => outcome?.outcome === 'accepted' || outcome?.outcome === 'unknown';
	const mayThrow = !context.continueOnFail();
	if (mayThrow) {
		const common = results.find(({ outcome }) => outcome !== undefined && isCommon(outcome));
		if (common?.outcome !== undefined && !results.some(isSettled)) throw outcomeError(context.getNode(), common.outcome, common.itemIndex);
		const refused = batch.failOnRejectedDevice ? results.find(({ outcome }) => outcome !== undefined && isDeviceRejection(outcome)) : undefined;
		if (refused?.outcome !== undefined) throw outcomeError(context.getNode(), refused.outcome, refused.itemIndex);
	}
	addHints(context, results);
	const item = ({ itemIndex, json }: Result): INodeExecutionData => ({ json, pairedItem: { item: itemIndex } });
	if (context.getNode().onError !== 'continueErrorOutput') return results.map(item);
	// Accepted and unknown first: a first item with `error` would make Retry On Fail run the node again.
	return [...results.filter(isSettled).map(item), ...results.filter((result) => !isSettled(result)).map(errorItem)];
}
