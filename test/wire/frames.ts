/** HTTP/2 frames as bytes, both ways, without header compression state: what the wire tap and the raw peer read and write (RFC 9113 §4, §6). */

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
const headerBytes = 9;

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

export function settingsFrame(values: SettingValues): Buffer {
	const rows = Object.entries(values);
	const payload = Buffer.alloc(rows.length * 6);
	rows.forEach(([name, value], at) => {
		payload.writeUInt16BE(settingIds[name as SettingName], at * 6);
		payload.writeUInt32BE(value, at * 6 + 2);
	});
	return encodeFrame(frameTypes.SETTINGS, 0, 0, payload);
}

export function settingsAckFrame(): Buffer {
	return encodeFrame(frameTypes.SETTINGS, flags.ACK, 0);
}

export function goawayFrame(lastStreamId: number, code: number, debug: Buffer | string = ''): Buffer {
	const text = Buffer.from(debug);
	const payload = Buffer.alloc(8 + text.length);
	payload.writeUInt32BE(lastStreamId, 0);
	payload.writeUInt32BE(code, 4);
	text.copy(payload, 8);
	return encodeFrame(frameTypes.GOAWAY, 0, 0, payload);
}

export function resetFrame(streamId: number, code: number): Buffer {
	const payload = Buffer.alloc(4);
	payload.writeUInt32BE(code);
	return encodeFrame(frameTypes.RST_STREAM, 0, streamId, payload);
}

export function pingFrame(opaque: Buffer = Buffer.alloc(8), ack = false): Buffer {
	return encodeFrame(frameTypes.PING, ack ? flags.ACK : 0, 0, opaque);
}

export function windowUpdateFrame(streamId: number, increment: number): Buffer {
	const payload = Buffer.alloc(4);
	payload.writeUInt32BE(increment);
	return encodeFrame(frameTypes.WINDOW_UPDATE, 0, streamId, payload);
}

export function dataFrame(streamId: number, data: Buffer | string, endStream: boolean): Buffer {
	return encodeFrame(frameTypes.DATA, endStream ? flags.END_STREAM : 0, streamId, Buffer.from(data));
}

export function headersFrame(streamId: number, block: Buffer, endStream: boolean): Buffer {
	return encodeFrame(frameTypes.HEADERS, flags.END_HEADERS | (endStream ? flags.END_STREAM : 0), streamId, block);
}

/** Statuses with an entry of their own in HPACK's static table (RFC 7541 appendix A). */
const indexedStatuses = new Map([
	[200, 0x88],
	[204, 0x89],
	[206, 0x8a],
	[304, 0x8b],
	[400, 0x8c],
	[404, 0x8d],
	[500, 0x8e],
]);

/** A string of less than 16,384 bytes, not Huffman coded (RFC 7541 §5.2). */
function plainString(text: string): Buffer {
	const bytes = Buffer.from(text, 'latin1');
	if (bytes.length < 127) return Buffer.concat([Buffer.from([bytes.length]), bytes]);
	const rest = bytes.length - 127;
	const length = rest < 128 ? [0x7f, rest] : [0x7f, (rest & 0x7f) | 0x80, rest >> 7];
	return Buffer.concat([Buffer.from(length), bytes]);
}

/** A response's header block: static index or literal without indexing only, so it needs no compression state. */
export function responseBlock(status: number, headers: Readonly<Record<string, string>> = {}): Buffer {
	const indexed = indexedStatuses.get(status);
	const parts: Buffer[] = [
		indexed === undefined ? Buffer.concat([Buffer.from([0x08]), plainString(String(status))]) : Buffer.from([indexed]),
	];
	for (const [name, value] of Object.entries(headers))
		parts.push(Buffer.from([0x00]), plainString(name), plainString(value));
	return Buffer.concat(parts);
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
			while (rest.length >= headerBytes) {
				const end = headerBytes + rest.readUIntBE(0, 3);
				if (rest.length < end) return;
				const frame: Frame = {
					type: rest.readUInt8(3),
					flags: rest.readUInt8(4),
					streamId: rest.readUInt32BE(5) & maxStreamId,
					payload: rest.subarray(headerBytes, end),
				};
				rest = rest.subarray(end);
				onFrame(frame);
			}
		},
		atBoundary: () => rest.length === 0,
	};
}
