/** The one folder that keeps what `npm run n8n` must find again: n8n's data, the database, ids of what was imported. */
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export interface Memory {
	/** n8n's, for the credentials in its database. */
	readonly encryptionKey: string;
	/** What of the package is installed, as a hash. */
	packageHash?: string;
	/** Ids of n8n's credentials by type, and of its workflows by the example's name. */
	readonly credentials: Record<string, string>;
	readonly workflows: Record<string, string>;
}

export interface DataFolder {
	readonly path: string;
	readonly memory: Memory;
	/** Writes the memory down. */
	save(): void;
}

/** Opens the folder, or makes it. Throws when what is there was not made by this program. */
export function openDataFolder(folder: string): DataFolder {
	const file = path.join(folder, 'try-n8n.json');
	if (!existsSync(file) && existsSync(folder) && readdirSync(folder).length > 0)
		throw new Error(`${folder} holds something else: name another folder with --data.`);
	mkdirSync(folder, { recursive: true });
	const memory: Memory = existsSync(file)
		? (JSON.parse(readFileSync(file, 'utf8')) as Memory)
		: { encryptionKey: randomBytes(24).toString('hex'), credentials: {}, workflows: {} };
	const save = () => {
		writeFileSync(file, `${JSON.stringify(memory, null, '\t')}\n`);
		// The encryption key is in it.
		chmodSync(file, 0o600);
	};
	save();
	return { path: folder, memory, save };
}

/** A hash over the built package: what n8n has installed is the same as long as this is. */
export function packageHash(root: string): string {
	const hash = createHash('sha256');
	const add = (file: string) => hash.update(path.relative(root, file)).update(readFileSync(file));
	const walk = (folder: string): void => {
		for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => a.name.localeCompare(b.name))) {
			const full = path.join(folder, entry.name);
			if (entry.isDirectory()) walk(full);
			else add(full);
		}
	};
	add(path.join(root, 'package.json'));
	walk(path.join(root, 'dist'));
	return hash.digest('hex');
}
