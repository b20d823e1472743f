/** The tarball: dist and papers only, no run-time dependency, everything n8n looks for where it looks. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { builtinModules, createRequire } from 'node:module';
import path from 'node:path';
import { type PackedPackage, packPackage } from '../n8n/pack';

let packed: PackedPackage;
let manifest: Record<string, unknown> & { n8n: { nodes: string[]; credentials: string[] } };

beforeAll(() => {
	packed = packPackage();
	manifest = JSON.parse(readFileSync(path.join(packed.dir, 'package.json'), 'utf8'));
});

afterAll(() => packed.remove());

const scripts = (): string[] => packed.files.filter((file) => file.endsWith('.js'));
const read = (file: string): string => readFileSync(path.join(packed.dir, file), 'utf8');

it('holds dist, package.json, README, LICENSE and nothing else', () => {
	expect(packed.files.filter((file) => !file.startsWith('dist/'))).toEqual(['LICENSE', 'README.md', 'package.json']);
	expect(packed.files.filter((file) => /\btest\b|simulator|(?<!\.js)\.map$|(?<!\.d)\.ts$/.test(file))).toEqual([]);
});

it('has no run-time dependency and n8n-workflow as its only peer', () => {
	expect(manifest.dependencies).toBeUndefined();
	expect(manifest.peerDependencies).toEqual({ 'n8n-workflow': '*' });
	expect(manifest.keywords).toContain('n8n-community-node-package');
});

it('runs no script at install', () => {
	expect(Object.keys(manifest.scripts ?? {}).filter((name) => /install|prepare|prepublish/.test(name))).toEqual([]);
});

it('requires nothing but itself, Node and n8n-workflow', () => {
	const foreign = scripts().flatMap((file) =>
		[...read(file).matchAll(/\brequire\("([^"]+)"\)/g)].map((match) => match[1] ?? ''),
	);
	const allowed = (name: string): boolean =>
		name.startsWith('.') || name === 'n8n-workflow' || builtinModules.includes(name.replace(/^node:/, ''));
	expect([...new Set(foreign)].filter((name) => !allowed(name))).toEqual([]);
});

it('ships every node with its codex file and every credential with icons that exist', () => {
	for (const file of [...manifest.n8n.nodes, ...manifest.n8n.credentials]) expect(packed.files).toContain(file);
	for (const file of manifest.n8n.nodes) expect(packed.files).toContain(file.replace(/\.js$/, '.json'));
	for (const file of [...manifest.n8n.nodes, ...manifest.n8n.credentials]) {
		for (const [, icon] of read(file).matchAll(/'file:([^']+\.svg)'/g)) {
			expect(existsSync(path.resolve(packed.dir, path.dirname(file), icon ?? ''))).toBe(true);
		}
	}
});

it('ships the licence of every bundled library', () => {
	const vendor = path.join(packed.dir, 'dist/nodes/shared/vendor');
	const bundles = readdirSync(vendor).filter((name) => name.endsWith('.js'));
	expect(bundles).toContain('jose.js');
	const licences = bundles.map((bundle) =>
		readFileSync(path.join(vendor, bundle.replace(/\.js$/, '.LICENSE.txt')), 'utf8'),
	);
	for (const licence of licences)
		expect(licence.slice(0, 2_000)).toMatch(/^\S+ \d+\.\d+\.\d+ \(.+\)\n\n[\s\S]*(Copyright|copyright)/);
});

it('lets every node of the process share one session cache', () => {
	const load = createRequire(path.join(packed.dir, 'package.json'));
	const shared: { processCache: unknown } = load('./dist/nodes/shared/client/process.js');
	expect(load('./dist/nodes/shared/client/process.js')).toBe(shared);
	expect(scripts().filter((file) => /new SessionCache|new sessionCache_1\.SessionCache/.test(read(file)))).toEqual([
		'dist/nodes/shared/client/process.js',
	]);
});

it('names no machine path', () => {
	for (const file of packed.files) expect(read(file)).not.toMatch(/\/(home|root|work|Users|tmp)\/[a-z]/);
});
