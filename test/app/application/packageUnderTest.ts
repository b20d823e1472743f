/** This package as users get it: packed by npm, and installed into a user folder of n8n as its community packages are. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { npmEnvironment } from './environment';
import type { InstalledN8n } from './install';
import type { Programs } from './program';

const root = path.resolve(__dirname, '../../..');

/** Packs the built package into `folder`; returns the tarball's path. `dist` must have been built. */
export async function packPackage(programs: Programs, folder: string): Promise<string> {
	mkdirSync(folder, { recursive: true });
	const output = await programs.run('npm pack', 'npm', ['pack', '--silent', '--pack-destination', folder], {
		cwd: root,
		env: npmEnvironment(),
		log: path.join(folder, 'pack.log'),
	});
	const name = output.trim().split('\n').pop() ?? '';
	if (!name.endsWith('.tgz')) throw new Error(`npm pack named no tarball:\n${output}`);
	return path.join(folder, name);
}

/** What `Settings → Community nodes → Install` does, for a tarball: into `<user folder>/.n8n/nodes`. n8n loads it at its next start. */
export async function installPackage(
	programs: Programs,
	n8n: Pick<InstalledN8n, 'binFolder'>,
	userFolder: string,
	tarball: string,
): Promise<void> {
	const nodes = path.join(userFolder, '.n8n/nodes');
	mkdirSync(nodes, { recursive: true });
	// Without a manifest of its own, npm installs into the next project above: this checkout, where the user folder lies in it.
	const manifest = path.join(nodes, 'package.json');
	if (!existsSync(manifest))
		writeFileSync(manifest, '{ "name": "installed-nodes", "private": true, "dependencies": {} }\n');
	await programs.run(
		'npm install',
		'npm',
		['install', '--ignore-scripts', '--legacy-peer-deps', '--offline', tarball],
		{
			cwd: nodes,
			env: npmEnvironment(n8n.binFolder),
			log: path.join(userFolder, 'install-package.log'),
		},
	);
}
