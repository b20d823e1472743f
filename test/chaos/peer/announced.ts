/** SETTINGS the peer has announced: what the client has acknowledged is what binds it. */
import { settingsFrame, type SettingValues } from '../../wire/frames';
import type { FrameWriter } from './wire';

/** RFC 9113 §6.9.2. */
export const DEFAULT_WINDOW = 65_535;

export class AnnouncedSettings {
	/** Streams the client may have open; undefined while it knows of no limit. */
	limit: number | undefined;
	/** Window of a new stream. */
	window = DEFAULT_WINDOW;
	private readonly waiting: SettingValues[] = [];

	/** True while the client owes an ACK. */
	get isUnsettled(): boolean {
		return this.waiting.length > 0;
	}

	announce(values: SettingValues, out: FrameWriter): void {
		this.waiting.push(values);
		out.raw(settingsFrame(values));
	}

	/** An ACK came; undefined when none was owed. */
	acknowledge(): { readonly windowChange: number; readonly headerTableSize: number | undefined } | undefined {
		const applied = this.waiting.shift();
		if (applied === undefined) return undefined;
		const before = this.window;
		this.limit = applied.maxConcurrentStreams ?? this.limit;
		this.window = applied.initialWindowSize ?? this.window;
		return { windowChange: this.window - before, headerTableSize: applied.headerTableSize };
	}
}
