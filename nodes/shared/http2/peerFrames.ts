/** What each frame of the peer does to the connection (RFC 9113 §6). */
import type { FloodGuard } from './floodGuard';
import { checkFrame, isOpened } from './frameRules';
import { ErrorCode, Flag, FrameType, pingFrame, ProtocolError, Setting, SETTINGS_ACK, unpad } from './frames';
import { HeaderBlocks } from './headerBlock';
import { HpackDecoder, type HpackEncoder } from './hpack/hpack';
import { HEADER_TABLE_BYTES, MAX_31_BIT, type ProtocolLimits } from './limits';
import type { OutputQueue } from './outputQueue';
import { applySettings, type PeerSettings } from './peerSettings';
import type { ProtocolEvents } from './protocolEvents';
import type { ReceiveWindows } from './receiveWindows';
import { ResponseHeads } from './responseHead';
import type { SendWindows } from './sendWindows';
import type { Streams } from './streams';

/** The parts of a connection that frames act on. */
export interface FramesContext<C> {
	readonly limits: ProtocolLimits;
	readonly events: ProtocolEvents<C>;
	readonly output: OutputQueue;
	readonly peer: PeerSettings;
	readonly streams: Streams<C>;
	readonly sending: SendWindows<C>;
	readonly receiving: ReceiveWindows;
	readonly encoder: HpackEncoder;
	readonly flood: FloodGuard;
}

export class PeerFrames<C> {
	/** True after the first SETTINGS frame. */
	settingsReceived = false;
	/** Last stream id of the newest GOAWAY. */
	goawayLastStreamId: number | undefined;
	private readonly decoder: HpackDecoder;
	private readonly heads = new ResponseHeads();
	private readonly blocks: HeaderBlocks;

	constructor(private readonly connection: FramesContext<C>) {
		const { maxHeaderListBytes } = connection.limits;
		this.decoder = new HpackDecoder({ maxTableSize: HEADER_TABLE_BYTES, maxHeaderListBytes });
		this.blocks = new HeaderBlocks(connection.limits, (streamId, flags, bytes, start, end) =>
			this.onHeaderBlock(streamId, flags, bytes, start, end),
		);
	}

	/** Takes one whole frame; its payload is `bytes[start, end)`. Throws `ProtocolError` and `HpackError` for connection errors. */
	receive(type: number, flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
		const { blocks, connection } = this;
		const { streams } = connection;
		checkFrame(type, flags, streamId, end - start, streams.nextId);
		if (!this.settingsReceived && (type !== FrameType.SETTINGS || (flags & Flag.ACK) !== 0)) {
			throw new ProtocolError(ErrorCode.PROTOCOL_ERROR, 'the peer did not begin with SETTINGS');
		}
		const { pendingStreamId } = blocks;
		if (pendingStreamId !== undefined && (type !== FrameType.CONTINUATION || streamId !== pendingStreamId)) {
			throw new ProtocolError(ErrorCode.PROTOCOL_ERROR, 'a header block was interrupted by another frame');
		}
		switch (type) {
			case FrameType.HEADERS:
				return blocks.headers(flags, streamId, bytes, start, end);
			case FrameType.CONTINUATION:
				return blocks.continuation(flags, bytes, start, end);
			case FrameType.DATA:
				return this.onData(flags, streamId, bytes, start, end);
			case FrameType.WINDOW_UPDATE:
				return this.onWindowUpdate(streamId, bytes.readUInt32BE(start) & MAX_31_BIT);
			case FrameType.RST_STREAM:
				return streams.resetByPeer(streamId, bytes.readUInt32BE(start));
			case FrameType.SETTINGS:
				return this.onSettings(flags, bytes, start, end);
			case FrameType.PING:
				return this.onPing(flags, Buffer.from(bytes.subarray(start, end)));
			case FrameType.GOAWAY:
				return this.onGoaway(bytes, start, end);
			case FrameType.PRIORITY:
				return this.onPriority(streamId, end - start);
			case FrameType.PUSH_PROMISE:
				throw new ProtocolError(ErrorCode.PROTOCOL_ERROR, 'the peer sent PUSH_PROMISE although push is switched off');
			default:
				// Unknown types are ignored (§4.1, §5.5), but not without end.
				return this.countControlFrame();
		}
	}

	private countControlFrame(): void {
		this.connection.flood.controlFrame(this.connection.streams.nowMs);
	}

	private onHeaderBlock(streamId: number, flags: number, bytes: Buffer, start: number, end: number): void {
		const { streams } = this.connection;
		// Decoded even when nobody waits for it: the table is shared by all streams (§4.3).
		const fields = this.decoder.decode(bytes, start, end);
		const stream = streams.receiver(streamId, 'HEADERS');
		if (stream === undefined) return;
		const progress = this.heads.read(stream, fields, (flags & Flag.END_STREAM) !== 0);
		if (progress === 'malformed') streams.refuse(stream, ErrorCode.PROTOCOL_ERROR);
		else if (progress === 'complete') streams.complete(stream);
		else if (progress === 'interim') this.countControlFrame();
	}

	private onData(flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
		const { streams, receiving } = this.connection;
		const [from, to] = unpad(flags, bytes, start, end);
		receiving.take(end - start);
		const stream = streams.receiver(streamId, 'DATA');
		if (stream === undefined) return;
		// A body needs a head before it (§8.1).
		if (stream.status === undefined) return streams.refuse(stream, ErrorCode.PROTOCOL_ERROR);
		const endStream = (flags & Flag.END_STREAM) !== 0;
		if (from === to && !endStream) this.countControlFrame();
		if (!receiving.takeFrom(stream, end - start)) return streams.refuse(stream, ErrorCode.FLOW_CONTROL_ERROR);
		if (!streams.bodies.add(stream, bytes, from, to)) return streams.refuse(stream, ErrorCode.CANCEL);
		if (endStream) return streams.complete(stream);
		receiving.giveBack(stream);
		const surplus = streams.bodies.surplus(streams.table);
		if (surplus !== undefined) streams.refuse(surplus, ErrorCode.CANCEL);
	}

	/** Priorities are not used here. A wrong length is an error of the stream, or of the connection where an idle one may not be reset (§6.3, §6.4). */
	private onPriority(streamId: number, length: number): void {
		const { streams } = this.connection;
		this.countControlFrame();
		if (length === 5) return;
		if (!isOpened(streamId, streams.nextId)) {
			throw new ProtocolError(ErrorCode.FRAME_SIZE_ERROR, `PRIORITY of ${length} octets on an idle stream`);
		}
		const stream = streams.table.get(streamId);
		if (stream !== undefined) streams.refuse(stream, ErrorCode.FRAME_SIZE_ERROR);
		else streams.refuseClosed(streamId, ErrorCode.FRAME_SIZE_ERROR);
	}

	private onSettings(flags: number, bytes: Buffer, start: number, end: number): void {
		const { encoder, events, peer, sending, streams } = this.connection;
		this.countControlFrame();
		if ((flags & Flag.ACK) !== 0) return;
		applySettings(peer, bytes, start, end, (identifier, value) => {
			if (identifier === Setting.HEADER_TABLE_SIZE) encoder.setPeerMaxTableSize(value);
		});
		sending.changeInitial(streams.table);
		this.settingsReceived = true;
		this.acknowledge(SETTINGS_ACK);
		sending.sendWaiting();
		events.onSettings(peer);
	}

	private acknowledge(frame: Buffer): void {
		this.connection.flood.acknowledgement();
		this.connection.output.append(frame);
	}

	private onPing(flags: number, payload: Buffer): void {
		this.countControlFrame();
		if ((flags & Flag.ACK) !== 0) this.connection.events.onPingAcknowledged(payload);
		else this.acknowledge(pingFrame(payload, true));
	}

	private onGoaway(bytes: Buffer, start: number, end: number): void {
		this.countControlFrame();
		// A later GOAWAY may only lower the last stream (§6.8).
		const last = Math.min(bytes.readUInt32BE(start) & MAX_31_BIT, this.goawayLastStreamId ?? MAX_31_BIT);
		this.goawayLastStreamId = last;
		const errorCode = bytes.readUInt32BE(start + 4);
		this.connection.events.onGoaway(last, errorCode, Buffer.from(bytes.subarray(start + 8, end)));
		this.connection.streams.cutAbove(last, errorCode);
	}

	private onWindowUpdate(streamId: number, increment: number): void {
		const { sending, streams } = this.connection;
		if (streamId === 0) return sending.credit(increment);
		const stream = streams.table.get(streamId);
		// Servers credit the body of each push, often after its answer; that is no flood, and no trouble either.
		if (stream === undefined) return;
		const error = sending.creditStream(stream, increment);
		if (error !== undefined) streams.refuse(stream, error);
	}
}
