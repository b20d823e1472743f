/** A TCP relay between client and server: its target can be changed for new connections, and it can read slowly. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Relay {
	readonly port: number;
	/** Where the next connections go. */
	target: number;
	/** Octets carried so far, both ways. */
	readonly carriedBytes: number;
	close(): void;
}

export interface RelayOptions {
	/** Reads at most so much from each side … */
	readonly chunkBytes: number;
	/** … then not again for so long. */
	readonly pauseMs: number;
}

/** Starts it on a free port of 127.0.0.1. */
export async function startRelay(target: number, slow?: RelayOptions): Promise<Relay> {
	const sockets = new Set<Socket>();
	let carriedBytes = 0;

	const carry = (from: Socket, to: Socket): void => {
		sockets.add(from);
		from.on('error', () => to.destroy());
		from.on('close', () => {
			sockets.delete(from);
			to.destroy();
		});
		if (slow === undefined) {
			from.pipe(to);
			return;
		}
		const read = (): void => {
			const chunk: unknown = from.read(Math.min(slow.chunkBytes, from.readableLength));
			if (!Buffer.isBuffer(chunk)) {
				from.once('readable', read);
				return;
			}
			carriedBytes += chunk.length;
			to.write(chunk);
			setTimeout(read, slow.pauseMs);
		};
		from.once('readable', read);
		from.on('end', () => to.end());
	};

	const server = createServer({ allowHalfOpen: true, highWaterMark: slow?.chunkBytes }, (client) => {
		const upstream = connect({ host: '127.0.0.1', port: relay.target, allowHalfOpen: true });
		carry(client, upstream);
		carry(upstream, client);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const relay = {
		port: (server.address() as AddressInfo).port,
		target,
		get carriedBytes() {
			return carriedBytes;
		},
		close() {
			server.close();
			for (const socket of sockets) socket.destroy();
		},
	};
	return relay;
}
