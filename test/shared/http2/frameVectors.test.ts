/** Other people's frames: the recorded cases are cut, and their payloads understood, as their authors say. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createFrameReader } from '../../../nodes/shared/http2/frameReader';
import { Flag, FrameType, ProtocolError, unpad } from '../../../nodes/shared/http2/frames';
import { createPeer } from './supportPeer';

interface FrameCase {
	readonly error: readonly number[] | null;
	readonly wire: string;
	readonly description: string;
	readonly frame: {
		readonly length: number;
		readonly type: number;
		readonly flags: number;
		readonly stream_identifier: number;
		readonly frame_payload: Readonly<Record<string, unknown>>;
	} | null;
}

const vectors = path.resolve(__dirname, '../../../../shared/testdata/http2-frames');

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

/** Errors of cases that are wrong: the client must end the connection or the stream, and never throw. */
function errorsOf(wire: Buffer): number[] {
	const peer = createPeer();
	peer.open('one');
	peer.send(wire);
	return [
		...peer.errors.map(({ errorCode }) => errorCode),
		...peer.ends.filter(({ end }) => end === 'malformed').map(({ code }) => code),
	];
}

if (!existsSync(vectors)) {
	console.warn('Recorded frames are not at ../shared/testdata/http2-frames: nothing is replayed');
	test('a checkout without recorded frames has none of them', () =>
		expect(existsSync(path.join(vectors, 'data'))).toBe(false));
} else {
	const families = readdirSync(vectors, { withFileTypes: true }).filter((entry) => entry.isDirectory());
	const cases = families.flatMap(({ name }) =>
		readdirSync(path.join(vectors, name))
			.filter((file) => file.endsWith('.json'))
			.map(
				(file) =>
					[`${name}/${file}`, JSON.parse(readFileSync(path.join(vectors, name, file), 'utf8')) as FrameCase] as const,
			),
	);

	test('there are recorded frames', () => expect(cases.length).toBeGreaterThan(4));

	test.each(cases)('%s', (_file, { wire, error, frame }) => {
		const bytes = Buffer.from(wire, 'hex');
		if (frame === null || error !== null) {
			try {
				for (const one of cut(bytes, false)) understood(one);
			} catch (thrown) {
				expect(thrown).toBeInstanceOf(ProtocolError);
			}
			expect(errorsOf(bytes).length + (bytes.length < 9 ? 1 : 0)).toBeGreaterThan(0);
			return;
		}
		const { frame_payload: expected, ...head } = frame;
		for (const alone of [false, true]) {
			const [one, ...others] = cut(bytes, alone);
			expect(others).toEqual([]);
			expect(one).toMatchObject(head);
			if (one === undefined) continue;
			const seen = understood(one);
			for (const [name, value] of Object.entries(seen))
				if (name in expected) expect([name, value]).toEqual([name, expected[name]]);
		}
	});
}
