/**
 * The lines of code with changes that no test sees, each with the reason why that is so: reads and writes the tables in
 * test/mutation/survivors/, one for each folder.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';

export const SURVIVORS = 'test/mutation/survivors';
export const NO_REASON = '?';

const about = (folder) => `# Changes in ${folder} that no test sees, and why

\`npm run mutation:report\` writes this table after \`MUTATION_FOLDER=${folder} npm run mutation\`: a row for each line of code in which a
small change fails no test, with the number of such changes. The last column is written by hand and stays as long as the line does.

| file | line | changes | why no test sees them |
|---|---|---|---|
`;
const ROW = /^\| (\S+) \| `` (.*) `` \| (\d+) \| (.*) \|$/;
const fileOf = (folder) => `${SURVIVORS}/${folder}.md`;

/** The rows of a folder. */
export function readSurvivors(folder) {
	if (!existsSync(fileOf(folder))) return [];
	const rows = readFileSync(fileOf(folder), 'utf8')
		.split('\n')
		.map((text) => ROW.exec(text));
	return rows
		.filter((row) => row !== null)
		.map(([, file, line, changes, reason]) => ({
			file,
			line: line.replaceAll('\\|', '|'),
			changes: Number(changes),
			reason,
		}));
}

export function writeSurvivors(folder, rows) {
	const lines = rows.map(
		({ file, line, changes, reason }) =>
			`| ${file} | \`\` ${line.replaceAll('|', '\\|')} \`\` | ${changes} | ${reason} |\n`,
	);
	mkdirSync(SURVIVORS, { recursive: true });
	writeFileSync(fileOf(folder), about(folder) + lines.join(''));
}
