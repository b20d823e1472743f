/** What outlives lanes: back-offs, pauses and opening budgets by key, bounded in number. */

/** Something that must be remembered until a time. */
export interface Standing {
	/** In the clock's milliseconds; in the past when it is as good as new. */
	readonly busyUntilMs: number;
	/** True while somebody holds it: it is kept then. */
	readonly inUse?: boolean;
}

/** Share of the entries that may leave when room is made: sweeping a full book for every new entry would be quadratic. */
const LEAVING_SHARE = 16;

/** A map of standings. When it is full, those at rest leave first, then those that end first. */
export class Standings<T extends Standing> {
	private readonly entries = new Map<string, T>();

	constructor(
		private readonly most: number,
		private readonly now: () => number,
		private readonly create: (key: string) => T,
	) {}

	/** The standing of a key; made on first use. */
	get(key: string): T {
		const known = this.entries.get(key);
		if (known !== undefined) return known;
		if (this.entries.size >= this.most) this.makeRoom();
		const made = this.create(key);
		this.entries.set(key, made);
		return made;
	}

	/** The standing of a key, if there is one. */
	peek(key: string): T | undefined {
		return this.entries.get(key);
	}

	/** Entries held. */
	get size(): number {
		return this.entries.size;
	}

	private makeRoom(): void {
		const now = this.now();
		const removable = [...this.entries].filter(([, { inUse }]) => inUse !== true);
		const resting = removable.filter(([, { busyUntilMs }]) => busyUntilMs <= now);
		const leaving =
			resting.length > 0
				? resting
				: removable
						.sort(([, a], [, b]) => a.busyUntilMs - b.busyUntilMs)
						.slice(0, Math.max(1, Math.ceil(this.most / LEAVING_SHARE)));
		for (const [key] of leaving) this.entries.delete(key);
	}
}
