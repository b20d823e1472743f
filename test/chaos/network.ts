/** The simulated network: names, addresses, TCP and TLS, as the product's `Network` asks for them. TLS is a decision of the world, not bytes. */
import type {
	Address,
	Channel,
	Dialing,
	HandshakeFacts,
	Network,
	SecureOptions,
} from '../../nodes/shared/transport/network';
import type { ConnectionRecord, Journal } from './journal';
import { channelOn, type FarEnd, Link, systemError } from './link';
import type { Loop } from './loop';
import type { Random } from './random';

/** What becomes of a connection attempt at an address. */
export type TcpVerdict = 'up' | 'refused' | 'blackHole' | 'unreachable' | 'reset';

/** What becomes of a TLS handshake. */
export type TlsVerdict =
	| { readonly kind: 'up'; readonly alpn: 'h2' | undefined }
	/** The error the product meets, as Node makes it; a chain was shown before the judgement, or not. */
	| { readonly kind: 'failed'; readonly code: string; readonly chainShown: boolean }
	| { readonly kind: 'stall' };

/** What stands at an address and port. */
export interface Host {
	readonly endpoint: number;
	tcp(address: string): TcpVerdict;
	/** Plain TCP was opened: only a proxy takes it. */
	plain(link: Link, record: ConnectionRecord): FarEnd;
	tls(secure: SecureOptions, address: string): TlsVerdict;
	/** TLS is done. */
	secured(link: Link, record: ConnectionRecord, secure: SecureOptions): FarEnd;
	latencyMs(address: string): number;
}

export interface Resolver {
	/** Addresses, or the code of the failure. */
	resolve(host: string): readonly Address[] | { readonly code: string };
	lookupMs(host: string): number;
	/** What stands at this address and port; undefined: nothing does. */
	hostAt(address: string, port: number): Host | undefined;
	/** Where a tunnel of this link leads; undefined when it is none. */
	tunnelTo(link: Link): Host | undefined;
	/** The endpoint a name belongs to, for the count of openings. */
	endpointOf(host: string): number;
	/** All links are wide and carry whole writes: worlds that are compared with each other want no luck. */
	readonly evenLinks: boolean;
}

/** TCP gives up by itself after so long. */
const TCP_TIMEOUT_MS = 130_000;

interface Deferred<T> {
	readonly promise: Promise<T>;
	resolve(value: T): void;
	reject(error: Error): void;
}

function deferred<T>(): Deferred<T> {
	let resolve: (value: T) => void = () => undefined;
	let reject: (error: Error) => void = () => undefined;
	const promise = new Promise<T>((yes, no) => {
		resolve = yes;
		reject = no;
	});
	// A caller may look at one of the two promises of a dialling only.
	promise.catch(() => undefined);
	return { promise, resolve, reject };
}

export class SimulatedNetwork implements Network {
	/** Channels that keep the process alive. */
	keptAlive = 0;
	/** Links whose client end is not closed. */
	openLinks = 0;
	readonly links = new Set<Link>();
	private readonly linkOf = new WeakMap<Channel, Link>();
	private readonly recordOf = new WeakMap<Link, ConnectionRecord>();
	/** When the lookup began that gave an address. */
	private readonly lookedUpAt = new WeakMap<Address, number>();

	constructor(
		private readonly loop: Loop,
		private readonly random: Random,
		private readonly journal: Journal,
		private readonly resolver: Resolver,
	) {}

	lookup(host: string): Promise<readonly Address[]> {
		const { promise, resolve, reject } = deferred<readonly Address[]>();
		const endpoint = this.resolver.endpointOf(host);
		const begunAt = this.loop.now();
		this.journal.openings.push({ atMs: begunAt, endpoint, identity: -1, paidBackAt: 0 });
		this.journal.note('lookup', endpoint);
		this.loop.arrive(this.resolver.lookupMs(host), () => {
			const found = this.resolver.resolve(host);
			if ('code' in found) {
				this.failed(endpoint, found.code);
				reject(systemError(found.code, `getaddrinfo ${found.code} ${host}`));
				return;
			}
			const fresh = found.map((address) => ({ ...address }));
			for (const address of fresh) this.lookedUpAt.set(address, begunAt);
			resolve(fresh);
		});
		return promise;
	}

	dial(to: Address, port: number, secure: SecureOptions | undefined): Dialing {
		const connected = deferred<void>();
		const channel = deferred<Channel>();
		const host = this.resolver.hostAt(to.address, port);
		const latencyMs = host?.latencyMs(to.address) ?? 1;
		const link = this.makeLink(latencyMs, host?.endpoint ?? -1, this.lookedUpAt.get(to) ?? 0);
		const record = this.recordOf.get(link);
		let given = false;
		this.journal.note('dial', link.options.id, port, to.address);
		const fail = (code: string): void => {
			if (given) return;
			given = true;
			this.failed(host?.endpoint ?? -1, code);
			const error = systemError(code, `connect ${code} ${to.address}:${port}`);
			link.destroy();
			connected.reject(error);
			channel.reject(error);
		};
		const verdict = host === undefined ? 'refused' : host.tcp(to.address);
		if (verdict === 'blackHole') this.loop.arrive(TCP_TIMEOUT_MS, () => fail('ETIMEDOUT'));
		else {
			this.loop.arrive(2 * latencyMs, () => {
				if (given || record === undefined || host === undefined) return fail('ECONNREFUSED');
				if (verdict === 'refused') return fail('ECONNREFUSED');
				if (verdict === 'unreachable') return fail('EHOSTUNREACH');
				if (verdict === 'reset') return fail('ECONNRESET');
				this.journal.note('connected', link.options.id);
				connected.resolve();
				if (secure !== undefined) {
					this.handshake(
						link,
						record,
						host,
						to.address,
						secure,
						channel,
						() => given,
						(value) => (given = value),
					);
					return;
				}
				given = true;
				link.far = host.plain(link, record);
				channel.resolve(this.channel(link, undefined));
			});
		}
		return {
			connected: connected.promise,
			channel: channel.promise,
			destroy: () => {
				if (given && link.isOver) return;
				given = true;
				link.destroy();
			},
		};
	}

	secure(inside: Channel, secure: SecureOptions): Dialing {
		const channel = deferred<Channel>();
		const link = this.linkOf.get(inside);
		const record = link === undefined ? undefined : this.recordOf.get(link);
		const host = link === undefined ? undefined : this.resolver.tunnelTo(link);
		let given = false;
		if (link === undefined || record === undefined) throw new Error('a channel that this network did not open');
		if (host === undefined) {
			// Nobody at the far end speaks TLS: what it says instead is no handshake.
			link.listen({
				onData: () => undefined,
				onDrain: () => undefined,
				onEnd: () => channel.reject(systemError('ECONNRESET', 'socket disconnected before TLS was established')),
				onError: (error) => channel.reject(error),
				onClose: () => undefined,
			});
		} else {
			this.handshake(
				link,
				record,
				host,
				'tunnel',
				secure,
				channel,
				() => given,
				(value) => (given = value),
			);
		}
		return {
			connected: Promise.resolve(),
			channel: channel.promise,
			destroy: () => {
				given = true;
				link.destroy();
			},
		};
	}

	private handshake(
		link: Link,
		record: ConnectionRecord,
		host: Host,
		address: string,
		secure: SecureOptions,
		channel: Deferred<Channel>,
		isOver: () => boolean,
		setOver: (value: boolean) => void,
	): void {
		const fail = (error: Error & { readonly code?: string }): void => {
			if (isOver()) return;
			setOver(true);
			this.failed(host.endpoint, error.code ?? error.message);
			link.destroy();
			channel.reject(error);
		};
		link.listen({
			onData: () => undefined,
			onDrain: () => undefined,
			onEnd: () =>
				fail(
					systemError('ECONNRESET', 'Client network socket disconnected before secure TLS connection was established'),
				),
			onError: fail,
			onClose: () => undefined,
		});
		const verdict = host.tls(secure, address);
		if (verdict.kind === 'stall') return;
		this.loop.arrive(link.options.latencyMs * 3, () => {
			if (isOver() || link.isOver) return;
			const facts: HandshakeFacts = {
				version: 'TLSv1.3',
				cipher: 'TLS_AES_128_GCM_SHA256',
				alpnProtocol: verdict.kind === 'up' ? verdict.alpn : undefined,
				chain: [{ subject: secure.host, issuer: 'Simulated CA', notAfterMs: Number.NaN }],
			};
			if (verdict.kind === 'up' || verdict.chainShown) secure.onHandshake?.(facts);
			if (verdict.kind === 'failed') return fail(systemError(verdict.code));
			setOver(true);
			link.unlisten();
			record.openedAt = this.loop.now();
			this.journal.note('tls', link.options.id);
			link.far = host.secured(link, record, secure);
			channel.resolve(this.channel(link, verdict.alpn));
		});
	}

	private channel(link: Link, alpn: string | undefined): Channel {
		const channel = channelOn(link, alpn);
		this.linkOf.set(channel, link);
		return channel;
	}

	private failed(endpoint: number, why: string): void {
		this.journal.dialFailures.push({ atMs: this.loop.now(), endpoint, why });
		this.journal.note('dialFailed', endpoint, 0, why);
	}

	private makeLink(latencyMs: number, endpoint: number, begunAt: number): Link {
		const { random } = this;
		const { evenLinks } = this.resolver;
		const id = this.journal.connections.length;
		const record: ConnectionRecord = {
			id,
			endpoint,
			dialledAt: this.loop.now(),
			openedAt: 0,
			closedAt: 0,
			identity: -1,
			version: -1,
			begunAt,
			firstAnswerAt: 0,
			lastAnswerAt: 0,
			provedAt: 0,
			accepted: 0,
			paidBackAt: 0,
			streams: 0,
			troubles: new Map(),
		};
		this.journal.connections.push(record);
		const link: Link = new Link(
			{
				id,
				latencyMs,
				windowBytes: !evenLinks && random.chance(0.2) ? random.int(8_000, 40_000) : 262_144,
				choppiness: !evenLinks && random.chance(0.25) ? 0.5 : 0,
				jitter: evenLinks ? 0 : 0.1,
			},
			this.loop,
			random,
			this.journal,
			(change) => (this.keptAlive += change),
			() => {
				this.openLinks -= 1;
				this.links.delete(link);
				record.closedAt = this.loop.now();
			},
		);
		this.openLinks += 1;
		this.links.add(link);
		this.recordOf.set(link, record);
		return link;
	}
}
