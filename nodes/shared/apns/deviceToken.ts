/** Device tokens as people have them: one or many, in text or arrays, printed in the ways of many apps. */
import { FieldProblem } from './problems';

const FIELD = 'Device Tokens';
/** Apple: make no assumption about the size. The longest seen have 200 digits; beyond this the path would be absurd. */
const MAX_DIGITS = 512;

export interface RecipientProblem {
	/** Position in the list, from 0. */
	readonly index: number;
	/** Beginning of the text, for the message. */
	readonly text: string;
	readonly problem: FieldProblem;
}

export interface Recipients {
	readonly tokens: readonly string[];
	readonly problems: readonly RecipientProblem[];
}

export interface RecipientOptions {
	/** MDM servers get tokens as base64 from `TokenUpdate`. */
	readonly allowBase64?: boolean;
}

/** Splits text at commas, semicolons and line breaks, and at blanks outside `<…>`, as older apps print tokens in groups. */
function splitText(text: string): string[] {
	return text
		.replace(/<([^<>]*)>/g, (_whole, inside: string) => ` ${inside.replace(/\s+/g, '')} `)
		.split(/[,;\s]+/)
		.filter((part) => part !== '');
}

function listOf(value: unknown): unknown[] {
	if (Array.isArray(value)) return value.flatMap((entry) => listOf(entry));
	if (typeof value !== 'string') return value === undefined || value === null ? [] : [value];
	const text = value.trim();
	if (text.startsWith('[') && text.endsWith(']')) {
		try {
			const parsed: unknown = JSON.parse(text);
			if (Array.isArray(parsed)) return listOf(parsed);
		} catch {
			// Not JSON after all: the splitting below names what is wrong.
		}
	}
	// Eight groups of eight digits, as NSData once printed a token, are one token even without the brackets.
	if (/^[0-9a-f]{8}( [0-9a-f]{8})+$/i.test(text)) return [text.replace(/ /g, '')];
	return splitText(text);
}

function readToken(entry: unknown, options: RecipientOptions): string {
	const text = typeof entry === 'string' ? entry.trim() : '';
	if (text === '') throw new FieldProblem(FIELD, 'is not a text', 'Give each device token as hexadecimal text.');
	if (/^[0-9a-f]+$/i.test(text)) {
		if (text.length % 2 !== 0) throw new FieldProblem(FIELD, 'has an odd number of hexadecimal digits', 'Copy the whole token; a digit is missing.');
		if (text.length > MAX_DIGITS) throw new FieldProblem(FIELD, `has ${text.length} digits`, 'Separate several tokens by commas or line breaks.');
		// Apps print both cases; the bytes are the same. One spelling makes duplicates visible.
		return text.toLowerCase();
	}
	if (options.allowBase64 === true && /^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return Buffer.from(text, 'base64').toString('hex');
	throw new FieldProblem(FIELD, 'is not hexadecimal', 'A device token consists of the digits 0-9 and a-f only, as the app prints it.');
}

/** Reads one or many tokens; what cannot be one is reported beside the rest, so that nothing else is lost. */
export function parseRecipients(value: unknown, options: RecipientOptions = {}): Recipients {
	const tokens: string[] = [];
	const problems: RecipientProblem[] = [];
	listOf(value).forEach((entry, index) => {
		try {
			tokens.push(readToken(entry, options));
		} catch (error) {
			if (!(error instanceof FieldProblem)) throw error;
			const text = typeof entry === 'string' ? entry : JSON.stringify(entry) ?? '';
			problems.push({ index, text: text.length > 24 ? `${text.slice(0, 24)}…` : text, problem: error });
		}
	});
	return { tokens, problems };
}
