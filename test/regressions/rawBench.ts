/** A raw peer and clients of this package before it: what the regression tests start from. Each push carries its number, so that the peer knows which one it holds. */
import type { TokenIdentity } from '../../nodes/shared/apns/identity';
import type { Notification } from '../../nodes/shared/apns/notification';
import { ProviderTokenStore } from '../../nodes/shared/apns/providerToken';
import { ApnsClient, type ApnsClientOptions } from '../../nodes/shared/client/apnsClient';
import { type Clock, systemClock } from '../../nodes/shared/transport/clock';
import { SessionCache, type SessionCacheOptions } from '../../nodes/shared/transport/sessionCache';
import { createSigningKey } from '../../tools/simulator/authority';
import { type RawConnection, type RawPeer, type RawPeerOptions, type RawRequest, startRawPeer } from '../wire/rawPeer';

export interface RawBench {
	readonly peer: RawPeer;
	readonly cache: SessionCache;
	/** The clock all its clients and its cache follow. */
	readonly clock: Clock;
	client(overrides?: Partial<ApnsClientOptions>): ApnsClient;
	/** Numbers of the pushes whose END_STREAM arrived, on all connections, in order. */
	arrived(): number[];
	close(): Promise<void>;
}

export interface RawBenchOptions {
	readonly peer?: RawPeerOptions;
	/** Default: the system's. */
	readonly clock?: Clock;
	readonly cache?: SessionCacheOptions;
}

/** A team of its own, with a fresh signing key. */
export function createIdentity(teamId = 'TEAM000001'): TokenIdentity {
	const { keyId, privateKeyPem } = createSigningKey();
	return { type: 'token', teamId, keyId, privateKeyPem };
}

/** The n-th push: its payload says which one it is, filled up to `bytes` where given. */
export function numbered(
	n: number,
	{ bytes = 0, ...overrides }: Partial<Notification> & { bytes?: number } = {},
): Notification {
	return {
		deviceToken: n.toString(16).padStart(64, '0'),
		topic: 'com.example.app',
		pushType: 'alert',
		payload: Buffer.from(JSON.stringify({ n, aps: {} }).padEnd(bytes)),
		...overrides,
	};
}

/** Pushes `first` to `last`. */
export function range(
	first: number,
	last: number,
	overrides: Partial<Notification> & { bytes?: number } = {},
): Notification[] {
	return Array.from({ length: last - first + 1 }, (_none, index) => numbered(first + index, overrides));
}

/** Which push this is. */
export function numberOf({ body }: RawRequest): number {
	const parsed: unknown = JSON.parse(body.toString());
	const n: unknown = typeof parsed === 'object' && parsed !== null ? Reflect.get(parsed, 'n') : undefined;
	if (typeof n !== 'number') throw new Error(`The peer got a push without a number: ${body.toString()}`);
	return n;
}

/** Answers every request with 200. */
export function answerAll(connection: RawConnection): void {
	connection.events.on('request', ({ streamId }) => connection.respond(streamId, { status: 200 }));
}

/** Answers the first request of a connection with 200, which proves the provider token; the rest is the test's. */
export function answerFirst(connection: RawConnection): void {
	connection.events.once('request', ({ streamId }) => connection.respond(streamId, { status: 200 }));
}

/** Gets stuck: the first connection answers its first request with 200 and no other, later connections answer all of theirs. */
export function stickAfterFirst(connection: RawConnection): void {
	if (connection.id === 1) answerFirst(connection);
	else answerAll(connection);
}

export async function startRawBench(options: RawBenchOptions = {}): Promise<RawBench> {
	const peer = await startRawPeer(options.peer);
	const clock = options.clock ?? systemClock;
	const cache = new SessionCache({ clock, ...options.cache });
	const tokens = new ProviderTokenStore();
	const identity = createIdentity();
	return {
		peer,
		cache,
		clock,
		client: (overrides) =>
			new ApnsClient({
				identity,
				endpoint: { host: 'localhost', port: peer.port },
				managementEndpoint: { host: 'localhost', port: peer.port },
				caBundle: peer.caPem,
				cache,
				tokens,
				clock,
				processEnvironment: {},
				...overrides,
			}),
		arrived: () => peer.connections.flatMap(({ requests }) => requests.map(numberOf)),
		async close() {
			cache.close();
			await peer.close();
		},
	};
}

/** A bench whose first connection is open and has proven the provider token with push 0; what comes after it is the test's to answer. */
export async function startProvenBench(maxConcurrentStreams: number): Promise<RawBench> {
	const bench = await startRawBench({ peer: { settings: { maxConcurrentStreams }, onConnection: answerFirst } });
	const { outcome } = await bench.client().send(numbered(0));
	if (outcome === 'accepted') return bench;
	await bench.close();
	throw new Error(`Push 0 was to be accepted, but it is ${outcome}.`);
}

/** Resolves once everything this side wrote before has been read by the peer, or the connection is over. */
export async function quiet(connection: RawConnection): Promise<void> {
	// Two round trips: the first acknowledgement may overtake what waits for the end of the client's turn.
	for (const text of ['barrier1', 'barrier2']) {
		const opaque = Buffer.from(text + String(connection.id)).subarray(0, 8);
		const before = acknowledged(connection, opaque);
		connection.ping(opaque);
		await connection
			.waitFor(() => connection.ended || acknowledged(connection, opaque) > before)
			.catch((error: unknown) => {
				if (!connection.closed) throw error;
			});
	}
}

function acknowledged(connection: RawConnection, opaque: Buffer): number {
	return connection.framesOf('PING').filter(({ payload }) => payload.equals(opaque)).length;
}

/** What `promise` gives, or `late` when it takes longer than so many real milliseconds. */
export function within<T>(promise: Promise<T>, ms: number): Promise<T | 'late'> {
	return new Promise((resolve, reject) => {
		const timer = setTimeout(() => resolve('late'), ms);
		promise.then(resolve, reject).finally(() => clearTimeout(timer));
	});
}

/** The longest time the event loop stood still between start and `stop`, in milliseconds. */
export function watchLoop(): { stop(): number } {
	let longestMs = 0;
	let lastMs = performance.now();
	const look = (): void => {
		const nowMs = performance.now();
		longestMs = Math.max(longestMs, nowMs - lastMs);
		lastMs = nowMs;
	};
	const timer = setInterval(look, 1);
	return {
		stop() {
			look();
			clearInterval(timer);
			return longestMs;
		},
	};
}
