/** A TCP relay before the peer that can do to a connection what networks do: cut, swallow, slow down, hold. */
import net, { type AddressInfo } from 'node:net';

export interface FrontConnection {
	/** Counts from 1. */
	readonly id: number;
	/** Resolves with the first bytes of the client. */
	readonly spoke: Promise<void>;
	/** Resolves when the client's side is closed. */
	readonly closed: Promise<void>;
	/** Lets bytes pass again, those held first. */
	release(): void;
	/** Holds what comes from now on, in both directions. */
	hold(): void;
	/** Loses what comes from now on, in both directions; `thenReset`: the client's next bytes draw a reset, as a NAT that has forgotten may send. */
	swallow(thenReset: boolean): void;
	/** Each piece of bytes comes so much later, in milliseconds of the real clock. */
	slow(ms: number): void;
	reset(): void;
	fin(): void;
	/** Raw bytes to the client, in place of the peer's. */
	say(bytes: Buffer): void;
}

export interface Front {
	readonly port: number;
	readonly connections: readonly FrontConnection[];
	/** Connections are held from their first byte until released: `first` or none. */
	holdFirst: boolean;
	/** The n-th connection (from 1). */
	connection(n: number): Promise<FrontConnection>;
	close(): Promise<void>;
}

/** Relays to `port` on loopback. */
export async function startFront(port: number): Promise<Front> {
	const connections: FrontConnection[] = [];
	const sockets = new Set<net.Socket>();
	const waiting: Array<() => void> = [];
	const front = { holdFirst: false };
	const server = net.createServer({ allowHalfOpen: true }, (client) => {
		const upstream = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
		for (const socket of [client, upstream]) {
			sockets.add(socket);
			socket.setNoDelay(true);
			socket.on('error', () => undefined);
			socket.once('close', () => sockets.delete(socket));
		}
		let held: Array<() => void> | undefined = front.holdFirst && connections.length === 0 ? [] : undefined;
		let mode: 'pass' | 'swallow' | 'swallowThenReset' = 'pass';
		let delayMs = 0;
		let cut = false;
		let spoken: () => void = () => undefined;
		const spoke = new Promise<void>((resolve) => (spoken = resolve));
		const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
		const pass = (deliver: () => void): void => {
			if (held !== undefined) held.push(deliver);
			else if (mode !== 'pass') return;
			else if (delayMs > 0) setTimeout(deliver, delayMs);
			else deliver();
		};
		client.on('data', (chunk: Buffer) => {
			spoken();
			if (mode === 'swallowThenReset') return void client.resetAndDestroy();
			pass(() => void upstream.write(chunk));
		});
		upstream.on('data', (chunk: Buffer) => pass(() => void client.write(chunk)));
		client.on('end', () => pass(() => void upstream.end()));
		upstream.on('end', () => pass(() => void client.end()));
		client.on('close', () => upstream.destroy());
		upstream.on('close', () => {
			if (!cut) pass(() => void client.destroy());
		});
		const ended = (): void => {
			cut = true;
			held = undefined;
			mode = 'swallow';
			upstream.destroy();
		};
		connections.push({
			id: connections.length + 1,
			spoke,
			closed,
			release() {
				const later = held ?? [];
				held = undefined;
				for (const deliver of later) pass(deliver);
			},
			hold: () => void (held ??= []),
			swallow(thenReset) {
				cut = true;
				held = undefined;
				mode = thenReset ? 'swallowThenReset' : 'swallow';
			},
			slow: (ms) => void (delayMs = ms),
			reset() {
				ended();
				client.resetAndDestroy();
			},
			fin() {
				ended();
				client.end();
			},
			say: (bytes) => void client.write(bytes),
		});
		for (const look of waiting.splice(0)) look();
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return Object.assign(front, {
		port: (server.address() as AddressInfo).port,
		connections,
		connection: (n: number) =>
			new Promise<FrontConnection>((resolve) => {
				const look = (): void => {
					const found = connections[n - 1];
					if (found === undefined) waiting.push(look);
					else resolve(found);
				};
				look();
			}),
		async close() {
			const closing = new Promise((resolve) => server.close(resolve));
			for (const socket of sockets) socket.destroy();
			await closing;
		},
	});
}
