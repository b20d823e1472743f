/** A device token as apps print it and people paste it, read as hexadecimal. */
import { choice, type FieldText, field, text } from './fields';
import { FieldProblem, type ProblemCode } from './problems';

/** Apple: make no assumption about the size. The longest seen have 160 digits, 200 were announced; beyond this several tokens ran together. */
const MAX_DIGITS = 512;
/** A device token in base64 has at least 16 octets: shorter text is a word. */
const MIN_BASE64_OCTETS = 16;

export interface RecipientOptions {
	/** MDM servers get tokens as base64 from `TokenUpdate`. */
	readonly allowBase64?: boolean;
}

/** Stands for the description iOS prints of a token, which leaves out its middle. */
export const DESCRIBED = Symbol('description');

const problem = (code: ProblemCode, what: FieldText, remedy: FieldText): FieldProblem =>
	new FieldProblem('recipients', code, what, remedy);

/** Made once: a list may hold many thousands of entries that are wrong in the same way. */
const problems = {
	number: problem(
		'notText',
		'contains a number instead of text, and numbers lose digits',
		'Enter each device token as text.',
	),
	empty: problem('missing', 'contains an empty entry', 'Leave out entries without a device token.'),
	notText: problem(
		'notText',
		'contains a value that is not text',
		'Use an expression that points to the field with the device token.',
	),
	described: problem(
		'incomplete',
		'contains a description of a token as iOS prints it, with the middle left out',
		'Have the app send the bytes of the token as hexadecimal: deviceToken.map { String(format: "%02x", $0) }.joined().',
	),
	base64: problem(
		'notHex',
		'contains an entry that is not hexadecimal. It may be base64',
		text`Enter the token as hexadecimal. Base64 is only accepted for push type ${choice('pushType', 'mdm')}.`,
	),
	notHex: problem(
		'notHex',
		'contains an entry that is not hexadecimal',
		'A device token only contains the digits 0-9 and the letters a-f. Use it as the app prints it.',
	),
};

/** Reads one entry as a token: hexadecimal, lower case. Throws `FieldProblem`. */
export function readToken(entry: unknown, { allowBase64 = false }: RecipientOptions): string {
	if (entry === DESCRIBED) throw problems.described;
	if (typeof entry === 'number' || typeof entry === 'bigint') throw problems.number;
	if (entry === undefined || entry === null || entry === '') throw problems.empty;
	if (typeof entry !== 'string') throw problems.notText;
	if (/^[0-9a-f]+$/i.test(entry)) {
		if (entry.length % 2 !== 0)
			throw problem(
				'badLength',
				`contains a token with ${entry.length} hexadecimal digits, an odd number`,
				'Copy the whole token. One digit is missing or was added.',
			);
		if (entry.length > MAX_DIGITS)
			throw problem(
				'tooLong',
				`contains a token with ${entry.length} digits`,
				'Separate device tokens with commas or line breaks.',
			);
		// Apps print both cases and the bytes are the same; Apple's pages show lower case, and one spelling makes duplicates visible.
		return entry.toLowerCase();
	}
	if (/^[A-Za-z0-9+/_-]+={0,2}$/.test(entry)) {
		const bytes = Buffer.from(entry, 'base64');
		if (bytes.length >= MIN_BASE64_OCTETS && bytes.length * 2 <= MAX_DIGITS) {
			if (allowBase64) return bytes.toString('hex');
			if (/[+/=]|^[A-Za-z0-9_-]{43}$/.test(entry)) throw problems.base64;
		}
	}
	throw problems.notHex;
}

/** No device token was given at all. */
export function noRecipients(): FieldProblem {
	return problem('missing', 'is empty', text`Enter at least one device token in ${field('recipients')}.`);
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
