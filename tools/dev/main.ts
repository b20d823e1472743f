/**
 * `npm run dev`: builds the package, starts the real n8n with it, and builds and restarts n8n whenever a source changes. Its user folder is
 * `.cache/dev`, so that credentials and workflows are still there the next day. Ctrl+C ends it.
 */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { type Application, createHome, type Home, startApplication } from '../../test/app/application/application';
import { installN8n, type InstalledN8n } from '../../test/app/application/install';
import { Programs } from '../../test/app/application/program';
import { owner } from '../../test/app/application/restClient';

const root = path.resolve(__dirname, '../..');
const folder = path.join(root, '.cache/dev');
const installed = path.join(folder, '.n8n/nodes/node_modules/n8n-nodes-apns');
const sources = ['nodes', 'credentials', 'icons'];
/** An editor writes a file in several steps, and several files at once. */
const SETTLE_MS = 300;

const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** The user folder of the last time, or a new one; its encryption key decides whether n8n can read its credentials. */
async function openHome(programs: Programs, n8n: InstalledN8n): Promise<Home> {
	const kept = path.join(folder, 'home.json');
	if (existsSync(kept)) return { ...(JSON.parse(readFileSync(kept, 'utf8')) as Home), remove: () => undefined };
	const { encryptionKey, port, remove } = await createHome(programs, n8n);
	remove();
	mkdirSync(folder, { recursive: true });
	writeFileSync(kept, JSON.stringify({ folder, encryptionKey, port }));
	return { folder, encryptionKey, port, remove: () => undefined };
}

/** Builds, and lays the result where n8n looks for community nodes. Returns what the compiler says when it does not build. */
async function build(): Promise<string | undefined> {
	try {
		await promisify(execFile)(path.join(root, 'node_modules/.bin/gulp'), ['build'], { cwd: root });
	} catch (error) {
		return String(Reflect.get(Object(error), 'stdout'));
	}
	rmSync(installed, { recursive: true, force: true });
	mkdirSync(installed, { recursive: true });
	for (const name of ['package.json', 'dist'])
		cpSync(path.join(root, name), path.join(installed, name), { recursive: true });
	return undefined;
}

async function main(): Promise<void> {
	const programs = new Programs();
	print('Installing n8n where it is not there yet (some minutes and 2 GB, once) …');
	const n8n = await installN8n(programs);
	const home = await openHome(programs, n8n);
	let application: Application | undefined;
	let changed = true;
	let wake: (() => void) | undefined;
	for (const source of sources) {
		watch(path.join(root, source), { recursive: true }, () => {
			changed = true;
			wake?.();
		});
	}
	for (;;) {
		if (!changed) {
			await new Promise<void>((resolve) => {
				wake = resolve;
			});
			await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
		}
		changed = false;
		print('Building …');
		const trouble = await build();
		if (trouble !== undefined) {
			print(trouble);
			continue;
		}
		await application?.stop();
		application = await startApplication(programs, n8n, home);
		const nodes = (await application.rest.nodeTypes()).filter(({ name }) => String(name).startsWith('n8n-nodes-apns.'));
		print(`n8n ${n8n.version} with ${nodes.map(({ displayName }) => String(displayName)).join(', ')}`);
		print(`${application.url} (sign in as ${owner.email}, ${owner.password})`);
		print(`Its log: ${home.folder}/n8n.log`);
	}
}

void main();
