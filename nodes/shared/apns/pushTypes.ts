/** Apple's push types, one row each (Apple, "Sending notification requests to APNs", read 2026). */

export interface PushTypeRow {
	/** Value of `apns-push-type`. */
	readonly value: string;
	readonly displayName: string;
	readonly description: string;
	/** What follows the bundle id in `apns-topic`; empty for none, undefined where the topic is no bundle id. */
	readonly topicSuffix: string | undefined;
	/** Priorities Apple allows. */
	readonly priorities: readonly number[];
	/** Priority to send when the user gives none; undefined leaves Apple's default (10). */
	readonly defaultPriority: number | undefined;
	readonly maxPayloadBytes: number;
	/** Types Apple describes for tokens only, or in practice for certificates only. */
	readonly trust: 'any' | 'token' | 'certificate';
	/** True where Apple states that a certificate does not work. */
	readonly refusesCertificate?: true;
	readonly payload: PayloadKind;
	/** True where a push that comes late does harm, and Apple asks for an expiration of 0 or a few seconds. */
	readonly ephemeral?: true;
	/** True where device tokens are also seen as base64 (MDM's TokenUpdate). */
	readonly base64Tokens?: true;
}

/** What a payload holds, and so which fields build it. */
export type PayloadKind =
	/** `aps` with what the user sees and hears, custom data beside it. */
	| 'alert'
	/** `aps` with `content-available` alone, custom data beside it. */
	| 'background'
	/** `aps` with an event of a Live Activity. */
	| 'liveActivity'
	/** Whatever the app understands. */
	| 'custom'
	/** `container-identifier` and `domain`. */
	| 'fileProvider'
	/** `mdm` with the push magic, nothing else. */
	| 'mdm'
	/** `aps` with `content-changed` alone. */
	| 'reload';

/** Apple, "Generating a remote notification". */
const STANDARD_BYTES = 4_096;
const VOIP_BYTES = 5_120;
/** Broadcasts, whatever their type (Apple, "Sending broadcast push notification requests to APNs"). */
export const BROADCAST_MAX_PAYLOAD_BYTES = 5_120;
/** Every priority there is. */
export const ANY_PRIORITY = [10, 5, 1];

const rows: readonly PushTypeRow[] = [
	{
		value: 'alert',
		displayName: 'Alert',
		description: 'Shows an alert, plays a sound or updates the badge',
		topicSuffix: '',
		priorities: ANY_PRIORITY,
		defaultPriority: undefined,
		maxPayloadBytes: STANDARD_BYTES,
		trust: 'any',
		payload: 'alert',
	},
	{
		value: 'background',
		displayName: 'Background',
		description: 'Wakes the app without notifying the user',
		topicSuffix: '',
		priorities: [5],
		defaultPriority: 5,
		maxPayloadBytes: STANDARD_BYTES,
		trust: 'any',
		payload: 'background',
	},
	{
		value: 'complication',
		displayName: 'Complication',
		description: 'Updates a complication of a watchOS app',
		topicSuffix: '.complication',
		priorities: ANY_PRIORITY,
		defaultPriority: undefined,
		maxPayloadBytes: STANDARD_BYTES,
		trust: 'any',
		payload: 'custom',
	},
	{
		value: 'controls',
		displayName: 'Controls',
		description: 'Reloads a control of the app',
		topicSuffix: '.push-type.controls',
		priorities: ANY_PRIORITY,
		defaultPriority: undefined,
		maxPayloadBytes: STANDARD_BYTES,
		trust: 'token',
		payload: 'reload',
	},
	{
		value: 'fileprovider',
		displayName: 'File Provider',
		description: 'Signals changes to a File Provider extension',
		topicSuffix: '.pushkit.fileprovider',
		priorities: ANY_PRIORITY,
		defaultPriority: undefined,
		maxPayloadBytes: STANDARD_BYTES,
		trust: 'token',
		payload: 'fileProvider',
	},
	{
		value: 'liveactivity',
		displayName: 'Live Activity',
		description: 'Starts, updates or ends a Live Activity',
		topicSuffix: '.push-type.liveactivity',
		priorities: [10, 5],
		defaultPriority: undefined,
		maxPayloadBytes: STANDARD_BYTES,
		trust: 'token',
		payload: 'liveActivity',
	},
	{
		value: 'location',
		displayName: 'Location',
		description: "Asks the app for the user's location",
		topicSuffix: '.location-query',
		priorities: ANY_PRIORITY,
		defaultPriority: undefined,
		maxPayloadBytes: STANDARD_BYTES,
		trust: 'token',
		refusesCertificate: true,
		payload: 'custom',
	},
	{
		value: 'mdm',
		displayName: 'MDM',
		description: 'Asks a managed device to contact its MDM server',
		topicSuffix: undefined,
		priorities: ANY_PRIORITY,
		defaultPriority: undefined,
		maxPayloadBytes: STANDARD_BYTES,
		trust: 'certificate',
		payload: 'mdm',
		base64Tokens: true,
	},
	{
		value: 'pushtotalk',
		displayName: 'Push to Talk',
		description: 'Announces audio or a service update to a Push to Talk app',
		topicSuffix: '.voip-ptt',
		priorities: ANY_PRIORITY,
		defaultPriority: undefined,
		maxPayloadBytes: STANDARD_BYTES,
		trust: 'any',
		payload: 'custom',
	},
	{
		value: 'voip',
		displayName: 'VoIP',
		description: 'Announces an incoming call',
		topicSuffix: '.voip',
		priorities: ANY_PRIORITY,
		defaultPriority: undefined,
		maxPayloadBytes: VOIP_BYTES,
		trust: 'any',
		payload: 'custom',
		ephemeral: true,
	},
	{
		value: 'widgets',
		displayName: 'Widgets',
		description: 'Reloads the widgets of the app',
		topicSuffix: '.push-type.widgets',
		priorities: ANY_PRIORITY,
		defaultPriority: undefined,
		maxPayloadBytes: STANDARD_BYTES,
		trust: 'token',
		payload: 'reload',
	},
];

const byValue = new Map(rows.map((row) => [row.value, row]));

/** All rows, in alphabetical order of their names. */
export const pushTypeRows: readonly PushTypeRow[] = rows;

/** The row of a push type; undefined for one Apple may add later, which is passed on as it is. */
export function pushTypeRow(value: string): PushTypeRow | undefined {
	return byValue.get(value);
}

/** The letters and digits of a value, for comparing spellings. */
function bare(value: string): string {
	return value.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/**
 * The row that is meant by a value in another spelling, such as `LiveActivity` or `push to talk`: expressions often give
 * one, and APNs answers InvalidPushType. Undefined for exact values and for those Apple may add later.
 */
export function pushTypeInOtherSpelling(value: string): PushTypeRow | undefined {
	return byValue.has(value) ? undefined : rows.find((row) => bare(row.value) === bare(value));
}

/** The topic of a push type for a bundle id; the suffix is added when missing, never twice. */
export function topicFor(bundleId: string, row: PushTypeRow | undefined): string {
	const suffix = row?.topicSuffix ?? '';
	return bundleId.endsWith(suffix) ? bundleId : `${bundleId}${suffix}`;
}
