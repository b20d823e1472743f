/** The pause of one identity at one endpoint after its credential was refused (Apple: close all connections, fix the problem, then open new ones). */
import { Backoff } from './backoff';
import type { TransportError } from './errors';
import { timing } from './timing';

/** A lane of the identity at the endpoint, as far as the pause concerns it. */
export interface PausedMember {
	/** Its connections drain, and what waits is not sent. */
	onCredentialRefused(error: TransportError): void;
}

export class IdentityPause {
	private readonly backoff: Backoff;
	private readonly members = new Set<PausedMember>();
	private error: TransportError | undefined;

	constructor(random: () => number) {
		this.backoff = new Backoff({ firstDelayMs: timing.firstPauseMs, longestDelayMs: timing.longestPauseMs, random });
	}

	/** The credential was refused: all lanes stop, superseded ones too. Refusals during a pause are the same refusal. */
	stop(error: TransportError, nowMs: number): void {
		this.backoff.fail(nowMs, error);
		this.error = error;
		for (const member of [...this.members]) member.onCredentialRefused(error);
	}

	/** Why a request is not sent now; undefined when it may be. */
	refusal(nowMs: number): TransportError | undefined {
		return nowMs < this.backoff.notBeforeMs ? this.error : undefined;
	}

	/** How long the pause lasts, milliseconds; 0 when there is none. */
	leftMs(nowMs: number): number {
		return Math.max(0, this.backoff.notBeforeMs - nowMs);
	}

	/** True while a refusal is remembered that a proof would forgive. */
	get isMarked(): boolean {
		return this.error !== undefined;
	}

	/** The credential was accepted. */
	forgive(): void {
		this.backoff.succeed();
		this.error = undefined;
	}

	/** This lane stops with the identity from now on. */
	join(member: PausedMember): void {
		this.members.add(member);
	}

	/** The lane is closed. */
	leave(member: PausedMember): void {
		this.members.delete(member);
	}

	/** Until when it must be remembered, in the clock's milliseconds. */
	get busyUntilMs(): number {
		return this.backoff.busyUntilMs;
	}

	/** True while a lane has it. */
	get inUse(): boolean {
		return this.members.size > 0;
	}
}
