/** The tables of changes that no test sees are kept: every line still stands in its file, and every row has a reason. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(__dirname, '../..');
const folder = path.join(__dirname, 'survivors');
const text = readdirSync(folder)
	.map((name) => readFileSync(path.join(folder, name), 'utf8'))
	.join('');
const rows = [...text.matchAll(/^\| (\S+) \| `` (.*) `` \| \d+ \| (.*) \|$/gm)].map(
	([, file = '', line = '', reason = '']) => ({ file, line: line.replaceAll('\\|', '|'), reason }),
);
const files = [...new Set(rows.map(({ file }) => file))];

it('has rows', () => {
	expect(rows.length).toBeGreaterThan(0);
});

it.each(files)('%s has the lines of its rows', (name) => {
	const lines = new Set(
		readFileSync(path.join(root, 'nodes/shared', name), 'utf8')
			.split('\n')
			.map((line) => line.trim()),
	);
	expect(rows.filter(({ file, line }) => file === name && !lines.has(line))).toEqual([]);
});

it('has a reason in every row', () => {
	expect(rows.filter(({ reason }) => reason.trim().length < 10)).toEqual([]);
});
