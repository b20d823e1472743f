/** Tells parameters that are the same for every item from those with expressions. */
import type { IDataObject, INodeProperties } from 'n8n-workflow';
import type { FieldProblem } from '../../apns/problems';

/** Whether a parameter value is an expression or holds one. */
export function holdsExpression(value: unknown): boolean {
	if (typeof value === 'string') return value.startsWith('=');
	if (typeof value !== 'object' || value === null) return false;
	return Object.values(value).some(holdsExpression);
}

/** Values of all parameters, at the top or in a collection, that stand under a display name. */
function valuesNamed(displayName: string, properties: readonly INodeProperties[], parameters: IDataObject): unknown[] {
	return properties.flatMap((property) => {
		const value = parameters[property.name];
		const own = property.displayName === displayName ? [value] : [];
		if (property.type !== 'collection' || typeof value !== 'object' || value === null) return own;
		const members = (property.options ?? []).filter(
			(option): option is INodeProperties => 'displayName' in option && 'type' in option,
		);
		return [...own, ...valuesNamed(displayName, members, { ...value })];
	});
}

/**
 * Whether a problem lies in fields without expressions: then every item has it, and the run can end before the first. A
 * problem of several fields together, such as the size of the payload, is shared when no field has an expression but
 * `ofItems`, the fields that differ by nature.
 */
export function isSharedProblem(
	problem: FieldProblem,
	properties: readonly INodeProperties[],
	parameters: IDataObject,
	ofItems: readonly string[],
): boolean {
	const values = valuesNamed(problem.field, properties, parameters);
	if (values.length > 0) return !values.some(holdsExpression);
	return properties.every(({ name }) => ofItems.includes(name) || !holdsExpression(parameters[name]));
}
