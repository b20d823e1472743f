/** A field that is marked as required, but only where the form knows that it is needed. */
import type { IDisplayOptions, INodeProperties } from 'n8n-workflow';

type Show = NonNullable<IDisplayOptions['show']>;
/** What decides that the field is needed, each by one value. */
export type Needed = Readonly<Record<string, readonly [string]>>;

/** The same as a rule that shows a field. */
export function shownWhere(needed: Needed): Show {
	return Object.fromEntries(Object.entries(needed).map(([name, [value]]) => [name, [value]]));
}

/**
 * n8n shows a field whose display depends on a parameter with an expression, and refuses to run the workflow while a
 * required one is empty: with Push Type from an expression, an alert would need the push magic of an MDM push. So the
 * field exists twice: required where all that decides has its very value, and optional where an expression decides.
 */
export function requiredField(property: INodeProperties, needed: Needed): INodeProperties[] {
	const hide = Object.fromEntries(Object.entries(needed).map(([name, [value]]) => [name, [{ _cnd: { not: value } }]]));
	const show = shownWhere(needed);
	// With an expression, n8n shows a field before it looks at what hides it: this one is left for that case.
	const [decides = ''] = Object.keys(needed).slice(-1);
	return [
		{ ...property, required: true, displayOptions: { hide } },
		{ ...property, displayOptions: { show, hide: { [decides]: show[decides] ?? [] } } },
	];
}

/**
 * Rules that hide a field for these values of a parameter, and where an expression decides. No regular expression: n8n
 * evaluates one under a time limit each time it loads a workflow, and a busy machine can exceed it.
 */
export function hiddenFor(values: readonly string[]): Show[string] {
	return [...values, { _cnd: { startsWith: '=' } }];
}
