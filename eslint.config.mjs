/** Lint: n8n's rules for community nodes, strict TypeScript, and the floors of docs/architecture.md. */
import { configs as n8n } from '@n8n/eslint-plugin-community-nodes';
import tseslint from 'typescript-eslint';

const product = ['nodes/**/*.ts', 'credentials/**/*.ts'];
const tests = ['test/**/*.ts'];

/** Modules that open sockets. */
const sockets = ['net', 'tls', 'http', 'https', 'http2', 'dns', 'dns/promises', 'dgram'].flatMap((name) => [name, `node:${name}`]);
const timers = ['setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval', 'clearImmediate', 'queueMicrotask'];

const rule = (regex, message) => ({ regex, message });
const noTest = rule('(^|/)test/', 'The product knows nothing of its tests.');
const noSockets = rule(`^(${sockets.join('|').replaceAll('/', '\\/')})$`, 'Only nodes/shared/transport touches sockets.');
const noTimerModule = rule('^(node:)?timers(\\/promises)?$', 'Only nodes/shared/transport sets timers.');
const noN8n = rule('^n8n-', 'n8n appears only in nodes/*/, nodes/shared/n8n and credentials.');
const noLibrary = rule('^(?!\\.|node:|n8n-workflow$)', 'Third-party libraries are imported only in nodes/shared/vendor.');

/** Imports a folder must not have, with the timers only transport may set. */
const floor = (files, patterns, ignores = []) => ({
	files,
	ignores,
	rules: {
		'no-restricted-imports': ['error', { patterns }],
		...(files.every((file) => file.startsWith('nodes/shared/transport'))
			? {}
			: { 'no-restricted-globals': ['error', ...timers.map((name) => ({ name, message: 'Only nodes/shared/transport sets timers.' }))] }),
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
			'@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false }],
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
	floor(product, [noTest, noLibrary, noSockets, noTimerModule], ['nodes/shared/**']),
	floor(['nodes/shared/n8n/**/*.ts'], [noTest, noLibrary, noSockets, noTimerModule, rule('Apns(Send|Broadcast)', 'shared/n8n does not know the nodes above it.')]),
	floor(['nodes/shared/*.ts'], [noTest, noLibrary, noSockets, noTimerModule, noN8n, rule('^\\.\\.|^\\./n8n', 'The client does not know n8n or the nodes above it.')]),
	floor(['nodes/shared/client/**/*.ts'], [noTest, noLibrary, noSockets, noTimerModule, noN8n, rule('/n8n/|Apns(Send|Broadcast)|^\\.\\./(client|checkConnection)$', 'Parts of the client do not know the client itself, n8n or the nodes above.')]),
	floor(['nodes/shared/apns/**/*.ts'], [noTest, noLibrary, noSockets, noTimerModule, noN8n, rule('/transport/|/(client|outcome)$|/n8n/|Apns(Send|Broadcast)', 'apns knows only http2 (types) and vendor.')]),
	floor(['nodes/shared/transport/**/*.ts'], [noTest, noLibrary, noN8n, rule('/(apns|vendor|n8n)(/|$)|/(client|outcome)$|Apns(Send|Broadcast)', 'transport knows only http2.')]),
	floor(['nodes/shared/http2/**/*.ts'], [noTest, noLibrary, noSockets, noTimerModule, noN8n, rule('^\\.\\.', 'http2 knows nothing above it.')]),
	floor(['nodes/shared/vendor/*.ts'], [noTest, noSockets, noTimerModule, noN8n, rule('^\\.\\.?/(?!types)', 'vendor files import their library only.')]),
	{
		// Command-line programs and benchmarks of the tests talk to people.
		files: tests,
		rules: { 'no-console': 'off' },
	},
);
