/** Pulls notifications from a source only as fast as they go out: bounded memory for any number of pushes. */

/** Requests kept under way beyond what can be in flight: enough to show the lane a backlog. */
const EXTRA_WINDOW = 512;
/** Upper bound of that window: about 25 MB. */
const MAX_WINDOW = 40_000;
/** Pulled at a time when the window has room: the rest of it stays in flight, or distant servers would wait for pushes. */
const PULL = 256;

/** How many pushes may be under way for so many streams. */
export function windowFor(streams: number): number {
	return Math.min(MAX_WINDOW, streams + EXTRA_WINDOW);
}

/**
 * Calls `start` for each item with its index from 0; `start` calls `done` when the item is settled. At most `window` are
 * under way; pulling goes on when there is room for some. Pulls nothing more once the signal fires. Ends when all are settled:
 * fulfils, or rejects with what the source threw.
 */
export async function pullEach<T>(
	source: Iterable<T> | AsyncIterable<T>,
	window: number,
	signal: AbortSignal | undefined,
	start: (item: T, index: number, done: () => void) => void,
): Promise<void> {
	const low = Math.max(0, window - PULL);
	let underWay = 0;
	let index = 0;
	let wake: (() => void) | undefined;
	const done = (): void => {
		underWay -= 1;
		if (wake !== undefined && underWay <= low) wake();
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
	const isStopped = (): boolean => signal?.aborted === true;
	if (isStopped()) return;
	try {
		// What was pulled is begun, even when the signal fired meanwhile: nothing gets lost without an end.
		if (Symbol.iterator in source) {
			for (const item of source) {
				begin(item);
				if (underWay >= window) await room(low);
				if (isStopped()) break;
			}
		} else {
			for await (const item of source) {
				begin(item);
				if (underWay >= window) await room(low);
				if (isStopped()) break;
			}
		}
	} finally {
		await room(0);
	}
}
