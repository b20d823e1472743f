/** A release takes its notes from the changelog, and cannot be made without them. */
import { readFileSync } from 'node:fs';
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
