/** All connections of one identity to one endpoint, and the requests that wait for them: queue, back-off, resending what was not sent. */
import { type Backoff, type BackoffOptions, createBackoff } from './backoff';
import type { Clock } from './clock';
import { type Connect, endpointName, type Target } from './connect';
import { Connection } from './connection';
import type { ConnectionOwner } from './connectionState';
import { createDrainLedger } from './drainLedger';
import { DueTimer } from './dueTimer';
import { TransportError } from './errors';
import { createFairQueue } from './fairQueue';
import type { Attempt, Caller, Carrier, LaneRequest } from './request';

/** What the client knows about answers and the lane does not. */
export interface LanePolicy {
	/** Whether an answer shows that the provider token was accepted. */
	provesToken(attempt: Attempt): boolean;
	/** A GOAWAY arrived with this debug data; returns the credential's trouble when it names one. */
	credentialTrouble(debugData: Buffer): TransportError | undefined;
}

export interface LaneOptions {
	readonly target: Target;
	/** Token connections: one stream until a token was accepted, and the first request right after TLS. */
	readonly tokenMode: boolean;
	readonly policy: LanePolicy;
	readonly clock: Clock;
	readonly connect: Connect;
	readonly backoff: BackoffOptions;
	/** Shared by all lanes of this endpoint. */
	readonly endpointBackoff: Backoff;
}

/** A request that is refused or thrown back again and again is given up after so long. */
const LONGEST_REPEATING_MS = 300_000;
/** Connection attempts in a row after which waiting requests learn why: the first, and two more after about 1 and 2 s. */
const CONNECT_ATTEMPTS = 3;
/** A connection that lived so long and answered was a good one: the next may come at once. */
const GOOD_LIFE_MS = 60_000;
/** Connections of a refused credential finish what they can within this. */
const CREDENTIAL_DRAIN_MS = 5_000;
/** Backlog that earns another connection: a tenth of the stream limit Apple was seen to give. */
const BACKLOG_FOR_ANOTHER = 100;
/** Pause of an identity whose credential was refused, doubling. */
const CREDENTIAL_PAUSE = { firstDelayMs: 10_000, longestDelayMs: 600_000 };

export interface LaneStats {
	readonly endpoint: string;
	readonly connections: ReadonlyArray<{
		readonly state: string;
		/** Streams open now, and opened so far. */
		readonly activeStreams: number;
		readonly streams: number;
		readonly answers: number;
		readonly livedMs: number;
		readonly peerStreamLimit: number | undefined;
	}>;
	readonly queued: number;
	/** Connections opened since the lane exists. */
	readonly opened: number;
	/** How long the identity still pauses because its credential was refused; 0 when it does not. */
	readonly pausedForMs: number;
	/** How long no new connection is tried; 0 when one may be. */
	readonly backoffForMs: number;
	/** Why a connection ended last, unless this side wanted it. */
	readonly lastError: string | undefined;
}

export class Lane implements ConnectionOwner {
	lastUsedMs: number;
	private readonly clock: Clock;
	private readonly queue = createFairQueue();
	private readonly connections = new Set<Connection>();
	private readonly drains = createDrainLedger();
	private readonly backoff: Backoff;
	private readonly credentialBackoff: Backoff;
	private opened = 0;
	private connectFailures = 0;
	private lastConnectError: TransportError | undefined;
	private lastError: TransportError | undefined;
	private pause: { readonly error: TransportError; readonly untilMs: number } | undefined;
	private closedBy: TransportError | undefined;
	private retired: TransportError | undefined;
	/** The end of a back-off, and requests that waited too long. */
	private readonly timer: DueTimer;
	private nextQueueDeadlineMs = Infinity;
	private pumping = false;

	constructor(private readonly options: LaneOptions) {
		this.clock = options.clock;
		this.timer = new DueTimer(this.clock, () => {
			this.expireQueued();
			this.pump();
		});
		this.lastUsedMs = this.clock.now();
		this.backoff = createBackoff(options.backoff);
		this.credentialBackoff = createBackoff({ ...CREDENTIAL_PAUSE, random: options.backoff.random });
	}

	/** True when nothing is waiting or in flight. */
	get isIdle(): boolean {
		if (this.queue.size > 0) return false;
		for (const connection of this.connections) if (connection.activeStreams > 0) return false;
		return true;
	}

	/** True once it takes nothing more: ask the cache for the lane anew. */
	get isClosed(): boolean {
		return this.closedBy !== undefined || this.retired !== undefined;
	}

	/** Requests waiting for a stream. */
	get queued(): number {
		return this.queue.size;
	}

	/** Connections that exist, for reports. */
	get openConnections(): readonly Connection[] {
		return [...this.connections];
	}

	/** Takes a request; it is settled through its `finish`, at once or later, in every case. */
	submit(request: LaneRequest): void {
		const now = this.clock.now();
		this.lastUsedMs = now;
		request.queuedAtMs = now;
		if (request.settled) return;
		const refusal = this.refusal(now);
		if (refusal !== undefined) return request.finish({ kind: 'notSent', error: refusal });
		if (this.queue.size === 0) {
			const connection = this.pick(request);
			if (connection !== undefined) return connection.take(request);
		}
		this.queue.push(request);
		if (request.queueTimeoutMs !== Infinity) {
			this.nextQueueDeadlineMs = Math.min(this.nextQueueDeadlineMs, now + request.queueTimeoutMs);
			this.timer.schedule(this.nextQueueDeadlineMs);
		}
		this.pump();
	}

	/** Gives one request up, wherever it is. */
	cancel(request: LaneRequest, error: TransportError): void {
		if (request.settled) return;
		if (request.stream === undefined) {
			this.queue.remove((queued) => queued === request);
			return request.finish({ kind: 'notSent', error });
		}
		for (const connection of this.connections) connection.cancel(request, error);
		this.pump();
	}

	/** Gives up all requests of one caller. */
	cancelCaller(caller: Caller, error: TransportError): void {
		for (const request of this.queue.remove((queued) => queued.caller === caller))
			request.finish({ kind: 'notSent', error });
		for (const connection of this.connections) connection.cancelCaller(caller, error);
		this.pump();
	}

	/** Whether this caller could start another request now, or has so many waiting that more would only fill memory. */
	backlogOf(caller: Caller): number {
		return this.queue.sizeOf(caller);
	}

	/** New requests take another connection than this one, which ends when its streams have. */
	replaceConnection(carrier: Carrier | undefined, why: TransportError): void {
		for (const connection of [...this.connections]) if (connection === carrier) connection.drain(why);
		this.pump();
	}

	/** New requests take connections younger than this one; it and those before it end soon. */
	replaceOlderConnections(carrier: Carrier | undefined, why: TransportError): void {
		const newestMs = carrier?.createdAtMs ?? Infinity;
		for (const connection of [...this.connections])
			if (connection.createdAtMs <= newestMs) connection.drain(why, CREDENTIAL_DRAIN_MS);
		this.pump();
	}

	/** The same, if the connection is old and the cause has not earned it before; false when repeating the request is of no use. */
	replaceForCause(cause: string, carrier: Carrier, why: TransportError): boolean {
		const verdict = this.drains.judge(cause, carrier, this.clock.now());
		if (verdict === 'drain') this.replaceOlderConnections(carrier, why);
		return verdict !== 'no';
	}

	/**
	 * Stops this identity at this endpoint: all connections drain, what waits is not sent, and new requests learn the
	 * cause until a cool-down has passed. Apple: close all connections, fix the problem, then open new ones.
	 */
	stopForCredential(error: TransportError): void {
		const now = this.clock.now();
		if (this.pause === undefined || now >= this.pause.untilMs) {
			this.credentialBackoff.fail(now);
			this.pause = { error, untilMs: this.credentialBackoff.notBeforeMs };
		}
		for (const connection of [...this.connections]) connection.drain(error, CREDENTIAL_DRAIN_MS);
		this.failQueued(error);
	}

	/** Ends the lane: connections drain, what waits is not sent, nothing more is taken. */
	close(error: TransportError): void {
		this.closedBy ??= error;
		this.failQueued(error);
		for (const connection of [...this.connections]) connection.drain(error);
		this.timer.stop();
	}

	/** Leaves the cache: what was taken is still sent, then the connections end. */
	retire(why: TransportError): void {
		this.retired = why;
		this.endIfRetired();
	}

	private endIfRetired(): void {
		if (this.retired !== undefined && this.queue.size === 0) this.close(this.retired);
	}

	stats(): LaneStats {
		const now = this.clock.now();
		return {
			endpoint: endpointName(this.options.target),
			connections: [...this.connections].map((connection) => ({
				state: connection.state.t,
				activeStreams: connection.activeStreams,
				streams: connection.opened,
				answers: connection.answers,
				livedMs: connection.livedMs,
				peerStreamLimit: connection.peerStreamLimit,
			})),
			queued: this.queue.size,
			opened: this.opened,
			pausedForMs: this.pause === undefined ? 0 : Math.max(0, this.pause.untilMs - now),
			backoffForMs: Math.max(0, this.notBeforeMs - now),
			lastError: this.lastError?.message,
		};
	}

	provesToken(_request: LaneRequest, attempt: Attempt): boolean {
		const proves = this.options.policy.provesToken(attempt);
		if (proves) this.credentialBackoff.succeed();
		return proves;
	}

	onAttempt(_connection: Connection, request: LaneRequest, attempt: Attempt): void {
		if (attempt.kind !== 'notSent') return request.finish(attempt);
		const now = this.clock.now();
		request.repeatingSinceMs ??= now;
		const refusal = this.refusal(now);
		if (
			attempt.error.code === 'headerListTooLarge' ||
			now - request.repeatingSinceMs > LONGEST_REPEATING_MS ||
			refusal !== undefined
		) {
			return request.finish({ kind: 'notSent', error: refusal ?? attempt.error });
		}
		// Refused, above GOAWAY's last stream, or never left: sent again on its own, at no cost but time.
		request.repeats.push(attempt.error.code);
		this.queue.pushFront(request);
	}

	onGoaway(_connection: Connection, _errorCode: number, debugData: Buffer): void {
		const trouble = this.options.policy.credentialTrouble(debugData);
		if (trouble !== undefined) this.stopForCredential(trouble);
	}

	onOutOfService(connection: Connection, why: TransportError): void {
		const now = this.clock.now();
		if (why.code !== 'closed') this.lastError = why;
		const never =
			connection.answers === 0 &&
			connection.peerSettings.maxConcurrentStreams === undefined &&
			connection.livedMs === 0;
		if (connection.livedMs >= GOOD_LIFE_MS && connection.answers > 0) {
			this.backoff.succeed();
			this.options.endpointBackoff.succeed();
		} else {
			const backoff = never && !why.credential ? this.options.endpointBackoff : this.backoff;
			if (now >= backoff.notBeforeMs) backoff.fail(now);
		}
		if (connection.opened > 0 && connection.answers > 0) return;
		// It ended without having answered anything: waiting requests may have to learn why.
		this.connectFailures += 1;
		this.lastConnectError = why;
		if (why.permanent) return this.failQueued(why);
		if (this.connectFailures < CONNECT_ATTEMPTS) return;
		if (why.commonToRun) this.failQueued(why);
		// Closed before any request: the error is one of a single connection, but all of them meet it.
		else if (connection.opened === 0)
			this.failQueued(new TransportError('connectionRejected', why.message, { cause: why }));
	}

	onProgress(connection: Connection): void {
		if (connection.state.t === 'closed') this.connections.delete(connection);
		if (connection.answers > 0) this.connectFailures = 0;
		this.pump();
	}

	/** Why a request cannot even wait. */
	private refusal(now: number): TransportError | undefined {
		if (this.closedBy !== undefined) return this.closedBy;
		if (this.pause !== undefined && now < this.pause.untilMs) return this.pause.error;
		if (now < this.notBeforeMs && this.connections.size === 0 && this.lastConnectError?.permanent === true)
			return this.lastConnectError;
		return undefined;
	}

	/** When a connection may be tried. */
	private get notBeforeMs(): number {
		return Math.max(this.backoff.notBeforeMs, this.options.endpointBackoff.notBeforeMs);
	}

	private pick(request: LaneRequest): Connection | undefined {
		for (const connection of this.connections) if (connection.canTake(request)) return connection;
		return undefined;
	}

	/** Starts what can start, and sees to a connection for the rest. */
	private pump(): void {
		// Taking a request can settle it at once, and its owner may submit the next: one loop serves them all.
		if (this.pumping) return;
		this.pumping = true;
		try {
			for (let request = this.queue.peek(); request !== undefined; request = this.queue.peek()) {
				const connection = this.pick(request);
				if (connection === undefined) {
					this.seeToConnection(request);
					break;
				}
				this.queue.shift();
				connection.take(request);
			}
		} finally {
			this.pumping = false;
		}
		const waiting = this.queue.size > 0;
		for (const connection of this.connections) connection.holdProcess(waiting);
		this.timer.keepAlive(waiting);
		if (!waiting) this.endIfRetired();
	}

	/** Another connection: when there is none, or when limits hold a backlog back that is worth it. */
	private seeToConnection(request: LaneRequest): void {
		let inService = 0;
		for (const connection of this.connections) {
			if (!connection.inService) continue;
			if (connection.state.t !== 'ready') return;
			if (!connection.isFull(request) || !connection.limitRoseAboveOne) return;
			inService += 1;
		}
		const first = inService === 0;
		if (!first && (inService >= request.caller.maxConnections || this.queue.size < BACKLOG_FOR_ANOTHER)) return;
		this.openConnection();
	}

	private openConnection(): void {
		const now = this.clock.now();
		if (now < this.notBeforeMs) return this.timer.schedule(this.notBeforeMs);
		const connection = new Connection({
			target: this.options.target,
			connect: this.options.connect,
			clock: this.clock,
			oneStreamFirst: this.options.tokenMode,
			firstBeforeSettings: this.options.tokenMode && this.connectFailures === 0 && this.backoff.failures === 0,
			owner: this,
		});
		this.connections.add(connection);
		this.opened += 1;
		void connection.start();
	}

	private failQueued(error: TransportError): void {
		for (const request of this.queue.remove(() => true)) request.finish({ kind: 'notSent', error });
	}

	private expireQueued(): void {
		const now = this.clock.now();
		if (now < this.nextQueueDeadlineMs) {
			if (this.nextQueueDeadlineMs !== Infinity) this.timer.schedule(this.nextQueueDeadlineMs);
			return;
		}
		const overdue = (request: LaneRequest): boolean => request.queuedAtMs + request.queueTimeoutMs <= now;
		for (const request of this.queue.remove(overdue)) {
			const cause =
				this.lastConnectError === undefined || this.connections.size > 0
					? ''
					: ` Last connection error: ${this.lastConnectError.message}`;
			request.finish({
				kind: 'notSent',
				error: new TransportError(
					'queueTimeout',
					`${endpointName(this.options.target)}: no free stream within ${request.queueTimeoutMs} ms.${cause}`,
				),
			});
		}
		this.nextQueueDeadlineMs = Infinity;
		this.queue.remove((request) => {
			this.nextQueueDeadlineMs = Math.min(this.nextQueueDeadlineMs, request.queuedAtMs + request.queueTimeoutMs);
			return false;
		});
		if (this.nextQueueDeadlineMs !== Infinity) this.timer.schedule(this.nextQueueDeadlineMs);
	}
}
