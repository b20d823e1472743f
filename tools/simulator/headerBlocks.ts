/** Header blocks of a connection as they came: their size, and how each field was encoded. */
import type { Frame } from '../../test/wire/frames';
import { flags, frameTypes } from '../../test/wire/frames';
import type { EncodedField } from '../../test/wire/referenceHpack';
import { createReferenceDecoder } from '../../test/wire/referenceHpack';

export interface HeaderBlock {
	readonly headerBlockBytes: number;
	readonly encoded?: readonly EncodedField[];
}

export interface HeaderBlocks {
	/** Takes HEADERS and CONTINUATION of the client; other frames are nothing to it. */
	note(frame: Frame): void;
	/** The block that opened a stream, once. */
	take(streamId: number): HeaderBlock;
}

/** What is left of a HEADERS payload without padding and priority (RFC 9113 §6.2). */
function fragment({ type, flags: frameFlags, payload }: Frame): Buffer {
	if (type !== frameTypes.HEADERS) return payload;
	const padded = (frameFlags & flags.PADDED) !== 0;
	const end = payload.length - (padded ? (payload[0] ?? 0) : 0);
	return payload.subarray((padded ? 1 : 0) + ((frameFlags & flags.PRIORITY) !== 0 ? 5 : 0), Math.max(0, end));
}

/** `tableSize`: the SETTINGS_HEADER_TABLE_SIZE the client was told, or undefined when blocks are not to be read. */
export function createHeaderBlocks(tableSize: number | undefined): HeaderBlocks {
	const decoder = tableSize === undefined ? undefined : createReferenceDecoder(tableSize);
	const blocks = new Map<number, { bytes: number; parts: Buffer[]; encoded?: readonly EncodedField[] }>();
	let broken = false;

	/** Blocks are read in the order they came, since each changes the table of the next. */
	function read(parts: readonly Buffer[]): readonly EncodedField[] | undefined {
		if (decoder === undefined || broken) return undefined;
		try {
			return decoder.decodeForms(Buffer.concat(parts));
		} catch {
			// Node's server ends a connection with a block it cannot read; nothing after it can be read here either.
			broken = true;
			return undefined;
		}
	}

	return {
		note(frame) {
			if (frame.type !== frameTypes.HEADERS && frame.type !== frameTypes.CONTINUATION) return;
			const block =
				frame.type === frameTypes.CONTINUATION ? blocks.get(frame.streamId) : { bytes: 0, parts: [] as Buffer[] };
			if (block === undefined) return;
			blocks.set(frame.streamId, block);
			block.bytes += frame.payload.length;
			if (decoder === undefined) return;
			block.parts.push(Buffer.from(fragment(frame)));
			if ((frame.flags & flags.END_HEADERS) !== 0) block.encoded = read(block.parts);
		},
		take(streamId) {
			const block = blocks.get(streamId);
			blocks.delete(streamId);
			return { headerBlockBytes: block?.bytes ?? 0, encoded: block?.encoded };
		},
	};
}
