/** One n8n on loopback: started with a user folder of its own, signed in, and stopped. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bareEnvironment } from './environment';
import type { InstalledN8n } from './install';
import { installPackage } from './packageUnderTest';
import { freePort } from './ports';
import { type Program, type Programs, untilReady } from './program';
import { type RestClient, signIn } from './restClient';

/** The first start makes the database. On a busy machine n8n was seen to take 40 s. */
const START_TIMEOUT_MS = 180_000;

/** What outlives a stop: folder, encryption key and port, so that a second start finds credentials and webhooks where they were. */
export interface Home {
	readonly folder: string;
	readonly encryptionKey: string;
	readonly port: number;
	/** Deletes the folder, for the end. */
	remove(): void;
}

export interface Application {
	readonly url: string;
	readonly home: Home;
	readonly rest: RestClient;
	readonly program: Program;
	/** SIGTERM, as a service manager sends it; fulfils once n8n has ended. */
	stop(): Promise<number | null>;
}

/** A temporary user folder with the package installed in it (`tarball` undefined: without). */
export async function createHome(programs: Programs, n8n: InstalledN8n, tarball?: string): Promise<Home> {
	const folder = mkdtempSync(path.join(tmpdir(), 'n8n-nodes-apns-app-'));
	if (tarball !== undefined) await installPackage(programs, n8n, folder, tarball);
	return {
		folder,
		encryptionKey: randomBytes(24).toString('hex'),
		port: await freePort(),
		remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }),
	};
}

/** Everything of n8n that would speak to the outside is off. */
const quiet = {
	EXTERNAL_FRONTEND_HOOKS_URLS: '',
	N8N_DIAGNOSTICS_ENABLED: 'false',
	N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
	N8N_VERSION_NOTIFICATIONS_WHATS_NEW_ENABLED: 'false',
	N8N_DYNAMIC_BANNERS_ENABLED: 'false',
	N8N_TEMPLATES_ENABLED: 'false',
	N8N_PERSONALIZATION_ENABLED: 'false',
	N8N_HIRING_BANNER_ENABLED: 'false',
	N8N_VERIFIED_PACKAGES_ENABLED: 'false',
	N8N_LICENSE_AUTO_RENEW_ENABLED: 'false',
} as const;

/** Modules that would load from outside; n8n does not start when told to disable one it does not have. */
function disabledModules(n8n: InstalledN8n): string {
	return ['mcp-registry'].filter((name) => existsSync(path.join(n8n.folder, 'dist/modules', name))).join(',');
}

/** The environment of any n8n process of this home, a worker's too. */
export async function n8nEnvironment(n8n: InstalledN8n, home: Home): Promise<Record<string, string>> {
	return {
		...bareEnvironment(home.folder, n8n.binFolder),
		...quiet,
		N8N_DISABLED_MODULES: disabledModules(n8n),
		N8N_USER_FOLDER: home.folder,
		N8N_ENCRYPTION_KEY: home.encryptionKey,
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		N8N_HOST: '127.0.0.1',
		N8N_PORT: String(home.port),
		N8N_SECURE_COOKIE: 'false',
		N8N_ENFORCE_SETTINGS_FILE_PERMISSIONS: 'false',
		N8N_RUNNERS_BROKER_PORT: String(await freePort()),
		N8N_LOG_OUTPUT: 'console',
		NO_COLOR: '1',
	};
}

/** Starts n8n's main process and signs in. `env` is laid over its environment. */
export async function startApplication(
	programs: Programs,
	n8n: InstalledN8n,
	home: Home,
	env: Readonly<Record<string, string>> = {},
): Promise<Application> {
	const url = `http://127.0.0.1:${home.port}`;
	mkdirSync(home.folder, { recursive: true });
	const program = programs.start(`n8n ${n8n.version}`, n8n.node, [n8n.cli, 'start'], {
		cwd: home.folder,
		env: { ...(await n8nEnvironment(n8n, home)), ...env },
		log: path.join(home.folder, 'n8n.log'),
	});
	try {
		// `/healthz` answers as soon as the port is open, `/healthz/readiness` once the database is migrated.
		await untilReady(program, async () => (await fetch(`${url}/healthz/readiness`)).status === 200, START_TIMEOUT_MS);
		await untilReady(program, async () => (await fetch(`${url}/rest/settings`)).status === 200, START_TIMEOUT_MS);
		const rest = await signIn(url);
		return { url, home, rest, program, stop: async () => await program.stop() };
	} catch (error) {
		await program.kill();
		throw error;
	}
}
