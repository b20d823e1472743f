/** JSON payloads of device pushes (Apple, "Generating a remote notification"). */
import { FieldProblem } from './problems';

export type JsonObject = { readonly [key: string]: unknown };

/** What the alert fields hold; undefined ones are left out. */
export interface AlertFields {
	readonly title?: string;
	readonly subtitle?: string;
	readonly body?: string;
	readonly titleLocKey?: string;
	readonly titleLocArgs?: readonly string[];
	readonly subtitleLocKey?: string;
	readonly subtitleLocArgs?: readonly string[];
	readonly locKey?: string;
	readonly locArgs?: readonly string[];
	readonly launchImage?: string;
	readonly badge?: number;
	/** File name, or `default`. */
	readonly sound?: string;
	/** Critical sounds need Apple's entitlement. */
	readonly criticalSound?: { readonly name: string; readonly volume?: number };
	readonly threadId?: string;
	readonly category?: string;
	readonly targetContentId?: string;
	readonly interruptionLevel?: string;
	readonly relevanceScore?: number;
	readonly filterCriteria?: string;
	readonly mutableContent?: boolean;
	readonly contentAvailable?: boolean;
}

function isEmpty(value: unknown): boolean {
	return value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
}

/** An object of the pairs that hold something: undefined, '' and [] are fields left empty. */
export function present(pairs: ReadonlyArray<readonly [string, unknown]>): Record<string, unknown> {
	return Object.fromEntries(pairs.filter(([, value]) => !isEmpty(value)));
}

/** The `alert` dictionary; undefined when no field of it is filled. */
export function alertDictionary(fields: AlertFields): JsonObject | undefined {
	const alert = present([
		['title', fields.title],
		['subtitle', fields.subtitle],
		['body', fields.body],
		['launch-image', fields.launchImage],
		['title-loc-key', fields.titleLocKey],
		['title-loc-args', fields.titleLocArgs],
		['subtitle-loc-key', fields.subtitleLocKey],
		['subtitle-loc-args', fields.subtitleLocArgs],
		['loc-key', fields.locKey],
		['loc-args', fields.locArgs],
	]);
	return Object.keys(alert).length === 0 ? undefined : alert;
}

/** Levels of `interruption-level` (Apple, "Generating a remote notification"). */
export const INTERRUPTION_LEVELS = ['active', 'critical', 'passive', 'time-sensitive'] as const;

/** A number within bounds, or nothing; throws `FieldProblem`. */
function between(field: string, value: number | undefined, lowest: number, highest: number): number | undefined {
	if (value === undefined || (value >= lowest && value <= highest)) return value;
	throw new FieldProblem(
		field,
		`${value} is not between ${lowest} and ${highest}`,
		`Give a number from ${lowest} to ${highest}.`,
	);
}

/** Devices show whole numbers only; 0 takes the badge away. */
function badgeOf(badge: number | undefined): number | undefined {
	if (badge === undefined || (Number.isInteger(badge) && badge >= 0)) return badge;
	throw new FieldProblem(
		'Badge',
		`${badge} is not a whole number from 0 on`,
		'Give a whole number; 0 removes the badge.',
	);
}

function interruptionLevelOf(level: string | undefined): string | undefined {
	if (level === undefined || level === '' || INTERRUPTION_LEVELS.some((known) => known === level)) return level;
	throw new FieldProblem(
		'Interruption Level',
		`"${level.slice(0, 40)}" is not a level`,
		`Choose one of: ${INTERRUPTION_LEVELS.join(', ')}.`,
	);
}

/** A critical sound: `name` and `critical` are required by iOS, the volume is 1 unless given. */
function soundOf(fields: AlertFields): unknown {
	const { criticalSound } = fields;
	if (criticalSound === undefined) return fields.sound;
	return present([
		['critical', 1],
		['name', criticalSound.name === '' ? 'default' : criticalSound.name],
		['volume', between('Critical Sound Volume', criticalSound.volume, 0, 1)],
	]);
}

/** The payload of an alert push with custom data beside `aps`. */
export function alertPayload(fields: AlertFields, custom: JsonObject = {}): JsonObject {
	const aps = present([
		['alert', alertDictionary(fields)],
		['badge', badgeOf(fields.badge)],
		['sound', soundOf(fields)],
		['thread-id', fields.threadId],
		['category', fields.category],
		['target-content-id', fields.targetContentId],
		['interruption-level', interruptionLevelOf(fields.interruptionLevel)],
		['relevance-score', between('Relevance Score', fields.relevanceScore, 0, 1)],
		['filter-criteria', fields.filterCriteria],
		['mutable-content', fields.mutableContent === true ? 1 : undefined],
		['content-available', fields.contentAvailable === true ? 1 : undefined],
	]);
	return withCustom(aps, custom);
}

/** The payload of a background push: `content-available` and custom data, nothing that would tell the person. */
export function backgroundPayload(custom: JsonObject = {}): JsonObject {
	return withCustom({ 'content-available': 1 }, custom);
}

/** Custom data stands beside `aps` and may not overwrite it; throws `FieldProblem`. */
export function withCustom(aps: JsonObject, custom: JsonObject): JsonObject {
	if (Object.hasOwn(custom, 'aps')) {
		throw new FieldProblem(
			'Custom Data',
			'holds a key "aps", which would overwrite the notification itself',
			'Rename the key, or write the whole payload as JSON.',
		);
	}
	return { aps, ...custom };
}

/** A JSON object from text or from an expression's object; throws `FieldProblem`. `{}` is a payload (Wallet uses it). */
export function parseJsonObject(field: string, value: unknown): JsonObject {
	let parsed = value;
	if (typeof value === 'string') {
		if (value.trim() === '') return {};
		try {
			parsed = JSON.parse(value);
		} catch (error) {
			throw new FieldProblem(
				field,
				`is not valid JSON (${error instanceof Error ? error.message : 'syntax error'})`,
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
		throw new FieldProblem(field, 'is not a JSON object', 'Write it as {"key": "value"}.');
	}
	return { ...parsed };
}

/** Arguments of a localised text: an array, the text of a JSON array, or one a line; throws `FieldProblem`. */
export function parseTextList(field: string, value: unknown): readonly string[] {
	if (value === undefined || value === null || value === '') return [];
	let list: unknown = value;
	if (typeof value === 'string') {
		const text = value.trim();
		try {
			list = text.startsWith('[') ? JSON.parse(text) : text.split(/\r?\n/);
		} catch {
			// An argument may begin with a bracket.
			list = text.split(/\r?\n/);
		}
	}
	if (Array.isArray(list) && list.every((entry) => typeof entry === 'string' || typeof entry === 'number'))
		return list.map(String);
	throw new FieldProblem(field, 'is not a list of texts', 'Give one text per line, or an array of texts.');
}

/** The payload as the bytes that go out; throws `FieldProblem` for what JSON cannot hold. */
export function encodePayload(payload: JsonObject): Buffer {
	try {
		return Buffer.from(JSON.stringify(payload), 'utf8');
	} catch (error) {
		throw new FieldProblem(
			'Payload',
			`cannot be written as JSON (${error instanceof Error ? error.message : 'unknown cause'})`,
			'Remove cycles and big integers.',
		);
	}
}
