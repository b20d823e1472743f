/** Device tokens as people have them: one or many, in text or arrays, printed in the ways of many apps. */
import { FieldProblem } from './problems';

const FIELD = 'Device Tokens';
/** Apple: make no assumption about the size. The longest seen have 160 digits, 200 were announced; beyond this it is several tokens run together. */
const MAX_DIGITS = 512;
/** A device token in base64 has at least 16 octets: shorter text is a word. */
const MIN_BASE64_OCTETS = 16;
/** How much of a refused text is shown: enough to find it. */
const SHOWN_CHARACTERS = 24;

export interface RecipientProblem {
	/** Position in the list, from 0. */
	readonly index: number;
	/** Beginning of the text, for the message. */
	readonly text: string;
	readonly problem: FieldProblem;
}

export interface Recipients {
	/** Hexadecimal, lower case, in the order given; duplicates are kept. */
	readonly tokens: readonly string[];
	readonly problems: readonly RecipientProblem[];
}

export interface RecipientOptions {
	/** MDM servers get tokens as base64 from `TokenUpdate`. */
	readonly allowBase64?: boolean;
}

/** `{length = 32, bytes = 0x124686a5 … 8a5d}`: what iOS 13 and later print for Data, with the middle left out. */
const DESCRIPTION = /\{\s*length\s*=\s*\d+\s*,\s*bytes\s*=\s*0x[^}]*\}?/gi;
/** Stands for such a description while commas and blanks split the text. */
const DESCRIBED = '{length=…}';

/** No device token seen is shorter than 32 bytes. */
const SHORTEST_SEEN_DIGITS = 64;

/** Groups of equally many digits, as NSData once printed a token: one token even without its brackets. */
function isGrouped(parts: readonly string[]): boolean {
	const size = parts[0]?.length ?? 0;
	if (![2, 4, 8].includes(size) || parts.length * size < SHORTEST_SEEN_DIGITS) return false;
	return parts.every(
		(part, at) =>
			/^[0-9a-f]+$/i.test(part) && (part.length === size || (at === parts.length - 1 && part.length < size)),
	);
}

/** Splits text at commas, semicolons, line breaks and blanks, except blanks inside `<…>` and inside a grouped token. */
function splitText(text: string): string[] {
	return text
		.replace(DESCRIPTION, ` ${DESCRIBED} `)
		.replace(/<\/?(?:data|string)>/gi, ' ')
		.replace(/<([^<>]*)>/g, (_whole, inside: string) => `,${inside.replace(/\s+/g, '')},`)
		.split(/[,;\r\n]+/)
		.flatMap((segment) => {
			const parts = segment.split(/\s+/).filter((part) => part !== '');
			return isGrouped(parts) ? [parts.join('')] : parts;
		})
		.map((part) => part.replace(/^["'`]+|["'`]+$/g, ''))
		.filter((part) => part !== '');
}

function parseJsonArray(text: string): unknown[] | undefined {
	if (!text.startsWith('[') || !text.endsWith(']')) return undefined;
	try {
		const parsed: unknown = JSON.parse(text);
		return Array.isArray(parsed) ? parsed : undefined;
	} catch {
		// Not JSON after all, such as [aa, bb] without quotes: the splitting below reads it.
		return undefined;
	}
}

/** The single entries of whatever was given. An empty entry of a list stays, to be reported: its row has no token. */
function listOf(value: unknown, inList: boolean): unknown[] {
	if (Array.isArray(value)) return value.flatMap((entry) => listOf(entry, true));
	if (typeof value !== 'string') return (value === undefined || value === null) && !inList ? [] : [value];
	const text = value.trim();
	const array = parseJsonArray(text);
	if (array !== undefined) return listOf(array, inList);
	const parts = splitText(text.replace(/^\[|\]$/g, ''));
	return parts.length === 0 && inList ? [''] : parts;
}

function readToken(entry: unknown, options: RecipientOptions): string {
	if (typeof entry === 'number' || typeof entry === 'bigint')
		throw new FieldProblem(FIELD, 'is a number, which loses digits', 'Give each device token as text.');
	if (entry === undefined || entry === null || entry === '')
		throw new FieldProblem(FIELD, 'is empty', 'Leave out what has no device token.');
	if (typeof entry !== 'string')
		throw new FieldProblem(
			FIELD,
			'is not a text',
			'Give each device token as hexadecimal text, for example with an expression that ends in its field.',
		);
	if (entry === DESCRIBED) {
		throw new FieldProblem(
			FIELD,
			'is the description iOS prints of the token, with its middle left out',
			'Let the app send the bytes of the token in hexadecimal: deviceToken.map { String(format: "%02x", $0) }.joined().',
		);
	}
	if (/^[0-9a-f]+$/i.test(entry)) {
		if (entry.length % 2 !== 0)
			throw new FieldProblem(
				FIELD,
				`has ${entry.length} hexadecimal digits, an odd number`,
				'Copy the whole token; a digit is missing or too many.',
			);
		if (entry.length > MAX_DIGITS)
			throw new FieldProblem(FIELD, `has ${entry.length} digits`, 'Separate several tokens by commas or line breaks.');
		// Apps print both cases and the bytes are the same; Apple's pages show lower case, and one spelling makes duplicates visible.
		return entry.toLowerCase();
	}
	if (/^[A-Za-z0-9+/_-]+={0,2}$/.test(entry)) {
		const bytes = Buffer.from(entry, 'base64');
		if (bytes.length >= MIN_BASE64_OCTETS && bytes.length * 2 <= MAX_DIGITS) {
			if (options.allowBase64 === true) return bytes.toString('hex');
			if (/[+/=]|^[A-Za-z0-9_-]{43}$/.test(entry))
				throw new FieldProblem(
					FIELD,
					'is not hexadecimal; it may be base64',
					'Give the token in hexadecimal; base64 is read for push type MDM only.',
				);
		}
	}
	throw new FieldProblem(
		FIELD,
		'is not hexadecimal',
		'A device token consists of the digits 0-9 and a-f only, as the app prints it.',
	);
}

function shown(entry: unknown): string {
	const text =
		typeof entry === 'string' ? entry : typeof entry === 'bigint' ? String(entry) : (JSON.stringify(entry) ?? '');
	return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}

/**
 * Reads one or many tokens: text (separated by commas, semicolons, blanks or line breaks; `<…>` with groups), an array,
 * or the text of a JSON array. What cannot be a token is reported beside the rest, so that nothing else is lost.
 */
export function parseRecipients(value: unknown, options: RecipientOptions = {}): Recipients {
	const tokens: string[] = [];
	const problems: RecipientProblem[] = [];
	listOf(value, false).forEach((entry, index) => {
		try {
			tokens.push(readToken(entry, options));
		} catch (error) {
			if (!(error instanceof FieldProblem)) throw error;
			problems.push({ index, text: shown(entry), problem: error });
		}
	});
	return { tokens, problems };
}

/** Tells for each token whether it comes for the first time; one per run, for those who want duplicates sent once. */
export function createDuplicateFilter(): (token: string, topic?: string) => boolean {
	const seen = new Set<string>();
	return (token, topic = '') => {
		const before = seen.size;
		seen.add(`${token} ${topic}`);
		return seen.size > before;
	};
}
