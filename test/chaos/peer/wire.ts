/** Frames of the peer on their way out, written side by side into one buffer: answers first of all, since there are millions. */

const PUSH_ID_BYTES = 36;

/** Collects frames; `take` gives what there is. */
export class FrameWriter {
	private buffer = Buffer.allocUnsafe(8_192);
	private used = 0;

	get isEmpty(): boolean {
		return this.used === 0;
	}

	take(): Buffer {
		const bytes = Buffer.from(this.buffer.subarray(0, this.used));
		this.used = 0;
		return bytes;
	}

	/** A whole frame as another codec made it. */
	raw(bytes: Buffer): void {
		this.room(bytes.length);
		bytes.copy(this.buffer, this.used);
		this.used += bytes.length;
	}

	/** HEADERS with `:status` 200, 201 or 204 and the id under its name, END_STREAM set: what nearly every request gets. */
	success(streamId: number, status: number, idName: string, id: string): void {
		const statusBytes = status === 200 || status === 204 ? 1 : 5;
		const length = statusBytes + 2 + idName.length + 1 + PUSH_ID_BYTES;
		this.room(9 + length);
		this.head(length, 1, 5, streamId);
		if (statusBytes === 1) this.buffer[this.used++] = status === 200 ? 0x88 : 0x89;
		else {
			this.buffer[this.used++] = 0x08;
			this.text(String(status));
		}
		this.buffer[this.used++] = 0x00;
		this.text(idName);
		this.text(id);
	}

	private text(text: string): void {
		this.buffer[this.used++] = text.length;
		this.used += this.buffer.write(text, this.used, 'latin1');
	}

	private head(length: number, type: number, flags: number, streamId: number): void {
		this.used = this.buffer.writeUIntBE(length, this.used, 3);
		this.used = this.buffer.writeUInt8(type, this.used);
		this.used = this.buffer.writeUInt8(flags, this.used);
		this.used = this.buffer.writeUInt32BE(streamId, this.used);
	}

	private room(bytes: number): void {
		if (this.buffer.length - this.used >= bytes) return;
		const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.used + bytes));
		this.buffer.copy(larger, 0, 0, this.used);
		this.buffer = larger;
	}
}

/** An id that names its request and the answer: `<request>-0000-4000-8000-<answer>`. */
export function answerId(request: number, answer: number): string {
	const hex = (number: number, digits: number): string => number.toString(16).padStart(digits, '0');
	return `${hex(request, 8)}-0000-4000-8000-${hex(answer, 12)}`;
}
