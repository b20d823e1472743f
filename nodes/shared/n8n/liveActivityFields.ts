/** The fields of a Live Activity's events, for devices and channels alike, and what they make: one payload. */
import type { IDataObject, INodeProperties } from 'n8n-workflow';
import type { JsonObject } from '../apns/payload';
import { alertFieldRow, alertFieldRows } from '../apns/payload/alertFields';
import { type LiveActivityAlert, liveActivityPayload } from '../apns/payload/liveActivity';
import { alertGroup, alertProperty, byDisplayName } from './alertProperties';
import { choiceNames, labels } from './fieldWords';
import { type Needed, requiredField, shownWhere } from './requiredField';
import type { ParameterReader } from './parameters/parameters';
import { alertFieldsOf, flagOf, membersOf, numberOf, objectOf, proseOf, secondsOf, textOf } from './values';

export interface LiveActivityTarget {
	/** To a channel: `start` does not exist there. */
	readonly broadcast: boolean;
}

/** What only a new activity has. */
function startProperties(needed: Needed): INodeProperties[] {
	return [
		...requiredField(
			{
				displayName: labels.attributesType,
				name: 'attributesType',
				type: 'string',
				default: '',
				placeholder: 'e.g. AdventureAttributes',
				description: "Name of the app's ActivityAttributes structure",
			},
			{ ...needed, event: ['start'] },
		),
		{
			displayName: labels.attributes,
			name: 'attributes',
			type: 'json',
			required: true,
			default: '{}',
			description: "Static data of the activity: a JSON object with the properties of the app's ActivityAttributes",
			displayOptions: { show: { ...shownWhere(needed), event: ['start'] } },
		},
	];
}

/** The event and what it always needs. */
export function liveActivityProperties(needed: Needed, { broadcast }: LiveActivityTarget): INodeProperties[] {
	const show = shownWhere(needed);
	const contentState: INodeProperties = {
		displayName: labels.contentState,
		name: 'contentState',
		type: 'json',
		default: '{}',
	};
	const start = { name: choiceNames.event.start, value: 'start', description: 'Start an activity' };
	return [
		{
			displayName: labels.event,
			name: 'event',
			type: 'options',
			options: [
				...(broadcast ? [] : [{ ...start, description: 'Start an activity. Requires a push-to-start token.' }]),
				{ name: choiceNames.event.update, value: 'update', description: 'Change what the activity shows' },
				{ name: choiceNames.event.end, value: 'end', description: 'End the activity and show its final state' },
			],
			default: 'update',
			description: 'What happens to the Live Activity',
			displayOptions: { show },
		},
		{
			...contentState,
			required: true,
			description: "What the activity shows: a JSON object with the properties of the app's ContentState",
			displayOptions: { show: { ...show, event: broadcast ? ['update'] : ['start', 'update'] } },
		},
		{
			...contentState,
			description:
				"The final state: a JSON object with the properties of the app's ContentState, or {} to keep the last one",
			displayOptions: { show: { ...show, event: ['end'] } },
		},
		...(broadcast ? [] : startProperties(needed)),
		{
			...alertProperty(alertFieldRow('title')),
			displayName: labels.alertTitle,
			placeholder: 'e.g. Goal!',
			description: broadcast
				? 'Title of an alert about the event. Leave empty for no alert.'
				: 'Title of an alert about the event. Required to start an activity, otherwise optional.',
			displayOptions: { show },
		},
		{
			...alertProperty(alertFieldRow('body')),
			displayName: labels.alertBody,
			placeholder: 'e.g. 2:1 in the 88th minute',
			displayOptions: { show },
		},
	];
}

/** The channel or the token that a new activity gets its updates through; iOS 18 and later. */
const startFields: INodeProperties[] = [
	{
		displayName: labels.inputPushToken,
		name: 'inputPushToken',
		type: 'boolean',
		default: true,
		description: 'Whether the new activity requests a token for its updates. Requires iOS 18 or later.',
		displayOptions: { show: { '/event': ['start'] } },
	},
	{
		displayName: labels.inputPushChannel,
		name: 'inputPushChannel',
		type: 'string',
		default: '',
		placeholder: 'e.g. dHN0LXNyY2gtY2hubA==',
		description: 'ID of the channel that updates the new activity. Requires iOS 18 or later.',
		displayOptions: { show: { '/event': ['start'] } },
	},
];

/** What may be added to an event: members of a collection, in alphabetical order. */
export function liveActivityFields({ broadcast }: LiveActivityTarget): INodeProperties[] {
	const fields: INodeProperties[] = [
		customDataField,
		{
			displayName: labels.dismissalDate,
			name: 'dismissalDate',
			type: 'dateTime',
			default: '',
			description:
				'When to remove the ended activity from the Lock Screen, within four hours. Use a time in the past to remove it immediately.',
			displayOptions: { show: { '/event': ['end'] } },
		},
		{
			...alertProperty(alertFieldRow('relevanceScore')),
			type: 'number',
			typeOptions: { numberPrecision: 4 },
			default: 0,
			description: 'Any number. The system shows the activity with the highest score first.',
		},
		alertProperty(alertFieldRow('sound')),
		{
			displayName: labels.staleDate,
			name: 'staleDate',
			type: 'dateTime',
			default: '',
			description: 'When the content of the activity becomes outdated',
		},
		{
			displayName: labels.timestamp,
			name: 'timestamp',
			type: 'dateTime',
			default: '',
			description:
				'When the content state was current. Devices ignore updates that are older than the last one. Leave empty to use the current time.',
		},
		...(broadcast ? [] : startFields),
	];
	return fields.sort(byDisplayName);
}

/** Keys of the app, beside `aps`. */
export const customDataField: INodeProperties = {
	displayName: labels.customData,
	name: 'customData',
	type: 'json',
	default: '{}',
	description: 'Additional data for the app: a JSON object whose keys are added next to "aps"',
};

/** Title and body by keys: members of a collection, in alphabetical order. */
export const liveActivityLocalization: INodeProperties[] = alertGroup('localization', { liveActivity: true });

/** What was added to a notification, from both collections that hold it. */
export function addedFields(read: ParameterReader, itemIndex: number): IDataObject {
	return {
		...membersOf(read('additionalFields', itemIndex, {})),
		...membersOf(read('localization', itemIndex, {})),
	};
}

export interface LiveActivityReading extends LiveActivityTarget {
	/** The members of the collections of the item. */
	readonly fields: IDataObject;
	/** IANA zone of times that name none. */
	readonly timeZone: string | undefined;
	/** Milliseconds since the epoch: the timestamp when none is given. */
	readonly nowMs: number;
}

/** What an activity's alert has in common with others, besides its texts. */
function localized(fields: IDataObject): LiveActivityAlert {
	const shared = alertFieldRows.filter(({ liveActivity }) => liveActivity === true);
	return alertFieldsOf(shared, ({ id }) => fields[id]);
}

/** The payload of one item's event. Throws `FieldProblem` naming the field. */
export function readLiveActivity(
	read: ParameterReader,
	itemIndex: number,
	{ broadcast, fields, timeZone, nowMs }: LiveActivityReading,
): JsonObject {
	const event = textOf('event', read('event', itemIndex, 'update')) ?? '';
	const start = event === 'start';
	const contentState = objectOf('contentState', read('contentState', itemIndex, '{}'));
	// An end may come without a state; the empty object that stands in the field would not decode on the device.
	const omitState = event === 'end' && contentState !== undefined && Object.keys(contentState).length === 0;
	return liveActivityPayload(
		{
			event,
			timestampSeconds: secondsOf('timestamp', fields.timestamp, timeZone) ?? Math.floor(nowMs / 1_000),
			contentState: omitState ? undefined : contentState,
			attributesType: start ? textOf('attributesType', read('attributesType', itemIndex, '')) : undefined,
			attributes: start ? objectOf('attributes', read('attributes', itemIndex, '{}')) : undefined,
			alert: {
				...localized(fields),
				title: proseOf('alertTitle', read('title', itemIndex, '')),
				body: proseOf('alertBody', read('body', itemIndex, '')),
			},
			inputPushToken: flagOf(fields.inputPushToken),
			inputPushChannel: textOf('inputPushChannel', fields.inputPushChannel),
			staleDateSeconds: secondsOf('staleDate', fields.staleDate, timeZone),
			dismissalDateSeconds: secondsOf('dismissalDate', fields.dismissalDate, timeZone),
			relevanceScore: numberOf('relevanceScore', fields.relevanceScore),
			custom: objectOf('customData', fields.customData),
		},
		{ broadcast },
	);
}
