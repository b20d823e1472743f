/** What the steps of one check share: its settings, its connection, the provider token and the answer, each obtained once by the step that needs it first. */
import { createHeaderBuilder } from '../apns/headers';
import type { TokenIdentity } from '../apns/identity';
import { type ApnsClientOptions, targetOf } from '../client/options';
import { processCache, processTokens } from '../client/process';
import type { HeaderField } from '../http2/hpack/hpack';
import type { Clock } from '../transport/clock';
import type { Target } from '../transport/connect';
import { proxyNameOf } from '../transport/proxy';
import type { Attempt } from '../transport/request';
import type { SessionCache } from '../transport/sessionCache';
import { SoloConnection } from '../transport/soloConnection';
import { type Probe, probeNotification } from './checkRequest';
import type { ConnectView } from './connectSteps';

export interface CheckConnectionOptions extends ApnsClientOptions {
	/** Topic of the harmless request; without it, a certificate's own or none. */
	readonly bundleId?: string;
	/** Bound of the whole check. Default 15 000. */
	readonly timeoutMs?: number;
	/** Ends the check; the step under way fails. */
	readonly signal?: AbortSignal;
	/** Leaves out PING and the state of the session cache: enough to test a credential. */
	readonly shortened?: boolean;
}

/** Longer than `timing.connectTimeoutMs`, so that connecting fails with a cause of its own before the check ends. */
const DEFAULT_TIMEOUT_MS = 15_000;

/** The provider token, or that the key could not sign one. */
export type Signed =
	| { readonly token: string | undefined; readonly ms: number; readonly failed?: undefined }
	| { readonly failed: true; readonly ms: number };

/** What became of the request; no attempt where its headers cannot be sent. */
export interface Asked {
	readonly attempt: Attempt | undefined;
	/** When it was over, by the system's clock. */
	readonly wallNowMs: number;
	readonly ms: number;
}

function once<T>(obtain: () => Promise<T>): () => Promise<T> {
	let obtained: Promise<T> | undefined;
	return () => (obtained ??= obtain());
}

export class CheckState {
	readonly cache: SessionCache;
	readonly clock: Clock;
	readonly target: Target;
	readonly probe: Probe;
	/** Connects, and gives what was seen of it. */
	readonly view: () => Promise<ConnectView>;
	/** Signs, unless a certificate proves the sender. */
	readonly signed: () => Promise<Signed>;
	/** Sends the harmless request. */
	readonly asked: () => Promise<Asked>;
	private opened: SoloConnection | undefined;

	constructor(readonly options: CheckConnectionOptions) {
		this.cache = options.cache ?? processCache;
		this.clock = options.clock ?? this.cache.clock;
		this.target = targetOf(options, options.endpoint);
		this.probe = { identity: options.identity, bundleId: options.bundleId };
		this.view = once(async () => await this.connect());
		this.signed = once(async () => await this.sign());
		this.asked = once(async () => await this.ask());
	}

	/** Now, by the system's clock. */
	get wallNowMs(): number {
		return (this.options.wallNowMs ?? Date.now)();
	}

	/** The connection of this check, which the first step that needs it begins to open. */
	get connection(): SoloConnection {
		const { target, clock } = this;
		const { signal, timeoutMs = DEFAULT_TIMEOUT_MS } = this.options;
		return (this.opened ??= new SoloConnection({ target, connect: this.cache.connect, clock, timeoutMs, signal }));
	}

	/** Ends the connection, if there is one. */
	close(): void {
		this.opened?.close();
	}

	private async connect(): Promise<ConnectView> {
		const { identity, endpoint } = this.options;
		const startedAtMs = this.clock.now();
		const error = await this.connection.open();
		return {
			host: endpoint.host,
			proxyName: proxyNameOf(this.target.proxyUrl),
			certificate: identity.type === 'certificate' ? identity.facts : undefined,
			facts: this.connection.facts,
			startedAtMs,
			endedAtMs: this.clock.now(),
			error,
		};
	}

	private async sign(): Promise<Signed> {
		const { identity } = this.options;
		const startedAtMs = this.clock.now();
		if (identity.type === 'certificate') return { token: undefined, ms: 0 };
		const token = await this.tokenOf(identity);
		const ms = this.clock.now() - startedAtMs;
		return token === undefined ? { failed: true, ms } : { token, ms };
	}

	private async tokenOf(identity: TokenIdentity): Promise<string | undefined> {
		try {
			return await (this.options.tokens ?? processTokens).get(identity);
		} catch {
			// The library's text is about its own inputs; the key is never to be in a message.
			return undefined;
		}
	}

	private async ask(): Promise<Asked> {
		const signed = await this.signed();
		const startedAtMs = this.clock.now();
		const notification = probeNotification(this.probe);
		const token = signed.failed === true ? undefined : signed.token;
		const fields = this.fieldsOf(token === undefined ? undefined : `bearer ${token}`);
		const attempt = fields === undefined ? undefined : await this.connection.request(fields, notification.payload);
		return { attempt, wallNowMs: this.wallNowMs, ms: this.clock.now() - startedAtMs };
	}

	private fieldsOf(authorization: string | undefined): readonly HeaderField[] | undefined {
		try {
			return createHeaderBuilder(this.options.endpoint).push(probeNotification(this.probe), authorization);
		} catch (error) {
			if (error instanceof RangeError) return undefined;
			throw error;
		}
	}
}
