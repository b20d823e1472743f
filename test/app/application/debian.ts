/** Programs from Debian that tests run as instances of their own: installed where missing, and where they lie. */
import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { npmEnvironment } from './environment';
import type { Programs } from './program';

const script = path.resolve(__dirname, '../../debian.sh');

/** Installs packages that are missing; needs root or sudo then. */
export async function installDebian(programs: Programs, ...packages: readonly string[]): Promise<void> {
	await programs.run('apt-get install', 'bash', [script, ...packages], {
		env: npmEnvironment(),
		log: path.join(tmpdir(), `n8n-nodes-apns-apt-${process.pid}.log`),
	});
}

/** The folder of PostgreSQL's server programs, which Debian keeps out of PATH; the newest where there are several. */
export function postgresPrograms(): string {
	const base = '/usr/lib/postgresql';
	const versions = existsSync(base) ? readdirSync(base).sort((a, b) => Number(b) - Number(a)) : [];
	const newest = versions[0];
	if (newest === undefined) throw new Error('PostgreSQL is not installed: apt-get install postgresql.');
	return path.join(base, newest, 'bin');
}
