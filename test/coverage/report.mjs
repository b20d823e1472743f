/** The last step of `npm run coverage`: writes the figures by layer into docs/testing.md, and into the summary of a workflow. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const START = '<!-- coverage: begin -->';
const END = '<!-- coverage: end -->';
const KINDS = ['lines', 'branches', 'functions'];

const { total: _total, ...files } = JSON.parse(readFileSync('test-output/coverage/coverage-summary.json', 'utf8'));

/** `nodes/shared/client`, `nodes/ApnsSend`, `credentials`: what docs/architecture.md calls a layer. */
function layerOf(file) {
	const folders = path.relative('.', path.dirname(file)).split(path.sep);
	return folders.slice(0, folders[1] === 'shared' ? 3 : 2).join('/');
}

const layers = new Map();
for (const [file, figures] of Object.entries(files)) {
	for (const layer of [layerOf(file), 'all']) {
		const sums = layers.get(layer) ?? Object.fromEntries(KINDS.map((kind) => [kind, { total: 0, covered: 0 }]));
		for (const kind of KINDS) {
			sums[kind].total += figures[kind].total;
			sums[kind].covered += figures[kind].covered;
		}
		layers.set(layer, sums);
	}
}
const share = ({ total, covered }) => (total === 0 ? '–' : `${((100 * covered) / total).toFixed(1)} %`);
const rows = [...layers]
	.sort(([one], [other]) => (one === 'all') - (other === 'all') || one.localeCompare(other))
	.map(([layer, sums]) => `| \`${layer}\` | ${KINDS.map((kind) => share(sums[kind])).join(' | ')} |`);
const table = [`| | ${KINDS.join(' | ')} |`, '|---|---|---|---|', ...rows].join('\n');

const testing = readFileSync('docs/testing.md', 'utf8');
const [before, rest] = testing.split(START);
const after = rest?.split(END)[1];
if (after === undefined) throw new Error(`docs/testing.md has no place for the table: ${START} … ${END}`);
writeFileSync('docs/testing.md', `${before}${START}\n\n${table}\n\n${END}${after}`);
if (process.env.GITHUB_STEP_SUMMARY !== undefined) appendFileSync(process.env.GITHUB_STEP_SUMMARY, `${table}\n`);
console.log(`\n${table}`);
