/** The Huffman code: complete, the same as the reference's, exact in length, strict in padding, never beyond its room. */
import fc from 'fast-check';
import { huffmanDecode, huffmanEncode, huffmanLength, huffmanRoom } from '../../../../nodes/shared/http2/hpack/huffman';
import { huffmanCodes, referenceHuffmanDecode, referenceHuffmanEncode } from '../../../wire/referenceHpack';

const latin1Text = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('latin1'));

function encode(text: string): Buffer {
	const out = Buffer.alloc(text.length * 4 + 8);
	return out.subarray(0, huffmanEncode(text, out, 0, out.length));
}

/** Undefined when the code is refused. */
function decode(bytes: Buffer): string | undefined {
	const out = Buffer.alloc(huffmanRoom(bytes.length));
	const length = huffmanDecode(bytes, 0, bytes.length, out);
	return length < 0 ? undefined : out.toString('latin1', 0, length);
}

/** Octets from a string of zeros and ones. */
const bits = (text: string): Buffer => Buffer.from((text.match(/.{8}/g) ?? []).map((octet) => parseInt(octet, 2)));

test('the reference code is complete: with EOS, its lengths fill the tree exactly', () => {
	expect(huffmanCodes.size).toBe(256);
	const share = [...huffmanCodes.keys()].reduce((sum, code) => sum + 2 ** -code.length, 2 ** -30);
	expect(share).toBe(1);
	expect(huffmanCodes.has('1'.repeat(30))).toBe(false);
});

test('each octet has the code of the reference, and comes back', () => {
	for (let octet = 0; octet < 256; octet++) {
		const character = String.fromCharCode(octet);
		expect(encode(character)).toEqual(referenceHuffmanEncode(character));
		expect(decode(encode(character))).toBe(character);
	}
});

test('any text comes out as the reference writes it, in the length announced, and comes back', () => {
	fc.assert(
		fc.property(latin1Text, (text) => {
			const coded = encode(text);
			expect(coded).toEqual(referenceHuffmanEncode(text));
			expect(huffmanLength(text)).toBe(coded.length);
			expect(decode(coded)).toBe(text);
		}),
	);
});

test('any octets decode as the reference decodes them, or are refused alike', () => {
	const reference = (bytes: Buffer): string | undefined => {
		try {
			return referenceHuffmanDecode(bytes);
		} catch {
			return undefined;
		}
	};
	fc.assert(
		fc.property(fc.uint8Array({ maxLength: 40 }), (raw) => {
			const bytes = Buffer.from(raw);
			expect(decode(bytes)).toBe(reference(bytes));
		}),
		{ numRuns: 2_000 },
	);
});

test('padding: up to seven ones, nothing else', () => {
	const a = '00011';
	expect(decode(bits(`${a}111`))).toBe('a');
	expect(decode(bits(`${a}110`))).toBeUndefined();
	expect(decode(bits(`${a}000`))).toBeUndefined();
	expect(decode(bits(`${a}111${'1'.repeat(8)}`))).toBeUndefined();
	// '0' has five bits, 'j' seven, 'X' eight: the padding of these is 7, 1 and 0 bits long.
	expect(decode(bits(`${'00000'.repeat(5)}1111111`))).toBe('00000');
	expect(decode(bits('11101001'))).toBe('j');
	expect(decode(bits('11111100'))).toBe('X');
	expect(decode(bits('1'.repeat(8)))).toBeUndefined();
	expect(decode(Buffer.alloc(0))).toBe('');
});

test('EOS is refused, wherever it stands', () => {
	const eos = '1'.repeat(30);
	expect(decode(bits(`${eos}11`))).toBeUndefined();
	expect(decode(bits(`00011${eos}00011`))).toBeUndefined();
	expect(decode(Buffer.alloc(4, 0xff))).toBeUndefined();
	// Without EOS this would be an 'a', then a code that ends well: the rest must not heal it.
	expect(decode(bits(`00011${eos}0000001111111`))).toBeUndefined();
});

test('the room of a text is what the shortest codes need, and one octet', () => {
	expect([0, 4, 5, 65_535].map(huffmanRoom)).toEqual([1, 7, 9, 104_857]);
});

test('the encoder never writes beyond its room, and says when it would have to', () => {
	fc.assert(
		fc.property(latin1Text, fc.nat(8), fc.integer({ min: -1, max: 200 }), (text, offset, most) => {
			const expected = referenceHuffmanEncode(text);
			const out = Buffer.alloc(300, 0xa5);
			const end = huffmanEncode(text, out, offset, most);
			if (expected.length > most) {
				expect(end).toBe(-1);
			} else {
				expect(end).toBe(offset + expected.length);
				expect(out.subarray(offset, end)).toEqual(expected);
			}
			const untouched = offset + Math.max(most, 0);
			expect(out.subarray(untouched)).toEqual(Buffer.alloc(out.length - untouched, 0xa5));
			expect(out.subarray(0, offset)).toEqual(Buffer.alloc(offset, 0xa5));
		}),
	);
});

test('characters that no octet can carry are refused', () => {
	expect(() => encode('caf\u0113')).toThrow(RangeError);
	// U+010A cut to an octet is a line feed.
	expect(() => encode('\u010a')).toThrow('outside latin1');
});
