/** Makes the worker's program: the world and the product in one text, the product as it is or with one mutant in it. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { build, type Plugin } from 'esbuild';

/** One small change to the product. */
export interface Replacement {
	/** Below the project's root, such as `nodes/shared/transport/lane.ts`. */
	readonly file: string;
	/** Occurs exactly once there. */
	readonly text: string;
	readonly replacement: string;
}

const root = path.join(__dirname, '../..');

/** The program of a worker. Rejects when a replacement does not apply. */
export async function bundleWorker(replacements: readonly Replacement[] = []): Promise<string> {
	const applied = new Set<Replacement>();
	const substitute: Plugin = {
		name: 'substitute',
		setup({ onLoad }) {
			onLoad({ filter: /[\\/]nodes[\\/].*\.ts$/ }, async ({ path: file }) => {
				const own = replacements.filter((replacement) => path.join(root, replacement.file) === file);
				if (own.length === 0) return undefined;
				let contents = await readFile(file, 'utf8');
				for (const replacement of own) {
					const { text, replacement: by } = replacement;
					const parts = contents.split(text);
					if (parts.length !== 2)
						return { errors: [{ text: `${replacement.file}: "${text}" occurs ${parts.length - 1} times, not once` }] };
					contents = parts.join(by);
					applied.add(replacement);
				}
				return { contents, loader: 'ts' };
			});
		},
	};
	const result = await build({
		entryPoints: [path.join(__dirname, 'worker.ts')],
		bundle: true,
		write: false,
		platform: 'node',
		target: 'node20',
		format: 'cjs',
		sourcemap: 'inline',
		logLevel: 'silent',
		absWorkingDir: root,
		plugins: [substitute],
	});
	const missing = replacements.find((replacement) => !applied.has(replacement));
	if (missing !== undefined) throw new Error(`${missing.file} is no part of the worker's program`);
	const [output] = result.outputFiles;
	if (output === undefined) throw new Error('esbuild made nothing');
	return output.text;
}
