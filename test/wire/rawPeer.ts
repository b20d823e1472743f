/** A TLS server that speaks HTTP/2 frame by frame, for what no honest server says: wrong order, garbage, silence, half frames. Knows no header compression. */
import { EventEmitter } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import * as tls from 'node:tls';
import { sharedAuthority } from '../../tools/simulator/authority';
import type { Frame, FrameName, SettingValues } from './frames';
import {
	createFrameParser,
	dataFrame,
	encodeFrame,
	flags,
	frameName,
	frameTypes,
	goawayFrame,
	headersFrame,
	pingFrame,
	resetFrame,
	settingsAckFrame,
	settingsFrame,
	windowUpdateFrame,
} from './frames';
import { responseBlock } from './headerBlocks';

/** What the peer does by itself; all on by default. */
export interface Automatic {
	/** Sends SETTINGS as soon as TLS stands: `settings` of the options, or none in it. */
	readonly preface?: boolean;
	readonly settingsAck?: boolean;
	readonly pingAck?: boolean;
	/** Gives back every byte of DATA to both windows. */
	readonly windowUpdates?: boolean;
}

export interface RawPeerOptions {
	/** Called once TLS stands, before any frame was read. */
	readonly onConnection?: (connection: RawConnection) => void;
	/** Values of the automatic SETTINGS frame. */
	readonly settings?: SettingValues;
	readonly auto?: Automatic;
	/** Protocols offered by ALPN; default `h2`; an empty list: no ALPN at all. */
	readonly alpn?: readonly string[];
	readonly tls?: { readonly cert: string; readonly key: string; readonly ca?: string };
	/** Further options of the TLS server, such as `requestCert` or `maxVersion`. */
	readonly tlsOptions?: tls.TlsOptions;
	readonly port?: number;
}

/** A request as far as it can be read without decompressing its headers. */
export interface RawRequest {
	readonly streamId: number;
	/** Compressed. */
	readonly headerBlock: Buffer;
	readonly body: Buffer;
}

interface RawEvents {
	frame: [Frame];
	/** END_STREAM came. */
	request: [RawRequest];
	/** The client half-closed TCP. */
	end: [];
	close: [];
	change: [];
}

export interface RawResponse {
	readonly status: number;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: Buffer | string;
	/** Default true. */
	readonly endStream?: boolean;
}

export interface RawConnection {
	/** Counts from 1. */
	readonly id: number;
	readonly socket: TLSSocket;
	readonly events: EventEmitter<RawEvents>;
	/** The client's frames, in order. */
	readonly frames: readonly Frame[];
	readonly requests: readonly RawRequest[];
	/** Sizes of the pieces TLS handed over, one per record of the client. */
	readonly records: readonly number[];
	readonly closed: boolean;
	/** True once the client's FIN was seen. */
	readonly ended: boolean;
	framesOf(name: FrameName): Frame[];
	/** Resolves as soon as `predicate` returns something other than undefined or false; rejects after `timeoutMs` (default 20 s), or when the connection closed without it. */
	waitFor<T>(predicate: (connection: RawConnection) => T | undefined | false, timeoutMs?: number): Promise<T>;
	/** Bytes as they are. */
	send(bytes: Buffer | string): void;
	sendFrame(frame: {
		readonly type: FrameName | number;
		readonly flags?: number;
		readonly streamId?: number;
		readonly payload?: Buffer;
	}): void;
	settings(values: SettingValues): void;
	settingsAck(): void;
	respond(streamId: number, response: RawResponse): void;
	data(streamId: number, data: Buffer | string, endStream: boolean): void;
	goaway(lastStreamId: number, code: number, debug?: string): void;
	reset(streamId: number, code: number): void;
	ping(opaque?: Buffer, ack?: boolean): void;
	windowUpdate(streamId: number, increment: number): void;
	/** Stops reading, so that the client's writes pile up. */
	pause(): void;
	resume(): void;
	/** FIN after what was written. */
	end(): void;
	/** Cuts without a word. */
	destroy(): void;
}

export interface RawPeer {
	readonly host: string;
	readonly port: number;
	readonly caPem: string;
	readonly connections: readonly RawConnection[];
	/** The n-th connection (from 1), as soon as it is there. */
	connection(n: number, timeoutMs?: number): Promise<RawConnection>;
	close(): Promise<void>;
}

/** Calls `look` now and at each `change`; settles as `waitFor` promises. */
function awaitChange<T>(
	events: EventEmitter<RawEvents>,
	look: () => T | undefined | false,
	timeoutMs: number,
	lost: () => string | undefined,
): Promise<T> {
	return new Promise((resolve, reject) => {
		const stop = () => {
			clearTimeout(timer);
			events.off('change', check);
		};
		const fail = (why: string) => {
			stop();
			reject(new Error(why));
		};
		const check = () => {
			const found = look();
			if (found !== undefined && found !== false) {
				stop();
				resolve(found);
				return;
			}
			const why = lost();
			if (why !== undefined) fail(why);
		};
		const timer = setTimeout(
			() => fail(`What was awaited of the client did not come within ${timeoutMs} ms.`),
			timeoutMs,
		);
		events.on('change', check);
		check();
	});
}

function openRaw(socket: TLSSocket, id: number, options: RawPeerOptions): RawConnection {
	const auto = { preface: true, settingsAck: true, pingAck: true, windowUpdates: true, ...options.auto };
	const events = new EventEmitter<RawEvents>();
	events.setMaxListeners(0);
	const frames: Frame[] = [];
	const requests: RawRequest[] = [];
	const records: number[] = [];
	const partial = new Map<number, { blocks: Buffer[]; bodies: Buffer[] }>();
	let closed = false;
	let ended = false;
	const send = (bytes: Buffer | string) => {
		if (socket.writable) socket.write(bytes);
	};

	function gather(frame: Frame): void {
		const padded =
			(frame.flags & flags.PADDED) !== 0 && (frame.type === frameTypes.DATA || frame.type === frameTypes.HEADERS);
		const content = padded
			? frame.payload.subarray(1, frame.payload.length - frame.payload.readUInt8(0))
			: frame.payload;
		const parts = partial.get(frame.streamId) ?? { blocks: [], bodies: [] };
		if (frame.type === frameTypes.HEADERS)
			parts.blocks.push((frame.flags & flags.PRIORITY) !== 0 ? content.subarray(5) : content);
		else if (frame.type === frameTypes.CONTINUATION) parts.blocks.push(content);
		else if (frame.type === frameTypes.DATA) parts.bodies.push(content);
		else return;
		partial.set(frame.streamId, parts);
		if (frame.type === frameTypes.CONTINUATION || (frame.flags & flags.END_STREAM) === 0) return;
		partial.delete(frame.streamId);
		const request = {
			streamId: frame.streamId,
			headerBlock: Buffer.concat(parts.blocks),
			body: Buffer.concat(parts.bodies),
		};
		requests.push(request);
		events.emit('request', request);
	}

	function answerByItself(frame: Frame): void {
		const acknowledges = (frame.flags & flags.ACK) !== 0;
		if (frame.type === frameTypes.SETTINGS && !acknowledges && auto.settingsAck) send(settingsAckFrame());
		if (frame.type === frameTypes.PING && !acknowledges && auto.pingAck) send(pingFrame(frame.payload, true));
		if (frame.type === frameTypes.DATA && frame.payload.length > 0 && auto.windowUpdates) {
			send(windowUpdateFrame(0, frame.payload.length));
			if ((frame.flags & flags.END_STREAM) === 0) send(windowUpdateFrame(frame.streamId, frame.payload.length));
		}
	}

	const parser = createFrameParser(
		(frame) => {
			// The payload is a view of a TLS buffer that lives on; frames are kept, so it is copied.
			const kept = { ...frame, payload: Buffer.from(frame.payload) };
			frames.push(kept);
			answerByItself(kept);
			events.emit('frame', kept);
			gather(kept);
			events.emit('change');
		},
		{ onBadPreface: () => socket.destroy() },
	);
	socket.on('data', (chunk: Buffer) => {
		records.push(chunk.length);
		parser.push(chunk);
	});
	socket.on('end', () => {
		ended = true;
		events.emit('end');
		events.emit('change');
	});
	socket.on('error', () => undefined);
	socket.on('close', () => {
		closed = true;
		events.emit('close');
		events.emit('change');
	});

	const connection: RawConnection = {
		id,
		socket,
		events,
		frames,
		requests,
		records,
		get closed() {
			return closed;
		},
		get ended() {
			return ended;
		},
		framesOf: (name) => frames.filter((frame) => frameName(frame.type) === name),
		waitFor: (predicate, timeoutMs = 20_000) =>
			awaitChange(
				events,
				() => predicate(connection),
				timeoutMs,
				() => (closed ? 'The connection closed before what was awaited of the client came.' : undefined),
			),
		send,
		sendFrame: ({ type, flags: frameFlags = 0, streamId = 0, payload }) =>
			send(encodeFrame(typeof type === 'number' ? type : frameTypes[type], frameFlags, streamId, payload)),
		settings: (values) => send(settingsFrame(values)),
		settingsAck: () => send(settingsAckFrame()),
		respond(streamId, { status, headers, body, endStream = true }) {
			send(headersFrame(streamId, responseBlock(status, headers), endStream && body === undefined));
			if (body !== undefined) send(dataFrame(streamId, body, endStream));
		},
		data: (streamId, data, endStream) => send(dataFrame(streamId, data, endStream)),
		goaway: (lastStreamId, code, debug) => send(goawayFrame(lastStreamId, code, debug)),
		reset: (streamId, code) => send(resetFrame(streamId, code)),
		ping: (opaque, ack) => send(pingFrame(opaque, ack)),
		windowUpdate: (streamId, increment) => send(windowUpdateFrame(streamId, increment)),
		pause: () => void socket.pause(),
		resume: () => void socket.resume(),
		end: () => void socket.end(),
		destroy: () => void socket.destroy(),
	};
	options.onConnection?.(connection);
	if (auto.preface) connection.settings(options.settings ?? {});
	return connection;
}

/** Starts a raw peer on loopback. */
export async function startRawPeer(options: RawPeerOptions = {}): Promise<RawPeer> {
	const authority = sharedAuthority();
	const issued = options.tls === undefined ? authority.server() : undefined;
	const connections: RawConnection[] = [];
	/** TCP connections, so that one whose handshake never ended is closed too. */
	const sockets = new Set<Socket>();
	const arrivals = new EventEmitter<RawEvents>();
	arrivals.setMaxListeners(0);
	const alpn = options.alpn ?? ['h2'];
	const server = tls.createServer({
		cert: issued?.certificatePem ?? options.tls?.cert,
		key: issued?.privateKeyPem ?? options.tls?.key,
		minVersion: 'TLSv1.2',
		// Half-open, so that a client's FIN does not end what the peer still has to say.
		allowHalfOpen: true,
		...(alpn.length === 0 ? {} : { ALPNProtocols: [...alpn] }),
		...options.tlsOptions,
	});
	server.on('connection', (socket) => {
		socket.setNoDelay(true);
		sockets.add(socket);
		socket.once('close', () => sockets.delete(socket));
	});
	server.on('tlsClientError', (_error, socket) => socket.destroy());
	server.on('secureConnection', (socket) => {
		connections.push(openRaw(socket, connections.length + 1, options));
		arrivals.emit('change');
	});
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(options.port ?? 0, '127.0.0.1', () => resolve());
	});
	return {
		host: '127.0.0.1',
		port: (server.address() as AddressInfo).port,
		caPem: options.tls === undefined ? authority.caPem : (options.tls.ca ?? options.tls.cert),
		connections,
		connection: (n, timeoutMs = 20_000) =>
			awaitChange(
				arrivals,
				() => connections[n - 1],
				timeoutMs,
				() => undefined,
			),
		async close() {
			const closing = new Promise<void>((resolve) => void server.close(() => resolve()));
			for (const socket of sockets) socket.destroy();
			await closing;
		},
	};
}
