/** One HTTP/2 connection over one TLS socket: its states, streams, deadlines and signs of life. It reports; the lane decides. */
import type { TLSSocket } from 'node:tls';
import { ClientProtocol, type ProtocolEvents, type ProtocolStream, type StreamEnd } from '../http2/clientProtocol';
import { requestProblem } from '../http2/fieldRules';
import { ErrorCode, errorCodeName } from '../http2/frames';
import { answered, goawayError, withoutAnswer } from './attempts';
import type { Clock } from './clock';
import { endpointName } from './connect';
import type { ConnectionOptions, ConnectionState } from './connectionState';
import { DueTimer } from './dueTimer';
import { TransportError, transportError } from './errors';
import { Pings } from './pings';
import type { Attempt, Caller, LaneRequest } from './request';
import { createResetBudget } from './resetBudget';
import { SocketWriter } from './socketWriter';
import { StreamWatch } from './streamWatch';
import { timing } from './timing';

export class Connection {
	state: ConnectionState = { t: 'connecting' };
	readonly createdAtMs: number;
	/** Host and port, for messages. */
	readonly where: string;
	/** Final answers received. */
	answers = 0;
	/** Streams opened. */
	opened = 0;
	/** Last sign that the limit was ever above one: the lane adds connections only then. */
	limitRoseAboveOne = false;

	private readonly clock: Clock;
	private readonly protocol: ClientProtocol<LaneRequest>;
	private socket: TLSSocket | undefined;
	private proven: boolean;
	private readonly writer: SocketWriter;
	private readonly pings: Pings;
	private readonly timer: DueTimer;
	private keepsProcess = false;
	private held = false;
	private outOfService = false;
	private openedAtMs = 0;
	private lastUsedMs: number;
	private drainDeadlineMs = Infinity;
	private refusedUntilMs = 0;
	private readonly resets = createResetBudget();
	private readonly watch = new StreamWatch();

	constructor(private readonly options: ConnectionOptions) {
		this.clock = options.clock;
		this.where = endpointName(options.target);
		this.createdAtMs = this.clock.now();
		this.lastUsedMs = this.createdAtMs;
		this.proven = !options.oneStreamFirst;
		const events: ProtocolEvents<LaneRequest> = {
			onSettings: () => this.onSettings(),
			onStreamEnd: (stream, end, errorCode) => this.onStreamEnd(stream, end, errorCode),
			onGoaway: (_last, errorCode, debugData) => this.onGoaway(errorCode, debugData),
			onPingAcknowledged: (payload) => this.pings.acknowledged(payload),
			onConnectionError: (error) => {
				this.writer.flush();
				this.die(
					new TransportError('protocolError', `${this.where}: ${error.message} (${errorCodeName(error.errorCode)}).`, {
						cause: error,
					}),
					true,
				);
			},
		};
		this.protocol = new ClientProtocol(events, { mayReset: (nowMs) => this.resets.take(nowMs) });
		this.timer = new DueTimer(this.clock, () => this.onTimer());
		this.writer = new SocketWriter(this.clock, this.protocol.output, () => this.protocol.acknowledgementsSent());
		this.pings = new Pings({
			clock: this.clock,
			send: (payload, written) => {
				this.protocol.ping(payload);
				this.writer.flushThen(written);
			},
			schedule: (dueMs) => this.timer.schedule(dueMs),
		});
	}

	get activeStreams(): number {
		return this.protocol.streams.size;
	}

	/** Streams the peer allows at once; undefined while it names none. */
	get peerStreamLimit(): number | undefined {
		return this.protocol.peer.maxConcurrentStreams;
	}

	get peerSettings(): Readonly<ClientProtocol<LaneRequest>['peer']> {
		return this.protocol.peer;
	}

	get livedMs(): number {
		return this.openedAtMs === 0 ? 0 : this.clock.now() - this.openedAtMs;
	}

	/** True while it may get new streams now or soon. */
	get inService(): boolean {
		return this.state.t === 'connecting' || this.state.t === 'open' || this.state.t === 'ready';
	}

	/** Opens the socket; failures end in `closed`. */
	async start(): Promise<void> {
		try {
			const socket = await this.options.connect(this.options.target, timing.connectTimeoutMs, (chunk) =>
				this.onData(chunk),
			);
			if (this.state.t !== 'connecting') {
				socket.destroy();
				return;
			}
			this.attach(socket);
		} catch (error) {
			this.die(transportError(error, this.where));
		}
	}

	/** Streams this caller may have in flight here now: SETTINGS, the proof of the token and the user's maximum. */
	limitFor(caller: Caller): number {
		if (!this.protocol.settingsReceived || !this.proven) return Math.min(1, this.peerStreamLimit ?? 1);
		return Math.min(caller.maxInFlight, this.peerStreamLimit ?? caller.maxInFlight);
	}

	/** Whether this request could start now. Starts a probe first when the connection was silent for long. */
	canTake(request: LaneRequest): boolean {
		const first = this.state.t === 'open' && this.options.firstBeforeSettings && this.opened === 0;
		if (this.state.t !== 'ready' && !first) return false;
		if (!this.writer.writable || this.pings.probing || !this.protocol.mayOpen) return false;
		if (this.protocol.streams.size >= this.limitFor(request.caller)) return false;
		if (!this.protocol.hasWindowFor(request.body === undefined ? 0 : request.body.length)) return false;
		if (this.refusedUntilMs > 0) return false;
		if (
			this.clock.now() - this.watch.lastReceivedMs >= timing.probeAfterSilenceMs &&
			this.protocol.streams.size === 0
		) {
			this.pings.startProbe();
			this.updateKeepAlive();
			return false;
		}
		return true;
	}

	/** Whether it is the stream limit or the connection window that holds requests back. */
	isFull(request: LaneRequest): boolean {
		if (this.state.t !== 'ready' || !this.proven) return false;
		const full = this.protocol.streams.size >= this.limitFor(request.caller);
		return full || !this.protocol.hasWindowFor(request.body === undefined ? 0 : request.body.length);
	}

	/** Opens a stream for the request; call only after `canTake`. */
	take(request: LaneRequest): void {
		const now = this.clock.now();
		const head = request.head();
		const opened = this.protocol.open(head, request.body, request);
		if (typeof opened === 'string') {
			// A header that cannot be sent is as final as one that is too large.
			const code = opened === 'headerListTooLarge' || opened === 'illegalField' ? 'headerListTooLarge' : 'goaway';
			const text =
				opened === 'illegalField'
					? (requestProblem(head) ?? 'a header cannot be sent')
					: code === 'headerListTooLarge'
						? 'the headers are larger than the server takes'
						: 'the connection takes no more streams';
			this.options.owner.onAttempt(this, request, {
				kind: 'notSent',
				error: new TransportError(code, `${this.where}: ${text}.`),
			});
			return;
		}
		request.attempts += 1;
		request.stream = opened;
		request.carrier = this;
		request.deadlineMs = now + request.timeoutMs;
		this.opened += 1;
		this.lastUsedMs = now;
		const isOnly = this.protocol.streams.size === 1;
		this.timer.schedule(this.watch.began(request, now, isOnly));
		if (isOnly) this.updateKeepAlive();
		this.writer.scheduleFlush();
		if (this.protocol.exhausted)
			this.drain(new TransportError('goaway', `${this.where}: all stream ids of the connection are used.`));
	}

	/** Gives a request up locally: RST_STREAM only if it had not left whole, else its stream stays until the peer answers. */
	cancel(request: LaneRequest, error: TransportError): void {
		const stream = request.stream;
		if (stream === undefined || request.settled || this.protocol.streams.get(stream.id) !== stream) return;
		const left = this.hasLeft(stream);
		const attempt: Attempt =
			stream.status !== undefined
				? answered(stream, stream.status, false)
				: { kind: left ? 'unknown' : 'notSent', error };
		if (!left && this.resets.take(this.clock.now())) {
			this.protocol.reset(stream, ErrorCode.CANCEL);
			this.writer.scheduleFlush();
		} else {
			this.protocol.abandon(stream);
		}
		request.finish(attempt);
		const limit = Math.min(this.peerStreamLimit ?? Infinity, request.caller.maxInFlight);
		if (this.protocol.abandonedStreams > limit / 10) {
			this.drain(
				new TransportError(
					'connectionSilent',
					`${this.where}: too many requests on one connection were never answered.`,
				),
			);
		}
		this.afterStreams();
	}

	/** Gives up every request of one caller. */
	cancelCaller(caller: Caller, error: TransportError): void {
		for (const stream of this.protocol.streams.values()) {
			if (stream.context.caller === caller) this.cancel(stream.context, error);
		}
	}

	/** Opens no more streams; ends when the open ones have, at the latest after `withinMs`. */
	drain(why: TransportError, withinMs: number = timing.drainTimeoutMs): void {
		if (this.state.t === 'connecting') return this.die(why);
		const due = this.clock.now() + withinMs;
		if (due < this.drainDeadlineMs) this.drainDeadlineMs = due;
		this.transition(['open', 'ready'], { t: 'draining', why });
		if (this.state.t !== 'draining') return;
		this.timer.schedule(this.drainDeadlineMs);
		this.afterStreams();
	}

	/** Ends now: every stream is settled, the socket destroyed; `sayWhy` lets the GOAWAY already written reach the peer. */
	die(error: TransportError, sayWhy = false): void {
		if (!this.transition(['connecting', 'open', 'ready', 'draining'], { t: 'closed', why: error })) return;
		this.timer.stop();
		this.pings.end();
		if (sayWhy) this.writer.end();
		else this.writer.destroy();
		for (const stream of this.protocol.endStreams()) {
			if (stream.status !== undefined) this.settle(stream, answered(stream, stream.status, false));
			else this.settle(stream, this.hasLeft(stream) ? { kind: 'unknown', error } : { kind: 'notSent', error });
		}
		this.options.owner.onProgress(this);
	}

	/** Round trip of one PING in milliseconds; undefined when the connection is not up or ends first. */
	measurePing(): Promise<number | undefined> {
		return this.state.t === 'ready' ? this.pings.measure() : Promise.resolve(undefined);
	}

	/** The only place where the state changes; a transition that is not allowed does nothing. */
	private transition(from: ReadonlyArray<ConnectionState['t']>, to: ConnectionState): boolean {
		if (!from.includes(this.state.t)) return false;
		this.state = to;
		if ((to.t === 'draining' || to.t === 'closed') && !this.outOfService) {
			this.outOfService = true;
			this.options.owner.onOutOfService(this, to.why);
		}
		return true;
	}

	private attach(socket: TLSSocket): void {
		this.socket = socket;
		this.writer.attach(socket);
		this.openedAtMs = this.watch.lastReceivedMs = this.clock.now();
		socket.setNoDelay(true);
		socket.unref();
		this.keepsProcess = false;
		socket.on('data', (chunk: Buffer) => this.onData(chunk));
		socket.on('drain', () => {
			this.writer.writable = true;
			this.options.owner.onProgress(this);
		});
		socket.on('error', (error) => this.die(transportError(error, this.where)));
		socket.on('end', () => this.die(this.endError('the server closed the connection')));
		socket.on('close', () => this.die(this.endError('the connection was closed')));
		this.transition(['connecting'], { t: 'open' });
		this.timer.schedule(this.openedAtMs + timing.settingsTimeoutMs);
		this.updateKeepAlive();
		this.writer.flush();
		this.options.owner.onProgress(this);
	}

	private endError(text: string): TransportError {
		return this.state.t === 'draining'
			? this.state.why
			: new TransportError('connectionLost', `${this.where}: ${text}.`);
	}

	private onData(chunk: Buffer): void {
		const now = this.clock.now();
		this.watch.lastReceivedMs = now;
		this.pings.heard();
		this.protocol.receive(chunk, now);
		if (this.state.t === 'closed') return;
		this.afterStreams();
		this.options.owner.onProgress(this);
		this.writer.scheduleFlush();
	}

	private onSettings(): void {
		this.refusedUntilMs = 0;
		if ((this.peerStreamLimit ?? Infinity) > 1) this.limitRoseAboveOne = true;
		if (this.state.t !== 'open') return;
		this.transition(['open'], { t: 'ready' });
		this.timer.schedule(this.clock.now() + timing.idleTimeoutMs);
	}

	private onGoaway(errorCode: number, debugData: Buffer): void {
		this.options.owner.onGoaway(this, errorCode, debugData);
		if (this.state.t === 'closed') return;
		this.drain(goawayError(this.where, errorCode, debugData));
	}

	private onStreamEnd(stream: ProtocolStream<LaneRequest>, end: StreamEnd, errorCode: number): void {
		if (stream.status !== undefined) return this.settle(stream, answered(stream, stream.status, end === 'complete'));
		if (end === 'reset' && errorCode === ErrorCode.REFUSED_STREAM) {
			this.refusedUntilMs = this.clock.now() + timing.refusedHoldMs;
			this.timer.schedule(this.refusedUntilMs);
		}
		this.settle(stream, withoutAnswer(this.where, end, errorCode, this.hasLeft(stream)));
	}

	/** Settles one stream, whoever noticed its end. */
	private settle(stream: ProtocolStream<LaneRequest>, attempt: Attempt): void {
		const request = stream.context;
		if (attempt.kind === 'answered') {
			this.answers += 1;
			this.watch.answered();
			this.refusedUntilMs = 0;
			if (!this.proven && this.options.owner.provesToken(request, attempt)) this.proven = true;
		}
		if (request.stream !== stream) return;
		request.stream = undefined;
		this.options.owner.onAttempt(this, request, attempt);
	}

	/** Left means: the frame with END_STREAM was handed to the socket. */
	private hasLeft(stream: ProtocolStream<LaneRequest>): boolean {
		return stream.endOffset <= this.writer.handedBytes;
	}

	/** After streams ended: a drained connection closes, an idle one lets the process go. */
	private afterStreams(): void {
		if (this.state.t === 'draining' && this.protocol.liveStreams <= 0) this.closePolitely(this.state.why);
		else this.updateKeepAlive();
	}

	private closePolitely(why: TransportError): void {
		if (this.socket === undefined || !this.transition(['draining'], { t: 'closed', why })) return;
		this.timer.stop();
		this.pings.end();
		this.protocol.endStreams();
		this.protocol.close(ErrorCode.NO_ERROR);
		this.writer.end();
		this.options.owner.onProgress(this);
	}

	/** While requests wait for this connection, it keeps the process alive even without a stream. */
	holdProcess(on: boolean): void {
		if (on === this.held) return;
		this.held = on;
		this.updateKeepAlive();
	}

	private updateKeepAlive(): void {
		if (this.state.t === 'closed') return;
		this.setKeepsProcess(this.held || this.protocol.liveStreams > 0 || this.pings.probing);
	}

	/** An idle connection never keeps the process alive; a pending push does. */
	private setKeepsProcess(on: boolean): void {
		if (on === this.keepsProcess || this.socket === undefined) return;
		this.keepsProcess = on;
		if (on) this.socket.ref();
		else this.socket.unref();
		this.timer.keepAlive(on);
	}

	/** Looks at everything that can be due, and schedules the next look. */
	private onTimer(): void {
		const now = this.clock.now();
		if (this.state.t === 'closed') return;
		if (this.state.t === 'open' && now >= this.openedAtMs + timing.settingsTimeoutMs) {
			return this.die(
				new TransportError(
					'settingsTimeout',
					`${this.where}: no SETTINGS within ${timing.settingsTimeoutMs} ms after TLS.`,
				),
			);
		}
		if (this.state.t === 'draining' && now >= this.drainDeadlineMs) return this.die(this.state.why);
		if (this.pings.isOverdue(now)) {
			return this.die(
				new TransportError(
					'connectionSilent',
					`${this.where}: no byte within ${timing.pingTimeoutMs} ms after a PING.`,
				),
			);
		}
		for (const request of this.watch.overdue(this.protocol.streams.values(), now)) {
			this.cancel(request, new TransportError('deadline', `${this.where}: no answer within ${request.timeoutMs} ms.`));
		}
		this.checkBusy(now);
		if (this.refusedUntilMs > 0 && now >= this.refusedUntilMs) {
			this.refusedUntilMs = 0;
			this.options.owner.onProgress(this);
		}
		if (this.protocol.streams.size === 0 && now >= this.lastUsedMs + timing.idleTimeoutMs) {
			this.drain(new TransportError('connectionLost', `${this.where}: unused for hours.`));
		}
		this.scheduleNext(now);
	}

	private scheduleNext(now: number): void {
		const busy = this.protocol.liveStreams > 0;
		let due = this.lastUsedMs + timing.idleTimeoutMs;
		if (this.state.t === 'open') due = Math.min(due, this.openedAtMs + timing.settingsTimeoutMs);
		if (this.state.t === 'draining') due = Math.min(due, this.drainDeadlineMs);
		if (this.refusedUntilMs > 0) due = Math.min(due, this.refusedUntilMs);
		if (this.pings.probing) due = Math.min(due, now + timing.pingTimeoutMs);
		if (busy) due = Math.min(due, this.watch.nextDueMs(this.state.t === 'ready'));
		// One millisecond at least: timers may fire a fraction early.
		this.timer.schedule(Math.max(due, now + 1));
	}

	private checkBusy(now: number): void {
		if (this.protocol.liveStreams <= 0) return;
		if (this.state.t === 'ready' && this.watch.isWedged(now)) {
			this.drain(
				new TransportError(
					'connectionSilent',
					`${this.where}: the server acknowledges nothing and answers no request.`,
				),
			);
		}
		if (!this.pings.probing && this.watch.isSilent(now)) {
			this.pings.startProbe();
			this.updateKeepAlive();
		}
	}
}
