/** One simulated world: users, product, network and peers, on one virtual clock. */
import { getEventListeners } from 'node:events';
import { Endpoint } from './endpoint';
import { Mood } from './faults';
import { invariants } from './invariants';
import { type Breach, cell, type ExecutionRecord, Journal } from './journal';
import { Loop } from './loop';
import { type Host, SimulatedNetwork } from './network';
import type { CertificateName } from './peer/peerWorld';
import type { Plan, WorkflowPlan } from './plan';
import { createProduct, identityOf } from './product';
import { Proxy, PROXY_ENDPOINT } from './proxy';
import { createRandom, mixSeed } from './random';
import { findIdleSlots, findStuckQueues } from './slots';
import { strike } from './strikes';
import { type Execution, runWorkflow } from './workload';

export interface WorldOptions {
	readonly keepTrace?: boolean;
	/** Called after every callback. */
	readonly onStep?: () => void;
	/** Called after each tenth of the requests is made, and once all are settled: memory is looked at. */
	readonly onShare?: () => void;
	/** Names of invariants not looked at. */
	readonly without?: readonly string[];
}

export interface WorldResult {
	readonly seed: number;
	readonly profile: string;
	readonly hash: string;
	readonly requests: number;
	readonly virtualMs: number;
	readonly steps: number;
	readonly connections: number;
	readonly outcomes: Readonly<Record<string, number>>;
	readonly codes: Readonly<Record<string, number>>;
	readonly breaches: readonly Breach[];
	/** How long each push of an execution took, milliseconds: for worlds that are compared with another. */
	readonly waits: ReadonlyMap<string, ExecutionWaits> | undefined;
	readonly trace: readonly string[] | undefined;
}

export interface ExecutionWaits {
	readonly identity: number;
	readonly ms: readonly number[];
}

/** All is settled within this after the last fault and the last request. */
const SETTLE_WITHIN_MS = 120_000;
/** And what the slowest peers need for the requests themselves: the least any was seen to answer in a second. */
const LEAST_ANSWERS_PER_SECOND = 4_000;
/** The world is over this long after that at the latest. */
const GIVE_UP_AFTER_MS = 600_000;
const SLOT_LOOK_MS = 500;
const WALL_START_MS = Date.UTC(2026, 0, 1);

export async function runWorld(plan: Plan, options: WorldOptions = {}): Promise<WorldResult> {
	const world = new World(plan, options);
	return await world.run();
}

class World {
	pending = 0;
	readonly journal: Journal;
	readonly loop: Loop;
	private readonly network: SimulatedNetwork;
	private readonly moods: Mood[];
	private readonly endpoints: Endpoint[];
	private readonly proxy: Proxy;
	private readonly product: ReturnType<typeof createProduct>;
	private readonly executions: Execution[] = [];
	private signing = 0;
	private clockOffsetMs = 0;
	private clockSetAtMs = -1;
	private sharesSeen = 0;
	private readonly signedAt = new Map<string, number>();
	private readonly startMs: number;

	constructor(
		private readonly plan: Plan,
		private readonly options: WorldOptions,
	) {
		const random = createRandom(mixSeed(plan.seed, 'network'));
		this.startMs = 1_000 + random.int(0, 1_000_000);
		this.loop = new Loop(this.startMs, () => this.afterStep());
		this.journal = new Journal(plan.pushes, () => this.loop.now(), options.keepTrace === true);
		this.moods = [...plan.environments, undefined].map(() => new Mood());
		const peers = {
			loop: this.loop,
			journal: this.journal,
			readToken: (token: string) => this.readToken(token),
			wallMs: () => this.trueWallMs(),
		};
		this.endpoints = plan.environments.flatMap((pair, environment) =>
			pair.map(
				(endpoint, place) =>
					new Endpoint(environment * 2 + place, endpoint, this.mood(environment), peers, (pem) =>
						this.certificate(pem),
					),
			),
		);
		this.proxy = new Proxy(plan.proxy, this.mood(plan.environments.length), this.loop, this.journal, (host, port) =>
			this.endpoints.find((endpoint) => endpoint.plan.host === host && endpoint.plan.port === port),
		);
		const hosts: ReadonlyArray<Endpoint | Proxy> = [...this.endpoints, this.proxy];
		const lookupRandom = createRandom(mixSeed(plan.seed, 'names'));
		this.network = new SimulatedNetwork(this.loop, random, this.journal, {
			resolve: (host) => {
				const found = hosts.find((candidate) => candidate.plan.host === host);
				if (found === undefined) return { code: 'ENOTFOUND' };
				const fails = found.mood.has('dnsFails');
				if (fails !== undefined) return { code: fails.seed % 2 === 0 ? 'ENOTFOUND' : 'EAI_AGAIN' };
				return found.addresses();
			},
			lookupMs: (host) => {
				const slow = hosts.find((candidate) => candidate.plan.host === host)?.mood.has('dnsSlow');
				return slow === undefined ? 0.5 + lookupRandom.next() * 3 : slow.strength * 15_000;
			},
			hostAt: (address, port): Host | undefined => hosts.find((candidate) => candidate.has(address, port)),
			tunnelTo: (link) => this.proxy.tunnelOf(link),
			endpointOf: (host) => hosts.find((candidate) => candidate.plan.host === host)?.endpoint ?? -1,
			evenLinks: plan.profile === 'neighbour',
		});
		const productRandom = createRandom(mixSeed(plan.seed, 'product'));
		let ids = 0;
		this.product = createProduct({
			clock: this.loop,
			network: this.network,
			random: () => productRandom.next(),
			wallNowMs: () => this.trueWallMs() + this.clockOffsetMs,
			uuid: () => `${(++ids).toString(16).padStart(8, '0')}-1111-4111-8111-111111111111`,
			sign: (identity, issuedAtSeconds) => this.sign(identity.privateKeyPem, issuedAtSeconds),
		});
	}

	async run(): Promise<WorldResult> {
		const { plan, loop, journal } = this;
		for (const fault of plan.faults) loop.arrive(fault.atMs, () => this.begin(fault));
		plan.workflows.forEach((workflow, index) => runWorkflow(this, workflow, index));
		this.lookAtSlots();
		const lastFault = Math.max(0, ...plan.faults.map(({ atMs, forMs }) => atMs + forMs));
		const lastStart = Math.max(0, ...plan.workflows.flatMap(({ startsMs }) => startsMs));
		const calmFrom = this.startMs + Math.max(lastFault, lastStart, plan.horizonMs);
		journal.lastFaultMs = this.startMs + lastFault;
		loop.arriveAt(calmFrom, () => undefined);
		const over = await loop.run(
			() => loop.now() >= calmFrom && (this.pending === 0 || loop.now() > calmFrom + GIVE_UP_AFTER_MS),
		);
		if (this.pending > 0) journal.breach('allSettle', `${this.pending} promises are open at the end (${over})`);
		const settledMs = loop.now();
		this.options.onShare?.();
		await this.goQuiet();
		const workMs = (this.journal.pushes.count / LEAST_ANSWERS_PER_SECOND) * 1_000;
		const breaches = this.judge(calmFrom + SETTLE_WITHIN_MS + workMs);
		return this.result(breaches, settledMs - this.startMs);
	}

	// ---- what the users and faults need ----

	begin(fault: Plan['faults'][number]): void;
	begin(plan: WorkflowPlan, index: number, run: number): Execution;
	begin(what: Plan['faults'][number] | WorkflowPlan, index = 0, run = 0): Execution | void {
		if ('name' in what) {
			strike(
				{
					loop: this.loop,
					journal: this.journal,
					endpoints: (environment) => this.endpoints.filter(({ endpoint }) => endpoint >> 1 === environment),
					mood: (environment) => this.mood(environment),
					jumpClock: (byMs) => {
						this.clockOffsetMs += byMs;
						this.clockSetAtMs = this.loop.now();
					},
				},
				what,
			);
			return;
		}
		const identity = what.alternate >= 0 && run % 2 === 1 ? what.alternate : what.identity;
		const identityPlan = this.plan.identities[identity];
		if (identityPlan === undefined) throw new RangeError(`no identity ${identity}`);
		const sinceStart = this.loop.now() - this.startMs;
		const version = identityPlan.editsMs.filter((atMs) => atMs <= sinceStart).length;
		const [push, manage] = this.plan.environments[identityPlan.environment] ?? [];
		if (push === undefined || manage === undefined) throw new RangeError('no such environment');
		const record: ExecutionRecord = {
			workflow: index,
			kind: what.kind,
			identity,
			version,
			endpoint: identityPlan.environment * 2 + (what.kind === 'channel' ? 1 : 0),
			throughProxy: identityPlan.throughProxy,
			timeoutMs: what.timeoutMs,
			queueTimeoutMs: what.queueTimeoutMs,
			maxInFlight: what.maxInFlight,
			sendAgain: what.sendAgain,
			stoppedAt: 0,
			waiting: 0,
			inFlight: 0,
			waitingSince: 0,
			movedAt: 0,
		};
		const execution: Execution = {
			record,
			number: this.executions.length,
			controller: new AbortController(),
			client: this.product.client({
				identity: identityOf(identityPlan, identity, version),
				endpoint: { host: push.host, port: push.port },
				managementEndpoint: { host: manage.host, port: manage.port },
				proxyUrl: identityPlan.throughProxy
					? `http://${this.plan.proxy.login}@${this.plan.proxy.host}:${this.plan.proxy.port}`
					: undefined,
				owner: `credential ${what.identity}`,
				maxConnections: what.maxConnections,
				maxInFlight: what.maxInFlight,
			}),
		};
		this.executions.push(execution);
		this.journal.executions.push(record);
		return execution;
	}

	private mood(environment: number): Mood {
		const found = this.moods[environment];
		if (found === undefined) throw new RangeError(`no environment ${environment}`);
		return found;
	}

	private certificate(pem: string | undefined): CertificateName | undefined {
		const named = pem === undefined ? null : /^certificate (\d+) version (\d+)$/.exec(pem);
		return named === null ? undefined : { identity: Number(named[1]), version: Number(named[2]) };
	}

	private trueWallMs(): number {
		return WALL_START_MS + this.loop.now();
	}

	/** Signs in a thread of its own, as Node does: it takes a while and keeps the process alive. */
	private sign(secret: string, issuedAtSeconds: number): Promise<string> {
		const before = this.signedAt.get(secret);
		const now = this.loop.now();
		// A clock that was set meanwhile makes one token too many: the old one may be as old as it seems.
		if (before !== undefined && now - before < 20 * 60_000 && before > this.clockSetAtMs)
			this.journal.breach('signsSparingly', `"${secret}" signed twice within ${now - before} ms`);
		this.signedAt.set(secret, now);
		this.journal.note('sign', issuedAtSeconds);
		this.signing += 1;
		return new Promise((resolve) =>
			this.loop.arrive(1.5, () => {
				this.signing -= 1;
				resolve(`sim.${secret.replaceAll(' ', '.')}.${issuedAtSeconds}.${'s'.repeat(120)}`);
			}),
		);
	}

	private readToken(token: string): { identity: number; version: number; issuedAtMs: number } | undefined {
		const parts = /^sim\.key\.(\d+)\.version\.(\d+)\.(\d+)\./.exec(token);
		if (parts === null) return undefined;
		return { identity: Number(parts[1]), version: Number(parts[2]), issuedAtMs: Number(parts[3]) * 1_000 };
	}

	// ---- what is looked at all the time ----

	private afterStep(): void {
		this.watchProcess();
		const { onShare, onStep } = this.options;
		onStep?.();
		if (onShare === undefined) return;
		const share = Math.floor((this.journal.pushes.count * 10) / this.plan.pushes);
		if (share <= this.sharesSeen) return;
		this.sharesSeen = share;
		onShare();
	}

	/** Something keeps the process alive exactly while something is pending. */
	private watchProcess(): void {
		const kept = this.loop.keptAlive + this.network.keptAlive;
		// What is due in this very turn (`setImmediate`) keeps a process by itself, and may tidy up.
		if (this.loop.hasSoon) return;
		if (this.pending > 0) {
			if (kept + this.signing === 0)
				this.journal.breach(
					'keepsProcessWhilePending',
					`${this.pending} promises are open, and nothing keeps the process`,
				);
		} else if (kept > 0)
			this.journal.breach(
				'keepsProcessWhilePending',
				`nothing is open, and ${this.loop.keptAlive} timers and ${this.network.keptAlive} channels keep the process`,
			);
	}

	private lookAtSlots(): void {
		if (this.journal.executions.some(({ waiting }) => waiting > 0)) {
			findIdleSlots(this.journal, this.endpoints, this.loop.now());
			findStuckQueues(this.journal, this.loop.now());
		}
		if (this.loop.now() - this.startMs < this.plan.horizonMs || this.pending > 0)
			this.loop.arrive(this.plan.profile === 'hours' ? SLOT_LOOK_MS * 20 : SLOT_LOOK_MS, () => this.lookAtSlots());
	}

	// ---- the end ----

	/** Closes the cache, or leaves it alone for half a day; then nothing may be left. */
	private async goQuiet(): Promise<void> {
		const { loop, journal, network } = this;
		const stepsBefore = loop.steps;
		if (!this.plan.endsIdle) this.product.close();
		const until = loop.now() + (this.plan.endsIdle ? 14 * 3_600_000 : 100_000);
		loop.arriveAt(until, () => undefined);
		await loop.run(() => loop.now() >= until);
		const steps = loop.steps - stepsBefore;
		if (this.pending > 0) return;
		if (steps > 5_000) journal.breach('quietWhenIdle', `${steps} callbacks while nobody sent anything`);
		if (network.openLinks > 0) journal.breach('nothingLeft', `${network.openLinks} channels are open`);
		// An idle cache may keep timers; a closed one may not.
		if (!this.plan.endsIdle && loop.liveTimers > 0) journal.breach('nothingLeft', `${loop.liveTimers} timers are left`);
		const listeners = this.executions.reduce(
			(sum, { controller }) => sum + getEventListeners(controller.signal, 'abort').length,
			0,
		);
		if (listeners > 0) journal.breach('nothingLeft', `${listeners} listeners on signals are left`);
	}

	private judge(settledByMs: number): Breach[] {
		const found = [...this.journal.breaches];
		for (const [name, check] of Object.entries(invariants)) {
			for (const detail of check(this.journal, { plan: this.plan, settledByMs }))
				found.push({ invariant: name, atMs: this.loop.now(), detail });
		}
		const without = new Set(this.options.without);
		if (this.plan.profile === 'liar') for (const name of unboundByLies) without.add(name);
		return found.filter(({ invariant }) => !without.has(invariant));
	}

	private result(breaches: readonly Breach[], virtualMs: number): WorldResult {
		const { journal } = this;
		const { pushes } = journal;
		const outcomes: Record<string, number> = {};
		const codes: Record<string, number> = {};
		const names = ['open', 'accepted', 'rejected', 'not sent', 'unknown'];
		for (let push = 0; push < pushes.count; push++) {
			const name = names[cell(pushes.outcome, push)] ?? 'open';
			outcomes[name] = (outcomes[name] ?? 0) + 1;
			const code = journal.codes[cell(pushes.code, push)] ?? '';
			if (code !== '') codes[code] = (codes[code] ?? 0) + 1;
		}
		return {
			seed: this.plan.seed,
			profile: this.plan.profile,
			hash: journal.hash,
			requests: pushes.count,
			virtualMs,
			steps: this.loop.steps,
			connections: journal.connections.filter(({ openedAt, endpoint }) => openedAt > 0 && endpoint !== PROXY_ENDPOINT)
				.length,
			outcomes,
			codes,
			breaches,
			waits: this.plan.profile === 'neighbour' ? waitsByExecution(journal) : undefined,
			trace: journal.trace,
		};
	}
}

/** What holds only where peers tell the truth. */
const unboundByLies = [
	'acceptedIsNotDenied',
	'notSentIsTrue',
	'endsAreJustified',
	'nothingTwice',
	'acceptedIsTrue',
	'answersBelong',
	'bodyBelongsToItsRequest',
	'attemptsAreCounted',
	'understandsHonestPeers',
	'streamsWithinLimit',
	'windowsRespected',
	'noIdleSlot',
	'queueMoves',
	'leavesWedgedAlone',
	'backsOff',
	'toldTogether',
	'pausesWhenRefused',
	'resetsWithinBudget',
];

/** Waits of device pushes by workflow and the number of its execution, which are the same in every world of a plan. */
function waitsByExecution(journal: Journal): Map<string, ExecutionWaits> {
	const { pushes, executions } = journal;
	const runs = new Map<number, number>();
	const found = executions.map(({ workflow, identity }) => {
		const run = runs.get(workflow) ?? 0;
		runs.set(workflow, run + 1);
		return { key: `${workflow}|${run}`, identity, ms: new Array<number>() };
	});
	for (let push = 0; push < pushes.count; push++) {
		if (cell(pushes.kind, push) !== 0) continue;
		found[cell(pushes.execution, push)]?.ms.push(cell(pushes.settledAt, push) - cell(pushes.submittedAt, push));
	}
	return new Map(found.map(({ key, identity, ms }) => [key, { identity, ms }]));
}
