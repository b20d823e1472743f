/** A tap between the TLS socket and Node's HTTP/2 server: sees every frame both ways, and can say or hold back what `node:http2` cannot. */
import { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { Frame } from '../../test/wire/frames';
import { createFrameParser, flags, frameTypes, readSettings } from '../../test/wire/frames';

export interface WireObserver {
	/** A whole frame of the client, before Node's server sees it. Returning false drops it and all that follows. */
	readonly onClientFrame: (frame: Frame) => boolean;
	readonly onServerFrame: (frame: Frame) => void;
	/** The first bytes were not HTTP/2's preface. */
	readonly onBadPreface: (received: Buffer) => void;
	readonly onClose: () => void;
}

export interface Wire {
	/** What Node's HTTP/2 server is given in place of the socket. */
	readonly duplex: Duplex;
	/** Streams neither side has finished, by id in order of opening. */
	readonly openStreams: ReadonlySet<number>;
	/** MAX_CONCURRENT_STREAMS the client has acknowledged; Infinity before the first ACK (RFC 9113 §6.5.3). */
	acknowledgedStreamLimit(): number;
	/** Sends bytes between two frames of Node's server. */
	inject(bytes: Buffer): void;
	/** From now on nothing is read and nothing written, while TCP stays up: a silent NAT. */
	hold(): void;
	release(): void;
	/** Ends the connection cleanly: what was written is flushed, then close_notify and FIN. */
	end(): void;
	/** Cuts the connection without a word. */
	cut(): void;
}

/** Wraps an established TLS socket. */
export function tapWire(socket: TLSSocket, observer: WireObserver): Wire {
	const openStreams = new Set<number>();
	const finishedByClient = new Set<number>();
	const finishedByServer = new Set<number>();
	const unacknowledged: Array<number | undefined> = [];
	const waitingWrites: Array<() => void> = [];
	const waitingInjections: Buffer[] = [];
	let acknowledged = Number.POSITIVE_INFINITY;
	let highestStreamId = 0;
	let held = false;
	let forwarding = true;
	/** The server's first frame must be its SETTINGS (RFC 9113 §3.4), so nothing goes in before it. */
	let spoken = false;
	let ending = false;
	/** While frames are being read off what is not yet written, injections wait. */
	let reading = false;

	function forget(streamId: number): void {
		openStreams.delete(streamId);
		finishedByClient.delete(streamId);
		finishedByServer.delete(streamId);
	}

	/** Counts open streams the way RFC 9113 §5.1.2 does: HEADERS opens, END_STREAM of both sides or RST_STREAM closes. */
	function follow(frame: Frame, mine: Set<number>, other: Set<number>, opens: boolean): void {
		if (frame.streamId === 0) return;
		if (frame.type === frameTypes.RST_STREAM) return forget(frame.streamId);
		if (frame.type !== frameTypes.HEADERS && frame.type !== frameTypes.DATA) return;
		if (opens && frame.type === frameTypes.HEADERS && frame.streamId > highestStreamId) {
			highestStreamId = frame.streamId;
			openStreams.add(frame.streamId);
		}
		if ((frame.flags & flags.END_STREAM) === 0 || !openStreams.has(frame.streamId)) return;
		mine.add(frame.streamId);
		if (other.has(frame.streamId)) forget(frame.streamId);
	}

	const inbound = createFrameParser(
		(frame) => {
			if (!forwarding) return;
			if (frame.type === frameTypes.SETTINGS && (frame.flags & flags.ACK) !== 0)
				acknowledged = unacknowledged.shift() ?? acknowledged;
			forwarding = observer.onClientFrame(frame);
			if (forwarding) follow(frame, finishedByClient, finishedByServer, true);
		},
		{
			onBadPreface: (received) => {
				forwarding = false;
				observer.onBadPreface(received);
			},
		},
	);
	const outbound = createFrameParser((frame) => {
		spoken = true;
		if (frame.type === frameTypes.SETTINGS && (frame.flags & flags.ACK) === 0)
			unacknowledged.push(readSettings(frame.payload).maxConcurrentStreams);
		follow(frame, finishedByServer, finishedByClient, false);
		observer.onServerFrame(frame);
	});

	function note(bytes: Buffer): void {
		reading = true;
		outbound.push(bytes);
		reading = false;
	}

	function flushInjections(): void {
		if (held || reading || !spoken || !outbound.atBoundary()) return;
		for (let bytes = waitingInjections.shift(); bytes !== undefined; bytes = waitingInjections.shift()) {
			if (!socket.writable) continue;
			note(bytes);
			socket.write(bytes);
		}
		if (ending) socket.end();
	}

	const duplex = new Duplex({
		read() {
			if (!held) socket.resume();
		},
		write(chunk: Buffer, _encoding, done) {
			const send = () => {
				if (!socket.writable) return done();
				note(chunk);
				socket.write(chunk, () => done());
				return flushInjections();
			};
			if (held) waitingWrites.push(send);
			else send();
		},
		final(done) {
			socket.end(() => done());
		},
		destroy(error, done) {
			if (!held) socket.destroy();
			done(error);
		},
	});

	socket.on('data', (chunk: Buffer) => {
		inbound.push(chunk);
		if (forwarding && !duplex.push(chunk)) socket.pause();
	});
	socket.on('end', () => duplex.push(null));
	socket.on('error', () => duplex.destroy());
	socket.on('close', () => {
		held = false;
		duplex.destroy();
		observer.onClose();
	});

	return {
		duplex,
		openStreams,
		acknowledgedStreamLimit: () => acknowledged,
		inject(bytes) {
			waitingInjections.push(bytes);
			flushInjections();
		},
		hold() {
			held = true;
			socket.pause();
		},
		release() {
			held = false;
			for (const send of waitingWrites.splice(0)) send();
			flushInjections();
			socket.resume();
		},
		end() {
			ending = true;
			flushInjections();
		},
		cut() {
			held = false;
			socket.destroy();
		},
	};
}
