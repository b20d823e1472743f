/** Folders that are made once and kept outside the checkout: one maker at a time, and a folder counts only once it is complete. */
import { mkdirSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** Written last into a folder: without it the folder is what an interrupted installation left behind. */
const COMPLETE = '.complete';
const POLL_MS = 500;
/** Two installations of n8n on a slow line, one after the other. */
const WAIT_MS = 40 * 60_000;

/** Where n8n and its Node are kept: `N8N_NODES_APNS_CACHE`, or a folder of the user's cache. */
export function cacheRoot(env: NodeJS.ProcessEnv = process.env): string {
	return path.resolve(
		env.N8N_NODES_APNS_CACHE ?? path.join(env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache'), 'n8n-nodes-apns'),
	);
}

/** True where the process that wrote the lock can no longer release it. */
function isAbandoned(lock: string): boolean {
	let owner: string;
	try {
		owner = readFileSync(path.join(lock, 'owner'), 'utf8');
	} catch {
		// Its maker has not written it yet, or has released the lock just now.
		return false;
	}
	const [host, pid] = owner.split(' ');
	if (host !== hostname()) return false;
	try {
		process.kill(Number(pid), 0);
		return false;
	} catch {
		return true;
	}
}

function takeLock(lock: string): boolean {
	try {
		mkdirSync(lock);
	} catch {
		return false;
	}
	writeFileSync(path.join(lock, 'owner'), `${hostname()} ${process.pid}`);
	return true;
}

/**
 * Returns `root/name`, made by `make` unless that was done before. `make` gets an empty folder; when it rejects, the next
 * caller starts again. Several processes may ask at the same time: one makes it, the others wait.
 */
export async function once(root: string, name: string, make: (folder: string) => Promise<void>): Promise<string> {
	const folder = path.join(root, name);
	const lock = `${folder}.lock`;
	const complete = path.join(folder, COMPLETE);
	mkdirSync(root, { recursive: true });
	const until = Date.now() + WAIT_MS;
	while (!existsSync(complete)) {
		if (takeLock(lock)) {
			try {
				if (existsSync(complete)) break;
				rmSync(folder, { recursive: true, force: true });
				mkdirSync(folder);
				await make(folder);
				writeFileSync(complete, '');
			} finally {
				rmSync(lock, { recursive: true, force: true });
			}
			break;
		}
		if (isAbandoned(lock)) rmSync(lock, { recursive: true, force: true });
		else if (Date.now() > until)
			throw new Error(`Another process has been making ${folder} for too long: end it, or delete ${lock}.`);
		else await pause(POLL_MS);
	}
	return folder;
}
