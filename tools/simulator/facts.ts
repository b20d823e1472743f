/** What Apple's pages say of numbers, push types and certificates, typed for the server's side alone: nothing here is shared with the client. */
import type { SettingValues } from '../../test/wire/frames';

export type Environment = 'production' | 'development';

/** Sources: "Sending notification requests to APNs", "Sending broadcast push notification requests", "Sending channel management requests", "Establishing a token-based connection" (Apple, read 2026). */
export const limits = {
	maxCollapseIdBytes: 64,
	maxBroadcastBytes: 5120,
	/** Old binary interface: the field was 32 bits wide. No page names a bound; one catches milliseconds passed for seconds. */
	maxExpirationSeconds: 0xffff_ffff,
	/** Apple, WWDC 2015 session 720: tokens may grow to 100 bytes; 80 bytes were seen. */
	maxDeviceTokenDigits: 200,
	minDeviceTokenDigits: 64,
	maxTokenAgeMs: 60 * 60_000,
	minTokenRefreshMs: 20 * 60_000,
	channelsPerApp: 10_000,
	maxStoredBroadcastMs: 8 * 3_600_000,
	/** Apple names no size for a channel id; a bound is needed for "too long". */
	maxChannelIdBytes: 128,
} as const;

/** Settings captured from the live service (pushy #476, #878; aapns). The stream limit is handled apart. */
export const serverSettings = {
	headerTableSize: 4096,
	maxConcurrentStreams: 1,
	initialWindowSize: 65_535,
	maxFrameSize: 16_384,
	maxHeaderListSize: 8000,
} as const satisfies SettingValues;

/** Plain text seen when a client opens more streams than allowed (pushy #356, 2016). */
export const excessStreamsText = 'Maximum active streams violated for this endpoint.';

export interface PushTypeRow {
	/** What follows the bundle id in `apns-topic`. */
	readonly suffix: string;
	/** Set where the topic is no bundle id at all. */
	readonly topicPrefix?: string;
	readonly maxBytes: number;
	/** Priorities Apple calls an error for this type. */
	readonly refusedPriorities: readonly string[];
}

/** "Sending notification requests to APNs", table of `apns-push-type`: complete as of 2026. */
export const pushTypes: Readonly<Record<string, PushTypeRow>> = Object.assign(
	Object.create(null) as Record<string, PushTypeRow>,
	{
		alert: { suffix: '', maxBytes: 4096, refusedPriorities: [] },
		background: { suffix: '', maxBytes: 4096, refusedPriorities: ['10'] },
		location: { suffix: '.location-query', maxBytes: 4096, refusedPriorities: [] },
		voip: { suffix: '.voip', maxBytes: 5120, refusedPriorities: [] },
		complication: { suffix: '.complication', maxBytes: 4096, refusedPriorities: [] },
		fileprovider: { suffix: '.pushkit.fileprovider', maxBytes: 4096, refusedPriorities: [] },
		mdm: { suffix: '', topicPrefix: 'com.apple.mgmt.', maxBytes: 4096, refusedPriorities: [] },
		liveactivity: { suffix: '.push-type.liveactivity', maxBytes: 4096, refusedPriorities: [] },
		pushtotalk: { suffix: '.voip-ptt', maxBytes: 4096, refusedPriorities: [] },
		widgets: { suffix: '.push-type.widgets', maxBytes: 4096, refusedPriorities: [] },
		controls: { suffix: '.push-type.controls', maxBytes: 4096, refusedPriorities: [] },
	} satisfies Record<string, PushTypeRow>,
);

/** A push without `apns-push-type` is treated by its topic; the longest suffix wins (`.voip-ptt` is not `.voip`). */
export const topicSuffixes: readonly string[] = [...new Set(Object.values(pushTypes).map((row) => row.suffix))]
	.filter((suffix) => suffix !== '')
	.sort((a, b) => b.length - a.length);

export const priorities: readonly string[] = ['10', '5', '1'];

/** Extensions under 1.2.840.113635.100.6.3 (Apple certificates; node-apn's table, pushy's generator). */
export const appleExtensions = {
	development: '1.2.840.113635.100.6.3.1',
	production: '1.2.840.113635.100.6.3.2',
	topics: '1.2.840.113635.100.6.3.6',
} as const;

interface CertificateKindRow {
	readonly commonName: string;
	readonly environments: readonly Environment[];
}

/** Common-name prefixes of provider certificates (NWPusher's list) and the environment marks each carries. */
export const certificateKinds = {
	universal: { commonName: 'Apple Push Services: ', environments: ['development', 'production'] },
	development: { commonName: 'Apple Development IOS Push Services: ', environments: ['development'] },
	production: { commonName: 'Apple Production IOS Push Services: ', environments: ['production'] },
	developmentMac: { commonName: 'Apple Development Mac Push Services: ', environments: ['development'] },
	productionMac: { commonName: 'Apple Production Mac Push Services: ', environments: ['production'] },
	voip: { commonName: 'VoIP Services: ', environments: [] },
	watch: { commonName: 'WatchKit Services: ', environments: [] },
	website: { commonName: 'Website Push ID: ', environments: [] },
	pass: { commonName: 'Pass Type ID: ', environments: [] },
	mdm: { commonName: 'APSP: ', environments: ['production'] },
} as const satisfies Record<string, CertificateKindRow>;

export type CertificateKind = keyof typeof certificateKinds;
