/**
 * Holds direct resolution against one of n8n's engines, in a process of its own: `tsx differential.ts legacy 1000 7`
 * (engine, runs, seed). Prints one JSON line with what it saw; a difference ends it with exit code 1 and the example.
 */
import fc from 'fast-check';
import type { IExecuteFunctions, Workflow } from 'n8n-workflow';
import { createParameterReader, type ParameterReader } from '../../../../nodes/shared/n8n/parameters/parameters';
import { rows } from './expressionRows';
import { expressions, json } from './expressionArbitraries';
import { createProbe, createProbeWorkflow, type EngineName, type Probe, startEngine, stopEngine } from './probe';
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
function compare(workflow: Workflow, expression: string, makeJson: () => unknown): void {
	const probe = (): Probe =>
		createProbe({ parameters: { p: expression }, items: [{ json: makeJson() as never }], workflow });
	const one = probe();
	compared++;
	const mine = outcomeOf(() => withoutEngine(one.context)('p', 0));
	// What is left to the engine is its answer; only what was resolved directly can differ.
	if ('error' in mine && mine.error.includes(ASKED)) return;
	direct++;
	const theirs = outcomeOf(() => probe().context.getNodeParameter('p', 0));
	if (!sameOutcome(mine, theirs))
		throw new Error(
			`${JSON.stringify(expression)} with ${show(makeJson())}: direct ${show(mine)}, engine ${show(theirs)}`,
		);
}

const ASKED = 'The engine was asked';

/** A reader that fails where it would ask the engine. */
function withoutEngine(context: IExecuteFunctions): ParameterReader {
	const read = context.getNodeParameter as (...args: readonly unknown[]) => unknown;
	const rawOnly = (
		name: string,
		itemIndex: number,
		fallback: unknown,
		options?: { rawExpressions?: boolean },
	): unknown => {
		if (options?.rawExpressions !== true) throw new Error(ASKED);
		return read(name, itemIndex, fallback, options);
	};
	return createParameterReader(Object.assign(context, { getNodeParameter: rawOnly }));
}

async function run(engine: EngineName, runs: number, seed: number): Promise<DifferentialReport> {
	if (!(await startEngine(engine))) return { engine, available: false, compared, direct };
	const workflow = createProbeWorkflow();
	await workflow.expression.acquireIsolate();
	try {
		for (const { expression, json: value } of rows) compare(workflow, expression, () => value);
		fc.assert(
			fc.property(json, expressions, (makeJson, texts) => {
				for (const text of texts) compare(workflow, text, makeJson);
			}),
			{ numRuns: runs, seed, includeErrorInReport: true },
		);
		return { engine, available: true, compared, direct };
	} catch (error) {
		return {
			engine,
			available: true,
			compared,
			direct,
			failure: error instanceof Error ? error.message : String(error),
		};
	} finally {
		await workflow.expression.releaseIsolate();
		await stopEngine();
	}
}

const [engine = 'legacy', runs = '200', seed = '1'] = process.argv.slice(2);
if (engine !== 'legacy' && engine !== 'quickjs' && engine !== 'vm') throw new Error(`There is no engine "${engine}"`);
void run(engine, Number(runs), Number(seed)).then((report) => {
	// The engines log to the same output: the report is the last line.
	process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit(report.failure === undefined ? 0 : 1));
});
