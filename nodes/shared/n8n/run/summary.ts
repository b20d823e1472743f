/** Many outcomes in one item: counts, what to delete, and what to do, in words a person or a model can act on. */
import type { IDataObject } from 'n8n-workflow';
import type { ReasonRow } from '../../apns/reasons';
import type { Outcome } from '../../outcome';
import { isoTime, type Sent } from './resultItem';
import { Totals } from './totals';
import { countedOf, figure, pushNoun, sentences } from './words';

/** How many different failures the message spells out; the rest are in the counts. */
const SPELLED_OUT = 3;
/** Beyond this a list of ids helps nobody who did not ask for single items. */
const MAX_IDS = 100;

export class Summary {
	private readonly totals = new Totals();
	private readonly reasons = new Map<string, number>();
	private readonly tokensToDelete: string[] = [];
	private readonly unregistered: Array<{ recipient: string; unregisteredAt: string | null }> = [];
	private readonly tokensToCheck: string[] = [];
	private readonly unknownTokens: string[] = [];
	private readonly apnsIds: string[] = [];
	private sent: Sent | undefined;

	/** Counts the outcome of one request, once. */
	add(itemIndex: number, outcome: Outcome, row: ReasonRow | undefined, sent: Sent): void {
		this.sent ??= sent;
		const { recipient } = sent;
		this.totals.add(itemIndex, outcome, row, recipient);
		if (outcome.apnsId !== undefined && this.apnsIds.length < MAX_IDS) this.apnsIds.push(outcome.apnsId);
		if (outcome.reason !== undefined) this.reasons.set(outcome.reason, (this.reasons.get(outcome.reason) ?? 0) + 1);
		if (recipient === undefined) return;
		if (outcome.outcome === 'unknown') this.unknownTokens.push(recipient);
		if (row?.scope !== 'device') return;
		// 410 says that the token is dead; the other refusals of a device may be a wrong environment or topic of the whole run.
		if (row.status !== 410) return void this.tokensToCheck.push(recipient);
		this.tokensToDelete.push(recipient);
		this.unregistered.push({ recipient, unregisteredAt: isoTime(outcome.unregisteredAtMs) ?? null });
	}

	/** A device token that occurred before in this run. */
	addDuplicate(): void {
		this.totals.duplicates += 1;
	}

	/** Whether every push was accepted. */
	get success(): boolean {
		return this.totals.accepted === this.totals.total;
	}

	/** One or a few sentences: what happened, and what to do. */
	private message(): string {
		const { total, accepted, rejected, invalid, notSent, unknown } = this.totals;
		return sentences(
			accepted === 0 && total > 0 ? 'APNs accepted none' : `APNs accepted ${countedOf(accepted, total, pushNoun)}`,
			rejected > 0 ? `It rejected ${figure(rejected)}` : undefined,
			invalid + notSent > 0
				? `${figure(invalid + notSent)} ${invalid + notSent === 1 ? 'was' : 'were'} not sent`
				: undefined,
			unknown > 0 ? `${figure(unknown)} got no answer and may or may not have arrived` : undefined,
			...this.totals
				.causes()
				.slice(0, SPELLED_OUT)
				.map(({ words, count }) => `${figure(count)} × ${sentences(words.message, words.advice)}`),
		);
	}

	/** The json of the summary item; like every result it has no key `error`. */
	json(): IDataObject {
		const { total, accepted, rejected, invalid, notSent, unknown, duplicates } = this.totals;
		return {
			success: this.success,
			message: this.message(),
			total,
			accepted,
			rejected,
			notSent: invalid + notSent,
			unknown,
			duplicates,
			reasons: Object.fromEntries(this.reasons),
			tokensToDelete: this.tokensToDelete,
			unregistered: this.unregistered,
			tokensToCheck: this.tokensToCheck,
			unknownTokens: this.unknownTokens,
			...(total <= MAX_IDS ? { apnsIds: this.apnsIds } : {}),
			pushType: this.sent?.pushType ?? null,
			topic: this.sent?.topic ?? null,
			environment: this.sent?.environment ?? null,
		};
	}
}
