/** The lint holds the layers: every ordered pair of folders is tried, in every way a module can be named. */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(__dirname, '../..');

/** A file of each layer, written nowhere: only its place counts. */
const folders = {
	notions: 'nodes/shared',
	http2: 'nodes/shared/http2',
	vendor: 'nodes/shared/vendor',
	apns: 'nodes/shared/apns',
	transport: 'nodes/shared/transport',
	client: 'nodes/shared/client',
	connectionCheck: 'nodes/shared/connectionCheck',
	n8n: 'nodes/shared/n8n',
	ApnsSend: 'nodes/ApnsSend',
	ApnsBroadcast: 'nodes/ApnsBroadcast',
	credentials: 'credentials',
	test: 'test',
	tools: 'tools',
	dist: 'dist',
} as const;
type Layer = keyof typeof folders;
const product = (Object.keys(folders) as Layer[]).filter((name) => !['test', 'tools', 'dist'].includes(name));

/** docs/architecture.md once more, as who may import whom. */
const mayImport: Record<string, readonly Layer[]> = {
	notions: [],
	http2: ['notions'],
	vendor: ['notions'],
	apns: ['notions', 'http2', 'vendor'],
	transport: ['notions', 'http2'],
	client: ['notions', 'http2', 'apns', 'transport'],
	connectionCheck: ['notions', 'http2', 'apns', 'transport', 'client'],
	n8n: ['notions', 'http2', 'apns', 'transport', 'client', 'connectionCheck'],
	ApnsSend: ['notions', 'http2', 'apns', 'transport', 'client', 'connectionCheck', 'n8n'],
	ApnsBroadcast: ['notions', 'http2', 'apns', 'transport', 'client', 'connectionCheck', 'n8n'],
	credentials: ['notions'],
};

/** Every way a TypeScript file can name another module. */
const ways: Record<string, (module: string) => string> = {
	import: (module) => `import * as x from '${module}';\nexport const y = x;\n`,
	'import for its effect': (module) => `import '${module}';\n`,
	'import type': (module) => `import type { X } from '${module}';\nexport type Y = X;\n`,
	'type import()': (module) => `export type Y = import('${module}').X;\n`,
	'import = require': (module) => `import x = require('${module}');\nexport const y = x;\n`,
	'export from': (module) => `export { x } from '${module}';\n`,
	'export * from': (module) => `export * from '${module}';\n`,
	'import()': (module) => `export const y = import('${module}');\n`,
	require: (module) => `export const y = require('${module}');\n`,
	'require.resolve': (module) => `export const y = require.resolve('${module}');\n`,
	'module.require': (module) => `export const y = module.require('${module}');\n`,
};

/**
 * ESLint loads its configuration with import(), which jest's modules do not have: it runs in a process of its own, once, with the project's
 * configuration and no more than the rules in question.
 */
const lintAll = `
const { ESLint } = require('eslint');
const cases = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
const eslint = new ESLint({
	ruleFilter: ({ ruleId }) => /^layers|no-restricted|no-eval|no-new-func/.test(ruleId),
	overrideConfig: { languageOptions: { parserOptions: { project: null } } },
});
(async () => {
	const found = [];
	for (const { file, code } of cases) {
		const [result] = await eslint.lintText(code, { filePath: file });
		found.push(result.messages.map(({ ruleId, message }) => ruleId ?? 'parse error: ' + message));
	}
	process.stdout.write(JSON.stringify(found));
})();`;

function lint(cases: ReadonlyArray<{ file: string; code: string }>): string[][] {
	// Where the environment says CI=true, typescript-eslint parses each file once, from disk, and never sees the text it is given here.
	const env = { ...process.env, TSESTREE_SINGLE_RUN: 'false' };
	const found = execFileSync(process.execPath, ['-e', lintAll], {
		cwd: root,
		env,
		input: JSON.stringify(cases),
		encoding: 'utf8',
		maxBuffer: 1 << 26,
	});
	return JSON.parse(found) as string[][];
}

const relative = (from: string, to: string): string => {
	const way = path.posix.relative(path.posix.dirname(from), to);
	return way.startsWith('.') ? way : `./${way}`;
};

it('has a row for every folder of nodes/', () => {
	const below = (folder: string): string[] =>
		readdirSync(path.join(root, folder), { withFileTypes: true })
			.filter((entry) => entry.isDirectory())
			.map((entry) => `${folder}/${entry.name}`);
	const found = [...below('nodes').filter((folder) => folder !== 'nodes/shared'), ...below('nodes/shared')];
	expect(found.filter((folder) => !Object.values<string>(folders).includes(folder))).toEqual([]);
});

const pairs = product.flatMap((from) => (Object.keys(folders) as Layer[]).map((to) => [from, to] as const));

/** The deepest folder counts like its layer: `payload/` is apns. */
const files = (from: Layer): string[] => [
	`${folders[from]}/probe.ts`,
	...(from === 'notions' ? [] : [`${folders[from]}/deeper/probe.ts`]),
];

let outcomes: Map<string, string[]>;

beforeAll(() => {
	const cases = pairs.flatMap(([from, to]) =>
		files(from).flatMap((file) =>
			Object.entries(ways).map(([way, code]) => ({
				key: `${from} → ${to}`,
				label: `${way} in ${file}`,
				file,
				code: `/** x */\n${code(relative(file, `${folders[to]}/target`))}`,
			})),
		),
	);
	const found = lint(cases);
	outcomes = new Map();
	cases.forEach(({ key, label }, index) => {
		const reported = found[index]?.includes('layers/imports') === true;
		const others = (found[index] ?? []).filter((rule) => rule !== 'layers/imports');
		outcomes.set(key, [
			...(outcomes.get(key) ?? []),
			`${label}: ${[reported ? 'reported' : 'allowed', ...others].join(', ')}`,
		]);
	});
}, 300_000);

it.each(pairs)('%s → %s holds in every way of importing', (from, to) => {
	const expected = from === to || mayImport[from]?.includes(to) === true ? 'allowed' : 'reported';
	const found = outcomes.get(`${from} → ${to}`) ?? [];
	expect(found).toHaveLength(files(from).length * Object.keys(ways).length);
	expect(found.filter((line) => !line.endsWith(`: ${expected}`))).toEqual([]);
});

const sockets = ['net', 'tls', 'http', 'https', 'http2', 'dns', 'dns/promises', 'dgram'];
const timerModules = ['timers', 'timers/promises'];
const packages = [...sockets, ...timerModules].flatMap((name) => [name, `node:${name}`]);

it('lets transport alone open sockets and set timers', () => {
	const attempts = [
		...packages.map((name) => ({ name, code: `import * as x from '${name}';\nexport const y = x;\n` })),
		...packages.map((name) => ({ name, code: `export const y = require('${name}');\n` })),
		...packages.map((name) => ({ name, code: `export const y = import('${name}');\n` })),
		...['setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'queueMicrotask', 'fetch', 'WebSocket'].map(
			(name) => ({
				name,
				code: `export const y = ${name};\n`,
			}),
		),
		{ name: 'AbortSignal.timeout', code: 'export const y = AbortSignal.timeout(1);\n' },
	];
	const cases = product.flatMap((layer) =>
		attempts.map((attempt) => ({ layer, ...attempt, file: `${folders[layer]}/probe.ts` })),
	);
	const found = lint(cases);
	const allowed = cases.filter((_, index) => found[index]?.length === 0);
	expect([...new Set(allowed.map(({ layer }) => layer))]).toEqual(['transport']);
	expect(allowed.map(({ name, code }) => `${name} ${code}`)).toEqual(
		attempts.map(({ name, code }) => `${name} ${code}`),
	);
}, 300_000);

it('refuses modules whose name only the running program knows, and code made of text', () => {
	const texts = [
		'export const y = (name: string) => require(name);\n',
		'export const y = (name: string) => import(name);\n',
		"export const y = import(`../${'transport'}/clock`);\n",
		"export const y = eval('require');\n",
		"export const y = new Function('return 1');\n",
	];
	const found = lint(product.flatMap((layer) => texts.map((code) => ({ file: `${folders[layer]}/probe.ts`, code }))));
	expect(found.filter((messages) => messages.length === 0)).toEqual([]);
}, 300_000);

it('keeps third-party libraries in vendor and n8n above the client', () => {
	const wanted: Record<string, readonly Layer[]> = {
		jose: ['vendor'],
		'node-forge': ['vendor'],
		'node-forge/lib/asn1': ['vendor'],
		'n8n-workflow': ['n8n', 'ApnsSend', 'ApnsBroadcast', 'credentials'],
		'n8n-core': [],
		luxon: [],
		'node:child_process': [],
		'node:fs': [],
		'node:module': [],
	};
	const cases = Object.keys(wanted).flatMap((name) =>
		product.map((layer) => ({ name, layer, file: `${folders[layer]}/probe.ts`, code: `import '${name}';\n` })),
	);
	const found = lint(cases);
	const allowed = Object.fromEntries(
		Object.keys(wanted).map((name) => [
			name,
			cases.filter((one, index) => one.name === name && found[index]?.length === 0).map(({ layer }) => layer),
		]),
	);
	expect(allowed).toEqual(wanted);
}, 300_000);

it('gives the library its row, and no file of nodes/ a place without one', () => {
	const of = (file: string, module: string): { file: string; code: string } => ({
		file,
		code: `import '${module}';\n`,
	});
	const found = lint([
		of('nodes/library.ts', './shared/client/apnsClient'),
		of('nodes/library.ts', './shared/n8n/credential'),
		of('nodes/library.ts', 'n8n-workflow'),
		of('nodes/another.ts', './shared/outcome'),
		of('nodes/ApnsOther/ApnsOther.node.ts', '../shared/outcome'),
	]);
	const reported = ['layers/imports'];
	expect(found).toEqual([[], reported, reported, reported, reported]);
}, 120_000);

it('keeps the simulator apart from the product it stands against', () => {
	const file = 'tools/simulator/probe.ts';
	const targets = [
		'nodes/shared/apns/reasons',
		'nodes/shared/http2/frames',
		'credentials/ApnsApi.credentials',
		'dist/nodes',
	];
	const cases = targets.flatMap((target) =>
		Object.values(ways).map((code) => ({ file, code: code(relative(file, target)) })),
	);
	expect(lint(cases).filter((rules) => !rules.includes('layers/imports'))).toEqual([]);
	expect(lint([{ file, code: ways.import?.('./journal') ?? '' }])).toEqual([[]]);
}, 120_000);
