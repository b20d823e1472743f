/** A real CONNECT proxy: the test decides what becomes of each request, and the proxy notes what it was asked for. */
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import net from 'node:net';
import type { Servers } from './servers';

/** Opens the tunnel, answers with a status, cuts the connection without a word, or says nothing. */
export type Treatment = 'open' | 'cut' | 'silent' | number;

/** What becomes of a request; `nth` counts from 1. */
export type Treat = (nth: number, request: IncomingMessage) => Treatment;

export interface ConnectProxy {
	readonly port: number;
	/** Authorities of the tunnels it opened. */
	readonly tunnels: readonly string[];
	/** CONNECT requests, refused ones included. */
	readonly requests: number;
}

/** Opens a tunnel for who knows this `user:password`, and answers 407 to everybody else. */
export function wantsLogin(login: string): Treat {
	const expected = `Basic ${Buffer.from(login).toString('base64')}`;
	return (_nth, { headers }) => (headers['proxy-authorization'] === expected ? 'open' : 407);
}

/** Joins a client to the server it named, for as long as both are there. */
function openTunnel(client: net.Socket, authority: string, head: Buffer): void {
	const at = authority.lastIndexOf(':');
	const target = {
		host: authority.slice(0, at).replace(/^\[(.*)\]$/, '$1'),
		port: Number(authority.slice(at + 1)),
		// A test may have switched it off for the process, as n8n does.
		autoSelectFamily: true,
	};
	const upstream = net.connect(target, () => {
		client.write('HTTP/1.1 200 Connection established\r\n\r\n');
		upstream.write(head);
		upstream.pipe(client);
		client.pipe(upstream);
	});
	upstream.on('error', () => client.destroy());
	client.on('close', () => upstream.destroy());
	upstream.on('close', () => client.destroy());
}

/** Starts a proxy that opens every tunnel, unless `treat` says otherwise; with a certificate it speaks TLS. It is closed with the `servers`. */
export async function startConnectProxy(
	servers: Servers,
	treat: Treat = () => 'open',
	tls?: { readonly cert: string; readonly key: string },
): Promise<ConnectProxy> {
	const tunnels: string[] = [];
	let requests = 0;
	const refuse: http.RequestListener = (_request, response) => response.writeHead(405).end();
	const server = tls === undefined ? http.createServer(refuse) : https.createServer(tls, refuse);
	server.on('connect', (request, client: net.Socket, head) => {
		requests += 1;
		client.on('error', () => undefined);
		const treatment = treat(requests, request);
		if (treatment === 'silent') return;
		if (treatment === 'cut') return void client.destroy();
		if (treatment !== 'open') {
			client.end(`HTTP/1.1 ${treatment} No\r\nproxy-authenticate: Basic realm="test"\r\ncontent-length: 0\r\n\r\n`);
			return;
		}
		const authority = request.url ?? '';
		tunnels.push(authority);
		openTunnel(client, authority, head);
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
