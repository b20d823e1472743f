/**
 * The results of mutation testing as tables: `npm run mutation:report` reads what the runs left in .cache/mutation, and writes
 * the scores into docs/testing.md, each change that no test sees into test-output/mutation.md, and the lines in which they stand
 * into test/mutation/survivors/, where a reason that was written there stays.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { folders } from '../../stryker.config.mjs';
import { NO_REASON, readSurvivors, SURVIVORS, writeSurvivors } from './survivors.mjs';

const UNSEEN = ['Survived', 'NoCoverage'];
const SEEN = ['Killed', 'Timeout'];
const START = '<!-- mutation: begin -->';
const END = '<!-- mutation: end -->';

/** The mutants of a folder, each with its file and the line it stands in; undefined where it was never run. */
function mutantsOf(folder) {
	const file = path.join(process.env.MUTATION_RESULTS ?? '.cache/mutation', `${folder}.json`);
	if (!existsSync(file)) return undefined;
	const { files } = JSON.parse(readFileSync(file, 'utf8'));
	return Object.entries(files).flatMap(([name, { source, mutants }]) => {
		// What was run before a file changed says nothing about it.
		if (!existsSync(name) || readFileSync(name, 'utf8') !== source) return [];
		const lines = source.split('\n');
		return mutants.map((mutant) => ({ ...mutant, name, ...textOf(lines, mutant.location) }));
	});
}

function textOf(lines, { start, end }) {
	const line = lines[start.line - 1];
	const original = line.slice(start.column - 1, start.line === end.line ? end.column - 1 : undefined);
	return { line: line.trim(), original: start.line === end.line ? original : `${original} …` };
}

const count = (mutants, statuses) => mutants.filter(({ status }) => statuses.includes(status)).length;
const code = (text) => `\`${text.replaceAll('`', '´').replaceAll('|', '\\|').replace(/\s+/g, ' ').slice(0, 90)}\``;

function row(folder, mutants) {
	if (mutants.length === 0) return `| \`${folder}\` | not run yet | | | |`;
	const seen = count(mutants, SEEN);
	const unseen = count(mutants, UNSEEN);
	const score = ((100 * seen) / Math.max(1, seen + unseen)).toFixed(1);
	return `| \`${folder}\` | ${seen + unseen} | ${seen} | ${unseen} | ${score} % |`;
}

function survivorRows(mutants) {
	return mutants
		.filter(({ status }) => UNSEEN.includes(status))
		.map((mutant) => {
			const { name, location, original, replacement = '' } = mutant;
			const at = `${name.replace('nodes/shared/', '')}:${location.start.line}`;
			return `| ${at} | ${code(original)} | ${code(replacement)} |`;
		});
}

/** A row for each line with changes that no test sees; reasons are those of the same line before. */
function survivingLines(mutants, before) {
	const rows = new Map();
	for (const { status, name, line } of mutants) {
		if (!UNSEEN.includes(status)) continue;
		const file = name.replace('nodes/shared/', '');
		const row = rows.get(`${file} ${line}`) ?? { file, line, changes: 0 };
		rows.set(`${file} ${line}`, { ...row, changes: row.changes + 1 });
	}
	const sameLine = (one, other) => one.file === other.file && one.line === other.line;
	return [...rows.values()].map((row) => ({
		...row,
		reason: before.find((other) => sameLine(row, other))?.reason ?? NO_REASON,
	}));
}

const results = Object.keys(folders).map((folder) => [folder, mutantsOf(folder) ?? []]);
const testing = readFileSync('docs/testing.md', 'utf8');
/** A folder that was not run here keeps the score it has. */
const rowBefore = (folder) => testing.split('\n').find((text) => text.startsWith(`| \`${folder}\` |`));
const table = [
	'| folder | changes | seen | not seen | score |',
	'|---|---|---|---|---|',
	...results.map(([folder, mutants]) =>
		mutants.length === 0 ? (rowBefore(folder) ?? row(folder, mutants)) : row(folder, mutants),
	),
].join('\n');
const [before, rest] = testing.split(START);
const after = rest?.split(END)[1];
if (after === undefined) throw new Error(`docs/testing.md has no place for the table: ${START} … ${END}`);
writeFileSync('docs/testing.md', `${before}${START}\n\n${table}\n\n${END}${after}`);
const sections = results.map(([folder, mutants]) => {
	const rows = survivorRows(mutants);
	const body = ['| where | code | changed to |', '|---|---|---|', ...rows].join('\n');
	return `## ${folder}\n\n${rows.length === 0 ? 'None.' : body}\n`;
});
mkdirSync('test-output', { recursive: true });
writeFileSync('test-output/mutation.md', `# Changes that no test sees\n\n${sections.join('\n')}`);
console.log(table);
for (const [folder, mutants] of results) {
	if (mutants.length === 0) continue;
	const rows = survivingLines(mutants, readSurvivors(folder));
	writeSurvivors(folder, rows);
	const open = rows.filter(({ reason }) => reason === NO_REASON).length;
	if (open > 0) console.log(`${SURVIVORS}/${folder}.md: ${open} of ${rows.length} lines have no reason yet`);
}
