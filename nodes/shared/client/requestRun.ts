/** One request and all its attempts: waits for token, lane and delays, and ends in exactly one outcome. */
import type { HeaderField } from '../http2/hpack/hpack';
import type { Outcome, Repeat } from '../outcome';
import type { Clock, Timer } from '../transport/clock';
import { TransportError } from '../transport/errors';
import type { Lane } from '../transport/lane';
import { type Attempt, type Caller, LaneRequest, type Mark } from '../transport/request';
import { acceptedOutcome, type Ended } from './answer';
import { defaults } from './defaults';
import { afterAttempt, newHistory, type ReplayActions, type ReplayHistory, type ReplayRules } from './replay';
import type { Stoppable, StopGroup } from './stopGroup';

export interface RequestOptions extends ReplayRules {
	/** From getting a stream to the answer, milliseconds. Default 30,000. */
	readonly timeoutMs?: number;
	/** Waiting for streams, milliseconds, over all attempts. Default 300,000. Where it is given, it also bounds waiting after 429 and 5xx. */
	readonly queueTimeoutMs?: number;
	/** Settles the request as `not sent` or `unknown` when it fires. */
	readonly signal?: AbortSignal;
}

/** Which lane a request takes: device pushes and broadcasts share one, channel management has its own endpoint. */
export type LaneKind = 'push' | 'management';

/** What a request asks for, in the terms of its client. */
export interface RequestContent {
	readonly lane: LaneKind;
	/** Throttled together with all others of its lane, instead of by device. */
	readonly isBroadcast: boolean;
	readonly body: Buffer | undefined;
	/** `apns-topic`, or the bundle id of a channel. */
	readonly topic: string | undefined;
	/** `apns-id` that is sent; undefined leaves it to APNs. */
	readonly apnsId: string | undefined;
	/** Statuses that mean success; any other 2xx is not an answer of APNs. */
	readonly success: readonly number[];
	fields(mark: Mark): readonly HeaderField[];
}

/** What a run needs of its client. */
export interface RunContext {
	readonly clock: Clock;
	readonly wallNowMs: () => number;
	lane(kind: LaneKind): Lane;
	/** Why no request can succeed, without opening anything; undefined when nothing is known. */
	refusal(kind: LaneKind): TransportError | undefined;
	/** The provider token to send now: a promise while one is signed, undefined with a certificate. */
	token(nowMs: number): string | undefined | Promise<string>;
	/** The provider token of a stream that opens now, without waiting; null when there is none. */
	currentToken(nowMs: number): Mark | null;
	/** What the replay policy may do about lane, connection and token of this run. */
	actions(run: RequestRun): ReplayActions;
}

const NO_REPEATS: readonly Repeat[] = [];

export class RequestRun extends LaneRequest implements Stoppable {
	group: StopGroup | undefined;
	groupBefore: Stoppable | undefined;
	groupBehind: Stoppable | undefined;
	/** The lane that holds it now, or held it last. */
	heldBy: Lane | undefined;
	private outcomeRepeats: Repeat[] | undefined;
	private history: ReplayHistory | undefined;
	private timer: Timer | undefined;
	private stopped: TransportError | undefined;
	private over = false;
	/** The end of an attempt is being judged, which may act on lane, connection and other requests before it returns. */
	private deciding = false;

	constructor(
		private readonly context: RunContext,
		readonly content: RequestContent,
		caller: Caller,
		private readonly options: RequestOptions,
		private readonly resolve: (outcome: Outcome) => void,
	) {
		super(
			caller,
			content.body,
			options.timeoutMs ?? defaults.timeoutMs,
			options.queueTimeoutMs ?? defaults.queueTimeoutMs,
			content.isBroadcast,
		);
	}

	/** Begins an attempt: waits until broadcasts may go and a token is signed, then takes its place in the lane. */
	begin(): void {
		const { context, content } = this;
		if (this.isStopped) return this.stop(stoppedError());
		const refusal = context.refusal(content.lane);
		if (refusal !== undefined) return this.onAttempt({ kind: 'notSent', error: refusal });
		const lane = context.lane(content.lane);
		const heldForMs = content.isBroadcast ? lane.broadcastsHeldUntilMs - context.clock.now() : 0;
		if (heldForMs > 0) return this.waitOutHold(heldForMs);
		const { nowMs } = lane;
		const token = context.token(nowMs);
		if (typeof token !== 'object') return this.enter(lane, nowMs);
		token.then(
			() => {
				if (this.over) return;
				const current = context.lane(content.lane);
				this.enter(current, current.nowMs);
			},
			(error: unknown) => {
				const text = error instanceof Error ? error.message : 'unknown cause';
				this.onAttempt({
					kind: 'notSent',
					error: new TransportError('credentialRefused', `The provider token could not be signed: ${text}`, {
						advice: 'Paste the whole .p8 file of the signing key into the credential.',
					}),
				});
			},
		);
	}

	/** Settles the run at once, wherever it is. */
	stop(error: TransportError): void {
		this.stopped = error;
		// The decision under way sees it, and knows better how this attempt ended.
		if (this.deciding) return;
		if (this.underWay) return this.heldBy?.cancel(this, error);
		this.timer?.cancel();
		this.onAttempt({ kind: 'notSent', error });
	}

	override get isStopped(): boolean {
		return this.options.signal?.aborted === true;
	}

	mark(nowMs: number): Mark | null {
		return this.context.currentToken(nowMs);
	}

	head(mark: Mark): readonly HeaderField[] {
		return this.content.fields(mark);
	}

	/** Decides what follows an attempt: an outcome, or the same request again. */
	protected onAttempt(attempt: Attempt): void {
		if (this.over) return;
		for (const why of this.repeats ?? []) (this.outcomeRepeats ??= []).push({ why, waitedMs: 0 });
		this.repeats = undefined;
		const { content, context } = this;
		if (attempt.kind === 'answered' && content.success.includes(attempt.status)) {
			return this.settle(acceptedOutcome(attempt, this.attempts, this.outcomeRepeats ?? NO_REPEATS, content.apnsId));
		}
		const history = (this.history ??= newHistory());
		const { queueTimeoutMs } = this.options;
		this.deciding = true;
		const step = afterAttempt(history, attempt, {
			rules: this.options,
			actions: context.actions(this),
			topic: content.topic,
			waitLeftMs: queueTimeoutMs === undefined ? Infinity : this.queueLeftMs,
			wallNowMs: context.wallNowMs,
		});
		this.deciding = false;
		if (step.then === 'end') return this.end(step.outcome);
		// What was to be repeated is not, once the execution is stopped.
		if (this.stopped !== undefined) return this.onAttempt({ kind: 'notSent', error: this.stopped });
		this.again(step.why, step.delayMs, step.throttled === true);
	}

	/** The lane holds broadcasts, and gave this one back. */
	protected override onHeld(): void {
		this.begin();
	}

	private enter(lane: Lane, nowMs: number): void {
		this.heldBy = lane;
		lane.submit(this, nowMs);
	}

	private again(why: string, delayMs: number, throttled: boolean): void {
		(this.outcomeRepeats ??= []).push({ why, waitedMs: delayMs });
		if (delayMs <= 0) return this.begin();
		this.queueLeftMs -= this.options.queueTimeoutMs === undefined ? 0 : delayMs;
		this.beginAfter(delayMs);
		if (throttled && this.content.isBroadcast) this.heldBy?.holdBroadcasts(this.context.clock.now() + delayMs);
	}

	/** Waiting for what others were told counts as waiting for a stream: with less time left, it is over at once. */
	private waitOutHold(heldForMs: number): void {
		if (heldForMs > this.queueLeftMs) {
			const text = `APNs throttles broadcasts: none is sent in the next ${Math.ceil(heldForMs / 1_000)} s.`;
			return this.onAttempt({ kind: 'notSent', error: new TransportError('queueTimeout', text) });
		}
		this.queueLeftMs -= heldForMs;
		this.beginAfter(heldForMs);
	}

	private beginAfter(delayMs: number): void {
		this.timer = this.context.clock.after(delayMs, () => this.begin());
		this.timer.keepAlive(true);
	}

	private end(outcome: Ended): void {
		this.settle({
			...outcome,
			apnsId: outcome.apnsId ?? this.content.apnsId,
			attempts: this.attempts,
			repeats: this.outcomeRepeats ?? NO_REPEATS,
		});
	}

	private settle(outcome: Outcome): void {
		this.over = true;
		this.group?.remove(this);
		this.resolve(outcome);
	}
}

/** The execution was stopped. */
export function stoppedError(): TransportError {
	return new TransportError('aborted', 'The execution was stopped before an answer came.');
}
