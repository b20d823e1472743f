/** Results of the last runs of this process, and the event loop delay during them: figures for monitoring. */
import type { Clock, Timer } from '../../transport/clock';

/** One finished call of a node. */
export interface RunFigures {
	/** When it ended, on the clock of the process. */
	readonly endedMs: number;
	readonly lastedMs: number;
	/** The longest time in which this process could do nothing else, whoever held it: other workflows waited as long. */
	readonly longestLoopDelayMs: number;
	/** Requests with an outcome, and how many of them need attention. */
	readonly requests: number;
	readonly notSent: number;
	readonly unknown: number;
}

export type RunCounts = Pick<RunFigures, 'requests' | 'notSent' | 'unknown'>;

/** Enough to see whether the last one was an exception; few enough to read. */
const KEPT = 10;
/** How often the delay is measured. Blocks shorter than this do no harm to other workflows. */
const PROBE_MS = 10;

interface Underway {
	readonly begunMs: number;
	longestMs: number;
}

/** Watches the event loop while runs are under way, and only then: one timer for all of them. */
export class LastRuns {
	private readonly underway = new Set<Underway>();
	private readonly ended: RunFigures[] = [];
	private timer: Timer | undefined;
	private dueMs = 0;

	constructor(private readonly clock: Pick<Clock, 'now' | 'after'>) {}

	/** The last runs, newest first; `nowMs` tells how long ago they were. */
	list(): { readonly nowMs: number; readonly runs: readonly RunFigures[] } {
		return { nowMs: this.clock.now(), runs: [...this.ended].reverse() };
	}

	/** Begins a run; the function it returns ends it, once. */
	begin(): (counts: RunCounts) => void {
		const run: Underway = { begunMs: this.clock.now(), longestMs: 0 };
		// The probe restarts: a delay from before this run counts only for the runs that were under way.
		this.note();
		this.timer?.cancel();
		this.underway.add(run);
		this.probe();
		return (counts) => {
			this.note();
			if (!this.underway.delete(run)) return;
			const endedMs = this.clock.now();
			this.ended.push({ endedMs, lastedMs: endedMs - run.begunMs, longestLoopDelayMs: run.longestMs, ...counts });
			if (this.ended.length > KEPT) this.ended.shift();
			if (this.underway.size > 0) return;
			this.timer?.cancel();
			this.timer = undefined;
		};
	}

	private probe(): void {
		this.dueMs = this.clock.now() + PROBE_MS;
		this.timer = this.clock.after(PROBE_MS, () => {
			this.note();
			this.probe();
		});
	}

	/** How late the probe is by now, for every run under way. */
	private note(): void {
		const lateMs = this.clock.now() - this.dueMs;
		for (const run of this.underway) if (lateMs > run.longestMs) run.longestMs = lateMs;
	}
}
