/** The APNs simulator: two TLS ports (pushes and broadcasts, channel management), as strict as Apple's pages, with a journal and faults on script. */
import type { AddressInfo, Server } from 'node:net';
import type { TLSSocket } from 'node:tls';
import * as tls from 'node:tls';
import type { ApiRequest, Judgement, ReasonSpelling } from './api';
import { createSigningKey, randomKeyId, sharedAuthority } from './authority';
import type { SigningKey } from './authority';
import { judgeBroadcast } from './broadcastApi';
import { judgeChannelRequest } from './channelApi';
import type { ChannelStore } from './channels';
import { createChannelStore } from './channels';
import type { Connection } from './connection';
import { openConnection } from './connection';
import type { AcceptedPush } from './deviceApi';
import { judgeDevicePush } from './deviceApi';
import type { DeviceOptions, Devices } from './devices';
import { createDevices } from './devices';
import { beginExchange } from './exchange';
import type { Environment } from './facts';
import { limits, serverSettings } from './facts';
import type { GoawayAction, Script } from './faults';
import { createScript } from './faults';
import type { SettingValues } from '../../test/wire/frames';
import type { Journal, PortRole, RequestRecord } from './journal';
import { createJournal } from './journal';
import { createTokenVerifier } from './providerToken';
import type { TeamSpec, Teams } from './teams';
import { createTeams } from './teams';

export interface SimulatorOptions {
	/** Default `development`, as Apple's sandbox. */
	readonly environment?: Environment;
	/** Milliseconds since epoch; default the system's. TLS keeps the system's. */
	readonly clock?: () => number;
	/** Default 0: any free port. */
	readonly port?: number;
	readonly managementPort?: number;
	/** Default 127.0.0.1. */
	readonly host?: string;
	/** Known developer teams; default none, so no provider token is valid. */
	readonly teams?: readonly TeamSpec[];
	/** Server certificate; default one of the process's own authority. `ca`: also trusted for provider certificates. */
	readonly tls?: { readonly cert: string; readonly key: string; readonly ca?: string };
	/** Ask clients for a provider certificate, as Apple does. Default true; a client may come without. */
	readonly requestClientCertificate?: boolean;
	/** An untrusted, expired or other environment's certificate: GOAWAY (default, as observed), a 403 answer (as documented), or the end right after the handshake. */
	readonly badCertificate?: 'goaway' | 'answer' | 'cut';
	/** ALPN protocols offered; default `h2` alone. A client that offers none is served, as Apple does. */
	readonly alpn?: readonly string[];
	readonly minTlsVersion?: 'TLSv1.2' | 'TLSv1.3';
	readonly maxTlsVersion?: 'TLSv1.2' | 'TLSv1.3';
	/** Laid over Apple's settings. `maxConcurrentStreams` is the limit of a connection that has not proved itself. */
	readonly settings?: Omit<SettingValues, 'enablePush'>;
	/** Stream limit after the first request with a good token, and of certificate connections. Default 1000. */
	readonly maxConcurrentStreamsAfterAuth?: number;
	readonly dropStreamsOnReject?: boolean;
	readonly excessStreams?: 'goaway' | 'node';
	readonly resetBudget?: { readonly resets: number; readonly withinMs: number };
	readonly idleTimeoutMs?: number;
	/** More error answers in a row than this (410 does not count) draw a GOAWAY; default: never. Apple's number is unpublished. */
	readonly errorBudget?: number;
	/** Before each honest answer; default 0. */
	readonly answerDelayMs?: number | ((request: RequestRecord) => number);
	/** Measure the 20 minutes between provider tokens by their arrival on the connection instead of by `iat`. */
	readonly strictTokenUpdates?: boolean;
	/** `observed` (default) or Apple's page, where the two differ. */
	readonly reasonSpelling?: ReasonSpelling;
	readonly devices?: DeviceOptions;
	readonly minDeviceTokenDigits?: number;
	readonly requirePushType?: boolean;
	readonly malformedPayload?: 'accept' | 'refuse';
	/** Channels shared with another simulator, say of the other environment. */
	readonly channels?: ChannelStore;
	readonly channelsPerApp?: number;
	readonly channelCreatedStatus?: 200 | 201;
	/** Broadcasts of the whole service above this many in the time draw TooManyRequests; default: never. */
	readonly broadcastRateLimit?: { readonly broadcasts: number; readonly withinMs: number };
	/** Most requests, accepted pushes and closed connections remembered; default all. */
	readonly journalKeeps?: number;
}

export interface Counters {
	/** Connections so far, and those open now. */
	readonly connections: number;
	readonly openConnections: number;
	/** Requests begun. */
	readonly streams: number;
	/** Distinct provider tokens with a good signature. */
	readonly providerTokens: number;
	/** Pushes and broadcasts answered 200. */
	readonly accepted: number;
}

export interface Simulator {
	readonly host: string;
	readonly pushPort: number;
	readonly managementPort: number;
	/** What a client must trust. */
	readonly caPem: string;
	readonly environment: Environment;
	readonly journal: Journal;
	readonly devices: Devices;
	readonly channels: ChannelStore;
	readonly teams: Teams;
	readonly script: Script;
	/** Pushes to devices that were accepted, in order. */
	readonly acceptedPushes: readonly AcceptedPush[];
	counters(): Counters;
	/** Tokens of the key are refused from now on. */
	revoke(keyId: string): void;
	/** TLS with the certificate fails from now on, and its connections end. Takes `fingerprint256` as Node prints it. */
	revokeCertificate(fingerprint256: string): void;
	/** Gives the team a new key and revokes its others (`keepOld`: leaves them). */
	rotateKeys(teamId: string, options?: { readonly keepOld?: boolean }): SigningKey;
	/** Switches the broadcast capability of an app; off deletes its channels. */
	setBroadcast(bundleId: string, enabled: boolean): void;
	/** GOAWAY on every open connection; `drain` and NO_ERROR unless said otherwise. */
	goawayAll(reason?: string, action?: Omit<GoawayAction, 'type' | 'reason'>): void;
	/** GOAWAY on one connection, by its id in the journal. */
	goaway(connectionId: number, reason?: string, action?: Omit<GoawayAction, 'type' | 'reason'>): void;
	/** Stream limit of connections that proved themselves, now and from now on. */
	setMaxConcurrentStreams(streams: number, options?: { readonly refuseSurplus?: boolean }): void;
	/** All connections go silent without closing (`true`), or speak again. */
	setSilent(silent: boolean): void;
	/** New connections are cut before TLS (`tcp`) or right after it (`tls`), so many times; 0 ends it. */
	rejectConnections(at: 'tcp' | 'tls', times?: number): void;
	/** Cuts one connection without a word, by its id in the journal. */
	cut(connectionId: number): void;
	/** Cuts every open connection without a word. */
	cutAll(): void;
	/** Ends all connections and both ports. */
	close(): Promise<void>;
}

function listen(server: Server, port: number, host: string): Promise<number> {
	return new Promise((resolve, reject) => {
		const fail = (error: Error) =>
			reject(
				new Error(
					`The simulator cannot listen on ${host}:${port} (${error.message}): name another port, or 0 for any free one.`,
				),
			);
		server.once('error', fail);
		server.listen(port, host, () => {
			server.off('error', fail);
			resolve((server.address() as AddressInfo).port);
		});
	});
}

/** Starts a simulator on loopback. Rejects when a port is taken. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
	const host = options.host ?? '127.0.0.1';
	const environment = options.environment ?? 'development';
	const clock = options.clock ?? Date.now;
	const authority = sharedAuthority();
	const own = options.tls ?? { cert: '', key: '' };
	const issued = options.tls === undefined ? authority.server() : { certificatePem: own.cert, privateKeyPem: own.key };
	const caPem = options.tls === undefined ? authority.caPem : (options.tls.ca ?? options.tls.cert);
	const keeps = options.journalKeeps ?? Number.POSITIVE_INFINITY;
	const journal = createJournal(keeps);
	const revoked = new Set<string>();
	const teams = createTeams(options.teams ?? []);
	const verifier = createTokenVerifier(teams);
	const devices = createDevices(options.devices ?? {}, clock);
	const channels = options.channels ?? createChannelStore({ channelsPerApp: options.channelsPerApp, clock });
	const script = createScript();
	const spelling = options.reasonSpelling ?? 'observed';
	const connections = new Set<Connection>();
	const sockets = new Set<TLSSocket>();
	const timers = new Set<NodeJS.Timeout>();
	const acceptedPushes: AcceptedPush[] = [];
	const broadcastTimes: number[] = [];
	const delay = options.answerDelayMs ?? 0;
	const rejections = { tcp: 0, tls: 0 };
	let provenStreamLimit = options.maxConcurrentStreamsAfterAuth ?? 1000;
	let silent = false;
	let accepted = 0;
	let opened = 0;
	let streams = 0;
	let closing: Promise<void> | undefined;

	function throttled(): boolean {
		if (options.broadcastRateLimit === undefined) return false;
		const { broadcasts, withinMs } = options.broadcastRateLimit;
		const now = clock();
		broadcastTimes.push(now);
		while (now - (broadcastTimes[0] ?? now) >= withinMs) broadcastTimes.shift();
		return broadcastTimes.length > broadcasts;
	}

	const deviceApi = {
		devices,
		teams,
		spelling,
		minDeviceTokenDigits: options.minDeviceTokenDigits ?? limits.minDeviceTokenDigits,
		requirePushType: options.requirePushType ?? false,
		malformedPayload: options.malformedPayload ?? 'accept',
		onAccepted(push: AcceptedPush) {
			acceptedPushes.push(push);
			if (acceptedPushes.length > keeps) acceptedPushes.shift();
		},
	} as const;
	const broadcastApi = { channels, teams, spelling, throttled };
	const channelApi = { channels, teams, spelling, createdStatus: options.channelCreatedStatus ?? 201 };

	function judge(role: PortRole, request: ApiRequest): Judgement {
		if (role === 'management') return judgeChannelRequest(request, channelApi);
		const judged = request.path.startsWith('/4/')
			? judgeBroadcast(request, broadcastApi)
			: judgeDevicePush(request, deviceApi);
		if (judged.answer.status === 200) accepted += 1;
		return judged;
	}

	const exchange = {
		environment,
		clock,
		journal,
		teams,
		verifier,
		strictTokenUpdates: options.strictTokenUpdates ?? false,
		get provenStreamLimit() {
			return provenStreamLimit;
		},
		dropStreamsOnReject: options.dropStreamsOnReject ?? false,
		answerDelayMs: typeof delay === 'number' ? () => delay : delay,
		judge,
		actionFor: (request: RequestRecord) => script.take(request),
		later(ms: number, then: () => void) {
			const timer = setTimeout(() => {
				timers.delete(timer);
				then();
			}, ms);
			timers.add(timer);
		},
	};

	/** True for a connection that is to be cut at this point. */
	function rejects(at: keyof typeof rejections): boolean {
		if (rejections[at] <= 0) return false;
		rejections[at] -= 1;
		return true;
	}

	function serve(role: PortRole): tls.Server {
		const server = tls.createServer({
			cert: issued.certificatePem,
			key: issued.privateKeyPem,
			ca: [caPem],
			requestCert: options.requestClientCertificate ?? true,
			// A bad certificate gets a GOAWAY after the handshake, as Apple's front end was seen to do.
			rejectUnauthorized: false,
			ALPNProtocols: [...(options.alpn ?? ['h2'])],
			minVersion: options.minTlsVersion ?? 'TLSv1.2',
			maxVersion: options.maxTlsVersion ?? 'TLSv1.3',
		});
		server.on('connection', (socket) => {
			socket.setNoDelay(true);
			if (rejects('tcp')) socket.destroy();
		});
		server.on('tlsClientError', (_error, socket) => socket.destroy());
		server.on('secureConnection', (socket) => {
			if (rejects('tls')) {
				socket.destroy();
				return;
			}
			sockets.add(socket);
			socket.once('close', () => sockets.delete(socket));
			const connection = openConnection(socket, {
				role,
				environment,
				clock,
				journal,
				settings: { ...serverSettings, ...options.settings },
				provenStreamLimit,
				excessStreams: options.excessStreams ?? 'goaway',
				resetBudget: options.resetBudget,
				badCertificate: options.badCertificate ?? 'goaway',
				revoked,
				errorBudget: options.errorBudget,
				idleTimeoutMs: options.idleTimeoutMs,
				onStream(from, stream, headers) {
					streams += 1;
					beginExchange(from, stream, headers, exchange);
				},
				onClose: (closed) => void connections.delete(closed),
			});
			opened += 1;
			connections.add(connection);
			if (silent) connection.wire.hold();
		});
		return server;
	}

	const servers = [serve('push'), serve('management')] as const;
	const pushPort = await listen(servers[0], options.port ?? 0, host);
	const managementPort = await listen(servers[1], options.managementPort ?? 0, host).catch((error: unknown) => {
		servers[0].close();
		throw error;
	});

	function connectionOf(id: number): Connection {
		const found = [...connections].find(({ record }) => record.id === id);
		if (found === undefined)
			throw new Error(`The simulator has no open connection ${id}: the journal lists those it has.`);
		return found;
	}

	async function shut(): Promise<void> {
		for (const timer of timers) clearTimeout(timer);
		timers.clear();
		const closed = servers.map((server) => new Promise<void>((resolve) => void server.close(() => resolve())));
		for (const connection of connections) connection.cut();
		for (const socket of sockets) socket.destroy();
		await Promise.all(closed);
	}

	return {
		host,
		pushPort,
		managementPort,
		caPem,
		environment,
		journal,
		devices,
		channels,
		teams,
		script,
		acceptedPushes,
		counters: () => ({
			connections: opened,
			openConnections: connections.size,
			streams,
			providerTokens: verifier.distinctTokens(),
			accepted,
		}),
		revoke: teams.revoke,
		revokeCertificate(fingerprint256) {
			revoked.add(fingerprint256);
			for (const connection of [...connections])
				if (connection.certificate?.fingerprint256 === fingerprint256) connection.cut();
		},
		rotateKeys(teamId, { keepOld = false } = {}) {
			const old = teams.keyIds(teamId);
			const key = createSigningKey(randomKeyId());
			teams.addKey(teamId, { keyId: key.keyId, publicKey: key.publicKey });
			if (!keepOld) for (const keyId of old) teams.revoke(keyId);
			return key;
		},
		setBroadcast(bundleId, enabled) {
			teams.setBroadcast(bundleId, enabled);
			if (!enabled) channels.deleteAll(bundleId);
		},
		goawayAll(reason, action = {}) {
			for (const connection of [...connections]) connection.goaway({ ...action, reason });
		},
		goaway(connectionId, reason, action = {}) {
			connectionOf(connectionId).goaway({ ...action, reason });
		},
		setMaxConcurrentStreams(limit, { refuseSurplus = false } = {}) {
			provenStreamLimit = limit;
			for (const connection of connections) {
				const proven = connection.certificate !== undefined || connection.binding.teamId !== undefined;
				if (proven) connection.setStreamLimit(limit, refuseSurplus);
			}
		},
		setSilent(on) {
			silent = on;
			for (const { wire } of connections) {
				if (on) wire.hold();
				else wire.release();
			}
		},
		rejectConnections(at, times = Number.POSITIVE_INFINITY) {
			rejections[at] = times;
		},
		cut: (connectionId) => connectionOf(connectionId).cut(),
		cutAll() {
			for (const connection of [...connections]) connection.cut();
		},
		close() {
			closing ??= shut();
			return closing;
		},
	};
}
