/**
 * Installs the real n8n, pinned, with the Node it wants, once in a cache folder outside the checkout.
 *
 * What the folder offers, from the bottom up: `install.ts` (this file) puts n8n and Node into the cache; `packageUnderTest.ts` packs this
 * package and installs the tarball into a user folder as n8n's community packages are; `application.ts` starts one n8n on loopback with
 * SQLite in a temporary user folder, owner signed in, and stops it; `restClient.ts` is its REST interface (credentials, workflows,
 * executions), `workflows.ts` the workflows it gets; `queueMode.ts` starts a main process with workers over Redis and PostgreSQL;
 * `browser.ts` opens the editor. A program that wants n8n calls `installN8n()`, `packPackage()` and `startApplication()`, and
 * `stop()` at the end; everything it starts dies with it.
 */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cacheRoot, once } from './cache';
import { npmEnvironment } from './environment';
import type { Programs } from './program';

/** The n8n all tests run unless told otherwise. */
export const PINNED_N8N = '2.41.1';

export interface InstalledN8n {
	readonly version: string;
	/** Folder with the node, npm and npx to run it with. */
	readonly binFolder: string;
	/** The Node program. */
	readonly node: string;
	/** n8n's command line, to be run by `node`. */
	readonly cli: string;
	/** Folder of the package n8n. */
	readonly folder: string;
}

/** Node for all of them: n8n 2 wants 24, and isolated-vm has no ready-made program for older ones. */
const NODE_MAJOR = '24';

/** What the dependencies of a version need, so that all of them come from the npm registry. */
const overrides: ReadonlyArray<readonly [version: RegExp, overrides: Readonly<Record<string, string>>]> = [
	// They ask for a xlsx that lies elsewhere, and for a @langchain/core that newer ones of its kin no longer work with.
	[/^(1|2\.\d)\./, { xlsx: '0.18.5', '@langchain/core': '1.2.8' }],
];

/** Installs the newest Node of a major version; returns the folder of its package. */
async function installNode(programs: Programs, root: string, major: string): Promise<string> {
	const folder = await once(root, `node-${major}`, async (made) => {
		await writeFile(path.join(made, 'package.json'), '{ "private": true }');
		// The package's install script puts the program of this machine in place.
		await programs.run(
			'npm install node',
			'npm',
			['install', `node@${major}`, '--ignore-scripts=false', '--no-audit', '--no-fund'],
			{
				cwd: made,
				env: npmEnvironment(),
				log: path.join(root, `node-${major}.log`),
			},
		);
	});
	return path.join(folder, 'node_modules/node');
}

function versionOf(folder: string): string {
	const manifest: unknown = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
	return String(Reflect.get(manifest as object, 'version'));
}

/**
 * Installs n8n and returns where it is; some minutes and 2 GB the first time, nothing afterwards.
 * `version`: an exact one. Rejects with the end of npm's output when it cannot be installed.
 */
export async function installN8n(
	programs: Programs,
	version: string = PINNED_N8N,
	root = cacheRoot(),
): Promise<InstalledN8n> {
	const nodePackage = await installNode(programs, root, NODE_MAJOR);
	const binFolder = path.join(nodePackage, 'bin');
	const folder = await once(root, `n8n-${version}`, async (made) => {
		const at = { cwd: made, log: path.join(root, `n8n-${version}.log`) };
		await writeFile(
			path.join(made, 'package.json'),
			JSON.stringify({
				private: true,
				overrides: Object.assign({}, ...overrides.filter(([of]) => of.test(version)).map(([, needed]) => needed)),
			}),
		);
		// Without install scripts: one of a Kafka package downloads from elsewhere and fails. Of the others only sqlite3's is needed.
		await programs.run(
			'npm install n8n',
			'npm',
			['install', `n8n@${version}`, '--legacy-peer-deps', '--ignore-scripts', '--no-audit', '--no-fund'],
			{ ...at, env: npmEnvironment(binFolder) },
		);
		await programs.run(
			'npm rebuild sqlite3',
			'npm',
			['rebuild', 'sqlite3', '--ignore-scripts=false', '--foreground-scripts'],
			{
				...at,
				// Node's headers come with its package, so that nothing has to be downloaded for the build.
				env: {
					...npmEnvironment(binFolder),
					npm_config_nodedir: headersOf(nodePackage),
				},
			},
		);
	});
	const n8n = path.join(folder, 'node_modules/n8n');
	return {
		version: versionOf(n8n),
		binFolder,
		node: path.join(binFolder, 'node'),
		cli: path.join(n8n, 'bin/n8n'),
		folder: n8n,
	};
}

/** The folder with `include/node`: the package of the platform, beside or below the package `node`. */
function headersOf(nodePackage: string): string {
	const platform = process.platform === 'win32' ? 'win' : process.platform;
	return path.dirname(require.resolve(`node-${platform}-${process.arch}/package.json`, { paths: [nodePackage] }));
}
