/** n8n in queue mode: one main process that takes webhooks, and workers that execute, over a Redis and a PostgreSQL of their own. */
import path from 'node:path';
import { type Application, createHome, type Home, n8nEnvironment, startApplication } from './application';
import { installDebian } from './debian';
import type { InstalledN8n } from './install';
import { freePort } from './ports';
import { type Postgres, startPostgres } from './postgres';
import { type Program, type Programs, untilReady } from './program';
import { type Redis, startRedis } from './redis';

const START_TIMEOUT_MS = 120_000;

export interface QueueMode {
	readonly main: Application;
	readonly redis: Redis;
	readonly postgres: Postgres;
	/** Those that run now, in the order they were started. */
	readonly workers: readonly Program[];
	/** Starts one more; fulfils once it takes executions. */
	startWorker(): Promise<Program>;
	end(): Promise<void>;
}

export interface QueueOptions {
	readonly workers: number;
	/** Executions a worker runs at once. */
	readonly concurrency: number;
	/** Laid over the environment of all processes. */
	readonly env?: Readonly<Record<string, string>>;
}

/** Installs Redis and PostgreSQL where they are missing, and starts everything. */
export async function startQueueMode(
	programs: Programs,
	n8n: InstalledN8n,
	tarball: string,
	options: QueueOptions,
): Promise<QueueMode> {
	await installDebian(programs, 'redis-server', 'postgresql');
	const running: Program[] = [];
	const undo: Array<() => Promise<void>> = [];
	const end = async (): Promise<void> => {
		for (const step of undo.reverse()) await step();
		undo.length = 0;
	};
	let started = 0;

	async function startWorker(home: Home, shared: Readonly<Record<string, string>>): Promise<Program> {
		const health = await freePort();
		const name = `worker-${++started}`;
		const env = {
			...(await n8nEnvironment(n8n, home)),
			...shared,
			QUEUE_HEALTH_CHECK_ACTIVE: 'true',
			QUEUE_HEALTH_CHECK_PORT: String(health),
			N8N_WORKER_SERVER_ADDRESS: '127.0.0.1',
		};
		const worker = programs.start(name, n8n.node, [n8n.cli, 'worker', `--concurrency=${options.concurrency}`], {
			cwd: home.folder,
			env,
			log: path.join(home.folder, `${name}.log`),
		});
		running.push(worker);
		void worker.end.then(() => running.splice(running.indexOf(worker), 1));
		const ready = async (): Promise<boolean> =>
			(await fetch(`http://127.0.0.1:${health}/healthz/readiness`)).status === 200;
		await untilReady(worker, ready, START_TIMEOUT_MS);
		return worker;
	}

	try {
		const redis = await startRedis(programs);
		undo.push(redis.end);
		const postgres = await startPostgres(programs);
		undo.push(postgres.end);
		const home = await createHome(programs, n8n, tarball);
		undo.push(async () => await Promise.resolve(home.remove()));
		const shared = { EXECUTIONS_MODE: 'queue', ...redis.env, ...postgres.env, ...options.env };
		const main = await startApplication(programs, n8n, home, shared);
		undo.push(async () => void (await main.stop()));
		undo.push(async () => void (await Promise.all([...running].map(async (worker) => await worker.stop()))));
		await Promise.all(Array.from({ length: options.workers }, async () => await startWorker(home, shared)));
		return {
			main,
			redis,
			postgres,
			workers: running,
			startWorker: async () => await startWorker(home, shared),
			end,
		};
	} catch (error) {
		await end();
		throw error;
	}
}
