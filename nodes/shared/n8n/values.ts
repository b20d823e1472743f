/** What parameters hold, as typed values: empty means not given, everything else is checked and named in errors. */
import type { IDataObject } from 'n8n-workflow';
import { type JsonObject, parseJsonObject, parseTextList } from '../apns/payload';
import { FieldProblem } from '../apns/problems';
import { toUnixSeconds } from '../apns/times';

/** Trimmed text; undefined when empty. */
export function textOf(value: unknown): string | undefined {
	if (value === undefined || value === null) return undefined;
	if (typeof value === 'object') return undefined;
	const string = String(value).trim();
	return string === '' ? undefined : string;
}

/** Text a person reads: as it was written, blanks included; undefined when empty. Throws `FieldProblem` for objects. */
export function proseOf(field: string, value: unknown): string | undefined {
	if (value === undefined || value === null || value === '') return undefined;
	if (typeof value === 'object')
		throw new FieldProblem(
			field,
			'is an object or a list, not a text',
			'Use an expression that ends in the field with the text.',
		);
	return String(value);
}

/** A number; undefined when empty. Throws `FieldProblem`. */
export function numberOf(field: string, value: unknown): number | undefined {
	if (value === undefined || value === null || (typeof value === 'string' && value.trim() === '')) return undefined;
	const number = typeof value === 'number' || typeof value === 'string' ? Number(value) : NaN;
	if (Number.isFinite(number)) return number;
	throw new FieldProblem(field, `"${shorten(value)}" is not a number`, 'Give a number.');
}

/** A whole number; undefined when empty. Throws `FieldProblem`. */
export function wholeOf(field: string, value: unknown): number | undefined {
	const number = numberOf(field, value);
	if (number === undefined || Number.isInteger(number)) return number;
	throw new FieldProblem(field, `${number} is not a whole number`, 'Give a whole number.');
}

/** A whole number within bounds; undefined when empty. Throws `FieldProblem`. */
export function wholeBetween(field: string, value: unknown, lowest: number, highest: number): number | undefined {
	const number = wholeOf(field, value);
	if (number === undefined || (number >= lowest && number <= highest)) return number;
	throw new FieldProblem(
		field,
		`${number} is not between ${lowest} and ${highest}`,
		`Give a whole number from ${lowest} to ${highest}.`,
	);
}

/** A switch: `true`, `1` and their texts, since expressions often give text. */
export function flagOf(value: unknown): boolean {
	return (
		value === true ||
		value === 1 ||
		(typeof value === 'string' && ['1', 'true', 'yes'].includes(value.trim().toLowerCase()))
	);
}

/** UNIX seconds; undefined when empty. Times without a zone are read in `timeZone`. Throws `FieldProblem`. */
export function secondsOf(field: string, value: unknown, timeZone: string | undefined): number | undefined {
	if (value === undefined || value === null || (typeof value === 'string' && value.trim() === '')) return undefined;
	return toUnixSeconds(field, value, timeZone === undefined ? {} : { timeZone });
}

/** A JSON object; undefined when empty text. Throws `FieldProblem`. */
export function objectOf(field: string, value: unknown): JsonObject | undefined {
	if (value === undefined || value === null || (typeof value === 'string' && value.trim() === '')) return undefined;
	return parseJsonObject(field, value);
}

/** Arguments of a localised text; undefined when there are none. Throws `FieldProblem`. */
export function listOf(field: string, value: unknown): readonly string[] | undefined {
	const list = parseTextList(field, value);
	return list.length === 0 ? undefined : list;
}

/** The members of a collection parameter. */
export function membersOf(value: unknown): IDataObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function shorten(value: unknown): string {
	const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
	return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
