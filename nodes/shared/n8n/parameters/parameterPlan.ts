/** Decides once, from the raw value of a parameter, how its value for an item is found. */
import type { IExecuteFunctions } from 'n8n-workflow';
import { compileExpression, compileList, type DirectExpression, UNRESOLVED } from './directExpression';
import { DirectList } from './directList';
import { holdsExpression } from './fixedParameters';
import { isPlainArray } from './plainData';

/** How one parameter is read. */
export interface ParameterPlan {
	/** Whether the value is the same for all items. */
	readonly fixed: boolean;
	/** The value for an item. With `asList`, a list of the item may come as `DirectList`. */
	read(itemIndex: number, fallback: unknown, asList?: boolean): unknown;
}

/** What a plan reads from. */
export interface PlanContext {
	readonly context: Pick<IExecuteFunctions, 'getNodeParameter'>;
	/** The json of an item as expressions see it, or `UNRESOLVED`. */
	json(itemIndex: number): unknown;
	/** The raw value of a parameter, not copied. */
	raw(name: string): unknown;
}

/** A value for the item and its json; `UNRESOLVED` leaves the whole parameter to the engine. */
type Resolver = (itemIndex: number, json: unknown) => unknown;

/** Makes a value unchangeable all the way down. */
function freezeDeeply(value: unknown): unknown {
	if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
	Object.freeze(value);
	Object.values(value).forEach(freezeDeeply);
	return value;
}

/** A copy of raw data, as the engine makes one; raw data comes from the workflow's JSON and holds nothing but JSON. */
function copyOf(value: unknown): unknown {
	if (typeof value !== 'object' || value === null) return value;
	if (Array.isArray(value)) return value.map(copyOf);
	return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, copyOf(member)]));
}

/** An expression that sees its sibling parameters (`$parameter["&name"]`) cannot be evaluated apart from them. */
const SEES_SIBLINGS = /[&\\]|param/i;

/** n8n turns luxon's times into text where they stand below the top of a parameter, and leaves them at the top. */
function asMember(value: unknown): unknown {
	return typeof value === 'object' && value !== null && Reflect.get(value, 'isLuxonDateTime') === true
		? String(value)
		: value;
}

/** How a value inside a collection is found; undefined when the parameter has to be evaluated in one piece. */
function memberResolver(plan: PlanContext, path: string, raw: unknown): Resolver | undefined {
	if (!holdsExpression(raw)) {
		const value = freezeDeeply(copyOf(raw));
		return () => value;
	}
	if (typeof raw === 'string') return expressionResolver(plan, path, raw);
	if (typeof raw !== 'object' || raw === null) return undefined;
	const members: Array<readonly [string, Resolver]> = [];
	for (const [key, member] of Object.entries(raw)) {
		const resolver = key === '__proto__' ? undefined : memberResolver(plan, `${path}.${key}`, member);
		if (resolver === undefined) return undefined;
		members.push([key, resolver]);
	}
	if (Array.isArray(raw)) return (itemIndex, json) => allOrNone(members.map(([, resolve]) => resolve(itemIndex, json)));
	return (itemIndex, json) => {
		const value: Record<string, unknown> = {};
		for (const [key, resolve] of members) {
			const member = resolve(itemIndex, json);
			if (member === UNRESOLVED) return UNRESOLVED;
			value[key] = member;
		}
		return value;
	};
}

function allOrNone(values: readonly unknown[]): unknown {
	return values.includes(UNRESOLVED) ? UNRESOLVED : values;
}

function directResolver(direct: DirectExpression | undefined): Resolver | undefined {
	return direct && ((_itemIndex, json) => (json === UNRESOLVED ? UNRESOLVED : direct(json)));
}

/** How an expression inside a collection is found: directly, or from the engine on its own where it has a path of its own. */
function expressionResolver({ context, raw: rawOf }: PlanContext, path: string, raw: string): Resolver | undefined {
	const direct = directResolver(compileExpression(raw));
	const apart = !SEES_SIBLINGS.test(raw) && rawOf(path) === raw;
	if (direct === undefined && !apart) return undefined;
	return (itemIndex, json) => {
		const value = direct === undefined ? UNRESOLVED : direct(itemIndex, json);
		return value === UNRESOLVED && apart ? asMember(context.getNodeParameter(path, itemIndex)) : value;
	};
}

/** Reads once, at the first item that asks; a failure is not kept, so that each item gets its own. */
function fixedPlan(readOnce: (itemIndex: number, fallback: unknown) => unknown): ParameterPlan {
	let known: { readonly value: unknown } | undefined;
	return {
		fixed: true,
		read(itemIndex, fallback) {
			known ??= { value: freezeDeeply(readOnce(itemIndex, fallback)) };
			return known.value;
		},
	};
}

/** The plan for a parameter with this raw value. */
export function createParameterPlan(plan: PlanContext, name: string, raw: unknown): ParameterPlan {
	const engine = (itemIndex: number, fallback: unknown): unknown =>
		plan.context.getNodeParameter(name, itemIndex, fallback);
	if (!holdsExpression(raw)) return fixedPlan(engine);
	const resolve = typeof raw === 'string' ? directResolver(compileExpression(raw)) : memberResolver(plan, name, raw);
	const list = typeof raw === 'string' ? directResolver(compileList(raw)) : undefined;
	return {
		fixed: false,
		read(itemIndex, fallback, asList = false) {
			const elements = asList ? list?.(itemIndex, plan.json(itemIndex)) : undefined;
			if (isPlainArray(elements)) return new DirectList(elements, () => engine(itemIndex, fallback));
			const value = resolve === undefined ? UNRESOLVED : resolve(itemIndex, plan.json(itemIndex));
			return value === UNRESOLVED ? engine(itemIndex, fallback) : value;
		},
	};
}
