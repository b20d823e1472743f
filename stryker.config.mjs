/**
 * Mutation testing: `npm run mutation` changes one folder of nodes/shared in every small way and lists the changes no test sees.
 * MUTATION_FOLDER chooses the folder (below), MUTATION_FILES single files of it, separated by commas.
 */
const folders = {
	http2: {
		mutate: ['nodes/shared/http2/*.ts'],
		tests: ['test/shared/http2/*.test.ts'],
	},
	hpack: {
		mutate: ['nodes/shared/http2/hpack/*.ts'],
		tests: ['test/shared/http2/hpack/*.test.ts', 'test/shared/http2/requestFields.test.ts'],
	},
	apns: {
		mutate: ['nodes/shared/apns/**/*.ts'],
		tests: ['test/shared/apns/**/*.test.ts'],
	},
	client: {
		mutate: ['nodes/shared/client/**/*.ts'],
		tests: ['test/shared/client/**/*.test.ts'],
	},
	run: {
		mutate: ['nodes/shared/n8n/run/**/*.ts'],
		tests: ['test/shared/n8n/**/*.test.ts'],
	},
};

const folder = process.env.MUTATION_FOLDER ?? 'http2';
const chosen = folders[folder];
if (chosen === undefined) throw new Error(`MUTATION_FOLDER is one of ${Object.keys(folders).join(', ')}`);

export default {
	testRunner: 'jest',
	// Only the tests that reach a change are run for it.
	coverageAnalysis: 'perTest',
	mutate: process.env.MUTATION_FILES?.split(',') ?? chosen.mutate,
	jest: {
		projectType: 'custom',
		configFile: 'jest.config.js',
		config: { testMatch: chosen.tests.map((pattern) => `<rootDir>/${pattern}`), maxWorkers: 1, testTimeout: 20_000 },
		enableFindRelatedTests: false,
	},
	incremental: true,
	incrementalFile: `.cache/mutation/${folder}.json`,
	tempDirName: '.cache/stryker',
	cleanTempDir: 'always',
	ignorePatterns: ['test-output', '.cache', 'docs', 'examples', 'test/bench', 'test/app', 'test/interop', 'test/n8n'],
	reporters: ['clear-text', 'json', 'progress-append-only'],
	jsonReporter: { fileName: `.cache/mutation/${folder}-report.json` },
	clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
	concurrency: 1,
	timeoutMS: 4_000,
	ignoreStatic: true,
	// Texts for people are judged by readers, not by tests of every word.
	mutator: { excludedMutations: ['StringLiteral'] },
	disableTypeChecks: '{nodes,test}/**/*.ts',
	thresholds: { high: 90, low: 85, break: 85 },
};
