/** A CONNECT proxy with a gate: shut, it answers every request for a tunnel with 503; tunnels that are open stay open. */
import { once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';

export interface Gate {
	/** For the field Proxy URL of the credential. */
	readonly url: string;
	open(): void;
	shut(): void;
	close(): Promise<void>;
}

export async function startGate(): Promise<Gate> {
	let isOpen = true;
	const sockets = new Set<net.Socket>();
	const server = http.createServer((_request, response) => response.writeHead(405).end());
	server.on('connection', (socket: net.Socket) => {
		sockets.add(socket);
		socket.on('close', () => sockets.delete(socket));
	});
	server.on('connect', (request, client: net.Socket, head) => {
		client.on('error', () => undefined);
		if (!isOpen) return void client.end('HTTP/1.1 503 Shut\r\ncontent-length: 0\r\n\r\n');
		const upstream = net.connect(Number((request.url ?? '').split(':').at(-1)), '127.0.0.1', () => {
			client.write('HTTP/1.1 200 Connection established\r\n\r\n');
			upstream.write(head);
			upstream.pipe(client);
			client.pipe(upstream);
		});
		upstream.on('error', () => client.destroy());
		client.on('close', () => upstream.destroy());
		upstream.on('close', () => client.destroy());
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		open: () => {
			isOpen = true;
		},
		shut: () => {
			isOpen = false;
		},
		async close() {
			for (const socket of sockets) socket.destroy();
			server.close();
			await once(server, 'close');
		},
	};
}
