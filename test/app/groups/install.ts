/** docs/install.md as written: each way of installation, its commands taken from the document, in a clean user folder. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type AppSimulator, startAppSimulator } from '../../../tools/simulator/credential';
import { items } from '../answers';
import { type Application, createHome, type Home, startApplication } from '../application/application';
import { npmEnvironment } from '../application/environment';
import { npmOf, type Registry, startRegistry } from '../application/registry';
import { SEND } from '../application/workflows';
import { deviceToken } from '../deviceTokens';
import type { Group, Reporter } from '../runner';
import { sendingWorkflow } from '../sending';
import { type Ground, stored } from '../stage';

const document = readFileSync(path.resolve(__dirname, '../../../docs/install.md'), 'utf8');
const PACKAGE = 'n8n-nodes-apns';

/** The blocks of one language below a heading of the document, in order. */
function blocks(heading: string, language: string): string[] {
	const section = document.split(/^## /m).find((part) => part.startsWith(`${heading}\n`));
	assert(section !== undefined, `docs/install.md has no section ${heading}`);
	return [...section.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, text = '']) => text);
}

/** `NAME=value` lines of a block, as a shell reads them. */
function variables(block: string): Record<string, string> {
	return Object.fromEntries(
		block
			.trim()
			.split('\n')
			.map((line) => {
				const at = line.indexOf('=');
				return [line.slice(0, at), line.slice(at + 1).replace(/^'(.*)'$/, '$1')];
			}),
	);
}

interface Scene {
	readonly ground: Ground;
	readonly registry: Registry;
	readonly apns: AppSimulator;
	/** A new folder that goes with the group. */
	folder(): string;
}

/** Runs commands of the document in a shell whose home is `home`, with npm asking the registry (undefined: none at all). */
async function shell(
	{ ground }: Scene,
	home: string,
	commands: string,
	registryUrl: string | undefined,
): Promise<string> {
	return await ground.programs.run('sh', 'sh', ['-ec', commands], {
		cwd: home,
		env: {
			...npmEnvironment(ground.n8n.binFolder),
			HOME: home,
			npm_config_registry: registryUrl ?? 'http://127.0.0.1:9',
			npm_config_cache: path.join(home, '.npm'),
		},
		log: path.join(home, 'shell.log'),
	});
}

/** An n8n in a folder of its own, with nothing installed. */
async function newHome({ ground }: Scene): Promise<Home> {
	return await createHome(ground.programs, ground.n8n);
}

/** Starts n8n in this home, has `work` done, and stops it. */
async function inN8n(
	{ ground }: Scene,
	home: Home,
	env: Readonly<Record<string, string>>,
	work: (app: Application) => Promise<void>,
): Promise<void> {
	const app = await startApplication(ground.programs, ground.n8n, home, env);
	try {
		await work(app);
	} finally {
		await app.stop();
	}
}

async function knows(app: Application): Promise<boolean> {
	return (await app.rest.nodeTypes()).some(({ name }) => name === SEND);
}

/** The nodes are there, and one sends. */
async function assertSends({ apns }: Scene, app: Application): Promise<void> {
	assert(await knows(app), 'n8n does not know the nodes');
	const id = await app.rest.createCredential('APNs account', stored(apns.credential));
	await app.rest.publish(sendingWorkflow('installed', id));
	const [sent] = items(await app.rest.fire('installed', { tokens: deviceToken(1), title: 'Installed' }));
	assert.equal(sent?.success, true, JSON.stringify(sent));
}

/** n8n asks for what is installed from the editor at npm's registry; here npm asks ours, and n8n itself reaches nobody. */
function editorEnvironment({ ground, registry }: Scene, home: Home): Record<string, string> {
	const bin = npmOf(registry, home.folder);
	return {
		PATH: [bin, ground.n8n.binFolder, process.env.PATH ?? ''].join(path.delimiter),
		HTTPS_PROXY: 'http://127.0.0.1:9',
		NO_PROXY: '127.0.0.1,localhost',
	};
}

async function byHand(scene: Scene, { check }: Reporter): Promise<void> {
	await check('by hand: the command installs into the folder of n8n, even below another project', async () => {
		const home = await newHome(scene);
		// Without a prefix npm would take this for the project to install into.
		await shell(scene, home.folder, 'echo {} > package.json && mkdir node_modules', undefined);
		const [command = ''] = blocks('By hand', 'sh');
		await shell(scene, home.folder, command, scene.registry.url);
		assert.deepEqual(readdirSync(path.join(home.folder, '.n8n/nodes/node_modules')).filter(visible), [PACKAGE]);
		await inN8n(scene, home, {}, async (app) => await assertSends(scene, app));
		home.remove();
	});
}

const visible = (name: string): boolean => !name.startsWith('.');

async function dockerCompose(scene: Scene, { check }: Reporter): Promise<void> {
	await check(
		'Docker Compose: what the first container runs fills the volume, twice too, and n8n loads it',
		async () => {
			const [compose = ''] = blocks('Docker Compose', 'yaml');
			const command = /^ +command: \['(.*)'\]$/m.exec(compose)?.[1];
			assert(command !== undefined, 'the service has no command');
			const home = await newHome(scene);
			const volume = path.join(home.folder, '.n8n/nodes');
			mkdirSync(volume, { recursive: true });
			// The container has the user node, and the volume at /nodes.
			const here = command
				.replaceAll('/nodes', volume)
				.replace('node:node', `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`);
			for (let times = 0; times < 2; times++) await shell(scene, home.folder, here, scene.registry.url);
			await inN8n(scene, home, {}, async (app) => await assertSends(scene, app));
			home.remove();
		},
	);
}

async function airGapped(scene: Scene, { check }: Reporter): Promise<void> {
	await check('air-gapped: packed on one machine, installed on another without a registry', async () => {
		const [pack = '', install = ''] = blocks('Air-gapped host', 'sh');
		const outside = scene.folder();
		await shell(scene, outside, pack, scene.registry.url);
		const [tarball] = readdirSync(outside).filter((name) => name.endsWith('.tgz'));
		const home = await newHome(scene);
		assert(install.includes(`/path/to/${tarball ?? ''}`), `the document does not install ${tarball ?? 'a tarball'}`);
		await shell(scene, home.folder, install.replace('/path/to', outside), undefined);
		await inN8n(scene, home, {}, async (app) => await assertSends(scene, app));
		home.remove();
	});
}

async function fromTheEditor(scene: Scene, { check }: Reporter): Promise<void> {
	const home = await newHome(scene);
	const env = editorEnvironment(scene, home);
	const [unverified = '', managed = ''] = blocks('From the editor', 'sh');
	const installed = path.join(home.folder, '.n8n/nodes/node_modules', PACKAGE);
	const install = async (app: Application): Promise<unknown> =>
		await app.rest.call('POST', '/community-packages', { name: PACKAGE });

	await check('from the editor: installed while n8n runs, and ready at once', async () => {
		await inN8n(scene, home, env, async (app) => {
			assert(!(await knows(app)));
			await install(app);
			await assertSends(scene, app);
		});
	});
	await check(
		'the folder is lost: n8n starts without the nodes, and with N8N_REINSTALL_MISSING_PACKAGES gets them again',
		async () => {
			rmSync(installed, { recursive: true });
			await inN8n(scene, home, env, async (app) => assert(!(await knows(app))));
			await inN8n(scene, home, { ...env, N8N_REINSTALL_MISSING_PACKAGES: 'true' }, async (app) =>
				assert(await knows(app)),
			);
		},
	);
	await check(
		'where unverified packages are refused: what is installed still loads, and nothing more can be',
		async () => {
			assert.deepEqual(variables(unverified), { N8N_UNVERIFIED_PACKAGES_ENABLED: 'true' });
			const refusing = { ...env, N8N_UNVERIFIED_PACKAGES_ENABLED: 'false' };
			await inN8n(scene, home, refusing, async (app) => {
				assert(await knows(app));
				await app.rest.call('DELETE', `/community-packages?name=${PACKAGE}`);
				await assert.rejects(install(app), /unverified/);
			});
			await inN8n(scene, home, { ...env, ...variables(unverified) }, async (app) => {
				await install(app);
				assert(await knows(app));
			});
		},
	);
	home.remove();
	await check('the list in the environment: n8n installs it at its start', async () => {
		const other = await newHome(scene);
		const own = editorEnvironment(scene, other);
		await inN8n(scene, other, { ...own, ...variables(managed) }, async (app) => await assertSends(scene, app));
		other.remove();
	});
}

export function installGroup(ground: Ground): Group {
	return {
		name: 'install',
		title: `n8n ${ground.n8n.version}, docs/install.md as written`,
		async run(reporter) {
			const folders: string[] = [];
			const registry = await startRegistry(ground.tarball);
			const apns = await startAppSimulator();
			const folder = (): string => {
				const made = mkdtempSync(path.join(tmpdir(), 'n8n-nodes-apns-install-'));
				folders.push(made);
				return made;
			};
			try {
				const scene: Scene = { ground, registry, apns, folder };
				await byHand(scene, reporter);
				await dockerCompose(scene, reporter);
				await airGapped(scene, reporter);
				await fromTheEditor(scene, reporter);
			} finally {
				await apns.simulator.close();
				await registry.close();
				for (const made of folders) rmSync(made, { recursive: true, force: true });
			}
		},
	};
}
