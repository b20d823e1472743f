/** A real CONNECT proxy, with or without login, that notes what it was asked for. */
import http from 'node:http';
import net from 'node:net';
import type { Servers } from './servers';

export interface ConnectProxyOptions {
	/** `user:password` it wants; none: everybody may. */
	readonly login?: string;
	/** Answers every CONNECT with this status instead. */
	readonly status?: number;
}

export interface ConnectProxy {
	readonly port: number;
	/** Authorities of the tunnels it opened. */
	readonly tunnels: readonly string[];
	/** CONNECT requests, refused ones included. */
	readonly requests: number;
}

export async function startConnectProxy(
	servers: Servers,
	{ login, status }: ConnectProxyOptions = {},
): Promise<ConnectProxy> {
	const tunnels: string[] = [];
	let requests = 0;
	const server = http.createServer((_request, response) => response.writeHead(405).end());
	server.on('connect', (request, client: net.Socket, head) => {
		requests += 1;
		client.on('error', () => undefined);
		const expected = login === undefined ? undefined : `Basic ${Buffer.from(login).toString('base64')}`;
		const refusal = expected !== undefined && request.headers['proxy-authorization'] !== expected ? 407 : status;
		if (refusal !== undefined) {
			client.end(`HTTP/1.1 ${refusal} Refused\r\nproxy-authenticate: Basic realm="test"\r\ncontent-length: 0\r\n\r\n`);
			return;
		}
		const authority = request.url ?? '';
		tunnels.push(authority);
		const at = authority.lastIndexOf(':');
		const upstream = net.connect(
			Number(authority.slice(at + 1)),
			authority.slice(0, at).replace(/^\[(.*)\]$/, '$1'),
			() => {
				client.write('HTTP/1.1 200 Connection established\r\n\r\n');
				upstream.write(head);
				upstream.pipe(client);
				client.pipe(upstream);
			},
		);
		upstream.on('error', () => client.destroy());
		client.on('close', () => upstream.destroy());
		upstream.on('close', () => client.destroy());
	});
	const { port } = await servers.listen(server);
	return {
		port,
		tunnels,
		get requests() {
			return requests;
		},
	};
}
