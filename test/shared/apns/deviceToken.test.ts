/** Device tokens as apps, databases and people write them. */
import fc from 'fast-check';
import { createDuplicateFilter, parseRecipients } from '../../../nodes/shared/apns/deviceToken';

const a = '740f4707bebcf74f9b7c25d48e3358945f6aa01da5ddb387462c7eaf61bb78ad';
const b = 'b1'.repeat(32);
const long = 'c2'.repeat(80);
const groups = (token: string): string => (token.match(/.{8}/g) ?? []).join(' ');
const base64 = Buffer.from(a, 'hex').toString('base64');

describe('device tokens', () => {
	it.each<readonly [string, unknown, readonly string[]]>([
		['one', a, [a]],
		['one with blanks around', ` ${a}\n`, [a]],
		['one in capitals', a.toUpperCase(), [a]],
		['one of 80 bytes', long, [long]],
		['one in brackets, as NSData printed it', `<${groups(a)}>`, [a]],
		['one in groups without brackets', groups(a), [a]],
		['one in groups of four', (a.match(/.{4}/g) ?? []).join(' '), [a]],
		['one in quotes', `"${a}"`, [a]],
		['several in brackets', `<${groups(a)}>, <${groups(b)}>\n<${groups(long)}>`, [a, b, long]],
		['several in brackets with nothing between', `<${groups(a)}><${groups(b)}>`, [a, b]],
		['several in groups, one a line', `${groups(a)}\n${groups(b)}`, [a, b]],
		['several with commas', `${a},${b}, ${long}`, [a, b, long]],
		['several with semicolons', `${a};${b};`, [a, b]],
		['several with blanks', `${a} ${b}`, [a, b]],
		['several on lines', `${a}\r\n\r\n${b}\n`, [a, b]],
		['several with commas and quotes', `"${a}","${b}"`, [a, b]],
		['several short ones with blanks', 'aabbccdd 00112233', ['aabbccdd', '00112233']],
		['an array', [a, b], [a, b]],
		['an array of texts with several', [`${a},${b}`, long], [a, b, long]],
		['an array of arrays', [[a], [b]], [a, b]],
		['the text of a JSON array', JSON.stringify([a, b]), [a, b]],
		['the text of an array without quotes', `[${a}, ${b}]`, [a, b]],
		['the same twice', `${a},${a.toUpperCase()}`, [a, a]],
		['nothing', '', []],
		['undefined', undefined, []],
		['null', null, []],
		['an empty array', [], []],
		['the text of an empty array', '[]', []],
	])('are read from %s', (_name, value, tokens) => {
		expect(parseRecipients(value)).toEqual({ tokens, problems: [] });
	});

	it.each<readonly [string, unknown, string]>([
		['a word', 'recipient', 'is not hexadecimal'],
		['an odd number of digits', a.slice(1), 'has 63 hexadecimal digits, an odd number'],
		['a letter too far', `${a.slice(0, 62)}fg`, 'is not hexadecimal'],
		['a path', `${a}/../x`, 'is not hexadecimal'],
		['many run together', b.repeat(9), 'has 576 digits'],
		[
			'the description of iOS 13',
			'{length = 32, bytes = 0x740f4707 bebcf74f 9b7c25d4 ... 462c7eaf 61bb78ad }',
			'is the description iOS prints of the token, with its middle left out',
		],
		['base64', base64, 'is not hexadecimal; it may be base64'],
		['an Expo token', 'ExponentPushToken[xxxxxxxxxxxxxxxxxxxxxx]', 'is not hexadecimal'],
		['a number', 740470, 'is a number, which loses digits'],
		['an object', { token: a }, 'is not a text'],
		['a boolean', true, 'is not a text'],
		['an empty entry', [''], 'is empty'],
		['a missing entry', [null], 'is empty'],
	])('are not %s', (_name, value, problem) => {
		const { tokens, problems } = parseRecipients(value);
		expect(tokens).toEqual([]);
		expect(problems.map((found) => found.problem.message)).toEqual([`Device Tokens: ${problem}`]);
	});

	it('that are wrong stand beside the others, with their place and the beginning of their text', () => {
		const { tokens, problems } = parseRecipients(`${a},no-token-but-a-rather-long-text,${b},12345`);
		expect(tokens).toEqual([a, b]);
		expect(problems.map(({ index, text }) => [index, text])).toEqual([
			[1, 'no-token-but-a-rather-lo…'],
			[3, '12345'],
		]);
	});

	it('for MDM may be base64, as devices report them', () => {
		const url = base64.replaceAll('+', '-').replaceAll('/', '_').replace('=', '');
		for (const value of [base64, url, `<data>\n${base64}\n</data>`, [base64], a])
			expect(parseRecipients(value, { allowBase64: true })).toEqual({ tokens: [a], problems: [] });
		expect(parseRecipients('word', { allowBase64: true }).problems).toHaveLength(1);
	});

	it('never hold anything but pairs of hexadecimal digits', () => {
		const piece = fc.oneof(
			fc.string(),
			fc.constantFrom(a, b, '<', '>', ' ', ',', '\r\n', '[', ']', '"', '/', '?', '\0', '{length = 1, bytes = 0x'),
			fc.integer(),
			fc.object(),
		);
		fc.assert(
			fc.property(
				fc.oneof(
					fc.array(piece),
					fc
						.array(fc.oneof(fc.string(), fc.constantFrom(a, '<', '>', ',', '[', ']', '"')))
						.map((parts) => parts.join('')),
				),
				fc.boolean(),
				(value, allowBase64) => {
					for (const token of parseRecipients(value, { allowBase64 }).tokens) expect(token).toMatch(/^([0-9a-f]{2})+$/);
				},
			),
			{ numRuns: 500 },
		);
	});

	it('by the hundred thousand in one text are read in a moment', () => {
		const many = Array.from({ length: 100_000 }, (_none, n) => n.toString(16).padStart(64, '0'));
		const startedMs = performance.now();
		expect(parseRecipients(many.join('\n')).tokens).toEqual(many);
		expect(parseRecipients(`${'<'.repeat(100_000)}${'{length = '.repeat(20_000)}`).tokens).toEqual([]);
		expect(performance.now() - startedMs).toBeLessThan(10_000);
	});

	it('that come twice are told from new ones, by topic', () => {
		const isNew = createDuplicateFilter();
		expect([isNew(a), isNew(a), isNew(b), isNew(a, 'com.example'), isNew(a, 'com.example')]).toEqual([
			true,
			false,
			true,
			true,
			false,
		]);
	});
});
