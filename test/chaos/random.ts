/** Random numbers by seed: small, quick, and the same on every machine. */

export interface Random {
	/** 0 inclusive to 1 exclusive. */
	next(): number;
	/** A whole number from `low` to `high`, both included. */
	int(low: number, high: number): number;
	chance(probability: number): boolean;
	pick<T>(from: readonly T[]): T;
}

/** Mixes a seed with a name or number, so that each part of a world has numbers of its own. */
export function mixSeed(seed: number, part: number | string): number {
	let hash = (seed ^ 0x9e3779b9) >>> 0;
	for (const character of String(part)) {
		hash = Math.imul(hash ^ character.charCodeAt(0), 0x85ebca6b) >>> 0;
		hash = (hash ^ (hash >>> 13)) >>> 0;
	}
	hash = Math.imul(hash ^ (hash >>> 16), 0xc2b2ae35) >>> 0;
	return (hash ^ (hash >>> 15)) >>> 0;
}

/** mulberry32: one multiplication chain a number, a period of 2^32, enough for a world. */
export function createRandom(seed: number): Random {
	let state = seed >>> 0;
	const next = (): number => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
	};
	return {
		next,
		int: (low, high) => low + Math.floor(next() * (high - low + 1)),
		chance: (probability) => next() < probability,
		pick<T>(from: readonly T[]): T {
			if (from.length === 0) throw new RangeError('nothing to pick from');
			return from[Math.floor(next() * from.length)] as T;
		},
	};
}
