/** Many outcomes in one item: counts, what to delete, and what to do, in words a person or a model can act on. */
import type { IDataObject } from 'n8n-workflow';
import type { ReasonRow } from '../../apns/reasons';
import type { Outcome, OutcomeName } from '../../outcome';
import type { Sent } from './resultItem';

interface Words {
	readonly message: string;
	readonly advice: string;
}

/** How many different failures the message spells out; the rest are in the counts. */
const SPELLED_OUT = 3;
/** Beyond this a list of tokens helps nobody who did not ask for single items. */
const MAX_NOTES = 100;

export class Summary {
	private readonly counts: Record<OutcomeName, number> = { accepted: 0, rejected: 0, 'not sent': 0, unknown: 0 };
	private readonly reasons = new Map<string, number>();
	private readonly failures = new Map<string, { words: Words; count: number }>();
	private readonly tokensToDelete: string[] = [];
	private readonly tokensToCheck: string[] = [];
	private readonly unknownTokens: string[] = [];
	private readonly apnsIds: string[] = [];
	private duplicates = 0;
	private sent: Sent | undefined;

	add(outcome: Outcome, sent: Sent, row: ReasonRow | undefined, words: Words | undefined): void {
		this.sent ??= sent;
		this.counts[outcome.outcome] += 1;
		if (outcome.apnsId !== undefined && this.apnsIds.length < MAX_NOTES) this.apnsIds.push(outcome.apnsId);
		if (outcome.reason !== undefined) this.reasons.set(outcome.reason, (this.reasons.get(outcome.reason) ?? 0) + 1);
		if (words !== undefined) {
			const known = this.failures.get(words.message);
			if (known !== undefined) known.count += 1;
			else if (this.failures.size < MAX_NOTES) this.failures.set(words.message, { words, count: 1 });
		}
		if (sent.deviceToken === undefined) return;
		if (outcome.outcome === 'unknown') this.unknownTokens.push(sent.deviceToken);
		// 410 says that the token is dead; the other refusals of a device may be a wrong environment or topic of the whole run.
		if (row?.scope === 'device') (row.status === 410 ? this.tokensToDelete : this.tokensToCheck).push(sent.deviceToken);
	}

	addDuplicate(): void {
		this.duplicates += 1;
	}

	private get total(): number {
		return this.counts.accepted + this.counts.rejected + this.counts['not sent'] + this.counts.unknown;
	}

	/** Whether every push was accepted. */
	get success(): boolean {
		return this.counts.accepted === this.total;
	}

	/** One or a few sentences: what happened, and what to do. */
	private message(): string {
		const parts = [`${this.counts.accepted} of ${this.total} pushes accepted by APNs.`];
		if (this.counts.rejected > 0) parts.push(`${this.counts.rejected} refused.`);
		if (this.counts['not sent'] > 0) parts.push(`${this.counts['not sent']} not sent.`);
		if (this.counts.unknown > 0)
			parts.push(`${this.counts.unknown} without an answer: they may or may not have arrived.`);
		const worst = [...this.failures.values()].sort((a, b) => b.count - a.count).slice(0, SPELLED_OUT);
		return [
			...parts,
			...worst.map(({ words, count }) => `${count}×: ${words.message.replace(/\.?$/, '.')} ${words.advice}`),
		].join(' ');
	}

	/** The json of the summary item; like every result it has no key `error`. */
	json(): IDataObject {
		return {
			success: this.success,
			message: this.message(),
			total: this.total,
			accepted: this.counts.accepted,
			rejected: this.counts.rejected,
			notSent: this.counts['not sent'],
			unknown: this.counts.unknown,
			duplicates: this.duplicates,
			reasons: Object.fromEntries(this.reasons),
			tokensToDelete: this.tokensToDelete,
			tokensToCheck: this.tokensToCheck,
			unknownTokens: this.unknownTokens,
			...(this.total <= MAX_NOTES ? { apnsIds: this.apnsIds } : {}),
			topic: this.sent?.topic ?? null,
			pushType: this.sent?.pushType ?? null,
			environment: this.sent?.environment ?? null,
		};
	}
}
