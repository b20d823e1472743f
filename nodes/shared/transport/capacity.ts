/** How many streams one connection may carry now: the server's SETTINGS, what it refused, the proof of the provider token, and each caller's own maximum. */
import type { PeerSettings } from '../http2/peerSettings';
import type { Caller, LaneRequest, Mark } from './request';
import { timing } from './timing';

export class Capacity {
	/** True once the server allowed more than one stream: the lane adds connections only then. */
	roseAboveOne = false;
	/** What the server showed by refusing; Infinity while it refused nothing. */
	private shown = Infinity;
	/** After refusals that left nothing in flight, nothing is opened until then; Infinity without such a hold. */
	holdEndsMs = Infinity;
	/** The limit of the last SETTINGS; 0 before the first. */
	private announced = 0;
	/** The mark that an answer has proven; with `needsProof` false any mark will do. */
	private provenMark: Mark;
	/** A stream with a mark that is not proven is open: the only one. */
	private trial: { readonly mark: Mark } | undefined;
	private readonly inFlight = new Map<Caller, number>();

	constructor(
		private readonly peer: Readonly<PeerSettings>,
		/** Token connections: one stream until a token was accepted, and again for each new token (Apple). */
		private readonly needsProof: boolean,
	) {}

	/** Streams the connection may have open; Infinity where the server names no number. */
	get limit(): number {
		return Math.min(this.peer.maxConcurrentStreams ?? Infinity, this.shown);
	}

	/** Whether any request could get one more stream beside `open` others. */
	hasRoom(open: number): boolean {
		return open < this.limit && this.holdEndsMs === Infinity;
	}

	/** Whether this request could, as far as its caller and its mark are concerned. */
	allows(request: LaneRequest, mark: Mark): boolean {
		return (
			(this.inFlight.get(request.caller) ?? 0) < request.caller.maxInFlight &&
			(this.isProven(mark) || this.trial === undefined)
		);
	}

	/** Whether the number of streams holds requests of this caller back, so that another connection would help. Not while the server refuses: it has enough. */
	isFull(caller: Caller, open: number): boolean {
		if (this.limit <= 1 || this.shown !== Infinity) return false;
		return open >= this.limit || (this.inFlight.get(caller) ?? 0) >= caller.maxInFlight;
	}

	/** Refused streams may be tried again. */
	endHold(): void {
		this.holdEndsMs = Infinity;
	}

	/** A stream was opened. */
	opened(caller: Caller, mark: Mark): void {
		this.inFlight.set(caller, (this.inFlight.get(caller) ?? 0) + 1);
		if (!this.isProven(mark)) this.trial = { mark };
	}

	/** A caller's request has no stream any more, or gave it up. */
	released(caller: Caller): void {
		const left = (this.inFlight.get(caller) ?? 1) - 1;
		if (left <= 0) this.inFlight.delete(caller);
		else this.inFlight.set(caller, left);
	}

	/** A stream is gone from the connection; `proves`: its answer shows that its mark was accepted. */
	ended(mark: Mark, proves: boolean): void {
		if (this.trial === undefined || this.trial.mark !== mark) return;
		this.trial = undefined;
		if (proves) this.provenMark = mark;
	}

	/** An answer came: a server that refused may take one more. */
	answered(): void {
		this.endHold();
		this.shown += 1;
		if (this.shown >= (this.peer.maxConcurrentStreams ?? Infinity)) this.shown = Infinity;
	}

	/** A stream was refused and `survivors` remain: more than those the server does not take now. */
	refused(survivors: number, nowMs: number): void {
		this.shown = Math.max(1, survivors);
		if (survivors === 0) this.holdEndsMs = nowMs + timing.refusedHoldMs;
	}

	/** SETTINGS came; a raised limit tells more than earlier refusals. */
	settled(): void {
		const limit = this.peer.maxConcurrentStreams ?? Infinity;
		if (limit > this.announced) this.shown = Infinity;
		this.announced = limit;
		this.endHold();
		if (limit > 1) this.roseAboveOne = true;
	}

	/** True once an answer showed that the marks of new streams are accepted. */
	get isProvenAtAll(): boolean {
		return !this.needsProof || this.provenMark !== undefined;
	}

	private isProven(mark: Mark): boolean {
		return !this.needsProof || mark === this.provenMark;
	}
}
