/** One connection's bytes, both ways: latency, partial writes, back-pressure, silence, cuts. Its client end is the product's Channel. */
import type { Channel, ChannelEvents } from '../../nodes/shared/transport/network';
import type { Journal } from './journal';
import type { Loop } from './loop';
import type { Random } from './random';

/** The far end of a link. */
export interface FarEnd {
	onBytes(bytes: Buffer): void;
	/** Bytes the client handed over and that never arrive; the link is over. */
	onLost(bytes: Buffer): void;
	/** The client's FIN. */
	onFin(): void;
	/** The link is over. */
	onGone(): void;
}

export interface LinkOptions {
	readonly id: number;
	/** One way. */
	readonly latencyMs: number;
	/** Bytes on the wire and unread at the far end, at most. */
	readonly windowBytes: number;
	/** How often a write is taken in parts, and what arrives is cut small. */
	readonly choppiness: number;
	/** How much longer than `latencyMs` the way may take, as a share of it. */
	readonly jitter: number;
}

interface Waiting {
	readonly chunk: Buffer;
	at: number;
	readonly taken: () => void;
}

type Incoming = Buffer | { readonly error: Error } | 'fin' | 'close';

/** What Node lets a socket collect before `write` returns false. */
const HIGH_WATER_MARK = 16_384;
/** What one read gives at most. */
const READ_BYTES = 16_384;
/** The kernel gives up on bytes nobody acknowledges after so long. */
const RETRANSMIT_LIMIT_MS = 900_000;
/** What memory holds that belongs to somebody else by now. */
const POISON = 0xdb;

const nobody: FarEnd = {
	onBytes: () => undefined,
	onLost: () => undefined,
	onFin: () => undefined,
	onGone: () => undefined,
};

/** An error as Node makes it. */
export function systemError(code: string, text = code): Error {
	return Object.assign(new Error(text), { code });
}

export class Link {
	far: FarEnd = nobody;
	/** Multiplies latency while a fault slows this link down. */
	slowness = 1;
	private events: ChannelEvents | undefined;
	private readonly queue: Waiting[] = [];
	private queuedBytes = 0;
	private wireBytes = 0;
	private readonly wire: Buffer[] = [];
	private readonly unread: Buffer[] = [];
	private paused = false;
	private corked = 0;
	private transmitting = false;
	private needsDrain = false;
	private lastToFar = 0;
	private lastToNear = 0;
	private readonly incoming: Incoming[] = [];
	private reading = false;
	private nearEnded = false;
	private nearGone = false;
	private farEnded = false;
	private over = false;
	private finDue = false;
	private finSent = false;
	private finUnread = false;
	private farFinSeen = false;
	private closeTold = false;
	private silent = false;
	private kept = false;
	/** Bytes lost behind those on the wire, which may still arrive. */
	private readonly lostAfter: Buffer[] = [];
	private readonly readBuffer = Buffer.allocUnsafeSlow(READ_BYTES);

	constructor(
		readonly options: LinkOptions,
		private readonly loop: Loop,
		private readonly random: Random,
		private readonly journal: Journal,
		/** Counts channels that keep the process alive. */
		private readonly onKept: (change: 1 | -1) => void,
		private readonly onClosed: () => void,
	) {}

	/** True once the client's end is closed or the link is cut. */
	get isOver(): boolean {
		return this.over || this.nearGone;
	}

	// ---- the client's end ----

	listen(events: ChannelEvents): void {
		this.events = events;
		if (this.incoming.length > 0) this.read();
	}

	/** What comes waits for the next listener. */
	unlisten(): void {
		this.events = undefined;
	}

	write(chunk: Buffer, taken: () => void): boolean {
		if (this.nearGone || this.nearEnded) {
			// Node's sockets tell a write after `end` as an error; after `destroy` they swallow it.
			if (!this.nearGone) this.journal.breach('channelUsedWell', 'a write after the channel was ended');
			return false;
		}
		this.queue.push({ chunk, at: 0, taken });
		this.queuedBytes += chunk.length;
		this.transmitSoon();
		if (this.queuedBytes < HIGH_WATER_MARK) return true;
		this.needsDrain = true;
		return false;
	}

	cork(): void {
		this.corked += 1;
	}

	uncork(): void {
		this.corked = Math.max(0, this.corked - 1);
		this.transmitSoon();
	}

	end(): void {
		if (this.nearEnded || this.nearGone) return;
		this.nearEnded = true;
		this.finDue = true;
		this.transmitSoon();
	}

	destroy(): void {
		if (this.nearGone) return;
		this.nearGone = true;
		this.keep(false);
		this.journal.note('close', this.options.id, 1);
		if (!this.over) {
			this.loseQueue();
			// What the kernel took may still arrive; a socket with unread bytes resets and loses it.
			if (this.silent || this.random.chance(0.3)) this.loseWire();
			this.over = true;
			this.farGoneLater();
		}
		this.loop.arrive(0, () => this.tellClose());
	}

	keep(on: boolean): void {
		if (on === this.kept || (on && this.closeTold)) return;
		this.kept = on;
		this.onKept(on ? 1 : -1);
	}

	// ---- the far end ----

	send(bytes: Buffer): void {
		if (this.over || this.farEnded || this.silent) return;
		this.toNear(bytes);
	}

	/** FIN of the far end, behind what it sent. */
	finish(): void {
		if (this.over || this.farEnded) return;
		this.farEnded = true;
		if (!this.silent) this.toNear('fin');
	}

	/** The far end breaks the link: the client meets `error`; what is under way is lost, or arrives before. */
	cut(error: Error, loseUnderWay: boolean): void {
		if (this.over) return;
		this.over = true;
		this.loseQueue();
		this.loseWire();
		if (loseUnderWay) this.incoming.length = 0;
		this.toNear({ error });
		this.loop.arrive(0, () => this.far.onGone());
	}

	/** Nothing arrives any more, either way, and nobody is told: half-open, or forgotten by a NAT. */
	fallSilent(): void {
		if (this.over || this.silent) return;
		this.silent = true;
		this.loseWire();
		this.loop.arrive(RETRANSMIT_LIMIT_MS, () => {
			if (this.over) return;
			this.over = true;
			this.loseQueue();
			this.far.onGone();
			this.incoming.push({ error: systemError('ETIMEDOUT') });
			this.read();
		});
	}

	/** The far end stops reading, or goes on. */
	pause(on: boolean): void {
		if (on === this.paused) return;
		this.paused = on;
		if (on) return;
		for (const bytes of this.unread.splice(0)) this.giveFar(bytes);
		if (this.finUnread) this.far.onFin();
		this.finUnread = false;
		this.transmitSoon();
	}

	// ---- client to far end ----

	private transmitSoon(): void {
		if (this.transmitting || this.corked > 0 || this.nearGone) return;
		if (this.queue.length === 0 && !this.finDue) return;
		this.transmitting = true;
		this.loop.arrive(0.05 + this.random.next() * 0.1, () => {
			this.transmitting = false;
			this.transmit();
		});
	}

	/** Reads what was written: only now, and the memory is nobody's afterwards. */
	private transmit(): void {
		if (this.nearGone) return;
		const pieces: Buffer[] = [];
		const taken: Array<() => void> = [];
		let room = this.options.windowBytes - this.wireBytes;
		let part = Infinity;
		if (this.options.choppiness > 0 && this.random.chance(this.options.choppiness)) part = this.random.int(1, 4_000);
		while (room > 0 || this.queue[0]?.chunk.length === 0) {
			const first = this.queue[0];
			if (first === undefined) break;
			const bytes = Math.min(room, part, first.chunk.length - first.at);
			if (bytes > 0) {
				const end = first.at + bytes;
				pieces.push(Buffer.from(first.chunk.subarray(first.at, end)));
				first.chunk.fill(POISON, first.at, end);
				first.at = end;
				room -= bytes;
				part -= bytes;
				this.wireBytes += bytes;
				this.queuedBytes -= bytes;
			}
			if (first.at < first.chunk.length) break;
			this.queue.shift();
			taken.push(first.taken);
		}
		if (pieces.length > 0) this.carry(pieces.length === 1 ? (pieces[0] ?? Buffer.alloc(0)) : Buffer.concat(pieces));
		if (this.queue.length === 0 && this.finDue) {
			this.finDue = false;
			this.finSent = true;
			if (!this.silent && !this.over) this.afterLatency('far', () => this.giveFin());
			this.closeIfBothEnded();
		} else if (room > 0) this.transmitSoon();
		for (const tell of taken) tell();
		if (this.needsDrain && this.queuedBytes === 0 && !this.isOver) {
			this.needsDrain = false;
			this.events?.onDrain();
		}
	}

	private carry(bytes: Buffer): void {
		this.journal.note('bytesOut', this.options.id, bytes.length);
		if (this.silent || this.over) return this.far.onLost(bytes);
		this.wire.push(bytes);
		this.afterLatency('far', () => {
			if (this.wire[0] !== bytes) return;
			this.wire.shift();
			if (this.paused) this.unread.push(bytes);
			else this.giveFar(bytes);
		});
	}

	/** The FIN stands behind what has not been read. */
	private giveFin(): void {
		if (this.paused && !this.over) this.finUnread = true;
		else this.far.onFin();
	}

	private giveFar(bytes: Buffer): void {
		const wasFull = this.wireBytes >= this.options.windowBytes;
		this.wireBytes -= bytes.length;
		this.far.onBytes(bytes);
		if (wasFull) this.transmitSoon();
	}

	private afterLatency(to: 'far' | 'near', callback: () => void): void {
		const wanted =
			this.loop.now() + this.options.latencyMs * this.slowness * (1 + this.random.next() * this.options.jitter);
		const last = to === 'far' ? this.lastToFar : this.lastToNear;
		const at = Math.max(wanted, last);
		if (to === 'far') this.lastToFar = at;
		else this.lastToNear = at;
		this.loop.arriveAt(at, callback);
	}

	private loseQueue(): void {
		for (const { chunk, at } of this.queue.splice(0))
			if (at < chunk.length) this.lostAfter.push(Buffer.from(chunk.subarray(at)));
		this.queuedBytes = 0;
		this.finDue = false;
	}

	private loseWire(): void {
		for (const bytes of this.unread.splice(0)) this.far.onLost(bytes);
		for (const bytes of this.wire.splice(0)) this.far.onLost(bytes);
		for (const bytes of this.lostAfter.splice(0)) this.far.onLost(bytes);
	}

	private farGoneLater(): void {
		this.afterLatency('far', () => {
			this.loseWire();
			this.far.onGone();
		});
	}

	// ---- far end to client ----

	private toNear(what: Incoming): void {
		this.afterLatency('near', () => {
			if (this.nearGone || this.closeTold) return;
			if (this.silent && !(typeof what === 'object' && 'error' in what)) return;
			this.incoming.push(what);
			this.read();
		});
	}

	private read(): void {
		if (this.reading || this.events === undefined || this.incoming.length === 0) return;
		this.reading = true;
		this.loop.arrive(0, () => {
			this.reading = false;
			this.readOne();
			this.read();
		});
	}

	private readOne(): void {
		const { events } = this;
		const first = this.incoming.shift();
		if (events === undefined || first === undefined || this.nearGone) return;
		if (Buffer.isBuffer(first)) {
			let bytes = Math.min(first.length, READ_BYTES);
			const { choppiness } = this.options;
			if (choppiness > 0 && this.random.chance(choppiness)) bytes = Math.min(bytes, this.random.int(1, 40));
			if (bytes < first.length) this.incoming.unshift(first.subarray(bytes));
			first.copy(this.readBuffer, 0, 0, bytes);
			this.journal.note('bytesIn', this.options.id, bytes);
			events.onData(this.readBuffer.subarray(0, bytes));
			this.readBuffer.fill(POISON, 0, bytes);
		} else if (first === 'fin') {
			this.journal.note('close', this.options.id, 2);
			this.farFinSeen = true;
			events.onEnd();
			this.closeIfBothEnded();
		} else if (first === 'close') {
			this.over = true;
			this.nearGone = true;
			this.tellClose();
		} else {
			this.journal.note('close', this.options.id, 3, first.error.message);
			this.incoming.length = 0;
			// What was written after the end, and what had no room before it, goes nowhere.
			this.loseQueue();
			this.loseWire();
			events.onError(first.error);
			this.nearGone = true;
			this.loop.arrive(0, () => this.tellClose());
		}
	}

	private closeIfBothEnded(): void {
		if (!this.finSent || !this.farFinSeen || this.nearGone) return;
		this.incoming.push('close');
		this.read();
	}

	private tellClose(): void {
		if (this.closeTold) return;
		this.closeTold = true;
		this.keep(false);
		this.incoming.length = 0;
		this.onClosed();
		this.events?.onClose();
	}
}

/** A link's client end. Another one takes the link over when TLS begins inside it. */
export function channelOn(link: Link, alpnProtocol: string | undefined): Channel {
	return {
		alpnProtocol,
		listen: (events) => link.listen(events),
		write: (chunk, taken) => link.write(chunk, taken),
		cork: () => link.cork(),
		uncork: () => link.uncork(),
		end: () => link.end(),
		destroy: () => link.destroy(),
		keepAlive: (on) => link.keep(on),
	};
}
