/** PINGs of one connection: the probe that asks whether the peer still lives, and round trips measured for reports. */
import type { Clock } from './clock';
import { timing } from './timing';

export interface PingsOptions {
	readonly clock: Clock;
	/** Sends a PING with these eight octets; `written` is called once the socket has taken it. */
	send(payload: Buffer, written: () => void): void;
	/** Something is due at this time. */
	schedule(dueMs: number): void;
}

interface Probe {
	readonly startedAtMs: number;
	writtenAtMs: number | undefined;
}

export class Pings {
	private probe: Probe | undefined;
	private counter = 0;
	private readonly waiting = new Map<number, (roundTripMs: number | undefined) => void>();

	constructor(private readonly options: PingsOptions) {}

	/** True from a probe's start until any byte comes. */
	get probing(): boolean {
		return this.probe !== undefined;
	}

	/** Asks whether the peer lives; `overdueMs` tells when it is to be given up. */
	startProbe(): void {
		const { clock, schedule } = this.options;
		const probe: Probe = { startedAtMs: clock.now(), writtenAtMs: undefined };
		this.probe = probe;
		this.options.send(this.nextPayload(), () => {
			probe.writtenAtMs = clock.now();
			schedule(probe.writtenAtMs + timing.pingTimeoutMs);
		});
		schedule(probe.startedAtMs + timing.pingWriteTimeoutMs);
	}

	/** Any byte is a sign of life, whether it is the acknowledgement or not. */
	heard(): void {
		this.probe = undefined;
	}

	/** When the peer is to be given up; Infinity without a probe. Ask only after waiting bytes have been read. */
	get overdueMs(): number {
		const { probe } = this;
		if (probe === undefined) return Infinity;
		return probe.writtenAtMs === undefined
			? probe.startedAtMs + timing.pingWriteTimeoutMs
			: probe.writtenAtMs + timing.pingTimeoutMs;
	}

	/** Round trip of one PING in milliseconds; undefined when no acknowledgement comes in time or the connection ends first. */
	measure(): Promise<number | undefined> {
		const { clock } = this.options;
		return new Promise((resolve) => {
			const sentAtMs = clock.now();
			const payload = this.nextPayload();
			const number = payload.readUInt32BE(4);
			const timer = clock.after(timing.pingTimeoutMs, () => this.settle(number, undefined));
			timer.keepAlive(true);
			this.waiting.set(number, (at) => {
				timer.cancel();
				resolve(at === undefined ? undefined : at - sentAtMs);
			});
			this.options.send(payload, () => undefined);
		});
	}

	/** A PING's acknowledgement came. */
	acknowledged(payload: Buffer): void {
		this.settle(payload.readUInt32BE(4), this.options.clock.now());
	}

	/** The connection is over: nothing will be acknowledged. */
	end(): void {
		this.probe = undefined;
		for (const number of [...this.waiting.keys()]) this.settle(number, undefined);
	}

	private settle(number: number, atMs: number | undefined): void {
		const answered = this.waiting.get(number);
		this.waiting.delete(number);
		answered?.(atMs);
	}

	private nextPayload(): Buffer {
		const payload = Buffer.alloc(8);
		this.counter = (this.counter + 1) >>> 0;
		payload.writeUInt32BE(this.counter, 4);
		return payload;
	}
}
