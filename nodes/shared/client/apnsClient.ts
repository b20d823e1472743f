/** ApnsClient: one identity at one environment; turns requests into outcomes. Provider token, lane and replay policy meet here. */
import { randomUUID } from 'node:crypto';
import { certificateProblem } from '../apns/certificateChecks';
import { createHeaderBuilder, type HeaderBuilder } from '../apns/headers';
import { identityHash } from '../apns/identityKey';
import type { BroadcastNotification, ChannelRequest, Notification } from '../apns/notification';
import type { ProviderTokenStore } from '../apns/providerToken';
import { acceptedOutcome, credentialTrouble, type Ended, provesToken } from './answer';
import { type AttemptOwner, type Build, ClientRequest, type RequestOptions, type Work } from './clientRequest';
import { type ApnsClientOptions, processCache, processTokens, targetOf } from './options';
import { afterAttempt, newHistory, type ReplayActions } from './replay';
import { pullEach, windowFor } from './sendEach';
import type { HeaderField } from '../http2/hpack/hpack';
import type { Outcome, Repeat } from '../outcome';
import { systemClock, wait, type Clock } from '../transport/clock';
import { TransportError } from '../transport/errors';
import type { Lane } from '../transport/lane';
import type { Attempt, Caller } from '../transport/request';
import type { SessionCache } from '../transport/sessionCache';

export { type ApnsClientOptions, type Endpoint, processCache } from './options';
export type { RequestOptions } from './clientRequest';

const DEFAULT_MAX_CONNECTIONS = 4;
const DEFAULT_MAX_IN_FLIGHT = 1_000;
/** Until when the broadcasts of a lane wait, by its clock: TooManyRequests is about all of them, and device pushes go on. */
const broadcastHolds = new WeakMap<Lane, number>();
const NO_REPEATS: readonly Repeat[] = [];

export class ApnsClient implements AttemptOwner {
	private readonly cache: SessionCache;
	private readonly tokens: ProviderTokenStore;
	private readonly clock: Clock;
	private readonly wallNowMs: () => number;
	private readonly hash: string;
	private readonly caller: Caller;
	private readonly pushHeaders: HeaderBuilder;
	private readonly managementHeaders: HeaderBuilder;
	private pushLane: Lane | undefined;
	private managementLane: Lane | undefined;
	private token: string | undefined;
	/** The value of `authorization`, and the token it was made of. */
	private bearer: string | undefined;
	private bearerOf: string | undefined;

	constructor(private readonly options: ApnsClientOptions) {
		this.cache = options.cache ?? processCache;
		this.tokens = options.tokens ?? processTokens;
		this.clock = options.clock ?? systemClock;
		this.wallNowMs = options.wallNowMs ?? Date.now;
		this.hash = identityHash(options.identity);
		this.caller = {
			maxConnections: options.maxConnections ?? DEFAULT_MAX_CONNECTIONS,
			maxInFlight: options.maxInFlight ?? DEFAULT_MAX_IN_FLIGHT,
		};
		this.pushHeaders = createHeaderBuilder(options.endpoint);
		this.managementHeaders = createHeaderBuilder(options.managementEndpoint);
	}

	/** Sends one push. Always fulfils. */
	send(notification: Notification, options: RequestOptions = {}): Promise<Outcome> {
		return new Promise((resolve) => this.startPush(notification, this.caller, options, resolve, options.signal));
	}

	/** Publishes to a channel. Always fulfils. */
	broadcast(notification: BroadcastNotification, options: RequestOptions = {}): Promise<Outcome> {
		return this.request(
			(headers, authorization) => headers.broadcast(notification, authorization),
			notification.payload,
			options,
			'broadcast',
			notification.bundleId,
		);
	}

	/** Channel management. Always fulfils. */
	channel(request: ChannelRequest, options: RequestOptions = {}): Promise<Outcome> {
		const body = request.operation === 'create' ? request.body : undefined;
		return this.request(
			(headers, authorization) => headers.channel(request, authorization),
			body,
			options,
			'management',
			request.bundleId,
		);
	}

	/**
	 * Streams any number of pushes with bounded memory: pulls from `source` only as fast as they go out,
	 * calls `onOutcome` once for each, in order of completion. `index` counts from 0 in the order pulled.
	 * When the signal fires, what is under way is settled, nothing more is pulled, and the promise fulfils.
	 */
	async sendEach(
		source: Iterable<Notification> | AsyncIterable<Notification>,
		onOutcome: (outcome: Outcome, notification: Notification, index: number) => void,
		options: RequestOptions = {},
	): Promise<void> {
		const { signal } = options;
		const caller: Caller = { ...this.caller };
		// One listener for all: each push's own would cost time and memory.
		const abort = (): void => this.lane(false).cancelCaller(caller, abortedError());
		signal?.addEventListener('abort', abort, { once: true });
		try {
			await pullEach(
				source,
				windowFor(caller.maxConnections * caller.maxInFlight),
				signal,
				(notification, index, done) =>
					this.startPush(
						notification,
						caller,
						options,
						(outcome) => {
							done();
							onOutcome(outcome, notification, index);
						},
						undefined,
					),
			);
		} finally {
			signal?.removeEventListener('abort', abort);
		}
	}

	/** The provider token to send now; undefined with a certificate. A fresher one may be on its way. */
	currentToken(): string | undefined {
		if (this.options.identity.type !== 'token') return undefined;
		const token = this.tokens.get(this.options.identity);
		if (typeof token === 'string') this.token = token;
		return this.token;
	}

	/** The lane of device pushes and broadcasts, or of channel management. */
	lane(management: boolean): Lane {
		const known = management ? this.managementLane : this.pushLane;
		if (known !== undefined && !known.isClosed) return known;
		const { identity, endpoint, managementEndpoint, owner } = this.options;
		const lane = this.cache.lane({
			target: targetOf(this.options, management ? managementEndpoint : endpoint),
			identityHash: this.hash,
			tokenMode: identity.type === 'token',
			owner: owner === undefined ? undefined : `${owner}|${management ? 'management' : 'push'}`,
			policy: { provesToken, credentialTrouble },
		});
		if (management) this.managementLane = lane;
		else this.pushLane = lane;
		return lane;
	}

	/** Headers for an attempt that is about to leave. */
	head(work: Work): { readonly fields: readonly HeaderField[]; readonly token: string | undefined } {
		const token = this.currentToken();
		const headers = work.management ? this.managementHeaders : this.pushHeaders;
		// The same string for every push of a token: comparing it is then comparing pointers.
		if (token !== this.bearerOf) {
			this.bearerOf = token;
			this.bearer = token === undefined ? undefined : `bearer ${token}`;
		}
		return { token, fields: work.build(headers, this.bearer) };
	}

	/** Decides what follows an attempt: an outcome, or the same request again. */
	onAttempt(request: ClientRequest, attempt: Attempt): void {
		const { work } = request;
		work.attempts += request.attempts;
		for (const why of request.repeats) work.repeats.push({ why, waitedMs: 0 });
		if (attempt.kind === 'answered' && attempt.status >= 200 && attempt.status < 300) {
			work.stopListening?.();
			return work.resolve(
				acceptedOutcome(attempt, work.attempts, work.repeats.length === 0 ? NO_REPEATS : work.repeats, work.apnsId),
			);
		}
		work.history ??= newHistory();
		const step = afterAttempt(
			work.history,
			attempt,
			work.options,
			this.actionsFor(request),
			work.topic,
			this.wallNowMs,
		);
		if (step.then === 'end') this.end(work, step.outcome);
		else this.again(work, step.why, step.delayMs);
	}

	/** What the replay policy may do about this attempt's connection and token. */
	private actionsFor(request: ClientRequest): ReplayActions {
		const { carrier, sentToken } = request;
		const { identity } = this.options;
		const lane = this.lane(request.work.management);
		return {
			replaceConnection: (why) => lane.replaceConnection(carrier, why),
			replaceOlderConnections: (why) => lane.replaceOlderConnections(carrier, why),
			replaceForCause: (cause, why) => carrier !== undefined && lane.replaceForCause(cause, carrier, why),
			replaceToken: () => {
				if (identity.type !== 'token' || sentToken === undefined) return 'none';
				return this.tokens.replace(identity, sentToken).replaced ? 'replaced' : 'signedRecently';
			},
			keepToken: () => {
				if (identity.type === 'token') this.tokens.keep(identity);
			},
			// A 403 counts only against the token it carried: late answers to an older one stop nothing.
			stopIdentity: (why) => {
				if (sentToken === this.currentToken()) lane.stopForCredential(why);
			},
		};
	}

	private startPush(
		notification: Notification,
		caller: Caller,
		options: RequestOptions,
		resolve: (outcome: Outcome) => void,
		/** The signal this push listens to by itself. */
		ownSignal: AbortSignal | undefined,
	): void {
		// An id of our own only where the push may be sent again: APNs makes one otherwise.
		const apnsId = notification.apnsId ?? (options.onUnknown === 'sendAgain' ? randomUUID() : undefined);
		const push = apnsId === notification.apnsId ? notification : { ...notification, apnsId };
		const work: Work = {
			build: (headers, authorization) => headers.push(push, authorization),
			body: push.payload,
			caller,
			options,
			resolve,
			management: false,
			broadcast: false,
			apnsId,
			topic: push.topic,
			attempts: 0,
			repeats: [],
			history: undefined,
			request: undefined,
			stopListening: undefined,
		};
		this.listen(work, ownSignal);
		this.start(work);
	}

	private request(
		build: Build,
		body: Buffer | undefined,
		options: RequestOptions,
		kind: 'broadcast' | 'management',
		bundleId: string,
	): Promise<Outcome> {
		return new Promise((resolve) => {
			const work: Work = {
				build,
				body,
				caller: this.caller,
				options,
				resolve,
				management: kind === 'management',
				broadcast: kind === 'broadcast',
				apnsId: undefined,
				topic: bundleId,
				attempts: 0,
				repeats: [],
				history: undefined,
				request: undefined,
				stopListening: undefined,
			};
			this.listen(work, options.signal);
			this.start(work);
		});
	}

	/** One listener for all attempts, taken back at the end: a signal may live for the whole execution. */
	private listen(work: Work, signal: AbortSignal | undefined): void {
		if (signal === undefined) return;
		const abort = (): void => {
			if (work.request !== undefined) this.lane(work.management).cancel(work.request, abortedError());
		};
		signal.addEventListener('abort', abort, { once: true });
		work.stopListening = () => signal.removeEventListener('abort', abort);
	}

	/** One attempt; it ends in `onAttempt` in every case. A broadcast waits while its lane's broadcasts are throttled. */
	private start(work: Work): void {
		const heldForMs = work.broadcast ? (broadcastHolds.get(this.lane(false)) ?? 0) - this.clock.now() : 0;
		if (heldForMs > 0) {
			work.request = undefined;
			void wait(this.clock, heldForMs, work.options.signal).then(() => this.start(work));
		} else {
			this.startNow(work);
		}
	}

	private startNow(work: Work): void {
		const request = new ClientRequest(this, work);
		work.request = request;
		const refusal = this.refusal(work);
		if (refusal !== undefined) return request.finish({ kind: 'notSent', error: refusal });
		const { identity } = this.options;
		if (identity.type !== 'token') return this.lane(work.management).submit(request);
		const token = this.tokens.get(identity);
		if (typeof token === 'string') {
			this.token = token;
			return this.lane(work.management).submit(request);
		}
		token.then(
			(signed) => {
				this.token = signed;
				const stopped = this.refusal(work);
				if (stopped !== undefined) request.finish({ kind: 'notSent', error: stopped });
				else this.lane(work.management).submit(request);
			},
			(error: unknown) => {
				const text = error instanceof Error ? error.message : 'unknown cause';
				request.finish({
					kind: 'notSent',
					error: new TransportError('credentialRefused', `The provider token could not be signed: ${text}`, {
						advice: 'Paste the whole .p8 file of the signing key into the credential.',
					}),
				});
			},
		);
	}

	/** Why an attempt need not even begin: the execution was stopped, or APNs cannot accept the certificate. */
	private refusal({ options, management }: Work): TransportError | undefined {
		if (options.signal?.aborted === true) return abortedError();
		const { identity, endpoint, managementEndpoint } = this.options;
		if (identity.type !== 'certificate') return undefined;
		const problem = certificateProblem(
			identity.facts,
			(management ? managementEndpoint : endpoint).host,
			this.wallNowMs(),
		);
		return problem === undefined
			? undefined
			: new TransportError('clientCertificateUnusable', `${problem.message}.`, { advice: problem.remedy });
	}

	/** The same request again, after a pause. */
	private again(work: Work, why: string, delayMs: number): void {
		work.repeats.push({ why, waitedMs: delayMs });
		if (work.broadcast && delayMs > 0) {
			const lane = this.lane(false);
			broadcastHolds.set(lane, Math.max(broadcastHolds.get(lane) ?? 0, this.clock.now() + delayMs));
		}
		if (delayMs <= 0) return this.start(work);
		work.request = undefined;
		void wait(this.clock, delayMs, work.options.signal).then(() => this.start(work));
	}

	private end(work: Work, outcome: Ended): void {
		work.stopListening?.();
		work.resolve({
			...outcome,
			apnsId: outcome.apnsId ?? work.apnsId,
			attempts: work.attempts,
			repeats: work.repeats.length === 0 ? NO_REPEATS : work.repeats,
		});
	}
}

/** The client for one execution: cheap to make, since connections and tokens belong to the process. */
export function sharedClient(options: ApnsClientOptions): ApnsClient {
	return new ApnsClient(options);
}

function abortedError(): TransportError {
	return new TransportError('aborted', 'The execution was stopped before an answer came.');
}
