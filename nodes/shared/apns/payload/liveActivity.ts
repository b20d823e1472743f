/** Payloads of Live Activities (Apple, "Starting and updating Live Activities with ActivityKit push notifications"). */
import { START_WITH_SEND } from '../channels';
import { choice, field, type FieldId, text } from '../fields';
import { type JsonObject, present, withCustom } from '../payload';
import { excerpt, FieldProblem } from '../problems';
import { checkChannelId } from '../validate';
import type { AlertFields } from './alertFields';

/** Localized title and body stand where the plain ones would: `{"loc-key", "loc-args"}`; the sound is inside `alert`, unlike other pushes. */
export type LiveActivityAlert = Pick<
	AlertFields,
	'title' | 'body' | 'titleLocKey' | 'titleLocArgs' | 'locKey' | 'locArgs' | 'sound'
>;

export interface LiveActivityFields {
	/** `start`, `update` or `end`. */
	readonly event: string;
	/** When the state was true: an older push loses against a newer one. */
	readonly timestampSeconds: number;
	readonly contentState?: JsonObject;
	readonly attributesType?: string;
	readonly attributes?: JsonObject;
	readonly alert?: LiveActivityAlert;
	/** Asks the new activity for an update token (iOS 18). */
	readonly inputPushToken?: boolean;
	/** Base64 id of the channel the new activity listens to (iOS 18). */
	readonly inputPushChannel?: string;
	readonly staleDateSeconds?: number;
	/** When the ended activity leaves the Lock Screen: within four hours, or in the past for at once. */
	readonly dismissalDateSeconds?: number;
	/** Any number; the highest is shown first. */
	readonly relevanceScore?: number;
	/** Data beside `aps`. */
	readonly custom?: JsonObject;
}

export interface LiveActivityOptions {
	/** To a channel: `start` does not exist there. */
	readonly broadcast?: boolean;
}

type Presence = 'required' | 'optional' | 'never';
type KeyedField = Exclude<keyof LiveActivityFields, 'event' | 'custom'>;

interface KeyRow {
	readonly field: KeyedField;
	/** The field of the form that a missing or wrong value is about. */
	readonly id: FieldId;
	readonly start: Presence;
	readonly update: Presence;
	readonly end: Presence;
}

/** Which key goes with which event. */
const keyRows: readonly KeyRow[] = [
	{ field: 'timestampSeconds', id: 'timestamp', start: 'required', update: 'required', end: 'required' },
	{ field: 'contentState', id: 'contentState', start: 'required', update: 'required', end: 'optional' },
	{ field: 'attributesType', id: 'attributesType', start: 'required', update: 'never', end: 'never' },
	{ field: 'attributes', id: 'attributes', start: 'required', update: 'never', end: 'never' },
	{ field: 'alert', id: 'alertTitle', start: 'required', update: 'optional', end: 'optional' },
	{ field: 'inputPushToken', id: 'inputPushToken', start: 'optional', update: 'never', end: 'never' },
	{ field: 'inputPushChannel', id: 'inputPushChannel', start: 'optional', update: 'never', end: 'never' },
	{ field: 'staleDateSeconds', id: 'staleDate', start: 'optional', update: 'optional', end: 'optional' },
	{ field: 'relevanceScore', id: 'relevanceScore', start: 'optional', update: 'optional', end: 'optional' },
	{ field: 'dismissalDateSeconds', id: 'dismissalDate', start: 'never', update: 'never', end: 'optional' },
];

export const LIVE_ACTIVITY_EVENTS = ['start', 'update', 'end'] as const;
export type LiveActivityEvent = (typeof LIVE_ACTIVITY_EVENTS)[number];

function eventOf(event: string, options: LiveActivityOptions): LiveActivityEvent {
	const known = LIVE_ACTIVITY_EVENTS.find((candidate) => candidate === event);
	if (known === undefined)
		throw new FieldProblem(
			'event',
			'notOffered',
			`is "${excerpt(event)}", which is not a valid value`,
			options.broadcast === true
				? 'Use one of these values: update or end.'
				: 'Use one of these values: start, update or end.',
		);
	if (known === 'start' && options.broadcast === true) {
		throw new FieldProblem(
			'event',
			'notAllowed',
			'cannot be "start", because a channel only reaches activities that are already running',
			START_WITH_SEND,
		);
	}
	return known;
}

/** A localized text is an object here, where alerts have keys of their own. */
function textOrKey(
	plain: string | undefined,
	key: string | undefined,
	locArgs: readonly string[] | undefined,
): unknown {
	return key === undefined || key === ''
		? plain
		: present([
				['loc-key', key],
				['loc-args', locArgs],
			]);
}

function alertOf(alert: LiveActivityAlert | undefined): JsonObject | undefined {
	if (alert === undefined) return undefined;
	const dictionary = present([
		['title', textOrKey(alert.title, alert.titleLocKey, alert.titleLocArgs)],
		['body', textOrKey(alert.body, alert.locKey, alert.locArgs)],
		['sound', alert.sound],
	]);
	return Object.keys(dictionary).length === 0 ? undefined : dictionary;
}

/** The name of an activity's attributes as Swift has it: a type, perhaps inside others. */
const TYPE_NAME = /^[\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}_][\p{L}\p{N}_]*)*$/u;

function checkAttributesType(name: string): void {
	if (TYPE_NAME.test(name)) return;
	throw new FieldProblem(
		'attributesType',
		'badCharacters',
		`is "${excerpt(name)}", which is not the name of a Swift type`,
		"Enter the name of the app's ActivityAttributes structure, such as AdventureAttributes.",
	);
}

/** A sound without words is no alert. */
function checkAlert(alert: JsonObject | undefined): void {
	if (alert === undefined || alert.title !== undefined || alert.body !== undefined) return;
	throw new FieldProblem(
		'sound',
		'notAllowed',
		'cannot be sent without an alert',
		text`Fill in ${field('alertTitle')} or ${field('alertBody')}, or remove ${field('sound')}.`,
	);
}

/** What is missing, in the words of its row. */
function missing(row: KeyRow, event: LiveActivityEvent): FieldProblem {
	return new FieldProblem(
		row.id,
		'missing',
		text`is empty, but ${field('event')} ${choice('event', event)} requires it`,
		row.field === 'alert'
			? text`Fill in ${field('alertTitle')} or ${field('alertBody')}.`
			: text`Fill in ${field(row.id)}.`,
	);
}

/**
 * The payload of one event. Throws `FieldProblem` for a missing key, a key that does not belong to the event, both ways
 * of getting updates at once, a sound without an alert, and `start` to a channel.
 */
export function liveActivityPayload(fields: LiveActivityFields, options: LiveActivityOptions = {}): JsonObject {
	const event = eventOf(fields.event, options);
	const alert = alertOf(fields.alert);
	const given: { readonly [Field in KeyedField]?: unknown } = {
		...fields,
		alert,
		inputPushToken: fields.inputPushToken === true ? 1 : undefined,
	};
	for (const row of keyRows) {
		const has = given[row.field] !== undefined && given[row.field] !== '';
		if (row[event] === 'required' && !has) throw missing(row, event);
		if (row[event] === 'never' && has)
			throw new FieldProblem(
				row.id,
				'notAllowed',
				text`cannot be used with ${field('event')} ${choice('event', event)}`,
				text`Remove ${field(row.id)}, or choose another ${field('event')}.`,
			);
	}
	checkAlert(alert);
	if (event === 'start') checkAttributesType(fields.attributesType ?? '');
	if (fields.inputPushChannel !== undefined && fields.inputPushChannel !== '') {
		if (given.inputPushToken !== undefined)
			throw new FieldProblem(
				'inputPushChannel',
				'conflict',
				text`cannot be combined with ${field('inputPushToken')}`,
				'Use one of the two: the activity gets its updates either through a token or from a channel.',
			);
		checkChannelId('inputPushChannel', fields.inputPushChannel);
	}
	const aps = present([
		['timestamp', fields.timestampSeconds],
		['event', event],
		['content-state', fields.contentState],
		['attributes-type', fields.attributesType],
		['attributes', fields.attributes],
		['alert', alert],
		['input-push-token', given.inputPushToken],
		['input-push-channel', fields.inputPushChannel],
		['stale-date', fields.staleDateSeconds],
		['relevance-score', fields.relevanceScore],
		['dismissal-date', fields.dismissalDateSeconds],
	]);
	return withCustom(aps, fields.custom ?? {});
}
