/** HTTP/2 frames as bytes, both ways: the one codec of all tests and tools, apart from the product's own (RFC 9113 §4, §6). */

export const frameTypes = {
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

export type FrameName = keyof typeof frameTypes;

export const flags = { END_STREAM: 0x1, ACK: 0x1, END_HEADERS: 0x4, PADDED: 0x8, PRIORITY: 0x20 } as const;

/** RFC 9113 §7. */
export const errorCodes = {
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

export type ErrorName = keyof typeof errorCodes;

/** RFC 9113 §6.5.2. */
export const settingIds = {
	headerTableSize: 0x1,
	enablePush: 0x2,
	maxConcurrentStreams: 0x3,
	initialWindowSize: 0x4,
	maxFrameSize: 0x5,
	maxHeaderListSize: 0x6,
} as const;

export type SettingName = keyof typeof settingIds;
export type SettingValues = Partial<Record<SettingName, number>>;

export const clientPreface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');
export const maxStreamId = 0x7fffffff;
/** Octets before a frame's payload. */
export const headerBytes = 9;

export interface Frame {
	readonly type: number;
	readonly flags: number;
	readonly streamId: number;
	readonly payload: Buffer;
}

const namesByType = new Map<number, FrameName>(
	Object.entries(frameTypes).map(([name, type]) => [type, name as FrameName]),
);
const namesBySetting = new Map<number, SettingName>(
	Object.entries(settingIds).map(([name, id]) => [id, name as SettingName]),
);

/** Name of a frame type, or `UNKNOWN` for those RFC 9113 does not list. */
export function frameName(type: number): FrameName | 'UNKNOWN' {
	return namesByType.get(type) ?? 'UNKNOWN';
}

export function encodeFrame(
	type: number,
	frameFlags: number,
	streamId: number,
	payload: Buffer = Buffer.alloc(0),
): Buffer {
	const frame = Buffer.allocUnsafe(headerBytes + payload.length);
	frame.writeUIntBE(payload.length, 0, 3);
	frame.writeUInt8(type, 3);
	frame.writeUInt8(frameFlags, 4);
	frame.writeUInt32BE(streamId, 5);
	payload.copy(frame, headerBytes);
	return frame;
}

/** Big-endian 32-bit numbers, one after the other. */
export function uint32(...values: readonly number[]): Buffer {
	const bytes = Buffer.alloc(values.length * 4);
	values.forEach((value, at) => bytes.writeUInt32BE(value, at * 4));
	return bytes;
}

/** SETTINGS by number, in the given order, unknown and repeated ones too. */
export function settingPairsFrame(pairs: ReadonlyArray<readonly [identifier: number, value: number]>): Buffer {
	const payload = Buffer.alloc(pairs.length * 6);
	pairs.forEach(([identifier, value], at) => {
		payload.writeUInt16BE(identifier, at * 6);
		payload.writeUInt32BE(value, at * 6 + 2);
	});
	return encodeFrame(frameTypes.SETTINGS, 0, 0, payload);
}

export function settingsFrame(values: SettingValues): Buffer {
	return settingPairsFrame(
		Object.entries(values).map(([name, value]) => [settingIds[name as SettingName], value] as const),
	);
}

export function settingsAckFrame(): Buffer {
	return encodeFrame(frameTypes.SETTINGS, flags.ACK, 0);
}

export function goawayFrame(lastStreamId: number, code: number, debug: Buffer | string = ''): Buffer {
	return encodeFrame(frameTypes.GOAWAY, 0, 0, Buffer.concat([uint32(lastStreamId, code), Buffer.from(debug)]));
}

export function resetFrame(streamId: number, code: number): Buffer {
	return encodeFrame(frameTypes.RST_STREAM, 0, streamId, uint32(code));
}

export function pingFrame(opaque: Buffer = Buffer.alloc(8), ack = false): Buffer {
	return encodeFrame(frameTypes.PING, ack ? flags.ACK : 0, 0, opaque);
}

export function windowUpdateFrame(streamId: number, increment: number): Buffer {
	return encodeFrame(frameTypes.WINDOW_UPDATE, 0, streamId, uint32(increment));
}

export function dataFrame(streamId: number, data: Buffer | string, endStream: boolean): Buffer {
	return encodeFrame(frameTypes.DATA, endStream ? flags.END_STREAM : 0, streamId, Buffer.from(data));
}

export function headersFrame(streamId: number, block: Buffer, endStream: boolean): Buffer {
	return encodeFrame(frameTypes.HEADERS, flags.END_HEADERS | (endStream ? flags.END_STREAM : 0), streamId, block);
}

/** Settings in a SETTINGS payload; ids RFC 9113 does not name are left out. */
export function readSettings(payload: Buffer): SettingValues {
	const values: SettingValues = {};
	for (let at = 0; at + 6 <= payload.length; at += 6) {
		const name = namesBySetting.get(payload.readUInt16BE(at));
		if (name !== undefined) values[name] = payload.readUInt32BE(at + 2);
	}
	return values;
}

/** Told of a frame by its head and the place of its payload: no object and no copy, for servers that must be fast. */
export type FrameVisitor = (type: number, frameFlags: number, streamId: number, start: number, end: number) => void;

/** Visits each whole frame from `from` on; returns where the first unfinished one begins. */
export function scanFrames(bytes: Buffer, from: number, visit: FrameVisitor): number {
	let at = from;
	while (bytes.length - at >= headerBytes) {
		const start = at + headerBytes;
		const end = start + bytes.readUIntBE(at, 3);
		if (bytes.length < end) break;
		visit(bytes.readUInt8(at + 3), bytes.readUInt8(at + 4), bytes.readUInt32BE(at + 5) & maxStreamId, start, end);
		at = end;
	}
	return at;
}

/** The whole frames of a piece of a connection. Throws when the last one is cut off. */
export function readFrames(bytes: Buffer): Frame[] {
	const frames: Frame[] = [];
	const end = scanFrames(bytes, 0, (type, frameFlags, streamId, start, to) => {
		frames.push({ type, flags: frameFlags, streamId, payload: bytes.subarray(start, to) });
	});
	if (end < bytes.length) throw new Error(`${bytes.length - end} bytes at the end are part of a frame only`);
	return frames;
}

export interface FrameParser {
	/** Takes any cut of the byte stream; calls `onFrame` once per whole frame. */
	push(chunk: Buffer): void;
	/** True when no frame has begun that is not finished. */
	atBoundary(): boolean;
}

/**
 * Splits a byte stream into frames. With `preface`, the first 24 bytes must be the client's preface (RFC 9113 §3.4);
 * when they are not, `onBadPreface` is told what came and nothing more is parsed.
 */
export function createFrameParser(
	onFrame: (frame: Frame) => void,
	preface?: { readonly onBadPreface: (received: Buffer) => void },
): FrameParser {
	let rest: Buffer = Buffer.alloc(0);
	let awaitsPreface = preface !== undefined;
	let broken = false;
	return {
		push(chunk) {
			if (broken) return;
			rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
			if (awaitsPreface) {
				const seen = Math.min(rest.length, clientPreface.length);
				if (!rest.subarray(0, seen).equals(clientPreface.subarray(0, seen))) {
					broken = true;
					preface?.onBadPreface(rest);
					return;
				}
				if (seen < clientPreface.length) return;
				rest = rest.subarray(clientPreface.length);
				awaitsPreface = false;
			}
			const bytes = rest;
			// The rest is cut off frame by frame, since `onFrame` may ask whether a frame is unfinished.
			scanFrames(bytes, 0, (type, frameFlags, streamId, start, end) => {
				rest = bytes.subarray(end);
				onFrame({ type, flags: frameFlags, streamId, payload: bytes.subarray(start, end) });
			});
		},
		atBoundary: () => rest.length === 0,
	};
}
