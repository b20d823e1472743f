/** ApnsClient: one identity at one environment; turns requests into outcomes. Provider token, lane and reasons meet here, and the replay policy. */
import { randomUUID } from 'node:crypto';
import { createHeaderBuilder, type HeaderBuilder } from './apns/headers';
import { identityHash } from './apns/identityKey';
import type { BroadcastNotification, ChannelRequest, Notification } from './apns/notification';
import type { ProviderTokenStore } from './apns/providerToken';
import { describeReason, isAboutProviderToken, parseGoawayDebug, parseReasonBody, type ReasonRow } from './apns/reasons';
import { type ApnsClientOptions, processCache, processTokens, targetOf } from './client/options';
import type { HeaderField } from './http2/hpack';
import type { Failure, Outcome, Repeat } from './outcome';
import { systemClock, wait, type Clock } from './transport/clock';
import { TransportError } from './transport/errors';
import type { Lane } from './transport/lane';
import { type Attempt, type Caller, LaneRequest } from './transport/request';
import type { SessionCache } from './transport/sessionCache';

export { type ApnsClientOptions, type Endpoint, processCache } from './client/options';

export interface RequestOptions {
	/** From getting a stream to the answer. Default 30 000. */
	readonly timeoutMs?: number;
	/** From the call to getting a stream. Default: none. */
	readonly queueTimeoutMs?: number;
	/** Settles the request as `not sent` or `unknown` when it fires. */
	readonly signal?: AbortSignal;
	/** `unknown` outcomes: report them (default), or send again with the same `apns-id` (at least once). */
	readonly onUnknown?: 'report' | 'sendAgain';
	/** How often a 5xx or 429 answer is repeated, waiting as Apple asks. Default 0 for 5xx, 2 for TooManyRequests. */
	readonly retries?: number;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_MAX_CONNECTIONS = 4;
const DEFAULT_MAX_IN_FLIGHT = 1_000;
/** `Shutdown`, `IdleTimeout` and their like ask for a new connection; so many times is a server that will not. */
const MAX_RESENDS = 5;
/** Repeats of one device's `TooManyRequests` unless the user says otherwise. */
const DEFAULT_THROTTLE_RETRIES = 2;
/** First pause before the same device is tried again, doubling. Apple names none; below it the answer cannot change. */
const THROTTLE_DELAY_MS = 2_000;
/** Apple, "Handling notification responses from APNs": retry a server error after 15 minutes. */
const SERVER_ERROR_DELAY_MS = 900_000;
/** A credential's connections finish what they can within this. */
const CREDENTIAL_DRAIN_MS = 5_000;
/** A topic unknown to an old connection earns one drain; so long must lie between two. */
const TOPIC_DRAIN_PAUSE_MS = 3_600_000;
/** Requests `sendEach` keeps under way beyond what can be in flight: enough to show the lane a backlog. */
const EXTRA_WINDOW = 512;
/** Upper bound of that window: about 25 MB. */
const MAX_WINDOW = 40_000;
/** Pulled at a time when the window has room: the rest of it stays in flight, or distant servers would wait for pushes. */
const PULL = 256;

type Build = (headers: HeaderBuilder, authorization: string | undefined) => readonly HeaderField[];

/** What one logical request keeps over all its attempts. */
interface Work {
	readonly build: Build;
	readonly body: Buffer | undefined;
	readonly caller: Caller;
	readonly options: RequestOptions;
	readonly resolve: (outcome: Outcome) => void;
	readonly lane: () => Lane;
	readonly headers: HeaderBuilder;
	readonly apnsId: string | undefined;
	readonly topic: string | undefined;
	attempts: number;
	repeats: Repeat[];
	tokenReplaced: boolean;
}

class ClientRequest extends LaneRequest {
	sentToken: string | undefined;

	constructor(
		readonly client: ApnsClient,
		readonly work: Work,
	) {
		super(work.caller, work.body, work.options.timeoutMs ?? DEFAULT_TIMEOUT_MS, work.options.queueTimeoutMs ?? Infinity);
	}

	head(): readonly HeaderField[] {
		this.sentToken = this.client.currentToken();
		return this.work.build(this.work.headers, this.sentToken === undefined ? undefined : `bearer ${this.sentToken}`);
	}

	protected settle(attempt: Attempt): void {
		this.client.onAttempt(this, attempt);
	}
}

const NO_REPEATS: readonly Repeat[] = [];

function failureOf(error: TransportError): Failure {
	return { code: error.code, message: error.message, advice: error.advice, commonToRun: error.commonToRun };
}

function retryAfterMs(value: string | undefined, wallNowMs: number): number | undefined {
	if (value === undefined) return undefined;
	// RFC 9110 §10.2.3: seconds or an HTTP date.
	if (/^\d+$/.test(value.trim())) return Number(value.trim()) * 1_000;
	const atMs = Date.parse(value);
	return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - wallNowMs);
}

export class ApnsClient {
	private readonly cache: SessionCache;
	private readonly tokens: ProviderTokenStore;
	private readonly clock: Clock;
	private readonly hash: string;
	private readonly caller: Caller;
	private readonly pushHeaders: HeaderBuilder;
	private readonly managementHeaders: HeaderBuilder;
	private pushLane: Lane | undefined;
	private managementLane: Lane | undefined;
	private token: string | undefined;
	private readonly topicDrains = new Map<string, number>();

	constructor(private readonly options: ApnsClientOptions) {
		this.cache = options.cache ?? processCache;
		this.tokens = options.tokens ?? processTokens;
		this.clock = options.clock ?? systemClock;
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
		return new Promise((resolve) => this.startPush(notification, this.caller, options, resolve));
	}

	/** Publishes to a channel. Always fulfils. */
	broadcast(notification: BroadcastNotification, options: RequestOptions = {}): Promise<Outcome> {
		return this.request((headers, authorization) => headers.broadcast(notification, authorization), notification.payload, options, false);
	}

	/** Channel management. Always fulfils. */
	channel(request: ChannelRequest, options: RequestOptions = {}): Promise<Outcome> {
		const body = request.operation === 'create' ? request.body : undefined;
		return this.request((headers, authorization) => headers.channel(request, authorization), body, options, true);
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
		const { signal, ...perPush } = options;
		const caller: Caller = { ...this.caller };
		const window = Math.min(MAX_WINDOW, caller.maxConnections * caller.maxInFlight + EXTRA_WINDOW);
		let underWay = 0;
		let index = 0;
		let wake: (() => void) | undefined;
		const abort = (): void => this.lane(false).cancelCaller(caller, abortedError());
		const pushOptions: RequestOptions = signal === undefined ? perPush : { ...perPush, signal };
		const start = (notification: Notification): void => {
			const at = index++;
			underWay += 1;
			this.startPush(
				notification,
				caller,
				pushOptions,
				(outcome) => {
					underWay -= 1;
					onOutcome(outcome, notification, at);
					if (wake !== undefined && underWay <= window - PULL) wake();
				},
				true,
			);
		};
		const room = (limit: number): Promise<void> =>
			new Promise((resolve) => {
				wake = () => {
					if (underWay > limit) return;
					wake = undefined;
					resolve();
				};
				wake();
			});
		signal?.addEventListener('abort', abort, { once: true });
		try {
			if (Symbol.iterator in source) {
				for (const notification of source) {
					if (signal?.aborted === true) break;
					start(notification);
					if (underWay >= window) await room(window - PULL);
				}
			} else {
				for await (const notification of source) {
					if (signal?.aborted === true) break;
					start(notification);
					if (underWay >= window) await room(window - PULL);
				}
			}
			await room(0);
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
			policy: {
				provesToken: (attempt) => provesToken(attempt),
				credentialTrouble: (debugData) => credentialTrouble(debugData),
			},
		});
		if (management) this.managementLane = lane;
		else this.pushLane = lane;
		return lane;
	}

	/** Decides what follows an attempt: an outcome, or the same request again. */
	onAttempt(request: ClientRequest, attempt: Attempt): void {
		const { work } = request;
		work.attempts += request.attempts;
		for (const why of request.repeats) work.repeats.push({ why, waitedMs: 0 });
		if (attempt.kind === 'notSent') return this.end(work, { outcome: 'not sent', failure: failureOf(attempt.error) });
		if (attempt.kind === 'unknown') {
			if (work.options.onUnknown === 'sendAgain' && work.repeats.length < MAX_RESENDS) return this.again(work, 'unknown', 0);
			return this.end(work, { outcome: 'unknown', failure: failureOf(attempt.error) });
		}
		if (attempt.status >= 200 && attempt.status < 300) return this.end(work, { outcome: 'accepted', ...answerOf(attempt) });
		this.onRejection(request, attempt);
	}

	private onRejection(request: ClientRequest, attempt: Attempt & { kind: 'answered' }): void {
		const { work } = request;
		const { reason, timestampMs } = parseReasonBody(attempt.body);
		const row = describeReason(attempt.status, reason);
		const answer = answerOf(attempt);
		const rejected = { outcome: 'rejected' as const, ...answer, reason, unregisteredAtMs: timestampMs };
		const lane = work.lane();
		const repeated = work.repeats.length;
		switch (row.reaction) {
			case 'resendOnNewConnection':
				lane.drainConnections(new TransportError('goaway', `The server answered ${reason ?? attempt.status}.`));
				if (repeated < MAX_RESENDS) return this.again(work, reason ?? String(attempt.status), 0);
				return this.end(work, rejected);
			case 'replaceProviderToken':
				return this.onExpiredToken(request, rejected, row);
			case 'stopIdentity':
				// A 403 counts only against the token it carried: late answers to an older one stop nothing.
				if (request.sentToken === this.token) lane.stopForCredential(refusedCredential(row, reason, attempt.status));
				return this.end(work, rejected);
			case 'newConnection':
				if (repeated === 0 && this.mayDrainFor(work.topic ?? '', row)) {
					lane.drainConnections(new TransportError('goaway', `The server answered ${reason ?? attempt.status}.`), CREDENTIAL_DRAIN_MS);
					return this.again(work, reason ?? String(attempt.status), 0);
				}
				return this.end(work, rejected);
			case 'delayDevice': {
				if (repeated >= (work.options.retries ?? DEFAULT_THROTTLE_RETRIES)) return this.end(work, rejected);
				return this.again(work, reason ?? String(attempt.status), answer.retryAfterMs ?? THROTTLE_DELAY_MS * 2 ** repeated);
			}
			case 'serverRetry':
				if (repeated >= (work.options.retries ?? 0)) return this.end(work, rejected);
				return this.again(work, reason ?? String(attempt.status), answer.retryAfterMs ?? SERVER_ERROR_DELAY_MS);
			default:
				return this.end(work, rejected);
		}
	}

	/** An expired token is replaced once, on a new connection: the old one stays broken even for a fresh token (pushy). */
	private onExpiredToken(request: ClientRequest, rejected: Partial<Outcome> & { outcome: 'rejected' }, row: ReasonRow): void {
		const { work } = request;
		const { identity } = this.options;
		const lane = work.lane();
		if (identity.type !== 'token' || request.sentToken === undefined || work.tokenReplaced) {
			lane.stopForCredential(refusedCredential(row, rejected.reason, rejected.status ?? 403));
			return this.end(work, rejected);
		}
		work.tokenReplaced = true;
		const replaced = this.tokens.replace(identity, request.sentToken);
		if (!replaced.replaced) {
			lane.stopForCredential(
				new TransportError('credentialRefused', `APNs calls the provider token expired although it was signed less than 20 minutes ago.`, {
					advice: 'Correct the clock of the machine n8n runs on (or the time server it follows), then run again.',
				}),
			);
			return this.end(work, rejected);
		}
		lane.drainConnections(new TransportError('goaway', 'The provider token had expired.'), CREDENTIAL_DRAIN_MS);
		this.again(work, rejected.reason ?? 'expired token', 0);
	}

	/** A bundle id added after the connection was made needs a new one; asked for once, not for every wrong topic. */
	private mayDrainFor(topic: string, row: ReasonRow): boolean {
		const key = `${row.reason}|${topic}`;
		const now = this.clock.now();
		const last = this.topicDrains.get(key);
		if (last !== undefined && now - last < TOPIC_DRAIN_PAUSE_MS) return false;
		if (this.topicDrains.size >= 1_000) this.topicDrains.clear();
		this.topicDrains.set(key, now);
		return true;
	}

	private startPush(
		notification: Notification,
		caller: Caller,
		options: RequestOptions,
		resolve: (outcome: Outcome) => void,
		abortedByCaller = false,
	): void {
		// An id of our own only where the push may be sent again: APNs makes one otherwise.
		const apnsId = notification.apnsId ?? (options.onUnknown === 'sendAgain' ? randomUUID() : undefined);
		const push = apnsId === notification.apnsId ? notification : { ...notification, apnsId };
		this.start(
			{
				build: (headers, authorization) => headers.push(push, authorization),
				body: push.payload,
				caller,
				options,
				resolve,
				lane: () => this.lane(false),
				headers: this.pushHeaders,
				apnsId,
				topic: push.topic,
				attempts: 0,
				repeats: [],
				tokenReplaced: false,
			},
			abortedByCaller,
		);
	}

	private request(build: Build, body: Buffer | undefined, options: RequestOptions, management: boolean): Promise<Outcome> {
		return new Promise((resolve) =>
			this.start(
				{
					build,
					body,
					caller: this.caller,
					options,
					resolve,
					lane: () => this.lane(management),
					headers: management ? this.managementHeaders : this.pushHeaders,
					apnsId: undefined,
					topic: undefined,
					attempts: 0,
					repeats: [],
					tokenReplaced: false,
				},
				false,
			),
		);
	}

	private start(work: Work, abortedByCaller: boolean): void {
		const { signal } = work.options;
		if (signal?.aborted === true) return this.end(work, { outcome: 'not sent', failure: failureOf(abortedError()) });
		const request = new ClientRequest(this, work);
		if (signal !== undefined && !abortedByCaller) {
			const abort = (): void => work.lane().cancel(request, abortedError());
			signal.addEventListener('abort', abort, { once: true });
		}
		const { identity } = this.options;
		if (identity.type !== 'token') return work.lane().submit(request);
		const token = this.tokens.get(identity);
		if (typeof token === 'string') {
			this.token = token;
			return work.lane().submit(request);
		}
		token.then(
			(signed) => {
				this.token = signed;
				work.lane().submit(request);
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

	/** The same request again, after a pause. */
	private again(work: Work, why: string, delayMs: number): void {
		work.repeats.push({ why, waitedMs: delayMs });
		if (delayMs <= 0) return this.start(work, true);
		void wait(this.clock, delayMs, work.options.signal).then(() => this.start(work, true));
	}

	private end(work: Work, outcome: Omit<Outcome, 'attempts' | 'repeats'>): void {
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

/** Headers of an answer that the outcome carries; unknown ones are of no use to a caller. */
function answerOf(attempt: Attempt & { kind: 'answered' }): Omit<Outcome, 'outcome' | 'attempts' | 'repeats'> {
	const answer: { -readonly [Key in keyof Outcome]?: Outcome[Key] } = { status: attempt.status };
	for (const { name, value } of attempt.fields) {
		switch (name) {
			case 'apns-id':
				answer.apnsId = value;
				break;
			case 'apns-unique-id':
				answer.apnsUniqueId = value;
				break;
			case 'apns-request-id':
				answer.requestId = value;
				break;
			case 'apns-channel-id':
				answer.channelId = value;
				break;
			case 'retry-after':
				answer.retryAfterMs = retryAfterMs(value, Date.now());
				break;
			default:
		}
	}
	if (attempt.body.length > 0) answer.body = attempt.body;
	return answer;
}

/** An answer whose reason is not about the provider token shows that APNs accepted it. */
function provesToken(attempt: Attempt): boolean {
	if (attempt.kind !== 'answered') return false;
	if (attempt.status >= 200 && attempt.status < 300) return true;
	return !isAboutProviderToken(describeReason(attempt.status, parseReasonBody(attempt.body).reason));
}

/** GOAWAY with a reason that is about the credential, such as a certificate of the other environment. */
function credentialTrouble(debugData: Buffer): TransportError | undefined {
	const { reason } = parseGoawayDebug(debugData);
	if (reason === undefined) return undefined;
	const row = describeReason(403, reason);
	return row.reaction === 'stopIdentity' ? refusedCredential(row, reason, undefined) : undefined;
}

function refusedCredential(row: ReasonRow, reason: string | undefined, status: number | undefined): TransportError {
	const what = reason ?? (status === undefined ? 'GOAWAY' : String(status));
	return new TransportError('credentialRefused', `APNs refuses this credential (${what}): ${row.meaning}`, { advice: row.advice });
}
