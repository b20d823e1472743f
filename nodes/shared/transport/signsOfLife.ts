/** Liveness of a connection: silent, wedged and blocked connections, each detected by a deadline. */
import type { Clock } from './clock';
import type { Deadline } from './dueTimer';
import { Pings } from './pings';
import { timing } from './timing';

/** What liveness checks read from a connection, and what they make it do. */
export interface LivenessHost {
	/** Streams in the table, given-up ones included. */
	openStreams(): number;
	/** Streams with a caller that waits. */
	liveStreams(): number;
	/** New streams are allowed as far as the state goes. */
	isReady(): boolean;
	isClosed(): boolean;
	/** Requests wait in the lane. */
	isWanted(): boolean;
	sendPing(payload: Buffer, written: () => void): void;
	schedule(dueMs: number): void;
	/** No byte came in time after a PING. */
	onSilent(): void;
	/** Streams are open, none is answered. */
	onWedged(): void;
	/** PINGs are acknowledged, nothing is in flight, and yet no request can start. */
	onBlocked(): void;
}

export class SignsOfLife {
	readonly pings: Pings;
	lastReceivedMs = 0;
	private lastAnswerMs = -Infinity;
	/** Since when streams are open without a gap. */
	private busySinceMs = Infinity;
	/** Since when requests wait while nothing is in flight. */
	private blockedSinceMs = Infinity;
	/** The PING that asks whether a blocked connection lives has been sent. */
	private blockedProbed = false;

	constructor(
		clock: Clock,
		private readonly host: LivenessHost,
	) {
		this.pings = new Pings({
			clock,
			send: (payload, written) => host.sendPing(payload, written),
			schedule: (dueMs) => host.schedule(dueMs),
		});
	}

	/** TLS is done. */
	began(nowMs: number): void {
		this.lastReceivedMs = nowMs;
	}

	/** Bytes arrived, whatever they mean. */
	received(nowMs: number): void {
		this.lastReceivedMs = nowMs;
		this.pings.heard();
	}

	/** A stream was opened; `isOnly`: no other is open. */
	streamOpened(nowMs: number, isOnly: boolean): void {
		if (isOnly) this.busySinceMs = nowMs;
		this.blockedSinceMs = Infinity;
		if (isOnly)
			this.host.schedule(Math.min(nowMs + timing.wedgedAfterMs, this.lastReceivedMs + timing.pingWhileBusyMs));
	}

	/** A final status came, for a given-up stream too. */
	answered(): void {
		this.lastAnswerMs = this.lastReceivedMs;
	}

	/** Streams, the state or the queue changed: whether the connection is blocked is decided again. */
	review(nowMs: number): void {
		const blocked = this.host.isReady() && this.host.isWanted() && this.host.liveStreams() === 0;
		if (!blocked) {
			this.blockedSinceMs = Infinity;
		} else if (this.blockedSinceMs === Infinity) {
			this.blockedSinceMs = nowMs;
			this.blockedProbed = false;
			this.host.schedule(nowMs + timing.blockedAfterMs);
		}
	}

	/** Whether a PING must be answered before the connection is used again. Starts the PING that all callers share. */
	mustProbeFirst(nowMs: number): boolean {
		if (this.host.liveStreams() > 0 || nowMs - this.lastReceivedMs < timing.probeAfterSilenceMs) return false;
		this.probe();
		return true;
	}

	/** Everything that can become due, by name. */
	deadlines(): Deadline[] {
		const { host, pings } = this;
		const unlessClosed = (dueMs: () => number) => () => (host.isClosed() ? Infinity : dueMs());
		return [
			{ name: 'no byte after a PING', dueMs: unlessClosed(() => pings.overdueMs), onDue: () => host.onSilent() },
			{
				name: 'silence while streams are open',
				dueMs: unlessClosed(() =>
					host.liveStreams() > 0 && !pings.probing ? this.lastReceivedMs + timing.pingWhileBusyMs : Infinity,
				),
				onDue: () => this.probe(),
			},
			{
				name: 'no stream is answered',
				dueMs: unlessClosed(() =>
					host.openStreams() > 0 && host.isReady()
						? Math.max(this.lastAnswerMs, this.busySinceMs) + timing.wedgedAfterMs
						: Infinity,
				),
				onDue: () => host.onWedged(),
			},
			{
				name: 'requests wait while nothing is in flight',
				dueMs: unlessClosed(() => this.blockedSinceMs + timing.blockedAfterMs * (this.blockedProbed ? 2 : 1)),
				onDue: () => this.onStillBlocked(),
			},
		];
	}

	private onStillBlocked(): void {
		if (this.blockedProbed) {
			this.blockedSinceMs = Infinity;
			return this.host.onBlocked();
		}
		this.blockedProbed = true;
		this.probe();
	}

	private probe(): void {
		if (!this.pings.probing) this.pings.startProbe();
	}
}
