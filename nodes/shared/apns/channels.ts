/** Channels of broadcast pushes: what creating one sends, and what the answers say (Apple, "Sending channel management requests to APNs"). */
import { choice, field, text } from './fields';
import type { JsonObject } from './payload';
import { excerpt, FieldProblem } from './problems';

export interface StoragePolicyRow {
	/** `message-storage-policy`. */
	readonly number: number;
	readonly value: string;
	readonly displayName: string;
	readonly description: string;
}

/** A policy cannot be changed later. */
export const storagePolicyRows: readonly StoragePolicyRow[] = [
	{
		number: 1,
		value: 'mostRecent',
		displayName: 'Most Recent Message Stored',
		description:
			'APNs keeps the newest message for devices that are offline, for up to 8 hours and no longer than its expiration',
	},
	{
		number: 0,
		value: 'none',
		displayName: 'No Message Stored',
		description:
			'Only devices that are online receive a message. Allows more frequent updates, and requires expiration 0 for every broadcast.',
	},
];

/** The kind of push a channel carries; there is one (2026). */
const CHANNEL_PUSH_TYPE = 'LiveActivity';

/** Body of a request that creates a channel. Throws `FieldProblem`. */
export function channelBody(storagePolicy: string): Buffer {
	const row = storagePolicyRows.find(({ value }) => value === storagePolicy);
	if (row === undefined) {
		throw new FieldProblem(
			'storagePolicy',
			'notOffered',
			`is "${excerpt(storagePolicy)}", which is not a valid value`,
			`Use one of these values: ${storagePolicyRows.map(({ value }) => value).join(', ')}.`,
		);
	}
	return Buffer.from(JSON.stringify({ 'message-storage-policy': row.number, 'push-type': CHANNEL_PUSH_TYPE }));
}

export interface ChannelDetails {
	/** In words, a value of `storagePolicyRows`; a number Apple may add is passed on as text. */
	readonly storagePolicy: string | null;
	readonly pushType: string | null;
}

function objectOf(body: Buffer | undefined): JsonObject | undefined {
	if (body === undefined) return undefined;
	try {
		const value: unknown = JSON.parse(body.toString('utf8'));
		return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
	} catch {
		return undefined;
	}
}

/** What the answer to reading a channel says; unknown members are left out, missing ones are null. */
export function readChannelDetails(body: Buffer | undefined): ChannelDetails {
	const object = objectOf(body);
	const policy = object?.['message-storage-policy'];
	const known = storagePolicyRows.find(({ number }) => String(number) === String(policy));
	const pushType = object?.['push-type'];
	return {
		storagePolicy: known?.value ?? (policy === undefined ? null : String(policy)),
		pushType: typeof pushType === 'string' ? pushType : null,
	};
}

/** Ids of a list's answer; undefined when it is no list. */
export function readChannelList(body: Buffer | undefined): readonly string[] | undefined {
	const channels = objectOf(body)?.channels;
	return Array.isArray(channels) && channels.every((id) => typeof id === 'string') ? channels : undefined;
}

/** Where an activity is started instead. */
export const START_WITH_SEND = text`Start the activity with the APNs Send node: ${field('pushType')} ${choice('pushType', 'liveactivity')}, ${field('event')} ${choice('event', 'start')}, and the push-to-start token of each device.`;

/** A channel reaches activities that run: an event `start` in a payload would be ignored by every device. Throws `FieldProblem`. */
export function checkBroadcastPayload(payload: JsonObject): void {
	const { aps } = payload;
	const event: unknown = typeof aps === 'object' && aps !== null ? Reflect.get(aps, 'event') : undefined;
	if (event !== 'start') return;
	throw new FieldProblem(
		'payloadJson',
		'notAllowed',
		'has the event "start", but a channel only reaches activities that are already running',
		START_WITH_SEND,
	);
}
