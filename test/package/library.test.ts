/** The package's `main` as a script gets it from the tarball: docs/library.md holds, code and all, and n8n's way of loading does too. */
import { execFile, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { PackageDirectoryLoader } from 'n8n-core';
import { bundleId, type SimulatorWithCredential, startSimulatorWithCredential, teamId } from '../n8n/credential';
import { type PackedPackage, packPackage } from '../n8n/pack';

const root = path.resolve(__dirname, '../..');
const page = readFileSync(path.join(root, 'docs/library.md'), 'utf8');
const blocks = [...page.matchAll(/^```js\n([\s\S]*?)^```$/gm)].map(([, code]) => code ?? '');

let packed: PackedPackage;
let folder: string;
let peer: SimulatorWithCredential;

beforeAll(async () => {
	packed = packPackage();
	folder = path.resolve(packed.dir, '../..');
	peer = await startSimulatorWithCredential();
	writeFileSync(path.join(folder, `AuthKey_${peer.key.keyId}.p8`), peer.key.privateKeyPem);
	writeFileSync(path.join(folder, 'ca.pem'), peer.simulator.caPem);
});

afterAll(async () => {
	await peer.simulator.close();
	packed.remove();
});

/** The page's code with the simulator in Apple's place. */
function forSimulator(code: string): string {
	const { pushPort, managementPort } = peer.simulator;
	const replaced = code
		.replace("endpoint: pushEndpoint('development'),", `endpoint: { host: 'localhost', port: ${pushPort} },`)
		.replace(
			"managementEndpoint: managementEndpoint('development'),",
			`managementEndpoint: { host: 'localhost', port: ${managementPort} }, caBundle: readFileSync('ca.pem', 'utf8'),`,
		);
	expect(replaced).not.toMatch(/Endpoint\('development'\)/);
	return replaced.replaceAll('ABC123DEFG', peer.key.keyId).replaceAll('DEF123GHIJ', teamId);
}

async function run(name: string, script: string): Promise<string> {
	writeFileSync(path.join(folder, name), script);
	const { stdout } = await promisify(execFile)(process.execPath, [name], { cwd: folder });
	return stdout.replaceAll(/ +$/gm, '').trim();
}

it('has three pieces of code on its page, for one push, for many and for a channel', () => {
	expect(blocks).toHaveLength(3);
	expect(page).toContain(`topic: '${bundleId}'`);
});

it('sends the push of the first example, and the script ends by itself', async () => {
	expect(await run('one.js', forSimulator(blocks[0] ?? ''))).toBe('accepted 200');
});

it('sends to many as the second example does', async () => {
	const tokens = Array.from({ length: 500 }, (_none, index) => index.toString(16).padStart(64, '0'));
	const script = `${forSimulator(blocks.slice(0, 2).join('\n'))}
		sendToAll(${JSON.stringify(tokens)}).then((counts) => console.log(JSON.stringify(counts)));`;
	expect((await run('many.js', script)).split('\n').sort()).toEqual(['accepted 200', '{"accepted":500}']);
});

it('creates, uses and deletes a channel as the third example does', async () => {
	const script = `${forSimulator([blocks[0], blocks[2]].join('\n'))}
		broadcastOnce().then((outcomes) => console.log(outcomes.join()));`;
	expect((await run('channel.js', script)).split('\n').sort()).toEqual(['accepted 200', 'accepted,accepted']);
});

it('exports what the page names, and nothing else', async () => {
	const named = [...page.matchAll(/^\| `(\w+)[^`]*` \|/gm)].map(([, name]) => name);
	const exported = await run('names.js', "console.log(Object.keys(require('n8n-nodes-apns')).sort().join());");
	expect(exported.split(',')).toEqual([...named].sort());
});

it('can be imported by name from an ES module', async () => {
	const script =
		"import { sharedClient, processCache } from 'n8n-nodes-apns';\nconsole.log(typeof sharedClient, processCache.stats().length);";
	expect(await run('module.mjs', script)).toBe('function 0');
});

it('shares the cache of the process with the nodes n8n loads by their paths', async () => {
	const script = `
		const { processCache } = require('n8n-nodes-apns');
		const path = require('node:path');
		const dir = path.dirname(require.resolve('n8n-nodes-apns/package.json'));
		for (const file of require('n8n-nodes-apns/package.json').n8n.nodes) require(path.join(dir, file));
		const loaded = Object.keys(require.cache).filter((file) => file.includes('n8n-nodes-apns/dist') && /class SessionCache /.test(require('node:fs').readFileSync(file, 'utf8')));
		console.log(loaded.length, processCache.constructor.name);`;
	expect(await run('shared.js', script)).toBe('1 SessionCache');
});

it('gives n8n its nodes and its credential', async () => {
	const loader = new PackageDirectoryLoader(packed.dir);
	await loader.loadAll();
	expect(Object.keys(loader.nodeTypes).sort()).toEqual(['apnsBroadcast', 'apnsSend']);
	expect(Object.keys(loader.credentialTypes)).toEqual(['apnsApi']);
});

it('declares types a strict program compiles with, without the libraries it bundles', () => {
	const types = [...(/^The types ([\s\S]*?) are exported too/m.exec(page)?.[1] ?? '').matchAll(/`(\w+)`/g)].map(
		([, name]) => name ?? '',
	);
	expect(types.length).toBeGreaterThan(10);
	const file = path.join(folder, 'consumer.ts');
	writeFileSync(
		file,
		`import { sharedClient, pushEndpoint, managementEndpoint, processCache, SessionCache, type ${types.join(', type ')} } from 'n8n-nodes-apns';
const options: ApnsClientOptions = { identity: { type: 'token', teamId: 'T', keyId: 'K', privateKeyPem: 'P' }, endpoint: pushEndpoint('production'), managementEndpoint: managementEndpoint('production'), cache: new SessionCache() };
export async function send(client: ApnsClient, push: Notification): Promise<OutcomeName> {
	const outcome: Outcome = await client.send(push, { timeoutMs: 1_000 });
	await client.sendEach([push], ({ status }: Outcome, { deviceToken }: Notification, index: number) => void [status, deviceToken, index]);
	return outcome.outcome;
}
export const made: ApnsClient = sharedClient(options);
export const open: number = processCache.stats().length;
export type All = [${types.join(', ')}];
`,
	);
	for (const resolution of ['Node10', 'Node16']) {
		const module = resolution === 'Node10' ? 'CommonJS' : 'Node16';
		const args = [
			'--noEmit',
			'--strict',
			'--esModuleInterop',
			'--target',
			'ES2022',
			'--module',
			module,
			'--moduleResolution',
			resolution,
		];
		const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
		const types = ['--types', 'node', '--typeRoots', path.join(root, 'node_modules/@types')];
		const { stdout } = spawnSync(process.execPath, [tsc, ...args, ...types, file], { cwd: folder, encoding: 'utf8' });
		expect(stdout).toBe('');
	}
}, 120_000);

it('maps every script of its own to the TypeScript it was written in', () => {
	const scripts = packed.files.filter((file) => file.endsWith('.js') && !file.includes('/vendor/'));
	for (const script of scripts) {
		expect(packed.files).toContain(`${script}.map`);
		const map = JSON.parse(readFileSync(path.join(packed.dir, `${script}.map`), 'utf8')) as {
			sources: string[];
			sourcesContent: string[];
		};
		expect(map.sources).toEqual([expect.stringMatching(/^(\.\.\/)+(nodes|credentials)\/[\w/.]+\.ts$/)]);
		expect(map.sourcesContent[0]).toMatch(/^\/\*\*/);
	}
});
