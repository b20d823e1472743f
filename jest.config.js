/** Tests run on the TypeScript sources; third-party libraries come from the bundles `gulp build` made. */
module.exports = {
	testEnvironment: 'node',
	roots: ['<rootDir>/test'],
	testMatch: ['**/*.test.ts'],
	transform: {
		'^.+\\.ts$': ['ts-jest', { tsconfig: 'tsconfig.test.json', diagnostics: false }],
	},
	moduleNameMapper: {
		'^fast-check$': '<rootDir>/test/fastCheck.ts',
		'^(?:\\.{1,2}/)+(?:.*/)?vendor/([a-z0-9]+)$': '<rootDir>/dist/nodes/shared/vendor/$1.js',
	},
	setupFiles: ['<rootDir>/test/setup.ts'],
	// `npm run coverage`. What runs inside n8n is the packed build (test/n8n), which these figures do not see.
	collectCoverageFrom: ['nodes/**/*.ts', 'credentials/**/*.ts', '!nodes/shared/vendor/**'],
	coverageDirectory: '<rootDir>/test-output/coverage',
	coverageReporters: ['text', 'text-summary', 'html', 'json-summary'],
	testTimeout: 60000,
	maxWorkers: 2,
};
