/** The fault matrix in its short form: one cell of each fault, and of each phase. All cells: `npm run faults`. */
import type { Fault } from './fault';
import { faults } from './faults';
import { type Phase, phases } from './phases';
import { handles, type Row, runCell } from './runCell';
import { workloads } from './workloads';

/** For each fault the phase that the fewest others have taken so far. */
function shortForm(): ReadonlyArray<readonly [Fault, Phase]> {
	const used = new Map<string, number>();
	return faults.map((fault) => {
		const fitting = phases.filter(({ name }) => fault.expect[name] !== undefined);
		const [phase] = fitting.sort((a, b) => (used.get(a.name) ?? 0) - (used.get(b.name) ?? 0));
		if (phase === undefined) throw new Error(`${fault.name} strikes at no phase.`);
		used.set(phase.name, (used.get(phase.name) ?? 0) + 1);
		return [fault, phase];
	});
}

const cells = shortForm();
const rows = new Map<string, Row>();
let left = 0;

beforeAll(async () => {
	const before = handles();
	// One after the other: cells at once keep each other waiting, and 50 ms of that are a second to their fast clocks.
	for (const [fault, phase] of cells) rows.set(fault.name, await runCell(fault, phase));
	for (let n = 0; n < 100 && handles() > before; n += 1) await new Promise((resolve) => setTimeout(resolve, 10));
	left = handles() - before;
}, 300_000);

it('has a cell of each phase', () => {
	expect(new Set(cells.map(([, phase]) => phase.name))).toEqual(new Set(phases.map(({ name }) => name)));
});

it.each(cells.map(([fault, phase]) => [fault.name, phase.name] as const))(
	'%s at %s ends as the design says',
	(fault) => {
		expect(rows.get(fault)?.wrong).toEqual([]);
	},
);

it('leaves no socket behind', () => {
	expect(left).toBeLessThanOrEqual(0);
});

it.each(workloads.map(({ name, run }) => [name, run] as const))('%s', async (_name, run) => {
	expect((await run()).wrong).toEqual([]);
});
