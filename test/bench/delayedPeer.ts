/**
 * A server that answers every push after a fixed time, returns window on receipt and allows 1,000 streams: as far away as Apple may be.
 * Arguments: the time in milliseconds, the streams it allows, and after how many answers on a connection it falls silent.
 */
import { type Socket } from 'node:net';
import { createServer } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { sharedAuthority } from '../../tools/simulator/authority';
import {
	clientPreface,
	encodeFrame,
	flags,
	frameTypes,
	pingFrame,
	scanFrames,
	settingsAckFrame,
	settingsFrame,
	windowUpdateFrame,
} from '../wire/frames';

const [delayMs = 50, maxConcurrentStreams = 1_000, mostAnswers = Infinity] = process.argv.slice(2).map(Number);
/** Answers due in the same millisecond go out together. */
const TICK_MS = 1;

function serve(socket: Socket): void {
	let rest: Buffer = Buffer.alloc(0);
	let skip = clientPreface.length;
	let answers = 0;
	const due: Array<{ atMs: number; streams: number[] }> = [];
	socket.on('error', () => undefined);
	socket.setNoDelay(true);
	socket.write(
		settingsFrame({
			headerTableSize: 4096,
			maxConcurrentStreams,
			initialWindowSize: 65_535,
			maxFrameSize: 16_384,
		}),
	);
	const timer = setInterval(() => {
		const now = performance.now();
		const parts: Buffer[] = [];
		while (due[0] !== undefined && due[0].atMs <= now) {
			for (const stream of due.shift()?.streams ?? []) {
				if (++answers > mostAnswers) continue;
				parts.push(encodeFrame(frameTypes.HEADERS, flags.END_HEADERS | flags.END_STREAM, stream, Buffer.from([0x88])));
			}
		}
		if (parts.length > 0) socket.write(Buffer.concat(parts));
	}, TICK_MS);
	socket.on('close', () => clearInterval(timer));
	socket.on('data', (chunk: Buffer) => {
		const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
		let at = Math.min(skip, bytes.length);
		skip -= at;
		let window = 0;
		const streams: number[] = [];
		at = scanFrames(bytes, at, (type, frameFlags, streamId, start, end) => {
			if (type === frameTypes.DATA) {
				window += end - start;
				if ((frameFlags & flags.END_STREAM) !== 0) streams.push(streamId);
			} else if (type === frameTypes.SETTINGS && (frameFlags & flags.ACK) === 0) {
				socket.write(settingsAckFrame());
			} else if (type === frameTypes.PING && (frameFlags & flags.ACK) === 0) {
				socket.write(pingFrame(bytes.subarray(start, end), true));
			}
		});
		rest = Buffer.from(bytes.subarray(at));
		if (window > 0) socket.write(windowUpdateFrame(0, window));
		if (streams.length > 0) due.push({ atMs: performance.now() + delayMs, streams });
	});
}

const { certificatePem, privateKeyPem } = sharedAuthority().server({ keyType: 'ec' });
const server = createServer({ cert: certificatePem, key: privateKeyPem, ALPNProtocols: ['h2'] }, serve);
server.listen(0, '127.0.0.1', () => {
	process.stdout.write(
		`${JSON.stringify({ port: (server.address() as AddressInfo).port, ca: sharedAuthority().caPem })}\n`,
	);
});
