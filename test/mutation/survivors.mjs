/**
 * Why no test sees a change, as rules from the special to the general; the first that fits is the reason. `name` and `line` are
 * looked for in the file's name and in the changed line, `to` in what it was changed to. What no rule explains says so.
 */
const rules = [
	{
		name: /transport/,
		line: /size === 0\) return|size <= allowed|abandoned !== undefined|failures === 0\) return|shown === Infinity\) return|back <= 0|current === key|nowMs < this\.soonestMs|resets: number\[\] = \[\]/,
		reason: 'a short way out; the rest comes to the same',
	},
	{
		name: /race/,
		line: /over\) |over \|\||next < addresses|at < Math/,
		reason: 'beyond the last address, and after the end, nothing is left to do',
	},
	{
		name: /requestQueue|openingBudget|capacity/,
		mutator: /Equality/,
		line: /left|order\.length > 0/,
		reason: 'both sides of the border come to the same',
	},
	{
		name: /n8n\/run\/report/,
		line: /place < this\.entries|itemIndex < byItem|itemIndexes\[place/,
		reason: 'one step further finds nothing, and sorting what is in order changes nothing',
	},
	{
		line: /isOver|% PIECE|SLICE_MS|pauseAt|settleSlice|settledAtOnce/,
		reason: 'how often others get a turn: the result is the same',
	},
	{ line: /PASSING_STATUSES|KEPT_VALUES|MAX_KEPT|MAX_CAUSES/, reason: 'a bound of memory: the result is the same' },
	{ mutator: 'OptionalChaining', reason: 'what it asks for is always there: the question satisfies the compiler' },
	{ to: /"Stryker was here"/, reason: 'a default that is always replaced' },
	{
		line: /=== undefined \? undefined :|!== undefined &&|=== undefined \|\|/,
		mutator: 'ConditionalExpression',
		reason: 'what follows gives the same for undefined',
	},
	{
		line: /typeof .* === '(number|object|string|function)'/,
		mutator: /Conditional|Logical/,
		reason: 'defensive: values of the other types fail the checks behind it alike',
	},
	{
		name: /client\/answer/,
		line: /attempt\.status >= 200/,
		reason: 'a short way for the usual answer; the row of the status says the same',
	},
	{ line: /\?\? 0|\?\? ''|\?\? \[\]/, reason: 'a default for what is always there' },
	{
		status: 'NoCoverage',
		name: /n8n\/run/,
		reason: 'reached by the packed package in the real engine (test/n8n), which is not run here',
	},
	{ status: 'NoCoverage', reason: 'reached by tests of other folders only (chaos, faults, interop, test/n8n)' },
	{ mutator: /Block/, line: /catch/, reason: 'defensive: what is caught cannot be made to happen here' },
	{
		line: /unref|ref\(|keepAlive|destroy\(|cancel\(|clearTimeout|removeEventListener/,
		reason: 'frees something early; without it the same happens later',
	},
];

/** The reason, in a few words. */
export function reasonFor({ name, line, mutatorName, replacement = '', status }) {
	const fits = (pattern, text) =>
		pattern === undefined || (typeof pattern === 'string' ? text === pattern : pattern.test(text));
	const rule = rules.find(
		(candidate) =>
			fits(candidate.name, name) &&
			fits(candidate.line, line) &&
			fits(candidate.mutator, mutatorName) &&
			fits(candidate.to, replacement) &&
			fits(candidate.status, status),
	);
	return rule?.reason ?? 'not explained yet';
}
