/** Progress of long runs: in n8n's log every five seconds, and in the browser console in manual runs. Nothing depends on it. */
import type { IExecuteFunctions } from 'n8n-workflow';
import type { Clock, Timer } from '../../transport/clock';
import type { Totals } from './totals';
import { counted, figure, type Noun, plural, sentence } from './words';

/** Time to the first report, and between reports. */
const EVERY_MS = 5_000;

export interface ProgressSource {
	readonly totals: Totals;
	readonly noun: Noun;
	/** How much of the input has been read, 0 to 1. */
	fractionRead(): number;
}

function seconds(ms: number): string {
	return counted(Math.max(1, Math.round(ms / 1_000)), { one: 'second', many: 'seconds' });
}

export class Progress {
	private readonly startedMs: number;
	private timer: Timer;

	constructor(
		private readonly context: IExecuteFunctions,
		private readonly source: ProgressSource,
		private readonly clock: Clock,
	) {
		this.startedMs = clock.now();
		this.timer = this.schedule();
	}

	/** Ends the reports. */
	stop(): void {
		this.timer.cancel();
	}

	/** How a long run went, in one sentence; undefined for a short one. */
	summary(): string | undefined {
		const elapsedMs = this.elapsedMs;
		if (elapsedMs < EVERY_MS) return undefined;
		const { totals, noun } = this.source;
		const { total, accepted, rejected, unknown, invalid, notSent } = totals;
		const left = invalid + notSent;
		const parts = [
			`${figure(accepted)} accepted`,
			...(rejected > 0 ? [`${figure(rejected)} rejected`] : []),
			...(unknown > 0 ? [`${figure(unknown)} unanswered`] : []),
			...(left > 0 ? [`${figure(left)} not sent`] : []),
		];
		return sentence(
			`This run took ${seconds(elapsedMs)} for ${counted(total, noun)} (${figure(this.perSecond)} a second): ${parts.join(', ')}`,
		);
	}

	/** For the log, when the execution was stopped: n8n saves the run before the node returns. */
	logStop(): void {
		const { totals, noun } = this.source;
		const { accepted, rejected, unknown, invalid, notSent } = totals;
		this.tell(
			'warn',
			`stopped: ${counted(accepted + rejected, noun)} ${plural(accepted + rejected, 'was', 'were')} sent and answered (${figure(rejected)} rejected), ${figure(unknown)} may or may not have arrived, ${figure(invalid + notSent)} ${plural(invalid + notSent, 'was', 'were')} not sent`,
		);
	}

	private get elapsedMs(): number {
		return this.clock.now() - this.startedMs;
	}

	private get perSecond(): number {
		const { accepted, rejected, unknown } = this.source.totals;
		return ((accepted + rejected + unknown) * 1_000) / Math.max(1, this.elapsedMs);
	}

	private schedule(): Timer {
		return this.clock.after(EVERY_MS, () => {
			this.report();
			this.timer = this.schedule();
		});
	}

	private report(): void {
		const { totals, noun } = this.source;
		const { accepted, rejected, unknown } = totals;
		const read = this.source.fractionRead();
		const left = read > 0 && read < 1 ? `, about ${seconds((this.elapsedMs * (1 - read)) / read)} left` : '';
		this.tell(
			'info',
			`${counted(accepted + rejected + unknown, noun)} sent, ${figure(rejected)} rejected, ${figure(this.perSecond)} a second${left}`,
		);
	}

	private tell(level: 'info' | 'warn', what: string): void {
		try {
			const { name } = this.context.getNode();
			const { id, name: workflow } = this.context.getWorkflow();
			const executionId = this.context.getExecutionId();
			// n8n's default log format prints the message alone, without what stands beside it.
			const where = `workflow ${workflow === undefined ? String(id) : `"${workflow}"`}, execution ${executionId}`;
			const about = { nodeName: name, workflowId: id, workflowName: workflow, executionId };
			this.context.logger[level](`${name} (${where}): ${what}`, about);
			if (this.context.getMode() === 'manual') this.context.sendMessageToUI(`${name}: ${what}`);
		} catch {
			// A log that cannot be written stops no push.
		}
	}
}
