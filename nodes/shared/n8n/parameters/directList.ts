/** A list of the item, read element by element: checking a hundred thousand at once would hold up every other workflow. */
import { isPlainArray, isPlainData } from './plainData';

export class DirectList implements Iterable<unknown> {
	constructor(
		private readonly list: readonly unknown[],
		/** The same parameter as n8n's engine gives it. */
		private readonly engineValue: () => unknown,
	) {}

	/** How many elements the item's list has. */
	get length(): number {
		return this.list.length;
	}

	/**
	 * Elements that every engine hands out alike; from the first that is none, the engine's. Elements before it are the same
	 * in its list, and members that an array may have besides its elements are not seen by either.
	 */
	*[Symbol.iterator](): Generator<unknown, void, void> {
		for (const [index, element] of this.list.entries()) {
			if (isPlainData(element)) {
				yield element;
				continue;
			}
			const value = this.engineValue();
			if (isPlainArray(value) || Array.isArray(value)) yield* value.slice(index);
			else yield value;
			return;
		}
	}
}
