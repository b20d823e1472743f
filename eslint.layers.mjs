/** The layers of nodes/ as one table, and the lint rule that holds them, however a module is named: import, export … from, import(), require. */
import path from 'node:path';

const SOCKETS = ['dgram', 'dns', 'dns/promises', 'http', 'http2', 'https', 'net', 'tls'];
const TIMERS = ['timers', 'timers/promises'];
const builtin = (names) => names.map((name) => `node:${name}`);

/**
 * Each folder of nodes/, with the folders below it and the packages that it may import. `endpoint.ts` and `outcome.ts`, the files
 * directly in nodes/shared, are open to all. Nothing knows what is above it.
 */
export const layers = {
	notions: { below: [], packages: [] },
	http2: { below: [], packages: [] },
	vendor: { below: [], packages: ['jose', 'node-forge'] },
	apns: { below: ['http2', 'vendor'], packages: ['node:crypto'] },
	transport: { below: ['http2'], packages: builtin(['crypto', 'events', 'os', 'util', ...SOCKETS, ...TIMERS]) },
	client: { below: ['http2', 'apns', 'transport'], packages: builtin(['crypto', 'util']) },
	connectionCheck: { below: ['http2', 'apns', 'transport', 'client'], packages: ['node:crypto'] },
	n8n: {
		below: ['http2', 'apns', 'transport', 'client', 'connectionCheck'],
		packages: ['node:crypto', 'n8n-workflow'],
	},
	ApnsSend: {
		below: ['http2', 'apns', 'transport', 'client', 'connectionCheck', 'n8n'],
		packages: ['node:crypto', 'n8n-workflow'],
	},
	ApnsBroadcast: {
		below: ['http2', 'apns', 'transport', 'client', 'connectionCheck', 'n8n'],
		packages: ['node:crypto', 'n8n-workflow'],
	},
	'library.ts': { below: ['apns', 'transport', 'client'], packages: [] },
	credentials: { below: [], packages: ['n8n-workflow'] },
};

/** The layer of a file, named from the project's root; undefined outside the product. */
export function layerOf(file) {
	const [top, second, third] = file.split('/');
	if (top === 'credentials') return 'credentials';
	if (top !== 'nodes') return undefined;
	if (second !== 'shared') return second;
	return file.split('/').length === 3 ? 'notions' : third;
}

/** What is wrong with naming `specifier` in `file`; undefined when nothing is. */
function complaint(file, specifier) {
	const own = layerOf(file);
	if (own === undefined) {
		const simulator = file.startsWith('tools/simulator/');
		const target = specifier.startsWith('.') ? path.posix.join(path.posix.dirname(file), specifier) : '';
		return simulator && /^(nodes|credentials|dist)\//.test(target)
			? 'The simulator shares nothing with the product: a fact both read wrong would pass every test.'
			: undefined;
	}
	const rules = layers[own];
	if (rules === undefined) return `The folder ${own} has no row in the layers of eslint.layers.mjs.`;
	if (!specifier.startsWith('.')) {
		const name = SOCKETS.concat(TIMERS, 'crypto', 'events', 'util').includes(specifier)
			? `node:${specifier}`
			: specifier;
		const allowed = rules.packages.some((one) => name === one || (own === 'vendor' && name.startsWith(`${one}/`)));
		return allowed ? undefined : `${own} may not import the package ${specifier}.`;
	}
	const target = path.posix.join(path.posix.dirname(file), specifier);
	const other = layerOf(target);
	if (other === undefined) return 'The product imports nothing outside nodes/ and credentials/.';
	if (other === own || other === 'notions' || rules.below.includes(other)) return undefined;
	return `${own} may import only ${[...rules.below, 'endpoint', 'outcome'].join(', ')}.`;
}

const imports = {
	meta: { type: 'problem', schema: [] },
	create(context) {
		const file = path.relative(context.cwd, context.filename).split(path.sep).join('/');
		const check = (source) => {
			if (source === null || source === undefined) return;
			if (source.type !== 'Literal' || typeof source.value !== 'string') {
				if (layerOf(file) === undefined) return;
				context.report({ node: source, message: 'Name the module by a plain text, so that its layer can be checked.' });
				return;
			}
			const message = complaint(file, source.value);
			if (message !== undefined) context.report({ node: source, message });
		};
		return {
			ImportDeclaration: (node) => check(node.source),
			ExportNamedDeclaration: (node) => check(node.source),
			ExportAllDeclaration: (node) => check(node.source),
			ImportExpression: (node) => check(node.source),
			TSImportType: (node) => check(node.source ?? node.argument.literal),
			TSExternalModuleReference: (node) => check(node.expression),
			CallExpression(node) {
				const { callee } = node;
				const direct = callee.type === 'Identifier' && callee.name === 'require';
				const member =
					callee.type === 'MemberExpression' &&
					callee.object.type === 'Identifier' &&
					['require', 'module'].includes(callee.object.name);
				if (direct || member) check(node.arguments[0]);
			},
		};
	},
};

export const layersPlugin = { rules: { imports } };
