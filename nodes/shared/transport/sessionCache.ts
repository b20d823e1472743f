/** The cache of lanes: same identity and endpoint, same connections, whichever node, workflow or execution asks. What must outlive a lane is kept here too. */
import { createHash } from 'node:crypto';
import { endpointName } from '../endpoint';
import { Backoff, type BackoffOptions } from './backoff';
import { type Clock, systemClock } from './clock';
import { type Connect, createConnect, type Target } from './connect';
import { TransportError } from './errors';
import { IdentityPause } from './identityPause';
import { Lane } from './lane';
import type { LanePolicy, LaneStandings } from './laneOptions';
import type { LaneStats } from './laneStats';
import type { Network } from './network';
import { OpeningBudget } from './openingBudget';
import { Owners } from './owners';
import { proxyNameOf } from './proxy';
import { Standings } from './standings';
import { createSystemNetwork } from './systemNetwork';
import { timing } from './timing';
import { noTrace, type Notice, type Trace } from './trace';

export interface SessionCacheOptions {
	/** Default: the system's monotonic clock. */
	readonly clock?: Clock;
	/** Default: the machine's own network. */
	readonly network?: Network;
	/** Delays of reconnecting; for tests that cannot wait. */
	readonly backoff?: Partial<BackoffOptions>;
	/** For jitter: 0 inclusive to 1 exclusive. Default `Math.random`. */
	readonly random?: () => number;
	/** Lanes kept at most; idle ones leave first. */
	readonly maxLanes?: number;
	/** Receives a line for everything worth following; no secrets. */
	readonly trace?: Trace;
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
	/** Whose identity it is, such as a credential's id: connections of its earlier identities close soon after their last use. */
	readonly owner?: string;
}

function hashOf(...parts: ReadonlyArray<string | boolean>): string {
	return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** A listener that throws must not stop a connection in the middle of its end: pushes would stay open for ever. */
function guarded<T>(listener: (about: T) => void): (about: T) => void {
	return (about) => {
		try {
			listener(about);
		} catch {
			// It is its owner's to mend; nothing here depends on it.
		}
	};
}

/** Identity, trust settings and proxy: lanes that differ in one of them share nothing. */
function keyOf({ target, identityHash, tokenMode }: LaneKey): string {
	const trust = hashOf(identityHash, target.caBundle ?? '', target.proxyUrl ?? '', tokenMode);
	return `${endpointName(target)}|${trust}`;
}

export class SessionCache {
	/** Where notices for an operator go; unset, nowhere. */
	onNotice: ((notice: Notice) => void) | undefined;
	/** The clock of all that belongs to the cache. */
	readonly clock: Clock;
	private readonly lanes = new Map<string, Lane>();
	private readonly owners = new Owners((key) => this.lanes.get(key));
	private readonly connectWith: Connect;
	private readonly trace: Trace;
	private readonly createBackoff: () => Backoff;
	private readonly backoffs: Standings<Backoff>;
	private readonly pauses: Standings<IdentityPause>;
	private readonly budgets: Standings<OpeningBudget>;
	private readonly endpointBudgets: Standings<OpeningBudget>;

	constructor(private readonly options: SessionCacheOptions = {}) {
		const { clock = systemClock, random = Math.random } = options;
		this.clock = clock;
		this.connectWith = createConnect(options.network ?? createSystemNetwork(), clock);
		this.trace = guarded(options.trace ?? noTrace);
		const now = (): number => clock.now();
		const book = <T extends { readonly busyUntilMs: number }>(create: () => T): Standings<T> =>
			new Standings(timing.maxStandings, now, create);
		this.createBackoff = () => new Backoff({ random, ...options.backoff });
		this.backoffs = book(this.createBackoff);
		this.pauses = book(() => new IdentityPause(random));
		this.budgets = book(() => new OpeningBudget(timing.openingBurst, timing.openingEveryMs, now()));
		this.endpointBudgets = book(
			() => new OpeningBudget(timing.endpointOpeningBurst, timing.endpointOpeningEveryMs, now()),
		);
	}

	/** Opens connections the way the lanes do: for a check outside the cache. */
	get connect(): Connect {
		return this.connectWith;
	}

	/** The lane for this identity at this endpoint; made on first use. */
	lane(request: LaneRequestOptions): Lane {
		const key = keyOf(request);
		const lane = this.lanes.get(key) ?? this.makeLane(key, request);
		if (request.owner !== undefined) this.owners.note(request.owner, key, this.clock.now());
		return lane;
	}

	/** What the lane of this identity at this endpoint is doing; undefined while there is none. */
	statsOf(key: LaneKey): LaneStats | undefined {
		return this.lanes.get(keyOf(key))?.stats();
	}

	/** What every lane is doing; no secrets. */
	stats(): LaneStats[] {
		return [...this.lanes.values()].map((lane) => lane.stats());
	}

	/** Ends all lanes; their pushes in flight may still finish. For tests and command-line programs. */
	close(): void {
		const lanes = [...this.lanes.values()];
		this.lanes.clear();
		this.owners.clear();
		for (const lane of lanes) lane.close(new TransportError('closed', 'The session cache was closed.'));
	}

	private makeLane(key: string, request: LaneRequestOptions): Lane {
		this.makeRoom();
		const { target, tokenMode, policy } = request;
		const lane = new Lane({
			target,
			tokenMode,
			policy,
			clock: this.clock,
			connect: this.connectWith,
			standings: this.standingsOf(key, request),
			createBackoff: this.createBackoff,
			trace: this.trace,
			notify: guarded((notice: Notice) => this.onNotice?.(notice)),
			name: `${endpointName(target)}/${key.slice(-64, -56)}`,
		});
		this.lanes.set(key, lane);
		return lane;
	}

	/** Which failures are whose: an unreachable endpoint is everybody's, a refused credential is its identity's. */
	private standingsOf(key: string, { target, identityHash }: LaneKey): LaneStandings {
		const endpoint = endpointName(target);
		const { proxyUrl } = target;
		return {
			backoffs: {
				endpoint: this.backoffs.get(`endpoint|${endpoint}|${proxyNameOf(proxyUrl) ?? ''}`),
				proxy: this.backoffs.get(`proxy|${hashOf(proxyUrl ?? '')}`),
				trust: this.backoffs.get(`trust|${key}`),
			},
			pause: this.pauses.get(`${endpoint}|${identityHash}`),
			budgets: [this.budgets.get(`${endpoint}|${identityHash}`), this.endpointBudgets.get(endpoint)],
		};
	}

	/** Idle lanes leave, those unused for longest first: after a peak of busy ones more than one. */
	private makeRoom(): void {
		const tooMany = this.lanes.size + 1 - (this.options.maxLanes ?? timing.maxLanes);
		if (tooMany <= 0) return;
		const idle = [...this.lanes].filter(([, lane]) => lane.isIdle);
		idle.sort(([, one], [, other]) => one.lastUsedMs - other.lastUsedMs);
		for (const [key, lane] of idle.slice(0, tooMany)) {
			this.lanes.delete(key);
			lane.close(new TransportError('replaced', 'The session cache made room.'));
		}
	}
}
