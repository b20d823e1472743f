/** Gathers the outcomes of one run: an entry for each push, or one summary for each input item, with bounded memory. */
import type { IDataObject } from 'n8n-workflow';
import type { FieldProblem } from '../../apns/problems';
import { describeReason, isCommonToRun, type ReasonRow } from '../../apns/reasons';
import type { Outcome } from '../../outcome';
import { explain, resultJson, type Sent } from './resultItem';
import { Summary } from './summary';

/** One item of the output before it becomes n8n's. */
export interface Entry {
	readonly itemIndex: number;
	readonly json: IDataObject;
	/** Accepted or unknown, or a summary without failures: what an error output leaves in place. */
	readonly settled: boolean;
}

export type Detail =
	/** An entry for each push. */
	| 'devices'
	/** A summary for each input item. */
	| 'summary'
	/** One summary for the whole run, as a tool gives it to its model. */
	| 'total';

export interface Failed {
	readonly outcome: Outcome;
	readonly itemIndex: number;
}

/** The row of a rejection; undefined for every other outcome. */
export function reasonOf(outcome: Outcome): ReasonRow | undefined {
	return outcome.outcome === 'rejected' ? describeReason(outcome.status ?? 0, outcome.reason) : undefined;
}

/** Whether every other push of this run would end alike. */
function isCommon(outcome: Outcome, row: ReasonRow | undefined): boolean {
	if (row !== undefined) return isCommonToRun(row);
	return outcome.outcome === 'not sent' && outcome.failure?.commonToRun === true;
}

function isSettled({ outcome }: Outcome): boolean {
	return outcome === 'accepted' || outcome === 'unknown';
}

export class Report {
	private readonly entries: Array<Array<Entry | undefined>>;
	private readonly summaries: Summary[];
	/** Something was accepted or is unknown: from then on the run may not throw, or n8n's Retry On Fail would send it twice. */
	settledAny = false;
	/** First failure that every other push would meet too. */
	common: Failed | undefined;
	/** First device APNs refused. */
	refusedDevice: Failed | undefined;
	total = 0;
	/** Rejections of any kind. */
	refused = 0;
	refusedDevices = 0;
	invalid = 0;
	unknown = 0;
	duplicates = 0;

	constructor(
		itemCount: number,
		private readonly detail: Detail,
		/** What is counted, for people. */
		readonly noun: string = 'pushes',
	) {
		this.entries = detail === 'devices' ? Array.from({ length: itemCount }, () => []) : [];
		const summaries = detail === 'summary' ? itemCount : detail === 'total' ? Math.min(1, itemCount) : 0;
		this.summaries = Array.from({ length: summaries }, () => new Summary());
	}

	/** Keeps a place for the outcome of a push, so that results stand in the order of the recipients. */
	reserve(itemIndex: number): number {
		return this.detail === 'devices' ? (this.entries[itemIndex]?.push(undefined) ?? 0) - 1 : 0;
	}

	/** The outcome of a push. */
	add(itemIndex: number, place: number, outcome: Outcome, sent: Sent): void {
		const row = reasonOf(outcome);
		this.count(outcome, row, itemIndex);
		if (this.detail === 'devices') {
			const places = this.entries[itemIndex];
			if (places !== undefined)
				places[place] = { itemIndex, json: resultJson(outcome, sent), settled: isSettled(outcome) };
			return;
		}
		this.summaryOf(itemIndex)?.add(outcome, sent, row, explain(outcome));
	}

	/** A push that could not be sent because of its own fields; `deviceToken` is what stood in its place. */
	addInvalid(itemIndex: number, problem: FieldProblem, sent: Sent): void {
		this.total += 1;
		this.invalid += 1;
		const outcome: Outcome = { outcome: 'not sent', attempts: 0, repeats: [] };
		const words = { message: problem.message, advice: problem.remedy };
		if (this.detail === 'devices')
			this.entries[itemIndex]?.push({ itemIndex, json: { ...resultJson(outcome, sent), ...words }, settled: false });
		else this.summaryOf(itemIndex)?.add(outcome, sent, undefined, words);
	}

	/** The same for a request that is no push. */
	addInvalidRow(itemIndex: number, json: IDataObject): void {
		this.total += 1;
		this.invalid += 1;
		this.entries[itemIndex]?.push({ itemIndex, json, settled: false });
	}

	/** A device token that came before in this run. */
	addDuplicate(itemIndex: number): void {
		this.duplicates += 1;
		this.summaryOf(itemIndex)?.addDuplicate();
	}

	/** All entries, in the order of input items and recipients. */
	finish(): Entry[] {
		if (this.detail === 'devices') return this.entries.flat().filter((entry): entry is Entry => entry !== undefined);
		return this.summaries.map((summary, itemIndex) => ({ itemIndex, json: summary.json(), settled: summary.success }));
	}

	/** The rows of a request that is no push: one item for each, none when there are none. */
	addRows(itemIndex: number, outcome: Outcome, rows: readonly IDataObject[]): void {
		this.count(outcome, reasonOf(outcome), itemIndex);
		const settled = isSettled(outcome);
		this.entries[itemIndex]?.push(...rows.map((json) => ({ itemIndex, json, settled })));
	}

	private count(outcome: Outcome, row: ReasonRow | undefined, itemIndex: number): void {
		this.total += 1;
		if (isSettled(outcome)) this.settledAny = true;
		if (outcome.outcome === 'unknown') this.unknown += 1;
		if (row !== undefined) this.refused += 1;
		if (row?.scope === 'device') {
			this.refusedDevices += 1;
			this.refusedDevice ??= { outcome, itemIndex };
		}
		if (this.common === undefined && isCommon(outcome, row)) this.common = { outcome, itemIndex };
	}

	private summaryOf(itemIndex: number): Summary | undefined {
		return this.summaries[this.detail === 'total' ? 0 : itemIndex];
	}
}
