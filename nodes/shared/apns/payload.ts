/** JSON as payloads need it: read from what people give, put together, and written as bytes. */
import { choice, field, type FieldId, text } from './fields';
import { FieldProblem } from './problems';

export type JsonObject = { readonly [key: string]: unknown };

function isEmpty(value: unknown): boolean {
	return value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
}

/** An object of the pairs that hold something: undefined, '' and [] are fields left empty. */
export function present(pairs: ReadonlyArray<readonly [string, unknown]>): Record<string, unknown> {
	return Object.fromEntries(pairs.filter(([, value]) => !isEmpty(value)));
}

/** Custom data stands beside `aps` and may not overwrite it; throws `FieldProblem`. */
export function withCustom(aps: JsonObject, custom: JsonObject, id: FieldId = 'customData'): JsonObject {
	if (Object.hasOwn(custom, 'aps')) {
		throw new FieldProblem(
			id,
			'conflict',
			'contains the key "aps", which would overwrite the notification itself',
			text`Rename the key, or set ${field('payloadType')} to ${choice('payloadType', 'json')} and write the whole payload.`,
		);
	}
	return { aps, ...custom };
}

/** What stands before the first character of some files: it belongs to the encoding, not to the text. */
const BYTE_ORDER_MARK = /^\uFEFF/;

/** What the engine says of JSON; its later lines draw the object. */
function firstLine(error: unknown): string {
	return error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'unknown cause';
}

/** A JSON object from text or from an expression's object; throws `FieldProblem`. `{}` is a payload (Wallet uses it). */
export function parseJsonObject(id: FieldId, value: unknown): JsonObject {
	let parsed = value;
	if (typeof value === 'string') {
		const json = value.replace(BYTE_ORDER_MARK, '');
		if (json.trim() === '') return {};
		try {
			parsed = JSON.parse(json);
		} catch (error) {
			throw new FieldProblem(
				id,
				'notJson',
				`is not valid JSON (${firstLine(error)})`,
				'Check quotes, commas and braces.',
			);
		}
	}
	// Dates, DateTimes, Maps and arrays are objects too, but no JSON objects; those of other realms have another prototype.
	if (
		typeof parsed !== 'object' ||
		parsed === null ||
		Object.prototype.toString.call(parsed) !== '[object Object]' ||
		typeof Reflect.get(parsed, 'toJSON') === 'function'
	) {
		throw new FieldProblem(id, 'notObject', 'is not a JSON object', 'Use an object such as {"key": "value"}.');
	}
	return { ...parsed };
}

/** Arguments of a localized text: an array, the text of a JSON array, one a line, or a number; throws `FieldProblem`. */
export function parseTextList(id: FieldId, value: unknown): readonly string[] {
	if (value === undefined || value === null || value === '') return [];
	let list: unknown = typeof value === 'number' ? [value] : value;
	if (typeof value === 'string') {
		const lines = value.replace(BYTE_ORDER_MARK, '').trim();
		try {
			list = lines.startsWith('[') ? JSON.parse(lines) : lines.split(/\r?\n/);
		} catch {
			// An argument may begin with a bracket.
			list = lines.split(/\r?\n/);
		}
	}
	if (Array.isArray(list) && list.every((entry) => typeof entry === 'string' || typeof entry === 'number'))
		return list.map(String);
	throw new FieldProblem(id, 'notList', 'is not a list of texts', 'Enter one text per line, or use an array of texts.');
}

/** The payload as the bytes that go out; throws `FieldProblem` for what JSON cannot hold. */
export function encodePayload(payload: JsonObject): Buffer {
	try {
		return Buffer.from(JSON.stringify(payload), 'utf8');
	} catch (error) {
		throw new FieldProblem(
			'payload',
			'notJson',
			`cannot be written as JSON (${firstLine(error)})`,
			'Remove objects that contain themselves, and big integers.',
		);
	}
}
