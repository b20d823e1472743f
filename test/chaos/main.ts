/** `npm run chaos -- [--seed N | --from N] [--seeds N] [--pushes N] [--profile NAME] [--workers N] [--trace] [--memory] [--no-shrink]`. */
import { parseArgs } from 'node:util';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { tmpdir } from 'node:os';
import { bundleWorker } from './bundle';
import { makePlan, type Plan, type Profile } from './plan';
import { WorldPool } from './pool';
import { shrink } from './shrink';
import type { JobResult } from './worker';

/** Growth of the heap from a tenth of a run to its end, and from its very beginning: many requests are under way at a tenth. */
const MOST_GROWTH_BYTES = 10 * 1_048_576;
const TRACE_TAIL = 120;
const profiles: readonly string[] = ['calm', 'chaos', 'hours', 'neighbour', 'liar'];

function wholeNumber(option: string, text: string | undefined, otherwise: number): number {
	if (text === undefined) return otherwise;
	if (!/^[0-9]{1,10}$/.test(text)) throw new RangeError(`--${option} is "${text}": give a whole number`);
	return Number(text);
}

function profileOf(text: string | undefined): Profile | undefined {
	if (text === undefined) return undefined;
	if (!profiles.includes(text)) throw new RangeError(`--profile is "${text}": give one of ${profiles.join(', ')}`);
	return text as Profile;
}

function line({ result, wallMs }: JobResult): string {
	const ends = Object.entries(result.outcomes)
		.map(([name, count]) => `${count} ${name}`)
		.join(', ');
	return `seed ${result.seed} ${result.profile}: ${result.requests} requests in ${(result.virtualMs / 1_000).toFixed(1)} virtual s, ${wallMs} ms; ${ends}; ${result.connections} connections; ${result.hash}`;
}

/** Shrinks a failing plan and prints it with the end of its trace. */
async function explain(pool: WorldPool, plan: Plan, invariant: string, mayShrink: boolean): Promise<void> {
	const breaks = async (candidate: Plan): Promise<boolean> => {
		const { result } = await pool.run({ plan: candidate, keepTrace: false, watchMemory: false });
		return result.breaches.some((breach) => breach.invariant === invariant);
	};
	const small = mayShrink ? await shrink(plan, breaks) : plan;
	const { result } = await pool.run({ plan: small, keepTrace: true, watchMemory: false });
	const file = path.join(tmpdir(), `chaos-${plan.seed}-${invariant}.txt`);
	const text = [JSON.stringify(small, undefined, 1), ...(result.trace ?? [])].join('\n');
	await writeFile(file, text);
	console.log(
		`  shrunk to ${small.workflows.length} workflows, ${small.faults.length} faults (${small.faults.map(({ name, atMs, identity }) => `${name}@${Math.round(atMs)}${identity >= 0 ? `#${identity}` : ''}`).join(' ')}), ${result.requests} requests`,
	);
	for (const breach of result.breaches.slice(0, 3))
		console.log(`  ${breach.invariant} at ${(breach.atMs / 1_000).toFixed(3)}: ${breach.detail}`);
	for (const step of (result.trace ?? []).slice(-TRACE_TAIL)) console.log(`    ${step}`);
	console.log(`  whole plan and trace: ${file}`);
}

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: {
			seed: { type: 'string' },
			from: { type: 'string' },
			seeds: { type: 'string' },
			pushes: { type: 'string' },
			profile: { type: 'string' },
			workers: { type: 'string' },
			trace: { type: 'boolean' },
			memory: { type: 'boolean' },
			'no-shrink': { type: 'boolean' },
			'keep-going': { type: 'boolean' },
			verbose: { type: 'boolean' },
		},
	});
	const from = wholeNumber('seed', values.seed ?? values.from, 1);
	const seeds = wholeNumber('seeds', values.seeds, 1);
	const pushes = wholeNumber('pushes', values.pushes, 10_000);
	const profile = profileOf(values.profile);
	const pool = new WorldPool(await bundleWorker(), wholeNumber('workers', values.workers, 2));
	const started = process.hrtime.bigint();
	const failed: Array<{ readonly plan: Plan; readonly invariant: string }> = [];
	const byInvariant = new Map<string, number[]>();
	let requests = 0;
	let stopped = false;
	try {
		await Promise.all(
			Array.from({ length: seeds }, async (_, index) => {
				if (stopped) return;
				const plan = makePlan(from + index, pushes, profile);
				const done = await pool.run({ plan, keepTrace: values.trace === true, watchMemory: values.memory === true });
				if (stopped) return;
				const { result, heap } = done;
				requests += result.requests;
				const breaches = [...result.breaches];
				const growth = (heap.at(-1) ?? 0) - Math.min(heap[0] ?? 0, heap[1] ?? 0);
				if (values.memory === true && growth > MOST_GROWTH_BYTES)
					breaches.push({ invariant: 'memoryFlat', atMs: 0, detail: `the heap grew by ${growth} bytes` });
				if (values.verbose === true || seeds <= 20 || breaches.length > 0) console.log(line(done));
				if (values.verbose === true) console.log(`  ${JSON.stringify(result.codes)}`);
				if (values.memory === true)
					console.log(`  heap: ${heap.map((bytes) => (bytes / 1_048_576).toFixed(1)).join(' ')} MB`);
				if (values.trace === true) for (const step of result.trace ?? []) console.log(`    ${step}`);
				const [first] = breaches;
				if (first === undefined) return;
				for (const { invariant } of breaches.slice(0, 1))
					byInvariant.set(invariant, [...(byInvariant.get(invariant) ?? []), result.seed]);
				for (const { invariant, detail } of breaches.slice(0, 3)) console.log(`  FAILED ${invariant}: ${detail}`);
				failed.push({ plan, invariant: first.invariant });
				if (values['keep-going'] !== true) stopped = true;
			}),
		);
		const seconds = Number((process.hrtime.bigint() - started) / 1_000_000n) / 1_000;
		console.log(
			`${seeds} seeds, ${requests} requests in ${seconds.toFixed(1)} s (${Math.round(requests / seconds)}/s), ${failed.length} failed`,
		);
		for (const [invariant, of] of byInvariant)
			console.log(`  ${invariant}: ${of.length} (seeds ${of.slice(0, 12).join(', ')})`);
		const [worst] = failed;
		if (worst === undefined) return;
		process.exitCode = 1;
		if (values['keep-going'] !== true && worst.invariant !== 'memoryFlat')
			await explain(pool, worst.plan, worst.invariant, values['no-shrink'] !== true);
	} finally {
		await pool.close();
	}
}

main().catch((error: unknown) => {
	console.error(error instanceof Error ? error.message : error);
	process.exitCode = 1;
});
