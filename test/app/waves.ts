/** Many calls with a bounded number at once. */

/** Runs `call` for 0 to `count` − 1, at most `atOnce` at a time; returns all results in order. Rejects with the first failure. */
export async function inWaves<T>(count: number, atOnce: number, call: (index: number) => Promise<T>): Promise<T[]> {
	const results: T[] = [];
	let next = 0;
	const work = async (): Promise<void> => {
		while (next < count) {
			const index = next++;
			results[index] = await call(index);
		}
	};
	await Promise.all(Array.from({ length: Math.min(atOnce, count) }, work));
	return results;
}
