/** What parameters hold, as typed values: empty means not given, everything else is checked and named in problems. */
import type { IDataObject } from 'n8n-workflow';
import { field, type FieldId, text } from '../apns/fields';
import { type JsonObject, parseJsonObject, parseTextList } from '../apns/payload';
import type { AlertFieldRow, AlertFields } from '../apns/payload/alertFields';
import { excerpt, FieldProblem } from '../apns/problems';
import { toUnixSeconds } from '../apns/times';

function notText(id: FieldId): FieldProblem {
	return new FieldProblem(
		id,
		'notText',
		'is an object or a list, not text',
		'Use an expression that points to the field with the text.',
	);
}

/** Trimmed text; undefined when empty. Throws `FieldProblem` for objects and lists, which are no text by mistake. */
export function textOf(id: FieldId, value: unknown): string | undefined {
	if (value === undefined || value === null) return undefined;
	if (typeof value === 'object') throw notText(id);
	const string = String(value).trim();
	return string === '' ? undefined : string;
}

/** Text a person reads: as it was written, blanks included; undefined when empty. Throws `FieldProblem` for objects and lists. */
export function proseOf(id: FieldId, value: unknown): string | undefined {
	if (value === undefined || value === null || value === '') return undefined;
	if (typeof value === 'object') throw notText(id);
	return String(value);
}

function isBlank(value: unknown): boolean {
	return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

/** A number; undefined when empty. Throws `FieldProblem`. */
export function numberOf(id: FieldId, value: unknown): number | undefined {
	if (isBlank(value)) return undefined;
	const number = typeof value === 'number' || typeof value === 'string' ? Number(value) : NaN;
	if (Number.isFinite(number)) return number;
	throw new FieldProblem(
		id,
		'notNumber',
		`must be a number, but is "${shown(value)}"`,
		text`Change ${field(id)} to a number.`,
	);
}

/** A whole number; undefined when empty. Throws `FieldProblem`. */
export function wholeOf(id: FieldId, value: unknown): number | undefined {
	const number = numberOf(id, value);
	if (number === undefined || Number.isInteger(number)) return number;
	throw new FieldProblem(
		id,
		'notWhole',
		`must be a whole number, but is ${number}`,
		text`Change ${field(id)} to a whole number.`,
	);
}

/** A whole number within bounds; undefined when empty. Throws `FieldProblem`. */
export function wholeBetween(id: FieldId, value: unknown, lowest: number, highest: number): number | undefined {
	const number = wholeOf(id, value);
	if (number === undefined || (number >= lowest && number <= highest)) return number;
	const range = highest === Number.MAX_SAFE_INTEGER ? `${lowest} or higher` : `from ${lowest} to ${highest}`;
	throw new FieldProblem(
		id,
		'outOfRange',
		`must be a whole number ${range}, but is ${number}`,
		text`Change ${field(id)} to a whole number ${range}.`,
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
export function secondsOf(id: FieldId, value: unknown, timeZone: string | undefined): number | undefined {
	if (isBlank(value)) return undefined;
	return toUnixSeconds(id, value, timeZone === undefined ? {} : { timeZone });
}

/** A JSON object; undefined when empty text. Throws `FieldProblem`. */
export function objectOf(id: FieldId, value: unknown): JsonObject | undefined {
	return isBlank(value) ? undefined : parseJsonObject(id, value);
}

/** Arguments of a localized text; undefined when there are none. Throws `FieldProblem`. */
export function listOf(id: FieldId, value: unknown): readonly string[] | undefined {
	const list = parseTextList(id, value);
	return list.length === 0 ? undefined : list;
}

/** What a field of an alert holds, by the type of its row; undefined when empty. Throws `FieldProblem`. */
export function alertValueOf({ id, type, initial }: AlertFieldRow, value: unknown): unknown {
	switch (type) {
		case 'prose':
			return proseOf(id, value);
		case 'text':
			return textOf(id, value);
		case 'texts':
			return listOf(id, value);
		case 'whole':
			return wholeOf(id, value);
		case 'fraction':
		case 'number':
			return numberOf(id, value);
		case 'flag':
			return value === undefined ? undefined : flagOf(value);
		case 'choice': {
			const chosen = textOf(id, value);
			// What the form starts with is what devices do without the key: it need not be sent.
			return chosen === initial ? undefined : chosen;
		}
	}
}

/** What the fields of these rows hold. Throws `FieldProblem`. */
export function alertFieldsOf(rows: readonly AlertFieldRow[], valueOf: (row: AlertFieldRow) => unknown): AlertFields {
	// No type says that each value has the type of its row; `alertValueOf` sees to it.
	return Object.fromEntries(rows.map((row) => [row.id, alertValueOf(row, valueOf(row))])) as AlertFields;
}

/** The members of a collection parameter. */
export function membersOf(value: unknown): IDataObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function shown(value: unknown): string {
	return excerpt(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
}
