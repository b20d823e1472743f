/** Times as people, n8n's date picker and expressions give them, as the UNIX seconds Apple wants. */
import type { FieldId } from './fields';
import { excerpt, FieldProblem } from './problems';

/** 1e11 seconds is the year 5138; as milliseconds it is 1973: such a number means milliseconds. */
export const MILLISECONDS_FROM = 1e11;
/** 9999-12-31: what lies beyond is a slip of units (microseconds, nanoseconds). */
export const LATEST_SECONDS = 253_402_300_799;
const REMEDY = 'Use a date and time such as 2026-12-24T18:00:00Z, or UNIX seconds.';

export interface TimeOptions {
	/** IANA zone of times that name none, such as n8n's date picker gives; default UTC. */
	readonly timeZone?: string;
}

/** Date, luxon's DateTime and moment, told by what they can do: n8n hands over objects of other realms and versions. NaN for others. */
function millisOf(value: object): number {
	for (const method of ['toMillis', 'getTime', 'valueOf']) {
		const found: unknown = Reflect.get(value, method);
		const millis: unknown = typeof found === 'function' ? Reflect.apply(found, value, []) : undefined;
		if (typeof millis === 'number') return millis;
	}
	return NaN;
}

/** Seconds of a number: milliseconds when it is that large. */
function secondsOf(id: FieldId, value: number): number {
	const seconds = Math.floor(value >= MILLISECONDS_FROM ? value / 1_000 : value);
	if (seconds >= 0 && seconds <= LATEST_SECONDS) return seconds;
	throw new FieldProblem(id, 'notTime', `is ${value}, which is not a time in UNIX seconds or milliseconds`, REMEDY);
}

/** Date, time with or without seconds and fraction, zone or none. */
const ISO =
	/^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?)?\s?(Z|[+-]\d{2}(?::?\d{2})?)?$/i;
/** RFC 9110 and JavaScript's own text, which always name their zone; anything looser is read differently by every engine. */
const NAMED = /^[A-Z][a-z]{2},? .*(?:GMT|UTC|[+-]\d{4})/;

function offsetMinutes(zone: string): number {
	// `Z` has no digits, which makes 0.
	const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
	return (zone.startsWith('-') ? -1 : 1) * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2)));
}

/** Offset of a zone at an instant, from what its clocks show then. */
function zoneOffsetMs(timeZone: string, atMs: number): number {
	const parts = new Intl.DateTimeFormat('en-US', {
		timeZone,
		hourCycle: 'h23',
		year: 'numeric',
		month: 'numeric',
		day: 'numeric',
		hour: 'numeric',
		minute: 'numeric',
		second: 'numeric',
	}).formatToParts(atMs);
	const part = (type: string): number => Number(parts.find((candidate) => candidate.type === type)?.value);
	return (
		Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second')) -
		Math.floor(atMs / 1_000) * 1_000
	);
}

/** NaN when there is no such time. */
function isoMillis(match: RegExpExecArray, options: TimeOptions): number {
	const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
		.slice(1, 7)
		.map((digits) => Number(digits ?? 0));
	const localMs = Date.UTC(year, month - 1, day, hour, minute, second);
	// The year 75, 31 February, 25:00 and 10:60 would silently become 1975, another month and other hours.
	const read = new Date(localMs);
	if (read.getUTCFullYear() !== year || read.getUTCMonth() !== month - 1 || read.getUTCHours() !== hour || second > 59)
		return NaN;
	const zone = match[7];
	if (zone !== undefined) return localMs - offsetMinutes(zone) * 60_000;
	if (options.timeZone === undefined) return localMs;
	// Twice, since the first guess may lie on the other side of a change of clocks.
	const guessMs = localMs - zoneOffsetMs(options.timeZone, localMs);
	return localMs - zoneOffsetMs(options.timeZone, guessMs);
}

function textSeconds(id: FieldId, text: string, options: TimeOptions): number {
	if (/^\d+(\.\d+)?$/.test(text)) return secondsOf(id, Number(text));
	const iso = ISO.exec(text);
	const millis = iso === null ? (NAMED.test(text) ? Date.parse(text) : NaN) : isoMillis(iso, options);
	if (millis >= 0) return Math.floor(millis / 1_000);
	throw new FieldProblem(id, 'notTime', `is "${excerpt(text)}", which is not a time`, REMEDY);
}

/**
 * UNIX seconds from a number (seconds, or milliseconds from 1e11 on), ISO text, digits, a Date, or a DateTime of luxon.
 * Text without a zone is read in `timeZone`. Fractions are dropped. Throws `FieldProblem`.
 */
export function toUnixSeconds(id: FieldId, value: unknown, options: TimeOptions = {}): number {
	if (typeof value === 'number') return secondsOf(id, value);
	if (typeof value === 'string' && value.trim() !== '') return textSeconds(id, value.trim(), options);
	if (typeof value === 'object' && value !== null) {
		const millis = millisOf(value);
		// A Date of 1970 is a number of milliseconds all the same.
		if (millis >= 0 && millis <= LATEST_SECONDS * 1_000) return Math.floor(millis / 1_000);
	}
	throw new FieldProblem(id, 'notTime', 'is not a time', REMEDY);
}
