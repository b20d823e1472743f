/** A Redis of its own on loopback, in a temporary folder; it can be restarted and keeps what it was told. */
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bareEnvironment } from './environment';
import { freePort } from './ports';
import { type Program, type Programs, untilReady } from './program';

export interface Redis {
	/** n8n's variables for it. */
	readonly env: Readonly<Record<string, string>>;
	stop(): Promise<void>;
	start(): Promise<void>;
	/** Stops it and deletes its folder. */
	end(): Promise<void>;
}

function answers(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
		socket.once('data', (data) => {
			socket.destroy();
			// "-LOADING" comes while it reads its file.
			resolve(data.toString().startsWith('+PONG'));
		});
		socket.once('error', () => resolve(false));
	});
}

export async function startRedis(programs: Programs): Promise<Redis> {
	const folder = mkdtempSync(path.join(tmpdir(), 'n8n-nodes-apns-redis-'));
	const port = await freePort();
	let server: Program | undefined;
	const start = async (): Promise<void> => {
		// Every write is on disk before it is acknowledged, so that a restart loses nothing.
		const options = ['--save', '', '--appendonly', 'yes', '--appendfsync', 'always', '--dir', folder];
		server = programs.start('redis', 'redis-server', ['--bind', '127.0.0.1', '--port', String(port), ...options], {
			env: bareEnvironment(folder),
			log: path.join(folder, 'redis.log'),
		});
		await untilReady(server, async () => await answers(port), 15_000);
	};
	const stop = async (): Promise<void> => void (await server?.stop(10_000));
	await start();
	return {
		env: { QUEUE_BULL_REDIS_HOST: '127.0.0.1', QUEUE_BULL_REDIS_PORT: String(port) },
		start,
		stop,
		async end() {
			await stop();
			rmSync(folder, { recursive: true, force: true });
		},
	};
}
