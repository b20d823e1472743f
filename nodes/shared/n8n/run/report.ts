/** Gathers the outcomes of one run: a result for each request, or one summary for each input item. */
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import type { Outcome } from '../../outcome';
import type { Slices } from './slices';
import { Summary } from './summary';
import type { Task } from './task';
import { isSettled, reasonOf, Totals } from './totals';
import type { Noun } from './words';

export type Detail =
	/** A result for each request. */
	| 'results'
	/** A summary for each input item. */
	| 'summary'
	/** One summary for the whole run, as a tool gives it to its model. */
	| 'total';

/** A finished output item, and whether an error output leaves it in place: accepted, unknown, or a summary without failures. */
export interface Entry {
	readonly item: INodeExecutionData;
	readonly settled: boolean;
}

/** Elements of one array handled before the clock is read again. */
const PIECE = 1_000;

export class Report {
	readonly totals: Totals;
	/** In the order the requests were read. A request may give several items, or none. */
	private readonly entries: Array<Entry | readonly Entry[] | undefined> = [];
	private readonly itemIndexes: number[] = [];
	private readonly summaries = new Map<number, Summary>();

	constructor(
		private readonly detail: Detail,
		/** What is counted, for people. */
		readonly noun: Noun,
	) {
		this.totals = new Totals(noun.target);
	}

	/** Keeps a place for the result of a request, so that results stand in the order of the recipients. */
	reserve(itemIndex: number): number {
		if (this.detail !== 'results') return 0;
		this.itemIndexes.push(itemIndex);
		return this.entries.push(undefined) - 1;
	}

	/** The outcome of a request, once; `rows` are the items it gives, where they are not just its result. */
	settle(task: Task, outcome: Outcome, rows?: readonly IDataObject[]): void {
		const { itemIndex } = task;
		const row = reasonOf(outcome);
		this.totals.add(itemIndex, outcome, row, task.recipient);
		if (this.detail !== 'results') return this.summaryOf(itemIndex).add(itemIndex, outcome, row, task);
		const settled = isSettled(outcome);
		const entry = (json: IDataObject): Entry => ({ item: { json, pairedItem: { item: itemIndex } }, settled });
		this.entries[task.place] = rows === undefined ? entry(task.json(outcome)) : rows.map(entry);
	}

	/** A device token that occurred before in this run. */
	addDuplicate(itemIndex: number): void {
		this.totals.duplicates += 1;
		if (this.detail !== 'results') this.summaryOf(itemIndex).addDuplicate();
	}

	/** All entries in the order of input items and recipients: new arrays each time, since n8n empties what it gets. */
	async finish(slices: Slices): Promise<Entry[]> {
		if (this.detail !== 'results') {
			return [...this.summaries]
				.sort(([one], [other]) => one - other)
				.map(([item, summary]) => ({ item: { json: summary.json(), pairedItem: { item } }, settled: summary.success }));
		}
		const sorted: Entry[] = [];
		for (const [place, entry] of this.entries.entries()) {
			// Items of several environments were read side by side.
			if ((this.itemIndexes[place] ?? 0) < (this.itemIndexes[place - 1] ?? 0)) return await this.finishByItem(slices);
			add(sorted, entry);
			if (place % PIECE === 0 && slices.isOver) await slices.next();
		}
		return sorted;
	}

	private async finishByItem(slices: Slices): Promise<Entry[]> {
		const byItem: Array<Entry[] | undefined> = [];
		for (const [place, entry] of this.entries.entries()) {
			add((byItem[this.itemIndexes[place] ?? 0] ??= []), entry);
			if (place % PIECE === 0 && slices.isOver) await slices.next();
		}
		const sorted: Entry[] = [];
		for (const [itemIndex, entries = []] of byItem.entries()) {
			for (const entry of entries) sorted.push(entry);
			if (itemIndex % PIECE === 0 && slices.isOver) await slices.next();
		}
		return sorted;
	}

	private summaryOf(itemIndex: number): Summary {
		const key = this.detail === 'total' ? 0 : itemIndex;
		const known = this.summaries.get(key);
		if (known !== undefined) return known;
		const summary = new Summary();
		this.summaries.set(key, summary);
		return summary;
	}
}

function add(to: Entry[], entry: Entry | readonly Entry[] | undefined): void {
	if (entry === undefined) return;
	if ('item' in entry) to.push(entry);
	else for (const one of entry) to.push(one);
}
