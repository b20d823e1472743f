/** Pulls notifications from a source only as fast as they go out: bounded memory for any number of pushes. */
import { type Clock, systemClock } from '../transport/clock';
import { defaults } from './defaults';

/** How many pushes may be under way for so many streams. */
export function windowFor(streams: number): number {
	return Math.min(defaults.maxWindow, streams + defaults.extraWindow);
}

/**
 * Calls `start` for each item with its index from 0; `start` calls `done` when the item is settled, with what is still to
 * be done about it. At most `window` are under way; pulling goes on when there is room for some, and gives way to the rest
 * of the process now and then even when every item is settled at once. Pulls nothing more once the signal fires. Ends when
 * all are settled: fulfils, or rejects with what the source, `start` or a callback threw.
 */
export async function pullEach<T>(
	source: Iterable<T> | AsyncIterable<T>,
	window: number,
	signal: AbortSignal | undefined,
	start: (item: T, index: number, done: (settle?: () => void) => void) => void,
	clock: Clock = systemClock,
): Promise<void> {
	const low = Math.max(0, window - defaults.pullAtOnce);
	let underWay = 0;
	let index = 0;
	/** Items in a row that were settled before `start` returned. */
	let settledAtOnce = 0;
	let wake: (() => void) | undefined;
	let thrown: { readonly error: unknown } | undefined;
	const done = (settle?: () => void): void => {
		underWay -= 1;
		try {
			settle?.();
		} catch (error) {
			thrown ??= { error };
		}
		wake?.();
	};
	const room = (limit: number): Promise<void> =>
		new Promise((resolve) => {
			wake = () => {
				if (underWay > limit) return;
				wake = undefined;
				resolve();
			};
			wake();
		});
	const isOver = (): boolean => signal?.aborted === true || thrown !== undefined;
	/** Waits until there is room; items that are all settled at once would never let other work in. */
	const next = async (): Promise<void> => {
		settledAtOnce = 0;
		if (underWay >= window) return await room(low);
		await new Promise<void>((resolve) => clock.soon(resolve));
	};
	const begin = (item: T): boolean => {
		const before = underWay;
		underWay += 1;
		try {
			start(item, index++, done);
		} catch (error) {
			// It will never call `done`.
			underWay -= 1;
			thrown ??= { error };
			return false;
		}
		if (underWay <= before) settledAtOnce += 1;
		return underWay >= window || settledAtOnce >= defaults.pullAtOnce;
	};
	if (isOver()) return;
	try {
		// What was pulled is begun, even when the signal fired meanwhile: nothing gets lost without an end.
		if (Symbol.iterator in source) {
			for (const item of source) {
				if (begin(item)) await next();
				if (isOver()) break;
			}
		} else {
			for await (const item of source) {
				if (begin(item)) await next();
				if (isOver()) break;
			}
		}
	} finally {
		await room(0);
	}
	if (thrown !== undefined) throw thrown.error;
}
