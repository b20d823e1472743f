/**
 * Holds direct resolution against one of n8n's engines, in a process of its own: `tsx differential.ts legacy 1000 7`
 * (engine, runs, seed). Prints one JSON line with what it saw; a difference ends it with exit code 1 and the example.
 */
import fc from 'fast-check';
import { createParameterReader } from '../../../nodes/shared/n8n/parameters';
import { rows } from './expressionRows';
import { expressions, json } from './expressionArbitraries';
import { createProbe, type EngineName, startEngine, stopEngine } from './probe';
import { outcomeOf, sameOutcome, show } from './sameValue';

/** What one process reports on its last line. */
export interface DifferentialReport {
	readonly engine: EngineName;
	/** Whether this Node can run the engine at all. */
	readonly available: boolean;
	readonly compared: number;
	/** How many of those were resolved without the engine. */
	readonly direct: number;
	readonly failure?: string;
}

let compared = 0;
let direct = 0;

/** Compares both ways on items made twice, since engines may rewrite what they read. */
async function compare(expression: string, makeJson: () => unknown): Promise<void> {
	const probe = (): ReturnType<typeof createProbe> => createProbe({ parameters: { p: expression }, items: [{ json: makeJson() as never }] });
	const one = probe();
	const other = probe();
	await one.workflow.expression.acquireIsolate();
	await other.workflow.expression.acquireIsolate();
	try {
		const read = createParameterReader(one.context);
		const mine = outcomeOf(() => read('p', 0));
		compared++;
		// What was left to the engine is its answer; only what was resolved directly can differ.
		if ((one.engineCalls.get('p') ?? 0) > 0) return;
		direct++;
		const theirs = outcomeOf(() => other.context.getNodeParameter('p', 0));
		if (!sameOutcome(mine, theirs)) throw new Error(`${JSON.stringify(expression)} with ${show(makeJson())}: direct ${show(mine)}, engine ${show(theirs)}`);
	} finally {
		await one.workflow.expression.releaseIsolate();
		await other.workflow.expression.releaseIsolate();
	}
}

async function run(engine: EngineName, runs: number, seed: number): Promise<DifferentialReport> {
	if (!(await startEngine(engine))) return { engine, available: false, compared, direct };
	try {
		for (const { expression, json: value } of rows) await compare(expression, () => value);
		await fc.assert(
			fc.asyncProperty(json, expressions, async (makeJson, texts) => {
				for (const text of texts) await compare(text, makeJson);
			}),
			{ numRuns: runs, seed, includeErrorInReport: true },
		);
		return { engine, available: true, compared, direct };
	} catch (error) {
		return { engine, available: true, compared, direct, failure: error instanceof Error ? error.message : String(error) };
	} finally {
		await stopEngine();
	}
}

const [engine = 'legacy', runs = '200', seed = '1'] = process.argv.slice(2);
if (engine !== 'legacy' && engine !== 'quickjs' && engine !== 'vm') throw new Error(`There is no engine "${engine}"`);
void run(engine, Number(runs), Number(seed)).then((report) => {
	// The engines log to the same output: the report is the last line.
	process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit(report.failure === undefined ? 0 : 1));
});
