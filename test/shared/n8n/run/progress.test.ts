/** Long runs tell where they are: in n8n's log every five seconds, in the editor of a manual run, and at the end. */
import type { IExecuteFunctions } from 'n8n-workflow';
import { Progress } from '../../../../nodes/shared/n8n/run/progress';
import { Totals } from '../../../../nodes/shared/n8n/run/totals';
import { pushNoun } from '../../../../nodes/shared/n8n/run/words';
import { createManualClock } from '../../client/manualClock';

interface Line {
	readonly level: string;
	readonly text: string;
	readonly about: unknown;
}

interface Setting {
	readonly mode?: string;
	readonly log?: (line: Line) => void;
	readonly workflow?: { readonly id: string; readonly name?: string };
}

function bench(options: Setting = {}) {
	const lines: Line[] = [];
	const shown: string[] = [];
	const totals = new Totals();
	const clock = createManualClock();
	let fraction = 0;
	const write = (level: string) => (text: string, about: unknown) => {
		options.log?.({ level, text, about });
		lines.push({ level, text, about });
	};
	const context = {
		getNode: () => ({ name: 'Push' }),
		getWorkflow: () => options.workflow ?? { id: 'W', name: 'Alerts' },
		getExecutionId: () => '7',
		getMode: () => options.mode ?? 'trigger',
		sendMessageToUI: (text: string) => void shown.push(text),
		logger: { info: write('info'), warn: write('warn') },
	} as unknown as IExecuteFunctions;
	const progress = new Progress(context, { totals, noun: pushNoun, fractionRead: () => fraction }, clock);
	return { lines, shown, totals, clock, progress, read: (part: number) => void (fraction = part) };
}

it('tells every five seconds how much was sent, how fast, and what is left', () => {
	const { lines, totals, clock, read } = bench();
	clock.advance(4_999);
	expect(lines).toEqual([]);
	Object.assign(totals, { accepted: 4_000, rejected: 900, unknown: 100 });
	read(0.25);
	clock.advance(1);
	expect(lines).toEqual([
		{
			level: 'info',
			text: 'Push (workflow "Alerts", execution 7): 5,000 pushes sent, 900 rejected, 1,000 a second, about 15 seconds left',
			about: { nodeName: 'Push', workflowId: 'W', workflowName: 'Alerts', executionId: '7' },
		},
	]);
	Object.assign(totals, { accepted: 14_000 });
	read(1);
	clock.advance(5_000);
	expect(lines[1]?.text).toBe(
		'Push (workflow "Alerts", execution 7): 15,000 pushes sent, 900 rejected, 1,500 a second',
	);
});

it.each([
	[0, ''],
	[0.9, ', about 1 second left'],
	[0.999_99, ', about 1 second left'],
	[1, ''],
])('with %d read, what is left is told as %j', (fraction, expected) => {
	const { lines, clock, read } = bench();
	read(fraction);
	clock.advance(5_000);
	expect(lines[0]?.text).toBe(
		`Push (workflow "Alerts", execution 7): 0 pushes sent, 0 rejected, 0 a second${expected}`,
	);
});

it('names a workflow without a name by its id', () => {
	const { lines, clock } = bench({ workflow: { id: 'W' } });
	clock.advance(5_000);
	expect(lines[0]?.text).toBe('Push (workflow W, execution 7): 0 pushes sent, 0 rejected, 0 a second');
});

it('tells the editor of a manual run the same, and of no other', () => {
	for (const [mode, count] of [
		['manual', 1],
		['trigger', 0],
	] as const) {
		const { lines, shown, clock } = bench({ mode });
		clock.advance(5_000);
		expect(lines).toHaveLength(1);
		expect(shown).toEqual(Array.from({ length: count }, () => 'Push: 0 pushes sent, 0 rejected, 0 a second'));
	}
});

it('tells nothing more once it is stopped', () => {
	const { lines, clock, progress } = bench();
	progress.stop();
	clock.advance(60_000);
	expect(lines).toEqual([]);
	expect(clock.delays).toEqual([]);
});

it('goes on when the log cannot be written', () => {
	const { clock, progress } = bench({
		log: () => {
			throw new Error('disk full');
		},
	});
	expect(() => clock.advance(5_000)).not.toThrow();
	expect(() => progress.logStop()).not.toThrow();
	expect(clock.delays).toEqual([5_000]);
});

describe('at the end', () => {
	it('a run below five seconds says nothing', () => {
		const { clock, progress } = bench();
		clock.advance(4_999);
		expect(progress.summary()).toBeUndefined();
	});

	it.each([
		[{ total: 1, accepted: 1 }, 'This run took 5 seconds for 1 push (0 a second): 1 accepted.'],
		[
			{ total: 10_000, accepted: 4_000, rejected: 3_000, unknown: 500, invalid: 1_500, notSent: 1_000 },
			'This run took 5 seconds for 10,000 pushes (1,500 a second): 4,000 accepted, 3,000 rejected, 500 unanswered, 2,500 not sent.',
		],
	])('a longer one says how it went: %j', (counts, expected) => {
		const { clock, progress, totals } = bench();
		Object.assign(totals, counts);
		clock.advance(5_000);
		expect(progress.summary()).toBe(expected);
	});

	it.each([
		[
			{ accepted: 1 },
			'Push (workflow "Alerts", execution 7): stopped: 1 push was sent and answered (0 rejected), 0 may or may not have arrived, 0 were not sent',
		],
		[
			{ accepted: 2, rejected: 1, unknown: 4, invalid: 0, notSent: 1 },
			'Push (workflow "Alerts", execution 7): stopped: 3 pushes were sent and answered (1 rejected), 4 may or may not have arrived, 1 was not sent',
		],
		[
			{ invalid: 1, notSent: 1 },
			'Push (workflow "Alerts", execution 7): stopped: 0 pushes were sent and answered (0 rejected), 0 may or may not have arrived, 2 were not sent',
		],
	])('a stopped one is told in the log: %j', (counts, expected) => {
		const { lines, progress, totals } = bench();
		Object.assign(totals, counts);
		progress.logStop();
		expect(lines.map(({ level, text }) => [level, text])).toEqual([['warn', expected]]);
	});

	it('speeds are counted from what was sent, even in no time at all', () => {
		const { clock, lines, totals } = bench();
		Object.assign(totals, { accepted: 10, invalid: 50, notSent: 50 });
		clock.advance(5_000);
		expect(lines[0]?.text).toBe('Push (workflow "Alerts", execution 7): 10 pushes sent, 0 rejected, 2 a second');
	});
});
