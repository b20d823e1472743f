/** Device tokens as people have them: one or many, in text or arrays, printed in the ways of many apps. */
import { FieldProblem } from './problems';

const FIELD = 'Device Tokens';
/** Apple: make no assumption about the size. The longest seen have 160 digits, 200 were announced; beyond this it is several tokens run together. */
const MAX_DIGITS = 512;
/** A device token in base64 has at least 16 octets: shorter text is a word. */
const MIN_BASE64_OCTETS = 16;
export interface RecipientOptions {
	/** MDM servers get tokens as base64 from `TokenUpdate`. */
	readonly allowBase64?: boolean;
}

/** Stands for the description iOS prints of a token, which leaves out its middle. */
export const DESCRIBED = Symbol('description');

/** Reads one entry as a token: hexadecimal, lower case. Throws `FieldProblem`. */
export function readToken(entry: unknown, options: RecipientOptions): string {
	if (typeof entry === 'number' || typeof entry === 'bigint')
		throw new FieldProblem(FIELD, 'is a number, which loses digits', 'Give each device token as text.');
	if (entry === undefined || entry === null || entry === '')
		throw new FieldProblem(FIELD, 'is empty', 'Leave out what has no device token.');
	if (typeof entry !== 'string' && entry !== DESCRIBED)
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

/** Tells for each token whether it comes for the first time; one per run, for those who want duplicates sent once. */
export function createDuplicateFilter(): (token: string, topic?: string) => boolean {
	const seen = new Set<string>();
	return (token, topic = '') => {
		const before = seen.size;
		seen.add(`${token} ${topic}`);
		return seen.size > before;
	};
}
