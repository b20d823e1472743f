/** Which identity each credential has now, and whether it alternates: decides how long connections of earlier ones stay. */
import { timing } from './timing';

/** A lane as far as its owners concern it. */
export interface OwnedLane {
	/** The credential has another identity now: its connections close after minutes instead of hours. */
	setSuperseded(superseded: boolean): void;
}

interface Owner {
	current: string;
	/** When each earlier identity was last the current one. */
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
			this.owners.set(name, { current: key, earlier: new Map(), alternating: false });
			return this.hold(name, key);
		}
		if (owner.current === key) return;
		const usedMs = owner.earlier.get(key);
		owner.earlier.delete(key);
		owner.earlier.set(owner.current, nowMs);
		if (usedMs !== undefined && nowMs - usedMs <= timing.alternatingWithinMs) owner.alternating = true;
		for (const [earlier, atMs] of owner.earlier) {
			if (nowMs - atMs <= timing.alternatingWithinMs) continue;
			owner.earlier.delete(earlier);
			this.release(name, earlier);
		}
		const before = owner.current;
		owner.current = key;
		this.hold(name, key);
		if (owner.alternating) for (const earlier of owner.earlier.keys()) this.hold(name, earlier);
		else this.release(name, before);
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
		const holders = this.holders.get(key);
		holders?.delete(name);
		if (holders !== undefined && holders.size > 0) return;
		this.holders.delete(key);
		this.laneOf(key)?.setSuperseded(true);
	}

	/** The owner used longest ago is forgotten; its lanes keep their normal idle time. */
	private makeRoom(): void {
		if (this.owners.size < timing.maxOwners) return;
		for (const [name, owner] of this.owners) {
			this.owners.delete(name);
			for (const key of [owner.current, ...owner.earlier.keys()]) this.holders.get(key)?.delete(name);
			break;
		}
	}
}
