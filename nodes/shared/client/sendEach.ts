/** Pulls notifications from a source only as fast as they go out: bounded memory for any number of pushes. */

/** Requests kept under way beyond what can be in flight: enough to show the lane a backlog. */
const EXTRA_WINDOW = 256;
/** Upper bound of that window: about 10 MB. */
const MAX_WINDOW = 16_384;

/** How many pushes may be under way for so many streams. */
export function windowFor(streams: number): number {
	return Math.min(MAX_WINDOW, streams + EXTRA_WINDOW);
}

/**
 * Calls `start` for each item with its index from 0; `start` calls `done` when the item is settled. At most `window` are
 * under way; pulling goes on when half of them are done. Pulls nothing more once the signal fires. Fulfils when all are settled.
 */
export async function pullEach<T>(
	source: Iterable<T> | AsyncIterable<T>,
	window: number,
	signal: AbortSignal | undefined,
	start: (item: T, index: number, done: () => void) => void,
): Promise<void> {
	let underWay = 0;
	let index = 0;
	let wake: (() => void) | undefined;
	const done = (): void => {
		underWay -= 1;
		if (wake !== undefined && underWay <= window / 2) wake();
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
	const begin = (item: T): void => {
		underWay += 1;
		start(item, index++, done);
	};
	if (Symbol.iterator in source) {
		for (const item of source) {
			if (signal?.aborted === true) break;
			begin(item);
			if (underWay >= window) await room(window / 2);
		}
	} else {
		for await (const item of source) {
			if (signal?.aborted === true) break;
			begin(item);
			if (underWay >= window) await room(window / 2);
		}
	}
	await room(0);
}
