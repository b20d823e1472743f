/** One connection as the server lives it: HTTP/2 session over a tapped wire, stream limit, GOAWAY, and its page in the journal. */
import * as http2 from 'node:http2';
import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { ClientCertificate, RevokedCertificates } from './certificates';
import { certificateTrouble, clientCertificateOf } from './certificates';
import type { Environment } from './facts';
import { excessStreamsText } from './facts';
import type { GoawayAction } from './faults';
import type { SettingValues } from '../../test/wire/frames';
import {
	errorCodes,
	flags,
	frameName,
	frameTypes,
	goawayFrame,
	maxStreamId,
	readSettings,
	resetFrame,
} from '../../test/wire/frames';
import type { ConnectionRecord, JournalWriter, PortRole } from './journal';
import type { TokenBinding } from './providerToken';
import { createBinding } from './providerToken';
import type { Wire } from './wire';
import { tapWire } from './wire';

export interface ConnectionOptions {
	readonly role: PortRole;
	readonly environment: Environment;
	readonly clock: () => number;
	readonly journal: JournalWriter;
	readonly settings: Omit<SettingValues, 'enablePush'>;
	/** Stream limit of a connection that has proved itself. */
	readonly provenStreamLimit: number;
	/** Opening more than the acknowledged limit: GOAWAY in plain text as Apple's front end, or what Node's server does. */
	readonly excessStreams: 'goaway' | 'node';
	/** More resets of the client than this in the time draw GOAWAY ENHANCE_YOUR_CALM; undefined: never. */
	readonly resetBudget?: { readonly resets: number; readonly withinMs: number };
	readonly badCertificate: 'goaway' | 'answer' | 'cut';
	readonly revoked: RevokedCertificates;
	/** More error answers than this without an accepted request between them end the connection; undefined: never. */
	readonly errorBudget?: number;
	/** GOAWAY IdleTimeout after this much silence of the client; undefined: never. */
	readonly idleTimeoutMs?: number;
	readonly onStream: (
		connection: Connection,
		stream: ServerHttp2Stream,
		headers: readonly string[],
		endOfStream: boolean,
	) => void;
	readonly onClose: (connection: Connection) => void;
}

export interface Connection {
	readonly record: ConnectionRecord;
	readonly certificate?: ClientCertificate;
	readonly binding: TokenBinding;
	readonly wire: Wire;
	/** Bytes of a stream's header block, once. */
	takeHeaderBlockBytes(streamId: number): number;
	/** Streams above it are ignored after a GOAWAY. */
	lastStreamId(): number;
	streamLimit(): number;
	/** Sends SETTINGS when the limit differs; `refuseSurplus` refuses the youngest unanswered streams above it. */
	setStreamLimit(streams: number, refuseSurplus?: boolean): void;
	goaway(action: Omit<GoawayAction, 'type'>, streamId?: number): void;
	/** Counts an answer against the error budget. */
	noteAnswer(failed: boolean): void;
	cut(): void;
}

/** Node guards its server against clients that misbehave; here the guards would hide what is to be observed. */
const generousLimits = {
	maxSessionMemory: 1000,
	maxSessionInvalidFrames: 1_000_000,
	maxSessionRejectedStreams: 1_000_000,
	maxOutstandingSettings: 10_000,
};

function goawayDebug({ reason, text }: Omit<GoawayAction, 'type'>): string {
	return reason === undefined ? (text ?? '') : JSON.stringify({ reason });
}

function readGoaway(payload: Buffer): { lastStreamId: number; code: number; debug: string } {
	return {
		lastStreamId: payload.readUInt32BE(0) & maxStreamId,
		code: payload.readUInt32BE(4),
		debug: payload.subarray(8).toString('utf8'),
	};
}

/** Takes over an established TLS connection. */
export function openConnection(socket: TLSSocket, options: ConnectionOptions): Connection {
	const { journal, clock } = options;
	const certificate = clientCertificateOf(socket);
	const binding = createBinding();
	const record = journal.addConnection({
		role: options.role,
		openedAtMs: clock(),
		tlsVersion: socket.getProtocol() ?? 'unknown',
		cipher: socket.getCipher().name,
		alpn: socket.alpnProtocol ?? false,
		serverName: 'servername' in socket && typeof socket.servername === 'string' ? socket.servername : undefined,
		tlsResumed: socket.isSessionReused(),
		clientCertificate:
			certificate === undefined
				? undefined
				: { subject: certificate.subject, fingerprint256: certificate.fingerprint256 },
		requests: 0,
		clientFrames: {},
		serverFrames: {},
		pings: 0,
		resets: [],
		clientSettings: {},
		goaways: [],
		goawaysSent: [],
		resetsSent: [],
		limitsSent: [],
		mostOpenStreams: 0,
		tokenDigests: binding.digests,
	});
	const headerBlocks = new Map<number, number>();
	const streams = new Map<number, ServerHttp2Stream>();
	const resetTimes: number[] = [];
	const refusing = new Set<number>();
	let lastStreamId = maxStreamId;
	let highestStreamId = 0;
	let errors = 0;
	let draining = false;
	let idleTimer: NodeJS.Timeout | undefined;
	let streamLimit =
		certificate === undefined ? (options.settings.maxConcurrentStreams ?? 1) : options.provenStreamLimit;

	const wire = tapWire(socket, {
		onClientFrame(frame) {
			const name = frameName(frame.type);
			record.clientFrames[name] = (record.clientFrames[name] ?? 0) + 1;
			idleTimer?.refresh();
			if (frame.type === frameTypes.HEADERS) {
				headerBlocks.set(frame.streamId, frame.payload.length);
				const opens = !wire.openStreams.has(frame.streamId);
				record.mostOpenStreams = Math.max(record.mostOpenStreams, wire.openStreams.size + (opens ? 1 : 0));
				if (opens && options.excessStreams === 'goaway' && wire.openStreams.size >= wire.acknowledgedStreamLimit()) {
					goaway({ text: excessStreamsText, lastStream: 'before', then: 'drain' }, frame.streamId);
					return false;
				}
			} else if (frame.type === frameTypes.CONTINUATION) {
				headerBlocks.set(frame.streamId, (headerBlocks.get(frame.streamId) ?? 0) + frame.payload.length);
			} else if (frame.type === frameTypes.RST_STREAM && frame.payload.length === 4) {
				noteReset(frame.streamId, frame.payload.readUInt32BE(0));
			} else if (frame.type === frameTypes.PING && (frame.flags & flags.ACK) === 0) {
				record.pings += 1;
			} else if (frame.type === frameTypes.SETTINGS && (frame.flags & flags.ACK) === 0) {
				Object.assign(record.clientSettings, readSettings(frame.payload));
			} else if (frame.type === frameTypes.GOAWAY && frame.payload.length >= 8) {
				record.goaways.push(readGoaway(frame.payload));
			}
			journal.changed();
			return true;
		},
		onServerFrame(frame) {
			const name = frameName(frame.type);
			record.serverFrames[name] = (record.serverFrames[name] ?? 0) + 1;
			const limit =
				frame.type === frameTypes.SETTINGS && (frame.flags & flags.ACK) === 0
					? readSettings(frame.payload).maxConcurrentStreams
					: undefined;
			if (limit !== undefined) record.limitsSent.push(limit);
			if (frame.type === frameTypes.GOAWAY) record.goawaysSent.push(readGoaway(frame.payload));
			if (frame.type === frameTypes.RST_STREAM)
				record.resetsSent.push({ streamId: frame.streamId, code: frame.payload.readUInt32BE(0) });
			// pushy #476: REFUSED_STREAM is followed by STREAM_CLOSED for the same stream.
			if (frame.type === frameTypes.RST_STREAM && refusing.delete(frame.streamId))
				wire.inject(resetFrame(frame.streamId, errorCodes.STREAM_CLOSED));
			if (draining) setImmediate(endWhenDrained);
			journal.changed();
		},
		onBadPreface(received) {
			// Text of Netty's preface check, seen from Apple's front end when spoken to in HTTP/1.1.
			const text = `HTTP/2 client preface string missing or corrupt. Hex dump for received bytes: ${received.subarray(0, 24).toString('hex')}`;
			wire.inject(goawayFrame(maxStreamId, errorCodes.PROTOCOL_ERROR, text));
			wire.end();
		},
		onClose() {
			clearTimeout(idleTimer);
			record.closedAtMs = clock();
			journal.events.emit('close', record);
			journal.changed();
			options.onClose(connection);
		},
	});

	function noteReset(streamId: number, code: number): void {
		record.resets.push({ streamId, code });
		if (options.resetBudget === undefined) return;
		const now = clock();
		resetTimes.push(now);
		while (now - (resetTimes[0] ?? now) > options.resetBudget.withinMs) resetTimes.shift();
		if (resetTimes.length > options.resetBudget.resets)
			goaway({ code: errorCodes.ENHANCE_YOUR_CALM, lastStream: 'max', then: 'close' });
	}

	function endWhenDrained(): void {
		if ([...wire.openStreams].some((id) => id <= lastStreamId)) return;
		draining = false;
		wire.end();
	}

	function goaway(action: Omit<GoawayAction, 'type'>, streamId = highestStreamId): void {
		const last = action.lastStream ?? 'this';
		const id =
			typeof last === 'number'
				? last
				: { this: streamId, before: Math.max(0, streamId - 2), zero: 0, max: maxStreamId }[last];
		lastStreamId = Math.min(lastStreamId, id);
		wire.inject(goawayFrame(id, action.code ?? errorCodes.NO_ERROR, goawayDebug(action)));
		const then = action.then ?? 'drain';
		if (then === 'cut') setImmediate(() => wire.cut());
		else if (then === 'close') wire.end();
		else if (then === 'drain') {
			draining = true;
			setImmediate(endWhenDrained);
		}
	}

	const settings = { ...options.settings, maxConcurrentStreams: streamLimit };
	const session: ServerHttp2Session = http2.performServerHandshake(wire.duplex, { ...generousLimits, settings });
	// Errors end streams and connections, which the journal shows; unhandled they would end the process.
	session.on('error', (error) => {
		record.error = error.message;
	});
	session.on('stream', (stream: ServerHttp2Stream, _headers: unknown, streamFlags: number, rawHeaders: unknown) => {
		stream.on('error', () => undefined);
		const streamId = stream.id ?? 0;
		highestStreamId = streamId;
		streams.set(streamId, stream);
		stream.once('close', () => streams.delete(streamId));
		record.requests += 1;
		options.onStream(connection, stream, rawHeaders as string[], (streamFlags & flags.END_STREAM) !== 0);
	});
	if (options.idleTimeoutMs !== undefined) {
		idleTimer = setTimeout(() => goaway({ reason: 'IdleTimeout', then: 'drain' }), options.idleTimeoutMs);
	}

	const connection: Connection = {
		record,
		certificate,
		binding,
		wire,
		takeHeaderBlockBytes(streamId) {
			const bytes = headerBlocks.get(streamId) ?? 0;
			headerBlocks.delete(streamId);
			return bytes;
		},
		lastStreamId: () => lastStreamId,
		streamLimit: () => streamLimit,
		setStreamLimit(limit, refuseSurplus = false) {
			if (limit === streamLimit || session.destroyed || session.closed) return;
			streamLimit = limit;
			session.settings({ maxConcurrentStreams: limit });
			if (!refuseSurplus) return;
			const unanswered = [...streams.values()].filter((stream) => !stream.headersSent && !stream.closed);
			for (const stream of unanswered.slice(limit)) {
				refusing.add(stream.id ?? 0);
				stream.close(errorCodes.REFUSED_STREAM);
			}
		},
		goaway,
		noteAnswer(failed) {
			errors = failed ? errors + 1 : 0;
			if (options.errorBudget !== undefined && errors > options.errorBudget)
				goaway({ lastStream: 'this', then: 'drain' });
		},
		cut: () => wire.cut(),
	};

	const trouble = certificate === undefined ? undefined : certificateTrouble(certificate, options.environment, clock());
	const revoked = certificate !== undefined && options.revoked.has(certificate.fingerprint256);
	// Node's TLS server cannot refuse a certificate with an alert: the connection is cut right after the handshake instead.
	if (revoked || (trouble !== undefined && options.badCertificate === 'cut')) wire.cut();
	else if (trouble !== undefined && options.badCertificate === 'goaway')
		goaway({ reason: trouble, lastStream: 'zero', then: 'close' });
	journal.events.emit('connection', record);
	journal.changed();
	return connection;
}
