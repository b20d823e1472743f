/** What a connection has shown lately: whether it has had room, and whether it answers at all. */
import type { ConnectionRecord, Journal } from '../journal';

/** The client opens no stream on a connection that has answered none for 10 s; this leaves time for the way there. */
const WEDGED_AFTER_MS = 12_000;
/** The process stood still so recently that it may not know yet. */
const STALL_MS = 30_000;
/** Nothing was heard for so long: the client asks first. */
const QUIET_MS = 40_000;

export class Watch {
	/** When bytes of the client came last. */
	private heardAt: number;
	/** When a stream last began or ended, or a limit changed. */
	private changedAt: number;
	/** Since when streams are open without a gap. */
	private busySince = Infinity;
	/** When the last final status went out. */
	private answeredAt = -Infinity;

	constructor(
		private readonly record: ConnectionRecord,
		private readonly journal: Journal,
		private readonly now: () => number,
	) {
		this.heardAt = this.changedAt = now();
	}

	heard(): void {
		this.heardAt = this.now();
	}

	/** Streams, limits or windows are not what they were. */
	changed(): void {
		this.changedAt = this.now();
	}

	answered(): void {
		this.answeredAt = this.now();
	}

	/** A stream ended, and so many are left. */
	ended(open: number): void {
		this.changed();
		if (open === 0) this.busySince = Infinity;
	}

	/** A stream opens beside so many others. */
	opens(streamId: number, others: number): void {
		const now = this.now();
		this.changed();
		if (others === 0) {
			this.busySince = now;
			return;
		}
		const since = Math.max(this.busySince, this.answeredAt);
		const { troubles } = this.record;
		if (now - since < WEDGED_AFTER_MS || troubles.has('slow') || troubles.has('silence')) return;
		if (this.journal.stalls.some(({ atMs, forMs }) => atMs + forMs > now - STALL_MS)) return;
		this.journal.breach(
			'leavesWedgedAlone',
			`stream ${streamId} on connection ${this.record.id}, which has answered nothing for ${Math.round(now - since)} ms`,
		);
	}

	/** Nothing has changed since then, nothing was ever wrong, and the client was heard. */
	isSteadySince(sinceMs: number): boolean {
		const { record } = this;
		return (
			record.troubles.size === 0 &&
			record.provedAt < sinceMs &&
			this.heardAt > this.now() - QUIET_MS &&
			this.changedAt < sinceMs
		);
	}
}
