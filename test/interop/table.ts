/** The results as a table for people and as JSON for programs. */
import { exchanges } from './exchanges';
import { type ExchangeName, exchangeNames } from './server';

export type Cell =
	| { readonly result: 'ok'; readonly seen: string; readonly ms: number }
	| { readonly result: 'failed'; readonly why: string; readonly ms: number }
	/** The server cannot do it. */
	| { readonly result: 'not possible'; readonly why: string };

export interface Row {
	readonly server: string;
	readonly version: string;
	readonly cells: Readonly<Partial<Record<ExchangeName, Cell>>>;
}

function text(cell: Cell | undefined): string {
	switch (cell?.result) {
		case 'ok':
			return `ok (${cell.seen})`;
		case 'failed':
			return 'FAILED';
		case 'not possible':
			return '—';
		default:
			return '';
	}
}

/** A Markdown table, then every `—` and every failure with its reason. */
export function markdown(rows: readonly Row[]): string {
	const lines = [['server', 'version', ...exchangeNames.map((name) => exchanges[name].title)]];
	for (const row of rows) lines.push([row.server, row.version, ...exchangeNames.map((name) => text(row.cells[name]))]);
	const widths = lines[0]?.map((_cell, column) => Math.max(...lines.map((line) => (line[column] ?? '').length))) ?? [];
	const format = (line: readonly string[]): string =>
		`| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
	const [head = [], ...body] = lines;
	const table = [format(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...body.map(format)];
	const notes = rows.flatMap((row) =>
		exchangeNames.flatMap((name) => {
			const cell = row.cells[name];
			if (cell === undefined || cell.result === 'ok') return [];
			return [`- ${row.server}, ${exchanges[name].title}: ${cell.result === 'failed' ? 'FAILED: ' : ''}${cell.why}`];
		}),
	);
	return [...table, '', ...notes, ''].join('\n');
}
