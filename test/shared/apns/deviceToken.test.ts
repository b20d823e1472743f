/** Device tokens as apps, databases and people write them. */
import fc from 'fast-check';
import { createDuplicateFilter } from '../../../nodes/shared/apns/deviceToken';
import { wordsOf } from '../../../nodes/shared/n8n/fieldWords';
import { readRecipientList, readRecipients } from '../../../nodes/shared/apns/recipients';

const a = '740f4707bebcf74f9b7c25d48e3358945f6aa01da5ddb387462c7eaf61bb78ad';
const b = 'b1'.repeat(32);
const long = 'c2'.repeat(80);
const groups = (token: string): string => (token.match(/.{8}/g) ?? []).join(' ');
const base64 = Buffer.from(a, 'hex').toString('base64');

/** All entries of a value, sorted into tokens and problems. */
function parseRecipients(
	value: unknown,
	options: { readonly allowBase64?: boolean } = {},
): { tokens: string[]; problems: Array<{ text: string; message: string }>; texts: string[] } {
	const entries = [...readRecipients(value, options)].filter((entry) => entry !== undefined);
	return {
		tokens: entries.flatMap(({ token }) => (token === undefined ? [] : [token])),
		problems: entries.flatMap(({ text, problem }) =>
			problem === undefined ? [] : [{ text, message: wordsOf(problem).message }],
		),
		texts: entries.map(({ text }) => text),
	};
}

describe('device tokens', () => {
	it.each<readonly [string, unknown, readonly string[]]>([
		['one', a, [a]],
		['one with blanks around', ` ${a}\n`, [a]],
		['one in capitals', a.toUpperCase(), [a]],
		['one of 80 bytes', long, [long]],
		['one in brackets, as NSData printed it', `<${groups(a)}>`, [a]],
		['one in groups without brackets', groups(a), [a]],
		['one in groups of four', (a.match(/.{4}/g) ?? []).join(' '), [a]],
		['one in groups, the last one shorter', `${groups(a)} 61bb`, [`${a}61bb`]],
		['one in groups two blanks apart', groups(a).replaceAll(' ', '  '), [a]],
		['one in quotes', `"${a}"`, [a]],
		['one in doubled quotes', `""${a}""`, [a]],
		['several in brackets', `<${groups(a)}>, <${groups(b)}>\n<${groups(long)}>`, [a, b, long]],
		['several in brackets with nothing between', `<${groups(a)}><${groups(b)}>`, [a, b]],
		['several in groups, one a line', `${groups(a)}\n${groups(b)}`, [a, b]],
		['several in groups with commas', `${groups(a)}, ${groups(b)}`, [a, b]],
		['several with commas', `${a},${b}, ${long}`, [a, b, long]],
		['several with semicolons', `${a};${b};`, [a, b]],
		['several with blanks', `${a} ${b}`, [a, b]],
		['several on lines', `${a}\r\n\r\n${b}\n`, [a, b]],
		['several with commas and quotes', `"${a}","${b}"`, [a, b]],
		['several with empty cells between', `"",${a},"" ${b},''`, [a, b]],
		['several short ones with blanks', 'aabbccdd 00112233', ['aabbccdd', '00112233']],
		['an array', [a, b], [a, b]],
		['an array of texts with several', [`${a},${b}`, long], [a, b, long]],
		['an array of arrays', [[a], [b]], [a, b]],
		['the text of a JSON array', JSON.stringify([a, b]), [a, b]],
		['the text of a JSON array with blanks around', ` ${JSON.stringify([a, b])}\n`, [a, b]],
		['the text of an array without quotes', `[${a}, ${b}]`, [a, b]],
		['the same twice', `${a},${a.toUpperCase()}`, [a, a]],
		['nothing', '', []],
		['brackets with nothing in them', '<>, < >', []],
		['undefined', undefined, []],
		['null', null, []],
		['an empty array', [], []],
		['the text of an empty array', '[]', []],
	])('are read from %s', (_name, value, tokens) => {
		expect(parseRecipients(value)).toMatchObject({ tokens, problems: [] });
	});

	it.each<readonly [string, unknown, string]>([
		['a word', 'recipient', 'contains an entry that is not hexadecimal'],
		['an odd number of digits', a.slice(1), 'contains a token with 63 hexadecimal digits, an odd number'],
		['a letter too far', `${a.slice(0, 62)}fg`, 'contains an entry that is not hexadecimal'],
		['a path', `${a}/../x`, 'contains an entry that is not hexadecimal'],
		['many run together', b.repeat(9), 'contains a token with 576 digits'],
		[
			'the description of iOS 13',
			'{length = 32, bytes = 0x740f4707 bebcf74f 9b7c25d4 ... 462c7eaf 61bb78ad }',
			'contains a description of a token as iOS prints it, with the middle left out',
		],
		['base64', base64, 'contains an entry that is not hexadecimal. It may be base64'],
		['an Expo token', 'ExponentPushToken[xxxxxxxxxxxxxxxxxxxxxx]', 'contains an entry that is not hexadecimal'],
		['a number', 740470, 'contains a number instead of text, and numbers lose digits'],
		['a large number', 740470n, 'contains a number instead of text, and numbers lose digits'],
		['an object', { token: a }, 'contains a value that is not text'],
		['a boolean', true, 'contains a value that is not text'],
		['an empty entry', [''], 'contains an empty entry'],
		['a missing entry', [null], 'contains an empty entry'],
	])('are not %s', (_name, value, problem) => {
		const { tokens, problems } = parseRecipients(value);
		expect(tokens).toEqual([]);
		expect(problems.map(({ message }) => message)).toEqual([`'Device Tokens' ${problem}.`]);
	});

	it.each<readonly [string, unknown, readonly string[]]>([
		['capitals', ` ${a.toUpperCase()} `, [a.toUpperCase()]],
		['brackets', `<${groups(a)}>,\n<${groups(b)}>`, [`<${groups(a)}>`, `<${groups(b)}>`]],
		['groups', `${groups(a)}\n${groups(b)}`, [groups(a), groups(b)]],
		['a list', [` ${a}`, b.toUpperCase()], [a, b.toUpperCase()]],
		['the text of a list', JSON.stringify([a.toUpperCase(), b]), [a.toUpperCase(), b]],
		['the text of a list with an empty entry', JSON.stringify([a, '']), [a, '']],
		['words between tokens', `${a},no token; 12345 `, [a, 'no', 'token', '12345']],
		[
			'a description',
			'{length = 32, bytes = 0x740f4707 ... 61bb78ad }',
			['{length = 32, bytes = 0x740f4707 ... 61bb78ad }'],
		],
		['a token with a quote in it', `${a}"${b}`, [`${a}"${b}`]],
		['empty elements of a list', [' ', '""'], ['', '""']],
		['a list without its end', `[${a}, ${b}`, [`[${a}`, b]],
		['values that are no text', [7, null, undefined, { a: 1 }, true, 12n], ['7', '', '', '{"a":1}', 'true', '12']],
	])('keep the text as it was written: %s', (_name, value, texts) => {
		expect(parseRecipients(value).texts).toEqual(texts);
	});

	it.each([
		['a shorter one between them', `740f4707 bebc ${groups(b)}`],
		['a longer one at the end', `${groups(a)} ${b}`],
		['one that is not hexadecimal', `${groups(a)} recipient ${groups(b)}`],
		['one that is only hexadecimal at its end', `${groups(a)} recip1ab`],
		['one that is only hexadecimal at its beginning', `${groups(a)} ab1recip`],
	])('in groups are not put together with %s', (_name, text) => {
		expect(parseRecipients(text).texts).toEqual(text.split(' '));
	});

	it('stand beside what is no token in the text of a list, each judged by itself', () => {
		const { tokens, problems } = parseRecipients(`["${a}","${b}",5,{"token":"${a}"},"\\u0061b"]`);
		expect(tokens).toEqual([a, b, 'ab']);
		expect(problems).toEqual([
			{ text: '5', message: "'Device Tokens' contains a number instead of text, and numbers lose digits." },
			{ text: `{"token":"${a}"}`, message: "'Device Tokens' contains a value that is not text." },
		]);
	});

	it('keep 4 KB of a wrong text, and its length', () => {
		const [entry] = parseRecipients('x'.repeat(5_000)).problems;
		expect(entry?.text).toBe(`${'x'.repeat(4_096)}… (5000 characters)`);
		expect(parseRecipients('x'.repeat(4_096)).texts).toEqual(['x'.repeat(4_096)]);
	});

	it('survive an entry that cannot even be shown', () => {
		const circular: unknown[] = [];
		circular.push({ circular });
		const { tokens, problems } = parseRecipients([
			a,
			{
				toJSON: () => {
					throw new Error('no');
				},
			},
			{ circular },
			b,
		]);
		expect(tokens).toEqual([a, b]);
		expect(problems).toHaveLength(2);
	});

	it('for MDM may be base64, as devices report them', () => {
		const url = base64.replaceAll('+', '-').replaceAll('/', '_').replace('=', '');
		for (const value of [base64, url, `<data>\n${base64}\n</data>`, [base64], a])
			expect(parseRecipients(value, { allowBase64: true })).toMatchObject({ tokens: [a], problems: [] });
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

	const many = Array.from({ length: 20_000 }, (_none, n) => n.toString(16).padStart(64, '0'));

	it.each([
		['lines', many.join('\n')],
		['blanks', many.join(' ')],
		['commas and quotes', `"${many.join('", "')}"`],
		['brackets', many.map((token) => `<${groups(token)}>`).join()],
		['the text of a list', JSON.stringify(many)],
		['the text of a list on lines', JSON.stringify(many, null, 2)],
		['the text of a list without quotes', `[${many.join(', ')}]`],
	])('by the ten thousand are read piece by piece: %s', (_name, text) => {
		let longest = 0;
		let inPiece = 0;
		const tokens: string[] = [];
		for (const entry of readRecipients(text)) {
			inPiece = entry === undefined ? 0 : inPiece + 1;
			longest = Math.max(longest, inPiece);
			if (entry?.token !== undefined) tokens.push(entry.token);
		}
		expect(tokens).toEqual(many);
		// Between two pauses at most as many tokens as a piece of 16 KB holds.
		expect(longest).toBeLessThan(300);
	});

	it.each([
		['in groups, one a line', 2_000, (tokens: string[]) => tokens.map(groups).join('\n')],
		[
			'in brackets that hold line breaks',
			2_000,
			(tokens: string[]) => tokens.map((token) => `<${groups(token).replaceAll(' ', '\n')}>`).join(' '),
		],
		['with many blanks between', 5, (tokens: string[]) => tokens.join(' '.repeat(40_000))],
	])('are read whole from a long text %s', (_name, count, write) => {
		const tokens = many.slice(0, count);
		expect(parseRecipients(write(tokens)).tokens).toEqual(tokens);
	});

	it('may be described a thousand times: a piece ends outside of braces', () => {
		const description = '{length = 32, bytes = 0x740f4707 bebcf74f ... 462c7eaf 61bb78ad }';
		const lines = Array.from({ length: 1_000 }, () => description);
		expect(parseRecipients(lines.join('\n')).texts).toEqual(lines);
	});

	it.each([
		['a word', 'x'.repeat(40_000)],
		['groups', Array.from({ length: 5_000 }, () => '740f4707').join(' ')],
	])('are one wrong entry in %s that nothing separates, however long', (_name, text) => {
		expect(parseRecipients(text).texts).toHaveLength(1);
	});

	it('leave room for others while the text of a long list is looked at', () => {
		const text = JSON.stringify(many.slice(0, 5_000));
		let before = 0;
		for (const entry of readRecipients(text)) {
			if (entry !== undefined) break;
			before += 1;
		}
		const pieces = Math.floor(text.length / 16_384);
		expect([before, [...readRecipients(text)].length]).toEqual([pieces, 5_000 + 2 * pieces]);
	});

	it('take no longer for brackets and braces that nothing closes', () => {
		const startedMs = performance.now();
		expect(parseRecipients(`${'<'.repeat(100_000)}${'{length = '.repeat(20_000)}`).tokens).toEqual([]);
		expect(parseRecipients('{length = 1, bytes = 0x'.repeat(20_000)).tokens).toEqual([]);
		expect(performance.now() - startedMs).toBeLessThan(10_000);
	});

	it('are read alike whole or piece by piece', () => {
		const piece = fc.constantFrom(
			a,
			b,
			groups(a),
			`<${groups(b)}>`,
			'"',
			"'",
			' ',
			',',
			';',
			'\r\n',
			'<',
			'>',
			'{',
			'}',
			'word',
			'{length = 32, bytes = 0x12 ... 34 }',
			'<data>',
			'</data>',
		);
		fc.assert(
			fc.property(fc.array(piece, { maxLength: 12 }), fc.nat(40), (parts, repeats) => {
				// With a separator the text of both halves is the text of the whole; together they are longer than a piece.
				const half = `${parts.join('')}>}\n`;
				const long = half.repeat(repeats * 20 + 1);
				const one = parseRecipients(half).texts;
				expect(parseRecipients(long).texts).toEqual(Array.from({ length: repeats * 20 + 1 }, () => one).flat());
			}),
			{ numRuns: 200, seed: 7 },
		);
	});

	it('of a list that is no array are read as they come', () => {
		function* list(): Generator<unknown> {
			yield a;
			yield `${b},${a}`;
		}
		expect([...readRecipientList(list())].map((entry) => entry?.token)).toEqual([a, b, a]);
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
