/** One request of a run: a push to a device, a broadcast, a channel request. */
import type { IDataObject } from 'n8n-workflow';
import type { Outcome } from '../../outcome';
import type { Sent } from './resultItem';

export interface Task extends Sent {
	readonly itemIndex: number;
	/** What a refusal of the whole app is remembered by: its topic or bundle id; empty where the request names none. */
	readonly app: string;
	/** Where its result stands; given when it is read. */
	place: number;
	/** What earlier tries of the node came to: `not sent`, each of them. */
	earlier: Outcome | undefined;
	/** The id to send with, once a try made one: a further try must carry the same. */
	useApnsId(apnsId: string): void;
	/** The result as n8n's json. */
	json(outcome: Outcome): IDataObject;
}

/** What reading an item gives, one after the other. */
export type Reading<T extends Task> =
	/** A request to send. */
	| T
	/** A request that cannot be sent. */
	| { readonly task: T; readonly error: unknown }
	/** A device token that came before. */
	| typeof DUPLICATE
	/** Nothing yet: a moment to let others in. */
	| typeof PAUSE;

export const DUPLICATE = Symbol('duplicate');
export const PAUSE = Symbol('pause');
