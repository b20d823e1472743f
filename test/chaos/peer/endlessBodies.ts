/** Answers without an end: a good head, and then DATA as long as the client gives credit for it. */
import { dataFrame } from '../../wire/frames';
import type { Loop } from '../loop';
import { DEFAULT_WINDOW } from './announced';
import type { FrameWriter } from './wire';

const PIECE = Buffer.alloc(16_000, 'endless ');
const EVERY_MS = 20;
/** At most so many on one connection: each is a megabyte. */
const MOST = 20;
/** The client has seen enough of it by then. */
const MOST_PIECES = 200;
/** Left in the connection's window for ordinary answers. */
const RESERVE = 32_768;

export class EndlessBodies {
	/** Credit of the connection, and of each stream beside the initial one. */
	private left = DEFAULT_WINDOW;
	private initial = DEFAULT_WINDOW;
	private readonly streams = new Map<number, number>();
	private readonly pieces = new Map<number, number>();
	private begun = 0;

	constructor(
		private readonly loop: Pick<Loop, 'arrive'>,
		private readonly out: FrameWriter,
		private readonly flush: () => void,
		private readonly isGone: () => boolean,
	) {}

	/** Whether one more may begin. */
	get mayBegin(): boolean {
		return this.begun < MOST;
	}

	/** True once there was one: what the client does about it is no fault of its own. */
	get any(): boolean {
		return this.begun > 0;
	}

	/** The head of this answer is on its way; its body follows, and never ends. */
	begin(streamId: number): void {
		this.begun += 1;
		this.streams.set(streamId, this.initial);
		if (this.streams.size === 1) this.loop.arrive(EVERY_MS, () => this.goOn());
	}

	/** The client's SETTINGS. */
	settled(initialWindow: number): void {
		for (const [id, left] of this.streams) this.streams.set(id, left + initialWindow - this.initial);
		this.initial = initialWindow;
	}

	/** WINDOW_UPDATE. */
	credit(streamId: number, increment: number): void {
		if (streamId === 0) this.left += increment;
		const left = this.streams.get(streamId);
		if (left !== undefined) this.streams.set(streamId, left + increment);
	}

	/** The client reset it. */
	end(streamId: number): void {
		this.streams.delete(streamId);
	}

	private goOn(): void {
		if (this.isGone() || this.streams.size === 0) return;
		for (const [id, left] of this.streams) {
			const pieces = this.pieces.get(id) ?? 0;
			if (left < PIECE.length || this.left < PIECE.length + RESERVE || pieces >= MOST_PIECES) continue;
			this.pieces.set(id, pieces + 1);
			this.streams.set(id, left - PIECE.length);
			this.left -= PIECE.length;
			this.out.raw(dataFrame(id, PIECE, false));
		}
		this.flush();
		this.loop.arrive(EVERY_MS, () => this.goOn());
	}
}
