/** A CONNECT proxy whose every answer the test decides, and that counts what it was asked. */
import http from 'node:http';
import net from 'node:net';
import type { Servers } from '../shared/transport/servers';

/** Opens the tunnel, answers with a status, cuts the connection without a word, or says nothing. */
export type Treatment = 'open' | 'cut' | 'silent' | number;

export interface Tunnels {
	readonly port: number;
	/** CONNECT requests so far. */
	readonly asked: number;
	/** Tunnels opened so far. */
	readonly opened: number;
}

/** `treat` is told which request it is, from 1. */
export async function startTunnels(servers: Servers, treat: (nth: number) => Treatment): Promise<Tunnels> {
	let asked = 0;
	let opened = 0;
	const server = http.createServer();
	server.on('connect', (request, client: net.Socket, head) => {
		asked += 1;
		const treatment = treat(asked);
		client.on('error', () => undefined);
		if (treatment === 'silent') return;
		if (treatment === 'cut') return void client.destroy();
		if (treatment !== 'open') {
			client.end(`HTTP/1.1 ${treatment} No\r\nproxy-authenticate: Basic realm="test"\r\ncontent-length: 0\r\n\r\n`);
			return;
		}
		opened += 1;
		const authority = request.url ?? '';
		const upstream = net.connect(Number(authority.slice(authority.lastIndexOf(':') + 1)), '127.0.0.1', () => {
			client.write('HTTP/1.1 200 Connection established\r\n\r\n');
			upstream.write(head);
			upstream.pipe(client);
			client.pipe(upstream);
		});
		upstream.on('error', () => client.destroy());
		client.on('close', () => upstream.destroy());
		upstream.on('close', () => client.destroy());
	});
	const { port } = await servers.listen(server);
	return {
		port,
		get asked() {
			return asked;
		},
		get opened() {
			return opened;
		},
	};
}
