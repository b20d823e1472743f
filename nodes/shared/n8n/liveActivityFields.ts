/** The fields of a Live Activity's events, for devices and channels alike, and what they make: one payload. */
import type { IDataObject, IDisplayOptions, INodeProperties } from 'n8n-workflow';
import type { JsonObject } from '../apns/payload';
import { liveActivityPayload } from '../apns/payload/liveActivity';
import type { ParameterReader } from './parameters/parameters';
import { flagOf, listOf, numberOf, objectOf, proseOf, secondsOf, textOf } from './values';

type Show = NonNullable<IDisplayOptions['show']>;

export interface LiveActivityTarget {
	/** To a channel: `start` does not exist there. */
	readonly broadcast: boolean;
}

/** The event and what it always needs. */
export function liveActivityProperties(show: Show, { broadcast }: LiveActivityTarget): INodeProperties[] {
	const start: INodeProperties[] = broadcast
		? []
		: [
				{
					displayName: 'Attributes Type',
					name: 'attributesType',
					type: 'string',
					default: '',
					placeholder: 'e.g. AdventureAttributes',
					description: "Name of the app's ActivityAttributes structure",
					displayOptions: { show: { ...show, event: ['start'] } },
				},
				{
					displayName: 'Attributes',
					name: 'attributes',
					type: 'json',
					default: '{}',
					description: 'The static data of the activity, a JSON object with the properties of ActivityAttributes',
					displayOptions: { show: { ...show, event: ['start'] } },
				},
			];
	return [
		{
			displayName: 'Event',
			name: 'event',
			type: 'options',
			options: [
				...(broadcast
					? []
					: [
							{
								name: 'Start',
								value: 'start',
								description: 'Starts an activity; the device token is a push-to-start token',
							},
						]),
				{ name: 'Update', value: 'update', description: 'Changes what the activity shows' },
				{ name: 'End', value: 'end', description: 'Ends the activity, with a final state' },
			],
			default: 'update',
			description: 'What happens to the Live Activity',
			displayOptions: { show },
		},
		{
			displayName: 'Content State',
			name: 'contentState',
			type: 'json',
			default: '{}',
			description:
				'What the activity shows, a JSON object with the properties of ContentState as Swift encodes them; may be empty at the end',
			displayOptions: { show },
		},
		...start,
		{
			displayName: 'Alert Title',
			name: 'title',
			type: 'string',
			default: '',
			placeholder: 'e.g. Goal!',
			description:
				'Title of the alert that draws attention to the event; a start needs one, an update or end may do without',
			displayOptions: { show },
		},
		{
			displayName: 'Alert Body',
			name: 'body',
			type: 'string',
			typeOptions: { rows: 2 },
			default: '',
			placeholder: 'e.g. 2:1 in the 88th minute',
			description: 'Text of the alert',
			displayOptions: { show },
		},
	];
}

/** What may be added to an event: members of the collection `options`. `show` names absolute paths, such as `/pushType`. */
export function liveActivityOptions(show: Show, { broadcast }: LiveActivityTarget): INodeProperties[] {
	const start: INodeProperties[] = broadcast
		? []
		: [
				{
					displayName: 'Request Update Token',
					name: 'inputPushToken',
					type: 'boolean',
					default: true,
					description: 'Whether the new activity asks for a token to update it with (iOS 18)',
					displayOptions: { show: { ...show, '/event': ['start'] } },
				},
				{
					displayName: 'Subscribe to Channel',
					name: 'inputPushChannel',
					type: 'string',
					default: '',
					placeholder: 'e.g. dHN0LXNyY2gtY2hubA==',
					description: 'ID of the channel that updates the new activity (iOS 18)',
					displayOptions: { show: { ...show, '/event': ['start'] } },
				},
			];
	return [
		{
			displayName: 'Body Localization Arguments',
			name: 'locArgs',
			type: 'string',
			typeOptions: { rows: 2 },
			default: '',
			description: 'What fills the placeholders of the localized body: one per line, or an array',
			displayOptions: { show },
		},
		{
			displayName: 'Body Localization Key',
			name: 'locKey',
			type: 'string',
			default: '',
			description: "Key of the body in the app's Localizable.strings",
			displayOptions: { show },
		},
		{
			displayName: 'Dismissal Date',
			name: 'dismissalDate',
			type: 'dateTime',
			default: '',
			description:
				'When the ended activity leaves the Lock Screen: within four hours, or a time that has passed for at once',
			displayOptions: { show: { ...show, '/event': ['end'] } },
		},
		{
			displayName: 'Relevance Score',
			name: 'relevanceScore',
			type: 'number',
			typeOptions: { numberPrecision: 4 },
			default: 0,
			description: 'Which activity stands first: the highest number',
			displayOptions: { show },
		},
		{
			displayName: 'Sound',
			name: 'sound',
			type: 'string',
			default: 'default',
			description: 'The sound to play: "default", or a file of the app',
			displayOptions: { show },
		},
		{
			displayName: 'Stale Date',
			name: 'staleDate',
			type: 'dateTime',
			default: '',
			description: 'From when on the activity counts as outdated',
			displayOptions: { show },
		},
		...start,
		{
			displayName: 'Timestamp',
			name: 'timestamp',
			type: 'dateTime',
			default: '',
			description: 'When the state was true; the device ignores a push older than the last. Empty for now.',
			displayOptions: { show },
		},
		{
			displayName: 'Title Localization Arguments',
			name: 'titleLocArgs',
			type: 'string',
			typeOptions: { rows: 2 },
			default: '',
			description: 'What fills the placeholders of the localized title: one per line, or an array',
			displayOptions: { show },
		},
		{
			displayName: 'Title Localization Key',
			name: 'titleLocKey',
			type: 'string',
			default: '',
			description: "Key of the title in the app's Localizable.strings",
			displayOptions: { show },
		},
	];
}

export interface LiveActivityReading extends LiveActivityTarget {
	/** The members of the collection `options` of the item. */
	readonly options: IDataObject;
	/** IANA zone of times that name none. */
	readonly timeZone: string | undefined;
	/** Milliseconds since the epoch: the timestamp when none is given. */
	readonly nowMs: number;
}

/** The payload of one item's event. Throws `FieldProblem` naming the field. */
export function readLiveActivity(
	read: ParameterReader,
	itemIndex: number,
	{ broadcast, options, timeZone, nowMs }: LiveActivityReading,
): JsonObject {
	const event = textOf(read('event', itemIndex, 'update')) ?? '';
	const start = event === 'start';
	const contentState = objectOf('Content State', read('contentState', itemIndex, '{}'));
	// An end may come without a state; the empty object that stands in the field would not decode on the device.
	const omitState = event === 'end' && contentState !== undefined && Object.keys(contentState).length === 0;
	return liveActivityPayload(
		{
			event,
			timestampSeconds: secondsOf('Timestamp', options.timestamp, timeZone) ?? Math.floor(nowMs / 1_000),
			contentState: omitState ? undefined : contentState,
			attributesType: start ? textOf(read('attributesType', itemIndex, '')) : undefined,
			attributes: start ? objectOf('Attributes', read('attributes', itemIndex, '{}')) : undefined,
			alert: {
				title: proseOf('Alert Title', read('title', itemIndex, '')),
				body: proseOf('Alert Body', read('body', itemIndex, '')),
				titleLocKey: textOf(options.titleLocKey),
				titleLocArgs: listOf('Title Localization Arguments', options.titleLocArgs),
				locKey: textOf(options.locKey),
				locArgs: listOf('Body Localization Arguments', options.locArgs),
				sound: textOf(options.sound),
			},
			inputPushToken: flagOf(options.inputPushToken),
			inputPushChannel: textOf(options.inputPushChannel),
			staleDateSeconds: secondsOf('Stale Date', options.staleDate, timeZone),
			dismissalDateSeconds: secondsOf('Dismissal Date', options.dismissalDate, timeZone),
			relevanceScore: numberOf('Relevance Score', options.relevanceScore),
			custom: objectOf('Custom Data', options.customData),
		},
		{ broadcast },
	);
}
