/** The client side of one HTTP/2 connection without I/O: bytes and commands in, bytes and events out (RFC 9113). */
import { requestRules } from './fieldRules';
import { createFloodGuard, type FloodGuard } from './floodGuard';
import { createFrameReader, type FrameReader } from './frameReader';
import {
	CLIENT_PREFACE,
	ErrorCode,
	Flag,
	FRAME_HEADER_BYTES,
	FrameType,
	goawayFrame,
	pingFrame,
	ProtocolError,
	Setting,
	settingsFrame,
	writeFrameHeader,
} from './frames';
import { HpackEncoder, HpackError, type HeaderField, UnsendableFieldError } from './hpack/hpack';
import { DEFAULT_MAX_FRAME_BYTES, defaultLimits, HEADER_TABLE_BYTES, MAX_31_BIT } from './limits';
import { createOutputQueue, type OutputQueue } from './outputQueue';
import { PeerFrames } from './peerFrames';
import { defaultPeerSettings, isAboveHeaderListLimit, type PeerSettings } from './peerSettings';
import type { OpenRefusal, ProtocolEvents, ProtocolOptions } from './protocolEvents';
import type { ProtocolStream } from './protocolStream';
import { ReceiveWindows } from './receiveWindows';
import { SendWindows } from './sendWindows';
import { Streams } from './streams';
import type { OpenStreams } from './streamTable';

export type { OpenRefusal, ProtocolEvents, ProtocolOptions } from './protocolEvents';
export type { ProtocolStream, StreamEnd } from './protocolStream';

export class ClientProtocol<C> {
	readonly output: OutputQueue = createOutputQueue();
	readonly peer: PeerSettings = defaultPeerSettings();
	private readonly encoder = new HpackEncoder(HEADER_TABLE_BYTES, requestRules);
	private readonly sending = new SendWindows<C>(this.output, this.peer);
	private readonly flood: FloodGuard;
	private readonly inner: Streams<C>;
	private readonly frames: PeerFrames<C>;
	private readonly reader: FrameReader;
	private dead = false;

	constructor(
		private readonly events: ProtocolEvents<C>,
		options: ProtocolOptions = {},
	) {
		const { output, peer, encoder, sending } = this;
		const limits = { ...defaultLimits, ...options.limits };
		const flood = createFloodGuard(limits);
		const receiving = new ReceiveWindows(output, limits);
		const streams = new Streams<C>({ limits, events, output, sending, flood }, options);
		const frames = new PeerFrames<C>({
			limits,
			events,
			output,
			peer,
			streams,
			sending,
			receiving,
			encoder,
			flood,
		});
		this.flood = flood;
		this.inner = streams;
		this.frames = frames;
		this.reader = createFrameReader(DEFAULT_MAX_FRAME_BYTES, (type, flags, streamId, bytes, start, end) =>
			frames.receive(type, flags, streamId, bytes, start, end),
		);
		output.append(CLIENT_PREFACE);
		output.append(
			settingsFrame([
				[Setting.ENABLE_PUSH, 0],
				[Setting.INITIAL_WINDOW_SIZE, limits.streamWindowBytes],
				[Setting.MAX_HEADER_LIST_SIZE, limits.maxHeaderListBytes],
			]),
		);
		receiving.announce();
	}

	/** Open streams by id, live and abandoned. */
	get streams(): OpenStreams<ProtocolStream<C>> {
		return this.inner.table;
	}

	/** Streams the owner still waits for. */
	get liveStreams(): number {
		return this.inner.table.liveSize;
	}

	/** Streams the owner gave up and the peer has not ended: each keeps its slot of MAX_CONCURRENT_STREAMS. */
	get abandonedStreams(): number {
		return this.inner.table.abandonedSize;
	}

	/** Send window of the connection. */
	get sendWindow(): number {
		return this.sending.connection;
	}

	/** Last stream id of the newest GOAWAY received. */
	get goawayLastStreamId(): number | undefined {
		return this.frames.goawayLastStreamId;
	}

	/** True while new streams may be opened: no GOAWAY either way, ids left. */
	get mayOpen(): boolean {
		return !this.dead && this.frames.goawayLastStreamId === undefined && !this.exhausted;
	}

	/**
	 * True when all client stream ids are used (RFC 9113 §5.1.1): only a new connection helps. It changes only in `open`,
	 * so the owner looks after each call and drains the connection; the stream just opened goes on.
	 */
	get exhausted(): boolean {
		return this.inner.nextId > MAX_31_BIT;
	}

	/**
	 * Whether a body of this size may start now: it fits both windows, so that the push leaves in one piece. A body that
	 * can never fit (initial window smaller than it) starts anyway and follows WINDOW_UPDATE.
	 */
	hasWindowFor(bodyBytes: number): boolean {
		return this.sending.haveRoomFor(bodyBytes);
	}

	/**
	 * Opens a stream: HEADERS and as much DATA as the windows allow go into the output. Returns the stream, or why not.
	 * The caller keeps to MAX_CONCURRENT_STREAMS.
	 */
	open(fields: readonly HeaderField[], body: Buffer | undefined, context: C): ProtocolStream<C> | OpenRefusal {
		if (!this.mayOpen) return this.exhausted ? 'exhausted' : 'closed';
		const { encoder, output, peer } = this;
		const bound = encoder.bound(fields);
		if (bound > peer.maxFrameSize || isAboveHeaderListLimit(peer, fields)) return 'headerListTooLarge';
		const bodyBytes = body === undefined ? 0 : body.length;
		const out = output.room(FRAME_HEADER_BYTES * 2 + bound + bodyBytes);
		const start = output.offset();
		let end: number;
		try {
			// First of all, since it may refuse: then nothing has happened, and the room is used by the next frame.
			end = encoder.encode(fields, out, start + FRAME_HEADER_BYTES);
		} catch (error) {
			if (error instanceof UnsendableFieldError) return 'illegalField';
			throw error;
		}
		const stream = this.inner.add(context, peer.initialWindowSize);
		const flags = bodyBytes === 0 ? Flag.END_HEADERS | Flag.END_STREAM : Flag.END_HEADERS;
		writeFrameHeader(out, start, end - start - FRAME_HEADER_BYTES, FrameType.HEADERS, flags, stream.id);
		if (body !== undefined && bodyBytes > 0) {
			if (!this.sending.takeWhole(stream, bodyBytes)) {
				output.commit(end);
				this.sending.send(stream, body);
				return stream;
			}
			end = writeFrameHeader(out, end, bodyBytes, FrameType.DATA, Flag.END_STREAM, stream.id);
			out.set(body, end);
			end += bodyBytes;
		}
		output.commit(end);
		stream.endOffset = output.totalBytes();
		return stream;
	}

	/**
	 * The owner waits no longer. What is unsent of the body is dropped and never written. The stream stays open, in its slot
	 * and its windows, until the peer ends it; a late answer still sets `status` and `fields` and is told by `onStreamEnd`, its
	 * body thrown away, as is what came of it before: read that first. False when the stream is gone or was abandoned before.
	 */
	abandon(stream: ProtocolStream<C>): boolean {
		if (!this.inner.abandon(stream)) return false;
		stream.body = undefined;
		return true;
	}

	/** Sends RST_STREAM and forgets the stream; no event follows. */
	reset(stream: ProtocolStream<C>, errorCode: number): void {
		this.inner.reset(stream, errorCode);
	}

	/** Takes all streams out of the table, oldest first, when the connection is over; no event follows. */
	endStreams(): Array<ProtocolStream<C>> {
		return this.inner.endAll();
	}

	/** Appends a PING with these eight octets. */
	ping(payload: Buffer): void {
		this.output.append(pingFrame(payload, false));
	}

	/** Appends GOAWAY; nothing is opened or read afterwards. */
	close(errorCode: number, debug = ''): void {
		if (this.dead) return;
		this.dead = true;
		this.reader.stop();
		this.output.append(goawayFrame(0, errorCode, Buffer.from(debug, 'latin1')));
	}

	/** Instead of `close`, and also after it: drops what was not taken from the output, and leaves GOAWAY alone in it. */
	closeAtOnce(errorCode: number, debug = ''): void {
		this.dead = true;
		this.reader.stop();
		this.output.discard();
		this.output.append(goawayFrame(0, errorCode, Buffer.from(debug, 'latin1')));
	}

	/** Reads what the socket brought, unless closed. `nowMs` is any clock that only goes forward; it paces the budgets. */
	receive(chunk: Buffer, nowMs: number): void {
		this.inner.nowMs = nowMs;
		try {
			this.reader.push(chunk);
		} catch (error) {
			if (error instanceof ProtocolError) this.fail(error);
			else if (error instanceof HpackError) this.fail(new ProtocolError(ErrorCode.COMPRESSION_ERROR, error.message));
			else throw error;
		}
	}

	/** Tells the flood guard that waiting acknowledgements have been handed to the socket. */
	acknowledgementsSent(): void {
		this.flood.acknowledgementsSent();
	}

	private fail(error: ProtocolError): void {
		this.close(error.errorCode, error.message);
		this.events.onConnectionError(error);
	}
}
