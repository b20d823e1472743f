/** Answers as frames: the plain ones, those with bodies, those cut in half, and the legal oddities a client must take. */
import {
	dataFrame,
	encodeFrame,
	errorCodes,
	flags,
	frameTypes,
	headersFrame,
	pingFrame,
	resetFrame,
} from '../../wire/frames';
import { responseBlock } from '../../wire/headerBlocks';
import type { Random } from '../random';
import type { Stream } from './stream';
import type { Verdict } from './verdict';
import type { FrameWriter } from './wire';

const CHANNEL = 'dHN0LXNyY2gtY2hubA==';

/** The status of a verdict: channel requests succeed with numbers of their own. */
export function statusOf({ kind, method }: Stream, { status }: Verdict): number {
	if (status !== 200 || kind !== 'channel') return status;
	return method === 'POST' ? 201 : method === 'DELETE' ? 204 : 200;
}

function bodyOf({ kind, method }: Stream, { reason }: Verdict, status: number): string {
	if (reason !== undefined)
		return JSON.stringify({ reason, ...(status === 410 ? { timestamp: 1_700_000_000_000 } : {}) });
	if (kind === 'channel' && method === 'GET' && status === 200) return `{"channels":["${CHANNEL}"]}`;
	return status >= 400 ? '<html>bad gateway</html>' : '';
}

/** What may stand before an answer and means nothing to it (RFC 9113 §5.5, §6.3, §8.1). */
const before: ReadonlyArray<(streamId: number) => Buffer> = [
	(streamId) => headersFrame(streamId, responseBlock(103, { link: '</x>' }), false),
	(streamId) => encodeFrame(0x42, 0x13, streamId, Buffer.from('unknown')),
	(streamId) => encodeFrame(frameTypes.PRIORITY, 0, streamId, Buffer.alloc(5)),
	() => pingFrame(Buffer.from('chaosing')),
];

/** Writes one answer. `spice`: how often it comes in an unusual shape. Returns false when it was cut and nothing follows. */
export function writeAnswer(
	out: FrameWriter,
	stream: Stream,
	verdict: Verdict,
	id: string,
	spice: number,
	random: Random,
): boolean {
	const status = statusOf(stream, verdict);
	const idName = stream.kind === 'push' ? 'apns-id' : 'apns-request-id';
	if (verdict.endless === true) {
		out.raw(headersFrame(stream.id, responseBlock(status, { [idName]: id }), false));
		return true;
	}
	if (verdict.accepted && verdict.half !== true && spice === 0 && stream.kind !== 'channel') {
		out.success(stream.id, status, idName, id);
		return true;
	}
	const shape = spice > 0 && random.chance(spice) ? random.int(0, before.length + 1) : -1;
	const early = before[shape];
	if (early !== undefined) out.raw(early(stream.id));
	const fields: Record<string, string> = { [idName]: id };
	if (stream.kind === 'channel' && stream.method === 'POST') fields['apns-channel-id'] = CHANNEL;
	if (verdict.retryAfterSeconds !== undefined) fields['retry-after'] = String(verdict.retryAfterSeconds);
	const block = responseBlock(status, fields);
	const body = bodyOf(stream, verdict, status);
	if (verdict.half === true) return writeHalf(out, stream.id, block, body, random);
	if (shape === before.length) {
		const half = block.length >> 1;
		out.raw(encodeFrame(frameTypes.HEADERS, 0, stream.id, block.subarray(0, half)));
		out.raw(encodeFrame(frameTypes.CONTINUATION, flags.END_HEADERS, stream.id, block.subarray(half)));
		out.raw(dataFrame(stream.id, body, true));
	} else if (shape === before.length + 1) {
		const padded = Buffer.concat([Buffer.from([7]), block, Buffer.alloc(7)]);
		out.raw(encodeFrame(frameTypes.HEADERS, flags.END_HEADERS | flags.PADDED, stream.id, padded));
		out.raw(dataFrame(stream.id, body, true));
	} else {
		out.raw(headersFrame(stream.id, block, body === ''));
		if (body !== '') out.raw(dataFrame(stream.id, body, true));
	}
	return true;
}

/** Headers, a piece of the body, and then RST_STREAM or nothing. */
function writeHalf(out: FrameWriter, streamId: number, block: Buffer, body: string, random: Random): boolean {
	out.raw(headersFrame(streamId, block, false));
	if (body !== '') out.raw(dataFrame(streamId, body.slice(0, 5), false));
	if (!random.chance(0.6)) return false;
	out.raw(resetFrame(streamId, errorCodes.INTERNAL_ERROR));
	return true;
}
