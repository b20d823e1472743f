/** Expressions that are resolved without n8n's engine, each held against n8n's own answer. */
import { createParameterReader } from '../../../../nodes/shared/n8n/parameters/parameters';
import { createProbe } from './probe';
import { rows } from './expressionRows';
import { outcomeOf, sameOutcome } from './sameValue';

describe.each(rows)('$name: $expression', ({ expression, json, direct }) => {
	const probe = (): ReturnType<typeof createProbe> =>
		createProbe({ parameters: { p: expression }, items: [{ json: json as never }] });

	it(direct ? 'is resolved directly, as the engine would' : 'is left to the engine', () => {
		const { context, engineCalls } = probe();
		const read = createParameterReader(context);
		const outcome = outcomeOf(() => read('p', 0));
		expect(engineCalls.get('p') ?? 0).toBe(direct ? 0 : 1);
		const engine = probe();
		expect(outcome).toStrictEqual(outcomeOf(() => engine.context.getNodeParameter('p', 0)));
		expect(
			sameOutcome(
				outcome,
				outcomeOf(() => engine.context.getNodeParameter('p', 0)),
			),
		).toBe(true);
	});
});
