/** Requests that one signal stops: one listener for all of them, and any of them leaves in constant time. */
import type { TransportError } from '../transport/errors';

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
	) {}

	add(member: Stoppable): void {
		// Only while somebody can be stopped: a signal may live for the whole execution.
		if (this.first === undefined) this.signal?.addEventListener('abort', this.onAbort, { once: true });
		member.group = this;
		member.groupBefore = undefined;
		member.groupBehind = this.first;
		if (this.first !== undefined) this.first.groupBefore = member;
		this.first = member;
	}

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
		// One error for all: its stack trace costs more than a stop. Each one that is stopped leaves the group.
		const error = this.error();
		for (let member = this.first; member !== undefined; member = this.first) {
			this.remove(member);
			member.stop(error);
		}
	};
}
