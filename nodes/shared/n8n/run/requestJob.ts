/** Broadcasts and channel requests: one for each item, a bounded number at a time. */
import type { IDataObject } from 'n8n-workflow';
import { pullEach, windowFor } from '../../client/sendEach';
import type { Outcome } from '../../outcome';
import { drain } from './deviceJob';
import { requestJson } from './resultItem';
import type { Group } from './runItems';
import type { Task } from './task';

/** The result of one item: an outcome, and its output items where they are not just the outcome. */
export interface ItemAnswer {
	readonly outcome: Outcome;
	/** Keys of the result that the answer told. */
	readonly learned?: IDataObject;
	readonly rows?: readonly IDataObject[];
}

/** What one item asks for, read and checked; sent when called. */
export interface ItemRequest {
	/** The key under which a refusal of the whole app is remembered. */
	readonly bundleId: string;
	/** Keys of the result that are known before it is sent. */
	readonly known: IDataObject;
	send(signal: AbortSignal | undefined): Promise<ItemAnswer>;
}

export class RequestTask implements Task {
	place = 0;
	earlier: Outcome | undefined = undefined;
	/** Keys of the result, in their order. */
	private fields: IDataObject;

	constructor(
		readonly itemIndex: number,
		fields: IDataObject,
		readonly request: ItemRequest | undefined,
	) {
		this.fields = { ...fields, ...request?.known };
	}

	get app(): string {
		return this.request?.bundleId ?? '';
	}

	/** Requests of this kind carry an id only where the user gave one. */
	useApnsId(): void {}

	/** Adds keys of the result that the answer told. */
	learn(fields: IDataObject | undefined): void {
		this.fields = { ...this.fields, ...fields };
	}

	json(outcome: Outcome): IDataObject {
		return requestJson(outcome, this.fields);
	}
}

/** Requests that a run may have in flight; the lane keeps to what the server allows. */
const MOST_IN_FLIGHT = 1_000;

/** The requests of one environment. `fields` are the keys of every result of the operation, null where nothing is known. */
export function requestGroup(
	itemIndexes: readonly number[],
	fields: IDataObject,
	read: (itemIndex: number) => ItemRequest,
): Group<RequestTask> {
	return {
		itemIndexes,
		whole: (itemIndex) => new RequestTask(itemIndex, fields, undefined),
		read: (itemIndex) => [new RequestTask(itemIndex, fields, read(itemIndex))],
		send: async (source, settle, signal) =>
			await pullEach(source, windowFor(MOST_IN_FLIGHT), signal, (task, _index, done) => {
				const sent = task.request?.send(signal) ?? Promise.reject(new Error('Nothing to send'));
				void sent
					.then(
						({ outcome, learned, rows }) => {
							task.learn(learned);
							settle(task, outcome, rows);
						},
						(error: unknown) => settle(task, unknownFault(error)),
					)
					.finally(done);
			}),
	};
}

/** A fault of this package while a request was on its way: it may have left. */
function unknownFault(error: unknown): Outcome {
	return {
		outcome: 'unknown',
		attempts: 0,
		repeats: [],
		failure: {
			code: 'fault',
			message: error instanceof Error ? error.message : String(error),
			advice: 'Report this to the maintainers of this node.',
			commonToRun: false,
		},
	};
}

/** Items that have no environment to go to. */
export function unroutableRequests(
	errors: ReadonlyMap<number, unknown>,
	itemIndexes: readonly number[],
	fields: IDataObject,
): Group<RequestTask> {
	return {
		itemIndexes,
		whole: (itemIndex) => new RequestTask(itemIndex, fields, undefined),
		read: (itemIndex) => [{ task: new RequestTask(itemIndex, fields, undefined), error: errors.get(itemIndex) }],
		send: drain,
	};
}
