/** Work in short slices, so that n8n's event loop serves the other workflows of the process in between. */
import type { Clock } from '../../transport/clock';

/** Longest slice, milliseconds. Together with one item, one socket read and its answers it stays under ten. */
const SLICE_MS = 2;

export class Slices {
	private startedMs: number;

	constructor(private readonly clock: Pick<Clock, 'now' | 'soon'>) {
		this.startedMs = clock.now();
	}

	/** Whether the current slice is used up. */
	get isOver(): boolean {
		return this.clock.now() - this.startedMs >= SLICE_MS;
	}

	/** Yields to everything else, sockets included, and begins the next slice. */
	async next(): Promise<void> {
		await new Promise<void>((resolve) => this.clock.soon(resolve));
		this.startedMs = this.clock.now();
	}
}
