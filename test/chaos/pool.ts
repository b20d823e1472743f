/** Workers that run plans, and a watchdog: a world that stands still for long is ended, and is a finding. */
import { Worker } from 'node:worker_threads';
import { lostWorld } from './lostWorld';
import type { Job, JobResult } from './worker';

/** No callback ended for so long: a loop that never gives the turn away. The machine may be busy with other things. */
const STANDSTILL_MS = 20_000;
const LOOK_MS = 500;

interface Busy {
	readonly job: Job;
	readonly resolve: (result: JobResult) => void;
}

/** One worker, made anew when a world hangs it. */
class Hand {
	busy: Busy | undefined;
	private worker: Worker | undefined;
	private heartbeat = new Int32Array(new SharedArrayBuffer(4));
	private lastBeat = 0;
	private lastBeatAt = 0;
	private timer: NodeJS.Timeout | undefined;

	constructor(
		private readonly program: string,
		private readonly onFree: () => void,
	) {}

	run(busy: Busy): void {
		this.busy = busy;
		this.lastBeatAt = Date.now();
		this.timer = setInterval(() => this.look(), LOOK_MS);
		this.live().postMessage(busy.job);
	}

	async end(): Promise<void> {
		clearInterval(this.timer);
		await this.worker?.terminate();
		this.worker = undefined;
	}

	private live(): Worker {
		if (this.worker !== undefined) return this.worker;
		const shared = new SharedArrayBuffer(4);
		this.heartbeat = new Int32Array(shared);
		const worker = new Worker(this.program, {
			eval: true,
			workerData: { heartbeat: shared },
			execArgv: ['--enable-source-maps'],
			resourceLimits: { maxOldGenerationSizeMb: 2_048 },
		});
		worker.on('message', (result: JobResult) => this.finish(result));
		worker.on('error', (error) => {
			this.worker = undefined;
			this.finish(lost(this.busy?.job, 'neverThrows', error.stack ?? error.message));
		});
		this.worker = worker;
		return worker;
	}

	private look(): void {
		const beat = Atomics.load(this.heartbeat, 0);
		const now = Date.now();
		if (beat !== this.lastBeat) {
			this.lastBeat = beat;
			this.lastBeatAt = now;
		} else if (now - this.lastBeatAt > STANDSTILL_MS) {
			void this.worker?.terminate();
			this.worker = undefined;
			this.finish(lost(this.busy?.job, 'neverSpins', `no callback ended for ${STANDSTILL_MS} ms`));
		}
	}

	private finish(result: JobResult): void {
		const { busy } = this;
		if (busy === undefined) return;
		clearInterval(this.timer);
		this.busy = undefined;
		busy.resolve(result);
		this.onFree();
	}
}

function lost(job: Job | undefined, invariant: string, detail: string): JobResult {
	const result = lostWorld(job?.plan ?? { seed: 0, profile: '' }, [{ invariant, atMs: 0, detail }]);
	return { result, wallMs: 0, heap: [] };
}

export class WorldPool {
	private readonly hands: Hand[];
	private readonly waiting: Busy[] = [];

	constructor(program: string, workers: number) {
		this.hands = Array.from({ length: workers }, () => new Hand(program, () => this.next()));
	}

	/** Runs one plan; never rejects. */
	run(job: Job): Promise<JobResult> {
		return new Promise((resolve) => {
			this.waiting.push({ job, resolve });
			this.next();
		});
	}

	async close(): Promise<void> {
		await Promise.all(this.hands.map((hand) => hand.end()));
	}

	private next(): void {
		for (const hand of this.hands) {
			if (hand.busy !== undefined) continue;
			const job = this.waiting.shift();
			if (job === undefined) return;
			hand.run(job);
		}
	}
}
