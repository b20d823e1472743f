/** The entries of Device Tokens one by one, from text or lists, each with the text as the user wrote it. */
import { DESCRIBED, type RecipientOptions, readToken } from './deviceToken';
import { FieldProblem } from './problems';

/** One entry: a device token, or why it is none. */
export type Recipient = {
	/** The trimmed text as the user wrote it; of a long wrong one its beginning and its length. */
	readonly text: string;
} & (
	| { /** Hexadecimal, lower case. */ readonly token: string; readonly problem?: undefined }
	| { readonly token?: undefined; readonly problem: FieldProblem }
);

/** A text without its separators, and the part of it that is the token where brackets or blanks surround or split it. */
interface Entry {
	readonly text: string;
	readonly token: unknown;
}

/** Longest wrong text a result repeats, in characters: enough to find any row by. */
const MAX_TEXT = 4_096;
/** How much text is cut up at a time: some hundred tokens. */
const PIECE = 16_384;
/** No device token seen is shorter than 32 bytes. */
const SHORTEST_SEEN_DIGITS = 64;

/** `{length = 32, bytes = 0x124686a5 … 8a5d}`: what iOS 13 and later print for Data, with the middle left out. */
const DESCRIPTION = String.raw`\{\s*length\s*=\s*\d+\s*,\s*bytes\s*=\s*0x[^}]*\}?`;
/** The tags around base64 in a property list, as MDM's TokenUpdate has it. */
const TAG = String.raw`<\/?(?:data|string)>`;
/** A token as NSData once printed it, blanks between its groups. */
const BRACKETS = '<[^<>]*>';
/** What needs more than cutting at separators; any text up to the next of them or to a separator is taken as it is. */
const SPECIAL = new RegExp(
	`(?<description>${DESCRIPTION})|${TAG}|(?<brackets>${BRACKETS})|(?<plain>(?:(?!${DESCRIPTION}|${BRACKETS})[^,;\\r\\n])+)`,
	'gi',
);
/** Commas, semicolons and line breaks separate wherever they stand; blanks do not inside a grouped token. */
const SEPARATORS = /[,;\r\n]+/;
/** An element of a JSON list that is a text without escapes, and what follows it: another such, or the end (first group). */
const JSON_TEXT = /\s*"[^"\\\u0000-\u001f]*"\s*(?:,(?=\s*")|(\]$))/;

/** Groups of equally many digits, as NSData once printed a token: one token even without its brackets. */
function isGrouped(parts: readonly string[]): boolean {
	const size = parts[0]?.length ?? 0;
	if (![2, 4, 8].includes(size) || parts.length * size < SHORTEST_SEEN_DIGITS) return false;
	return parts.every(
		(part, at) =>
			/^[0-9a-f]+$/i.test(part) && (part.length === size || (at === parts.length - 1 && part.length < size)),
	);
}

/** Text without the quotes around it, as lists in CSV files and code have them. */
function unquoted(text: string): string {
	return text.replace(/^["'`]+|["'`]+$/g, '');
}

/** The entries of a text between two separators. */
function* segmentEntries(segment: string): Generator<Entry, void, void> {
	const text = segment.trim();
	const parts = text.split(/\s+/);
	if (isGrouped(parts)) return yield { text, token: parts.join('') };
	for (const part of parts) {
		const token = unquoted(part);
		if (token !== '') yield { text: token, token };
	}
}

/** The entries of a piece of text that begins and ends between entries. */
function* pieceEntries(piece: string): Generator<Entry, void, void> {
	if (!/[<{]/.test(piece)) {
		for (const segment of piece.split(SEPARATORS)) yield* segmentEntries(segment);
		return;
	}
	for (const { 0: text, groups } of piece.matchAll(SPECIAL)) {
		if (groups?.description !== undefined) yield { text: text.trim(), token: DESCRIBED };
		else if (groups?.brackets !== undefined) {
			const token = text.slice(1, -1).replace(/\s+/g, '');
			if (token !== '') yield { text, token };
		} else if (groups?.plain !== undefined) yield* segmentEntries(text);
	}
}

/** Where a text may be cut after `from`: behind a separator that lies outside of brackets and braces. */
function cutAfter(text: string, from: number): number {
	for (let size = PIECE; from + size < text.length; size *= 2) {
		const piece = text.slice(from, from + size);
		const at = Math.max(
			piece.lastIndexOf(','),
			piece.lastIndexOf(';'),
			piece.lastIndexOf('\n'),
			piece.lastIndexOf('\r'),
			isBlankSeparated(piece) ? piece.lastIndexOf(' ') : -1,
		);
		const isOpen = (open: string, close: string): boolean => piece.lastIndexOf(open, at) > piece.lastIndexOf(close, at);
		if (at !== -1 && !isOpen('<', '>') && !isOpen('{', '}')) return from + at + 1;
	}
	return text.length;
}

/** Whether blanks separate tokens here: groups of a token are short. */
function isBlankSeparated(piece: string): boolean {
	const first = /\S+/.exec(piece)?.[0] ?? '';
	return first.length > 8 && !/[<{]/.test(piece);
}

/** The entries of a text of any length; undefined between pieces. */
function* textEntries(text: string): Generator<Entry | undefined, void, void> {
	for (let from = 0; from < text.length;) {
		const to = cutAfter(text, from);
		yield* pieceEntries(text.slice(from, to));
		from = to;
		if (from < text.length) yield undefined;
	}
}

/** Whether a text is a JSON list of nothing but plain texts; undefined while it is looked at. */
function* isPlainList(text: string): Generator<undefined, boolean, void> {
	// One of its own: it keeps its place while others read.
	const next = new RegExp(JSON_TEXT, 'y');
	next.lastIndex = 1;
	for (let pauseAt = PIECE; ;) {
		const element = next.exec(text);
		if (element === null) return false;
		if (element[1] !== undefined) return true;
		if (next.lastIndex < pauseAt) continue;
		pauseAt = next.lastIndex + PIECE;
		yield undefined;
	}
}

/** The elements of a plain JSON list, known to be one. */
function* plainListEntries(text: string): Generator<Entry | undefined, void, void> {
	let pauseAt = PIECE;
	for (let open = text.indexOf('"'); open !== -1;) {
		const close = text.indexOf('"', open + 1);
		yield* elementEntries(text.slice(open + 1, close));
		open = text.indexOf('"', close + 1);
		if (open < pauseAt) continue;
		pauseAt = open + PIECE;
		yield undefined;
	}
}

/** What JSON makes of a text that looks like a list; undefined when it is none. */
function parseList(text: string): readonly unknown[] | undefined {
	try {
		const parsed: unknown = JSON.parse(text);
		return Array.isArray(parsed) ? parsed : undefined;
	} catch {
		// Not JSON after all, such as [aa, bb] without quotes: cutting at separators reads it.
		return undefined;
	}
}

/** The entries of a list's element. An empty one is an entry, to be reported: its row has no token. */
function* elementEntries(element: unknown): Generator<Entry | undefined, void, void> {
	if (typeof element !== 'string') return yield* valueEntries(element, true);
	if (/^[0-9A-Za-z]+$/.test(element)) return yield { text: element, token: element };
	let isEmpty = true;
	for (const entry of valueEntries(element, true)) {
		isEmpty = false;
		yield entry;
	}
	if (isEmpty) yield { text: element.trim(), token: '' };
}

/** The entries of a list. */
function* listEntries(list: Iterable<unknown>): Generator<Entry | undefined, void, void> {
	for (const element of list) yield* elementEntries(element);
}

/** The entries of whatever was given. */
function* valueEntries(value: unknown, inList: boolean): Generator<Entry | undefined, void, void> {
	if (Array.isArray(value)) return yield* listEntries(value);
	if (typeof value !== 'string') {
		if (inList || (value !== undefined && value !== null)) yield { text: described(value), token: value };
		return;
	}
	const text = value.trim();
	if (!text.startsWith('[') || !text.endsWith(']')) return yield* textEntries(text);
	if (yield* isPlainList(text)) return yield* plainListEntries(text);
	const list = parseList(text);
	if (list !== undefined) return yield* listEntries(list);
	yield* textEntries(text.slice(1, -1));
}

/** A value that is no text, as text. */
function described(value: unknown): string {
	if (value === undefined || value === null) return '';
	try {
		return typeof value === 'object' ? (JSON.stringify(value) ?? '') : String(value);
	} catch {
		// A value that holds itself, or whose own conversion throws.
		return Object.prototype.toString.call(value);
	}
}

/** A wrong text as a result shows it. */
function shown(text: string): string {
	return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}… (${text.length} characters)` : text;
}

/**
 * Reads one or many device tokens, in order, duplicates included: text (separated by commas, semicolons, blanks or line
 * breaks; `<…>` with groups), a list, or the text of a JSON list. What cannot be a token is reported beside the rest, so
 * that nothing else is lost. Gives undefined now and then, so that reading a long text can pause.
 */
export function* readRecipients(
	value: unknown,
	options: RecipientOptions = {},
): Generator<Recipient | undefined, void, void> {
	yield* recipientsOf(valueEntries(value, false), options);
}

/** The same for a list that is not held as an array. */
export function* readRecipientList(
	list: Iterable<unknown>,
	options: RecipientOptions = {},
): Generator<Recipient | undefined, void, void> {
	yield* recipientsOf(listEntries(list), options);
}

function* recipientsOf(
	entries: Iterable<Entry | undefined>,
	options: RecipientOptions,
): Generator<Recipient | undefined, void, void> {
	for (const entry of entries) yield entry === undefined ? undefined : recipientOf(entry, options);
}

function recipientOf({ text, token }: Entry, options: RecipientOptions): Recipient {
	try {
		return { text, token: readToken(token, options) };
	} catch (error) {
		if (!(error instanceof FieldProblem)) throw error;
		return { text: shown(text), problem: error };
	}
}
