/** A TCP proxy that counts octets both ways and can delay them: bytes per push, and round trips of a known length. */
import net, { type AddressInfo } from 'node:net';

export interface CountingProxy {
	readonly port: number;
	readonly toServer: number;
	readonly toClient: number;
	readonly connections: number;
	close(): void;
}

/** Forwards to `target` on loopback; each direction is delayed by `delayMs`. */
export async function startCountingProxy(target: number, delayMs = 0): Promise<CountingProxy> {
	const count = { toServer: 0, toClient: 0, connections: 0 };
	const sockets = new Set<net.Socket>();
	const forward = (from: net.Socket, to: net.Socket, counter: 'toServer' | 'toClient'): void => {
		from.on('data', (chunk: Buffer) => {
			count[counter] += chunk.length;
			if (delayMs === 0) to.write(chunk);
			else setTimeout(() => to.writable && to.write(chunk), delayMs);
		});
		from.on('end', () => setTimeout(() => to.end(), delayMs));
		from.on('error', () => to.destroy());
		from.setNoDelay(true);
	};
	const server = net.createServer((client) => {
		count.connections += 1;
		const upstream = net.connect(target, '127.0.0.1');
		for (const socket of [client, upstream]) {
			sockets.add(socket);
			socket.once('close', () => sockets.delete(socket));
		}
		forward(client, upstream, 'toServer');
		forward(upstream, client, 'toClient');
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		port: (server.address() as AddressInfo).port,
		get toServer() {
			return count.toServer;
		},
		get toClient() {
			return count.toClient;
		},
		get connections() {
			return count.connections;
		},
		close() {
			server.close();
			for (const socket of sockets) socket.destroy();
		},
	};
}
