/** One attempt of a request on its way through the lane, and what the request keeps over all its attempts. */
import type { HeaderBuilder } from '../apns/headers';
import type { HeaderField } from '../http2/hpack/hpack';
import type { Outcome, Repeat } from '../outcome';
import { type Attempt, type Caller, LaneRequest } from '../transport/request';
import type { ReplayHistory, ReplayRules } from './replay';

export interface RequestOptions extends ReplayRules {
	/** From getting a stream to the answer. Default 30 000. */
	readonly timeoutMs?: number;
	/** From the call to getting a stream. Default: none. */
	readonly queueTimeoutMs?: number;
	/** Settles the request as `not sent` or `unknown` when it fires. */
	readonly signal?: AbortSignal;
}

const DEFAULT_TIMEOUT_MS = 30_000;

export type Build = (headers: HeaderBuilder, authorization: string | undefined) => readonly HeaderField[];

/** What one logical request keeps. */
export interface Work {
	readonly build: Build;
	readonly body: Buffer | undefined;
	readonly caller: Caller;
	readonly options: RequestOptions;
	readonly resolve: (outcome: Outcome) => void;
	/** Channel management, at an endpoint of its own. */
	readonly management: boolean;
	/** Publishes to a channel: throttled as a whole, not by device. */
	readonly broadcast: boolean;
	readonly apnsId: string | undefined;
	readonly topic: string | undefined;
	attempts: number;
	readonly repeats: Repeat[];
	/** Made when something has to be remembered. */
	history: ReplayHistory | undefined;
	/** The attempt under way. */
	request: ClientRequest | undefined;
	/** Takes back the listener on the signal; undefined while there is none. */
	stopListening: (() => void) | undefined;
}

/** What an attempt needs of its client. */
export interface AttemptOwner {
	/** Headers now, and the provider token they carry. */
	head(work: Work): { readonly fields: readonly HeaderField[]; readonly token: string | undefined };
	onAttempt(request: ClientRequest, attempt: Attempt): void;
}

export class ClientRequest extends LaneRequest {
	sentToken: string | undefined;

	constructor(
		private readonly owner: AttemptOwner,
		readonly work: Work,
	) {
		super(
			work.caller,
			work.body,
			work.options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
			work.options.queueTimeoutMs ?? Infinity,
		);
	}

	head(): readonly HeaderField[] {
		const { fields, token } = this.owner.head(this.work);
		this.sentToken = token;
		return fields;
	}

	protected settle(attempt: Attempt): void {
		this.owner.onAttempt(this, attempt);
	}
}
