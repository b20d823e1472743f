/** The worker's side: runs the plans it is given, one after another, and says that it lives. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parentPort, workerData } from 'node:worker_threads';
import type { Plan } from './plan';
import { runPlan } from './runPlan';
import type { WorldResult } from './world';

export interface Job {
	readonly plan: Plan;
	readonly keepTrace: boolean;
	/** Heap sizes are noted at every tenth of the requests. */
	readonly watchMemory: boolean;
}

export interface JobResult {
	readonly result: WorldResult;
	readonly wallMs: number;
	/** Bytes of heap after a collection: before the first request, at each tenth of them, and once all are settled. */
	readonly heap: readonly number[];
}

/** Counts up with every callback of the world: who watches sees it stand still. */
const heartbeat = new Int32Array((workerData as { readonly heartbeat: SharedArrayBuffer }).heartbeat);

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What the product must not touch here: it has a clock of its own in this world. */
function hideRealTime(): void {
	const refuse = (name: string) => (): never => {
		throw new Error(`${name} was used in a world of virtual time`);
	};
	for (const name of ['setTimeout', 'setInterval', 'setImmediate'] as const)
		Object.defineProperty(globalThis, name, { value: refuse(name), configurable: true });
	Date.now = refuse('Date.now');
	Math.random = refuse('Math.random');
	performance.now = refuse('performance.now');
}

const hrtime = process.hrtime.bigint;
const wallMs = (): number => Number(hrtime() / 1_000_000n);
const port = parentPort;

async function run({ plan, keepTrace, watchMemory }: Job): Promise<JobResult> {
	const start = wallMs();
	const heap: number[] = [];
	const onShare = (): void => {
		collect();
		heap.push(process.memoryUsage().heapUsed);
	};
	if (watchMemory) onShare();
	const result = await runPlan(plan, {
		keepTrace,
		onStep: () => {
			heartbeat[0] = ((heartbeat[0] ?? 0) + 1) | 0;
		},
		...(watchMemory ? { onShare } : {}),
	});
	return { result, wallMs: wallMs() - start, heap };
}

hideRealTime();
port?.on('message', (job: Job) => {
	void run(job).then((done) => port.postMessage(done));
});
