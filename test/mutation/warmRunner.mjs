/**
 * A test runner for Stryker that loads the test files once and then runs, for each change, only the tests that reach it.
 * Jest's own runner starts anew for each change, which takes seconds where the tests take milliseconds. Tests are collected and
 * run by Jest's parts (jest-circus, expect), so they are the same tests. What is gained costs isolation: test files share their
 * modules, which is why nothing here may keep state in a module.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire, Module } from 'node:module';
import path from 'node:path';
import { commonTokens, declareClassPlugin, PluginKind, tokens } from '@stryker-mutator/api/plugin';
import {
	determineHitLimitReached,
	DryRunStatus,
	TestStatus,
	toMutantRunResult,
} from '@stryker-mutator/api/test-runner';

const require = createRequire(import.meta.url);
/** How long each test took without a change: written in Stryker's copy of the project, for processes that begin later. */
const TIMES = 'test-times.json';
/** Tests run in this order: those that take less than so many milliseconds, then the next. A quick one often suffices. */
const PASSES_MS = [50, 300, Infinity];
/** Tests above this are not run for a change: one that only they see counts as unseen. So are those beyond `warm.mostMs` in all. */
const SLOWEST_MS = 2_000;
/** A test that takes so many times as long as without the change has failed, and never before so many milliseconds. */
const TIMES_AS_LONG = 10;
const SHORTEST_TIMEOUT_MS = 3_000;
/** Where Stryker keeps the active change and what was reached; the changed sources read it. */
const reached = (globalThis.__stryker__ ??= {});

/** TypeScript by esbuild, and Jest's module names (jest.config.js). */
function teachNodeTypeScript(root) {
	const { transformSync } = require('esbuild');
	const tsconfigRaw = { compilerOptions: { esModuleInterop: true, experimentalDecorators: true, target: 'ES2022' } };
	Module._extensions['.ts'] = (module, filename) => {
		const { code } = transformSync(readFileSync(filename, 'utf8'), {
			loader: 'ts',
			format: 'cjs',
			target: 'node20',
			platform: 'node',
			tsconfigRaw,
		});
		module._compile(code, filename);
	};
	const resolve = Module._resolveFilename;
	Module._resolveFilename = (request, ...rest) => {
		const vendored = /^(?:\.{1,2}\/)+(?:.*\/)?vendor\/([a-z0-9]+)$/.exec(request);
		if (vendored !== null) return path.join(root, `dist/nodes/shared/vendor/${vendored[1]}.js`);
		// Beside ApnsSend.node.ts stands ApnsSend.node.json, which Node would take first.
		if (/^\.{1,2}\/.*\.node$/.test(request)) return resolve(`${request}.ts`, ...rest);
		if (request === 'fast-check') return path.join(root, 'test/fastCheck.ts');
		return resolve(request, ...rest);
	};
}

/** What a test file finds as globals. */
function globalsOfTests(circus) {
	const { jestExpect } = require('@jest/expect');
	const { ModuleMocker } = require('jest-mock');
	const mocker = new ModuleMocker(globalThis);
	const jest = { fn: mocker.fn.bind(mocker), spyOn: mocker.spyOn.bind(mocker) };
	const { describe, it, test, beforeAll, beforeEach, afterAll, afterEach } = circus;
	Object.assign(globalThis, {
		describe,
		it,
		test,
		beforeAll,
		beforeEach,
		afterAll,
		afterEach,
		expect: jestExpect,
		jest,
	});
}

function filesMatching(root, pattern) {
	if (!pattern.includes('*')) return [path.join(root, pattern)];
	const [folder, rest] = pattern.split(/\/(?=\*)/);
	const entries = readdirSync(path.join(root, folder), { recursive: rest.startsWith('**') });
	return entries.filter((name) => name.endsWith('.test.ts')).map((name) => path.join(root, folder, name));
}

/** Every test below a describe block. */
function testsOf(block) {
	return block.children.flatMap((child) => (child.type === 'test' ? [child] : testsOf(child)));
}

function fullName(test) {
	const names = [test.name];
	for (let block = test.parent; block.parent !== undefined; block = block.parent) names.unshift(block.name);
	return names.join(' ');
}

class WarmRunner {
	static inject = tokens(commonTokens.options);
	/** One entry for each test file: its collected tests, as jest-circus keeps them. */
	files = [];

	constructor(options) {
		this.patterns = options.warm.tests;
		this.mostMs = options.warm.mostMs;
		this.root = process.cwd();
	}

	capabilities() {
		// Not quite: what ran while the files were loaded is not run again for a change. It is seen by what calls it, or not at
		// all. The other answer would start a process for each such change.
		return { reloadEnvironment: true };
	}

	init() {
		process.env.NODE_ENV = 'test';
		// A test that failed may leave something behind that fails later, when no test is running.
		process.on('uncaughtException', () => {});
		process.on('unhandledRejection', () => {});
		teachNodeTypeScript(this.root);
		this.circus = require('jest-circus');
		// The state and its events are not among the exports of the package, but beside them.
		this.state = require(path.join(path.dirname(require.resolve('jest-circus')), 'state.js'));
		globalsOfTests(this.circus);
		this.state.addEventHandler((event) => this.onEvent(event));
		require(path.join(this.root, 'test/setup.ts'));
		// Properties with so many examples as find nearly all: each change runs them anew.
		require('fast-check').configureGlobal({ ...require('fast-check').readConfigureGlobal(), numRuns: 25 });
		const found = new Set(this.patterns.flatMap((pattern) => filesMatching(this.root, pattern)));
		for (const file of [...found].sort()) this.load(file);
	}

	load(file) {
		this.circus.resetState();
		const state = this.circus.getState();
		state.testTimeout = 120_000;
		require(file);
		const tests = testsOf(state.rootDescribeBlock).map((test) => ({
			test,
			mode: test.mode,
			timeout: test.timeout,
			id: `${path.relative(this.root, file)} ${fullName(test)}`,
		}));
		for (const entry of tests) entry.test.id = entry.id;
		this.files.push({ file, state, tests });
	}

	onEvent({ name, test }) {
		if (name === 'test_start') {
			reached.currentTestId = test.id;
			if (this.stopAtFailure && this.failed) test.mode = 'skip';
		} else if (name === 'test_done') {
			reached.currentTestId = undefined;
			if (test.errors.length > 0) this.failed = true;
		}
	}

	async dryRun() {
		reached.mutantCoverage ??= { static: {}, perTest: {} };
		this.stopAtFailure = false;
		const result = await this.run(() => true);
		const times = Object.fromEntries((result.tests ?? []).map(({ id, timeSpentMs }) => [id, timeSpentMs]));
		writeFileSync(TIMES, JSON.stringify(times));
		// A test that passes just once would fail for every change that it reaches, and claim to have seen it.
		const again = await this.run(() => true);
		if (again.status !== DryRunStatus.Complete || again.tests.some(({ status }) => status === TestStatus.Failed))
			return { ...again, mutantCoverage: reached.mutantCoverage };
		return { ...result, mutantCoverage: reached.mutantCoverage };
	}

	async mutantRun({ activeMutant, testFilter, disableBail, hitLimit }) {
		const times = (this.times ??= JSON.parse(readFileSync(TIMES, 'utf8')));
		const chosen = quickest(testFilter ?? Object.keys(times), times, this.mostMs);
		this.stopAtFailure = !disableBail;
		reached.activeMutant = activeMutant.id;
		reached.hitLimit = hitLimit;
		reached.hitCount = hitLimit === undefined ? undefined : 0;
		try {
			const tests = [];
			let above = -1;
			for (const upTo of PASSES_MS) {
				const pass = new Set(chosen.filter((id) => times[id] > above && times[id] <= upTo));
				const result = await this.run((id) => pass.has(id));
				const endless = determineHitLimitReached(reached.hitCount, reached.hitLimit);
				if (endless !== undefined || result.status !== DryRunStatus.Complete)
					return toMutantRunResult(endless ?? result);
				tests.push(...result.tests);
				if (this.stopAtFailure && this.failed) break;
				above = upTo;
			}
			return toMutantRunResult({ status: DryRunStatus.Complete, tests }, disableBail);
		} finally {
			reached.activeMutant = undefined;
			reached.hitCount = undefined;
		}
	}

	async run(isChosen) {
		this.failed = false;
		const results = [];
		for (const { file, state, tests } of this.files) {
			if (this.stopAtFailure && this.failed) break;
			const wanted = tests.filter(({ id }) => isChosen(id));
			if (wanted.length === 0) continue;
			for (const { id, test, mode, timeout } of tests) {
				const longest =
					this.times === undefined ? timeout : Math.max(SHORTEST_TIMEOUT_MS, this.times[id] * TIMES_AS_LONG);
				const chosen = isChosen(id) ? mode : 'skip';
				Object.assign(test, { errors: [], status: null, seenDone: false, mode: chosen, timeout: longest });
			}
			if (this.times !== undefined) state.testTimeout = SHORTEST_TIMEOUT_MS;
			state.unhandledErrors = [];
			this.circus.setState(state);
			await this.state.dispatch({ name: 'setup', parentProcess: process, testNamePattern: null });
			await this.circus.run();
			await this.state.dispatch({ name: 'teardown' });
			for (const { id, test } of wanted) results.push(resultOf(id, file, test));
			if (state.unhandledErrors.length > 0 && !this.failed) {
				const message = state.unhandledErrors.map(String).join('\n');
				return { status: DryRunStatus.Error, errorMessage: `${file}: ${message}` };
			}
		}
		return { status: DryRunStatus.Complete, tests: results };
	}
}

/** The quickest of these tests, as long as there is time. */
function quickest(ids, times, mostMs) {
	let sumMs = 0;
	return [...ids]
		.sort((one, other) => times[one] - times[other])
		.filter((id) => times[id] <= SLOWEST_MS && (sumMs += times[id]) <= mostMs);
}

function resultOf(id, fileName, { status, errors, duration }) {
	const about = { id, name: id, fileName, timeSpentMs: duration ?? 0 };
	if (status !== 'done') return { ...about, status: TestStatus.Skipped };
	if (errors.length === 0) return { ...about, status: TestStatus.Success };
	const failureMessage = errors.map((error) => String([error].flat()[0])).join('\n');
	return { ...about, status: TestStatus.Failed, failureMessage };
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'warm', WarmRunner)];
