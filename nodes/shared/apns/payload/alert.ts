/** Payloads of alerts and background pushes, made from the rows of `alertFields.ts`. */
import { field, text } from '../fields';
import { type JsonObject, present, withCustom } from '../payload';
import { excerpt, FieldProblem } from '../problems';
import { listed } from '../validate';
import { type AlertFieldId, type AlertFieldRow, alertFieldRows, type AlertFields } from './alertFields';

/** A number within bounds; throws `FieldProblem`. */
function checkRange(id: AlertFieldId, value: unknown, lowest: number, highest: number): void {
	if (typeof value === 'number' && value >= lowest && value <= highest) return;
	throw new FieldProblem(
		id,
		'outOfRange',
		`must be a number from ${lowest} to ${highest}, but is ${String(value)}`,
		text`Change ${field(id)} to a number from ${lowest} to ${highest}.`,
	);
}

/** Devices show whole numbers only; 0 takes the badge away. */
function checkWhole(id: AlertFieldId, value: unknown): void {
	if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return;
	throw new FieldProblem(
		id,
		'notWhole',
		`must be a whole number, 0 or higher, but is ${String(value)}`,
		text`Change ${field(id)} to a whole number.`,
	);
}

function checkChoice(id: AlertFieldId, value: unknown, { choices = [] }: AlertFieldRow): void {
	if (choices.some((known) => known.value === value)) return;
	throw new FieldProblem(
		id,
		'notOffered',
		`is "${excerpt(String(value))}", which is not a valid value`,
		`Use one of these values: ${listed(choices.map((known) => known.value))}.`,
	);
}

/** What a row's value becomes in JSON; undefined leaves the key out. Throws `FieldProblem`. */
function written(row: AlertFieldRow, value: unknown): unknown {
	if (value === undefined || value === '') return undefined;
	if (row.type === 'whole') checkWhole(row.id, value);
	if (row.type === 'fraction') checkRange(row.id, value, 0, 1);
	if (row.type === 'choice') checkChoice(row.id, value, row);
	if (row.type === 'flag') return value === true ? 1 : undefined;
	return value;
}

function pairsOf(fields: AlertFields, place: AlertFieldRow['place']): Array<readonly [string, unknown]> {
	return alertFieldRows
		.filter((row) => row.place === place)
		.map((row) => [row.key, written(row, fields[row.id])] as const);
}

/** The `alert` dictionary; undefined when no field of it is filled. */
function alertDictionary(fields: AlertFields): JsonObject | undefined {
	const alert = present(pairsOf(fields, 'alert'));
	return Object.keys(alert).length === 0 ? undefined : alert;
}

/** A critical sound is a dictionary: `critical` and `name` are required by iOS, the volume is 1 unless given. */
function soundOf(fields: AlertFields): unknown {
	if (fields.criticalSound !== true) return fields.sound;
	const { critical, ...rest } = present(pairsOf(fields, 'sound'));
	return { critical, name: fields.sound === undefined || fields.sound === '' ? 'default' : fields.sound, ...rest };
}

/** The payload of an alert push with custom data beside `aps`. Throws `FieldProblem`. */
export function alertPayload(fields: AlertFields, custom: JsonObject = {}): JsonObject {
	const aps = present([
		['alert', alertDictionary(fields)],
		...pairsOf(fields, 'aps').map(([key, value]) => [key, key === 'sound' ? soundOf(fields) : value] as const),
	]);
	return withCustom(aps, custom);
}

/** The payload of a background push: `content-available` and custom data, nothing that would notify the user. */
export function backgroundPayload(custom: JsonObject = {}): JsonObject {
	return withCustom({ 'content-available': 1 }, custom, 'data');
}
