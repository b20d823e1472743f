/** Which values n8n's three expression engines hand out alike. */

/**
 * Deepest nesting that is walked. Deeper data, and data that holds itself, is left to the engine; a cycle is found by the
 * first descent, before the walk can branch.
 */
const MAX_DEPTH = 64;

/** Most values looked at in one walk: an array that holds itself twice over at each level would otherwise take for ever. */
const MAX_VALUES = 4_000_000;

/**
 * Names that n8n's sandbox refuses (`isSafeObjectProperty`), that it replaces as identifiers (`globalThis`), or that stand
 * on the prototype of an object or array, where the engines differ even if the data has a key of that name. Names with two
 * leading underscores are the engines' own markers (`__isError`, `__n8nType`, `__sanitize`) or reach a prototype.
 */
const REFUSED_NAMES: ReadonlySet<string> = new Set([
	...Object.getOwnPropertyNames(Object.prototype),
	...Object.getOwnPropertyNames(Array.prototype),
	'_linkedBinding',
	'_load',
	'arguments',
	'binding',
	'callee',
	'caller',
	'defineProperties',
	'defineProperty',
	'dlopen',
	'execve',
	'getBuiltinModule',
	'getOwnPropertyDescriptor',
	'getOwnPropertyDescriptors',
	'getPrototypeOf',
	'globalThis',
	'loadEnvFile',
	'mainModule',
	'prepareStackTrace',
	'prototype',
	'setPrototypeOf',
]);

declare global {
	/** ES2024; in every Node this package runs on (V8 11.1, Node 20). */
	interface String {
		isWellFormed(): boolean;
	}
}

/**
 * Whether every engine hands out this text as it is. quickjs takes texts through UTF-8 and C strings: lone surrogates come
 * out as other characters, a NUL ends the text, and a byte order mark at its beginning is lost.
 */
export function isPlainText(text: string): boolean {
	return !text.includes('\0') && !text.includes('\ufeff') && text.isWellFormed();
}

/** Whether every engine reads a key of this name as data. */
export function isDataName(name: string): boolean {
	return !name.startsWith('__') && !REFUSED_NAMES.has(name) && isPlainText(name);
}

/** An object with the ordinary prototype: no class instance, no array. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** An array with the ordinary prototype. */
export function isPlainArray(value: unknown): value is readonly unknown[] {
	return Array.isArray(value) && Object.getPrototypeOf(value) === Array.prototype;
}

/** An ordinary, valid date without members of its own. */
export function isPlainDate(value: unknown): value is Date {
	return (
		value instanceof Date &&
		Object.getPrototypeOf(value) === Date.prototype &&
		Reflect.ownKeys(value).length === 0 &&
		!Number.isNaN(value.getTime())
	);
}

/** A text, number, boolean or null. */
export function isScalar(value: unknown): value is string | number | boolean | null {
	return value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** Whether every engine hands out this scalar as it is. */
export function isPlainScalar(value: string | number | boolean | null): boolean {
	return typeof value !== 'string' || isPlainText(value);
}

/** Below the top quickjs carries values as JSON, which has neither infinities nor a negative zero. */
function isJsonScalar(value: string | number | boolean | null): boolean {
	return typeof value === 'number' ? Number.isFinite(value) && !Object.is(value, -0) : isPlainScalar(value);
}

/**
 * Whether a value is made only of plain objects with ordinary keys, dense arrays and scalars that JSON can hold. Anything
 * else below it (dates, undefined, holes, class instances) comes out of the engines in different shapes.
 */
export function isPlainData(value: unknown): boolean {
	let values = 0;
	const isPlain = (part: unknown, depth: number): boolean => {
		if (isScalar(part)) return isJsonScalar(part);
		if (++values > MAX_VALUES || depth > MAX_DEPTH) return false;
		if (isPlainArray(part)) {
			// One own key besides the elements is `length`; a hole has no key.
			if (Reflect.ownKeys(part).length !== part.length + 1) return false;
			return part.every((element) => isPlain(element, depth + 1));
		}
		if (!isPlainObject(part)) return false;
		return Reflect.ownKeys(part).every(
			(key) => typeof key === 'string' && isDataName(key) && isPlain(part[key], depth + 1),
		);
	};
	return isPlain(value, 0);
}
