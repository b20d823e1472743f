/** The package as a user installs it: `npm pack`, unpacked into a folder of its own with its peer beside it. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(__dirname, '../..');

export interface PackedPackage {
	/** Where package.json and dist lie. */
	readonly dir: string;
	/** Paths in the tarball. */
	readonly files: readonly string[];
	remove(): void;
}

/** Packs and unpacks; `dist` must have been built. */
export function packPackage(): PackedPackage {
	const folder = mkdtempSync(path.join(tmpdir(), 'n8n-nodes-apns-pack-'));
	const listing = execFileSync('npm', ['pack', '--json', '--pack-destination', folder], {
		cwd: root,
		encoding: 'utf8',
		stdio: ['ignore', 'pipe', 'ignore'],
	});
	const parsed: unknown = JSON.parse(listing);
	// npm 12 lists packages by name, earlier versions in an array.
	const [entry] = Object.values(parsed as Record<string, { filename: string; files: Array<{ path: string }> }>);
	if (entry === undefined) throw new Error('npm pack listed nothing');
	const modules = path.join(folder, 'node_modules');
	mkdirSync(path.join(modules, 'n8n-nodes-apns'), { recursive: true });
	execFileSync('tar', [
		'-xzf',
		path.join(folder, entry.filename),
		'--strip-components=1',
		'-C',
		path.join(modules, 'n8n-nodes-apns'),
	]);
	symlinkSync(path.join(root, 'node_modules/n8n-workflow'), path.join(modules, 'n8n-workflow'), 'dir');
	return {
		dir: path.join(modules, 'n8n-nodes-apns'),
		files: entry.files.map((file) => file.path).sort(),
		remove: () => rmSync(folder, { recursive: true, force: true }),
	};
}
