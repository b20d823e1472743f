/** Which identity each credential has now, and whether it alternates: decides how long connections of earlier ones stay. */
import { timing } from './timing';

/** A lane as far as its owners concern it. */
export interface OwnedLane {
	/** The credential has another identity now: its connections close after minutes instead of hours. */
	setSuperseded(superseded: boolean): void;
}

interface Owner {
	current: string;
	usedMs: number;
	/** When each earlier identity was last the current one, the latest last. */
	readonly earlier: Map<string, number>;
	/** An identity came back: expressions choose it, and each keeps its connections. */
	alternating: boolean;
}

export class Owners {
	private readonly owners = new Map<string, Owner>();
	/** Owners whose current identity uses this lane. */
	private readonly holders = new Map<string, Set<string>>();

	constructor(private readonly laneOf: (key: string) => OwnedLane | undefined) {}

	/** An owner uses the lane with this key now. */
	note(name: string, key: string, nowMs: number): void {
		const owner = this.owners.get(name);
		if (owner === undefined) {
			this.makeRoom();
			this.owners.set(name, { current: key, usedMs: nowMs, earlier: new Map(), alternating: false });
			return this.hold(name, key);
		}
		owner.usedMs = nowMs;
		if (owner.current === key) return;
		const before = owner.current;
		const backAfterMs = nowMs - (owner.earlier.get(key) ?? -Infinity);
		owner.earlier.delete(key);
		owner.earlier.set(before, nowMs);
		owner.current = key;
		this.hold(name, key);
		if (!owner.alternating && backAfterMs <= timing.alternatingWithinMs) {
			owner.alternating = true;
			for (const earlier of owner.earlier.keys()) this.hold(name, earlier);
		}
		if (!owner.alternating) this.release(name, before);
		this.forgetEarlier(name, owner, nowMs);
	}

	/** Forgets all owners; lanes keep the idle time they have. */
	clear(): void {
		this.owners.clear();
		this.holders.clear();
	}

	private hold(name: string, key: string): void {
		const holders = this.holders.get(key) ?? new Set();
		holders.add(name);
		this.holders.set(key, holders);
		this.laneOf(key)?.setSuperseded(false);
	}

	private release(name: string, key: string): void {
		if (this.letGo(name, key)) this.laneOf(key)?.setSuperseded(true);
	}

	/** True when nobody holds it any more. */
	private letGo(name: string, key: string): boolean {
		const holders = this.holders.get(key);
		holders?.delete(name);
		if (holders !== undefined && holders.size > 0) return false;
		this.holders.delete(key);
		return true;
	}

	/** Identities from too long ago, and those beyond as many as the cache keeps lanes for. */
	private forgetEarlier(name: string, { earlier }: Owner, nowMs: number): void {
		for (const [key, atMs] of earlier) {
			if (nowMs - atMs <= timing.alternatingWithinMs && earlier.size <= timing.maxLanes) return;
			earlier.delete(key);
			this.release(name, key);
		}
	}

	/** The owner used longest ago is forgotten; its lanes keep their normal idle time. */
	private makeRoom(): void {
		if (this.owners.size < timing.maxOwners) return;
		let oldest: readonly [string, Owner] | undefined;
		for (const entry of this.owners) if (oldest === undefined || entry[1].usedMs < oldest[1].usedMs) oldest = entry;
		if (oldest === undefined) return;
		const [name, { current, earlier }] = oldest;
		this.owners.delete(name);
		for (const key of [current, ...earlier.keys()]) this.letGo(name, key);
	}
}
