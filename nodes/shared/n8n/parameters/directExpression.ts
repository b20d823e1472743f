/**
 * Resolves the expressions that only name a field of the item, without n8n's engine: the engine takes 0.1 to 0.5 ms for
 * any expression, so a hundred thousand items with three of them would wait two minutes before a byte is sent. Only what
 * all of n8n's engines (legacy, vm, quickjs) answer alike is resolved here; everything else is the engine's.
 */
import {
	isDataName,
	isPlainArray,
	isPlainData,
	isPlainDate,
	isPlainObject,
	isPlainScalar,
	isPlainText,
	isScalar,
} from './plainData';

/** Says that an expression cannot be resolved directly for an item: ask the engine. */
export const UNRESOLVED = Symbol('unresolved');

/** The value of an expression for the json of an item, or `UNRESOLVED`. Objects and arrays are the item's own: read only. */
export type DirectExpression = (json: unknown) => unknown;

type Segment = string | number;

/** One step of a path: `.name`, `["name"]` or `[0]`, each also behind `?.`. Quoted names hold no syntax of their own. */
const STEP =
	/^(?:\?\.|\.)([A-Za-z_][A-Za-z0-9_]*)|^(?:\?\.)?\[(?:"([^"'`\\{}()\p{C}\p{Zl}\p{Zp}]*)"|'([^"'`\\{}()\p{C}\p{Zl}\p{Zp}]*)'|(0|[1-9][0-9]{0,8}))\]/u;

/** n8n refuses a text with this anywhere in it, inside the braces or not. */
const REFUSED_TEXT = /\.\s*constructor/;

/** What stands between `{{` and `}}`, as the segments behind `$json`; undefined for any other code. */
function parsePath(code: string): readonly Segment[] | undefined {
	const text = code.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '');
	if (!text.startsWith('$json')) return undefined;
	const segments: Segment[] = [];
	let rest = text.slice('$json'.length);
	while (rest !== '') {
		const step = STEP.exec(rest);
		if (step === null) return undefined;
		const name = step[1] ?? step[2] ?? step[3];
		if (name !== undefined && !isDataName(name)) return undefined;
		segments.push(name ?? Number(step[4]));
		rest = rest.slice(step[0].length);
	}
	return segments;
}

/** Follows a path through plain objects and arrays; `UNRESOLVED` where it would lead through anything else. */
function follow(json: unknown, path: readonly Segment[]): unknown {
	let value = json;
	for (const segment of path) {
		if (value === undefined || value === null) return undefined;
		if (isPlainObject(value)) {
			value = value[segment];
		} else if (isPlainArray(value) && typeof segment === 'number') {
			if (segment >= value.length) return undefined;
			value = value[segment];
			if (value === undefined) return UNRESOLVED;
		} else {
			return UNRESOLVED;
		}
	}
	return value;
}

/** The value of an expression that is nothing but a path. */
function wholeValue(path: readonly Segment[]): DirectExpression {
	return (json) => {
		const value = follow(json, path);
		if (value === undefined) return undefined;
		if (isScalar(value)) return isPlainScalar(value) ? value : UNRESOLVED;
		if (isPlainDate(value)) return new Date(value.getTime());
		return isPlainData(value) ? value : UNRESOLVED;
	};
}

/** What a value becomes inside a text, as `[value].join('')` does after n8n replaced the empty ones. */
function asText(value: unknown): string | typeof UNRESOLVED {
	if (value === undefined || value === null || Number.isNaN(value)) return '';
	if (isScalar(value)) return isPlainScalar(value) ? String(value) : UNRESOLVED;
	return isPlainData(value) ? String(value) : UNRESOLVED;
}

/**
 * The list that an expression which is nothing but a path leads to, its elements not looked at; `UNRESOLVED` for anything
 * else. `DirectList` looks at them one by one.
 */
function wholeList(path: readonly Segment[]): DirectExpression {
	return (json) => {
		const value = follow(json, path);
		return isPlainArray(value) ? value : UNRESOLVED;
	};
}

type Part = string | readonly Segment[];

/** A text with paths in it. */
function template(parts: readonly Part[]): DirectExpression {
	return (json) => {
		let text = '';
		for (const part of parts) {
			const piece = typeof part === 'string' ? part : asText(follow(json, part));
			if (piece === UNRESOLVED) return UNRESOLVED;
			text += piece;
		}
		return text;
	};
}

/** Cuts a text at its braces into texts and paths; undefined when one of its parts is anything else. */
function parseParts(text: string): readonly Part[] | undefined {
	const parts: Part[] = [];
	let position = 0;
	for (;;) {
		const open = text.indexOf('{{', position);
		// Closing braces that nothing opened are text, as at the end of a JSON template.
		parts.push(text.slice(position, open === -1 ? undefined : open));
		if (open === -1) return parts;
		const close = text.indexOf('}}', open);
		const path = close === -1 ? undefined : parsePath(text.slice(open + 2, close));
		if (path === undefined) return undefined;
		parts.push(path);
		position = close + 2;
	}
}

/** The texts and paths of the raw text of an expression parameter; undefined when its value is the engine's to find. */
function partsOf(raw: string): readonly Part[] | undefined {
	if (!raw.startsWith('=')) return undefined;
	const text = raw.slice(1);
	if (text.includes('\\') || REFUSED_TEXT.test(text) || !isPlainText(text)) return undefined;
	return parseParts(text);
}

/** The path of an expression that is nothing but one. */
function wholePath([before, path, after, ...more]: readonly Part[]): readonly Segment[] | undefined {
	return more.length === 0 && before === '' && after === '' && typeof path === 'object' ? path : undefined;
}

/** What a resolver gives; `UNRESOLVED` where it throws. */
function guarded(resolve: DirectExpression): DirectExpression {
	return (json) => {
		try {
			return resolve(json);
		} catch {
			// Only a getter or a proxy in the data can throw here; the engine has its own answer to that.
			return UNRESOLVED;
		}
	};
}

/**
 * Compiles the raw text of an expression parameter (`={{ $json.a.b }}`, `=Hello {{ $json["name"] }}`); undefined when its
 * value is the engine's to find. What it returns never throws.
 */
export function compileExpression(raw: string): DirectExpression | undefined {
	const parts = partsOf(raw);
	if (parts === undefined) return undefined;
	const path = wholePath(parts);
	return guarded(path === undefined ? template(parts.filter((part) => part !== '')) : wholeValue(path));
}

/** The same for a list that is to be read element by element; undefined when the expression is more than a path. */
export function compileList(raw: string): DirectExpression | undefined {
	const path = wholePath(partsOf(raw) ?? []);
	return path === undefined ? undefined : guarded(wholeList(path));
}
