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

/** An object of the pairs that hold something. */
function present(pairs: ReadonlyArray<readonly [string, unknown]>): Record<string, unknown> {
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

/** The payload of an alert push with custom data beside `aps`. */
export function alertPayload(fields: AlertFields, custom: JsonObject = {}): JsonObject {
	const critical = fields.criticalSound;
	const sound = critical === undefined ? fields.sound : present([['critical', 1], ['name', critical.name], ['volume', critical.volume]]);
	const aps = present([
		['alert', alertDictionary(fields)],
		['badge', fields.badge],
		['sound', sound],
		['thread-id', fields.threadId],
		['category', fields.category],
		['target-content-id', fields.targetContentId],
		['interruption-level', fields.interruptionLevel],
		['relevance-score', fields.relevanceScore],
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
function withCustom(aps: JsonObject, custom: JsonObject): JsonObject {
	if (Object.hasOwn(custom, 'aps')) {
		throw new FieldProblem('Custom Data', 'holds a key "aps", which would overwrite the notification itself', 'Rename the key, or write the whole payload as JSON.');
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
			throw new FieldProblem(field, `is not valid JSON (${error instanceof Error ? error.message : 'syntax error'})`, 'Check quotes, commas and braces.');
		}
	}
	if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
		throw new FieldProblem(field, 'is not a JSON object', 'Write it as {"key": "value"}.');
	}
	return { ...parsed };
}

/** The payload as the bytes that go out; throws `FieldProblem` for what JSON cannot hold. */
export function encodePayload(payload: JsonObject): Buffer {
	try {
		return Buffer.from(JSON.stringify(payload), 'utf8');
	} catch (error) {
		throw new FieldProblem('Payload', `cannot be written as JSON (${error instanceof Error ? error.message : 'unknown cause'})`, 'Remove cycles and big integers.');
	}
}
