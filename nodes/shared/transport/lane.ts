/** All connections of one identity to one endpoint, and the requests that wait for them. */
import { endpointName } from '../endpoint';
import type { Clock } from './clock';
import type { Connection } from './connection';
import type { Answer, EndOfService } from './connectionState';
import { createDrainLedger } from './drainLedger';
import { DueTimer } from './dueTimer';
import { TransportError, type TransportErrorCode } from './errors';
import type { PausedMember } from './identityPause';
import { type ConnectionsHost, LaneConnections } from './laneConnections';
import type { LaneOptions, LaneState } from './laneOptions';
import type { LaneStats } from './laneStats';
import { Openings } from './openings';
import type { OwnedLane } from './owners';
import { asCommon } from './reconnectPolicy';
import type { Attempt, Carrier, LaneRequest } from './request';
import { RequestQueue } from './requestQueue';
import { timing } from './timing';

/** Why a stream ended by itself before its request had left, while the connection goes on: it would be sent again at once, for ever. */
const ENDS_OF_ITS_OWN: ReadonlySet<TransportErrorCode> = new Set(['refused', 'reset', 'malformedAnswer']);

export class Lane implements ConnectionsHost, PausedMember, OwnedLane {
	state: LaneState = { t: 'serving' };
	lastUsedMs: number;
	/** Until when broadcasts wait; in the past when they may go. */
	broadcastsHeldUntilMs = -Infinity;
	private readonly clock: Clock;
	private readonly queue = new RequestQueue();
	private readonly connections: LaneConnections;
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
		this.connections = new LaneConnections(options, this.openings, this);
		options.standings.pause.join(this);
	}

	/** True when nothing is waiting or in flight. */
	get isIdle(): boolean {
		return this.queue.size === 0 && !this.connections.areBusy;
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
		return this.connections.list();
	}

	/** Requests that wait for a stream. */
	get queued(): number {
		return this.queue.size;
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
			const connection = this.connections.pick(request, now);
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
		this.connections.drain(why, Infinity, (connection) => connection === carrier);
		this.pump();
	}

	/** New requests take connections younger than this one; it and those before it end soon. */
	replaceOlderConnections(carrier: Carrier | undefined, why: TransportError): void {
		const newestMs = carrier?.createdAtMs ?? Infinity;
		this.connections.drain(why, timing.credentialDrainMs, ({ createdAtMs }) => createdAtMs <= newestMs);
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
		this.connections.drain(error, timing.credentialDrainMs);
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
		if (this.transition({ t: superseded ? 'superseded' : 'serving' })) this.connections.reviewIdle();
	}

	/** Ends the lane: connections drain, what waits is not sent, nothing more is taken. */
	close(why: TransportError): void {
		if (!this.transition({ t: 'closed', why })) return;
		this.options.standings.pause.leave(this);
		this.giveUp(this.queue.removeAll(this.clock.now()), why);
		this.connections.drain(why);
		this.timer.stop();
	}

	/** What the lane is doing at this moment; no secrets. */
	stats(): LaneStats {
		const now = this.clock.now();
		return {
			endpoint: endpointName(this.options.target),
			state: this.state.t,
			connections: this.connections.stats(),
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
		const othersWork = this.connections.otherWorks(connection);
		const verdict = this.openings.judge(end, othersWork);
		if (verdict.replaceAtOnce && this.queue.size > 0) this.connections.open();
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
		if (connection.state.t === 'closed') this.connections.remove(connection);
		this.pump();
	}

	/** A connection may open at this time. */
	lookAgainAt(atMs: number): void {
		this.timer.schedule(atMs);
	}

	/** The only place where the state changes: a closed lane stays closed. Returns whether it did. */
	private transition(to: LaneState): boolean {
		if (this.state.t === 'closed' || this.state.t === to.t) return false;
		this.state = to;
		this.options.trace(`${this.options.name} lane ${to.t}`);
		return true;
	}

	/** Why a request cannot even wait: the lane or the identity is stopped, or the endpoint failed and its back-off still runs. */
	private refusal(now: number): TransportError | undefined {
		if (this.state.t === 'closed') return this.state.why;
		const paused = this.options.standings.pause.refusal(now);
		if (paused !== undefined) return paused;
		return this.connections.inService ? undefined : this.openings.refusal(now);
	}

	private get pausedForMs(): number {
		return this.options.standings.pause.leftMs(this.clock.now());
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
		this.connections.hold(waiting);
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
			const connection = this.connections.pick(request, now);
			if (connection !== undefined) {
				this.queue.shift(now);
				connection.take(request, now);
				skipped = 0;
				continue;
			}
			this.connections.seeTo(request);
			if (!this.connections.haveRoom) return;
			this.queue.skip();
			skipped += 1;
		}
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
