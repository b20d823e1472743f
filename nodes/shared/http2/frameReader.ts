/** Cuts a byte stream into HTTP/2 frames, however the bytes arrive (RFC 9113 §4.1). */
import { ErrorCode, FRAME_HEADER_BYTES, ProtocolError } from './frames';

/** Receives one whole frame: its payload is `bytes[start, end)`, valid only during the call. */
export type FrameHandler = (
	type: number,
	flags: number,
	streamId: number,
	bytes: Buffer,
	start: number,
	end: number,
) => void;

export interface FrameReader {
	/** Reads on; throws `ProtocolError` for a frame above the size limit or an HTTP/1.1 answer. */
	push(chunk: Buffer): void;
	/** No further frame is handed out, also not from the chunk being read. */
	stop(): void;
}

/** One octet, known to be there: Buffer's own readers check that again, which was 2 % of the time of a push. */
const octet = (bytes: Buffer, at: number): number => bytes[at] ?? 0;

/** How an answer in HTTP/1.1 begins. As the head of a frame it announces 4,740,180 octets, far more than any limit here. */
const HTTP_1 = Buffer.from('HTTP/1', 'latin1');

/** A reader that accepts frames of up to `maxFrameBytes` of payload. */
export function createFrameReader(maxFrameBytes: number, onFrame: FrameHandler): FrameReader {
	// Holds a frame that is not whole yet; one buffer for the connection keeps a peer that sends single bytes linear.
	const partial = Buffer.allocUnsafeSlow(FRAME_HEADER_BYTES + maxFrameBytes);
	let held = 0;
	let stopped = false;

	const payloadLength = (bytes: Buffer, at: number): number => {
		const length = (octet(bytes, at) << 16) | (octet(bytes, at + 1) << 8) | octet(bytes, at + 2);
		if (length > maxFrameBytes) {
			if (bytes.subarray(at, at + HTTP_1.length).equals(HTTP_1)) {
				throw new ProtocolError(ErrorCode.HTTP_1_1_REQUIRED, 'the peer answered in HTTP/1.1, not HTTP/2');
			}
			throw new ProtocolError(
				ErrorCode.FRAME_SIZE_ERROR,
				`the peer sent a frame of ${length} octets, more than ${maxFrameBytes}`,
			);
		}
		return length;
	};

	const emit = (bytes: Buffer, at: number, length: number): void => {
		// The highest bit of the stream id is reserved (§4.1).
		const streamId =
			((octet(bytes, at + 5) & 0x7f) << 24) |
			(octet(bytes, at + 6) << 16) |
			(octet(bytes, at + 7) << 8) |
			octet(bytes, at + 8);
		const start = at + FRAME_HEADER_BYTES;
		onFrame(octet(bytes, at + 3), octet(bytes, at + 4), streamId, bytes, start, start + length);
	};

	/** Moves octets from `chunk` into the partial frame until it holds `wanted`; returns the new position. */
	const fill = (chunk: Buffer, position: number, wanted: number): number => {
		const taken = Math.min(wanted - held, chunk.length - position);
		if (taken <= 0) return position;
		chunk.copy(partial, held, position, position + taken);
		held += taken;
		return position + taken;
	};

	return {
		push(chunk) {
			let position = 0;
			while (!stopped && position < chunk.length) {
				if (held > 0 || chunk.length - position < FRAME_HEADER_BYTES) {
					position = fill(chunk, position, FRAME_HEADER_BYTES);
					if (held < FRAME_HEADER_BYTES) return;
					const length = payloadLength(partial, 0);
					position = fill(chunk, position, FRAME_HEADER_BYTES + length);
					if (held < FRAME_HEADER_BYTES + length) return;
					held = 0;
					emit(partial, 0, length);
					continue;
				}
				const length = payloadLength(chunk, position);
				const end = position + FRAME_HEADER_BYTES + length;
				if (end > chunk.length) {
					fill(chunk, position, FRAME_HEADER_BYTES + length);
					return;
				}
				emit(chunk, position, length);
				position = end;
			}
		},
		stop() {
			stopped = true;
		},
	};
}
