/** All connections of one identity to one endpoint, and the requests that wait for them. */
import { endpointName } from '../endpoint';
import type { Backoff } from './backoff';
import type { Clock } from './clock';
import type { Connect, Target } from './connect';
import { Connection } from './connection';
import type { Answer, ConnectionOwner, EndOfService } from './connectionState';
import { createDrainLedger } from './drainLedger';
import { DueTimer } from './dueTimer';
import { TransportError, type TransportErrorCode } from './errors';
import type { IdentityPause, PausedMember } from './identityPause';
import type { LaneStats } from './laneStats';
import { Openings, type OpeningStandings } from './openings';
import type { OwnedLane } from './owners';
import { asCommon } from './reconnectPolicy';
import type { Attempt, Caller, Carrier, LaneRequest } from './request';
import { RequestQueue } from './requestQueue';
import { timing } from './timing';
import type { Notice, Trace } from './trace';

/** What the client knows about answers and the lane does not. */
export interface LanePolicy {
	/** Whether an answer shows that what the stream carried was accepted: then the connection may carry more than one stream. */
	provesToken(attempt: Attempt): boolean;
	/** Whether an answer shows that APNs accepts the credential: forgives its pause. */
	provesCredential(attempt: Attempt): boolean;
	/** The trouble of the credential that a late answer names, where its request is no longer there to act on it. */
	refusedCredential(attempt: Attempt): TransportError | undefined;
	/** The trouble of the credential that a GOAWAY with this debug data names. */
	goawayTrouble(debugData: Buffer): TransportError | undefined;
}

/** What outlives the lane and is shared with others: see `sessionCache.ts` for the keys. */
export interface LaneStandings extends OpeningStandings {
	readonly pause: IdentityPause;
}

export interface LaneOptions {
	readonly target: Target;
	/** Token connections: one stream until a token was accepted, and the first request right after TLS. */
	readonly tokenMode: boolean;
	readonly policy: LanePolicy;
	readonly clock: Clock;
	readonly connect: Connect;
	readonly standings: LaneStandings;
	readonly createBackoff: () => Backoff;
	readonly trace: Trace;
	readonly notify: (notice: Notice) => void;
	/** Tells the lanes of one endpoint apart in traces; no secret. */
	readonly name: string;
}

export type LaneState =
	/** Takes requests; its credential has this identity. */
	| { readonly t: 'serving' }
	/** Takes requests as before; the credential has another identity now, and unused connections close after minutes. */
	| { readonly t: 'superseded' }
	/** Takes nothing more: ask the cache for the lane anew. */
	| { readonly t: 'closed'; readonly why: TransportError };

/** Why a stream ended by itself before its request had left, while the connection goes on: it would be sent again at once, for ever. */
const ENDS_OF_ITS_OWN: ReadonlySet<TransportErrorCode> = new Set(['refused', 'reset', 'malformedAnswer']);

export class Lane implements ConnectionOwner<Connection>, PausedMember, OwnedLane {
	state: LaneState = { t: 'serving' };
	lastUsedMs: number;
	/** Until when broadcasts wait; in the past when they may go. */
	broadcastsHeldUntilMs = -Infinity;
	private readonly clock: Clock;
	private readonly queue = new RequestQueue();
	private readonly connections = new Set<Connection>();
	private readonly drains = createDrainLedger();
	private readonly openings: Openings;
	/** The end of a back-off, and limits of waiting requests. */
	private readonly timer: DueTimer;
	private repeats = 0;
	private lastError: TransportError | undefined;
	private pumping = false;
	private pumpScheduled = false;
	/** Connections and timer keep the process alive. */
	private holding = false;

	constructor(private readonly options: LaneOptions) {
		this.clock = options.clock;
		this.lastUsedMs = this.clock.now();
		this.timer = new DueTimer(this.clock, () => this.onTimer());
		this.openings = new Openings(options.standings, options.createBackoff());
		options.standings.pause.join(this);
	}

	/** True when nothing is waiting or in flight. */
	get isIdle(): boolean {
		if (this.queue.size > 0) return false;
		for (const connection of this.connections) if (connection.liveStreams > 0) return false;
		return true;
	}

	/** True once it takes nothing more: ask the cache for the lane anew. */
	get isClosed(): boolean {
		return this.state.t === 'closed';
	}

	/** How long a connection of this lane may be unused, milliseconds. */
	get idleTimeoutMs(): number {
		return this.state.t === 'superseded' ? timing.supersededIdleTimeoutMs : timing.idleTimeoutMs;
	}

	/** Connections that exist, for reports. */
	get openConnections(): readonly Connection[] {
		return [...this.connections];
	}

	/** Time by the lane's clock. */
	get nowMs(): number {
		return this.clock.now();
	}

	/** Takes a request, at this time by the lane's clock; its attempt ends through `finish`, at once or later, in every case. */
	submit(request: LaneRequest, now: number): void {
		this.lastUsedMs = now;
		request.underWay = true;
		const refusal = this.refusal(now);
		if (refusal !== undefined) return request.finish({ kind: 'notSent', error: refusal });
		if (this.queue.size === 0 && !request.isStopped) {
			const connection = this.pick(request, now);
			if (connection !== undefined) return connection.take(request, now);
		}
		this.queue.push(request, now);
		this.timer.schedule(this.queue.nextLookMs);
		if (this.openings.error !== undefined) this.timer.schedule(now + timing.longestSilenceMs);
		this.pump();
	}

	/** Gives one request up, wherever it is. */
	cancel(request: LaneRequest, error: TransportError): void {
		if (!request.underWay) return;
		if (this.queue.remove(request, this.clock.now())) request.finish({ kind: 'notSent', error });
		else request.carrier?.cancel(request, error);
		this.pumpSoon();
	}

	/** New requests take another connection than this one, which ends when its streams have. */
	replaceConnection(carrier: Carrier | undefined, why: TransportError): void {
		for (const connection of [...this.connections]) if (connection === carrier) connection.drain(why);
		this.pump();
	}

	/** New requests take connections younger than this one; it and those before it end soon. */
	replaceOlderConnections(carrier: Carrier | undefined, why: TransportError): void {
		const newestMs = carrier?.createdAtMs ?? Infinity;
		for (const connection of [...this.connections]) {
			if (connection.createdAtMs <= newestMs) connection.drain(why, timing.credentialDrainMs);
		}
		this.pump();
	}

	/** The same, if the connection is old and the cause has not earned it before; false when a repeat would be answered alike. */
	replaceForCause(cause: string, carrier: Carrier, why: TransportError): boolean {
		const verdict = this.drains.judge(cause, carrier, this.clock.now());
		if (verdict === 'drain') this.replaceOlderConnections(carrier, why);
		return verdict !== 'no';
	}

	/** Stops this identity at this endpoint, in all its lanes: Apple asks to close all connections, fix the problem, then open new ones. */
	stopForCredential(error: TransportError): void {
		const isNew = this.pausedForMs === 0;
		this.options.standings.pause.stop(error, this.clock.now());
		if (!isNew) return;
		this.options.trace(`${this.options.name} identity paused for ${this.pausedForMs} ms: ${error.message}`);
		this.options.notify({
			level: 'warn',
			message: `${error.message} Pushes with this credential pause for ${Math.round(this.pausedForMs / 1_000)} s. ${error.advice}`,
		});
	}

	/** The credential was refused, here or in another lane of the identity at this endpoint. */
	onCredentialRefused(error: TransportError): void {
		this.lastError = error;
		// The queue first: a connection that ends while requests wait would open another for them.
		this.giveUp(this.queue.removeAll(this.clock.now()), error);
		for (const connection of [...this.connections]) connection.drain(error, timing.credentialDrainMs);
	}

	/** No broadcast leaves before this time: APNs throttles them together, and device pushes go on. */
	holdBroadcasts(untilMs: number): void {
		this.broadcastsHeldUntilMs = Math.max(this.broadcastsHeldUntilMs, untilMs);
		// They wait elsewhere: in the queue they would stand before the device pushes of their callers.
		for (const request of this.queue.removeBroadcasts(this.clock.now())) request.hold();
		this.reviewHolds();
	}

	/** Whether the credential has another identity now: unused connections then close after minutes instead of hours. */
	setSuperseded(superseded: boolean): void {
		if (this.state.t === 'closed' || superseded === (this.state.t === 'superseded')) return;
		this.state = { t: superseded ? 'superseded' : 'serving' };
		this.options.trace(`${this.options.name} lane ${this.state.t}`);
		for (const connection of this.connections) connection.reviewIdle();
	}

	/** Ends the lane: connections drain, what waits is not sent, nothing more is taken. */
	close(why: TransportError): void {
		if (this.state.t === 'closed') return;
		this.state = { t: 'closed', why };
		this.options.standings.pause.leave(this);
		this.giveUp(this.queue.removeAll(this.clock.now()), why);
		for (const connection of [...this.connections]) connection.drain(why);
		this.timer.stop();
	}

	/** What the lane is doing at this moment; no secrets. */
	stats(): LaneStats {
		const now = this.clock.now();
		return {
			endpoint: endpointName(this.options.target),
			state: this.state.t,
			connections: [...this.connections].map((connection) => ({
				state: connection.state.t,
				activeStreams: connection.liveStreams,
				abandonedStreams: connection.openStreams - connection.liveStreams,
				streams: connection.opened,
				answers: connection.answers,
				accepted: connection.accepted,
				livedMs: connection.livedMs,
				peerStreamLimit: connection.peerSettings.maxConcurrentStreams,
			})),
			queued: this.queue.size,
			opened: this.openings.count,
			repeats: this.repeats,
			pausedForMs: this.pausedForMs,
			backoffForMs: Math.max(0, this.openings.backoffUntilMs - now),
			broadcastsHeldForMs: Math.max(0, this.broadcastsHeldUntilMs - now),
			lastError: this.lastError?.message,
		};
	}

	onAnswer(connection: Connection, { attempt, request, mark, late }: Answer): boolean {
		const { policy, standings } = this.options;
		this.openings.answered(connection, attempt.status >= 200 && attempt.status < 300);
		if (standings.pause.isMarked && policy.provesCredential(attempt)) standings.pause.forgive();
		if (late && mark === request.mark(this.clock.now())) {
			const trouble = policy.refusedCredential(attempt);
			if (trouble !== undefined) this.stopForCredential(trouble);
		}
		return policy.provesToken(attempt);
	}

	onAttempt(_connection: Connection, request: LaneRequest, attempt: Attempt): void {
		if (attempt.kind !== 'notSent') return request.finish(attempt);
		const now = this.clock.now();
		const { error } = attempt;
		if (ENDS_OF_ITS_OWN.has(error.code)) request.refusals += 1;
		const refusal = this.refusal(now);
		if (refusal !== undefined || request.queueLeftMs <= 0 || request.refusals >= timing.maxRefusals) {
			return request.finish({ kind: 'notSent', error: refusal ?? error });
		}
		// Refused, above GOAWAY's last stream, or never left: sent again on its own, at no cost but time.
		(request.repeats ??= []).push(error.code);
		this.repeats += 1;
		if (request.isBroadcast && now < this.broadcastsHeldUntilMs) return request.hold();
		this.queue.pushFront(request, now);
		this.timer.schedule(this.queue.nextLookMs);
	}

	onGoaway(_connection: Connection, _errorCode: number, debugData: Buffer): boolean {
		const trouble = this.options.policy.goawayTrouble(debugData);
		if (trouble !== undefined) this.stopForCredential(trouble);
		return trouble !== undefined;
	}

	onOutOfService(connection: Connection, end: EndOfService): void {
		const now = this.clock.now();
		if (end.why.blame !== 'none') this.lastError = end.why;
		const othersWork = [...this.connections].some(
			(other) => other !== connection && other.inService && other.state.t === 'ready',
		);
		const verdict = this.openings.judge(end, othersWork);
		if (verdict.replaceAtOnce && this.queue.size > 0) this.openConnection();
		this.openings.record(verdict, end.why, othersWork, now);
		if (verdict.blame !== 'none') {
			const backoff = this.options.standings.backoffs[verdict.blame];
			this.options.trace(
				`${this.options.name} next connection in ${Math.round(Math.max(0, backoff.notBeforeMs - now))} ms`,
			);
		}
		if (verdict.failedOpening && !othersWork) this.timer.schedule(now + timing.silenceLookMs);
		if (verdict.tell !== undefined) {
			const { message, advice } = verdict.tell;
			this.options.notify({ level: 'warn', message: `${message} ${advice}` });
			this.giveUp(this.queue.removeAll(now), verdict.tell);
		}
	}

	onProgress(connection: Connection): void {
		if (connection.state.t === 'closed') this.connections.delete(connection);
		this.pump();
	}

	/** Why a request cannot even wait: the lane or the identity is stopped, or the endpoint failed and its back-off still runs. */
	private refusal(now: number): TransportError | undefined {
		if (this.state.t === 'closed') return this.state.why;
		const paused = this.options.standings.pause.refusal(now);
		if (paused !== undefined) return paused;
		return this.hasService() ? undefined : this.openings.refusal(now);
	}

	/** A connection takes requests now or soon; one that has just ended, or drains, is none to wait for. */
	private hasService(): boolean {
		for (const connection of this.connections) if (connection.inService) return true;
		return false;
	}

	private get pausedForMs(): number {
		return this.options.standings.pause.leftMs(this.clock.now());
	}

	private pick(request: LaneRequest, now: number): Connection | undefined {
		for (const connection of this.connections) if (connection.canTake(request, now)) return connection;
		return undefined;
	}

	private hasRoom(): boolean {
		for (const connection of this.connections) if (connection.hasRoom()) return true;
		return false;
	}

	/** Starts what can start, once the current turn is over: a thousand stops are one look. */
	private pumpSoon(): void {
		if (this.pumpScheduled) return;
		this.pumpScheduled = true;
		this.clock.soon(() => {
			this.pumpScheduled = false;
			this.pump();
		});
	}

	/** Starts what can start, and sees to a connection for the rest. */
	private pump(): void {
		// Taking a request can settle it at once, and its owner may submit the next: one loop serves them all.
		if (this.pumping) return;
		// Every record of every connection ends here: mostly nothing waits.
		if (this.queue.size === 0) return this.reviewHolds();
		this.pumping = true;
		try {
			this.startWaiting();
		} finally {
			this.pumping = false;
		}
		this.reviewHolds();
	}

	/** While requests wait, the connections and the timer they wait for keep the process alive. */
	private reviewHolds(): void {
		const waiting = this.queue.size > 0;
		if (!waiting && !this.holding) return;
		this.holding = waiting;
		for (const connection of this.connections) connection.holdProcess(waiting);
		this.timer.keepAlive(waiting);
	}

	private startWaiting(): void {
		const now = this.clock.now();
		/** Callers in a row that cannot go on although there is room: their own maximum is reached. */
		let skipped = 0;
		while (skipped < this.queue.callers) {
			const request = this.queue.peek();
			if (request === undefined) return;
			// Its caller is about to end it, and with it what waits behind.
			if (request.isStopped) {
				this.queue.skip();
				skipped += 1;
				continue;
			}
			const connection = this.pick(request, now);
			if (connection !== undefined) {
				this.queue.shift(now);
				connection.take(request, now);
				skipped = 0;
				continue;
			}
			this.seeToConnection(request);
			if (!this.hasRoom()) return;
			this.queue.skip();
			skipped += 1;
		}
	}

	/** Another connection: when there is none, or when limits hold a backlog back that is worth it. */
	private seeToConnection({ caller }: LaneRequest): void {
		let inService = 0;
		const request = this.queue.peek();
		for (const connection of this.connections) {
			if (connection.isEnding) return;
			if (!connection.inService) continue;
			if (connection.state.t !== 'ready') return;
			if (request === undefined || !connection.isFull(request) || !connection.limitRoseAboveOne) return;
			inService += 1;
		}
		if (inService > 0 && !this.earnsAnother(caller, inService)) return;
		this.openConnection();
	}

	private earnsAnother({ maxConnections }: Caller, inService: number): boolean {
		if (inService >= maxConnections || this.queue.size < timing.backlogForAnother) return false;
		const now = this.clock.now();
		const { furtherNotBeforeMs } = this.openings;
		if (now < furtherNotBeforeMs) this.timer.schedule(furtherNotBeforeMs);
		return now >= furtherNotBeforeMs;
	}

	/** Opens a connection if back-off and budgets allow it; else looks again when they do. */
	private openConnection(): void {
		const now = this.clock.now();
		const notBeforeMs = this.openings.notBeforeMs(now);
		if (notBeforeMs > now) return this.timer.schedule(notBeforeMs);
		this.openings.begin(now);
		// Beside a connection that works nothing is won by a first request before SETTINGS, and it may be lost.
		const isFirst = ![...this.connections].some(({ state }) => state.t === 'ready');
		const name = `${this.options.name} #${this.openings.count}`;
		const connection = new Connection({
			target: this.options.target,
			connect: this.options.connect,
			clock: this.clock,
			trace: this.options.trace,
			name,
			needsProof: this.options.tokenMode,
			firstBeforeSettings: this.options.tokenMode && !this.openings.isFailing && isFirst,
			owner: this,
		});
		this.options.trace(`${name} opening, ${this.queue.size} waiting`);
		this.connections.add(connection);
		void connection.start();
	}

	/** Settles requests that were taken out of the queue as not sent. */
	private giveUp(requests: readonly LaneRequest[], error: TransportError): void {
		this.reviewHolds();
		this.settleInSlices(requests, error);
	}

	/** Many requests at once are settled in slices: the rest of the process gets its turns between them. */
	private settleInSlices(requests: readonly LaneRequest[], error: TransportError, from = 0): void {
		const to = from + timing.settleSlice;
		for (const request of requests.slice(from, to)) request.finish({ kind: 'notSent', error });
		if (to < requests.length) this.clock.soon(() => this.settleInSlices(requests, error, to));
	}

	private onTimer(): void {
		const now = this.clock.now();
		this.giveUp(
			this.queue.expired(now),
			this.openings.error === undefined
				? new TransportError('queueTimeout', `${endpointName(this.options.target)}: no stream was free in time.`)
				: asCommon(this.openings.error),
		);
		this.tellWhoWaitedLong(now);
		this.pump();
		this.timer.schedule(this.queue.size > 0 ? this.queue.nextLookMs : Infinity);
	}

	/** While openings fail and nothing works, nobody waits longer than half a minute to learn why. */
	private tellWhoWaitedLong(now: number): void {
		const { error } = this.openings;
		if (error === undefined || this.queue.size === 0) return;
		const waiting = this.queue.removeOlderThan(now - timing.longestSilenceMs, now);
		this.giveUp(waiting, asCommon(error));
		if (this.queue.size > 0) this.timer.schedule(now + timing.silenceLookMs);
	}
}
