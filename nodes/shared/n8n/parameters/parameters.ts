/** Reads the parameters of a node, item by item, and asks n8n's expression engine only where it must. */
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { UNRESOLVED } from './directExpression';
import { holdsExpression } from './fixedParameters';
import type { EngineCosts } from './engineCosts';
import { createParameterPlan, type ParameterPlan } from './parameterPlan';
import { isScalar } from './plainData';

/** How a parameter is to be read. */
export interface ParameterReading {
	/** Of a resource locator, only what was chosen or typed, taken out by the `extractValue` of its mode. Asks the engine. */
	readonly extractValue?: boolean;
	/** A list of the item may come as `DirectList`, whose elements are checked when they are reached. */
	readonly asList?: boolean;
}

/**
 * The value of a parameter for an item, expressions resolved; `name` takes paths such as `options.badge`. Objects and
 * arrays are read-only: they may be shared between items (then frozen) or be the item's own data.
 *
 * Throws what `getNodeParameter` throws: `ExpressionError`, or `UserError` for a parameter that does not exist and has no
 * fallback.
 */
export type ParameterReader = (
	name: string,
	itemIndex: number,
	fallback?: unknown,
	reading?: ParameterReading,
) => unknown;

/** Stands for a parameter that the node does not have, or that its display options hide. */
const ABSENT = Symbol('absent');

/** The json of an item, or `UNRESOLVED` where expressions may see another item than the node does. */
type ItemJson = (itemIndex: number) => unknown;

/**
 * The items as expressions see them. `$json` is not always the node's own input: below an agent it is the agent's item,
 * and with several inputs that of the first one with data. The first and the last item tell.
 */
function createItemJson(context: Asked): ItemJson {
	const items = ownItems(context);
	return (itemIndex) => {
		const item = items[itemIndex];
		return item === undefined ? UNRESOLVED : item.json;
	};
}

/** The input items, or none where expressions see others. */
function ownItems(context: Asked): readonly INodeExecutionData[] {
	try {
		const items = context.getInputData();
		const isSeen = (item: INodeExecutionData | undefined, itemIndex: number): boolean =>
			item !== undefined && context.getWorkflowDataProxy(itemIndex).$json === item.json;
		return isSeen(items[0], 0) && isSeen(items.at(-1), items.length - 1) ? items : [];
	} catch {
		// A context without input or without an item to see: the engine says so in its own words.
		return [];
	}
}

/** Whether the engine would hand out this value as it is. */
function isFixedScalar(value: unknown): boolean {
	return isScalar(value) && !holdsExpression(value);
}

/** What the reader asks of n8n, with what evaluations cost. */
type Asked = Pick<IExecuteFunctions, 'getNodeParameter' | 'getInputData' | 'getWorkflowDataProxy'>;

/** The same context, which notes what each evaluation costs; reading raw texts evaluates nothing. */
function measured(context: IExecuteFunctions, costs: EngineCosts): Asked {
	const read = context.getNodeParameter.bind(context) as (...args: readonly unknown[]) => unknown;
	const getNodeParameter = (
		name: string,
		itemIndex: number,
		fallback?: unknown,
		options?: { readonly rawExpressions?: boolean },
	): unknown =>
		options?.rawExpressions === true
			? read(name, itemIndex, fallback, options)
			: costs.measure(name, () => read(name, itemIndex, fallback, options));
	return {
		getNodeParameter: getNodeParameter as IExecuteFunctions['getNodeParameter'],
		getInputData: context.getInputData.bind(context),
		getWorkflowDataProxy: context.getWorkflowDataProxy.bind(context),
	};
}

/** A reader for one execution: raw texts are looked at once, and fixed values are read once for all items. */
export function createParameterReader(own: IExecuteFunctions, costs?: EngineCosts): ParameterReader {
	const context = costs === undefined ? own : measured(own, costs);
	const plans = new Map<string, ParameterPlan | typeof ABSENT>();
	const extracted = new Map<string, unknown>();
	const raw = (name: string): unknown => context.getNodeParameter(name, 0, ABSENT, { rawExpressions: true });
	let itemJson: ItemJson | undefined;
	const json: ItemJson = (itemIndex) => {
		itemJson ??= createItemJson(context);
		return itemJson(itemIndex);
	};
	const planOf = (name: string): ParameterPlan | typeof ABSENT => {
		const known = plans.get(name);
		if (known !== undefined) return known;
		const value = raw(name);
		const plan = value === ABSENT ? ABSENT : createParameterPlan({ context, json, raw }, name, value);
		plans.set(name, plan);
		return plan;
	};
	return (name, itemIndex, fallback, { extractValue = false, asList = false } = {}) => {
		const plan = planOf(name);
		if (plan === ABSENT && isFixedScalar(fallback) && !extractValue) return fallback;
		if (plan === ABSENT) return context.getNodeParameter(name, itemIndex, fallback, { extractValue });
		if (!extractValue) return plan.read(itemIndex, fallback, asList);
		if (extracted.has(name)) return extracted.get(name);
		const value: unknown = context.getNodeParameter(name, itemIndex, fallback, { extractValue });
		if (plan.fixed) extracted.set(name, value);
		return value;
	};
}
