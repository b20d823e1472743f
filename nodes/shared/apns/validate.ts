/** What can be known to fail before anything is sent: sizes, characters, combinations. */
import { choice, field, type FieldId, text } from './fields';
import type { Notification } from './notification';
import { excerpt, FieldProblem } from './problems';
import { ANY_PRIORITY, pushTypeInOtherSpelling, pushTypeRow, pushTypeRows } from './pushTypes';
import { LATEST_SECONDS } from './times';

/** Apple, "Sending notification requests to APNs", `apns-collapse-id`. */
const MAX_COLLAPSE_ID_BYTES = 64;
/** The largest any push type has: for types Apple may add, and none at all, APNs decides. */
const LARGEST_MAX_BYTES = 5_120;
/** Ids seen have 24 characters; a header list has room for this. */
const MAX_CHANNEL_ID_CHARACTERS = 512;
/** The canonical form with hyphens (RFC 9562 §4), in either case. */
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** Bundle ids: letters, digits, hyphens, dots (Apple, CFBundleIdentifier); underscores are seen in topics of certificates. */
const TOPIC = /^[A-Za-z0-9._-]+$/;
/** Apple's values are letters; digits and marks leave room for later ones. */
const PUSH_TYPE = /^[A-Za-z0-9._-]+$/;
/** Blanks at the ends belong to no header value (RFC 9110 §5.5). */
const HEADER_TEXT = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;

/** A UUID in the canonical lower-case form; throws `FieldProblem`. */
export function checkUuid(id: FieldId, value: string): string {
	if (UUID.test(value)) return value.toLowerCase();
	throw new FieldProblem(
		id,
		'notUuid',
		'is not a UUID',
		text`Enter a UUID such as 123e4567-e89b-12d3-a456-426614174000 in ${field(id)}, or leave it empty.`,
	);
}

/** UNIX seconds, 0 included; throws `FieldProblem`. */
export function checkExpiration(id: FieldId, seconds: number): number {
	if (Number.isInteger(seconds) && seconds >= 0 && seconds <= LATEST_SECONDS) return seconds;
	throw new FieldProblem(
		id,
		'notTime',
		`must be a time in UNIX seconds, but is ${seconds}`,
		'Use a date and time, UNIX seconds, or 0 for one delivery attempt without storage.',
	);
}

/** Checks a priority against its push type; throws `FieldProblem`. */
export function checkPriority(priority: number, pushType: string | undefined): void {
	const row = pushType === undefined ? undefined : pushTypeRow(pushType);
	const allowed = row?.priorities ?? ANY_PRIORITY;
	if (allowed.includes(priority)) return;
	throw new FieldProblem(
		'priority',
		'notAllowed',
		`cannot be ${priority}${row === undefined ? '' : ` for ${row.displayName} pushes`}`,
		text`Set ${field('priority')} to ${listed(allowed.map(String))}.`,
	);
}

/** `10, 5 or 1`. */
export function listed(values: readonly string[]): string {
	const last = values.at(-1) ?? '';
	return values.length < 2 ? last : `${values.slice(0, -1).join(', ')} or ${last}`;
}

/** Checks characters of a topic, which goes into a header; throws `FieldProblem`. */
export function checkTopic(id: FieldId, topic: string): void {
	if (TOPIC.test(topic)) return;
	throw new FieldProblem(
		id,
		'badCharacters',
		'contains characters not allowed in a bundle ID',
		"Use the app's bundle ID: letters, digits, hyphens and periods only, without spaces.",
	);
}

/** Checks a bare bundle id, which goes into a path: no suffix (APNs answers TopicDisallowed), no other characters; throws `FieldProblem`. */
export function checkBundleId(id: FieldId, bundleId: string): void {
	checkTopic(id, bundleId);
	const suffixed = pushTypeRows.find(
		({ topicSuffix = '' }) => topicSuffix.startsWith('.push-type.') && bundleId.endsWith(topicSuffix),
	);
	if (suffixed !== undefined)
		throw new FieldProblem(
			id,
			'notAllowed',
			`cannot end in ${suffixed.topicSuffix ?? ''} for channels`,
			'Use the bundle ID of the app without a suffix.',
		);
}

/** A channel id is base64 of a length Apple leaves open, and goes into a header; throws `FieldProblem`. */
export function checkChannelId(id: FieldId, channelId: string): void {
	if (channelId === '')
		throw new FieldProblem(id, 'missing', 'is empty', 'Choose a channel from the list, or enter its ID.');
	if (channelId.length > MAX_CHANNEL_ID_CHARACTERS || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(channelId)) {
		throw new FieldProblem(
			id,
			'notBase64',
			`is not a channel ID: "${excerpt(channelId)}"`,
			'Use the ID that APNs returned when the channel was created, such as dHN0LXNyY2gtY2hubA==.',
		);
	}
}

/** Checks a payload's size in bytes; throws `FieldProblem`. */
export function checkPayloadSize(payload: Buffer, maxBytes: number): void {
	if (payload.length > maxBytes) {
		throw new FieldProblem(
			'payload',
			'tooLarge',
			`has ${payload.length} bytes, ${payload.length - maxBytes} more than the ${maxBytes} allowed`,
			'Shorten the texts or the data. Characters outside ASCII take several bytes each.',
		);
	}
	if (payload.length === 0) throw new FieldProblem('payload', 'missing', 'is empty', 'Use at least {} as the payload.');
}

/** Everything about one notification that APNs would refuse; throws the first `FieldProblem`. */
export function checkNotification(notification: Notification): void {
	const { topic, pushType, priority, expirationSeconds, collapseId, apnsId, payload } = notification;
	if (topic !== undefined) checkTopic('topic', topic);
	if (pushType !== undefined) checkPushType(pushType);
	if (priority !== undefined) checkPriority(priority, pushType);
	if (expirationSeconds !== undefined) checkExpiration('expiration', expirationSeconds);
	if (collapseId !== undefined) checkCollapseId(collapseId);
	if (apnsId !== undefined) checkUuid('apnsId', apnsId);
	checkPayloadSize(
		payload,
		(pushType === undefined ? undefined : pushTypeRow(pushType)?.maxPayloadBytes) ?? LARGEST_MAX_BYTES,
	);
}

/** A push type goes into a header. One Apple may add later passes; a known one in another spelling is refused by APNs. */
function checkPushType(pushType: string): void {
	const known = pushTypeInOtherSpelling(pushType);
	if (known !== undefined)
		throw new FieldProblem(
			'pushType',
			'notOffered',
			`is "${excerpt(pushType)}", which APNs writes ${known.value}`,
			text`Use the value ${known.value}, or choose ${choice('pushType', known.value)} from the list.`,
		);
	if (!PUSH_TYPE.test(pushType))
		throw new FieldProblem(
			'pushType',
			'badCharacters',
			`is "${excerpt(pushType)}", which is not a push type`,
			text`Choose a ${field('pushType')} from the list.`,
		);
}

function checkCollapseId(collapseId: string): void {
	const bytes = Buffer.byteLength(collapseId);
	if (bytes > MAX_COLLAPSE_ID_BYTES)
		throw new FieldProblem(
			'collapseId',
			'tooLong',
			`has ${bytes} bytes, more than the ${MAX_COLLAPSE_ID_BYTES} allowed`,
			text`Shorten ${field('collapseId')}.`,
		);
	if (!HEADER_TEXT.test(collapseId))
		throw new FieldProblem(
			'collapseId',
			'badCharacters',
			'contains characters that cannot be sent in a header',
			'Use ASCII letters, digits and punctuation, without spaces at the ends.',
		);
}
