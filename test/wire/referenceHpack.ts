/**
 * HPACK decoder written for obviousness: bit strings, arrays, own tables, no code shared with the product (RFC 7541).
 * It refuses what the product promises to refuse, integers above 2^28 - 1 or longer than four octets included.
 */

export type ReferenceField = readonly [name: string, value: string];

/** A field with the way it was written (RFC 7541 §6). */
export interface EncodedField {
	readonly name: string;
	readonly value: string;
	/** `indexed`: whole, from a table. `indexing`: a literal that enters the table. `literal` and `never`: literals that do not. */
	readonly form: 'indexed' | 'indexing' | 'literal' | 'never';
	/** The name came from a table. */
	readonly nameIndexed: boolean;
	/** Octets of the block it took. */
	readonly bytes: number;
}

export interface ReferenceDecoder {
	/** Decodes one block; throws on any violation. */
	decode(block: Uint8Array): ReferenceField[];
	/** The same, with the way each field was written. */
	decodeForms(block: Uint8Array): EncodedField[];
	/** Octets the dynamic table counts. */
	tableSize(): number;
	/** The dynamic table, newest entry first. */
	entries(): readonly ReferenceField[];
}

/** Appendix A in its order; what follows the first blank is the value. */
const staticTable: ReferenceField[] = `
:authority
:method GET
:method POST
:path /
:path /index.html
:scheme http
:scheme https
:status 200
:status 204
:status 206
:status 304
:status 400
:status 404
:status 500
accept-charset
accept-encoding gzip, deflate
accept-language
accept-ranges
accept
access-control-allow-origin
age
allow
authorization
cache-control
content-disposition
content-encoding
content-language
content-length
content-location
content-range
content-type
cookie
date
etag
expect
expires
from
host
if-match
if-modified-since
if-none-match
if-range
if-unmodified-since
last-modified
link
location
max-forwards
proxy-authenticate
proxy-authorization
range
referer
refresh
retry-after
server
set-cookie
strict-transport-security
transfer-encoding
user-agent
vary
via
www-authenticate`
	.trim()
	.split('\n')
	.map((line) => {
		const blank = line.indexOf(' ');
		return blank < 0 ? [line, ''] : [line.slice(0, blank), line.slice(blank + 1)];
	});

/** Appendix B by length: length in bits, code of the first octet, and the octets whose codes follow one another. */
// prettier-ignore
const huffmanRows: ReadonlyArray<readonly [bits: number, firstCode: number, octets: readonly number[]]> = [
	[5, 0x0, [48, 49, 50, 97, 99, 101, 105, 111, 115, 116]],
	[6, 0x14, [32, 37, 45, 46, 47, 51, 52, 53, 54, 55, 56, 57, 61, 65, 95, 98, 100, 102, 103, 104, 108, 109, 110, 112, 114, 117]],
	[7, 0x5c, [58, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 89, 106, 107, 113, 118,
		119, 120, 121, 122]],
	[8, 0xf8, [38, 42, 44, 59, 88, 90]],
	[10, 0x3f8, [33, 34, 40, 41, 63]],
	[11, 0x7fa, [39, 43, 124]],
	[12, 0xffa, [35, 62]],
	[13, 0x1ff8, [0, 36, 64, 91, 93, 126]],
	[14, 0x3ffc, [94, 125]],
	[15, 0x7ffc, [60, 96, 123]],
	[19, 0x7fff0, [92, 195, 208]],
	[20, 0xfffe6, [128, 130, 131, 162, 184, 194, 224, 226]],
	[21, 0x1fffdc, [153, 161, 167, 172, 176, 177, 179, 209, 216, 217, 227, 229, 230]],
	[22, 0x3fffd2, [129, 132, 133, 134, 136, 146, 154, 156, 160, 163, 164, 169, 170, 173, 178, 181, 185, 186, 187, 189, 190, 196, 198,
		228, 232, 233]],
	[23, 0x7fffd8, [1, 135, 137, 138, 139, 140, 141, 143, 147, 149, 150, 151, 152, 155, 157, 158, 165, 166, 168, 174, 175, 180, 182, 183,
		188, 191, 197, 231, 239]],
	[24, 0xffffea, [9, 142, 144, 145, 148, 159, 171, 206, 215, 225, 236, 237]],
	[25, 0x1ffffec, [199, 207, 234, 235]],
	[26, 0x3ffffe0, [192, 193, 200, 201, 202, 205, 210, 213, 218, 219, 238, 240, 242, 243, 255]],
	[27, 0x7ffffde, [203, 204, 211, 212, 214, 221, 222, 223, 241, 244, 245, 246, 247, 248, 250, 251, 252, 253, 254]],
	[28, 0xfffffe2, [2, 3, 4, 5, 6, 7, 8, 11, 12, 14, 15, 16, 17, 18, 19, 20, 21, 23, 24, 25, 26, 27, 28, 29, 30, 31, 127, 220, 249]],
	[30, 0x3ffffffc, [10, 13, 22]],
];

const EOS = '1'.repeat(30);

/** Octet by its code, written as a string of zeros and ones. */
export const huffmanCodes: ReadonlyMap<string, number> = new Map(
	huffmanRows.flatMap(([bits, first, octets]) =>
		octets.map((octet, place): [string, number] => [(first + place).toString(2).padStart(bits, '0'), octet]),
	),
);

/** Decodes Huffman code bit by bit; throws on EOS and on padding that is too long or not all ones (§5.2). */
export function referenceHuffmanDecode(bytes: Uint8Array): string {
	let text = '';
	let code = '';
	for (const byte of bytes) {
		for (const bit of byte.toString(2).padStart(8, '0')) {
			code += bit;
			const octet = huffmanCodes.get(code);
			if (octet !== undefined) {
				text += String.fromCharCode(octet);
				code = '';
			}
			if (code === EOS) throw new Error('EOS in a string');
		}
	}
	if (code.length > 7) throw new Error('padding of more than seven bits');
	if (code.includes('0')) throw new Error('padding that is not all ones');
	return text;
}

/** Huffman code of `text`, padded with ones. */
export function referenceHuffmanEncode(text: string): Buffer {
	const byOctet = new Map([...huffmanCodes].map(([code, octet]) => [octet, code]));
	const bits = [...text].map((character) => byOctet.get(character.charCodeAt(0)) ?? '').join('');
	const padded = bits.padEnd(Math.ceil(bits.length / 8) * 8, '1');
	return Buffer.from((padded.match(/.{8}/g) ?? []).map((octet) => parseInt(octet, 2)));
}

/** `maxTableSize` is what the decoding side advertised. */
export function createReferenceDecoder(maxTableSize: number): ReferenceDecoder {
	let dynamic: ReferenceField[] = [];
	let limit = 4_096;
	let updateOwed = maxTableSize < 4_096;

	const entrySize = ([name, value]: ReferenceField): number => name.length + value.length + 32;
	const size = (): number => dynamic.reduce((sum, entry) => sum + entrySize(entry), 0);
	const evict = (room: number): void => {
		while (dynamic.length > 0 && size() > room) dynamic.pop();
	};
	const add = (entry: ReferenceField): void => {
		evict(limit - entrySize(entry));
		if (entrySize(entry) <= limit) dynamic = [entry, ...dynamic];
	};

	function decodeForms(block: Uint8Array): EncodedField[] {
		const fields: EncodedField[] = [];
		let position = 0;
		const next = (): number => {
			const octet = block[position++];
			if (octet === undefined) throw new Error('the block is cut off');
			return octet;
		};
		const integer = (first: number, prefixBits: number): number => {
			let value = first % 2 ** prefixBits;
			if (value < 2 ** prefixBits - 1) return value;
			for (let place = 0; place < 4; place++) {
				const octet = next();
				value += (octet % 128) * 128 ** place;
				if (value >= 2 ** 28) throw new Error('the integer is too large');
				if (octet < 128) return value;
			}
			throw new Error('the integer is too long');
		};
		const string = (): string => {
			const first = next();
			const length = integer(first, 7);
			if (position + length > block.length) throw new Error('the string is cut off');
			const bytes = block.subarray(position, position + length);
			position += length;
			return first >= 128 ? referenceHuffmanDecode(bytes) : Buffer.from(bytes).toString('latin1');
		};
		const at = (index: number): ReferenceField => {
			const entry = [...staticTable, ...dynamic][index - 1];
			if (entry === undefined) throw new Error(`no entry ${index}`);
			return entry;
		};
		const literal = (nameIndex: number): ReferenceField => {
			const name = nameIndex === 0 ? string() : at(nameIndex)[0];
			return [name, string()];
		};

		while (position < block.length) {
			const start = position;
			const first = next();
			if (first >= 0x20 && first < 0x40) {
				if (fields.length > 0) throw new Error('a size update after a field');
				const wanted = integer(first, 5);
				if (wanted > maxTableSize) throw new Error('a size update above the limit');
				limit = wanted;
				updateOwed = false;
				evict(limit);
				continue;
			}
			if (updateOwed) throw new Error('the size update is missing');
			const form = first >= 0x80 ? 'indexed' : first >= 0x40 ? 'indexing' : first >= 0x10 ? 'never' : 'literal';
			const index = integer(first, { indexed: 7, indexing: 6, literal: 4, never: 4 }[form]);
			const entry = form === 'indexed' ? at(index) : literal(index);
			if (form === 'indexing') add(entry);
			const [name, value] = entry;
			fields.push({ name, value, form, nameIndexed: index > 0, bytes: position - start });
		}
		return fields;
	}

	return {
		tableSize: size,
		entries: () => dynamic,
		decode: (block) => decodeForms(block).map(({ name, value }): ReferenceField => [name, value]),
		decodeForms,
	};
}
