/** The server's side of a connection for tests: its own frame writer and parser, plain HPACK literals, and an owner that records. */
import {
	ClientProtocol,
	type ProtocolOptions,
	type ProtocolStream,
	type StreamEnd,
} from '../../../nodes/shared/http2/clientProtocol';
import type { ProtocolError } from '../../../nodes/shared/http2/frames';
import type { HeaderField } from '../../../nodes/shared/http2/hpack/hpack';
import { createReferenceDecoder, type ReferenceField } from './hpack/referenceHpack';

/** Frame types by number (RFC 9113 §6), written down here again so that a wrong one in the product shows. */
export const T = {
	data: 0,
	headers: 1,
	priority: 2,
	rst: 3,
	settings: 4,
	push: 5,
	ping: 6,
	goaway: 7,
	window: 8,
	continuation: 9,
};
export const END_STREAM = 1;
export const ACK = 1;
export const END_HEADERS = 4;
export const PADDED = 8;
export const PRIORITY = 32;

/** Error codes by number (RFC 9113 §7). */
export const E = {
	none: 0,
	protocol: 1,
	flow: 3,
	closed: 5,
	size: 6,
	refused: 7,
	cancel: 8,
	compression: 9,
	calm: 11,
	http11: 13,
};

/** Settings by number (RFC 9113 §6.5.2). */
export const S = { table: 1, push: 2, streams: 3, window: 4, frame: 5, list: 6 };

export const MAX_31 = 2 ** 31 - 1;

export function frame(type: number, flags: number, streamId: number, payload: Buffer | string = ''): Buffer {
	const content = typeof payload === 'string' ? Buffer.from(payload, 'latin1') : payload;
	const head = Buffer.alloc(9);
	head.writeUIntBE(content.length, 0, 3);
	head.writeUInt8(type, 3);
	head.writeUInt8(flags, 4);
	head.writeUInt32BE(streamId, 5);
	return Buffer.concat([head, content]);
}

export function uint32(...values: number[]): Buffer {
	const bytes = Buffer.alloc(values.length * 4);
	values.forEach((value, at) => bytes.writeUInt32BE(value, at * 4));
	return bytes;
}

export function settings(...pairs: Array<readonly [identifier: number, value: number]>): Buffer {
	const payload = Buffer.alloc(pairs.length * 6);
	pairs.forEach(([identifier, value], at) => {
		payload.writeUInt16BE(identifier, at * 6);
		payload.writeUInt32BE(value, at * 6 + 2);
	});
	return frame(T.settings, 0, 0, payload);
}

export const settingsAck = frame(T.settings, ACK, 0);
export const rst = (id: number, code: number): Buffer => frame(T.rst, 0, id, uint32(code));
export const windowUpdate = (id: number, increment: number): Buffer => frame(T.window, 0, id, uint32(increment));
export const goaway = (last: number, code: number, debug = ''): Buffer =>
	frame(T.goaway, 0, 0, Buffer.concat([uint32(last, code), Buffer.from(debug, 'latin1')]));
export const ping = (payload = '8 octets', flags = 0): Buffer => frame(T.ping, flags, 0, payload);
export const data = (id: number, content: Buffer | string, flags = END_STREAM): Buffer =>
	frame(T.data, flags, id, content);

/** Content between a pad length and that many zero octets. */
export function padded(content: Buffer | string, padding: number): Buffer {
	return Buffer.concat([Buffer.from([padding]), Buffer.from(content), Buffer.alloc(padding)]);
}

function literalString(text: string): Buffer {
	const bytes = Buffer.from(text, 'latin1');
	if (bytes.length < 127) return Buffer.concat([Buffer.from([bytes.length]), bytes]);
	const length = [127];
	let rest = bytes.length - 127;
	for (; rest >= 128; rest = Math.floor(rest / 128)) length.push((rest % 128) + 128);
	return Buffer.concat([Buffer.from([...length, rest]), bytes]);
}

/** A block of literals without Huffman code; `indexed` ones enter the receiver's table. */
export function block(fields: ReadonlyArray<readonly [name: string, value: string]>, indexed = false): Buffer {
	return Buffer.concat(
		fields.flatMap(([name, value]) => [Buffer.from([indexed ? 0x40 : 0]), literalString(name), literalString(value)]),
	);
}

/** HEADERS with a whole block. */
export function headers(id: number, fields: ReadonlyArray<readonly [string, string]>, flags = END_STREAM): Buffer {
	return frame(T.headers, flags | END_HEADERS, id, block(fields));
}

/** The commonest answer: 200 and nothing else. */
export const ok = (id: number): Buffer => headers(id, [[':status', '200']]);

export interface SeenFrame {
	readonly type: number;
	readonly flags: number;
	readonly id: number;
	readonly payload: Buffer;
	/** Header list of a HEADERS frame; empty for others. */
	readonly fields: readonly ReferenceField[];
	/** Octets of the connection up to and including this frame. */
	readonly endOffset: number;
}

export interface SeenEnd {
	readonly name: string;
	readonly end: StreamEnd;
	readonly code: number;
	readonly status: number | undefined;
	readonly body: string;
}

export interface TestPeer {
	readonly client: ClientProtocol<string>;
	/** Everything that was told to the owner, in order, as text. */
	readonly log: string[];
	readonly ends: SeenEnd[];
	readonly errors: ProtocolError[];
	/** Sends to the client; `nowMs` is the client's clock, 0 unless given. */
	send(...frames: Buffer[]): void;
	sendAt(nowMs: number, bytes: Buffer): void;
	/** Opens a stream and requires that it was not refused. */
	open(name: string, body?: Buffer | string, fields?: readonly HeaderField[]): ProtocolStream<string>;
	/** Frames the client wrote since the last call; the preface is checked and left out. */
	frames(): SeenFrame[];
	/** Called by the owner in the middle of an event, to test what it may do there. */
	during: { streamEnd?: (stream: ProtocolStream<string>) => void };
}

export function pushFields(token = 'a'): HeaderField[] {
	return [
		{ name: ':method', value: 'POST', indexing: 'always' },
		{ name: ':scheme', value: 'https', indexing: 'always' },
		{ name: ':path', value: `/3/device/${token}`, indexing: 'never-in-table' },
		{ name: ':authority', value: 'push.example', indexing: 'always' },
		{ name: 'apns-topic', value: 'com.example.app', indexing: 'always' },
	];
}

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

/** A client and its peer. Unless `greet` is false, empty SETTINGS are exchanged and the greeting's frames are read away. */
export function createPeer(
	options: ProtocolOptions & { greet?: boolean; settings?: Array<readonly [number, number]> } = {},
): TestPeer {
	const log: string[] = [];
	const ends: SeenEnd[] = [];
	const errors: ProtocolError[] = [];
	const during: TestPeer['during'] = {};
	const client = new ClientProtocol<string>(
		{
			onSettings: (peer) => log.push(`settings ${JSON.stringify(peer)}`),
			onStreamEnd: (stream, end, code) => {
				const body = stream.body === undefined ? '' : Buffer.concat(stream.body).toString('latin1');
				ends.push({ name: stream.context, end, code, status: stream.status, body });
				const fields = stream.fields.map((field) => `${field.name}=${field.value}`).join(' ');
				log.push(`${stream.context} ${end} ${code} ${stream.status} [${fields}] ${body}`);
				during.streamEnd?.(stream);
			},
			onGoaway: (last, code, debug) => log.push(`goaway ${last} ${code} ${debug.toString('latin1')}`),
			onPingAcknowledged: (payload) => log.push(`ping acknowledged ${payload.toString('latin1')}`),
			onConnectionError: (error) => {
				errors.push(error);
				log.push(`connection error ${error.errorCode} ${error.message}`);
			},
		},
		options,
	);
	const hpack = createReferenceDecoder(4_096);
	let prefaceRead = false;
	let position = 0;
	const peer: TestPeer = {
		client,
		log,
		ends,
		errors,
		during,
		send: (...frames) => client.receive(Buffer.concat(frames), 0),
		sendAt: (nowMs, bytes) => client.receive(bytes, nowMs),
		open(name, body, fields = pushFields(name)) {
			const stream = client.open(fields, typeof body === 'string' ? Buffer.from(body) : body, name);
			if (typeof stream === 'string') throw new Error(`refused: ${stream}`);
			return stream;
		},
		frames() {
			let bytes = Buffer.concat(client.output.take());
			client.acknowledgementsSent();
			if (!prefaceRead) {
				expect(bytes.toString('latin1', 0, PREFACE.length)).toBe(PREFACE);
				bytes = bytes.subarray(PREFACE.length);
				position += PREFACE.length;
				prefaceRead = true;
			}
			const seen: SeenFrame[] = [];
			for (let at = 0; at < bytes.length;) {
				const end = at + 9 + bytes.readUIntBE(at, 3);
				if (end > bytes.length) throw new Error('the client wrote part of a frame');
				const [type, flags, payload] = [bytes.readUInt8(at + 3), bytes.readUInt8(at + 4), bytes.subarray(at + 9, end)];
				position += end - at;
				const fields = type === T.headers ? hpack.decode(payload) : [];
				seen.push({ type, flags, id: bytes.readUInt32BE(at + 5), payload, fields, endOffset: position });
				at = end;
			}
			return seen;
		},
	};
	if (options.greet !== false) {
		peer.send(settings(...(options.settings ?? [])), settingsAck);
		peer.frames();
		log.length = 0;
	}
	return peer;
}

/** The one connection error there must be, and the GOAWAY that told the peer of it. */
export function expectConnectionError(peer: TestPeer, code: number): void {
	expect(peer.errors.map((error) => error.errorCode)).toEqual([code]);
	const last = peer.frames().at(-1);
	expect(last?.type).toBe(T.goaway);
	expect(last?.payload.readUInt32BE(4)).toBe(code);
	expect(peer.client.mayOpen).toBe(false);
}
