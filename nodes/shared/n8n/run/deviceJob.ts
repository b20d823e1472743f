/** Pushes to devices: one item may ask for many, and one payload serves them all. */
import type { IDataObject } from 'n8n-workflow';
import { createDuplicateFilter, noRecipients } from '../../apns/deviceToken';
import { sharedApnsIdHint } from '../../apns/hints';
import type { Notification } from '../../apns/notification';
import type { FieldProblem } from '../../apns/problems';
import { type Recipient, readRecipientList, readRecipients } from '../../apns/recipients';
import type { ApnsClient, RequestOptions } from '../../client/apnsClient';
import type { Outcome } from '../../outcome';
import { DirectList } from '../parameters/directList';
import type { HintCounter } from './hints';
import { resultJson, type Sent } from './resultItem';
import type { Group } from './runItems';
import { DUPLICATE, PAUSE, type Reading, type Task } from './task';

/** What one input item sends, whoever gets it. */
export interface PushDraft {
	readonly notification: Omit<Notification, 'deviceToken'>;
	/** What APNs accepts and devices ignore. */
	readonly hints: readonly FieldProblem[];
	readonly base64Tokens: boolean;
}

/** How items are read. */
export interface PushReader {
	/** Reads and checks all but the device tokens. Throws `FieldProblem` and n8n's errors. */
	draft(itemIndex: number): PushDraft;
	/** The value of Device Tokens. Throws n8n's errors. */
	recipients(itemIndex: number): unknown;
}

const EMPTY = Buffer.alloc(0);
const nothing: Omit<Notification, 'deviceToken'> = { payload: EMPTY };

/** A push with what its result repeats. All members are its own: the client may copy it. */
export class Push implements Notification, Task {
	readonly topic: string | undefined;
	readonly pushType: string | undefined;
	readonly priority: number | undefined;
	readonly expirationSeconds: number | undefined;
	readonly collapseId: string | undefined;
	apnsId: string | undefined;
	readonly payload: Buffer;
	place = 0;
	earlier: Outcome | undefined = undefined;

	constructor(
		readonly itemIndex: number,
		readonly deviceToken: string,
		readonly recipient: string | undefined,
		readonly environment: string | undefined,
		notification: Omit<Notification, 'deviceToken'>,
	) {
		this.topic = notification.topic;
		this.pushType = notification.pushType;
		this.priority = notification.priority;
		this.expirationSeconds = notification.expirationSeconds;
		this.collapseId = notification.collapseId;
		this.apnsId = notification.apnsId;
		this.payload = notification.payload;
	}

	get app(): string {
		return this.topic ?? '';
	}

	useApnsId(apnsId: string): void {
		this.apnsId = apnsId;
	}

	json(outcome: Outcome): IDataObject {
		const sent: Sent = this.deviceToken === '' ? { ...this, deviceToken: undefined } : this;
		return resultJson(outcome, sent);
	}
}

export interface DeviceJob {
	readonly client: ApnsClient;
	readonly environment: string;
	readonly itemIndexes: readonly number[];
	readonly reader: PushReader;
	readonly request: RequestOptions;
	/** A device token that comes several times in this environment gets the first push only. */
	readonly skipDuplicates: boolean;
	readonly hints: HintCounter;
}

/** The pushes of one environment. */
export function deviceGroup(job: DeviceJob): Group<Push> {
	const { client, environment, itemIndexes, reader, request } = job;
	const isFirst = job.skipDuplicates ? createDuplicateFilter() : undefined;
	const apnsIds = new Set<string>();
	let isSharedIdTold = false;
	/** Tells once that two pushes carry the same id. */
	const noteApnsId = (apnsId: string | undefined): void => {
		if (apnsId === undefined || isSharedIdTold) return;
		isSharedIdTold = apnsIds.has(apnsId);
		if (isSharedIdTold) job.hints.add([sharedApnsIdHint()]);
		else apnsIds.add(apnsId);
	};
	/** Of the device tokens of the item being read: how many, or characters of text. */
	let readSize = 0;
	let wholeSize = 0;
	function* read(itemIndex: number): Generator<Reading<Push>, void, void> {
		const draft = reader.draft(itemIndex);
		const { notification } = draft;
		job.hints.add(draft.hints);
		let isEmpty = true;
		const value = reader.recipients(itemIndex);
		readSize = 0;
		wholeSize = sizeOf(value);
		try {
			for (const entry of entriesOf(value, draft.base64Tokens)) {
				if (entry === undefined) {
					yield PAUSE;
					continue;
				}
				isEmpty = false;
				const { text, token, problem } = entry;
				readSize += typeof value === 'string' ? text.length + 1 : 1;
				if (problem !== undefined)
					yield { task: new Push(itemIndex, '', text, environment, notification), error: problem };
				else if (isFirst?.(token, notification.topic) === false) yield DUPLICATE;
				else {
					noteApnsId(notification.apnsId);
					yield new Push(itemIndex, token, text, environment, notification);
				}
			}
		} finally {
			// The run counts the item as a whole now.
			wholeSize = 0;
		}
		if (isEmpty) throw noRecipients();
	}
	return {
		itemIndexes,
		read,
		fractionOfItem: () => (wholeSize === 0 ? 0 : Math.min(1, readSize / wholeSize)),
		whole: (itemIndex, isRead) =>
			new Push(itemIndex, '', isRead ? onlyRecipient(reader, itemIndex) : undefined, environment, nothing),
		send: async (source, settle, signal) =>
			await client.sendEach(
				source,
				(outcome, push) => {
					if (push instanceof Push) settle(push, outcome);
				},
				{ ...request, signal },
			),
	};
}

/** How long a value of Device Tokens is, in what `readSize` counts; 0 where that is not known. */
function sizeOf(value: unknown): number {
	if (typeof value === 'string' || Array.isArray(value) || value instanceof DirectList) return value.length;
	return 0;
}

function entriesOf(value: unknown, allowBase64: boolean): Iterable<Recipient | undefined> {
	return value instanceof DirectList
		? readRecipientList(value, { allowBase64 })
		: readRecipients(value, { allowBase64 });
}

/** The recipient of an item that asks for one: whose result it is, even when nothing else could be read. */
function onlyRecipient(reader: Pick<PushReader, 'recipients'>, itemIndex: number): string | undefined {
	let only: string | undefined;
	try {
		for (const entry of entriesOf(reader.recipients(itemIndex), true)) {
			if (entry === undefined || only !== undefined) return undefined;
			only = entry.text;
		}
	} catch {
		// The recipients are what cannot be read, and the result says so.
		return undefined;
	}
	return only;
}

/** Items that have no environment to go to. */
export function unroutablePushes(
	errors: ReadonlyMap<number, unknown>,
	itemIndexes: readonly number[],
	reader: Pick<PushReader, 'recipients'>,
): Group<Push> {
	const whole = (itemIndex: number, isRead: boolean): Push =>
		new Push(itemIndex, '', isRead ? onlyRecipient(reader, itemIndex) : undefined, undefined, nothing);
	return {
		itemIndexes,
		whole,
		read: (itemIndex) => [{ task: whole(itemIndex, true), error: errors.get(itemIndex) }],
		send: drain,
	};
}

/** Reads to the end where nothing can be sent. */
export async function drain<T>(source: AsyncIterable<T>): Promise<void> {
	const iterator = source[Symbol.asyncIterator]();
	while ((await iterator.next()).done !== true);
}
