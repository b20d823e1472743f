/** The server's side of a connection for tests of the protocol without I/O, and an owner that records what it is told. */
import {
	ClientProtocol,
	type ProtocolOptions,
	type ProtocolStream,
	type StreamEnd,
} from '../../../nodes/shared/http2/clientProtocol';
import type { ProtocolError } from '../../../nodes/shared/http2/frames';
import type { HeaderField } from '../../../nodes/shared/http2/hpack/hpack';
import {
	clientPreface,
	encodeFrame,
	errorCodes,
	flags,
	frameTypes,
	goawayFrame,
	headerBytes,
	maxStreamId,
	readFrames,
	resetFrame,
	settingIds,
	settingPairsFrame,
	settingsAckFrame,
	uint32,
	windowUpdateFrame,
} from '../../wire/frames';
import { literalBlock } from '../../wire/headerBlocks';
import { createReferenceDecoder, type ReferenceField } from '../../wire/referenceHpack';

/** Short names for frame types, flags, error codes and settings: these tests are full of them. */
export const T = {
	data: frameTypes.DATA,
	headers: frameTypes.HEADERS,
	priority: frameTypes.PRIORITY,
	rst: frameTypes.RST_STREAM,
	settings: frameTypes.SETTINGS,
	push: frameTypes.PUSH_PROMISE,
	ping: frameTypes.PING,
	goaway: frameTypes.GOAWAY,
	window: frameTypes.WINDOW_UPDATE,
	continuation: frameTypes.CONTINUATION,
};
export const { END_STREAM, ACK, END_HEADERS, PADDED, PRIORITY } = flags;

export const E = {
	none: errorCodes.NO_ERROR,
	protocol: errorCodes.PROTOCOL_ERROR,
	flow: errorCodes.FLOW_CONTROL_ERROR,
	closed: errorCodes.STREAM_CLOSED,
	size: errorCodes.FRAME_SIZE_ERROR,
	refused: errorCodes.REFUSED_STREAM,
	cancel: errorCodes.CANCEL,
	compression: errorCodes.COMPRESSION_ERROR,
	calm: errorCodes.ENHANCE_YOUR_CALM,
	http11: errorCodes.HTTP_1_1_REQUIRED,
};

export const S = {
	table: settingIds.headerTableSize,
	push: settingIds.enablePush,
	streams: settingIds.maxConcurrentStreams,
	window: settingIds.initialWindowSize,
	frame: settingIds.maxFrameSize,
	list: settingIds.maxHeaderListSize,
};

export const MAX_31 = maxStreamId;
export { uint32 };

export function frame(type: number, frameFlags: number, streamId: number, payload: Buffer | string = ''): Buffer {
	return encodeFrame(
		type,
		frameFlags,
		streamId,
		typeof payload === 'string' ? Buffer.from(payload, 'latin1') : payload,
	);
}

export const settings = (...pairs: Array<readonly [identifier: number, value: number]>): Buffer =>
	settingPairsFrame(pairs);
export const settingsAck = settingsAckFrame();
export const rst = resetFrame;
export const windowUpdate = windowUpdateFrame;
export const goaway = (last: number, code: number, debug = ''): Buffer =>
	goawayFrame(last, code, Buffer.from(debug, 'latin1'));
export const ping = (payload = '8 octets', frameFlags = 0): Buffer => frame(T.ping, frameFlags, 0, payload);
export const data = (id: number, content: Buffer | string, frameFlags: number = END_STREAM): Buffer =>
	frame(T.data, frameFlags, id, content);

/** Content between a pad length and that many zero octets. */
export function padded(content: Buffer | string, padding: number): Buffer {
	return Buffer.concat([Buffer.from([padding]), Buffer.from(content), Buffer.alloc(padding)]);
}

/** A block of literals without Huffman code; `indexed` ones enter the receiver's table. */
export const block = (fields: ReadonlyArray<readonly [name: string, value: string]>, indexed = false): Buffer =>
	literalBlock(fields, { indexed });

/** HEADERS with a whole block. */
export function headers(
	id: number,
	fields: ReadonlyArray<readonly [string, string]>,
	frameFlags: number = END_STREAM,
): Buffer {
	return frame(T.headers, frameFlags | END_HEADERS, id, block(fields));
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
				expect(bytes.subarray(0, clientPreface.length)).toEqual(clientPreface);
				bytes = bytes.subarray(clientPreface.length);
				position += clientPreface.length;
				prefaceRead = true;
			}
			return readFrames(bytes).map(({ type, flags: frameFlags, streamId, payload }) => {
				position += headerBytes + payload.length;
				const fields = type === T.headers ? hpack.decode(payload) : [];
				return { type, flags: frameFlags, id: streamId, payload, fields, endOffset: position };
			});
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
