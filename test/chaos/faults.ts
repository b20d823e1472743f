/** Every way a world misbehaves: names, how long one lasts, and which are active where. */
import type { Random } from './random';

interface FaultRow {
	/** Shortest and longest time it lasts, milliseconds. */
	readonly lastsMs: readonly [number, number];
	/** How often it is chosen, beside the others. */
	readonly weight: number;
	/** A peer or network that lies, or breaks HTTP/2: invariants about outcomes do not bind there. */
	readonly lies?: boolean;
	/** May be limited to one identity: it happens on its connections or to its requests. */
	readonly ofIdentity?: boolean;
}

const short = [300, 8_000] as const;
const long = [2_000, 40_000] as const;

/** The fault matrix. What each does is written where it happens: endpoint.ts, peer/, proxy.ts, strikes.ts. */
export const faultRows = {
	dnsFails: { lastsMs: long, weight: 1 },
	dnsSlow: { lastsMs: long, weight: 1 },
	dnsMoves: { lastsMs: long, weight: 1 },
	tcpRefused: { lastsMs: long, weight: 2 },
	tcpBlackHole: { lastsMs: long, weight: 2 },
	tcpUnreachable: { lastsMs: long, weight: 1 },
	tcpReset: { lastsMs: short, weight: 1 },
	tlsUntrusted: { lastsMs: long, weight: 1 },
	tlsWrongName: { lastsMs: long, weight: 1 },
	tlsExpired: { lastsMs: long, weight: 1 },
	tlsNoAlpn: { lastsMs: short, weight: 1 },
	tlsAlpnAlert: { lastsMs: short, weight: 1 },
	tlsStalls: { lastsMs: long, weight: 1 },
	tlsResets: { lastsMs: short, weight: 1 },
	certificateRefused: { lastsMs: long, weight: 2, ofIdentity: true },
	cuts: { lastsMs: short, weight: 4, ofIdentity: true },
	fins: { lastsMs: short, weight: 3, ofIdentity: true },
	silence: { lastsMs: short, weight: 3, ofIdentity: true },
	slowLink: { lastsMs: long, weight: 2, ofIdentity: true },
	slowReader: { lastsMs: long, weight: 2, ofIdentity: true },
	goawayGraceful: { lastsMs: short, weight: 3, ofIdentity: true },
	goawaySome: { lastsMs: short, weight: 4, ofIdentity: true },
	goawayAll: { lastsMs: short, weight: 2, ofIdentity: true },
	goawayError: { lastsMs: short, weight: 2, ofIdentity: true },
	goawayOften: { lastsMs: long, weight: 2, ofIdentity: true },
	goawayCredential: { lastsMs: short, weight: 1, ofIdentity: true },
	refuseStorm: { lastsMs: short, weight: 3, ofIdentity: true },
	limitZero: { lastsMs: long, weight: 2 },
	limitOne: { lastsMs: long, weight: 2 },
	limitSwings: { lastsMs: long, weight: 2 },
	windowStarved: { lastsMs: long, weight: 2 },
	smallWindows: { lastsMs: long, weight: 2 },
	settingsNever: { lastsMs: short, weight: 1 },
	neverAnswers: { lastsMs: short, weight: 3, ofIdentity: true },
	wedged: { lastsMs: long, weight: 2, ofIdentity: true },
	stuck: { lastsMs: long, weight: 2, ofIdentity: true },
	pingIgnored: { lastsMs: long, weight: 2, ofIdentity: true },
	resets: { lastsMs: short, weight: 3, ofIdentity: true },
	halfAnswers: { lastsMs: short, weight: 2, ofIdentity: true },
	endlessAnswers: { lastsMs: short, weight: 1, ofIdentity: true },
	slowAnswers: { lastsMs: long, weight: 2, ofIdentity: true },
	serverErrors: { lastsMs: short, weight: 3, ofIdentity: true },
	gatewayErrors: { lastsMs: short, weight: 1, ofIdentity: true },
	shutdowns: { lastsMs: short, weight: 2, ofIdentity: true },
	throttles: { lastsMs: short, weight: 2, ofIdentity: true },
	tokenUpdates: { lastsMs: short, weight: 1, ofIdentity: true },
	badDevices: { lastsMs: long, weight: 2, ofIdentity: true },
	topicDisallowed: { lastsMs: short, weight: 1, ofIdentity: true },
	revoked: { lastsMs: long, weight: 2, ofIdentity: true },
	expiredTokens: { lastsMs: short, weight: 1, ofIdentity: true },
	proxyRefuses: { lastsMs: long, weight: 2 },
	proxyForbids: { lastsMs: long, weight: 1 },
	proxyLogin: { lastsMs: long, weight: 1 },
	proxyCuts: { lastsMs: short, weight: 1 },
	proxySilent: { lastsMs: long, weight: 1 },
	proxyGarbage: { lastsMs: short, weight: 1 },
	stall: { lastsMs: [50, 7_000], weight: 2 },
	clockJump: { lastsMs: [0, 0], weight: 1 },
	garbage: { lastsMs: short, weight: 0, lies: true },
	liarRefuses: { lastsMs: long, weight: 0, lies: true },
	liarGoaway: { lastsMs: long, weight: 0, lies: true },
	liarLimits: { lastsMs: long, weight: 0, lies: true },
} satisfies Record<string, FaultRow>;

export type FaultName = keyof typeof faultRows;

/** One fault of a plan. */
export interface Fault {
	readonly name: FaultName;
	readonly atMs: number;
	readonly forMs: number;
	/** Index of the environment. */
	readonly environment: number;
	/** -1: all of them. */
	readonly identity: number;
	/** 0 to 1: how much of it. */
	readonly strength: number;
	readonly seed: number;
}

/** Chooses a fault by weight from the rows a filter lets through. */
export function pickFault(random: Random, allowed: (row: FaultRow, name: FaultName) => boolean): FaultName {
	const names = (Object.keys(faultRows) as FaultName[]).filter((name) => allowed(faultRows[name], name));
	const weightOf = (name: FaultName): number =>
		Math.max(faultRows[name].weight, (faultRows[name] as FaultRow).lies === true ? 2 : 0);
	let left = random.next() * names.reduce((sum, name) => sum + weightOf(name), 0);
	for (const name of names) {
		left -= weightOf(name);
		if (left < 0) return name;
	}
	return random.pick(names);
}

/** Which faults are active at one environment. */
export class Mood {
	/** True while nothing is wrong: the short way for a million requests. */
	calm = true;
	private readonly active = new Map<FaultName, Fault[]>();

	begin(fault: Fault): void {
		const known = this.active.get(fault.name);
		if (known === undefined) this.active.set(fault.name, [fault]);
		else known.push(fault);
		this.calm = false;
	}

	end(fault: Fault): void {
		const rest = (this.active.get(fault.name) ?? []).filter((other) => other !== fault);
		if (rest.length === 0) this.active.delete(fault.name);
		else this.active.set(fault.name, rest);
		this.calm = this.active.size === 0;
	}

	/** The active fault of this name that concerns the identity (-1: only those that concern all). */
	has(name: FaultName, identity = -1): Fault | undefined {
		if (this.calm) return undefined;
		const found = this.active.get(name);
		if (found === undefined) return undefined;
		return found.find((fault) => fault.identity === -1 || fault.identity === identity);
	}
}
