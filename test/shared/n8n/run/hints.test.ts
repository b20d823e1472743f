/** What a user reads below the output: each cause and each hint once, the most frequent first, ten at most. */
import type { NodeExecutionHint } from 'n8n-workflow';
import { FieldProblem } from '../../../../nodes/shared/apns/problems';
import { addHints, HintCounter } from '../../../../nodes/shared/n8n/run/hints';
import { reasonOf, Totals } from '../../../../nodes/shared/n8n/run/totals';
import { pushNoun } from '../../../../nodes/shared/n8n/run/words';
import type { Outcome } from '../../../../nodes/shared/outcome';
import { accepted, invalid, notSent, rejected, unknown } from './outcomes';

const problem = (what: string): FieldProblem => new FieldProblem('sound', 'ignored', what, 'Leave it empty');

interface Said {
	readonly outcomes?: readonly Outcome[];
	readonly hints?: ReadonlyArray<readonly FieldProblem[]>;
	readonly notes?: readonly string[];
	readonly duplicates?: number;
}

function hintsOf({ outcomes = [], hints = [], notes = [], duplicates = 0 }: Said): NodeExecutionHint[] {
	const totals = new Totals();
	for (const [item, outcome] of outcomes.entries()) totals.add(item, outcome, reasonOf(outcome), undefined);
	totals.duplicates = duplicates;
	const counter = new HintCounter();
	for (const one of hints) counter.add(one);
	const shown: NodeExecutionHint[] = [];
	addHints({ addExecutionHints: (...all) => void shown.push(...all) }, totals, pushNoun, counter, notes);
	return shown;
}

const texts = (said: Said): string[] => hintsOf(said).map(({ message }) => message);

it('a run without anything to say adds nothing', () => {
	const addExecutionHints = jest.fn();
	addHints({ addExecutionHints }, new Totals(), pushNoun, new HintCounter(), []);
	expect(addExecutionHints).not.toHaveBeenCalled();
});

it.each<readonly [string, readonly Outcome[], RegExp]>([
	['rejected', [accepted(), rejected(400, 'BadDeviceToken')], /^APNs rejected 1 of 2 pushes \(BadDeviceToken\)\. /],
	['rejected without a reason', [rejected(418)], /^APNs rejected the push \(status 418\)\. /],
	['invalid', [invalid('It is wrong')], /^The push was not sent because a field is invalid\. It is wrong\. /],
	['invalid, several', [invalid(), invalid()], /^All 2 pushes were not sent because a field is invalid\. /],
	['not sent', [notSent('x')], /^The push was not sent\. It failed with x\. Mend x\.$/],
	[
		'unknown',
		[unknown()],
		/^No answer came for the push, so it may or may not have arrived\. It failed with connectionLost\. Mend connectionLost\.$/,
	],
	[
		'unknown, several',
		[unknown(), unknown()],
		/^No answer came for all 2 pushes, so they may or may not have arrived\. /,
	],
])('tells the cause: %s', (_what, outcomes, expected) => {
	const [hint, ...others] = hintsOf({ outcomes });
	expect(hint).toMatchObject({ message: expect.stringMatching(expected), type: 'warning', location: 'outputPane' });
	expect(others).toEqual([]);
});

it('tells failures by frequency, then hints by frequency, then how the run went', () => {
	const [one, two, three] = [problem('is one'), problem('is two'), problem('is three')];
	const said = texts({
		outcomes: [notSent('rare'), notSent('often'), notSent('often')],
		hints: [[one], [two, three], [two, three], [three]],
		notes: ['It took long.'],
		duplicates: 2,
	});
	expect(said.map((text) => text.slice(0, 32))).toEqual([
		'2 of 3 pushes were not sent. It ',
		'1 of 3 pushes was not sent. It f',
		"'Sound' is three. Leave it empty",
		"'Sound' is two. Leave it empty. ",
		"'Sound' is one. Leave it empty.",
		'2 duplicate device tokens were s',
		'It took long.',
	]);
});

it('counts the items that a hint is about', () => {
	const one = problem('is one');
	expect(texts({ hints: [[one]] })).toEqual(["'Sound' is one. Leave it empty."]);
	expect(texts({ hints: [[one], [one], [problem('is one')]] })).toEqual(["'Sound' is one. Leave it empty. (3 items)"]);
	const bracketed = new FieldProblem('sound', 'ignored', 'is ignored (on iOS)', 'Leave it empty (or not)');
	const text = "'Sound' is ignored (on iOS). Leave it empty (or not).";
	expect([texts({ hints: [[bracketed]] }), texts({ hints: [[bracketed], [bracketed]] })]).toEqual([
		[text],
		[`${text} (2 items)`],
	]);
});

it('keeps a thousand different hints apart and forgets the others', () => {
	const counter = new HintCounter();
	for (let n = 0; n < 1_002; n += 1) counter.add([problem(`is ${n}`)]);
	counter.add([problem('is 1001'), problem('is 5')]);
	expect(counter.texts()).toHaveLength(1_000);
	expect(counter.texts()[0]).toContain('is 5.');
});

it('tells duplicates and notes as information, all else as a warning', () => {
	const said = hintsOf({ outcomes: [notSent('x')], duplicates: 1, notes: ['It took long.'] });
	expect(said.map(({ message, type }) => [type, message.slice(0, 34)])).toEqual([
		['warning', 'The push was not sent. It failed w'],
		['info', '1 duplicate device token was skipp'],
		['info', 'It took long.'],
	]);
});

it.each([
	[1, 1, "'Sound' is 0. Leave it empty."],
	[10, 10, "'Sound' is 9. Leave it empty."],
	[11, 10, '2 more hints were left out.'],
	[12, 10, '3 more hints were left out.'],
])('shows ten of %d', (count, shown, last) => {
	const said = texts({ hints: [Array.from({ length: count }, (_none, n) => problem(`is ${n}`))] });
	expect(said).toHaveLength(shown);
	expect(said.at(-1)).toBe(last);
});
