/** The two primitives of HPACK on their way out: integers and strings (RFC 7541 §5). */
import { huffmanEncode, huffmanLength, notLatin1 } from './huffman';

/** String lengths below this take one octet: a prefix of ones is the sign for more. */
const ONE_OCTET_LENGTHS = 127;

/** Writes an integer behind the `pattern` above its prefix (§5.1); returns the offset after it. */
export function writeInteger(out: Buffer, offset: number, value: number, prefixBits: number, pattern: number): number {
	const limit = (1 << prefixBits) - 1;
	if (value < limit) {
		out[offset] = pattern | value;
		return offset + 1;
	}
	out[offset] = pattern | limit;
	let at = offset + 1;
	let rest = value - limit;
	while (rest >= 128) {
		out[at++] = (rest & 127) | 128;
		rest >>>= 7;
	}
	out[at++] = rest;
	return at;
}

/** Writes a string, in Huffman code where that is shorter (§5.2); returns the offset after it. `RangeError` unless latin1. */
export function writeString(out: Buffer, offset: number, text: string): number {
	const { length } = text;
	if (length < ONE_OCTET_LENGTHS) {
		// The coded length is smaller still, so its place is known before it is.
		const end = huffmanEncode(text, out, offset + 1, length - 1);
		if (end > 0) {
			out[offset] = 0x80 | (end - offset - 1);
			return end;
		}
	} else {
		const coded = huffmanLength(text);
		if (coded < length) return huffmanEncode(text, out, writeInteger(out, offset, coded, 7, 0x80), coded);
	}
	const at = writeInteger(out, offset, length, 7, 0x00);
	return writeOctets(out, at, text);
}

function writeOctets(out: Buffer, offset: number, text: string): number {
	for (let index = 0; index < text.length; index++) {
		const character = text.charCodeAt(index);
		if (character > 0xff) throw notLatin1();
		out[offset + index] = character;
	}
	return offset + text.length;
}
