/** The client side of one HTTP/2 connection without I/O: bytes and commands in, bytes and events out (RFC 9113). */
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
	SETTINGS_ACK,
	settingsFrame,
	uint32Frame,
	unpad,
	writeFrameHeader,
} from './frames';
import { HpackDecoder, HpackEncoder, HpackError, type HeaderField } from './hpack/hpack';
import {
	DEFAULT_MAX_FRAME_BYTES,
	DEFAULT_WINDOW_BYTES,
	defaultLimits,
	HEADER_TABLE_BYTES,
	MAX_31_BIT,
	type ProtocolLimits,
} from './limits';
import { createOutputQueue, type OutputQueue } from './outputQueue';
import { applySettings, defaultPeerSettings, isAboveHeaderListLimit, type PeerSettings } from './peerSettings';
import { ResponseHeadReader } from './responseHead';
import { createFloodGuard, type FloodGuard } from './floodGuard';
import { collectHeaderBlock, type HeaderBlock } from './headerBlock';
import type { OpenRefusal, ProtocolEvents, ProtocolOptions } from './protocolEvents';
import { ProtocolStream } from './protocolStream';
import { createResetMemory, type ResetMemory } from './resetMemory';
import { type OpenStreams, StreamTable } from './streamTable';

export type { OpenRefusal, ProtocolEvents, ProtocolOptions } from './protocolEvents';
export type { ProtocolStream, StreamEnd } from './protocolStream';

export class ClientProtocol<C> {
	readonly output: OutputQueue = createOutputQueue();
	readonly peer: PeerSettings = defaultPeerSettings();
	/** Send window of the connection. */
	sendWindow = DEFAULT_WINDOW_BYTES;
	/** True after the first SETTINGS frame. */
	settingsReceived = false;
	/** Last stream id of the newest GOAWAY received. */
	goawayLastStreamId: number | undefined;

	private readonly limits: ProtocolLimits;
	private readonly mayReset: (nowMs: number) => boolean;
	private readonly table = new StreamTable<ProtocolStream<C>>();
	private readonly heads = new ResponseHeadReader();
	private readonly encoder = new HpackEncoder(HEADER_TABLE_BYTES);
	private readonly decoder: HpackDecoder;
	private readonly reader: FrameReader;
	private readonly flood: FloodGuard;
	private nextStreamId: number;
	private dead = false;
	private nowMs = 0;
	private receiveWindow: number;
	private unreturnedWindow = 0;
	private readonly blocked = new Set<ProtocolStream<C>>();
	/** Streams the peer may still send frames on, because it had not seen our RST_STREAM or had reset them itself. */
	private readonly resets: ResetMemory;
	private headerBlock: HeaderBlock | undefined;

	constructor(
		private readonly events: ProtocolEvents<C>,
		options: ProtocolOptions = {},
	) {
		this.limits = { ...defaultLimits, ...options.limits };
		this.mayReset = options.mayReset ?? (() => true);
		this.nextStreamId = options.firstStreamId ?? 1;
		this.decoder = new HpackDecoder({
			maxTableSize: HEADER_TABLE_BYTES,
			maxHeaderListBytes: this.limits.maxHeaderListBytes,
		});
		this.reader = createFrameReader(DEFAULT_MAX_FRAME_BYTES, (type, flags, streamId, bytes, start, end) =>
			this.onFrame(type, flags, streamId, bytes, start, end),
		);
		this.flood = createFloodGuard(this.limits);
		this.resets = createResetMemory(this.limits.rememberedResets);
		this.receiveWindow = this.limits.connectionWindowBytes;
		this.output.append(CLIENT_PREFACE);
		this.output.append(
			settingsFrame([
				[Setting.ENABLE_PUSH, 0],
				[Setting.INITIAL_WINDOW_SIZE, this.limits.streamWindowBytes],
				[Setting.MAX_HEADER_LIST_SIZE, this.limits.maxHeaderListBytes],
			]),
		);
		const extraWindow = this.limits.connectionWindowBytes - DEFAULT_WINDOW_BYTES;
		if (extraWindow > 0) this.output.append(uint32Frame(FrameType.WINDOW_UPDATE, 0, extraWindow));
	}

	/** Open streams by id, live and abandoned. */
	get streams(): OpenStreams<ProtocolStream<C>> {
		return this.table;
	}

	/** Streams the owner still waits for. */
	get liveStreams(): number {
		return this.table.liveSize;
	}

	/** Streams the owner gave up and the peer has not ended: each keeps its slot of MAX_CONCURRENT_STREAMS. */
	get abandonedStreams(): number {
		return this.table.abandonedSize;
	}

	/** True while new streams may be opened: no GOAWAY either way, ids left. */
	get mayOpen(): boolean {
		return !this.dead && this.goawayLastStreamId === undefined && this.nextStreamId <= MAX_31_BIT;
	}

	/**
	 * True when all client stream ids are used (RFC 9113 §5.1.1): only a new connection helps. It changes only in `open`,
	 * so the owner looks after each call and drains the connection; the stream just opened goes on.
	 */
	get exhausted(): boolean {
		return this.nextStreamId > MAX_31_BIT;
	}

	/**
	 * Whether a body of this size may start now: it fits both windows, so that the push leaves in one piece. A body that
	 * can never fit (initial window smaller than it) starts anyway and follows WINDOW_UPDATE.
	 */
	hasWindowFor(bodyBytes: number): boolean {
		return this.sendWindow >= Math.min(bodyBytes, this.peer.initialWindowSize, DEFAULT_WINDOW_BYTES);
	}

	/**
	 * Opens a stream: HEADERS and as much DATA as the windows allow go into the output. Returns the stream, or why not.
	 * The caller keeps to MAX_CONCURRENT_STREAMS; header lists beyond the peer's limits, or one frame, are refused before encoding.
	 * Throws `RangeError` for a name or value outside latin1; no stream is open then, and the connection goes on.
	 */
	open(fields: readonly HeaderField[], body: Buffer | undefined, context: C): ProtocolStream<C> | OpenRefusal {
		if (!this.mayOpen) return this.exhausted ? 'exhausted' : 'closed';
		const bound = this.encoder.bound(fields);
		if (bound > this.peer.maxFrameSize || isAboveHeaderListLimit(this.peer, fields)) return 'headerListTooLarge';
		const bodyBytes = body === undefined ? 0 : body.length;
		const out = this.output.room(FRAME_HEADER_BYTES * 2 + bound + bodyBytes);
		const start = this.output.offset();
		// First of all, since it may throw: then nothing has happened, and the room is used by the next frame.
		const blockEnd = this.encoder.encode(fields, out, start + FRAME_HEADER_BYTES);

		const id = this.nextStreamId;
		this.nextStreamId += 2;
		const stream = new ProtocolStream<C>(id, context, this.peer.initialWindowSize);
		this.table.add(stream);
		const flags = bodyBytes === 0 ? Flag.END_HEADERS | Flag.END_STREAM : Flag.END_HEADERS;
		writeFrameHeader(out, start, blockEnd - start - FRAME_HEADER_BYTES, FrameType.HEADERS, flags, id);
		if (body === undefined || bodyBytes === 0) {
			this.output.commit(blockEnd);
			stream.endOffset = this.output.totalBytes();
		} else if (bodyBytes <= this.sendWindow && bodyBytes <= stream.sendWindow && bodyBytes <= this.peer.maxFrameSize) {
			const dataAt = writeFrameHeader(out, blockEnd, bodyBytes, FrameType.DATA, Flag.END_STREAM, id);
			body.copy(out, dataAt);
			this.output.commit(dataAt + bodyBytes);
			this.sendWindow -= bodyBytes;
			stream.sendWindow -= bodyBytes;
			stream.endOffset = this.output.totalBytes();
		} else {
			this.output.commit(blockEnd);
			stream.unsent = body;
			this.sendData(stream);
		}
		return stream;
	}

	/**
	 * The owner waits no longer. What is unsent of the body is dropped and never written. The stream stays open, in its slot
	 * and its windows, until the peer ends it; a late answer still sets `status` and `fields` and is told by `onStreamEnd`, its
	 * body thrown away, as is what came of it before: read that first. False when the stream is gone or was abandoned before.
	 */
	abandon(stream: ProtocolStream<C>): boolean {
		if (!this.table.abandon(stream)) return false;
		this.blocked.delete(stream);
		stream.unsent = undefined;
		stream.body = undefined;
		return true;
	}

	/** Takes all streams out of the table, oldest first, when the connection is over; no event follows. */
	endStreams(): Array<ProtocolStream<C>> {
		this.blocked.clear();
		return this.table.clear();
	}

	/** Sends RST_STREAM and forgets the stream; no event follows. */
	reset(stream: ProtocolStream<C>, errorCode: number): void {
		if (!this.remove(stream)) return;
		this.output.append(uint32Frame(FrameType.RST_STREAM, stream.id, errorCode));
		this.resets.add(stream.id);
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

	/** Reads what the socket brought. `nowMs` is any clock that only goes forward; it paces the flood guard. */
	receive(chunk: Buffer, nowMs: number): void {
		if (this.dead) return;
		this.nowMs = nowMs;
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

	private onFrame(type: number, flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
		if (!this.settingsReceived && (type !== FrameType.SETTINGS || (flags & Flag.ACK) !== 0)) {
			throw new ProtocolError(ErrorCode.PROTOCOL_ERROR, 'the peer did not begin with SETTINGS');
		}
		if (this.headerBlock !== undefined && (type !== FrameType.CONTINUATION || streamId !== this.headerBlock.streamId)) {
			throw new ProtocolError(ErrorCode.PROTOCOL_ERROR, 'a header block was interrupted by another frame');
		}
		switch (type) {
			case FrameType.HEADERS:
				return this.onHeaders(flags, streamId, bytes, start, end);
			case FrameType.DATA:
				return this.onData(flags, streamId, bytes, start, end);
			case FrameType.WINDOW_UPDATE:
				return this.onWindowUpdate(streamId, bytes, start, end);
			case FrameType.RST_STREAM:
				return this.onReset(streamId, bytes, start, end);
			case FrameType.SETTINGS:
				return this.onSettings(flags, streamId, bytes, start, end);
			case FrameType.PING:
				return this.onPing(flags, streamId, bytes, start, end);
			case FrameType.GOAWAY:
				return this.onGoaway(streamId, bytes, start, end);
			case FrameType.CONTINUATION:
				return this.onContinuation(flags, streamId, bytes, start, end);
			case FrameType.PUSH_PROMISE:
				throw new ProtocolError(ErrorCode.PROTOCOL_ERROR, 'the peer sent PUSH_PROMISE although push is switched off');
			case FrameType.PRIORITY:
				if (streamId === 0) throw new ProtocolError(ErrorCode.PROTOCOL_ERROR, 'PRIORITY on stream 0');
				return this.onPriority(streamId, end - start);
			default:
				// Unknown types are ignored (RFC 9113 §4.1, §5.5), but not without end.
				return this.flood.controlFrame(this.nowMs);
		}
	}

	/** Refuses frames on stream 0, on the server's ids and on streams that were never opened (RFC 9113 §5.1). */
	private requireKnown(streamId: number, what: string): void {
		if (streamId === 0 || (streamId & 1) === 0 || streamId >= this.nextStreamId) {
			throw new ProtocolError(
				ErrorCode.PROTOCOL_ERROR,
				`${what} on stream ${streamId}, which this client did not open`,
			);
		}
	}

	/** A frame with content on a stream that is gone: forgiven after a reset, a connection error after END_STREAM (RFC 9113 §5.1). */
	private onClosedStream(streamId: number, what: string): void {
		if (!this.resets.mayHave(streamId)) {
			throw new ProtocolError(ErrorCode.STREAM_CLOSED, `${what} on stream ${streamId} after its end`);
		}
		this.flood.controlFrame(this.nowMs);
	}

	private remove(stream: ProtocolStream<C>): boolean {
		if (stream.unsent !== undefined) this.blocked.delete(stream);
		return this.table.delete(stream);
	}

	private onHeaders(flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
		this.requireKnown(streamId, 'HEADERS');
		const [content, to] = unpad(flags, bytes, start, end);
		const from = (flags & Flag.PRIORITY) === 0 ? content : content + 5;
		if (from > to) {
			// Padding may not reach into the fields (RFC 9113 §6.2); without it the frame itself is too short.
			const code = (flags & Flag.PADDED) === 0 ? ErrorCode.FRAME_SIZE_ERROR : ErrorCode.PROTOCOL_ERROR;
			throw new ProtocolError(code, 'HEADERS too short for its priority fields');
		}
		if ((flags & Flag.END_HEADERS) !== 0) {
			this.onHeaderBlock(streamId, flags, bytes, from, to);
			return;
		}
		this.headerBlock = { streamId, flags, parts: [Buffer.from(bytes.subarray(from, to))], bytes: to - from };
	}

	/** Priorities are not used here; a wrong length is the stream's error alone (RFC 9113 §6.3). */
	private onPriority(streamId: number, length: number): void {
		const stream = length === 5 ? undefined : this.table.get(streamId);
		if (stream !== undefined) this.onMalformed(stream, ErrorCode.FRAME_SIZE_ERROR);
		this.flood.controlFrame(this.nowMs);
	}

	private onContinuation(flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
		const block = this.headerBlock;
		if (block === undefined) throw new ProtocolError(ErrorCode.PROTOCOL_ERROR, 'CONTINUATION without a header block');
		const whole = collectHeaderBlock(block, this.limits, flags, bytes, start, end);
		if (whole === undefined) return;
		this.headerBlock = undefined;
		this.onHeaderBlock(streamId, block.flags, whole, 0, whole.length);
	}

	private onHeaderBlock(streamId: number, flags: number, bytes: Buffer, start: number, end: number): void {
		// Decoded even when nobody waits for it: the table is shared by all streams (RFC 9113 §4.3).
		const fields = this.decoder.decode(bytes, start, end);
		const stream = this.table.get(streamId);
		if (stream === undefined) return this.onClosedStream(streamId, 'HEADERS');
		const endStream = (flags & Flag.END_STREAM) !== 0;
		if (stream.status !== undefined) {
			const problem = endStream ? this.heads.trailerProblem(fields) : 'a second response head without END_STREAM';
			if (problem !== undefined) return this.onMalformed(stream);
			return this.onEndStream(stream);
		}
		const head = this.heads.head(fields);
		if (head.kind === 'malformed') return this.onMalformed(stream);
		if (head.kind === 'informational') {
			if (endStream) return this.onMalformed(stream);
			return this.flood.controlFrame(this.nowMs);
		}
		stream.status = head.status;
		stream.fields = fields;
		stream.contentLength = head.contentLength;
		if (endStream) this.onEndStream(stream);
	}

	private onData(flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
		this.requireKnown(streamId, 'DATA');
		const length = end - start;
		const [from, to] = unpad(flags, bytes, start, end);
		this.receiveWindow -= length;
		if (this.receiveWindow < 0)
			throw new ProtocolError(ErrorCode.FLOW_CONTROL_ERROR, 'DATA beyond the connection window');
		this.returnConnectionWindow(length);
		const stream = this.table.get(streamId);
		if (stream === undefined) return this.onClosedStream(streamId, 'DATA');
		if (stream.status === undefined) return this.onMalformed(stream);
		const endStream = (flags & Flag.END_STREAM) !== 0;
		if (from === to && !endStream) this.flood.controlFrame(this.nowMs);
		stream.unreturnedWindow += length;
		if (stream.unreturnedWindow > this.limits.streamWindowBytes) {
			return this.onMalformed(stream, ErrorCode.FLOW_CONTROL_ERROR);
		}
		if (to > from) {
			stream.bodyBytes += to - from;
			if (stream.bodyBytes > this.limits.maxResponseBodyBytes) {
				return this.onMalformed(stream, ErrorCode.CANCEL);
			}
			if (!stream.abandoned) (stream.body ??= []).push(Buffer.from(bytes.subarray(from, to)));
		}
		if (endStream) {
			this.onEndStream(stream);
		} else if (stream.unreturnedWindow >= this.limits.streamWindowBytes >>> 1) {
			this.output.append(uint32Frame(FrameType.WINDOW_UPDATE, streamId, stream.unreturnedWindow));
			stream.unreturnedWindow = 0;
		}
	}

	/** Every DATA octet is credited back, wanted or not: a push left behind must not shrink the window (RFC 9113 §6.9). */
	private returnConnectionWindow(length: number): void {
		this.unreturnedWindow += length;
		if (this.unreturnedWindow < this.limits.connectionWindowBytes >>> 1) return;
		this.output.append(uint32Frame(FrameType.WINDOW_UPDATE, 0, this.unreturnedWindow));
		this.receiveWindow += this.unreturnedWindow;
		this.unreturnedWindow = 0;
	}

	/** Resets a stream whose answer broke the rules, and tells its owner. Without budget the connection ends: RFC 9113 §5.4.1 allows that for any stream error. */
	private onMalformed(stream: ProtocolStream<C>, code: number = ErrorCode.PROTOCOL_ERROR): void {
		if (!this.mayReset(this.nowMs))
			throw new ProtocolError(code, 'too many streams broke the rules to reset each alone');
		this.reset(stream, code);
		this.events.onStreamEnd(stream, 'malformed', code);
	}

	private onEndStream(stream: ProtocolStream<C>): void {
		if (stream.contentLength !== undefined && stream.contentLength !== stream.bodyBytes)
			return this.onMalformed(stream);
		if (!this.remove(stream)) return;
		if (!stream.ended) {
			// The answer came before the request was whole: what is left of it is of no use (RFC 9113 §8.1).
			this.output.append(uint32Frame(FrameType.RST_STREAM, stream.id, ErrorCode.NO_ERROR));
			this.resets.add(stream.id);
		}
		this.flood.progress();
		this.events.onStreamEnd(stream, 'complete', ErrorCode.NO_ERROR);
	}

	private onReset(streamId: number, bytes: Buffer, start: number, end: number): void {
		this.requireKnown(streamId, 'RST_STREAM');
		if (end - start !== 4) throw new ProtocolError(ErrorCode.FRAME_SIZE_ERROR, 'RST_STREAM that is not four octets');
		const stream = this.table.get(streamId);
		if (stream === undefined) return this.flood.controlFrame(this.nowMs);
		this.remove(stream);
		// Surplus streams were seen to get REFUSED_STREAM and then STREAM_CLOSED (pushy #476).
		this.resets.add(streamId);
		this.events.onStreamEnd(stream, 'reset', bytes.readUInt32BE(start));
	}

	private onSettings(flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
		if (streamId !== 0) throw new ProtocolError(ErrorCode.PROTOCOL_ERROR, 'SETTINGS on a stream');
		if ((flags & Flag.ACK) !== 0) {
			if (start !== end) throw new ProtocolError(ErrorCode.FRAME_SIZE_ERROR, 'SETTINGS acknowledgement with content');
			return this.flood.controlFrame(this.nowMs);
		}
		if ((end - start) % 6 !== 0) throw new ProtocolError(ErrorCode.FRAME_SIZE_ERROR, 'SETTINGS of a broken length');
		this.flood.controlFrame(this.nowMs);
		applySettings(this.peer, bytes, start, end, (identifier, value) => {
			if (identifier === Setting.HEADER_TABLE_SIZE) this.encoder.setPeerMaxTableSize(value);
		});
		this.changeStreamWindows();
		this.settingsReceived = true;
		this.acknowledge(SETTINGS_ACK);
		this.sendBlocked();
		this.events.onSettings(this.peer);
	}

	private initialWindowApplied = DEFAULT_WINDOW_BYTES;

	/** A new initial window moves the window of every open stream, below zero if need be (RFC 9113 §6.9.2). */
	private changeStreamWindows(): void {
		const change = this.peer.initialWindowSize - this.initialWindowApplied;
		this.initialWindowApplied = this.peer.initialWindowSize;
		if (change === 0) return;
		for (const stream of this.table.values()) {
			stream.sendWindow += change;
			if (stream.sendWindow > MAX_31_BIT) {
				throw new ProtocolError(ErrorCode.FLOW_CONTROL_ERROR, 'SETTINGS pushes a stream window above 2^31-1');
			}
		}
	}

	private acknowledge(frame: Buffer): void {
		this.flood.acknowledgement();
		this.output.append(frame);
	}

	private onPing(flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
		if (streamId !== 0) throw new ProtocolError(ErrorCode.PROTOCOL_ERROR, 'PING on a stream');
		if (end - start !== 8) throw new ProtocolError(ErrorCode.FRAME_SIZE_ERROR, 'PING that is not eight octets');
		const payload = Buffer.from(bytes.subarray(start, end));
		this.flood.controlFrame(this.nowMs);
		if ((flags & Flag.ACK) !== 0) this.events.onPingAcknowledged(payload);
		else this.acknowledge(pingFrame(payload, true));
	}

	private onGoaway(streamId: number, bytes: Buffer, start: number, end: number): void {
		if (streamId !== 0) throw new ProtocolError(ErrorCode.PROTOCOL_ERROR, 'GOAWAY on a stream');
		if (end - start < 8) throw new ProtocolError(ErrorCode.FRAME_SIZE_ERROR, 'GOAWAY shorter than eight octets');
		this.flood.controlFrame(this.nowMs);
		const announced = bytes.readUInt32BE(start) & MAX_31_BIT;
		// A later GOAWAY may only lower the last stream (RFC 9113 §6.8).
		const last = Math.min(announced, this.goawayLastStreamId ?? MAX_31_BIT);
		this.goawayLastStreamId = last;
		const errorCode = bytes.readUInt32BE(start + 4);
		this.events.onGoaway(last, errorCode, Buffer.from(bytes.subarray(start + 8, end)));
		for (const stream of this.table.values()) {
			if (stream.id <= last || !this.remove(stream)) continue;
			this.resets.add(stream.id);
			this.events.onStreamEnd(stream, 'goaway', errorCode);
		}
	}

	private onWindowUpdate(streamId: number, bytes: Buffer, start: number, end: number): void {
		if (end - start !== 4) throw new ProtocolError(ErrorCode.FRAME_SIZE_ERROR, 'WINDOW_UPDATE that is not four octets');
		const increment = bytes.readUInt32BE(start) & MAX_31_BIT;
		if (streamId === 0) {
			if (increment === 0) throw new ProtocolError(ErrorCode.PROTOCOL_ERROR, 'WINDOW_UPDATE of 0');
			this.sendWindow += increment;
			if (this.sendWindow > MAX_31_BIT)
				throw new ProtocolError(ErrorCode.FLOW_CONTROL_ERROR, 'the connection window is above 2^31-1');
			return this.sendBlocked();
		}
		this.requireKnown(streamId, 'WINDOW_UPDATE');
		const stream = this.table.get(streamId);
		// Servers credit the body of each push, often after its answer; that is no flood, and no trouble either.
		if (stream === undefined) return;
		stream.sendWindow += increment;
		if (increment === 0 || stream.sendWindow > MAX_31_BIT) {
			const code = increment === 0 ? ErrorCode.PROTOCOL_ERROR : ErrorCode.FLOW_CONTROL_ERROR;
			return this.onMalformed(stream, code);
		}
		if (stream.unsent !== undefined) this.sendData(stream);
	}

	private sendBlocked(): void {
		for (const stream of [...this.blocked]) this.sendData(stream);
	}

	/** Sends what the windows and the frame size allow of a body that did not fit at once. */
	private sendData(stream: ProtocolStream<C>): void {
		let rest = stream.unsent;
		while (rest !== undefined && rest.length > 0) {
			const bytes = Math.min(rest.length, this.sendWindow, stream.sendWindow, this.peer.maxFrameSize);
			if (bytes <= 0) break;
			const last = bytes === rest.length;
			const out = this.output.room(FRAME_HEADER_BYTES + bytes);
			const at = writeFrameHeader(
				out,
				this.output.offset(),
				bytes,
				FrameType.DATA,
				last ? Flag.END_STREAM : 0,
				stream.id,
			);
			rest.copy(out, at, 0, bytes);
			this.output.commit(at + bytes);
			this.sendWindow -= bytes;
			stream.sendWindow -= bytes;
			rest = last ? undefined : rest.subarray(bytes);
		}
		stream.unsent = rest;
		if (rest !== undefined) {
			this.blocked.add(stream);
			return;
		}
		this.blocked.delete(stream);
		stream.endOffset = this.output.totalBytes();
	}
}
