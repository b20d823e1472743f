/** Servers that stand where APNs should: silent, old, plain or refusing; each on a free port of loopback, all closed together. */
import net from 'node:net';
import type { AddressInfo } from 'node:net';

export interface Address {
	readonly host: string;
	readonly port: number;
}

export interface Servers {
	/** Listens and says where; counts nothing, answers nothing by itself. */
	listen(server: net.Server): Promise<Address>;
	/** A port nobody listens on. */
	refused(): Promise<Address>;
	close(): Promise<void>;
}

export function createServers(): Servers {
	const servers: net.Server[] = [];
	const sockets = new Set<net.Socket>();
	const listen = async (server: net.Server): Promise<Address> => {
		servers.push(server);
		server.on('connection', (socket: net.Socket) => {
			sockets.add(socket);
			socket.on('error', () => undefined);
			socket.once('close', () => sockets.delete(socket));
		});
		server.on('tlsClientError', () => undefined);
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		return { host: 'localhost', port: (server.address() as AddressInfo).port };
	};
	return {
		listen,
		async refused() {
			const server = net.createServer();
			const address = await listen(server);
			await new Promise((resolve) => server.close(resolve));
			servers.splice(servers.indexOf(server), 1);
			return address;
		},
		async close() {
			for (const socket of sockets) socket.destroy();
			await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
		},
	};
}
