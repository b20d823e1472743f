/** Lint: n8n's rules for community nodes, strict TypeScript, and the layers of docs/architecture.md. */
import { configs as n8n } from '@n8n/eslint-plugin-community-nodes';
import tseslint from 'typescript-eslint';

const product = ['nodes/**/*.ts', 'credentials/**/*.ts'];
const tests = ['test/**/*.ts', 'tools/**/*.ts'];

/** Modules that open sockets. */
const sockets = ['net', 'tls', 'http', 'https', 'http2', 'dns', 'dns/promises', 'dgram'].flatMap((name) => [
	name,
	`node:${name}`,
]);
const timers = [
	'setTimeout',
	'setInterval',
	'setImmediate',
	'clearTimeout',
	'clearInterval',
	'clearImmediate',
	'queueMicrotask',
];

const rule = (regex, message) => ({ regex, message });
const noTest = rule('(^|/)(test|tools)/', 'The product knows nothing of its tests and tools.');
const noSockets = rule(
	`^(${sockets.join('|').replaceAll('/', '\\/')})$`,
	'Only nodes/shared/transport touches sockets.',
);
const noTimerModule = rule('^(node:)?timers(\\/promises)?$', 'Only nodes/shared/transport sets timers.');
const noN8n = rule('^n8n-', 'n8n appears only in nodes/*/, nodes/shared/n8n and credentials.');
const noLibrary = rule(
	'^(?!\\.|node:|n8n-workflow$)',
	'Third-party libraries are imported only in nodes/shared/vendor.',
);

/** The folders of nodes/shared, and which others each may import. Nothing below knows what stands above it. */
const layers = {
	http2: [],
	transport: ['http2'],
	apns: ['http2', 'vendor'],
	client: ['http2', 'transport', 'apns', 'vendor'],
	connectionCheck: ['http2', 'transport', 'apns', 'client'],
	n8n: ['apns', 'client', 'connectionCheck', 'transport', 'http2'],
};
const common = ['endpoint', 'outcome'];

/** A relative import that leads into one of these folders or files, from wherever it is written. */
const into = (names) => `^\\.{1,2}/(?:.*/)?(?:${names.join('|')})(?:/|$)`;

/** The imports a folder of nodes/shared may not have. */
const layer = (name) => {
	const allowed = layers[name];
	const above = Object.keys(layers)
		.concat('vendor')
		.filter((other) => other !== name && !allowed.includes(other));
	const patterns = [
		noTest,
		noLibrary,
		rule(into(above), `${name} may import only ${[...allowed, ...common].join(', ')}.`),
		rule('Apns(Send|Broadcast)', `${name} does not know the nodes.`),
	];
	if (name !== 'n8n') patterns.push(noN8n);
	if (name !== 'transport') patterns.push(noSockets, noTimerModule);
	return restrict([`nodes/shared/${name}/**/*.ts`], patterns);
};

/** Imports some files must not have, with the timers only transport may set. */
const restrict = (files, patterns, ignores = []) => ({
	files,
	ignores,
	rules: {
		'no-restricted-imports': ['error', { patterns }],
		...(files.every((file) => file.startsWith('nodes/shared/transport'))
			? {}
			: {
					'no-restricted-globals': [
						'error',
						...timers.map((name) => ({ name, message: 'Only nodes/shared/transport sets timers.' })),
					],
				}),
	},
});

const withoutCloud = n8n.recommendedWithoutN8nCloudSupport;

export default tseslint.config(
	{ ignores: ['dist/**', 'node_modules/**', 'test/bench/peers/**', '.cache/**'] },
	{
		files: [...product, ...tests],
		extends: [tseslint.configs.base],
		languageOptions: { parserOptions: { project: './tsconfig.test.json', tsconfigRootDir: import.meta.dirname } },
		rules: {
			'@typescript-eslint/no-explicit-any': 'error',
			'@typescript-eslint/no-non-null-assertion': 'error',
			'@typescript-eslint/ban-ts-comment': 'error',
			'@typescript-eslint/no-floating-promises': 'error',
			'@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
			'@typescript-eslint/await-thenable': 'error',
			'@typescript-eslint/consistent-type-imports': [
				'error',
				{ fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
			],
			'@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
			'@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
			'no-console': 'error',
			'prefer-const': 'error',
			eqeqeq: 'error',
		},
	},
	// A test's own descriptions of n8n objects are not the product: n8n's rules judge the product alone.
	{ ...withoutCloud, files: [...product, 'package.json'], ignores: ['eslint.config.mjs'] },
	{
		files: ['package.json'],
		extends: [tseslint.configs.base],
		languageOptions: { parserOptions: { extraFileExtensions: ['.json'] } },
	},
	{
		// Below shared/n8n nothing knows n8n: errors there are typed (TransportError, FieldProblem) and become NodeApiError or
		// NodeOperationError at the boundary, so a rule that wants n8n's classes everywhere does not fit.
		files: ['nodes/shared/**/*.ts'],
		ignores: ['nodes/shared/n8n/**'],
		rules: { '@n8n/community-nodes/require-node-api-error': 'off' },
	},
	{
		// A proxy URL may hold user and password, so it is masked although its name is no secret's.
		files: ['credentials/ApnsApi.credentials.ts'],
		rules: { '@n8n/community-nodes/credential-unnecessary-password': 'off' },
	},
	restrict(product, [noTest, noLibrary, noSockets, noTimerModule], ['nodes/shared/**']),
	...Object.keys(layers).map(layer),
	restrict(
		['nodes/shared/*.ts'],
		[noTest, noLibrary, noSockets, noTimerModule, noN8n, rule('^\\.', 'These notions lie below every layer.')],
	),
	restrict(
		['nodes/shared/vendor/*.ts'],
		[noTest, noSockets, noTimerModule, noN8n, rule('^\\.\\.?/(?!types)', 'vendor files import their library only.')],
	),
	{
		// Command-line programs and benchmarks of the tests talk to people.
		files: tests,
		rules: { 'no-console': 'off' },
	},
);
