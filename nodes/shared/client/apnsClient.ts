/** ApnsClient: one identity at one environment; turns requests into outcomes. The facade of everything below it. */
import { randomUUID } from 'node:crypto';
import { certificateProblem } from '../apns/certificateChecks';
import { plainText } from '../apns/fields';
import { createHeaderBuilder } from '../apns/headers';
import { identityHash } from '../apns/identityKey';
import type { BroadcastNotification, ChannelRequest, Notification } from '../apns/notification';
import type { Outcome } from '../outcome';
import type { Clock } from '../transport/clock';
import { TransportError } from '../transport/errors';
import type { Lane } from '../transport/lane';
import type { Caller, Mark } from '../transport/request';
import type { SessionCache } from '../transport/sessionCache';
import { credentialRefusal, credentialTrouble, provesCredential, provesToken } from './answer';
import { AuthorizedHeaders, BroadcastContent, ChannelContent, PushContent } from './contents';
import { callerLimits } from './defaults';
import { type ApnsClientOptions, targetOf } from './options';
import { processCache, processTokens } from './process';
import type { ReplayActions } from './replay';
import {
	type LaneKind,
	type RequestContent,
	type RequestOptions,
	RequestRun,
	type RunContext,
	stoppedError,
} from './requestRun';
import { pullEach, windowFor } from './sendEach';
import { StopGroup } from './stopGroup';
import { TokenInUse } from './tokenInUse';

export type { Endpoint } from '../endpoint';
export type { Failure, Outcome, OutcomeName, Repeat } from '../outcome';
export { SessionCache } from '../transport/sessionCache';
export type { ApnsClientOptions } from './options';
export { processCache } from './process';
export type { RequestOptions } from './requestRun';

const policy = {
	provesToken,
	provesCredential,
	refusedCredential: credentialRefusal,
	goawayTrouble: credentialTrouble,
};

export class ApnsClient implements RunContext {
	readonly clock: Clock;
	readonly wallNowMs: () => number;
	private readonly cache: SessionCache;
	/** Undefined with a certificate. */
	private readonly tokenInUse: TokenInUse | undefined;
	private readonly uuid: () => string;
	private readonly hash: string;
	private readonly caller: Caller;
	private readonly headers: Readonly<Record<LaneKind, AuthorizedHeaders>>;
	private readonly lanes: Partial<Record<LaneKind, Lane>> = {};
	/** Single requests by the signal that stops them. */
	private readonly stopGroups = new WeakMap<AbortSignal, StopGroup>();

	constructor(private readonly options: ApnsClientOptions) {
		this.cache = options.cache ?? processCache;
		this.tokenInUse =
			options.identity.type === 'token' ? new TokenInUse(options.tokens ?? processTokens, options.identity) : undefined;
		this.clock = options.clock ?? this.cache.clock;
		this.wallNowMs = options.wallNowMs ?? Date.now;
		this.uuid = options.uuid ?? randomUUID;
		this.hash = identityHash(options.identity);
		this.caller = {
			maxConnections: options.maxConnections ?? callerLimits.maxConnections.initial,
			maxInFlight: options.maxInFlight ?? callerLimits.maxInFlight.initial,
		};
		this.headers = {
			push: new AuthorizedHeaders(createHeaderBuilder(options.endpoint)),
			management: new AuthorizedHeaders(createHeaderBuilder(options.managementEndpoint)),
		};
	}

	/** Sends one push. Always fulfils. */
	send(notification: Notification, options: RequestOptions = {}): Promise<Outcome> {
		return this.request(this.pushContent(notification, options), options);
	}

	/** Publishes to a channel. Always fulfils. */
	broadcast(notification: BroadcastNotification, options: RequestOptions = {}): Promise<Outcome> {
		return this.request(new BroadcastContent(this.headers.push, notification), options);
	}

	/** Channel management. Always fulfils. */
	channel(request: ChannelRequest, options: RequestOptions = {}): Promise<Outcome> {
		return this.request(new ChannelContent(this.headers.management, request), options);
	}

	/**
	 * Streams any number of pushes with bounded memory: pulls from `source` only as fast as they go out,
	 * calls `onOutcome` once for each, in order of completion. `index` counts from 0 in the order pulled.
	 * When the signal fires, what is under way is settled, nothing more is pulled, and the promise fulfils.
	 * Rejects with what `source` or `onOutcome` threw, once everything under way is settled.
	 */
	async sendEach(
		source: Iterable<Notification> | AsyncIterable<Notification>,
		onOutcome: (outcome: Outcome, notification: Notification, index: number) => void,
		options: RequestOptions = {},
	): Promise<void> {
		// A caller of its own: batches take turns with single pushes and with each other.
		const caller: Caller = { ...this.caller };
		const group = new StopGroup(options.signal, stoppedError, this.clock);
		const window = windowFor(caller.maxConnections * caller.maxInFlight);
		const start = (notification: Notification, index: number, done: (settle: () => void) => void): void => {
			const settle = (outcome: Outcome): void => done(() => onOutcome(outcome, notification, index));
			const run = new RequestRun(this, this.pushContent(notification, options), caller, options, settle);
			group.add(run);
			run.begin();
		};
		await pullEach(source, window, options.signal, start, this.clock);
	}

	/** The lane of device pushes and broadcasts, or of channel management. */
	lane(kind: LaneKind): Lane {
		const known = this.lanes[kind];
		if (known !== undefined && !known.isClosed) return known;
		const { identity, endpoint, managementEndpoint, owner } = this.options;
		const lane = this.cache.lane({
			target: targetOf(this.options, kind === 'management' ? managementEndpoint : endpoint),
			identityHash: this.hash,
			tokenMode: identity.type === 'token',
			owner: owner === undefined ? undefined : `${owner}|${kind}`,
			policy,
		});
		this.lanes[kind] = lane;
		return lane;
	}

	token(nowMs: number): string | undefined | Promise<string> {
		return this.tokenInUse?.get(nowMs);
	}

	/** Null while a token is signed in place of one that APNs refused: nothing can leave then. */
	currentToken(nowMs: number): Mark | null {
		return this.tokenInUse?.current(nowMs);
	}

	/** A certificate APNs cannot accept, such as one of the other environment. */
	refusal(kind: LaneKind): TransportError | undefined {
		const { identity, endpoint, managementEndpoint } = this.options;
		if (identity.type !== 'certificate') return undefined;
		const { host } = kind === 'management' ? managementEndpoint : endpoint;
		const problem = certificateProblem(identity.facts, host, this.wallNowMs());
		if (problem === undefined) return undefined;
		return new TransportError('clientCertificateUnusable', problem.message, {
			advice: plainText(problem.remedy),
			remedy: problem.remedy,
		});
	}

	actions(run: RequestRun): ReplayActions {
		const { carrier, sentMark } = run;
		const { tokenInUse } = this;
		const lane = run.heldBy;
		return {
			replaceConnection: (why) => lane?.replaceConnection(carrier, why),
			replaceOlderConnections: (why) => lane?.replaceOlderConnections(carrier, why),
			replaceForCause: (cause, why) => carrier !== undefined && lane?.replaceForCause(cause, carrier, why) === true,
			replaceToken: () => {
				if (tokenInUse === undefined || sentMark === undefined) return 'none';
				return tokenInUse.replace(sentMark).replaced ? 'replaced' : 'signedRecently';
			},
			keepToken: () => tokenInUse?.keep(),
			// A 403 counts only against the token it carried: late answers to an older one stop nothing.
			stopIdentity: (why) => {
				if (lane !== undefined && sentMark === this.currentToken(lane.nowMs)) lane.stopForCredential(why);
			},
		};
	}

	private pushContent(notification: Notification, { onUnknown }: RequestOptions): PushContent {
		// An id of our own only where the push may be sent again: APNs makes one otherwise.
		const needsId = onUnknown === 'sendAgain' && notification.apnsId === undefined;
		return new PushContent(this.headers.push, needsId ? { ...notification, apnsId: this.uuid() } : notification);
	}

	private request(content: RequestContent, options: RequestOptions): Promise<Outcome> {
		return new Promise((resolve) => {
			const run = new RequestRun(this, content, this.caller, options, resolve);
			const { signal } = options;
			if (signal !== undefined && !signal.aborted) this.groupOf(signal).add(run);
			run.begin();
		});
	}

	private groupOf(signal: AbortSignal): StopGroup {
		const known = this.stopGroups.get(signal);
		if (known !== undefined) return known;
		const group = new StopGroup(signal, stoppedError, this.clock);
		this.stopGroups.set(signal, group);
		return group;
	}
}
