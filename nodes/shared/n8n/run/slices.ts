/** Own work in short pieces: n8n's main loop serves every other workflow of the process meanwhile. */
import type { Clock } from '../../transport/clock';

/** Longest piece, milliseconds. Together with one item, one socket read and its answers it stays under ten. */
const SLICE_MS = 2;

export class Slices {
	private startedMs: number;

	constructor(private readonly clock: Pick<Clock, 'now' | 'soon'>) {
		this.startedMs = clock.now();
	}

	/** Whether the present piece has lasted long enough. */
	get isOver(): boolean {
		return this.clock.now() - this.startedMs >= SLICE_MS;
	}

	/** Lets everybody else in, sockets included, and begins the next piece. */
	async next(): Promise<void> {
		await new Promise<void>((resolve) => this.clock.soon(resolve));
		this.startedMs = this.clock.now();
	}
}
