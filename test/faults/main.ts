/**
 * `npm run faults`: every fault at every phase over real sockets. `--fault TEXT` and `--phase TEXT` choose cells, `--write` keeps the table in docs/faults.md.
 * Fails when a cell is not as the design says.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { faults } from './faults';
import { phases } from './phases';
import { type Row, runCell } from './runCell';
import { document } from './table';
import { workloads } from './workloads';

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: { fault: { type: 'string' }, phase: { type: 'string' }, write: { type: 'boolean' } },
	});
	const rows: Row[] = [];
	const show = (row: Row): void => {
		rows.push(row);
		process.stdout.write(
			`${row.wrong.length === 0 ? 'ok   ' : 'WRONG'} ${row.fault} | ${row.phase} | ${row.struck} | ${row.others} | ${row.seconds} s | ${row.connections} connections | ${row.tokens} tokens | ${row.handles} handles\n`,
		);
		for (const what of row.wrong) process.stdout.write(`      ${what}\n`);
	};
	for (const fault of faults) {
		for (const phase of phases) {
			if (fault.expect[phase.name] === undefined) continue;
			if (values.fault !== undefined && !fault.name.includes(values.fault)) continue;
			if (values.phase !== undefined && phase.name !== values.phase) continue;
			show(await runCell(fault, phase));
		}
	}
	for (const workload of workloads) {
		if (values.phase === undefined && (values.fault === undefined || workload.name.includes(values.fault))) {
			show(await workload.run());
		}
	}
	const wrong = rows.filter((row) => row.wrong.length > 0).length;
	process.stdout.write(`${rows.length} cells, ${wrong} wrong\n`);
	if (wrong > 0) process.exitCode = 1;
	else if (values.write === true) {
		writeFileSync(path.resolve(__dirname, '../../docs/faults.md'), document(rows));
		process.stdout.write('docs/faults.md written\n');
	}
}

void main();
