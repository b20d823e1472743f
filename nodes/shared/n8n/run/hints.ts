/** What a user reads below the output of a green node: failures by cause, what devices ignore, and how a long run went. */
import type { IExecuteFunctions, NodeExecutionHint } from 'n8n-workflow';
import type { FieldProblem } from '../../apns/problems';
import { wordsOf } from '../fieldWords';
import type { Cause, Totals } from './totals';
import { capital, counted, countedOf, figure, type Noun, plural, sentence, sentences } from './words';

/** Hints a run shows at most: more would bury the output. */
const MAX_SHOWN = 10;
/** Different hints kept apart; every item may have one of its own. */
const MAX_KEPT = 1_000;

/** Counts the hints of all items, so that each is shown once. */
export class HintCounter {
	private readonly found = new Map<string, { readonly hint: FieldProblem; count: number }>();

	readonly add = (hints: readonly FieldProblem[]): void => {
		for (const hint of hints) {
			const known = this.found.get(hint.message);
			if (known !== undefined) known.count += 1;
			else if (this.found.size < MAX_KEPT) this.found.set(hint.message, { hint, count: 1 });
		}
	};

	/** In words, most frequent first. */
	texts(): string[] {
		return [...this.found.values()]
			.sort((one, other) => other.count - one.count)
			.map(({ hint, count }) => {
				const { message, advice } = wordsOf(hint);
				return `${sentences(message, advice)}${count > 1 ? ` (${figure(count)} items)` : ''}`;
			});
	}
}

/** One cause in words, with its share of all requests. */
function failureText({ kind, words, reason, status, count }: Cause, total: number, noun: Noun): string {
	const of = countedOf(count, total, noun);
	const were = plural(count, 'was', 'were');
	switch (kind) {
		case 'rejected':
			return sentences(`APNs rejected ${of} (${reason ?? `status ${String(status)}`})`, words.message, words.advice);
		case 'invalid':
			return sentences(`${capital(of)} ${were} not sent because a field is invalid`, words.message, words.advice);
		case 'notSent':
			return sentences(`${capital(of)} ${were} not sent`, words.message, words.advice);
		case 'unknown':
			return sentences(
				`No answer came for ${of}, so ${plural(count, 'it', 'they')} may or may not have arrived`,
				words.message,
				words.advice,
			);
	}
}

/** Ten hints at most, failures before style; the last says how many were left out. */
function shown(texts: readonly string[]): string[] {
	if (texts.length <= MAX_SHOWN) return [...texts];
	const left = texts.length - MAX_SHOWN + 1;
	return [
		...texts.slice(0, MAX_SHOWN - 1),
		`${counted(left, { one: 'more hint was', many: 'more hints were' })} left out.`,
	];
}

/** Adds the hints of a run to the node's output. `notes` come last: how a long run went. */
export function addHints(
	context: Pick<IExecuteFunctions, 'addExecutionHints'>,
	totals: Totals,
	noun: Noun,
	hints: HintCounter,
	notes: readonly string[],
): void {
	const failures = totals.causes().map((cause) => failureText(cause, totals.total, noun));
	const info = [...notes];
	if (totals.duplicates > 0)
		info.unshift(
			sentence(
				`${counted(totals.duplicates, { one: 'duplicate device token was', many: 'duplicate device tokens were' })} skipped`,
			),
		);
	const warnings = [...failures, ...hints.texts()];
	const infos = new Set(info);
	const all = shown([...warnings, ...info]).map((message): NodeExecutionHint => ({
		message,
		type: infos.has(message) ? 'info' : 'warning',
		location: 'outputPane',
	}));
	if (all.length > 0) context.addExecutionHints(...all);
}
