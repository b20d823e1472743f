/** The world of one cell: a client on a fast clock, a relay that can misbehave, and a peer whose every frame is in the test's hands. */
import type { Notification } from '../../nodes/shared/apns/notification';
import { ProviderTokenStore } from '../../nodes/shared/apns/providerToken';
import { ApnsClient, type RequestOptions } from '../../nodes/shared/client/apnsClient';
import type { Outcome } from '../../nodes/shared/outcome';
import type { Clock } from '../../nodes/shared/transport/clock';
import { SessionCache } from '../../nodes/shared/transport/sessionCache';
import { createSystemNetwork } from '../../nodes/shared/transport/systemNetwork';
import { createServers, type Servers } from '../shared/transport/servers';
import { createFastClock } from '../shared/client/manualClock';
import { createIdentity, numbered, numberOf } from '../regressions/rawBench';
import { type RawConnection, type RawPeer, type RawRequest, startRawPeer } from '../wire/rawPeer';
import { createReferenceDecoder } from '../wire/referenceHpack';
import { type Front, startFront } from './front';

/** So much faster than the real clock. */
export const SPEED = 20;

export interface WorldOptions {
	/** Streams the first connection allows. */
	readonly limit: number;
	/** The first connection's window for each stream holds so many bytes, and none are given back until `answerHeld`. */
	readonly tinyWindow: boolean;
	/** The first connection sends no SETTINGS until `answerHeld`. */
	readonly mute: boolean;
	/** The first connection leaves PINGs unanswered. */
	readonly deafToPings: boolean;
	/** Decides about requests of the first connection before the world does; true: nothing more is done. */
	readonly intercept?: (connection: RawConnection, request: RawRequest) => boolean;
	/** Names instead of loopback's own. */
	readonly lookup?: (attempt: number) => string[];
	/** Starts a proxy and gives its port; `servers` are closed with the world. */
	readonly proxyPort?: (servers: Servers) => Promise<number>;
	readonly alpn?: readonly string[];
	/** The client trusts this instead of the peer's authority. */
	readonly trust?: string;
	/** The name the client asks for. */
	readonly host?: string;
}

/** What became of one push. */
export interface Told {
	readonly outcome: Outcome;
	/** Milliseconds of the fast clock from the call. */
	readonly afterMs: number;
}

export interface World {
	readonly clock: Clock;
	readonly front: Front;
	readonly peer: RawPeer;
	readonly cache: SessionCache;
	readonly told: Map<number, Told>;
	/** Pushes the peer answered 200, by number. */
	readonly acceptedByPeer: Set<number>;
	/** Pushes that arrived whole and neither were refused nor stood above a GOAWAY's last stream, by number; each as often as it came. */
	readonly taken: number[];
	/** HEADERS seen for each push that arrived whole. */
	readonly arrivals: Map<number, number>;
	/** Pushes with these numbers are held on the first connection until `answerHeld`. */
	readonly held: Set<number>;
	/** Sends the n-th push; `told` gets its end. */
	push(n: number, options?: RequestOptions, overrides?: Partial<Notification>): void;
	/** Resolves once so many pushes, or all, have ended; false when it takes longer than so many seconds of the fast clock. */
	settled(seconds: number): Promise<boolean>;
	/** Lets the clock of deadlines jump. */
	skip(ms: number): void;
	/** A minute passes in silence where nothing is in flight. */
	skipIdle(): void;
	/** Lets the wall clock jump, as a time server does. */
	skipWall(ms: number): void;
	/** The first connection of the peer. */
	first(): Promise<RawConnection>;
	/** The stream of a push on the first connection. */
	streamOf(n: number): Promise<number>;
	/** A reset or GOAWAY says so: the push was not processed. */
	disown(n: number): void;
	/** The test answers this held push itself. */
	forgetHeld(n: number): void;
	/** The first connection answers what it held, speaks, and opens its windows. */
	answerHeld(): void;
	/** Distinct provider tokens the peer saw. */
	tokens(): number;
	/** Waits so many seconds of the fast clock. */
	wait(seconds: number): Promise<void>;
	close(): Promise<void>;
}

export async function createWorld(options: WorldOptions): Promise<World> {
	const fast = createFastClock(SPEED);
	let skippedMs = 0;
	let wallSkippedMs = 0;
	const clock: Clock = { ...fast, now: () => fast.now() + skippedMs };
	const wallNowMs = (): number => Date.now() + wallSkippedMs;
	const held = new Set<number>();
	const acceptedByPeer = new Set<number>();
	const taken: number[] = [];
	const arrivals = new Map<number, number>();
	const waiting = new Map<number, number>();
	const authorizations = new Set<string>();
	let released = false;

	const accept = (connection: RawConnection, streamId: number, n: number): void => {
		acceptedByPeer.add(n);
		connection.respond(streamId, { status: 200 });
	};
	const peer = await startRawPeer({
		// A server's first frame must be its SETTINGS: the first connection may be mute for a while.
		auto: { preface: false, windowUpdates: false, pingAck: false, settingsAck: false },
		alpn: options.alpn,
		onConnection(connection) {
			const isFirst = connection.id === 1;
			const decoder = createReferenceDecoder(4_096);
			if (!isFirst) connection.settings({ maxConcurrentStreams: 100 });
			else if (!options.mute) {
				connection.settings({
					maxConcurrentStreams: options.limit,
					...(options.tinyWindow ? { initialWindowSize: 8 } : {}),
				});
			}
			connection.events.on('frame', ({ type, flags, payload, streamId }) => {
				if (type === 0x6 && (flags & 1) === 0 && !(isFirst && options.deafToPings)) connection.ping(payload, true);
				if (type === 0x4 && (flags & 1) === 0 && !(isFirst && options.mute)) connection.settingsAck();
				if (type !== 0x0 || payload.length === 0) return;
				if (isFirst && options.mute && !released) return;
				// The first stream, which proves the token, is not held back.
				if (isFirst && options.tinyWindow && !released && streamId > 1) return;
				connection.windowUpdate(0, payload.length);
				if ((flags & 1) === 0) connection.windowUpdate(streamId, payload.length);
			});
			connection.events.on('request', (request) => {
				const n = numberOf(request);
				arrivals.set(n, (arrivals.get(n) ?? 0) + 1);
				for (const [name, value] of decoder.decode(request.headerBlock)) {
					if (name === 'authorization') authorizations.add(value);
				}
				if (isFirst && options.intercept?.(connection, request) === true) return;
				taken.push(n);
				if (isFirst && held.has(n) && !released) waiting.set(n, request.streamId);
				else accept(connection, request.streamId, n);
			});
		},
	});
	const front = await startFront(peer.port);
	const servers = createServers();
	const system = createSystemNetwork();
	let lookups = 0;
	const cache = new SessionCache({
		clock,
		network: {
			...system,
			lookup: async (host) => {
				if (options.lookup === undefined) return await Promise.resolve([{ address: '127.0.0.1', family: 4 as const }]);
				lookups += 1;
				const found = options.lookup(lookups);
				if (found.length === 0) throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' });
				return await Promise.resolve(found.map((address) => ({ address, family: 4 as const })));
			},
		},
	});
	const proxyPort = await options.proxyPort?.(servers);
	const endpoint = { host: options.host ?? 'localhost', port: front.port };
	const client = new ApnsClient({
		identity: createIdentity(),
		endpoint,
		managementEndpoint: endpoint,
		caBundle: options.trust ?? peer.caPem,
		proxyUrl: proxyPort === undefined ? undefined : `http://user:secret@127.0.0.1:${proxyPort}`,
		cache,
		tokens: new ProviderTokenStore({ nowMs: wallNowMs }),
		clock,
		wallNowMs,
		processEnvironment: {},
	});
	const told = new Map<number, Told>();
	const pending = new Set<number>();
	const watchers = new Set<() => void>();
	return {
		clock,
		front,
		peer,
		cache,
		told,
		acceptedByPeer,
		taken,
		arrivals,
		held,
		push(n, requestOptions, overrides) {
			const beganMs = clock.now();
			pending.add(n);
			void client.send(numbered(n, { bytes: 40, ...overrides }), requestOptions).then((outcome) => {
				told.set(n, { outcome, afterMs: clock.now() - beganMs });
				pending.delete(n);
				for (const look of [...watchers]) look();
			});
		},
		settled: (seconds) =>
			new Promise((resolve) => {
				const finish = (done: boolean): void => {
					clearTimeout(timer);
					watchers.delete(look);
					resolve(done);
				};
				const look = (): void => {
					if (pending.size === 0) finish(true);
				};
				const timer = setTimeout(() => finish(false), (seconds * 1_000) / SPEED);
				watchers.add(look);
				look();
			}),
		skip: (ms) => void (skippedMs += ms),
		skipIdle() {
			if (pending.size === 0) skippedMs += 61_000;
		},
		skipWall: (ms) => void (wallSkippedMs += ms),
		first: () => peer.connection(1),
		async streamOf(n) {
			const connection = await peer.connection(1);
			return await connection.waitFor(({ requests }) => requests.find((one) => numberOf(one) === n)?.streamId);
		},
		disown(n) {
			const at = taken.lastIndexOf(n);
			if (at >= 0) taken.splice(at, 1);
			waiting.delete(n);
		},
		forgetHeld: (n) => void waiting.delete(n),
		answerHeld() {
			released = true;
			const [connection] = peer.connections;
			if (connection === undefined) return;
			if (options.mute) {
				connection.settings({ maxConcurrentStreams: options.limit });
				connection.settingsAck();
			}
			if (options.tinyWindow) connection.settings({ maxConcurrentStreams: options.limit, initialWindowSize: 65_535 });
			for (const [n, streamId] of waiting) accept(connection, streamId, n);
			waiting.clear();
		},
		tokens: () => authorizations.size,
		wait: (seconds) => new Promise((resolve) => setTimeout(resolve, (seconds * 1_000) / SPEED)),
		async close() {
			cache.close();
			await servers.close();
			await front.close();
			await peer.close();
		},
	};
}
