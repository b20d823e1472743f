/** Tells parameters that are the same for every item from those with expressions. */
import type { IDataObject, INodeProperties } from 'n8n-workflow';
import type { FieldProblem } from '../apns/problems';

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
		const members = (property.options ?? []).filter((option): option is INodeProperties => 'displayName' in option && 'type' in option);
		return [...own, ...valuesNamed(displayName, members, { ...value })];
	});
}

/** Whether a problem lies in a field without expressions: then every item has it, and the run can end before the first. */
export function isSharedProblem(problem: FieldProblem, properties: readonly INodeProperties[], parameters: IDataObject): boolean {
	const values = valuesNamed(problem.field, properties, parameters);
	return values.length > 0 && !values.some(holdsExpression);
}
