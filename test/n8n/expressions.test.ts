/** Direct resolution gives what each of n8n's expression engines gives, for random items and random expressions. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { seed } from '../seed';
import type { DifferentialReport } from '../shared/n8n/parameters/differential';
import type { EngineName } from '../shared/n8n/parameters/probe';

const root = path.resolve(__dirname, '../..');

/** A process of its own for each engine: an engine is chosen once per process, and two of them are loaded as ES modules. */
async function compare(engine: EngineName, runs: number): Promise<DifferentialReport> {
	const args = [
		require.resolve('tsx/cli'),
		path.join(root, 'test/shared/n8n/parameters/differential.ts'),
		engine,
		String(runs),
		String(seed),
	];
	const run = promisify(execFile)(process.execPath, args, { cwd: root, maxBuffer: 64 * 1024 * 1024 });
	const output = await run.catch((error: unknown) => ({
		stdout: String(Reflect.get(Object(error), 'stdout')),
		stderr: String(Reflect.get(Object(error), 'stderr')),
	}));
	const last = output.stdout.trimEnd().split('\n').at(-1) ?? '';
	if (!last.startsWith('{"engine"'))
		throw new Error(`The comparison printed no report: ${output.stdout.slice(-500)} ${output.stderr.slice(-2_000)}`);
	return JSON.parse(last) as DifferentialReport;
}

describe('an expression resolved without the engine', () => {
	/** isolated-vm has binaries for Node 24 and later only. */
	const loads = (engine: EngineName): boolean => engine !== 'vm' || Number(process.versions.node.split('.')[0]) >= 24;

	it.each<EngineName>(['legacy', 'quickjs', 'vm'])(
		'has the value that the engine %s gives',
		async (engine) => {
			const report = await compare(engine, 400);
			expect(report.available).toBe(loads(engine));
			if (!report.available) return;
			expect({ seed, failure: report.failure }).toEqual({ seed, failure: undefined });
			expect(report.compared).toBeGreaterThan(1_500);
			expect(report.direct).toBeGreaterThan(150);
		},
		180_000,
	);
});
