/** Answers every request 200 without looking at it, as fast as it can: a benchmark must measure the client, not a server's checks. Run it by itself to give it a process of its own. */
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import * as tls from 'node:tls';
import { sharedAuthority } from './authority';
import {
	encodeFrame,
	flags,
	frameTypes,
	clientPreface,
	pingFrame,
	scanFrames,
	settingsAckFrame,
	settingsFrame,
	windowUpdateFrame,
} from '../../test/wire/frames';

export interface BlindServerOptions {
	readonly port?: number;
	/** MAX_CONCURRENT_STREAMS it announces; default 1000. */
	readonly maxConcurrentStreams?: number;
	/** INITIAL_WINDOW_SIZE it announces; default 65,535. */
	readonly initialWindowSize?: number;
}

export interface BlindServer {
	readonly host: string;
	readonly port: number;
	readonly caPem: string;
	/** Requests answered so far. */
	answered(): number;
	/** Connections accepted so far. */
	connections(): number;
	close(): Promise<void>;
}

/** `:status: 200` is entry 8 of HPACK's static table: one byte. */
const accepted = encodeFrame(frameTypes.HEADERS, flags.END_HEADERS | flags.END_STREAM, 0, Buffer.from([0x88]));
/** Window given at once, and again when half of it is used. */
const window = 0x4000_0000;

/** One connection: parses headers of frames only, and writes all answers to a piece of input in one go. */
function serve(socket: TLSSocket, options: BlindServerOptions, count: (answers: number) => void): void {
	let rest: Buffer = Buffer.alloc(0);
	let skip = clientPreface.length;
	let used = 0;
	socket.on('error', () => undefined);
	socket.write(
		Buffer.concat([
			settingsFrame({
				headerTableSize: 4096,
				maxConcurrentStreams: options.maxConcurrentStreams ?? 1000,
				initialWindowSize: options.initialWindowSize ?? 65_535,
				maxFrameSize: 16_384,
			}),
			windowUpdateFrame(0, window),
		]),
	);
	socket.on('data', (chunk: Buffer) => {
		const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
		const finished: number[] = [];
		const control: Buffer[] = [];
		let at = 0;
		if (skip > 0) {
			at = Math.min(skip, bytes.length);
			skip -= at;
		}
		at = scanFrames(bytes, at, (type, frameFlags, streamId, start, end) => {
			if (type === frameTypes.DATA) used += end - start;
			const data = type === frameTypes.DATA || type === frameTypes.HEADERS;
			if (data && (frameFlags & flags.END_STREAM) !== 0) finished.push(streamId);
			else if (type === frameTypes.SETTINGS && (frameFlags & flags.ACK) === 0) control.push(settingsAckFrame());
			else if (type === frameTypes.PING && (frameFlags & flags.ACK) === 0)
				control.push(pingFrame(Buffer.from(bytes.subarray(start, end)), true));
		});
		rest = bytes.subarray(at);
		if (used > window / 2) {
			control.push(windowUpdateFrame(0, used));
			used = 0;
		}
		if (finished.length > 0) {
			const answers = Buffer.allocUnsafe(accepted.length * finished.length);
			finished.forEach((streamId, n) => {
				accepted.copy(answers, n * accepted.length);
				answers.writeUInt32BE(streamId, n * accepted.length + 5);
			});
			control.push(answers);
			count(finished.length);
		}
		if (control.length > 0 && socket.writable) socket.write(Buffer.concat(control));
	});
}

/** Starts a blind server on loopback. */
export async function startBlindServer(options: BlindServerOptions = {}): Promise<BlindServer> {
	const authority = sharedAuthority();
	const { certificatePem, privateKeyPem } = authority.server();
	const sockets = new Set<TLSSocket>();
	let answered = 0;
	let connections = 0;
	const server = tls.createServer({
		cert: certificatePem,
		key: privateKeyPem,
		ALPNProtocols: ['h2'],
		minVersion: 'TLSv1.2',
	});
	server.on('connection', (socket) => socket.setNoDelay(true));
	server.on('tlsClientError', (_error, socket) => socket.destroy());
	server.on('secureConnection', (socket) => {
		connections += 1;
		sockets.add(socket);
		socket.once('close', () => sockets.delete(socket));
		serve(socket, options, (answers) => {
			answered += answers;
		});
	});
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(options.port ?? 0, '127.0.0.1', () => resolve());
	});
	return {
		host: '127.0.0.1',
		port: (server.address() as AddressInfo).port,
		caPem: authority.caPem,
		answered: () => answered,
		connections: () => connections,
		async close() {
			const closing = new Promise<void>((resolve) => void server.close(() => resolve()));
			for (const socket of sockets) socket.destroy();
			await closing;
		},
	};
}

/** By itself: prints one line of JSON (host, port, caPem), and the number of answers when it is told to end. */
async function main(): Promise<void> {
	const server = await startBlindServer();
	process.stdout.write(`${JSON.stringify({ host: server.host, port: server.port, caPem: server.caPem })}\n`);
	const stop = () => {
		process.stdout.write(`${JSON.stringify({ answered: server.answered(), connections: server.connections() })}\n`);
		void server.close();
	};
	process.once('SIGINT', stop);
	process.once('SIGTERM', stop);
}

if (require.main === module) void main();
