/** The two TLS ports of a simulator and the connections on them. */
import type { AddressInfo, Server } from 'node:net';
import type { TLSSocket } from 'node:tls';
import * as tls from 'node:tls';
import type { IssuedCertificate } from './authority';
import type { Connection } from './connection';
import { openConnection } from './connection';
import { beginExchange } from './exchange';
import { serverSettings } from './facts';
import type { PortRole } from './journal';
import type { SimulatorOptions } from './options';
import type { Service } from './service';

/** Where a connection may be cut before it serves: before TLS, or right after it. */
export type RejectPoint = 'tcp' | 'tls';

export interface Ports {
	readonly pushPort: number;
	readonly managementPort: number;
	/** Those open now. */
	readonly connections: ReadonlySet<Connection>;
	/** Connections so far. */
	opened(): number;
	/** Requests begun so far. */
	streams(): number;
	/** The next so many connections are cut at this point; 0 ends it. */
	reject(at: RejectPoint, times: number): void;
	/** All connections, later ones too, go silent without closing, or speak again. */
	setSilent(silent: boolean): void;
	/** Cuts every connection and stops listening. */
	close(): Promise<void>;
}

/** The server's certificate, and the authorities whose client certificates it trusts. */
export interface ServerIdentity extends IssuedCertificate {
	readonly caPem: string;
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

function createTlsServer(options: SimulatorOptions, identity: ServerIdentity): tls.Server {
	return tls.createServer({
		cert: identity.certificatePem,
		key: identity.privateKeyPem,
		ca: [identity.caPem],
		requestCert: options.requestClientCertificate ?? true,
		// A bad certificate gets a GOAWAY after the handshake, as Apple's front end was seen to do.
		rejectUnauthorized: false,
		ALPNProtocols: [...(options.alpn ?? ['h2'])],
		minVersion: options.minTlsVersion ?? 'TLSv1.2',
		maxVersion: options.maxTlsVersion ?? 'TLSv1.3',
	});
}

/** Opens both ports. Rejects when one of them is taken. */
export async function openPorts(options: SimulatorOptions, service: Service, identity: ServerIdentity): Promise<Ports> {
	const host = options.host ?? '127.0.0.1';
	const connections = new Set<Connection>();
	const sockets = new Set<TLSSocket>();
	const rejections = { tcp: 0, tls: 0 };
	let silent = false;
	let opened = 0;
	let streams = 0;

	/** True for a connection that is to be cut at this point. */
	function rejects(at: RejectPoint): boolean {
		if (rejections[at] <= 0) return false;
		rejections[at] -= 1;
		return true;
	}

	function welcome(socket: TLSSocket, role: PortRole): void {
		sockets.add(socket);
		socket.once('close', () => sockets.delete(socket));
		const connection = openConnection(socket, {
			role,
			environment: service.environment,
			clock: service.clock,
			journal: service.journal,
			settings: { ...serverSettings, ...options.settings },
			provenStreamLimit: service.provenStreamLimit,
			excessStreams: options.excessStreams ?? 'goaway',
			resetBudget: options.resetBudget,
			badCertificate: options.badCertificate ?? 'goaway',
			revoked: service.revokedCertificates,
			errorBudget: options.errorBudget,
			idleTimeoutMs: options.idleTimeoutMs,
			readsHeaderBlocks: options.readsHeaderBlocks ?? false,
			onStream(from, stream, headers) {
				streams += 1;
				beginExchange(from, stream, headers, service.exchange);
			},
			onClose: (closed) => void connections.delete(closed),
		});
		opened += 1;
		connections.add(connection);
		if (silent) connection.wire.hold();
	}

	function serve(role: PortRole): tls.Server {
		const server = createTlsServer(options, identity);
		server.on('connection', (socket) => {
			socket.setNoDelay(true);
			if (rejects('tcp')) socket.destroy();
		});
		server.on('tlsClientError', (_error, socket) => socket.destroy());
		server.on('secureConnection', (socket) => {
			if (rejects('tls')) socket.destroy();
			else welcome(socket, role);
		});
		return server;
	}

	const servers = [serve('push'), serve('management')] as const;
	const pushPort = await listen(servers[0], options.port ?? 0, host);
	const managementPort = await listen(servers[1], options.managementPort ?? 0, host).catch((error: unknown) => {
		servers[0].close();
		throw error;
	});

	return {
		pushPort,
		managementPort,
		connections,
		opened: () => opened,
		streams: () => streams,
		reject(at, times) {
			rejections[at] = times;
		},
		setSilent(on) {
			silent = on;
			for (const { wire } of connections) {
				if (on) wire.hold();
				else wire.release();
			}
		},
		async close() {
			const closed = servers.map((server) => new Promise<void>((resolve) => void server.close(() => resolve())));
			for (const connection of connections) connection.cut();
			for (const socket of sockets) socket.destroy();
			await Promise.all(closed);
		},
	};
}
