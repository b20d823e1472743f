/** Other people's frames: the recorded cases are cut, and their payloads understood, as their authors say. */
import { createFrameReader } from '../../../nodes/shared/http2/frameReader';
import { Flag, FrameType, unpad } from '../../../nodes/shared/http2/frames';
import { frameVectors } from '../../vectors/vectors';
import { createPeer } from './supportPeer';

interface Cut {
	readonly length: number;
	readonly type: number;
	readonly flags: number;
	readonly stream_identifier: number;
	readonly payload: Buffer;
}

/** The frames of a wire text; each octet arrives alone, or all at once. */
function cut(wire: Buffer, alone: boolean): Cut[] {
	const seen: Cut[] = [];
	const reader = createFrameReader(16_384, (type, flags, id, bytes, start, end) => {
		seen.push({
			length: end - start,
			type,
			flags,
			stream_identifier: id,
			payload: Buffer.from(bytes.subarray(start, end)),
		});
	});
	if (alone) for (const octet of wire) reader.push(Buffer.from([octet]));
	else reader.push(wire);
	return seen;
}

/** What the payload of a frame holds, as this package's own code reads it, in the words of the cases. */
function understood({ type, flags, payload }: Cut): Record<string, unknown> {
	if (type === FrameType.DATA || type === FrameType.HEADERS) {
		const [content, end] = unpad(flags, payload, 0, payload.length);
		const hasPriority = type === FrameType.HEADERS && (flags & Flag.PRIORITY) !== 0;
		const padded = (flags & Flag.PADDED) !== 0;
		const text = payload.toString('latin1', hasPriority ? content + 5 : content, end);
		return {
			[type === FrameType.DATA ? 'data' : 'header_block_fragment']: text,
			padding_length: padded ? payload.length - end : null,
			padding: padded ? payload.toString('latin1', end) : null,
		};
	}
	if (type === FrameType.CONTINUATION) return { header_block_fragment: payload.toString('latin1') };
	if (type === FrameType.SETTINGS) {
		return {
			settings: Array.from({ length: payload.length / 6 }, (_none, at) => [
				payload.readUInt16BE(at * 6),
				payload.readUInt32BE(at * 6 + 2),
			]),
		};
	}
	if (type === FrameType.PING) return { opaque_data: payload.toString('latin1') };
	if (type === FrameType.RST_STREAM) return { error_code: payload.readUInt32BE(0) };
	if (type === FrameType.WINDOW_UPDATE) return { window_size_increment: payload.readUInt32BE(0) & 0x7fffffff };
	if (type === FrameType.GOAWAY)
		return {
			last_stream_id: payload.readUInt32BE(0) & 0x7fffffff,
			error_code: payload.readUInt32BE(4),
			additional_debug_data: payload.toString('latin1', 8),
		};
	return {};
}

test('there are recorded frames of every type', () => {
	expect(new Set(frameVectors.map(({ frame }) => frame.type)).size).toBe(10);
});

test.each(frameVectors)('$description', ({ wire, frame }) => {
	const { frame_payload: expected, ...head } = frame;
	for (const alone of [false, true]) {
		const [one, ...others] = cut(Buffer.from(wire, 'hex'), alone);
		if (one === undefined) throw new Error('no frame was read');
		expect(others).toEqual([]);
		expect(one).toMatchObject(head);
		const seen = understood(one);
		for (const [name, value] of Object.entries(expected)) {
			if (name in seen) expect([name, seen[name]]).toEqual([name, value]);
		}
	}
});

test('the client takes, or refuses with an error of its own, each of them whole and octet by octet', () => {
	for (const { wire } of frameVectors) {
		const bytes = Buffer.from(wire, 'hex');
		const results = [[bytes], [...bytes].map((octet) => Buffer.from([octet]))].map((pieces) => {
			const peer = createPeer();
			peer.open('one');
			for (const piece of pieces) peer.send(piece);
			return [peer.log, peer.frames().map(({ type, payload }) => [type, payload.toString('hex')])];
		});
		expect(results[1]).toEqual(results[0]);
	}
});
