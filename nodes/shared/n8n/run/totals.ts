/** The result of a run in numbers: how many of each outcome, and for each cause how often and where first. */
import { describeReason, isCommonToRun, type ReasonRow } from '../../apns/reasons';
import type { Outcome } from '../../outcome';
import { explain, localCodes, type Words } from './resultItem';
import type { Target } from './words';

/** What kind of failure a cause is. */
export type CauseKind = 'rejected' | 'invalid' | 'notSent' | 'unknown';

export interface Cause {
	readonly kind: CauseKind;
	readonly words: Words;
	/** Apple's reason, where APNs answered with one. */
	readonly reason: string | undefined;
	readonly status: number | undefined;
	/** The first input item that met it. */
	readonly itemIndex: number;
	count: number;
}

/** Different causes kept apart. Every item may have a text of its own; a person reads a few. */
const MAX_CAUSES = 1_000;
/** Recipients an error names. */
const MAX_NAMED = 10;

/** The row of a rejection; undefined for every other outcome. */
export function reasonOf(outcome: Outcome): ReasonRow | undefined {
	return outcome.outcome === 'rejected' ? describeReason(outcome.status ?? 0, outcome.reason) : undefined;
}

/** Accepted, or perhaps: what must never be sent again on its own. */
export function isSettled({ outcome }: Outcome): boolean {
	return outcome === 'accepted' || outcome === 'unknown';
}

/**
 * Whether the answer is about this one request: accepted, unknown, or refused for a reason that the next one need not
 * meet. A refused credential or topic says nothing of the device, and what was not sent got no answer at all.
 */
export function answersForItself(outcome: Outcome, row: ReasonRow | undefined): boolean {
	return isSettled(outcome) || (row !== undefined && !isCommonToRun(row));
}

function kindOf(outcome: Outcome): CauseKind | undefined {
	switch (outcome.outcome) {
		case 'accepted':
			return undefined;
		case 'rejected':
			return 'rejected';
		case 'unknown':
			return 'unknown';
		case 'not sent':
			return outcome.failure?.code === localCodes.invalid ? 'invalid' : 'notSent';
	}
}

export class Totals {
	total = 0;
	accepted = 0;
	unknown = 0;
	rejected = 0;
	/** Not sent because of their own fields. */
	invalid = 0;
	/** Not sent for every other cause. */
	notSent = 0;
	/** Requests whose answer is about themselves. */
	answered = 0;
	/** Device tokens that occurred before in this run. */
	duplicates = 0;
	/** The first recipients that were rejected or invalid. */
	readonly refusedRecipients: string[] = [];
	private readonly found = new Map<string, Cause>();

	constructor(private readonly target: Target = 'device') {}

	/** Accepted, or perhaps. */
	get settled(): number {
		return this.accepted + this.unknown;
	}

	/** Causes of failures, most frequent first. */
	causes(kinds?: readonly CauseKind[]): readonly Cause[] {
		return [...this.found.values()]
			.filter(({ kind }) => kinds === undefined || kinds.includes(kind))
			.sort((one, other) => other.count - one.count);
	}

	/** The first input item with a failure of these kinds. */
	firstItem(kinds?: readonly CauseKind[]): number {
		return this.causes(kinds).reduce((first, { itemIndex }) => Math.min(first, itemIndex), Infinity);
	}

	/** Counts the outcome of one request, once; `row` is that of its reason where APNs rejected it. */
	add(itemIndex: number, outcome: Outcome, row: ReasonRow | undefined, recipient: string | undefined): void {
		this.total += 1;
		if (answersForItself(outcome, row)) this.answered += 1;
		const kind = kindOf(outcome);
		if (kind === undefined) {
			this.accepted += 1;
			return;
		}
		this[kind] += 1;
		if ((kind === 'rejected' || kind === 'invalid') && this.refusedRecipients.length < MAX_NAMED)
			this.refusedRecipients.push(recipient ?? `item ${itemIndex}`);
		const words = explain(outcome, this.target) ?? { message: '', advice: '' };
		const key = `${kind} ${outcome.reason ?? outcome.status ?? ''} ${words.message}`;
		const known = this.found.get(key);
		if (known !== undefined) known.count += 1;
		else if (this.found.size < MAX_CAUSES) {
			const { reason, status } = outcome;
			this.found.set(key, { kind, words, reason, status, itemIndex, count: 1 });
		}
	}
}
