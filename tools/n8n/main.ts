/** `npm run n8n`: from a clone to n8n in the browser, with the nodes, credentials and examples in it, an APNs and phones beside it. */
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Application, Home } from '../../test/app/application/application';
import { startApplication } from '../../test/app/application/application';
import { cacheRoot } from '../../test/app/application/cache';
import { postgresPrograms } from '../../test/app/application/debian';
import { installN8n, type InstalledN8n, PINNED_N8N } from '../../test/app/application/install';
import { installPackage, packPackage } from '../../test/app/application/packageUnderTest';
import { freePort } from '../../test/app/application/ports';
import { type Postgres, postgresCredential, startPostgres } from '../../test/app/application/postgres';
import { Programs } from '../../test/app/application/program';
import { owner } from '../../test/app/application/restClient';
import { startAppSimulator } from '../simulator/credential';
import type { DevicePage } from '../simulator/devicePage/page';
import { startDevicePage } from '../simulator/devicePage/page';
import type { DataFolder } from './dataFolder';
import { openDataFolder, packageHash } from './dataFolder';
import { exampleTables } from './examples';
import { startPracticeModel } from './practiceModel';
import type { Progress } from './progress';
import { createProgress } from './progress';
import { registerWith } from './registration';
import { type StockedExamples, stockCredentials, stockExamples } from './stock';

const root = path.resolve(__dirname, '../..');
const bundleId = 'com.example.app';

const usage = `npm run n8n -- [options]

  --port N        port for n8n (default: 5678, or a free one when that is taken)
  --page-port N   port for the device page (default: 5680, or a free one)
  --data FOLDER   where it keeps its data (default: .cache/n8n in this checkout)
  --help          print this
`;

async function isFree(port: number): Promise<boolean> {
	const server = createServer();
	return await new Promise((resolve) => {
		server.once('error', () => resolve(false));
		server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
	});
}

/** The port asked for, which must be free, or the usual one, or any. */
async function choosePort(asked: string | undefined, usual: number): Promise<number> {
	const wanted = Number(asked ?? usual);
	if (!Number.isInteger(wanted) || wanted < 1 || wanted > 65_535) throw new Error(`${asked ?? ''} is no port number.`);
	if (await isFree(wanted)) return wanted;
	if (asked !== undefined) throw new Error(`Port ${wanted} is taken: name another one.`);
	return await freePort();
}

/** What was started, ended in the opposite order. */
function createEndings() {
	const endings: Array<() => Promise<unknown>> = [];
	return {
		add: (end: () => Promise<unknown>) => void endings.push(end),
		async run() {
			for (const end of endings.splice(0).reverse()) await end().catch(() => undefined);
		},
	};
}

type Endings = ReturnType<typeof createEndings>;

/** Installs the package into n8n unless this very build is there. */
async function installBuild(programs: Programs, n8n: InstalledN8n, data: DataFolder): Promise<void> {
	const hash = packageHash(root);
	const installed = path.join(data.path, '.n8n/nodes/node_modules/n8n-nodes-apns');
	if (data.memory.packageHash === hash && existsSync(installed)) return;
	await installPackage(programs, n8n, data.path, await packPackage(programs, path.join(data.path, 'package')));
	data.memory.packageHash = hash;
	data.save();
}

/** PostgreSQL where the machine has it: the examples that need it stay inactive otherwise. */
async function startDatabase(programs: Programs, data: DataFolder, endings: Endings): Promise<Postgres | undefined> {
	try {
		postgresPrograms();
	} catch {
		return undefined;
	}
	const postgres = await startPostgres(programs, path.join(data.path, 'postgres'));
	endings.add(postgres.end);
	await postgres.query(exampleTables());
	return postgres;
}

interface Running {
	readonly app: Application;
	readonly page: DevicePage;
	readonly examples: StockedExamples;
	readonly hasPostgres: boolean;
}

async function start(
	values: { readonly port?: string; readonly 'page-port'?: string },
	data: DataFolder,
	programs: Programs,
	endings: Endings,
	{ step }: Progress,
): Promise<Running> {
	const n8n = await step(
		`n8n ${PINNED_N8N} in ${cacheRoot()} (the first time: some minutes and 2 GB)`,
		async () => await installN8n(programs),
	);
	await step('The nodes in n8n', async () => await installBuild(programs, n8n, data));
	const port = await choosePort(values.port, 5678);
	const url = `http://localhost:${port}`;
	const apns = await startAppSimulator({ bundleId, readsHeaderBlocks: true, journalKeeps: 1000 });
	endings.add(apns.simulator.close);
	const page = await startDevicePage(apns.simulator, {
		bundleId,
		port: await choosePort(values['page-port'], 5680),
		register: registerWith(url),
	});
	endings.add(page.close);
	const model = await startPracticeModel();
	endings.add(model.close);
	const postgres = await step('PostgreSQL, where this machine has it', async () =>
		startDatabase(programs, data, endings),
	);
	const home: Home = { folder: data.path, encryptionKey: data.memory.encryptionKey, port, remove: () => undefined };
	const app = await step('n8n starts', async () => await startApplication(programs, n8n, home));
	endings.add(app.stop);
	const examples = await step('Credentials and examples', async () => {
		await stockCredentials(app.rest, data, [
			{ type: 'apnsApi', name: 'APNs account', data: { ...apns.credential } },
			{ type: 'openAiApi', name: 'Practice model', data: { apiKey: 'practice', url: model.url } },
			...(postgres === undefined
				? []
				: [{ type: 'postgres', name: 'Postgres account', data: postgresCredential(postgres) }]),
		]);
		return await stockExamples(app.rest, data);
	});
	page.registerAll();
	return { app, page, examples, hasPostgres: postgres !== undefined };
}

function tell({ app, page, examples, hasPostgres }: Running, data: DataFolder, { say }: Progress): void {
	const url = `http://localhost:${app.home.port}`;
	say();
	say(`  n8n      ${url}/   sign in as ${owner.email} with ${owner.password}`);
	say(`  Phones   ${page.address}`);
	say();
	say(
		`${examples.active.length} examples are active, and ${examples.manual.length} to be started in the editor. Try one:`,
	);
	say(`  curl -H 'content-type: application/json' ${url}/webhook/alert \\`);
	say(`    -d '{"id":"1","service":"web-3","text":"No answer for five minutes","severity":"warning"}'`);
	say('docs/recipes.md has a line for each.');
	if (!hasPostgres)
		say(
			`PostgreSQL is not on this machine, so these are not active: ${examples.inactive.join(', ')}. Install it (Debian: apt-get install postgresql) and start again.`,
		);
	say();
	say(`Data: ${data.path}. Stop with Ctrl+C.`);
}

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: {
			port: { type: 'string' },
			'page-port': { type: 'string' },
			data: { type: 'string' },
			help: { type: 'boolean', default: false },
		},
	});
	if (values.help) {
		process.stdout.write(usage);
		return;
	}
	const progress = createProgress();
	const data = openDataFolder(path.resolve(values.data ?? path.join(root, '.cache/n8n')));
	const programs = new Programs({ onSignal: 'leave' });
	const endings = createEndings();
	let stop: () => void = () => undefined;
	const stopped = new Promise<void>((resolve) => {
		stop = resolve;
	});
	const starting = { over: false };
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
		process.on(signal, () => {
			// While it still starts, and at a second Ctrl+C, everything ends at once: "exit" kills what runs.
			if (!starting.over) process.exit(130);
			starting.over = false;
			stop();
		});
	try {
		const running = await start(values, data, programs, endings, progress);
		starting.over = true;
		tell(running, data, progress);
		const ended = running.app.program.end.then(() => 'ended' as const);
		if ((await Promise.race([stopped, ended])) === 'ended')
			throw new Error(`n8n ended by itself: ${path.join(data.path, 'n8n.log')} says why.`);
		progress.say();
	} finally {
		await progress.step('Stopping', endings.run);
	}
}

main().then(
	() => process.exit(0),
	(error: unknown) => {
		process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
		process.exit(1);
	},
);
