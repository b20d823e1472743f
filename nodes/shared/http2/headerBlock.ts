/** A header block that comes in several frames, bounded in octets and frames (RFC 9113 §4.3, §6.10). */
import { ErrorCode, Flag, ProtocolError } from './frames';
import type { ProtocolLimits } from './limits';

/** A block whose end is still to come. */
export interface HeaderBlock {
	readonly streamId: number;
	/** Of the HEADERS frame it began with. */
	readonly flags: number;
	readonly parts: Buffer[];
	bytes: number;
}

/** Adds a CONTINUATION frame; the whole block once END_HEADERS came, undefined before. Throws `ProtocolError` for one without end. */
export function collectHeaderBlock(
	block: HeaderBlock,
	limits: ProtocolLimits,
	flags: number,
	bytes: Buffer,
	start: number,
	end: number,
): Buffer | undefined {
	block.bytes += end - start;
	if (block.bytes > limits.maxHeaderBlockBytes || block.parts.length > limits.maxContinuations) {
		throw new ProtocolError(ErrorCode.ENHANCE_YOUR_CALM, 'a header block without end');
	}
	block.parts.push(Buffer.from(bytes.subarray(start, end)));
	return (flags & Flag.END_HEADERS) === 0 ? undefined : Buffer.concat(block.parts, block.bytes);
}
