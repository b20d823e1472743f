/** The tables of the documents that say what the code's own tables say, made of them. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { BROADCAST_MAX_PAYLOAD_BYTES, type PushTypeRow, pushTypeRows } from '../../nodes/shared/apns/pushTypes';
import { type ReasonRow, reasonRows } from '../../nodes/shared/apns/reasons';
import { wordsFor } from '../../nodes/shared/n8n/fieldWords';

const root = path.resolve(__dirname, '../..');
const number = (value: number): string => value.toLocaleString('en-US');

/** A Markdown table. Bars within a cell are escaped. */
function table(head: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
	const line = (cells: readonly string[]): string =>
		`| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
	return [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
}

const credentials: Readonly<Record<PushTypeRow['trust'], string>> = {
	any: 'key or certificate',
	token: 'key',
	certificate: 'certificate',
};

function topicOf({ topicSuffix }: PushTypeRow): string {
	if (topicSuffix === undefined) return 'as in the certificate';
	return topicSuffix === '' ? 'bundle ID' : `bundle ID + \`${topicSuffix}\``;
}

function pushTypes(): string {
	const rows = pushTypeRows.map((row) => [
		row.displayName,
		`\`${row.value}\``,
		row.description,
		topicOf(row),
		row.priorities.join(', '),
		credentials[row.trust],
		number(row.maxPayloadBytes),
	]);
	const head = ['push type', 'value', 'what it does', 'topic', 'priorities', 'credential', 'payload bytes'];
	return `${table(head, rows)}\n\nA broadcast may have ${number(BROADCAST_MAX_PAYLOAD_BYTES)} bytes.`;
}

function reasonTable(rows: readonly ReasonRow[]): string {
	return table(
		['reason', 'status', 'what happened', 'what to do'],
		rows.map(({ reason, status, meaning, advice }) => [`\`${reason}\``, String(status), meaning, wordsFor(advice)]),
	);
}

/** The reasons named, in the order named; all, by name, when none is. Throws for a reason the code does not know. */
function reasons(names: readonly string[]): string {
	if (names.length === 0) return reasonTable([...reasonRows].sort((a, b) => (a.reason < b.reason ? -1 : 1)));
	return reasonTable(
		names.map((name) => {
			const row = reasonRows.find(({ reason }) => reason === name);
			if (row === undefined) throw new Error(`${name} is no reason the code knows.`);
			return row;
		}),
	);
}

/** What the bundles hold, from the licence files the build writes beside them. */
function licenses(): string {
	const folder = path.join(root, 'dist/nodes/shared/vendor');
	const rows = readdirSync(folder)
		.filter((file) => file.endsWith('.LICENSE.txt'))
		.sort()
		.flatMap((file) =>
			[...readFileSync(path.join(folder, file), 'utf8').matchAll(/^(\S+) (\d+\.\d+\.\d+\S*) \((.+)\)\n\n/gm)].map(
				([, name = '', version = '', license = '']) => [
					`\`${name}\``,
					version,
					license,
					`\`dist/nodes/shared/vendor/${file}\``,
				],
			),
		);
	return table(['library', 'version', 'license', 'full text in the package'], rows);
}

const makers: Readonly<Record<string, (names: readonly string[]) => string>> = {
	'push types': pushTypes,
	reasons,
	licenses,
};

const GENERATED = /(<!-- generated: ([a-z ]+?)((?: [A-Z]\w+)*) -->\n)[\s\S]*?(\n<!-- end -->)/g;

/** A document with its generated parts made anew; what stands around them is kept. */
export function fillTables(document: string): string {
	return document.replace(GENERATED, (_all, begin: string, kind: string, names: string, end: string) => {
		const make = makers[kind];
		if (make === undefined) throw new Error(`There is no table "${kind}".`);
		return `${begin}\n${make(names.split(' ').filter((name) => name !== ''))}\n${end}`;
	});
}

/** The documents, named from the root: README and the like, everything in docs/, and the README of each tool. */
export function documentNames(): string[] {
	const markdown = (folder: string): string[] =>
		readdirSync(path.join(root, folder)).filter((file) => file.endsWith('.md'));
	const tools = readdirSync(path.join(root, 'tools')).map((tool) => `tools/${tool}`);
	return ['', 'docs', ...tools].flatMap((folder) => markdown(folder).map((file) => path.posix.join(folder, file)));
}

export const readDocument = (name: string): string => readFileSync(path.join(root, name), 'utf8');
