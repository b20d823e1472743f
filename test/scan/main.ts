/**
 * n8n's scanner for community packages over the sources and the packed package: `npm run scan`. What it finds must be exactly what
 * findings.txt lists, no more and no less; `-- --update` writes the list anew. The scanner is installed in .cache/, outside package.json.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import packageJson from '../../package.json';
import { packPackage } from '../n8n/pack';

const SCANNER = '@n8n/scan-community-package@0.32.0';
/** It asks for any TypeScript, but what it lints with does not run with version 7. */
const TYPESCRIPT = `typescript@${packageJson.devDependencies.typescript}`;
const root = path.resolve(__dirname, '../..');
const list = path.join(__dirname, 'findings.txt');
const cache = path.join(root, '.cache/scan');

/** One line of ESLint's stylish output: place, level, message, rule. */
const FINDING = /^\s+\d+:\d+\s+(error|warning)\s.*\s(\S+)$/;

/** Findings as `file: rule × count`, sorted. */
function readReport(report: string, below: string): string[] {
	const counts = new Map<string, number>();
	let file = '';
	for (const line of report.split('\n')) {
		if (line.startsWith('/')) file = path.relative(below, line.trim());
		const [, level, rule] = FINDING.exec(line) ?? [];
		if (rule !== undefined) {
			const key = `${file}: ${rule}${level === 'warning' ? ' (warning)' : ''}`;
			counts.set(key, (counts.get(key) ?? 0) + 1);
		}
	}
	return [...counts].map(([key, count]) => `${key} × ${count}`).sort();
}

/** The scanner's own program looks a published version up by name; this asks its functions about a directory. */
const program = `
const [dir, patterns] = JSON.parse(process.argv[1]);
const { analyzePackage } = await import('@n8n/scan-community-package/scanner/scanner.mjs');
const { passed, message, details = '' } = await analyzePackage(dir, patterns);
if (!passed && details === '') throw new Error(message);
console.log(details);`;

function scan(dir: string, patterns: readonly string[]): string[] {
	const args = ['--input-type=module', '-e', program, JSON.stringify([dir, patterns])];
	return readReport(execFileSync(process.execPath, args, { cwd: cache, encoding: 'utf8', maxBuffer: 1 << 26 }), dir);
}

function install(): void {
	if (existsSync(path.join(cache, 'node_modules/@n8n/scan-community-package'))) return;
	mkdirSync(cache, { recursive: true });
	writeFileSync(path.join(cache, 'package.json'), '{ "private": true }\n');
	execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', SCANNER, TYPESCRIPT], {
		cwd: cache,
		stdio: 'inherit',
	});
}

install();
const packed = packPackage();
const found = [
	'# Sources',
	...scan(root, ['package.json', '{nodes,credentials}/**/*.{js,ts,json}']),
	'# Package',
	...scan(packed.dir, ['**/*.js', 'package.json']),
	'',
].join('\n');
packed.remove();

if (process.argv.includes('--update')) {
	writeFileSync(list, found);
	console.log(found);
} else {
	const expected = readFileSync(list, 'utf8').split('\n');
	const lines = found.split('\n');
	const more = lines.filter((line) => !expected.includes(line)).map((line) => `+ ${line}`);
	const fewer = expected.filter((line) => !lines.includes(line)).map((line) => `- ${line}`);
	console.log([...more, ...fewer].join('\n'));
	console.log(
		`${lines.length - 3} findings of n8n's scanner, ${more.length + fewer.length} differences from the list.`,
	);
	if (more.length + fewer.length > 0) process.exitCode = 1;
}
