/** What a world will be, written down before it runs: everything follows from the seed, and any part can be left out to make it smaller. */
import type { EndpointPlan } from './endpoint';
import { type Fault, type FaultName, faultRows, pickFault } from './faults';
import type { Habits } from './peer/peerWorld';
import type { ProxyPlan } from './proxy';
import { createRandom, mixSeed, type Random } from './random';

/** `calm`: no fault. `chaos`: everything. `hours`: long silences and token renewals. `neighbour`: one identity's trouble. `liar`: peers that lie. */
export type Profile = 'calm' | 'chaos' | 'hours' | 'neighbour' | 'liar';

export interface IdentityPlan {
	readonly kind: 'token' | 'certificate';
	readonly teamId: string;
	readonly keyId: string;
	readonly environment: number;
	readonly throughProxy: boolean;
	/** Its key is changed at these times: a credential edit. */
	readonly editsMs: readonly number[];
}

/** When a stop comes: at a time, or at the worst moment. */
export type StopMoment = 'later' | 'pull' | 'outcome' | 'microtask' | 'soon' | 'write' | 'before';

export interface WorkflowPlan {
	readonly kind: 'bulk' | 'single' | 'loop' | 'burst' | 'broadcast' | 'channel';
	/** Index of the identity its credential names. */
	readonly identity: number;
	/** Its credential's expressions bring this identity in every second execution; -1 for none. */
	readonly alternate: number;
	/** Times at which it runs. */
	readonly startsMs: readonly number[];
	/** Requests of each execution. */
	readonly requests: number;
	readonly payloadBytes: number;
	/** Each request has a body of its own. */
	readonly ownBodies: boolean;
	readonly timeoutMs: number;
	readonly queueTimeoutMs: number;
	readonly maxInFlight: number;
	readonly maxConnections: number;
	readonly sendAgain: boolean;
	readonly retries: number | undefined;
	/** For each request of a bulk that was not accepted, this many at most, another one goes out from within its callback. */
	readonly alerts: number;
	readonly stop: { readonly moment: StopMoment; readonly after: number } | undefined;
	readonly seed: number;
}

export interface Plan {
	readonly seed: number;
	readonly profile: Profile;
	/** Requests at most. */
	readonly pushes: number;
	readonly horizonMs: number;
	/** Push and management endpoint of each environment. */
	readonly environments: ReadonlyArray<readonly [EndpointPlan, EndpointPlan]>;
	readonly proxy: ProxyPlan;
	readonly identities: readonly IdentityPlan[];
	readonly workflows: readonly WorkflowPlan[];
	readonly faults: readonly Fault[];
	/** The cache is left alone for half a day at the end, in place of being closed. */
	readonly endsIdle: boolean;
}

const IDENTITIES = 6;
const WORKFLOWS = 50;
const ENVIRONMENTS = 2;

function profileOf(random: Random): Profile {
	const draw = random.next();
	if (draw < 0.08) return 'calm';
	if (draw < 0.78) return 'chaos';
	if (draw < 0.86) return 'hours';
	if (draw < 0.92) return 'neighbour';
	return 'liar';
}

/** Nothing but the faults of the plan sets such worlds apart: hosts are up, and nobody stops or edits. */
function isStill(profile: Profile): boolean {
	return profile === 'calm' || profile === 'neighbour';
}

function habitsOf(random: Random, profile: Profile): Habits {
	const still = isStill(profile);
	const limit = random.pick([1_000, 1_000, 100, 100, 20, undefined]);
	return {
		// As APNs does: one stream until a token was accepted.
		firstLimit: random.chance(0.6) ? 1 : limit,
		limit,
		initialWindow: random.pick([65_535, 65_535, 8_192]),
		connectionWindow: random.pick([65_535, 262_144, 1_048_576]),
		serviceMs: random.int(1, 40),
		serviceSpread: profile === 'neighbour' ? 0 : 0.3,
		settingsDelayMs: random.chance(0.7) ? 0 : random.int(0, 60),
		headerTableSize: random.pick([undefined, 4_096, 4_096, 512, 0]),
		spice: still || random.chance(0.5) ? 0 : random.next(),
	};
}

function deadAddresses(random: Random): boolean[] {
	const dead = Array.from({ length: random.int(1, 4) }, () => random.chance(0.25));
	// One at least is up.
	dead[random.int(0, dead.length - 1)] = false;
	return dead;
}

function endpointOf(seed: number, environment: number, name: string, port: number, profile: Profile): EndpointPlan {
	const random = createRandom(mixSeed(seed, `${name}${environment}`));
	return {
		host: `${name}-${environment}.apns.example`,
		port,
		deadAddresses: isStill(profile) ? [false, false] : deadAddresses(random),
		latencyMs: random.pick([0.2, 5, 20, 60, 120]),
		tls12: random.chance(0.4),
		habits: habitsOf(random, profile),
		seed: mixSeed(seed, `peer${name}${environment}`),
	};
}

function identityOf(random: Random, index: number, horizonMs: number, profile: Profile): IdentityPlan {
	const edits = profile === 'chaos' && random.chance(0.4) ? random.int(1, 2) : 0;
	return {
		kind: index < 4 ? 'token' : 'certificate',
		// Two teams with one key id, and two keys of one team.
		teamId: `TEAM00000${index === 1 ? 0 : index}`,
		keyId: `KEY000000${index === 3 ? 2 : index}`,
		environment: index === 5 ? 1 : index === 3 ? 1 : 0,
		throughProxy: index === 2 || (index === 5 && random.chance(0.5)),
		editsMs: Array.from({ length: edits }, () => random.next() * horizonMs * 0.8).sort((a, b) => a - b),
	};
}

function kindOf(random: Random, index: number): WorkflowPlan['kind'] {
	if (index < 10) return 'bulk';
	if (index < 14) return 'burst';
	if (index < 20) return 'loop';
	if (index < 25) return 'broadcast';
	if (index < 28) return 'channel';
	return random.chance(0.8) ? 'single' : 'loop';
}

function workflowOf(
	random: Random,
	index: number,
	profile: Profile,
	share: number,
	horizonMs: number,
	moments: readonly number[],
	seed: number,
): WorkflowPlan {
	const kind = kindOf(random, index);
	const hours = profile === 'hours';
	const executions = kind === 'bulk' ? random.int(1, 4) : hours ? random.int(3, 12) : random.int(1, 6);
	const requests = Math.max(1, Math.round(share / executions));
	const startAt = (): number => {
		// Shortly before or in a fault, mostly: trouble that meets nobody tells nothing.
		const around = moments.length > 0 && random.chance(0.7) ? random.pick(moments) : random.next() * horizonMs * 0.9;
		return Math.max(0, Math.min(horizonMs, around + (random.next() - 0.6) * 3_000));
	};
	const stops = profile === 'chaos' || profile === 'liar' ? 0.25 : profile === 'hours' ? 0.1 : 0;
	const moment = random.pick<StopMoment>(['later', 'later', 'pull', 'outcome', 'microtask', 'soon', 'write', 'before']);
	const still = isStill(profile);
	const identity = index % IDENTITIES;
	return {
		kind,
		identity,
		alternate: !still && random.chance(0.15) ? (identity + 1) % 4 : -1,
		startsMs: Array.from({ length: executions }, startAt).sort((a, b) => a - b),
		requests,
		payloadBytes: random.chance(0.25) ? random.int(1_000, 3_900) : random.int(30, 300),
		ownBodies: random.chance(0.4),
		timeoutMs: still ? 60_000 : random.pick([3_000, 10_000, 30_000, 30_000]),
		queueTimeoutMs: still ? 300_000 : random.pick([20_000, 60_000, 300_000]),
		maxInFlight: random.pick([1_000, 1_000, 1_000, 100, 5]),
		maxConnections: random.pick([1, 4, 4, 8]),
		sendAgain: !still && random.chance(0.2),
		alerts: kind === 'bulk' && !still && random.chance(0.4) ? random.int(1, 30) : 0,
		retries: still || random.chance(0.85) ? undefined : random.int(0, 2),
		stop:
			random.chance(stops) && kind !== 'channel'
				? { moment, after: moment === 'later' ? random.next() * 4_000 : random.int(0, requests) }
				: undefined,
		seed,
	};
}

function faultOf(
	random: Random,
	profile: Profile,
	horizonMs: number,
	only: FaultName | undefined,
	seed: number,
): Fault {
	const name = pickFault(random, (row, candidate) => {
		if (only !== undefined) return candidate === only;
		if (profile === 'neighbour') return row.ofIdentity === true && candidate !== 'certificateRefused';
		if (profile === 'hours') return candidate !== 'clockJump' && row.lies !== true;
		return profile === 'liar' ? true : row.lies !== true;
	});
	const [shortest, longest] = faultRows[name].lastsMs;
	const ofIdentity = 'ofIdentity' in faultRows[name];
	return {
		name,
		atMs: random.next() * horizonMs * 0.75,
		forMs: shortest + random.next() * (longest - shortest),
		environment: name.startsWith('proxy')
			? ENVIRONMENTS
			: !ofIdentity && /^(tcp|dns)/.test(name) && random.chance(0.2)
				? ENVIRONMENTS
				: random.chance(0.7)
					? 0
					: 1,
		identity: ofIdentity && random.chance(0.5) ? random.int(0, IDENTITIES - 1) : -1,
		strength: random.pick([0.02, 0.1, 0.3, 0.7, 1]),
		seed,
	};
}

/** The world of a seed with about so many requests. */
export function makePlan(seed: number, pushes: number, wanted?: Profile): Plan {
	const random = createRandom(mixSeed(seed, 'plan'));
	const drawn = profileOf(random);
	const profile = wanted ?? drawn;
	const still = isStill(profile);
	const horizonMs =
		profile === 'hours' ? random.int(2, 7) * 3_600_000 : profile === 'calm' ? 10_000 : random.int(8, 90) * 1_000;
	const faultCount = profile === 'calm' ? 0 : profile === 'hours' ? random.int(0, 4) : random.int(1, 12);
	const troubled = random.int(0, 3);
	// In a third of the worlds one thing goes wrong again and again, and nothing else hides what it does.
	const only = profile === 'chaos' && random.chance(0.33) ? pickFault(random, (row) => row.lies !== true) : undefined;
	const faults = Array.from({ length: faultCount }, (_, index) => {
		const fault = faultOf(
			createRandom(mixSeed(seed, `fault${index}`)),
			profile,
			horizonMs,
			only,
			mixSeed(seed, `strike${index}`),
		);
		return profile === 'neighbour' ? { ...fault, identity: troubled, environment: troubled === 3 ? 1 : 0 } : fault;
	});
	const moments = faults.map(({ atMs }) => atMs);
	// Most requests are bulk ones, as in life.
	const bulkShare = (pushes * 0.8) / 10;
	const burstShare = (pushes * 0.08) / 4;
	const restShare = Math.max(1, (pushes * 0.12) / 36);
	const workflows = Array.from({ length: WORKFLOWS }, (_, index) => {
		const own = createRandom(mixSeed(seed, `workflow${index}`));
		const share = index < 10 ? bulkShare * (0.5 + own.next()) : index < 14 ? burstShare : restShare;
		return workflowOf(own, index, profile, share, horizonMs, moments, mixSeed(seed, `users${index}`));
	});
	return {
		seed,
		profile,
		pushes,
		horizonMs,
		environments: Array.from({ length: ENVIRONMENTS }, (_, environment) => [
			endpointOf(seed, environment, 'push', 443, profile),
			endpointOf(seed, environment, 'manage', 2_196, profile),
		]),
		proxy: {
			host: 'proxy.example',
			port: 3_128,
			deadAddresses: still ? [false] : deadAddresses(random),
			latencyMs: random.pick([0.2, 2, 10]),
			login: 'chaos:secret',
			seed: mixSeed(seed, 'proxy'),
		},
		identities: Array.from({ length: IDENTITIES }, (_, index) =>
			identityOf(createRandom(mixSeed(seed, `identity${index}`)), index, horizonMs, profile),
		),
		workflows,
		faults,
		endsIdle: random.chance(0.2),
	};
}
