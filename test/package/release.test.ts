/** A release takes its notes from the changelog, and cannot be made without them. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { close, notesOf } from '../../tools/release/changelog';

const root = path.resolve(__dirname, '../..');
const changelog = '# Changelog\n\n## Unreleased\n\n- New.\n\n## 1.0.0 (2026-11-24)\n\n- First.\n- Second.\n';

it('prints the section of a version', () => {
	expect(notesOf(changelog, '1.0.0')).toBe('- First.\n- Second.');
});

it.each(['1.0.1', '1.0', '0.0'])('finds no notes for %s', (version) => {
	expect(() => notesOf(changelog, version)).toThrow(`CHANGELOG.md says nothing about ${version}.`);
});

it('gives what is unreleased the version and the date', () => {
	const closed = close(changelog, '1.1.0', '2026-12-01');
	expect(closed).toBe(changelog.replace('## Unreleased', '## 1.1.0 (2026-12-01)'));
	expect(notesOf(closed, '1.1.0')).toBe('- New.');
});

it('refuses a release nobody described', () => {
	expect(() => close('# Changelog\n\n## 1.0.0\n\n- First.\n', '1.1.0', '2026-12-01')).toThrow(
		/no section "## Unreleased"/,
	);
	expect(() => close('# Changelog\n\n## Unreleased\n\n## 1.0.0\n\n- First.\n', '1.1.0', '2026-12-01')).toThrow(
		/says nothing about 1.1.0/,
	);
});

it('describes the version of package.json in the changelog of the project', () => {
	const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };
	expect(notesOf(readFileSync(path.join(root, 'CHANGELOG.md'), 'utf8'), version)).toMatch(/^- /m);
});

describe('npm run release', () => {
	let folder: string;
	const run = (program: string, ...args: string[]): string =>
		execFileSync(program, args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });

	beforeEach(() => {
		folder = mkdtempSync(path.join(tmpdir(), 'n8n-nodes-apns-release-'));
		for (const name of ['package.json', 'package-lock.json', '.npmrc', 'tools/release', 'tsconfig.json'])
			cpSync(path.join(root, name), path.join(folder, name), { recursive: true });
		symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
		writeFileSync(path.join(folder, '.gitignore'), 'node_modules\n');
		run('git', 'init', '--quiet');
		run('git', 'config', 'user.name', 'Maintainer');
		run('git', 'config', 'user.email', 'maintainer@example.com');
	});

	afterEach(() => rmSync(folder, { recursive: true }));

	function commit(text: string): void {
		writeFileSync(path.join(folder, 'CHANGELOG.md'), text);
		run('git', 'add', '--all');
		run('git', 'commit', '--quiet', '--message', 'Begin');
	}

	it('commits and tags the version together with its section of the changelog', () => {
		commit(changelog);
		run('npm', 'run', '--silent', 'release', '--', '9.0.0');
		expect(run('git', 'show', 'v9.0.0:CHANGELOG.md')).toMatch(/^## 9\.0\.0 \(\d{4}-\d\d-\d\d\)$/m);
		expect(run('git', 'show', 'v9.0.0:package.json')).toContain('"version": "9.0.0"');
		expect(run('git', 'status', '--porcelain')).toBe('');
	});

	it('stops without a commit or a tag where nothing is unreleased', () => {
		commit('# Changelog\n\n## 1.0.0 (2026-11-24)\n\n- First.\n');
		expect(() => run('npm', 'run', '--silent', 'release', '--', '9.0.0')).toThrow(/no section "## Unreleased"/);
		expect(run('git', 'tag')).toBe('');
		expect(run('git', 'log', '--format=%s')).toBe('Begin\n');
	});
});
