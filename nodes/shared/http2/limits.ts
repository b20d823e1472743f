/** Bounds on what a peer may make this client hold or do, each with its reason. */

/** Largest window and largest stream id: 31 bits (RFC 9113 §6.9.1, §5.1.1). */
export const MAX_31_BIT = 0x7fffffff;

/** Windows before any SETTINGS (RFC 9113 §6.9.2). */
export const DEFAULT_WINDOW_BYTES = 65_535;

/** Smallest and default SETTINGS_MAX_FRAME_SIZE, and the largest legal one (RFC 9113 §6.5.2). */
export const DEFAULT_MAX_FRAME_BYTES = 16_384;
export const LARGEST_MAX_FRAME_BYTES = 16_777_215;

/** Default SETTINGS_HEADER_TABLE_SIZE (RFC 9113 §6.5.2), the most either direction uses here. */
export const HEADER_TABLE_BYTES = 4_096;

export interface ProtocolLimits {
	/** Advertised as SETTINGS_MAX_HEADER_LIST_SIZE. An APNs answer has under 300 octets; 16 KiB leaves room for proxies. */
	readonly maxHeaderListBytes: number;
	/** Encoded octets of one header block over all its CONTINUATION frames: four times the list bound, since Huffman code can lengthen. */
	readonly maxHeaderBlockBytes: number;
	/** CONTINUATION frames of one block: stops floods of empty ones (CVE-2024-27316). */
	readonly maxContinuations: number;
	/** Advertised per stream. The largest answer, a list of 10,000 channels, is about 350 KB. */
	readonly streamWindowBytes: number;
	/** Advertised for the connection. */
	readonly connectionWindowBytes: number;
	/** A longer body is cut, its stream reset; the status still counts. Three times the largest answer. */
	readonly maxResponseBodyBytes: number;
	/** Bodies of all open streams together; above it the longest is cut. 150 answers without end would fill 150 MiB otherwise. */
	readonly maxKeptBodyBytes: number;
	/** Frames that ask for work and bring nothing (SETTINGS, PING, RST_STREAM, empty DATA, unknown …): the most at once. */
	readonly controlFrameBurst: number;
	/** … and how many per second come back. Floods are CVE-2019-9512, -9514, -9515, -9518. */
	readonly controlFramesPerSecond: number;
	/** Acknowledgements that may wait for a peer that does not read. */
	readonly maxUnsentAcknowledgements: number;
	/** Streams reset here whose late frames are still expected; older ones are forgotten. */
	readonly rememberedResets: number;
}

export const defaultLimits: ProtocolLimits = {
	maxHeaderListBytes: 16_384,
	maxHeaderBlockBytes: 65_536,
	maxContinuations: 16,
	streamWindowBytes: 262_144,
	connectionWindowBytes: 4_194_304,
	maxResponseBodyBytes: 1_048_576,
	maxKeptBodyBytes: 8_388_608,
	controlFrameBurst: 2_000,
	controlFramesPerSecond: 500,
	maxUnsentAcknowledgements: 1_000,
	rememberedResets: 1_000,
};
