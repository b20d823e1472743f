/** Tests run on the TypeScript sources; third-party libraries come from the bundles `gulp build` made. */
module.exports = {
	testEnvironment: 'node',
	roots: ['<rootDir>/test'],
	testMatch: ['**/*.test.ts'],
	transform: {
		'^.+\\.ts$': ['ts-jest', { tsconfig: 'tsconfig.test.json', diagnostics: false }],
	},
	moduleNameMapper: {
		'^(?:\\.{1,2}/)+(?:.*/)?vendor/([a-z0-9]+)$': '<rootDir>/dist/nodes/shared/vendor/$1.js',
	},
	setupFiles: ['<rootDir>/test/setup.ts'],
	testTimeout: 60000,
	maxWorkers: 2,
};
