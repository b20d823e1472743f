/** The peer's SETTINGS: defaults, validation and application (RFC 9113 §6.5). */
import { ErrorCode, ProtocolError, Setting } from './frames';
import {
	DEFAULT_MAX_FRAME_BYTES,
	DEFAULT_WINDOW_BYTES,
	HEADER_TABLE_BYTES,
	LARGEST_MAX_FRAME_BYTES,
	MAX_31_BIT,
} from './limits';
import type { HeaderField } from './hpack/hpack';

export interface PeerSettings {
	headerTableSize: number;
	/** Undefined until the peer names one: then there is no limit (RFC 9113 §6.5.2). */
	maxConcurrentStreams: number | undefined;
	initialWindowSize: number;
	maxFrameSize: number;
	/** Undefined until the peer names one. */
	maxHeaderListSize: number | undefined;
}

/** What holds before the first SETTINGS frame. */
export function defaultPeerSettings(): PeerSettings {
	return {
		headerTableSize: HEADER_TABLE_BYTES,
		maxConcurrentStreams: undefined,
		initialWindowSize: DEFAULT_WINDOW_BYTES,
		maxFrameSize: DEFAULT_MAX_FRAME_BYTES,
		maxHeaderListSize: undefined,
	};
}

interface SettingRow {
	/** Error text when the value is not legal, with the code the RFC asks for. */
	check?(value: number): readonly [number, string] | undefined;
	apply(settings: PeerSettings, value: number): void;
}

/** RFC 9113 §6.5.2, one row a setting; unknown ones have no row and are ignored. */
const rows = new Map<number, SettingRow>([
	[Setting.HEADER_TABLE_SIZE, { apply: (settings, value) => (settings.headerTableSize = value) }],
	[
		Setting.ENABLE_PUSH,
		{
			check: (value) =>
				value === 0
					? undefined
					: [ErrorCode.PROTOCOL_ERROR, 'a server may not announce SETTINGS_ENABLE_PUSH other than 0'],
			apply: () => undefined,
		},
	],
	[Setting.MAX_CONCURRENT_STREAMS, { apply: (settings, value) => (settings.maxConcurrentStreams = value) }],
	[
		Setting.INITIAL_WINDOW_SIZE,
		{
			check: (value) =>
				value <= MAX_31_BIT
					? undefined
					: [ErrorCode.FLOW_CONTROL_ERROR, 'SETTINGS_INITIAL_WINDOW_SIZE is above 2^31-1'],
			apply: (settings, value) => (settings.initialWindowSize = value),
		},
	],
	[
		Setting.MAX_FRAME_SIZE,
		{
			check: (value) =>
				value >= DEFAULT_MAX_FRAME_BYTES && value <= LARGEST_MAX_FRAME_BYTES
					? undefined
					: [ErrorCode.PROTOCOL_ERROR, 'SETTINGS_MAX_FRAME_SIZE is out of range'],
			apply: (settings, value) => (settings.maxFrameSize = value),
		},
	],
	[Setting.MAX_HEADER_LIST_SIZE, { apply: (settings, value) => (settings.maxHeaderListSize = value) }],
]);

/**
 * Applies a SETTINGS payload in the order received and calls `each` after every change (the header table must see
 * each value, RFC 7541 §4.2). Throws `ProtocolError` for an illegal value.
 */
export function applySettings(
	settings: PeerSettings,
	bytes: Buffer,
	start: number,
	end: number,
	each: (identifier: number, value: number) => void,
): void {
	for (let offset = start; offset < end; offset += 6) {
		const identifier = bytes.readUInt16BE(offset);
		const value = bytes.readUInt32BE(offset + 2);
		const row = rows.get(identifier);
		if (row === undefined) continue;
		const illegal = row.check?.(value);
		if (illegal !== undefined) throw new ProtocolError(illegal[0], illegal[1]);
		row.apply(settings, value);
		each(identifier, value);
	}
}

/** Whether a header list is larger than the peer takes: names, values and 32 octets for each field (RFC 9113 §6.5.2). */
export function isAboveHeaderListLimit({ maxHeaderListSize }: PeerSettings, fields: readonly HeaderField[]): boolean {
	if (maxHeaderListSize === undefined) return false;
	let size = 0;
	for (const field of fields) size += field.name.length + field.value.length + 32;
	return size > maxHeaderListSize;
}
