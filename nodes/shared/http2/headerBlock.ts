/** Header blocks out of HEADERS and CONTINUATION frames, bounded in octets and frames (RFC 9113 §4.3, §6.2, §6.10). */
import { ErrorCode, Flag, ProtocolError, unpad } from './frames';
import type { ProtocolLimits } from './limits';

/** Receives a whole block, `bytes[start, end)`, valid only during the call; `flags` are those of its HEADERS frame. */
export type BlockHandler = (streamId: number, flags: number, bytes: Buffer, start: number, end: number) => void;

/** Stream dependency and weight, which HEADERS may carry in front of the block (§6.2). */
const PRIORITY_FIELDS_BYTES = 5;

/** What decides whether a frame is nothing but a whole block; nearly all are. */
const PLAIN = Flag.END_HEADERS | Flag.PADDED | Flag.PRIORITY;

export class HeaderBlocks {
	/** Stream whose block is not whole yet; no other frame may come before it is. */
	pendingStreamId: number | undefined;
	private pendingFlags = 0;
	private pendingBytes = 0;
	private parts: Buffer[] = [];

	constructor(
		private readonly limits: ProtocolLimits,
		private readonly onBlock: BlockHandler,
	) {}

	/** A HEADERS frame; throws `ProtocolError` where padding or priority do not fit in. */
	headers(flags: number, streamId: number, bytes: Buffer, start: number, end: number): void {
		if ((flags & PLAIN) === Flag.END_HEADERS) return this.onBlock(streamId, flags, bytes, start, end);
		const [content, to] = unpad(flags, bytes, start, end);
		const from = (flags & Flag.PRIORITY) === 0 ? content : content + PRIORITY_FIELDS_BYTES;
		if (from > to) {
			// Padding may not reach into the fields (§6.2); without it the frame itself is too short.
			const code = (flags & Flag.PADDED) === 0 ? ErrorCode.FRAME_SIZE_ERROR : ErrorCode.PROTOCOL_ERROR;
			throw new ProtocolError(code, 'HEADERS too short for its priority fields');
		}
		if ((flags & Flag.END_HEADERS) !== 0) return this.onBlock(streamId, flags, bytes, from, to);
		this.pendingStreamId = streamId;
		this.pendingFlags = flags;
		this.pendingBytes = to - from;
		this.parts = [Buffer.from(bytes.subarray(from, to))];
	}

	/** A CONTINUATION frame of the pending stream; throws `ProtocolError` for a block without end. */
	continuation(flags: number, bytes: Buffer, start: number, end: number): void {
		const streamId = this.pendingStreamId;
		if (streamId === undefined) {
			throw new ProtocolError(ErrorCode.PROTOCOL_ERROR, 'CONTINUATION without a header block');
		}
		this.pendingBytes += end - start;
		if (this.pendingBytes > this.limits.maxHeaderBlockBytes || this.parts.length > this.limits.maxContinuations) {
			throw new ProtocolError(ErrorCode.ENHANCE_YOUR_CALM, 'a header block without end');
		}
		this.parts.push(Buffer.from(bytes.subarray(start, end)));
		if ((flags & Flag.END_HEADERS) === 0) return;
		const whole = Buffer.concat(this.parts, this.pendingBytes);
		this.pendingStreamId = undefined;
		this.parts = [];
		this.onBlock(streamId, this.pendingFlags, whole, 0, whole.length);
	}
}
