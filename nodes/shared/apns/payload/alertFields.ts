/**
 * The fields of an alert, one row each: their id, key and type, and what the form shows (Apple, "Generating a remote
 * notification"). Form, payload, hints and the names in messages follow from the row: a field more is a row more.
 */

/** What a field holds, and so how it is read, checked and written. */
export type AlertFieldType =
	/** Text for people, as it was written. */
	| 'prose'
	/** Text for the app, without blanks around it. */
	| 'text'
	/** Arguments of a localized text. */
	| 'texts'
	/** A whole number, 0 or higher. */
	| 'whole'
	/** A number from 0 to 1. */
	| 'fraction'
	/** Any number. */
	| 'number'
	/** 1 when on, left out when off. */
	| 'flag'
	/** One of `choices`. */
	| 'choice';

/** Where the form offers a field. */
export type AlertFieldGroup = 'main' | 'additional' | 'localization';

export interface AlertFieldChoice {
	readonly value: string;
	readonly displayName: string;
	readonly description: string;
}

interface Declared {
	/** Name of the parameter, and what problems refer to it by. */
	readonly id: string;
	/** Its key in `aps`, in `aps.alert`, or in the dictionary of a critical sound. */
	readonly key: string;
	readonly place: 'aps' | 'alert' | 'sound';
	readonly type: AlertFieldType;
	readonly group: AlertFieldGroup;
	readonly displayName: string;
	readonly description: string;
	readonly placeholder?: string;
	/** Lines of the form's input; one unless given. */
	readonly lines?: number;
	/** What the form starts with; empty unless given. */
	readonly initial?: string | number | boolean;
	readonly choices?: readonly AlertFieldChoice[];
	/** True when Live Activities have it too. */
	readonly liveActivity?: true;
}

/** Levels of `interruption-level`; `active` is what devices do without one. */
const levels: readonly AlertFieldChoice[] = [
	{ value: 'active', displayName: 'Active', description: 'Lights up the screen and can play a sound' },
	{
		value: 'critical',
		displayName: 'Critical',
		description: 'Plays a sound even if the device is muted. Requires an entitlement from Apple.',
	},
	{
		value: 'passive',
		displayName: 'Passive',
		description: 'Appears in the notification list without lighting up the screen or playing a sound',
	},
	{
		value: 'time-sensitive',
		displayName: 'Time Sensitive',
		description: 'Breaks through Focus and Do Not Disturb. The app needs the Time Sensitive Notifications capability.',
	},
];

const LOCALIZED_TEXTS = 'Values for the placeholders in the localized';
const STRINGS_KEY = "in the app's Localizable.strings file";

/** In the order in which the payload and the form have them. */
const rows = [
	{
		id: 'title',
		key: 'title',
		place: 'alert',
		type: 'prose',
		group: 'main',
		displayName: 'Title',
		description: 'The first line of the alert, shown in bold',
		placeholder: 'e.g. Server down',
	},
	{
		id: 'subtitle',
		key: 'subtitle',
		place: 'alert',
		type: 'prose',
		group: 'additional',
		displayName: 'Subtitle',
		description: 'The line below the title',
		placeholder: 'e.g. Production',
	},
	{
		id: 'body',
		key: 'body',
		place: 'alert',
		type: 'prose',
		group: 'main',
		displayName: 'Body',
		description: 'The text of the alert',
		placeholder: 'e.g. web-3 has not responded for five minutes',
		lines: 2,
	},
	{
		id: 'launchImage',
		key: 'launch-image',
		place: 'alert',
		type: 'text',
		group: 'additional',
		displayName: 'Launch Image',
		description: 'Name of the launch storyboard or image to show when the user opens the app from the alert',
		placeholder: 'e.g. OrderLaunch',
	},
	{
		id: 'titleLocKey',
		key: 'title-loc-key',
		place: 'alert',
		type: 'text',
		group: 'localization',
		displayName: 'Title Localization Key',
		description: `Key of the title ${STRINGS_KEY}`,
		placeholder: 'e.g. ORDER_TITLE',
		liveActivity: true,
	},
	{
		id: 'titleLocArgs',
		key: 'title-loc-args',
		place: 'alert',
		type: 'texts',
		group: 'localization',
		displayName: 'Title Localization Arguments',
		description: `${LOCALIZED_TEXTS} title: one per line, or an array`,
		placeholder: 'e.g. 4711',
		liveActivity: true,
	},
	{
		id: 'subtitleLocKey',
		key: 'subtitle-loc-key',
		place: 'alert',
		type: 'text',
		group: 'localization',
		displayName: 'Subtitle Localization Key',
		description: `Key of the subtitle ${STRINGS_KEY}`,
		placeholder: 'e.g. ORDER_SUBTITLE',
	},
	{
		id: 'subtitleLocArgs',
		key: 'subtitle-loc-args',
		place: 'alert',
		type: 'texts',
		group: 'localization',
		displayName: 'Subtitle Localization Arguments',
		description: `${LOCALIZED_TEXTS} subtitle: one per line, or an array`,
		placeholder: 'e.g. 4711',
	},
	{
		id: 'locKey',
		key: 'loc-key',
		place: 'alert',
		type: 'text',
		group: 'localization',
		displayName: 'Body Localization Key',
		description: `Key of the body ${STRINGS_KEY}`,
		placeholder: 'e.g. ORDER_BODY',
		liveActivity: true,
	},
	{
		id: 'locArgs',
		key: 'loc-args',
		place: 'alert',
		type: 'texts',
		group: 'localization',
		displayName: 'Body Localization Arguments',
		description: `${LOCALIZED_TEXTS} body: one per line, or an array`,
		placeholder: 'e.g. 4711',
		liveActivity: true,
	},
	{
		id: 'badge',
		key: 'badge',
		place: 'aps',
		type: 'whole',
		group: 'main',
		displayName: 'Badge',
		description: 'Number to show on the app icon. Enter 0 to remove it, or leave empty to keep the current one.',
		placeholder: 'e.g. 3',
	},
	{
		id: 'sound',
		key: 'sound',
		place: 'aps',
		type: 'text',
		group: 'main',
		displayName: 'Sound',
		description:
			'Enter "default" for the default sound, or the name of a sound file in the app. Leave empty for no sound.',
		placeholder: 'e.g. default',
		liveActivity: true,
	},
	{
		id: 'criticalSound',
		key: 'critical',
		place: 'sound',
		type: 'flag',
		group: 'additional',
		displayName: 'Critical Sound',
		description: 'Whether to play the sound even if the device is muted. Requires an entitlement from Apple.',
		initial: true,
	},
	{
		id: 'criticalVolume',
		key: 'volume',
		place: 'sound',
		type: 'fraction',
		group: 'additional',
		displayName: 'Critical Sound Volume',
		description: 'Volume of a critical sound, from 0 (silent) to 1 (full volume)',
		initial: 1,
	},
	{
		id: 'threadId',
		key: 'thread-id',
		place: 'aps',
		type: 'text',
		group: 'additional',
		displayName: 'Thread ID',
		description: 'Alerts with the same ID are grouped on the device',
		placeholder: 'e.g. order-4711',
	},
	{
		id: 'category',
		key: 'category',
		place: 'aps',
		type: 'text',
		group: 'additional',
		displayName: 'Category',
		description: 'Category whose action buttons to show, as registered by the app',
		placeholder: 'e.g. NEW_MESSAGE',
	},
	{
		id: 'targetContentId',
		key: 'target-content-id',
		place: 'aps',
		type: 'text',
		group: 'additional',
		displayName: 'Target Content ID',
		description: 'Identifier of the window to bring forward when the user opens the alert',
		placeholder: 'e.g. chat-4711',
	},
	{
		id: 'interruptionLevel',
		key: 'interruption-level',
		place: 'aps',
		type: 'choice',
		group: 'main',
		displayName: 'Interruption Level',
		description: 'How strongly the alert may interrupt the user',
		initial: 'active',
		choices: levels,
	},
	{
		id: 'relevanceScore',
		key: 'relevance-score',
		place: 'aps',
		type: 'fraction',
		group: 'additional',
		displayName: 'Relevance Score',
		description: 'From 0 to 1. The notification summary features the alert with the highest score.',
		initial: 1,
	},
	{
		id: 'filterCriteria',
		key: 'filter-criteria',
		place: 'aps',
		type: 'text',
		group: 'additional',
		displayName: 'Filter Criteria',
		description: 'Text that the app compares with the current Focus to decide whether to show the alert',
		placeholder: 'e.g. work',
	},
	{
		id: 'mutableContent',
		key: 'mutable-content',
		place: 'aps',
		type: 'flag',
		group: 'additional',
		displayName: 'Mutable Content',
		description:
			"Whether the app's notification service extension may change the alert before it appears, for example to add an image",
		initial: true,
	},
	{
		id: 'contentAvailable',
		key: 'content-available',
		place: 'aps',
		type: 'flag',
		group: 'additional',
		displayName: 'Content Available',
		description: 'Whether to also wake the app in the background to fetch new content',
		initial: true,
	},
] as const satisfies readonly Declared[];

type Rows = (typeof rows)[number];
export type AlertFieldId = Rows['id'];

export interface AlertFieldRow extends Declared {
	readonly id: AlertFieldId;
}

interface Values {
	readonly prose: string;
	readonly text: string;
	readonly texts: readonly string[];
	readonly whole: number;
	readonly fraction: number;
	readonly number: number;
	readonly flag: boolean;
	readonly choice: string;
}

/** What the fields of an alert hold; undefined ones are left out. */
export type AlertFields = { readonly [Row in Rows as Row['id']]?: Values[Row['type']] };

export const alertFieldRows: readonly AlertFieldRow[] = rows;

/** Keys of `aps` that alerts have, for telling misspelled ones. */
export const alertApsKeys: readonly string[] = [
	'alert',
	...rows.filter(({ place }) => place === 'aps').map(({ key }) => key),
];

/** The row of a field. */
export function alertFieldRow(id: AlertFieldId): AlertFieldRow {
	const row = rows.find((candidate) => candidate.id === id);
	if (row === undefined) throw new RangeError(`${id} is no field of an alert`);
	return row;
}
