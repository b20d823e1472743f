/** The matrix as a page of docs/. */
import type { Row } from './runCell';

const head = `# What each fault does to a push

Written by \`npm run faults -- --write\`: every fault at every phase of a connection at which it can strike, over real
sockets, with a clock that runs 20 times as fast. "Struck" is the push the fault hits, "others" are one that waits behind it
and one that comes after it; the table gives the outcome of both. Seconds are those of the fast clock until the struck push ended.
In each cell the peer's journal is compared with the outcomes: nothing \`not sent\` arrived whole, nothing accepted is reported as
rejected or \`not sent\`, nothing arrives twice, and no socket is left behind. What the outcomes mean is in [delivery.md](delivery.md).
`;

/** Markdown of all rows, a table for each group of faults. */
export function document(rows: readonly Row[]): string {
	const groups = [...new Set(rows.map(({ group }) => group))];
	const tables = groups.map((group) => {
		const lines = rows
			.filter((row) => row.group === group)
			.map((row) =>
				[row.fault, row.phase, row.struck, row.others, row.seconds, row.connections, row.tokens, row.handles].join(
					' | ',
				),
			);
		const title = `${group.charAt(0).toUpperCase()}${group.slice(1)}`;
		return [
			`## ${title}`,
			'',
			'| Fault | Phase | Struck | Others | Seconds | Connections | Tokens | Handles left |',
			'| --- | --- | --- | --- | --- | --- | --- | --- |',
			...lines.map((line) => `| ${line} |`),
			'',
		].join('\n');
	});
	return [head, ...tables].join('\n');
}
