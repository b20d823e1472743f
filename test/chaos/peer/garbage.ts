/** What no HTTP/2 server says. */
import { encodeFrame, frameTypes, headersFrame, windowUpdateFrame } from '../../wire/frames';
import { responseBlock } from '../../wire/headerBlocks';
import type { Random } from '../random';

const kinds: ReadonlyArray<(highestStream: number) => Buffer> = [
	() => Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'),
	() => encodeFrame(frameTypes.DATA, 0, 0, Buffer.from('x')),
	(highest) => headersFrame(highest + 2, responseBlock(200), true),
	() => windowUpdateFrame(0, 0),
	() => encodeFrame(frameTypes.SETTINGS, 0, 0, Buffer.alloc(5)),
	(highest) => headersFrame(Math.max(1, highest), Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff]), true),
];

/** Bytes that break the rules, one way or another. */
export function garbageFrame(random: Random, highestStream: number): Buffer {
	return random.pick(kinds)(highestStream);
}
