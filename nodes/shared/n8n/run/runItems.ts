/** The one loop that runs items: reads them one by one, hands their requests out as fast as they go, and settles each once. */
import type { IDataObject } from 'n8n-workflow';
import type { Outcome } from '../../outcome';
import { isPermanent } from '../../transport/errorRows';
import type { HintCounter } from './hints';
import type { Report } from './report';
import { invalidOutcome, localCodes, notSent } from './resultItem';
import type { Slices } from './slices';
import { DUPLICATE, PAUSE, type Reading, type Task } from './task';
import { reasonOf } from './totals';

/** Settles a task; `rows` are the items it gives, where they are not just its result. */
export type Settle<T extends Task> = (task: T, outcome: Outcome, rows?: readonly IDataObject[]) => void;

/** The items of one environment. */
export interface Group<T extends Task> {
	readonly itemIndexes: readonly number[];
	/** Reads one item, just before it is sent. What it throws, also while it is iterated, is the item's result. */
	read(itemIndex: number): Iterable<Reading<T>>;
	/** How much of the item being read has been read, 0 to 1; 0 between two items, and where it is not given. */
	readonly fractionOfItem?: () => number;
	/** The task that stands for an item as a whole; `isRead` says that its expressions were evaluated anyway. */
	whole(itemIndex: number, isRead: boolean): T;
	/** Sends what the source gives, as fast as it goes out. Fulfils when all of it is settled. */
	send(source: AsyncIterable<T>, settle: Settle<T>, signal: AbortSignal | undefined): Promise<void>;
}

/** Causes that arise in this layer; none of them passes within seconds. */
const lastingCodes: ReadonlySet<string> = new Set([
	localCodes.invalid,
	localCodes.refusedBefore,
	localCodes.stopped,
	localCodes.fault,
]);

/** Whether a further try may send what this outcome left: whatever was not sent, unless sending it again would meet the same cause. */
export function mayPass({ outcome, failure }: Outcome): boolean {
	if (outcome !== 'not sent' || failure === undefined) return false;
	return !lastingCodes.has(failure.code) && !isPermanent(failure.code);
}

/** The outcome of a request over all tries of the node. */
function joined(earlier: Outcome | undefined, outcome: Outcome): Outcome {
	if (earlier === undefined) return outcome;
	return {
		...outcome,
		attempts: earlier.attempts + outcome.attempts,
		repeats: [...earlier.repeats, ...outcome.repeats],
	};
}

/** One try of a run. */
export interface Attempt {
	/** Whether a further try of the node will find what this one leaves. */
	readonly mayContinue: boolean;
	readonly signal: AbortSignal | undefined;
}

/** Where the reading of a group stands. */
interface Reader<T extends Task> {
	readonly group: Group<T>;
	/** Position in the list of its items; what lies before has been read. */
	position: number;
	/** Of the item at this position, once its reading has begun. */
	readings: Generator<Reading<T>, void, void> | undefined;
	/** Topics or bundle ids that APNs refused here: what follows would only be refused too, and count against the connection. */
	readonly refused: Map<string, string>;
	/** Handed out, without an outcome yet. */
	readonly open: Set<T>;
	/** Not sent for a cause that may pass, while a further try may follow. */
	waiting: T[];
}

/** The items of one run of a node, over all its tries: an item once read is not read again. */
export class Run<T extends Task> {
	private readonly readers: ReadonlyArray<Reader<T>>;
	private readonly itemCount: number;

	constructor(
		groups: ReadonlyArray<Group<T>>,
		readonly report: Report,
		/** What devices ignore, counted while items are read. */
		readonly hints: HintCounter,
		private readonly slices: Slices,
	) {
		this.readers = groups.map((group) => ({
			group,
			position: 0,
			readings: undefined,
			refused: new Map(),
			open: new Set(),
			waiting: [],
		}));
		this.itemCount = groups.reduce((sum, { itemIndexes }) => sum + itemIndexes.length, 0);
	}

	/** How much of the input has been read, 0 to 1. */
	get fractionRead(): number {
		if (this.itemCount === 0) return 1;
		const read = this.readers.reduce((sum, { group, position }) => sum + position + (group.fractionOfItem?.() ?? 0), 0);
		return read / this.itemCount;
	}

	/** Requests that a further try would send, with the last outcome of the first of them. */
	get waiting(): { readonly count: number; readonly first: T | undefined } {
		const all = this.readers.map(({ waiting }) => waiting);
		return {
			count: all.reduce((sum, { length }) => sum + length, 0),
			first: all.find(({ length }) => length > 0)?.[0],
		};
	}

	/** Sends what is unread, or what earlier tries left. Never throws. */
	async attempt(attempt: Attempt): Promise<void> {
		await Promise.all(this.readers.map(async (reader) => await this.attemptGroup(reader, attempt)));
	}

	/** What waits for a further try gets the outcome it has: none will follow. */
	finish(): void {
		for (const reader of this.readers) {
			for (const task of reader.waiting)
				this.report.settle(task, task.earlier ?? notSent(localCodes.stopped, stoppedWords));
			reader.waiting = [];
		}
	}

	private async attemptGroup(reader: Reader<T>, { mayContinue, signal }: Attempt): Promise<void> {
		const { group, open } = reader;
		const again = reader.waiting.values();
		reader.waiting = [];
		const settle: Settle<T> = (task, outcome, rows) => {
			if (!open.delete(task)) return;
			const row = reasonOf(outcome);
			if (row?.scope === 'topic') reader.refused.set(task.app, outcome.reason ?? String(outcome.status));
			const whole = joined(task.earlier, outcome);
			if (!mayContinue || !mayPass(outcome)) return this.report.settle(task, whole, rows);
			task.earlier = whole;
			if (outcome.apnsId !== undefined) task.useApnsId(outcome.apnsId);
			reader.waiting.push(task);
		};
		try {
			await group.send(this.source(reader, again, signal), settle, signal);
		} catch (error) {
			// What was handed out may have left before this fault of the package: nothing may call it not sent.
			for (const task of open) settle(task, { ...invalidOutcome(error), outcome: 'unknown' });
			await this.settleUnread(reader, notSent(localCodes.fault, faultWords));
		}
		// Nobody asks for the rest after a stop or a fault: it waits as before.
		for (const left of again) reader.waiting.push(left);
		await this.settleUnread(reader, notSent(localCodes.stopped, stoppedWords));
	}

	/** Requests in order, each handed out when it is asked for. */
	private async *source(
		reader: Reader<T>,
		again: Iterable<T>,
		signal: AbortSignal | undefined,
	): AsyncGenerator<T, void, void> {
		const { slices } = this;
		for (const task of again) {
			if (slices.isOver) await slices.next();
			if (signal?.aborted === true) {
				reader.waiting.push(task);
				return;
			}
			reader.open.add(task);
			yield task;
		}
		const { itemIndexes } = reader.group;
		while (reader.position < itemIndexes.length) {
			if (slices.isOver) await slices.next();
			if (signal?.aborted === true) return;
			const itemIndex = itemIndexes[reader.position] ?? 0;
			reader.readings ??= this.readings(reader.group, itemIndex);
			const { done, value: reading } = reader.readings.next();
			if (done === true) {
				reader.readings = undefined;
				reader.position += 1;
				continue;
			}
			const task = this.taskOf(reader, itemIndex, reading);
			if (task !== undefined) yield task;
		}
	}

	/** What an item asks for; what reading it throws is its last reading. */
	private *readings(group: Group<T>, itemIndex: number): Generator<Reading<T>, void, void> {
		try {
			yield* group.read(itemIndex);
		} catch (error) {
			yield { task: group.whole(itemIndex, true), error };
		}
	}

	/** The task to send; undefined when the reading is settled or none. */
	private taskOf(reader: Reader<T>, itemIndex: number, reading: Reading<T>): T | undefined {
		if (reading === PAUSE) return undefined;
		if (reading === DUPLICATE) {
			this.report.addDuplicate(itemIndex);
			return undefined;
		}
		if ('error' in reading) {
			this.settleAtOnce(reading.task, invalidOutcome(reading.error));
			return undefined;
		}
		const refused = reader.refused.get(reading.app);
		if (refused !== undefined) {
			this.settleAtOnce(
				reading,
				notSent(localCodes.refusedBefore, {
					message: `APNs already refused ${reading.app === '' ? 'the missing topic' : reading.app} in this run (${refused})`,
					advice: 'See the advice of the first item with this topic, then run the workflow again.',
				}),
			);
			return undefined;
		}
		reading.place = this.report.reserve(itemIndex);
		reader.open.add(reading);
		return reading;
	}

	private settleAtOnce(task: T, outcome: Outcome): void {
		task.place = this.report.reserve(task.itemIndex);
		this.report.settle(task, outcome);
	}

	/** After a stop or a fault: items that were not read, or not to their end, are results too. */
	private async settleUnread(reader: Reader<T>, outcome: Outcome): Promise<void> {
		const { group, readings } = reader;
		reader.readings = undefined;
		// An item whose last request was handed out has no rest.
		if (readings?.next().done === true) reader.position += 1;
		readings?.return();
		for (; reader.position < group.itemIndexes.length; reader.position++) {
			const itemIndex = group.itemIndexes[reader.position] ?? 0;
			this.settleAtOnce(group.whole(itemIndex, false), outcome);
			if (this.slices.isOver) await this.slices.next();
		}
	}
}

const faultWords = {
	message: 'An error in this node stopped the run before this was sent',
	advice: 'Run the workflow again to send it. If it happens again, report it to the maintainers of this node.',
};

const stoppedWords = {
	message: 'The execution was stopped before this was sent',
	advice: 'Run the workflow again to send it.',
};
