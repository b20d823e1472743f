/** Lint: n8n's rules for community nodes, strict TypeScript, and the layers of docs/architecture.md. */
import { configs as n8n } from '@n8n/eslint-plugin-community-nodes';
import tseslint from 'typescript-eslint';
import { layersPlugin } from './eslint.layers.mjs';

const product = ['nodes/**/*.ts', 'credentials/**/*.ts'];
const tests = ['test/**/*.ts', 'tools/**/*.ts'];
/** The device page runs in a browser, and has a project of its own. */
const projects = ['./tsconfig.test.json', './tools/simulator/devicePage/browser/tsconfig.json'];

/** What only nodes/shared/transport may use: timers, and the network without an import. */
const timersAndNetwork = [
	'setTimeout',
	'setInterval',
	'setImmediate',
	'clearTimeout',
	'clearInterval',
	'clearImmediate',
	'queueMicrotask',
	'fetch',
	'WebSocket',
	'EventSource',
];
const onlyTransport = 'Only nodes/shared/transport touches sockets and timers.';

export default tseslint.config(
	{ ignores: ['dist/**', 'node_modules/**', 'test/bench/peers/**', '.cache/**'] },
	{
		files: [...product, ...tests],
		extends: [tseslint.configs.base],
		languageOptions: { parserOptions: { project: projects, tsconfigRootDir: import.meta.dirname } },
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
	{ ...n8n.recommended, files: [...product, 'package.json'], ignores: ['eslint.config.mjs'] },
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
	{
		files: [...product, ...tests],
		plugins: { layers: layersPlugin },
		rules: { 'layers/imports': 'error', 'no-eval': 'error', 'no-new-func': 'error' },
	},
	{
		files: product,
		ignores: ['nodes/shared/transport/**'],
		rules: {
			'no-restricted-globals': ['error', ...timersAndNetwork.map((name) => ({ name, message: onlyTransport }))],
			'no-restricted-properties': ['error', { object: 'AbortSignal', property: 'timeout', message: onlyTransport }],
		},
	},
	{
		// n8n Cloud wants neither sockets nor timers: a client of APNs needs both, and keeps them in this folder.
		files: ['nodes/shared/transport/**'],
		rules: {
			'@n8n/community-nodes/no-restricted-imports': 'off',
			'@n8n/community-nodes/no-restricted-globals': 'off',
		},
	},
	{
		// HTTPS_PROXY and NO_PROXY of the process, the only environment variables the product reads, and Node's own NODE_DEBUG.
		files: ['nodes/shared/client/options.ts', 'nodes/shared/client/process.ts'],
		rules: {
			'@n8n/community-nodes/no-restricted-globals': 'off',
			'@n8n/community-nodes/no-restricted-imports': 'off',
		},
	},
	{
		// Command-line programs and benchmarks of the tests talk to people.
		files: tests,
		rules: { 'no-console': 'off' },
	},
	{
		files: ['test/**/*.test.ts'],
		rules: {
			'no-restricted-syntax': [
				'error',
				{
					selector: "CallExpression[callee.name='expect'] > LogicalExpression[operator='||']",
					message: 'Say what is expected: a test that two different results satisfy proves neither.',
				},
				{
					selector: 'MemberExpression[object.name=/^(it|test|describe)$/][property.name=/^(only|todo)$/]',
					message: 'All tests run, and each of them tests something.',
				},
			],
		},
	},
);
