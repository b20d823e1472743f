/** What may be sent now: the windows of the connection and of each stream, and the bodies that wait for them (RFC 9113 §5.2, §6.9). */
import { ErrorCode, FRAME_HEADER_BYTES, Flag, FrameType, ProtocolError, writeFrameHeader } from './frames';
import { DEFAULT_WINDOW_BYTES, MAX_31_BIT } from './limits';
import type { OutputQueue } from './outputQueue';
import type { PeerSettings } from './peerSettings';
import type { ProtocolStream } from './protocolStream';

export class SendWindows<C> {
	/** Octets of DATA the connection takes now. */
	connection = DEFAULT_WINDOW_BYTES;
	/** The initial window that open streams count with. */
	private initial = DEFAULT_WINDOW_BYTES;
	/** Streams whose body waits for credit, in the order they began to. */
	private readonly waiting = new Set<ProtocolStream<C>>();

	constructor(
		private readonly output: OutputQueue,
		private readonly peer: Readonly<PeerSettings>,
	) {}

	/** Whether a new stream may send this much at once; what is above the peer's initial window never can, and need not wait. */
	haveRoomFor(bodyBytes: number): boolean {
		return this.connection >= Math.min(bodyBytes, this.peer.initialWindowSize, DEFAULT_WINDOW_BYTES);
	}

	/** Takes a whole body out of both windows; false, and nothing taken, when it does not fit them and one frame. */
	takeWhole(stream: ProtocolStream<C>, bytes: number): boolean {
		if (bytes > this.connection || bytes > stream.sendWindow || bytes > this.peer.maxFrameSize) return false;
		this.connection -= bytes;
		stream.sendWindow -= bytes;
		return true;
	}

	/** Sends what the windows and the frame size allow of a body; the rest waits. */
	send(stream: ProtocolStream<C>, body: Buffer): void {
		let rest: Buffer | undefined = body;
		while (rest !== undefined) {
			const bytes = Math.min(rest.length, this.connection, stream.sendWindow, this.peer.maxFrameSize);
			if (bytes <= 0) break;
			const last: boolean = bytes === rest.length;
			const out = this.output.room(FRAME_HEADER_BYTES + bytes);
			const flags = last ? Flag.END_STREAM : 0;
			const at = writeFrameHeader(out, this.output.offset(), bytes, FrameType.DATA, flags, stream.id);
			out.set(last ? rest : rest.subarray(0, bytes), at);
			this.output.commit(at + bytes);
			this.connection -= bytes;
			stream.sendWindow -= bytes;
			rest = last ? undefined : rest.subarray(bytes);
		}
		stream.unsent = rest;
		if (rest === undefined) {
			this.waiting.delete(stream);
			stream.endOffset = this.output.totalBytes();
		} else {
			this.waiting.add(stream);
		}
	}

	/** The stream sends nothing more, whatever credit comes. */
	drop(stream: ProtocolStream<C>): void {
		if (stream.unsent === undefined) return;
		this.waiting.delete(stream);
		stream.unsent = undefined;
	}

	/** WINDOW_UPDATE of the connection; throws `ProtocolError` for one that no connection may get (§6.9, §6.9.1). */
	credit(increment: number): void {
		if (increment === 0) throw new ProtocolError(ErrorCode.PROTOCOL_ERROR, 'WINDOW_UPDATE of 0');
		this.connection += increment;
		if (this.connection > MAX_31_BIT) {
			throw new ProtocolError(ErrorCode.FLOW_CONTROL_ERROR, 'the connection window is above 2^31-1');
		}
		this.sendWaiting();
	}

	/** WINDOW_UPDATE of a stream; gives the code of the stream error it is, if it is one. */
	creditStream(stream: ProtocolStream<C>, increment: number): number | undefined {
		if (increment === 0) return ErrorCode.PROTOCOL_ERROR;
		stream.sendWindow += increment;
		if (stream.sendWindow > MAX_31_BIT) return ErrorCode.FLOW_CONTROL_ERROR;
		if (stream.unsent !== undefined) this.send(stream, stream.unsent);
		return undefined;
	}

	/** A new initial window moves the window of every open stream, below zero if need be (§6.9.2). `sendWaiting` uses it. */
	changeInitial(streams: Iterable<ProtocolStream<C>>): void {
		const change = this.peer.initialWindowSize - this.initial;
		this.initial = this.peer.initialWindowSize;
		for (const stream of change === 0 ? [] : streams) {
			stream.sendWindow += change;
			if (stream.sendWindow > MAX_31_BIT) {
				throw new ProtocolError(ErrorCode.FLOW_CONTROL_ERROR, 'SETTINGS pushes a stream window above 2^31-1');
			}
		}
	}

	/** Sends what became possible, oldest wait first. */
	sendWaiting(): void {
		for (const stream of [...this.waiting]) {
			if (this.connection <= 0) return;
			if (stream.unsent !== undefined) this.send(stream, stream.unsent);
		}
	}
}
