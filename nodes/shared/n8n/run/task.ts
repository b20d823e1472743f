/** One request of a run: a push to a device, a broadcast, a channel request. */
import type { IDataObject } from 'n8n-workflow';
import type { Outcome } from '../../outcome';
import type { Sent } from './resultItem';

export interface Task extends Sent {
	readonly itemIndex: number;
	/** Topic or bundle id, the key under which a refusal of the whole app is remembered; empty where the request names none. */
	readonly app: string;
	/** Where its result stands; given when it is read. */
	place: number;
	/** The outcome of earlier tries of the node, always `not sent`. */
	earlier: Outcome | undefined;
	/** The id to send with, once a try made one: a further try must carry the same. */
	useApnsId(apnsId: string): void;
	/** The result as n8n's json. */
	json(outcome: Outcome): IDataObject;
}

/** One of the values that reading an item yields. */
export type Reading<T extends Task> =
	/** A request to send. */
	| T
	/** A request that cannot be sent. */
	| { readonly task: T; readonly error: unknown }
	/** A device token that occurred before. */
	| typeof DUPLICATE
	/** No request yet: the loop may yield to other work of the process. */
	| typeof PAUSE;

export const DUPLICATE = Symbol('duplicate');
export const PAUSE = Symbol('pause');
