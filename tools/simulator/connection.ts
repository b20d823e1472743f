/** One connection as the server lives it: HTTP/2 session over a tapped wire, stream limit, GOAWAY, and its page in the journal. */
import * as http2 from 'node:http2';
import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { ClientCertificate, RevokedCertificates } from './certificates';
import { certificateTrouble, clientCertificateOf } from './certificates';
import type { Environment } from './facts';
import { excessStreamsText } from './facts';
import type { GoawayAction } from './faults';
import type { Frame, SettingValues } from '../../test/wire/frames';
import { errorCodes, flags, frameTypes, goawayFrame, maxStreamId, resetFrame } from '../../test/wire/frames';
import { addConnection, noteClientFrame, noteServerFrame } from './connectionNotes';
import type { HeaderBlock } from './headerBlocks';
import { createHeaderBlocks } from './headerBlocks';
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
	readonly readsHeaderBlocks: boolean;
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
	/** A stream's header block, once. */
	takeHeaderBlock(streamId: number): HeaderBlock;
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

/** Says goodbye: which streams are still answered, and when the connection ends. */
function createFarewell(wire: () => Wire, highestStreamId: () => number) {
	let lastStreamId = maxStreamId;
	let draining = false;
	const endWhenDrained = () => {
		if ([...wire().openStreams].some((id) => id <= lastStreamId)) return;
		draining = false;
		wire().end();
	};
	return {
		lastStreamId: () => lastStreamId,
		/** To be called when the simulator wrote a frame. */
		noteServerFrame() {
			if (draining) setImmediate(endWhenDrained);
		},
		goaway(action: Omit<GoawayAction, 'type'>, streamId = highestStreamId()): void {
			const last = action.lastStream ?? 'this';
			const id =
				typeof last === 'number'
					? last
					: { this: streamId, before: Math.max(0, streamId - 2), zero: 0, max: maxStreamId }[last];
			lastStreamId = Math.min(lastStreamId, id);
			wire().inject(goawayFrame(id, action.code ?? errorCodes.NO_ERROR, goawayDebug(action)));
			const then = action.then ?? 'drain';
			if (then === 'cut') setImmediate(() => wire().cut());
			else if (then === 'close') wire().end();
			else if (then === 'drain') {
				draining = true;
				setImmediate(endWhenDrained);
			}
		},
	};
}

/** True for each reset of the client above its budget. */
function createResetBudget(budget: ConnectionOptions['resetBudget'], clock: () => number): () => boolean {
	const times: number[] = [];
	return () => {
		if (budget === undefined) return false;
		const now = clock();
		times.push(now);
		while (now - (times[0] ?? now) > budget.withinMs) times.shift();
		return times.length > budget.resets;
	};
}

interface Session {
	highestStreamId(): number;
	streamLimit(): number;
	setStreamLimit(limit: number, refuseSurplus: boolean): void;
}

/** Node's HTTP/2 server on the wire, with the stream limit it announces. `refusing` gets the streams it refuses for the limit. */
function openSession(
	wire: Wire,
	record: ConnectionRecord,
	settings: Omit<SettingValues, 'enablePush'>,
	refusing: Set<number>,
	onStream: (stream: ServerHttp2Stream, headers: readonly string[], endOfStream: boolean) => void,
): Session {
	const streams = new Map<number, ServerHttp2Stream>();
	let highestStreamId = 0;
	let streamLimit = settings.maxConcurrentStreams ?? 1;
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
		onStream(stream, rawHeaders as string[], (streamFlags & flags.END_STREAM) !== 0);
	});
	return {
		highestStreamId: () => highestStreamId,
		streamLimit: () => streamLimit,
		setStreamLimit(limit, refuseSurplus) {
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
	};
}

/** What becomes of a connection whose certificate is no good, before its first request. */
function judgeCertificate(connection: Connection, options: ConnectionOptions): void {
	const { certificate } = connection;
	if (certificate === undefined) return;
	const trouble = certificateTrouble(certificate, options.environment, options.clock());
	// Node's TLS server cannot refuse a certificate with an alert: the connection is cut right after the handshake instead.
	if (options.revoked.has(certificate.fingerprint256) || (trouble !== undefined && options.badCertificate === 'cut'))
		connection.cut();
	else if (trouble !== undefined && options.badCertificate === 'goaway')
		connection.goaway({ reason: trouble, lastStream: 'zero', then: 'close' });
}

/** Takes over an established TLS connection. */
export function openConnection(socket: TLSSocket, options: ConnectionOptions): Connection {
	const { journal, clock } = options;
	const certificate = clientCertificateOf(socket);
	const binding = createBinding();
	const record = addConnection(journal, socket, {
		role: options.role,
		openedAtMs: clock(),
		certificate,
		tokenDigests: binding.digests,
	});
	const blocks = createHeaderBlocks(options.readsHeaderBlocks ? (options.settings.headerTableSize ?? 4096) : undefined);
	const refusing = new Set<number>();
	const overBudget = createResetBudget(options.resetBudget, clock);
	const farewell = createFarewell(
		() => wire,
		() => session.highestStreamId(),
	);
	let errors = 0;
	let idleTimer: NodeJS.Timeout | undefined;

	/** False when the frame opens more streams than the client was allowed. */
	function mayOpen(frame: Frame): boolean {
		const opens = !wire.openStreams.has(frame.streamId);
		record.mostOpenStreams = Math.max(record.mostOpenStreams, wire.openStreams.size + (opens ? 1 : 0));
		if (!opens || options.excessStreams === 'node' || wire.openStreams.size < wire.acknowledgedStreamLimit())
			return true;
		farewell.goaway({ text: excessStreamsText, lastStream: 'before', then: 'drain' }, frame.streamId);
		return false;
	}

	const wire = tapWire(socket, {
		onClientFrame(frame) {
			noteClientFrame(record, frame);
			idleTimer?.refresh();
			blocks.note(frame);
			if (frame.type === frameTypes.HEADERS && !mayOpen(frame)) return false;
			if (frame.type === frameTypes.RST_STREAM && overBudget())
				farewell.goaway({ code: errorCodes.ENHANCE_YOUR_CALM, lastStream: 'max', then: 'close' });
			journal.changed();
			return true;
		},
		onServerFrame(frame) {
			noteServerFrame(record, frame);
			// pushy #476: REFUSED_STREAM is followed by STREAM_CLOSED for the same stream.
			if (frame.type === frameTypes.RST_STREAM && refusing.delete(frame.streamId))
				wire.inject(resetFrame(frame.streamId, errorCodes.STREAM_CLOSED));
			farewell.noteServerFrame();
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
	const streamLimit =
		certificate === undefined ? (options.settings.maxConcurrentStreams ?? 1) : options.provenStreamLimit;
	const settings = { ...options.settings, maxConcurrentStreams: streamLimit };
	const session = openSession(wire, record, settings, refusing, (stream, headers, endOfStream) =>
		options.onStream(connection, stream, headers, endOfStream),
	);
	if (options.idleTimeoutMs !== undefined)
		idleTimer = setTimeout(() => farewell.goaway({ reason: 'IdleTimeout', then: 'drain' }), options.idleTimeoutMs);

	const connection: Connection = {
		record,
		certificate,
		binding,
		wire,
		takeHeaderBlock: blocks.take,
		lastStreamId: farewell.lastStreamId,
		streamLimit: session.streamLimit,
		setStreamLimit: (limit, refuseSurplus = false) => session.setStreamLimit(limit, refuseSurplus),
		goaway: farewell.goaway,
		noteAnswer(failed) {
			errors = failed ? errors + 1 : 0;
			if (options.errorBudget !== undefined && errors > options.errorBudget)
				farewell.goaway({ lastStream: 'this', then: 'drain' });
		},
		cut: () => wire.cut(),
	};
	judgeCertificate(connection, options);
	journal.events.emit('connection', record);
	journal.changed();
	return connection;
}
