/** Payloads of Live Activities (Apple, "Starting and updating Live Activities with ActivityKit push notifications"). */
import { type JsonObject, present, withCustom } from '../payload';
import { FieldProblem } from '../problems';

export interface LiveActivityAlert {
	readonly title?: string;
	readonly body?: string;
	/** Localised title and body stand where the plain ones would: `{"loc-key", "loc-args"}`. */
	readonly titleLocKey?: string;
	readonly titleLocArgs?: readonly string[];
	readonly locKey?: string;
	readonly locArgs?: readonly string[];
	/** Inside `alert`, unlike other pushes. */
	readonly sound?: string;
}

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
	readonly displayName: string;
	readonly start: Presence;
	readonly update: Presence;
	readonly end: Presence;
}

/** Which key goes with which event. */
// prettier-ignore
const keyRows: readonly KeyRow[] = [
	{ field: 'timestampSeconds', displayName: 'Timestamp', start: 'required', update: 'required', end: 'required' },
	{ field: 'contentState', displayName: 'Content State', start: 'required', update: 'required', end: 'optional' },
	{ field: 'attributesType', displayName: 'Attributes Type', start: 'required', update: 'never', end: 'never' },
	{ field: 'attributes', displayName: 'Attributes', start: 'required', update: 'never', end: 'never' },
	{ field: 'alert', displayName: 'Alert Title or Body', start: 'required', update: 'optional', end: 'optional' },
	{ field: 'inputPushToken', displayName: 'Request Update Token', start: 'optional', update: 'never', end: 'never' },
	{ field: 'inputPushChannel', displayName: 'Subscribe to Channel', start: 'optional', update: 'never', end: 'never' },
	{ field: 'staleDateSeconds', displayName: 'Stale Date', start: 'optional', update: 'optional', end: 'optional' },
	{ field: 'relevanceScore', displayName: 'Relevance Score', start: 'optional', update: 'optional', end: 'optional' },
	{ field: 'dismissalDateSeconds', displayName: 'Dismissal Date', start: 'never', update: 'never', end: 'optional' },
];

export const LIVE_ACTIVITY_EVENTS = ['start', 'update', 'end'] as const;
export type LiveActivityEvent = (typeof LIVE_ACTIVITY_EVENTS)[number];

function eventOf(event: string, options: LiveActivityOptions): LiveActivityEvent {
	const known = LIVE_ACTIVITY_EVENTS.find((candidate) => candidate === event);
	if (known === undefined)
		throw new FieldProblem('Event', `"${event.slice(0, 40)}" is not an event`, 'Choose start, update or end.');
	if (known === 'start' && options.broadcast === true) {
		throw new FieldProblem(
			'Event',
			'cannot be start: a channel only reaches activities that run',
			'Start the activity with APNs Send (Live Activity, event start) and the push-to-start token of each device.',
		);
	}
	return known;
}

/** A localised text is an object here, where alerts have keys of their own. */
function textOrKey(text: string | undefined, key: string | undefined, locArgs: readonly string[] | undefined): unknown {
	return key === undefined || key === ''
		? text
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

/**
 * The payload of one event. Throws `FieldProblem` for a missing key, a key that does not belong to the event, both ways
 * of getting updates at once, and `start` to a channel.
 */
export function liveActivityPayload(fields: LiveActivityFields, options: LiveActivityOptions = {}): JsonObject {
	const event = eventOf(fields.event, options);
	const alert = alertOf(fields.alert);
	const given: Readonly<Record<KeyedField, unknown>> = {
		...fields,
		alert,
		inputPushToken: fields.inputPushToken === true ? 1 : undefined,
	} as Record<KeyedField, unknown>;
	for (const row of keyRows) {
		const has = given[row.field] !== undefined && given[row.field] !== '';
		if (row[event] === 'required' && !has)
			throw new FieldProblem(row.displayName, `is missing, and event ${event} needs it`, `Fill in ${row.displayName}.`);
		if (row[event] === 'never' && has)
			throw new FieldProblem(
				row.displayName,
				`does not belong to event ${event}`,
				`Remove ${row.displayName}, or choose another Event.`,
			);
	}
	if (given.inputPushToken !== undefined && given.inputPushChannel !== undefined && given.inputPushChannel !== '') {
		throw new FieldProblem(
			'Subscribe to Channel',
			'cannot go with Request Update Token',
			'Choose one of the two: the activity gets its updates by a token or from a channel.',
		);
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
