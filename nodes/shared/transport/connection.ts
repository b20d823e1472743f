/** One HTTP/2 connection over one TLS socket: its states, streams, deadlines and signs of life. It reports; the lane decides. */
import type { TLSSocket } from 'node:tls';
import { ClientProtocol, type ProtocolStream, type StreamEnd } from '../http2/clientProtocol';
import { ErrorCode, errorCodeName } from '../http2/frames';
import type { Clock, Timer } from './clock';
import { type Connect, endpointName, type Target } from './connect';
import { TransportError, transportError } from './errors';
import type { Attempt, Caller, LaneRequest } from './request';
import { timing } from './timing';

/** What is true in each state. */
export type ConnectionState =
	/** Name resolution, TCP, proxy or TLS under way; no stream. */
	| { readonly t: 'connecting' }
	/** TLS is done, no SETTINGS yet: one first request at most, and only if the owner allowed it. */
	| { readonly t: 'open' }
	/** The first SETTINGS came: streams up to the live limit. */
	| { readonly t: 'ready' }
	/** No new streams; those open finish until the deadline. */
	| { readonly t: 'draining'; readonly why: TransportError }
	/** Over; all streams are settled. */
	| { readonly t: 'closed'; readonly why: TransportError };

export interface ConnectionOwner {
	/** An attempt ended; the request has no stream any more. */
	onAttempt(connection: Connection, request: LaneRequest, attempt: Attempt): void;
	/** Whether this answer shows that the provider token was accepted. */
	provesToken(request: LaneRequest, attempt: Attempt): boolean;
	/** GOAWAY arrived; streams above its last id follow as `notSent`. */
	onGoaway(connection: Connection, errorCode: number, debugData: Buffer): void;
	/** The connection left service: draining, or closed without having drained. Called once. */
	onOutOfService(connection: Connection, why: TransportError): void;
	/** Streams may start again, or the state changed. */
	onProgress(connection: Connection): void;
}

export interface ConnectionOptions {
	readonly target: Target;
	readonly connect: Connect;
	readonly clock: Clock;
	/** One stream until an answer proves the provider token (Apple: token connections). */
	readonly oneStreamFirst: boolean;
	/** The first request may follow TLS at once (RFC 9113 §3.4). */
	readonly firstBeforeSettings: boolean;
	readonly owner: ConnectionOwner;
}

export class Connection {
	state: ConnectionState = { t: 'connecting' };
	readonly createdAtMs: number;
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
	private writable = true;
	private handedBytes = 0;
	private flushScheduled = false;
	private timer: Timer | undefined;
	private timerDueMs = Infinity;
	private keepsProcess = false;
	private held = false;
	private outOfService = false;
	private openedAtMs = 0;
	private lastReceivedMs = 0;
	private lastAnswerMs = 0;
	private lastUsedMs: number;
	private busySinceMs = 0;
	private wedgedAfterMs = Infinity;
	private nextDeadlineMs = Infinity;
	private drainDeadlineMs = Infinity;
	private refusedUntilMs = 0;
	private abandoned = 0;
	private probe: { startedAtMs: number; writtenAtMs: number | undefined } | undefined;
	private pingCounter = 0;
	private readonly pings = new Map<number, (roundTripMs: number) => void>();
	private resets: number[] = [];

	constructor(private readonly options: ConnectionOptions) {
		this.clock = options.clock;
		this.createdAtMs = this.clock.now();
		this.lastUsedMs = this.createdAtMs;
		this.proven = !options.oneStreamFirst;
		this.protocol = new ClientProtocol<LaneRequest>({
			onSettings: () => this.onSettings(),
			onSettingsAcknowledged: () => undefined,
			onStreamEnd: (stream, end, errorCode) => this.onStreamEnd(stream, end, errorCode),
			onGoaway: (_last, errorCode, debugData) => this.onGoaway(errorCode, debugData),
			onPingAcknowledged: (payload) => this.onPingAcknowledged(payload),
			onConnectionError: (error) => {
				this.flush();
				this.die(new TransportError('protocolError', `${this.where}: ${error.message} (${errorCodeName(error.errorCode)}).`, { cause: error }), true);
			},
		});
	}

	get where(): string {
		return endpointName(this.options.target);
	}

	/** The TLS socket, for reports; undefined while connecting. */
	get tlsSocket(): TLSSocket | undefined {
		return this.socket;
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
			const socket = await this.options.connect(this.options.target, timing.connectTimeoutMs);
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
		if (!this.writable || this.probe !== undefined || !this.protocol.mayOpen) return false;
		if (this.protocol.streams.size >= this.limitFor(request.caller)) return false;
		if (!this.protocol.hasWindowFor(request.body === undefined ? 0 : request.body.length)) return false;
		if (this.refusedUntilMs > 0) return false;
		if (this.clock.now() - this.lastReceivedMs >= timing.probeAfterSilenceMs && this.protocol.streams.size === 0) {
			this.startProbe();
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
		const opened = this.protocol.open(request.head(), request.body, request);
		if (typeof opened === 'string') {
			if (opened === 'exhausted') this.drain(new TransportError('goaway', `${this.where}: all stream ids of the connection are used.`));
			const code = opened === 'headerListTooLarge' ? 'headerListTooLarge' : 'goaway';
			const text = code === 'headerListTooLarge' ? 'the headers are larger than the server takes' : 'the connection takes no more streams';
			this.options.owner.onAttempt(this, request, { kind: 'notSent', error: new TransportError(code, `${this.where}: ${text}.`) });
			return;
		}
		request.attempts += 1;
		request.stream = opened;
		request.carrier = this;
		request.deadlineMs = now + request.timeoutMs;
		this.opened += 1;
		this.lastUsedMs = now;
		if (this.protocol.streams.size === 1) {
			this.busySinceMs = now;
			this.wedgedAfterMs = timing.wedgedAfterMs;
			this.updateKeepAlive();
		}
		this.wedgedAfterMs = Math.min(this.wedgedAfterMs, request.timeoutMs / 3);
		if (request.deadlineMs < this.nextDeadlineMs) this.nextDeadlineMs = request.deadlineMs;
		this.schedule(Math.min(this.nextDeadlineMs, now + this.wedgedAfterMs));
		this.scheduleFlush();
	}

	/** Gives a request up locally: RST_STREAM only if it had not left whole, else its stream stays until the peer answers. */
	cancel(request: LaneRequest, error: TransportError): void {
		const stream = request.stream;
		if (stream === undefined || request.settled || this.protocol.streams.get(stream.id) !== stream) return;
		const left = this.hasLeft(stream);
		if (!left && this.mayReset()) {
			this.protocol.reset(stream, ErrorCode.CANCEL);
			this.scheduleFlush();
		} else {
			this.abandoned += 1;
		}
		request.finish(stream.status !== undefined ? answered(stream, stream.status, false) : { kind: left ? 'unknown' : 'notSent', error });
		const limit = Math.min(this.peerStreamLimit ?? Infinity, request.caller.maxInFlight);
		if (this.abandoned > limit / 10) {
			this.drain(new TransportError('connectionSilent', `${this.where}: too many requests on one connection were never answered.`));
		}
		this.afterStreams();
	}

	/** Gives up every request of one caller. */
	cancelCaller(caller: Caller, error: TransportError): void {
		for (const stream of [...this.protocol.streams.values()]) {
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
		this.schedule(this.drainDeadlineMs);
		this.afterStreams();
	}

	/** Ends now: every stream is settled, the socket destroyed; `sayWhy` lets the GOAWAY already written reach the peer. */
	die(error: TransportError, sayWhy = false): void {
		if (!this.transition(['connecting', 'open', 'ready', 'draining'], { t: 'closed', why: error })) return;
		this.timer?.cancel();
		this.probe = undefined;
		if (sayWhy) this.endSocket();
		else this.socket?.destroy();
		for (const stream of [...this.protocol.streams.values()]) {
			this.protocol.streams.delete(stream.id);
			if (stream.status !== undefined) this.settle(stream, answered(stream, stream.status, false));
			else this.settle(stream, this.hasLeft(stream) ? { kind: 'unknown', error } : { kind: 'notSent', error });
		}
		this.options.owner.onProgress(this);
	}

	/** Round trip of one PING in milliseconds; undefined when the connection is not up or ends first. */
	measurePing(): Promise<number | undefined> {
		if (this.state.t !== 'ready') return Promise.resolve(undefined);
		return new Promise((resolve) => {
			const timer = this.clock.after(timing.pingTimeoutMs, () => resolve(undefined));
			timer.keepAlive(true);
			this.sendPing((roundTripMs) => {
				timer.cancel();
				resolve(roundTripMs);
			});
		});
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
		this.openedAtMs = this.lastReceivedMs = this.clock.now();
		socket.setNoDelay(true);
		socket.unref();
		this.keepsProcess = false;
		socket.on('data', (chunk: Buffer) => this.onData(chunk));
		socket.on('drain', () => {
			this.writable = true;
			this.options.owner.onProgress(this);
		});
		socket.on('error', (error) => this.die(transportError(error, this.where)));
		socket.on('end', () => this.die(this.endError('the server closed the connection')));
		socket.on('close', () => this.die(this.endError('the connection was closed')));
		this.transition(['connecting'], { t: 'open' });
		this.schedule(this.openedAtMs + timing.settingsTimeoutMs);
		this.updateKeepAlive();
		this.flush();
		this.options.owner.onProgress(this);
	}

	private endError(text: string): TransportError {
		return this.state.t === 'draining' ? this.state.why : new TransportError('connectionLost', `${this.where}: ${text}.`);
	}

	private onData(chunk: Buffer): void {
		const now = this.clock.now();
		this.lastReceivedMs = now;
		// Any byte is a sign of life, whether it is the acknowledgement or not.
		this.probe = undefined;
		this.protocol.receive(chunk, now);
		if (this.state.t === 'closed') return;
		this.afterStreams();
		this.options.owner.onProgress(this);
		this.scheduleFlush();
	}

	private onSettings(): void {
		this.refusedUntilMs = 0;
		if ((this.peerStreamLimit ?? Infinity) > 1) this.limitRoseAboveOne = true;
		if (this.state.t !== 'open') return;
		this.transition(['open'], { t: 'ready' });
		this.schedule(this.clock.now() + timing.idleTimeoutMs);
	}

	private onGoaway(errorCode: number, debugData: Buffer): void {
		this.options.owner.onGoaway(this, errorCode, debugData);
		if (this.state.t === 'closed') return;
		// The text is for people; control characters and length are bounded, since it may come from anywhere.
		const text = debugData.toString('latin1', 0, 200).replace(/[^\x20-\x7e]/g, '?');
		this.drain(
			new TransportError('goaway', `${this.where}: the server closed the connection with GOAWAY (${errorCodeName(errorCode)}${text === '' ? '' : `, ${text}`}).`),
		);
	}

	private onStreamEnd(stream: ProtocolStream<LaneRequest>, end: StreamEnd, errorCode: number): void {
		this.settle(stream, stream.status === undefined ? this.withoutAnswer(stream, end, errorCode) : answered(stream, stream.status, end === 'complete'));
	}

	/** What a stream without a final status proves. */
	private withoutAnswer(stream: ProtocolStream<LaneRequest>, end: StreamEnd, errorCode: number): Attempt {
		if (end === 'goaway') {
			return { kind: 'notSent', error: new TransportError('goaway', `${this.where}: the server closed the connection before it took this request.`) };
		}
		if (end === 'malformed') {
			return { kind: 'unknown', error: new TransportError('malformedAnswer', `${this.where}: the answer was not valid HTTP/2 (${errorCodeName(errorCode)}).`) };
		}
		if (errorCode === ErrorCode.REFUSED_STREAM) {
			this.refusedUntilMs = this.clock.now() + timing.refusedHoldMs;
			this.schedule(this.refusedUntilMs);
			return { kind: 'notSent', error: new TransportError('refused', `${this.where}: the server refused the stream (REFUSED_STREAM).`) };
		}
		const error = new TransportError('reset', `${this.where}: the server reset the stream (${errorCodeName(errorCode)}).`);
		return { kind: this.hasLeft(stream) ? 'unknown' : 'notSent', error };
	}

	/** Settles one stream, whoever noticed its end. */
	private settle(stream: ProtocolStream<LaneRequest>, attempt: Attempt): void {
		const request = stream.context;
		if (attempt.kind === 'answered') {
			this.answers += 1;
			this.lastAnswerMs = this.lastReceivedMs;
			this.refusedUntilMs = 0;
			if (!this.proven && this.options.owner.provesToken(request, attempt)) this.proven = true;
		}
		if (request.stream !== stream) {
			this.abandoned -= 1;
			return;
		}
		request.stream = undefined;
		this.options.owner.onAttempt(this, request, attempt);
	}

	/** Left means: the frame with END_STREAM was handed to the socket. */
	private hasLeft(stream: ProtocolStream<LaneRequest>): boolean {
		return stream.endOffset <= this.handedBytes;
	}

	private mayReset(): boolean {
		const since = this.clock.now() - timing.resetPeriodMs;
		this.resets = this.resets.filter((at) => at > since);
		if (this.resets.length >= timing.maxResets) return false;
		this.resets.push(this.clock.now());
		return true;
	}

	/** After streams ended: a drained connection closes, an idle one lets the process go. */
	private afterStreams(): void {
		if (this.state.t === 'draining' && this.protocol.streams.size - this.abandoned <= 0) this.closePolitely(this.state.why);
		else this.updateKeepAlive();
	}

	private closePolitely(why: TransportError): void {
		const socket = this.socket;
		if (socket === undefined || !this.transition(['draining'], { t: 'closed', why })) return;
		this.timer?.cancel();
		this.protocol.streams.clear();
		this.protocol.close(ErrorCode.NO_ERROR);
		for (const chunk of this.protocol.output.take()) socket.write(chunk);
		this.endSocket();
		this.options.owner.onProgress(this);
	}

	/** FIN after what is written; a peer that does not close in time is not waited for. */
	private endSocket(): void {
		const socket = this.socket;
		if (socket === undefined) return;
		socket.end();
		socket.resume();
		socket.unref();
		const timer = this.clock.after(timing.closeTimeoutMs, () => socket.destroy());
		socket.once('close', () => timer.cancel());
	}

	/** While requests wait for this connection, it keeps the process alive even without a stream. */
	holdProcess(on: boolean): void {
		if (on === this.held) return;
		this.held = on;
		this.updateKeepAlive();
	}

	private updateKeepAlive(): void {
		if (this.state.t === 'closed') return;
		this.setKeepsProcess(this.held || this.protocol.streams.size - this.abandoned > 0 || this.probe !== undefined);
	}

	/** An idle connection never keeps the process alive; a pending push does. */
	private setKeepsProcess(on: boolean): void {
		if (on === this.keepsProcess || this.socket === undefined) return;
		this.keepsProcess = on;
		if (on) this.socket.ref();
		else this.socket.unref();
		this.timer?.keepAlive(on);
	}

	/** One write per turn of the event loop, so that many requests share a TLS record. */
	private scheduleFlush(): void {
		if (this.flushScheduled) return;
		this.flushScheduled = true;
		setImmediate(() => {
			this.flushScheduled = false;
			this.flush();
		});
	}

	private flush(): void {
		const socket = this.socket;
		if (socket === undefined || this.state.t === 'closed') return;
		const chunks = this.protocol.output.take();
		if (chunks.length === 0) return;
		if (chunks.length > 1) socket.cork();
		for (const chunk of chunks) {
			this.handedBytes += chunk.length;
			this.writable = socket.write(chunk, () => this.protocol.output.recycle(chunk));
		}
		if (chunks.length > 1) socket.uncork();
		if (this.writable) this.protocol.acknowledgementsSent();
	}

	private startProbe(): void {
		this.probe = { startedAtMs: this.clock.now(), writtenAtMs: undefined };
		this.sendPing(() => undefined);
		this.schedule(this.clock.now() + timing.pingTimeoutMs);
		this.updateKeepAlive();
	}

	private sendPing(answered: (roundTripMs: number) => void): void {
		const sentAtMs = this.clock.now();
		const payload = Buffer.alloc(8);
		const number = ++this.pingCounter;
		payload.writeUInt32BE(number, 4);
		this.pings.set(number, () => answered(this.clock.now() - sentAtMs));
		this.protocol.ping(payload);
		this.flush();
		const { probe, socket } = this;
		// An empty write behind it: its callback says that the PING has been taken.
		socket?.write(EMPTY, () => {
			if (probe === undefined) return;
			probe.writtenAtMs = this.clock.now();
			this.schedule(probe.writtenAtMs + timing.pingTimeoutMs);
		});
	}

	private onPingAcknowledged(payload: Buffer): void {
		const number = payload.readUInt32BE(4);
		const answered = this.pings.get(number);
		this.pings.delete(number);
		answered?.(0);
	}

	/** One timer for all deadlines of the connection; it only ever moves closer until it fires. */
	private schedule(dueMs: number): void {
		if (dueMs >= this.timerDueMs || this.state.t === 'closed') return;
		this.timer?.cancel();
		this.timerDueMs = dueMs;
		this.timer = this.clock.after(dueMs - this.clock.now(), () => {
			this.timerDueMs = Infinity;
			this.onTimer();
		});
		this.timer.keepAlive(this.keepsProcess);
	}

	/** Looks at everything that can be due, and schedules the next look. */
	private onTimer(): void {
		const now = this.clock.now();
		if (this.state.t === 'closed') return;
		if (this.state.t === 'open' && now >= this.openedAtMs + timing.settingsTimeoutMs) {
			return this.die(new TransportError('settingsTimeout', `${this.where}: no SETTINGS within ${timing.settingsTimeoutMs} ms after TLS.`));
		}
		if (this.state.t === 'draining' && now >= this.drainDeadlineMs) return this.die(this.state.why);
		if (this.checkProbe(now)) return;
		this.expire(now);
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
		const busy = this.protocol.streams.size - this.abandoned > 0;
		let due = this.lastUsedMs + timing.idleTimeoutMs;
		if (this.state.t === 'open') due = Math.min(due, this.openedAtMs + timing.settingsTimeoutMs);
		if (this.state.t === 'draining') due = Math.min(due, this.drainDeadlineMs);
		if (this.refusedUntilMs > 0) due = Math.min(due, this.refusedUntilMs);
		if (this.probe !== undefined) due = Math.min(due, now + timing.pingTimeoutMs);
		if (busy) {
			due = Math.min(due, this.nextDeadlineMs, this.lastReceivedMs + timing.pingWhileBusyMs);
			if (this.state.t === 'ready') due = Math.min(due, Math.max(this.lastAnswerMs, this.busySinceMs) + this.wedgedAfterMs);
		}
		// One millisecond at least: timers may fire a fraction early.
		this.schedule(Math.max(due, now + 1));
	}

	/** True when the probe found the peer dead, or is about to be judged. */
	private checkProbe(now: number): boolean {
		const probe = this.probe;
		if (probe === undefined) return false;
		const overdue =
			probe.writtenAtMs === undefined
				? now - probe.startedAtMs >= timing.pingWriteTimeoutMs
				: now - probe.writtenAtMs >= timing.pingTimeoutMs;
		if (!overdue) return false;
		// After a stall of this process the timer fires before the waiting bytes are read: look again two turns later.
		setImmediate(() =>
			setImmediate(() => {
				if (this.probe !== probe) return this.scheduleNext(this.clock.now());
				this.die(new TransportError('connectionSilent', `${this.where}: no byte within ${timing.pingTimeoutMs} ms after a PING.`));
			}),
		);
		return true;
	}

	private expire(now: number): void {
		if (now < this.nextDeadlineMs) return;
		const overdue: LaneRequest[] = [];
		this.nextDeadlineMs = Infinity;
		for (const stream of this.protocol.streams.values()) {
			const request = stream.context;
			if (request.stream !== stream) continue;
			if (request.deadlineMs <= now) overdue.push(request);
			else if (request.deadlineMs < this.nextDeadlineMs) this.nextDeadlineMs = request.deadlineMs;
		}
		for (const request of overdue) {
			this.cancel(request, new TransportError('deadline', `${this.where}: no answer within ${request.timeoutMs} ms.`));
		}
	}

	private checkBusy(now: number): void {
		if (this.protocol.streams.size - this.abandoned <= 0) return;
		if (this.state.t === 'ready' && now - Math.max(this.lastAnswerMs, this.busySinceMs) >= this.wedgedAfterMs) {
			this.drain(new TransportError('connectionSilent', `${this.where}: the server acknowledges nothing and answers no request.`));
		}
		if (this.probe === undefined && now - this.lastReceivedMs >= timing.pingWhileBusyMs) this.startProbe();
	}
}

const EMPTY = Buffer.alloc(0);

/** A final status decides even if the body is cut. */
function answered(stream: ProtocolStream<LaneRequest>, status: number, complete: boolean): Attempt {
	return { kind: 'answered', status, fields: stream.fields, body: stream.body === undefined ? EMPTY : Buffer.concat(stream.body), complete };
}
