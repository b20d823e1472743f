/** Flow control of what the client sends, as the peer counts it (RFC 9113 §5.2). */
import { windowUpdateFrame } from '../../wire/frames';
import { DEFAULT_WINDOW } from './announced';
import type { Stream } from './stream';
import type { FrameWriter } from './wire';

/** A stream that waits for more gets so much. */
const STREAM_GRANT = 8_192;
/** With less than this a body may be held back: none of a world is longer. */
const BODY_BYTES = 4_096;
/** Below this a connection window holds requests back. */
const NARROW_WINDOW = 16_384;

export class ReceiveWindow {
	/** Octets of DATA the client may still send on the connection. */
	left = DEFAULT_WINDOW;
	/** Nothing is given back. */
	starving = false;
	/** A stream that waits for credit gets it so much later at the most, milliseconds. */
	reluctantMs = 0;
	private owed = 0;

	constructor(
		/** Octets the window is kept at. */
		private readonly size: number,
		private readonly out: FrameWriter,
		/** Calls back within so many milliseconds. */
		private readonly later: (mostMs: number, callback: () => void) => void,
	) {}

	get isNarrow(): boolean {
		return this.left <= NARROW_WINDOW;
	}

	/** Widens the window from the default to its size. */
	open(): void {
		if (this.size <= DEFAULT_WINDOW) return;
		this.left += this.size - DEFAULT_WINDOW;
		this.out.raw(windowUpdateFrame(0, this.size - DEFAULT_WINDOW));
	}

	/** DATA came; false when it is more than the window allowed. */
	take(bytes: number): boolean {
		this.left -= bytes;
		this.owed += bytes;
		const fits = this.left >= 0;
		if (this.owed >= this.size / 4 || this.isNarrow) this.giveBack();
		return fits;
	}

	giveBack(): void {
		if (this.starving || this.owed === 0) return;
		this.left += this.owed;
		this.out.raw(windowUpdateFrame(0, this.owed));
		this.owed = 0;
	}

	/** A stream is open and not whole: it gets more when it may need it, at once or later; `isFirst` never waits long. */
	see(stream: Stream, isFirst: boolean): void {
		if (stream.whole || stream.window >= BODY_BYTES || this.starving) return;
		if (this.reluctantMs === 0) return this.grant(stream);
		if (stream.waitsForGrant) return;
		stream.waitsForGrant = true;
		this.later(isFirst ? 20 : this.reluctantMs, () => {
			stream.waitsForGrant = false;
			if (!stream.whole && !stream.over && !this.starving) this.grant(stream);
		});
	}

	/** More for one stream. */
	grant(stream: Stream): void {
		stream.window += STREAM_GRANT;
		this.out.raw(windowUpdateFrame(stream.id, STREAM_GRANT));
	}
}
