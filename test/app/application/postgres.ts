/** A PostgreSQL of its own on loopback, in a temporary folder. */
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { postgresPrograms } from './debian';
import { bareEnvironment } from './environment';
import { freePort } from './ports';
import { type Program, type Programs, untilReady } from './program';

const USER = 'n8n';

export interface Postgres {
	/** n8n's variables for it. */
	readonly env: Readonly<Record<string, string>>;
	/** Rows of a query, fields separated by `|`. */
	query(sql: string): Promise<string[]>;
	end(): Promise<void>;
}

/** What n8n's credential of the type `postgres` holds to reach it. */
export function postgresCredential({ env }: Postgres): ICredentialDataDecryptedObject {
	return {
		host: env.DB_POSTGRESDB_HOST ?? '',
		port: Number(env.DB_POSTGRESDB_PORT),
		database: env.DB_POSTGRESDB_DATABASE ?? '',
		user: env.DB_POSTGRESDB_USER ?? '',
		password: env.DB_POSTGRESDB_PASSWORD ?? '',
		ssl: 'disable',
	};
}

/** PostgreSQL refuses to run as root: then it runs as the user Debian made for it. */
function account(): { uid?: number; gid?: number } {
	if (process.getuid?.() !== 0) return {};
	const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
	return { uid: id('-u'), gid: id('-g') };
}

/** `keep`: a folder whose data outlives the end; without it the folder is a temporary one. */
export async function startPostgres(programs: Programs, keep?: string): Promise<Postgres> {
	const bin = postgresPrograms();
	if (keep !== undefined) mkdirSync(keep, { recursive: true });
	const folder = keep ?? mkdtempSync(path.join(tmpdir(), 'n8n-nodes-apns-postgres-'));
	const as = account();
	chmodSync(folder, 0o700);
	if (as.uid !== undefined && as.gid !== undefined) chownSync(folder, as.uid, as.gid);
	const port = await freePort();
	const data = path.join(folder, 'data');
	const logs = mkdtempSync(path.join(tmpdir(), 'n8n-nodes-apns-postgres-log-'));
	const options = { ...as, cwd: folder, env: bareEnvironment(folder, bin) };
	const log = (name: string): string => path.join(logs, `${name}.log`);
	let queries = 0;

	async function query(sql: string): Promise<string[]> {
		const connection = ['-h', '127.0.0.1', '-p', String(port), '-U', USER, '-d', 'postgres'];
		const output = await programs.run('psql', 'psql', [...connection, '-At', '-c', sql], {
			...options,
			log: log(`query-${++queries}`),
		});
		return output.split('\n').filter((line) => line !== '');
	}

	let server: Program | undefined;
	const end = async (): Promise<void> => {
		// A "fast shutdown": it does not wait for clients to leave.
		server?.signal('SIGINT');
		await server?.end;
		for (const one of keep === undefined ? [folder, logs] : [logs]) rmSync(one, { recursive: true, force: true });
	};
	try {
		if (!existsSync(path.join(data, 'PG_VERSION')))
			await programs.run('initdb', path.join(bin, 'initdb'), ['-D', data, '-U', USER, '-A', 'trust', '-E', 'UTF8'], {
				...options,
				log: log('initdb'),
			});
		const settings = [`listen_addresses=127.0.0.1`, 'unix_socket_directories=', 'fsync=off', 'max_connections=100'];
		server = programs.start(
			'postgres',
			path.join(bin, 'postgres'),
			['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
			{ ...options, log: log('postgres') },
		);
		await untilReady(server, async () => (await query('select 1'))[0] === '1', 30_000);
	} catch (error) {
		await end();
		throw error;
	}
	return {
		env: {
			DB_TYPE: 'postgresdb',
			DB_POSTGRESDB_HOST: '127.0.0.1',
			DB_POSTGRESDB_PORT: String(port),
			DB_POSTGRESDB_DATABASE: 'postgres',
			DB_POSTGRESDB_USER: USER,
			DB_POSTGRESDB_PASSWORD: 'not-asked-for',
		},
		query,
		end,
	};
}
