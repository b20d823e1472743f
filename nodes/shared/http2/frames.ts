/** HTTP/2 frames: names of types, flags, settings and error codes, and the writers a client needs (RFC 9113 §4, §6, §7). */

export const FRAME_HEADER_BYTES = 9;

/** RFC 9113 §6. */
export const FrameType = {
	DATA: 0x0,
	HEADERS: 0x1,
	PRIORITY: 0x2,
	RST_STREAM: 0x3,
	SETTINGS: 0x4,
	PUSH_PROMISE: 0x5,
	PING: 0x6,
	GOAWAY: 0x7,
	WINDOW_UPDATE: 0x8,
	CONTINUATION: 0x9,
} as const;

/** RFC 9113 §6; END_STREAM and ACK share a bit. */
export const Flag = {
	END_STREAM: 0x1,
	ACK: 0x1,
	END_HEADERS: 0x4,
	PADDED: 0x8,
	PRIORITY: 0x20,
} as const;

/** RFC 9113 §6.5.2. */
export const Setting = {
	HEADER_TABLE_SIZE: 0x1,
	ENABLE_PUSH: 0x2,
	MAX_CONCURRENT_STREAMS: 0x3,
	INITIAL_WINDOW_SIZE: 0x4,
	MAX_FRAME_SIZE: 0x5,
	MAX_HEADER_LIST_SIZE: 0x6,
} as const;

/** RFC 9113 §7. */
export const ErrorCode = {
	NO_ERROR: 0x0,
	PROTOCOL_ERROR: 0x1,
	INTERNAL_ERROR: 0x2,
	FLOW_CONTROL_ERROR: 0x3,
	SETTINGS_TIMEOUT: 0x4,
	STREAM_CLOSED: 0x5,
	FRAME_SIZE_ERROR: 0x6,
	REFUSED_STREAM: 0x7,
	CANCEL: 0x8,
	COMPRESSION_ERROR: 0x9,
	CONNECT_ERROR: 0xa,
	ENHANCE_YOUR_CALM: 0xb,
	INADEQUATE_SECURITY: 0xc,
	HTTP_1_1_REQUIRED: 0xd,
} as const;

const errorNames = new Map<number, string>(Object.entries(ErrorCode).map(([name, code]) => [code, name]));

/** Name of an error code for people; unknown codes keep their number. */
export function errorCodeName(code: number): string {
	return errorNames.get(code) ?? `error code 0x${code.toString(16)}`;
}

/** A connection error (RFC 9113 §5.4.1): the peer broke the protocol, or asked for more than the bounds allow. */
export class ProtocolError extends Error {
	constructor(
		readonly errorCode: number,
		message: string,
	) {
		super(message);
		this.name = 'ProtocolError';
	}
}

/** The 24 octets every client connection starts with (RFC 9113 §3.4). */
export const CLIENT_PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

/** Writes a frame header (RFC 9113 §4.1) at `offset`; returns the offset after it. */
export function writeFrameHeader(
	out: Buffer,
	offset: number,
	length: number,
	type: number,
	flags: number,
	streamId: number,
): number {
	out[offset] = length >>> 16;
	out[offset + 1] = length >>> 8;
	out[offset + 2] = length;
	out[offset + 3] = type;
	out[offset + 4] = flags;
	out[offset + 5] = streamId >>> 24;
	out[offset + 6] = streamId >>> 16;
	out[offset + 7] = streamId >>> 8;
	out[offset + 8] = streamId;
	return offset + FRAME_HEADER_BYTES;
}

/** A whole SETTINGS frame from (identifier, value) pairs. */
export function settingsFrame(settings: ReadonlyArray<readonly [number, number]>): Buffer {
	const frame = Buffer.allocUnsafe(FRAME_HEADER_BYTES + settings.length * 6);
	let offset = writeFrameHeader(frame, 0, settings.length * 6, FrameType.SETTINGS, 0, 0);
	for (const [identifier, value] of settings) {
		offset = frame.writeUInt16BE(identifier, offset);
		offset = frame.writeUInt32BE(value, offset);
	}
	return frame;
}

/** The acknowledgement of a SETTINGS frame (RFC 9113 §6.5.3). */
export const SETTINGS_ACK = (() => {
	const frame = Buffer.alloc(FRAME_HEADER_BYTES);
	writeFrameHeader(frame, 0, 0, FrameType.SETTINGS, Flag.ACK, 0);
	return frame;
})();

/** A whole frame whose payload is one 32-bit number: RST_STREAM, WINDOW_UPDATE. */
export function uint32Frame(type: number, streamId: number, value: number): Buffer {
	const frame = Buffer.allocUnsafe(FRAME_HEADER_BYTES + 4);
	frame.writeUInt32BE(value, writeFrameHeader(frame, 0, 4, type, 0, streamId));
	return frame;
}

/** A whole PING frame around eight octets. */
export function pingFrame(payload: Buffer, ack: boolean): Buffer {
	const frame = Buffer.allocUnsafe(FRAME_HEADER_BYTES + 8);
	payload.copy(frame, writeFrameHeader(frame, 0, 8, FrameType.PING, ack ? Flag.ACK : 0, 0), 0, 8);
	return frame;
}

/** A whole GOAWAY frame (RFC 9113 §6.8). */
export function goawayFrame(lastStreamId: number, errorCode: number, debugData: Buffer): Buffer {
	const frame = Buffer.allocUnsafe(FRAME_HEADER_BYTES + 8 + debugData.length);
	let offset = writeFrameHeader(frame, 0, 8 + debugData.length, FrameType.GOAWAY, 0, 0);
	offset = frame.writeUInt32BE(lastStreamId, offset);
	offset = frame.writeUInt32BE(errorCode, offset);
	debugData.copy(frame, offset);
	return frame;
}

/** Start of a frame's content and the padding at its end (RFC 9113 §6.1). */
export function unpad(flags: number, bytes: Buffer, start: number, end: number): [number, number] {
	if ((flags & Flag.PADDED) === 0) return [start, end];
	if (start >= end) throw new ProtocolError(ErrorCode.FRAME_SIZE_ERROR, 'a padded frame without a pad length');
	const padding = bytes.readUInt8(start);
	if (start + 1 + padding > end) throw new ProtocolError(ErrorCode.PROTOCOL_ERROR, 'padding longer than its frame');
	return [start + 1, end - padding];
}
