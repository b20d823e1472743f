/** One HTTP/2 connection over one channel: its states and how it ends. It reports; the lane decides. */
import { endpointName } from '../endpoint';
import { ClientProtocol } from '../http2/clientProtocol';
import { ErrorCode, errorCodeName } from '../http2/frames';
import { goawayError } from './attempts';
import { Capacity } from './capacity';
import { awaitClose, ChannelWriter } from './channelWriter';
import type { Clock } from './clock';
import type { Opening } from './connect';
import type { ConnectionOptions, ConnectionState } from './connectionState';
import { type Deadline, Deadlines } from './dueTimer';
import { TransportError, transportError } from './errors';
import type { Channel } from './network';
import type { Carrier, LaneRequest } from './request';
import { RequestStreams } from './requestStreams';
import { SignsOfLife } from './signsOfLife';
import { timing } from './timing';

export class Connection implements Carrier {
	state: ConnectionState = { t: 'connecting' };
	readonly createdAtMs: number;
	/** Host and port, for messages. */
	readonly where: string;

	private readonly clock: Clock;
	private readonly protocol: ClientProtocol<LaneRequest>;
	private readonly capacity: Capacity;
	private readonly streams: RequestStreams;
	private readonly writer: ChannelWriter;
	private readonly life: SignsOfLife;
	private readonly deadlines: Deadlines;
	private opening: Opening | undefined;
	private onceStarted: () => void = () => undefined;
	private channel: Channel | undefined;
	private keepsProcess = false;
	private held = false;
	private reviewScheduled = false;
	private reported = false;
	private graceful = false;
	private openedAtMs = 0;
	private lastUsedMs: number;
	private drainUntilMs = Infinity;

	constructor(private readonly options: ConnectionOptions<Connection>) {
		this.clock = options.clock;
		this.where = endpointName(options.target);
		this.createdAtMs = this.lastUsedMs = this.clock.now();
		this.protocol = new ClientProtocol<LaneRequest>(
			{
				onSettings: () => this.onSettings(),
				onStreamEnd: (stream, end, errorCode) => this.streams.ended(stream, end, errorCode),
				onGoaway: (_last, errorCode, debugData) => this.onGoaway(errorCode, debugData),
				onPingAcknowledged: (payload) => this.life.pings.acknowledged(payload),
				onConnectionError: (error) => {
					const text = `${this.where}: ${error.message} (${errorCodeName(error.errorCode)}).`;
					// What did not leave yet may be sent again elsewhere: the peer must not get it from here, too.
					this.protocol.closeAtOnce(error.errorCode, error.message);
					this.die(new TransportError('protocolError', text, { cause: error }), true);
				},
			},
			{ mayReset: (nowMs) => this.streams.mayReset(nowMs) },
		);
		this.capacity = new Capacity(this.protocol.peer, options.needsProof);
		this.writer = new ChannelWriter(this.protocol.output, () => this.protocol.acknowledgementsSent());
		this.life = new SignsOfLife(this.clock, {
			openStreams: () => this.protocol.streams.size,
			liveStreams: () => this.protocol.liveStreams,
			isReady: () => this.state.t === 'ready',
			isClosed: () => this.state.t === 'closed',
			isWanted: () => this.held,
			schedule: (dueMs) => this.deadlines.schedule(dueMs),
			sendPing: (payload, written) => {
				this.protocol.ping(payload);
				this.writer.flush(written);
			},
			onSilent: () => this.die(this.silent(`no byte within ${timing.pingTimeoutMs / 1_000} s after a PING`)),
			onWedged: () => this.drain(this.blocked(`no request was answered for ${timing.wedgedAfterMs / 1_000} s`)),
			onBlocked: () => this.drain(this.blocked('the server acknowledges PINGs but takes no request')),
		});
		this.streams = new RequestStreams(this.clock, this.protocol, this.capacity, {
			where: this.where,
			carrier: this,
			isReady: () => this.state.t === 'ready',
			schedule: (dueMs) => this.deadlines.schedule(dueMs),
			onAnswer: (answer) => {
				this.life.answered();
				return options.owner.onAnswer(this, answer);
			},
			onAttempt: (request, attempt) => options.owner.onAttempt(this, request, attempt),
			onGivenUp: () => this.reviewSoon(),
			onHoldOver: () => options.owner.onProgress(this),
			onTooManyUnanswered: () => this.drain(this.blocked('too many requests on one connection were never answered')),
		});
		this.deadlines = new Deadlines(this.clock, [
			...this.ownDeadlines(),
			...this.streams.deadlines(),
			...this.life.deadlines(),
		]);
	}

	/** Final statuses received. */
	get answers(): number {
		return this.streams.answers;
	}

	/** Of them 2xx. */
	get accepted(): number {
		return this.streams.accepted;
	}

	/** Streams opened so far. */
	get opened(): number {
		return this.streams.opened;
	}

	/** Streams in the table, given-up ones included. */
	get openStreams(): number {
		return this.protocol.streams.size;
	}

	/** Streams whose request still waits for its answer. */
	get liveStreams(): number {
		return this.protocol.liveStreams;
	}

	/** Streams the connection may carry now; Infinity where the server names no limit. */
	get streamLimit(): number {
		return this.capacity.limit;
	}

	/** The server's SETTINGS as they hold now; defaults before the first. */
	get peerSettings(): Readonly<ClientProtocol<LaneRequest>['peer']> {
		return this.protocol.peer;
	}

	/** True once the server allowed more than one stream. */
	get limitRoseAboveOne(): boolean {
		return this.capacity.roseAboveOne;
	}

	/** Since TLS was done, milliseconds. */
	get livedMs(): number {
		return this.openedAtMs === 0 ? 0 : this.clock.now() - this.openedAtMs;
	}

	/** True while it may get new streams now or soon. */
	get inService(): boolean {
		return this.state.t === 'connecting' || this.state.t === 'open' || this.state.t === 'ready';
	}

	/** Over, but not reported yet: its streams are being settled, and what follows from its end is not decided. */
	get isEnding(): boolean {
		return this.state.t === 'closed' && !this.reported;
	}

	/** Opens the channel; failures end in `closed`. Fulfils when the connection is up, or is not to be. */
	start(): Promise<void> {
		const { connect, target, observer } = this.options;
		this.opening = connect(target, observer);
		this.opening.keepAlive(this.held);
		this.opening.channel.then(
			(channel) => this.attach(channel),
			(error: unknown) => this.die(transportError(error, this.where)),
		);
		return new Promise((resolve) => {
			this.onceStarted = resolve;
		});
	}

	/** Whether any request could start now. */
	hasRoom(): boolean {
		const first = this.state.t === 'open' && this.options.firstBeforeSettings && this.opened === 0;
		if (this.state.t !== 'ready' && !first) return false;
		if (!this.writer.writable || this.life.pings.probing || !this.protocol.mayOpen) return false;
		return this.capacity.hasRoom(this.protocol.streams.size);
	}

	/** Whether this request could start now. Sends a PING first when the connection was silent for long. */
	canTake(request: LaneRequest, nowMs: number): boolean {
		if (!this.hasRoom() || !this.hasWindowFor(request)) return false;
		const mark = request.mark(nowMs);
		if (mark === null || !this.capacity.allows(request, mark) || this.life.mustProbeFirst(nowMs)) return false;
		request.sentMark = mark;
		return true;
	}

	/** Whether it is the stream limit or the connection window that holds requests of this caller back. */
	isFull(request: LaneRequest): boolean {
		if (this.state.t !== 'ready' || !this.capacity.isProvenAtAll) return false;
		return this.capacity.isFull(request.caller, this.protocol.streams.size) || !this.hasWindowFor(request);
	}

	/** Opens a stream for the request; call only right after `canTake`. */
	take(request: LaneRequest, nowMs: number): void {
		if (!this.streams.take(request, nowMs)) return;
		this.lastUsedMs = nowMs;
		this.life.streamOpened(nowMs, this.protocol.streams.size === 1);
		if (this.protocol.liveStreams === 1) this.updateKeepAlive();
		this.reviewSoon();
		if (this.protocol.exhausted)
			this.drain(new TransportError('replaced', `${this.where}: all stream ids of the connection are used.`));
	}

	/** Gives a request up, if its stream is here. */
	cancel(request: LaneRequest, error: TransportError): void {
		this.streams.cancel(request, error);
	}

	/** Opens no more streams; ends when nobody waits for an open one any more, at the latest after `withinMs`. */
	drain(why: TransportError, withinMs = Infinity): void {
		if (this.state.t === 'connecting') return this.die(why);
		const now = this.clock.now();
		this.drainUntilMs = Math.min(this.drainUntilMs, now + withinMs);
		if (this.drainUntilMs !== Infinity) this.deadlines.schedule(this.drainUntilMs);
		if (!this.transition(['open', 'ready'], { t: 'draining', why })) return;
		this.report(why);
		this.afterStreams(now);
		this.options.owner.onProgress(this);
	}

	/** Ends now: every stream is settled, the channel destroyed; `sayWhy` lets the GOAWAY already written reach the peer. */
	die(error: TransportError, sayWhy = false): void {
		if (!this.transition(['connecting', 'open', 'ready', 'draining'], { t: 'closed', why: error })) return;
		const { handedBytes } = this.writer;
		this.closeChannel(sayWhy);
		// A fatal alert about the client certificate before any word about a stream proves that nothing was read: under TLS 1.3 it comes after the first write.
		const nothingRead = error.code === 'clientCertificateRefused' && !this.streams.wereNoticed;
		this.streams.endAll(error, handedBytes, nothingRead);
		this.report(error);
		this.options.owner.onProgress(this);
	}

	/** Round trip of one PING in milliseconds; undefined when the connection is not up or ends first. */
	measurePing(): Promise<number | undefined> {
		return this.state.t === 'ready' ? this.life.pings.measure() : Promise.resolve(undefined);
	}

	/** While requests wait for this connection, it keeps the process alive even without a stream. */
	holdProcess(on: boolean): void {
		if (on === this.held) return;
		this.held = on;
		if (this.state.t === 'connecting') this.opening?.keepAlive(on);
		this.life.review(this.clock.now());
		this.updateKeepAlive();
	}

	/** The time it may be unused has changed. */
	reviewIdle(): void {
		this.deadlines.schedule(this.lastUsedMs + this.options.owner.idleTimeoutMs);
	}

	/** The only place where the state changes; a transition that is not allowed does nothing. */
	private transition(from: ReadonlyArray<ConnectionState['t']>, to: ConnectionState): boolean {
		if (!from.includes(this.state.t)) return false;
		const why = 'why' in to ? `: ${to.why.message}` : '';
		this.options.trace(`${this.options.name} ${this.state.t} -> ${to.t}${why}`);
		this.state = to;
		return true;
	}

	/** Tells the owner, once, that no stream starts here any more. */
	private report(why: TransportError): void {
		if (this.reported) return;
		this.reported = true;
		const { answers, accepted, graceful } = this;
		this.options.owner.onOutOfService(this, { why, answers, accepted, graceful });
	}

	private attach(channel: Channel): void {
		const now = this.clock.now();
		if (!this.transition(['connecting'], { t: 'open' })) return channel.destroy();
		this.opening = undefined;
		this.channel = channel;
		this.openedAtMs = now;
		this.life.began(now);
		channel.listen({
			onData: (chunk) => this.onData(chunk),
			onDrain: () => {
				this.writer.drained();
				this.options.owner.onProgress(this);
			},
			onEnd: () => this.die(this.lost('the server closed the connection')),
			onError: (error) => this.die(transportError(error, this.where)),
			onClose: () => this.die(this.lost('the connection was closed')),
		});
		this.writer.attach(channel);
		this.deadlines.schedule(now + timing.settingsTimeoutMs);
		this.updateKeepAlive();
		this.onceStarted();
		// First what can start, so that the preface and the first request share a record.
		this.options.owner.onProgress(this);
		this.writer.flush();
	}

	private lost(text: string): TransportError {
		return this.state.t === 'draining'
			? this.state.why
			: new TransportError('connectionLost', `${this.where}: ${text}.`);
	}

	private silent(text: string): TransportError {
		return new TransportError('connectionSilent', `${this.where}: ${text}.`);
	}

	private blocked(text: string): TransportError {
		return new TransportError('connectionBlocked', `${this.where}: ${text}.`);
	}

	private onData(chunk: Buffer): void {
		const now = this.clock.now();
		this.life.received(now);
		this.protocol.receive(chunk, now);
		this.reviewSoon();
	}

	/**
	 * Once this turn of the event loop is over: what follows from ended streams, new streams for those that wait, one write
	 * for all. A server may send each frame in a TLS record of its own, and Node calls back once for each.
	 */
	private reviewSoon(): void {
		if (this.reviewScheduled) return;
		this.reviewScheduled = true;
		this.clock.soon(() => {
			try {
				if (this.state.t === 'closed') return;
				this.afterStreams(this.clock.now());
				this.options.owner.onProgress(this);
			} finally {
				// What started meanwhile is part of this write; a fault above must not keep later ones from leaving.
				this.reviewScheduled = false;
			}
			this.writer.flush();
		});
	}

	private onSettings(): void {
		this.capacity.settled();
		if (this.transition(['open'], { t: 'ready' })) this.reviewIdle();
	}

	private onGoaway(errorCode: number, debugData: Buffer): void {
		const error = goawayError(this.where, errorCode, debugData);
		const namesCredential = this.options.owner.onGoaway(this, errorCode, debugData);
		if (this.state.t === 'closed') return;
		this.graceful = errorCode === ErrorCode.NO_ERROR && !namesCredential;
		this.drain(error);
	}

	private hasWindowFor({ body }: LaneRequest): boolean {
		return this.protocol.hasWindowFor(body === undefined ? 0 : body.length);
	}

	/** After streams ended: a drained connection closes, an idle one lets the process go. */
	private afterStreams(nowMs: number): void {
		if (this.state.t === 'draining' && this.protocol.liveStreams === 0) return this.closePolitely(this.state.why);
		this.life.review(nowMs);
		this.updateKeepAlive();
	}

	private closePolitely(why: TransportError): void {
		if (!this.transition(['draining'], { t: 'closed', why })) return;
		// Nobody waits for what is still open.
		this.protocol.endStreams();
		this.protocol.close(ErrorCode.NO_ERROR);
		this.closeChannel(true);
		this.options.owner.onProgress(this);
	}

	/** Lets go of the channel, after the rest of the output and FIN or at once. */
	private closeChannel(politely: boolean): void {
		this.onceStarted();
		this.deadlines.stop();
		this.life.pings.end();
		this.opening?.destroy();
		const channel = politely ? this.writer.end() : undefined;
		if (channel !== undefined) awaitClose(channel, this.clock);
		this.writer.destroy();
		this.channel = undefined;
	}

	/** An idle connection never keeps the process alive; a pending push does. */
	private updateKeepAlive(): void {
		const on = this.held || this.protocol.liveStreams > 0;
		if (on === this.keepsProcess || this.channel === undefined) return;
		this.keepsProcess = on;
		this.channel.keepAlive(on);
		this.deadlines.keepAlive(on);
	}

	private ownDeadlines(): Deadline[] {
		return [
			{
				name: 'first SETTINGS',
				dueMs: () => (this.state.t === 'open' ? this.openedAtMs + timing.settingsTimeoutMs : Infinity),
				onDue: () =>
					this.die(
						new TransportError(
							'settingsTimeout',
							`${this.where}: no SETTINGS within ${timing.settingsTimeoutMs / 1_000} s after TLS.`,
						),
					),
			},
			{
				name: 'end of draining',
				dueMs: () => (this.state.t === 'draining' ? this.drainUntilMs : Infinity),
				onDue: () => {
					if (this.state.t === 'draining') this.die(this.state.why);
				},
			},
			{
				name: 'unused',
				dueMs: () =>
					this.state.t === 'ready' && this.protocol.liveStreams === 0 && !this.held
						? this.lastUsedMs + this.options.owner.idleTimeoutMs
						: Infinity,
				onDue: () =>
					this.drain(new TransportError('replaced', `${this.where}: the connection was unused for too long.`)),
			},
		];
	}
}
