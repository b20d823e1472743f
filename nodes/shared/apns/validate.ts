/** What can be known to fail before anything is sent: sizes, characters, combinations. */
import type { Notification } from './notification';
import { FieldProblem } from './problems';
import { pushTypeRow, pushTypeRows } from './pushTypes';

const MAX_COLLAPSE_ID_BYTES = 64;
/** The largest any push type has: for types Apple may add, and none at all, APNs decides. */
const LARGEST_MAX_BYTES = 5_120;
/** Ids seen have 24 characters; a header list has room for this. */
const MAX_CHANNEL_ID_CHARACTERS = 512;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** Bundle ids: letters, digits, hyphens, dots (Apple, CFBundleIdentifier); underscores are seen in topics of certificates. */
const TOPIC = /^[A-Za-z0-9._-]+$/;
const PUSH_TYPE = /^[A-Za-z0-9._-]+$/;
/** Blanks at the ends belong to no header value (RFC 9110 §5.5). */
const HEADER_TEXT = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;
/** 9999-12-31 in seconds: a larger number is milliseconds. */
const LATEST_SECONDS = 253_402_300_799;

/** A UUID in the canonical lower-case form; throws `FieldProblem`. */
export function checkUuid(field: string, value: string): string {
	if (UUID.test(value)) return value.toLowerCase();
	throw new FieldProblem(
		field,
		'is not a UUID',
		'Give 32 hexadecimal digits in groups of 8-4-4-4-12, or leave it empty.',
	);
}

/** UNIX seconds, 0 included; throws `FieldProblem`. */
export function checkExpiration(field: string, seconds: number): number {
	if (Number.isInteger(seconds) && seconds >= 0 && seconds <= LATEST_SECONDS) return seconds;
	throw new FieldProblem(
		field,
		`${seconds} is not a time in UNIX seconds`,
		'Give a date and time, UNIX seconds, or 0 for one attempt without storage.',
	);
}

/** Checks a priority against its push type; throws `FieldProblem`. */
export function checkPriority(priority: number, pushType: string | undefined): void {
	const row = pushType === undefined ? undefined : pushTypeRow(pushType);
	const allowed = row?.priorities ?? [10, 5, 1];
	if (allowed.includes(priority)) return;
	throw new FieldProblem(
		'Priority',
		`${priority} is not allowed${row === undefined ? '' : ` for ${row.displayName} pushes`}`,
		`Set Priority to ${allowed.join(' or ')}.`,
	);
}

/** Checks characters of a topic, which goes into a header; throws `FieldProblem`. */
export function checkTopic(field: string, topic: string): void {
	if (!TOPIC.test(topic))
		throw new FieldProblem(
			field,
			'holds characters no bundle id has',
			"Give the app's bundle id: letters, digits, hyphens and dots, without blanks.",
		);
}

/** Checks a bare bundle id, which goes into a path: no suffix (APNs answers TopicDisallowed), no other characters; throws `FieldProblem`. */
export function checkBundleId(field: string, bundleId: string): void {
	checkTopic(field, bundleId);
	const suffixed = pushTypeRows.find(
		({ topicSuffix = '' }) => topicSuffix.startsWith('.push-type.') && bundleId.endsWith(topicSuffix),
	);
	if (suffixed !== undefined)
		throw new FieldProblem(
			field,
			`ends in ${suffixed.topicSuffix ?? ''}`,
			'Give the bare bundle id: channels take no suffix.',
		);
}

/** A channel id is base64 of a length Apple leaves open, and goes into a header; throws `FieldProblem`. */
export function checkChannelId(field: string, channelId: string): void {
	if (channelId === '') throw new FieldProblem(field, 'is empty', 'Choose a channel, or paste its id.');
	if (channelId.length > MAX_CHANNEL_ID_CHARACTERS || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(channelId)) {
		throw new FieldProblem(
			field,
			'is not a channel id',
			'Paste the id as APNs returned it at creation, such as dHN0LXNyY2gtY2hubA==.',
		);
	}
}

/** Checks a payload's size in bytes; throws `FieldProblem`. */
export function checkPayloadSize(payload: Buffer, maxBytes: number): void {
	if (payload.length > maxBytes) {
		throw new FieldProblem(
			'Payload',
			`has ${payload.length} bytes, ${payload.length - maxBytes} more than the ${maxBytes} allowed`,
			'Shorten the texts or the custom data; non-ASCII characters count several bytes.',
		);
	}
	if (payload.length === 0) throw new FieldProblem('Payload', 'is empty', 'Give at least {}.');
}

/** Everything about one notification that APNs would refuse; throws the first `FieldProblem`. */
export function checkNotification(notification: Notification): void {
	const { topic, pushType, priority, expirationSeconds, collapseId, apnsId, payload } = notification;
	if (topic !== undefined) checkTopic('Topic', topic);
	if (pushType !== undefined && !PUSH_TYPE.test(pushType))
		throw new FieldProblem('Push Type', 'is not a word', 'Choose one of the list.');
	if (priority !== undefined) checkPriority(priority, pushType);
	if (expirationSeconds !== undefined) checkExpiration('Expiration', expirationSeconds);
	if (collapseId !== undefined) {
		const bytes = Buffer.byteLength(collapseId);
		if (bytes > MAX_COLLAPSE_ID_BYTES)
			throw new FieldProblem('Collapse ID', `has ${bytes} bytes, more than ${MAX_COLLAPSE_ID_BYTES}`, 'Shorten it.');
		if (!HEADER_TEXT.test(collapseId))
			throw new FieldProblem(
				'Collapse ID',
				'holds characters a header cannot carry',
				'Use ASCII letters, digits and punctuation, without blanks at the ends.',
			);
	}
	if (apnsId !== undefined) checkUuid('APNs ID', apnsId);
	checkPayloadSize(
		payload,
		(pushType === undefined ? undefined : pushTypeRow(pushType)?.maxPayloadBytes) ?? LARGEST_MAX_BYTES,
	);
}
