/** Bytes on their way out: frames are appended side by side into large chunks, so that many share one TLS record. */

/** Four full TLS records; a chunk goes to the socket in one write. */
const CHUNK_BYTES = 65_536;

/** Spare chunks kept for reuse. */
const SPARE_CHUNKS = 4;

export interface OutputQueue {
	/** A buffer with at least `bytes` of room at `offset()`; write there, then `commit`. */
	room(bytes: number): Buffer;
	offset(): number;
	/** Everything before `end` of the buffer `room` gave now belongs to the queue. */
	commit(end: number): void;
	append(frame: Buffer): void;
	/** Octets appended since the beginning of the connection. */
	totalBytes(): number;
	/** Drops all that is queued and was not taken: it never leaves. */
	discard(): void;
	/** Hands over all that is queued, in order; the queue starts anew. */
	take(): Buffer[];
	/** Returns a chunk that `take` gave out, once nobody reads it any more. */
	recycle(chunk: Buffer): void;
}

/** An empty queue. */
export function createOutputQueue(): OutputQueue {
	let chunk: Buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
	let used = 0;
	let total = 0;
	let full: Buffer[] = [];
	const spares: Buffer[] = [];

	const fresh = (bytes: number): Buffer => {
		const spare = bytes <= CHUNK_BYTES ? spares.pop() : undefined;
		return spare ?? Buffer.allocUnsafeSlow(Math.max(bytes, CHUNK_BYTES));
	};

	const room = (bytes: number): Buffer => {
		if (chunk.length - used < bytes) {
			if (used > 0) full.push(chunk.subarray(0, used));
			chunk = fresh(bytes);
			used = 0;
		}
		return chunk;
	};

	return {
		room,
		offset: () => used,
		commit(end) {
			total += end - used;
			used = end;
		},
		append(frame) {
			const target = room(frame.length);
			frame.copy(target, used);
			used += frame.length;
			total += frame.length;
		},
		totalBytes: () => total,
		discard() {
			full = [];
			used = 0;
		},
		take() {
			if (used === 0) {
				if (full.length === 0) return full;
			} else {
				full.push(chunk.subarray(0, used));
				chunk = fresh(0);
				used = 0;
			}
			const taken = full;
			full = [];
			return taken;
		},
		recycle(taken) {
			if (spares.length < SPARE_CHUNKS && taken.buffer.byteLength === CHUNK_BYTES)
				spares.push(Buffer.from(taken.buffer));
		},
	};
}
