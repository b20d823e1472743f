/** The process-wide cache of lanes: same identity and endpoint, same connections, whichever node, workflow or execution asks. */
import { createHash } from 'node:crypto';
import { type Backoff, type BackoffOptions, createBackoff } from './backoff';
import { type Clock, systemClock } from './clock';
import { connect, type Connect, endpointName, type Target } from './connect';
import { TransportError } from './errors';
import { Lane, type LanePolicy, type LaneStats } from './lane';

export interface SessionCacheOptions {
	readonly clock?: Clock;
	readonly connect?: Connect;
	readonly backoff?: Partial<BackoffOptions>;
	/** Lanes kept at most; idle ones leave first. */
	readonly maxLanes?: number;
}

/** What makes two lanes different. */
export interface LaneKey {
	readonly target: Target;
	/** SHA-256 of everything that identifies the provider; never the secret itself. */
	readonly identityHash: string;
	readonly tokenMode: boolean;
}

export interface LaneRequestOptions extends LaneKey {
	readonly policy: LanePolicy;
	/** Who uses it, such as a credential's id: when the same owner comes with another identity, its old lane ends. */
	readonly owner?: string;
}

/** More identities than a large installation has; a bound against credentials made by expressions. */
const MAX_LANES = 256;

/** Hash of identity, trust settings and proxy: lanes that differ in one of them share nothing. */
function trustOf({ target, identityHash, tokenMode }: LaneKey): string {
	return createHash('sha256')
		.update(JSON.stringify([identityHash, target.caBundle ?? '', target.proxyUrl ?? '', tokenMode]))
		.digest('hex');
}

export class SessionCache {
	private readonly lanes = new Map<string, Lane>();
	private readonly endpointBackoffs = new Map<string, Backoff>();
	private readonly keyOfOwner = new Map<string, string>();
	private readonly clock: Clock;
	private readonly connect: Connect;
	private readonly backoff: BackoffOptions;

	constructor(private readonly options: SessionCacheOptions = {}) {
		this.clock = options.clock ?? systemClock;
		this.connect = options.connect ?? connect;
		this.backoff = { random: Math.random, ...options.backoff };
	}

	/** The lane for this identity at this endpoint; made on first use. */
	lane(request: LaneRequestOptions): Lane {
		const { target } = request;
		const trust = trustOf(request);
		const key = `${endpointName(target)}|${trust}`;
		this.noteOwner(request.owner, key);
		const known = this.lanes.get(key);
		if (known !== undefined) return known;
		this.makeRoom();
		const lane = new Lane({
			target,
			tokenMode: request.tokenMode,
			policy: request.policy,
			clock: this.clock,
			connect: this.connect,
			backoff: this.backoff,
			endpointBackoff: this.endpointBackoff(`${endpointName(target)}|${target.proxyUrl === undefined ? '' : trust}`),
		});
		this.lanes.set(key, lane);
		return lane;
	}

	/** What the lane of this identity at this endpoint is doing; undefined while there is none. */
	statsOf(key: LaneKey): LaneStats | undefined {
		return this.lanes.get(`${endpointName(key.target)}|${trustOf(key)}`)?.stats();
	}

	/** What every lane is doing; no secrets. */
	stats(): LaneStats[] {
		return [...this.lanes.values()].map((lane) => lane.stats());
	}

	/** Ends all lanes; their pushes in flight may still finish. For tests and command-line programs. */
	close(): void {
		for (const lane of this.lanes.values()) lane.close(new TransportError('closed', 'The session cache was closed.'));
		this.lanes.clear();
		this.keyOfOwner.clear();
	}

	private endpointBackoff(name: string): Backoff {
		const known = this.endpointBackoffs.get(name);
		if (known !== undefined) return known;
		if (this.endpointBackoffs.size >= MAX_LANES * 4) this.endpointBackoffs.clear();
		const backoff = createBackoff(this.backoff);
		this.endpointBackoffs.set(name, backoff);
		return backoff;
	}

	/** A changed credential gets new connections, and the old ones drain. */
	private noteOwner(owner: string | undefined, key: string): void {
		if (owner === undefined) return;
		const before = this.keyOfOwner.get(owner);
		if (before === key) return;
		this.keyOfOwner.delete(owner);
		if (this.keyOfOwner.size >= MAX_LANES * 4) {
			for (const oldest of this.keyOfOwner.keys()) {
				this.keyOfOwner.delete(oldest);
				break;
			}
		}
		this.keyOfOwner.set(owner, key);
		if (before === undefined || [...this.keyOfOwner.values()].includes(before)) return;
		const lane = this.lanes.get(before);
		this.lanes.delete(before);
		lane?.retire(new TransportError('closed', 'The credential was changed.'));
	}

	private makeRoom(): void {
		if (this.lanes.size < (this.options.maxLanes ?? MAX_LANES)) return;
		const idle = [...this.lanes.entries()]
			.filter(([, lane]) => lane.isIdle)
			.sort(([, a], [, b]) => a.lastUsedMs - b.lastUsedMs);
		const oldest = idle[0];
		if (oldest === undefined) return;
		this.lanes.delete(oldest[0]);
		oldest[1].close(new TransportError('closed', 'The session cache made room.'));
	}
}
