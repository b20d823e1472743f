/** Tells parameters that are the same for every item from those with expressions. */

/** Whether a parameter value is an expression or holds one. */
export function holdsExpression(value: unknown): boolean {
	if (typeof value === 'string') return value.startsWith('=');
	if (typeof value !== 'object' || value === null) return false;
	return Object.values(value).some(holdsExpression);
}
