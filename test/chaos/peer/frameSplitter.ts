/** Cuts what a client sends into frames: preface first, then frame by frame, however the bytes were cut on the way. */
import { clientPreface, scanFrames } from '../../wire/frames';

/** SETTINGS_MAX_FRAME_SIZE of the peer: it never announces another. */
const MOST_FRAME_BYTES = 16_384;

export class FrameSplitter {
	private rest: Buffer = Buffer.alloc(0);
	private prefaceSeen = false;

	constructor(
		/** Something HTTP/2 forbids. */
		private readonly onMistake: (text: string) => void,
	) {}

	push(bytes: Buffer, onFrame: (type: number, frameFlags: number, streamId: number, payload: Buffer) => void): void {
		let data = this.rest.length === 0 ? bytes : Buffer.concat([this.rest, bytes]);
		if (!this.prefaceSeen) {
			if (data.length < clientPreface.length) {
				this.rest = data;
				return;
			}
			if (!data.subarray(0, clientPreface.length).equals(clientPreface)) this.onMistake('no preface');
			this.prefaceSeen = true;
			data = data.subarray(clientPreface.length);
		}
		const end = scanFrames(data, 0, (type, frameFlags, streamId, start, to) => {
			if (to - start > MOST_FRAME_BYTES) this.onMistake(`a frame of ${to - start} octets`);
			onFrame(type, frameFlags, streamId, data.subarray(start, to));
		});
		this.rest = end === data.length ? Buffer.alloc(0) : data.subarray(end);
	}
}
