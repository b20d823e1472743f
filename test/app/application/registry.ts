/** A registry on loopback that knows this package only, so that it can be installed by its name as users do; npm keeps believing in its own. */
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

const root = path.resolve(__dirname, '../../..');

export interface Registry {
	readonly url: string;
	/** Paths it was asked for. */
	readonly asked: readonly string[];
	close(): Promise<void>;
}

/** Serves a tarball under the name and version of this checkout. */
export async function startRegistry(tarball: string): Promise<Registry> {
	const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as Record<string, unknown>;
	const { name, version } = manifest as { readonly name: string; readonly version: string };
	const content = readFileSync(tarball);
	const asked: string[] = [];
	const server = createServer((request, response) => {
		const target = request.url ?? '';
		asked.push(target);
		const { port } = server.address() as AddressInfo;
		const dist = {
			tarball: `http://127.0.0.1:${port}/${name}.tgz`,
			integrity: `sha512-${createHash('sha512').update(content).digest('base64')}`,
			shasum: createHash('sha1').update(content).digest('hex'),
		};
		const { devDependencies: _left, scripts: _out, ...published } = manifest;
		const whole = { name, 'dist-tags': { latest: version }, versions: { [version]: { ...published, dist } } };
		if (target === `/${name}`) response.setHeader('content-type', 'application/json').end(JSON.stringify(whole));
		else if (target === `/${name}.tgz`) response.end(content);
		else response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"not_found"}');
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}`,
		asked,
		async close() {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

function npmProgram(): string {
	for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
		const program = path.join(folder, 'npm');
		try {
			readFileSync(program);
			return program;
		} catch {
			// Not in this folder.
		}
	}
	throw new Error('There is no npm in PATH.');
}

/** A folder for PATH whose `npm` asks this registry: n8n names npm's own on the command line, and lets nobody but customers change that. */
export function npmOf(registry: Pick<Registry, 'url'>, folder: string): string {
	const bin = path.join(folder, 'npm-of-the-test');
	mkdirSync(bin, { recursive: true });
	const program = path.join(bin, 'npm');
	writeFileSync(program, `#!/bin/sh\nexec '${npmProgram()}' "$@" --registry=${registry.url}\n`);
	chmodSync(program, 0o755);
	return bin;
}
