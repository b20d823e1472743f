/** Requests that one signal stops: one listener for all of them, any of them leaves in constant time, and many are stopped in slices. */
import type { Clock } from '../transport/clock';
import type { TransportError } from '../transport/errors';
import { timing } from '../transport/timing';

/** A request as its group sees it; the links belong to the group. */
export interface Stoppable {
	groupBefore: Stoppable | undefined;
	groupBehind: Stoppable | undefined;
	group: StopGroup | undefined;
	/** Settles it at once. */
	stop(error: TransportError): void;
}

export class StopGroup {
	private first: Stoppable | undefined;

	constructor(
		private readonly signal: AbortSignal | undefined,
		private readonly error: () => TransportError,
		private readonly clock: Pick<Clock, 'soon'>,
	) {}

	/** The signal stops this request from now on; one that has fired already does not, so look at it before. */
	add(member: Stoppable): void {
		// Only while somebody can be stopped: a signal may live for the whole execution.
		if (this.first === undefined) this.signal?.addEventListener('abort', this.onAbort);
		member.group = this;
		member.groupBefore = undefined;
		member.groupBehind = this.first;
		if (this.first !== undefined) this.first.groupBefore = member;
		this.first = member;
	}

	/** The request is settled. The last one to leave takes the listener off the signal. */
	remove(member: Stoppable): void {
		if (member.group !== this) return;
		if (member.groupBefore === undefined) this.first = member.groupBehind;
		else member.groupBefore.groupBehind = member.groupBehind;
		if (member.groupBehind !== undefined) member.groupBehind.groupBefore = member.groupBefore;
		member.group = undefined;
		member.groupBefore = undefined;
		member.groupBehind = undefined;
		if (this.first === undefined) this.signal?.removeEventListener('abort', this.onAbort);
	}

	private readonly onAbort = (): void => {
		// One error for all: its stack trace costs more than a stop.
		this.stopInSlices(this.error());
	};

	/**
	 * Stops all members, in slices: the rest of the process gets its turns between them. Meanwhile none of them leaves any
	 * more, since each one sees the signal itself; one that is answered leaves the group, with what it came to.
	 */
	private stopInSlices(error: TransportError): void {
		for (let stopped = 0; this.first !== undefined; stopped += 1) {
			if (stopped === timing.settleSlice) return this.clock.soon(() => this.stopInSlices(error));
			const member = this.first;
			this.remove(member);
			member.stop(error);
		}
	}
}
