/**
 * Mutation testing: `npm run mutation` changes one folder of nodes/shared in every small way and lists the changes no test sees.
 * MUTATION_FOLDER chooses the folder (below), MUTATION_FILES single files of it and MUTATION_TESTS single test files, each with commas between them.
 */
/** Files of transport/ that decide and count, each with a test of that name or one below. The others open sockets. */
const pureTransport = [
	'abandonedStreams',
	'attempts',
	'backoff',
	'capacity',
	'drainLedger',
	'dueTimer',
	'identityPause',
	'openingBudget',
	'openings',
	'owners',
	'proxyEnvironment',
	'race',
	'reconnectPolicy',
	'requestQueue',
	'resetBudget',
	'signsOfLife',
	'standings',
];

export const folders = {
	http2: {
		mutate: ['nodes/shared/http2/*.ts'],
		tests: ['test/shared/http2/*.test.ts'],
	},
	hpack: {
		mutate: ['nodes/shared/http2/hpack/*.ts'],
		tests: ['test/shared/http2/hpack/*.test.ts'],
	},
	apns: {
		mutate: ['nodes/shared/apns/**/*.ts'],
		tests: ['test/shared/apns/**/*.test.ts'],
	},
	client: {
		mutate: ['nodes/shared/client/**/*.ts'],
		tests: ['test/shared/client/**/*.test.ts'],
		// Nearly all of them send over real connections.
		mostMs: 12_000,
	},
	run: {
		mutate: ['nodes/shared/n8n/run/**/*.ts'],
		tests: ['test/shared/n8n/run/*.test.ts', 'test/shared/n8n/lastRuns.test.ts'],
	},
	transport: {
		mutate: pureTransport.map((name) => `nodes/shared/transport/${name}.ts`),
		tests: ['attempts', 'budgets', 'capacity', 'dueTimer', 'openings', 'owners', 'policies', 'race', 'signsOfLife']
			.concat(['proxyEnvironment', 'requestQueue'])
			.map((name) => `test/shared/transport/${name}.test.ts`),
	},
};

const folder = process.env.MUTATION_FOLDER ?? 'http2';
const chosen = folders[folder];
if (chosen === undefined) throw new Error(`MUTATION_FOLDER is one of ${Object.keys(folders).join(', ')}`);

export default {
	plugins: ['./test/mutation/warmRunner.mjs'],
	testRunner: 'warm',
	warm: { tests: process.env.MUTATION_TESTS?.split(',') ?? chosen.tests, mostMs: chosen.mostMs ?? 3_000 },
	// Only the tests that reach a change are run for it.
	coverageAnalysis: 'perTest',
	mutate: process.env.MUTATION_FILES?.split(',') ?? chosen.mutate,
	// A machine with other work to do may need long for the slowest tests.
	dryRunTimeoutMinutes: 20,
	incremental: true,
	incrementalFile: `.cache/mutation/${folder}.json`,
	tempDirName: '.cache/stryker',
	cleanTempDir: 'always',
	ignorePatterns: ['test-output', '.cache', 'docs', 'examples', 'test/bench', 'test/app', 'test/interop', 'test/n8n'],
	reporters: ['clear-text', 'json', 'progress-append-only'],
	jsonReporter: { fileName: `test-output/mutation/${folder}.json` },
	clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
	concurrency: 1,
	timeoutMS: 4_000,
	// Half of what the tests took: a change gets only some of them (warmRunner.mjs).
	timeoutFactor: 0.5,
	ignoreStatic: true,
	// Texts for people are judged by readers, not by tests of every word.
	warnings: { unknownOptions: false },
	mutator: { excludedMutations: ['StringLiteral'] },
	disableTypeChecks: '{nodes,test}/**/*.ts',
	thresholds: { high: 90, low: 85, break: 85 },
};
