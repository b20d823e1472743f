/** Blocks no honest encoder sends: each violation is an HpackError, and no block costs more than its length and the list's limit. */
import { HpackDecoder, HpackEncoder, HpackError } from '../../../../nodes/shared/http2/hpack/hpack';
import { decodePairs, encodeBlock, field, hex, pushList } from './hpackBlocks';
import { createReferenceDecoder } from '../../../wire/referenceHpack';

const newDecoder = (maxHeaderListBytes = 16_384): HpackDecoder =>
	new HpackDecoder({ maxTableSize: 4_096, maxHeaderListBytes });
const decodeHex = (text: string): Array<[string, string]> => decodePairs(newDecoder(), hex(text));

describe('violations', () => {
	test.each([
		['index 0', '80', 'index 0 '],
		['an index just beyond the static table', 'be', 'index 62 '],
		['an index far beyond', 'ffffff7f', 'is not in the table'],
		['a name index beyond the table, incremental', '7e0161', 'index 62 '],
		['a name index beyond the table, without indexing', '0f2f0161', 'index 62 '],
		['a name index beyond the table, never indexed', '1f2f0161', 'index 62 '],
		['an index of 2^28 - 1', 'ff80ffff7f', 'index 268435455 '],
		['an index of 2^28', 'ff81ffff7f', 'too large'],
		['an index of 2^32 and more', 'ffffffffff7f', 'too large'],
		['an integer of zeros without end', `ff${'80'.repeat(100)}`, 'too large'],
		['a small integer in five octets more', '007f8280808000', 'too large'],
		['an integer that ends nowhere', 'ff', 'inside an integer'],
		['an integer whose continuation ends nowhere', 'ff80', 'inside an integer'],
		['a string length of 2^28', '007f81ffff7f', 'too large'],
		['a string longer than the block', '000261', 'inside a string'],
		['a string far longer than the block', '007fffff7f61', 'inside a string'],
		['no name', '00', 'before a string'],
		['no value', '000161', 'before a string'],
		['a size update that ends nowhere', '3f', 'inside an integer'],
		['EOS in a name', '0084ffffffff0161', 'Huffman'],
		['a padding of eight ones', '00821fff0161', 'Huffman'],
		['a padding of zeros', '0081180161', 'Huffman'],
		['a padding that is only ones', '0081ff0161', 'Huffman'],
		['EOS in a value', '00016184ffffffff', 'Huffman'],
	])('%s', (_, block, message) => {
		let thrown: unknown;
		try {
			decodeHex(block);
		} catch (error) {
			thrown = error;
		}
		expect(thrown).toBeInstanceOf(HpackError);
		expect(thrown).toMatchObject({
			code: 'COMPRESSION_ERROR',
			name: 'HpackError',
			message: expect.stringContaining(message),
		});
	});

	test('what is just inside the rules passes', () => {
		expect(decodeHex('bd')).toEqual([['www-authenticate', '']]);
		expect(decodeHex('000000')).toEqual([['', '']]);
		expect(decodeHex('008080')).toEqual([['', '']]);
		expect(decodeHex('10016100')).toEqual([['a', '']]);
		// 129 in the longest form that is read: not the shortest, but no violation (RFC 7541 §5.1 asks for no minimum).
		expect(decodeHex(`007f82808000${'61'.repeat(129)}00`)).toEqual([['a'.repeat(129), '']]);
	});
});

test('a block cut at any octet is refused, unless the cut falls between two fields', () => {
	const list = [...pushList('ab'.repeat(32)), field('apns-id', 'x'.repeat(300), 'nameOnly')];
	const encoder = new HpackEncoder();
	encoder.setPeerMaxTableSize(1_000);
	const ends = new Set<number>();
	const whole = encodeBlock(encoder, list);
	for (let count = 0; count <= list.length; count++) {
		const prefix = new HpackEncoder();
		prefix.setPeerMaxTableSize(1_000);
		ends.add(encodeBlock(prefix, list.slice(0, count)).length);
	}
	ends.add(0);
	for (let cut = 0; cut <= whole.length; cut++) {
		const attempt = (): unknown => newDecoder().decode(whole, 0, cut);
		if (ends.has(cut)) expect(attempt).not.toThrow();
		else expect(attempt).toThrow(HpackError);
	}
});

test('octets outside the block are not read, whatever they are', () => {
	const block = encodeBlock(new HpackEncoder(), pushList('cd'.repeat(32)));
	const framed = Buffer.concat([hex('ffff'), block, hex('82828282')]);
	expect(newDecoder().decode(framed, 2, 2 + block.length)).toEqual(newDecoder().decode(block));
	for (let cut = 1; cut < block.length; cut++) {
		const outcome = (buffer: Buffer, start: number): unknown => {
			try {
				return newDecoder().decode(buffer, start, start + cut);
			} catch (error) {
				return String(error);
			}
		};
		expect(outcome(framed, 2)).toEqual(outcome(block.subarray(0, cut), 0));
	}
});

describe('lists beyond the limit', () => {
	test('fields count 32 octets each beside name and value; the first that does not fit ends the list', () => {
		const block = hex('000161 0162 000161 0162 0001610163');
		const size = 34;
		for (const [limit, count] of [
			[0, 0],
			[size - 1, 0],
			[size, 1],
			[2 * size, 2],
			[3 * size - 1, 2],
			[3 * size, 3],
		] as const) {
			expect(newDecoder(limit).decode(block)).toHaveLength(count);
		}
	});

	test('a small field after a large one is dropped too: the list has no gaps', () => {
		const large = `000161 7f${'8101'} ${'62'.repeat(256)}`;
		expect(newDecoder(200).decode(hex(`82 ${large} 82`))).toEqual([{ name: ':method', value: 'GET' }]);
	});

	test('the table stays in step with what was dropped', () => {
		const decoder = newDecoder(50);
		const encoder = new HpackEncoder();
		const list = pushList('ef'.repeat(32));
		expect(decoder.decode(encodeBlock(encoder, list)).length).toBeLessThan(list.length);
		expect(decoder.tableSize).toBe(encoder.tableSize);
		expect(decodePairs(decoder, encodeBlock(encoder, [field('apns-priority', '10')]))).toEqual([
			['apns-priority', '10'],
		]);
	});

	test('violations after the limit are still violations', () => {
		expect(() => newDecoder(0).decode(hex('82 80'))).toThrow(HpackError);
		expect(() => newDecoder(0).decode(hex('82 000161 84ffffffff'))).toThrow(HpackError);
	});
});

describe('bombs', () => {
	test('64 KiB of references to a 4 KB entry give a list within its limit', () => {
		const decoder = newDecoder(16_384);
		const value = Buffer.alloc(4_000, 'v');
		// 4,000 - 127 = 3,873 = 0x21 + 30 * 128.
		decoder.decode(Buffer.concat([hex('4001617fa11e'), value]));
		expect(decoder.tableSize).toBe(4_033);
		expect(decoder.decode(Buffer.alloc(65_536, 0xbe))).toHaveLength(4);
	});

	test('references share one string instead of copying it', () => {
		const decoder = newDecoder(1_000_000_000);
		decoder.decode(Buffer.concat([hex('4001617fa11e'), Buffer.alloc(4_000, 'v')]));
		const before = process.memoryUsage().heapUsed;
		const fields = decoder.decode(Buffer.alloc(65_536, 0xbe));
		expect(fields).toHaveLength(65_536);
		// Copies would take 262 MB.
		expect(process.memoryUsage().heapUsed - before).toBeLessThan(20_000_000);
	});

	test('entries that push each other out leave the table within its size, and the reference agrees', () => {
		const decoder = newDecoder();
		const reference = createReferenceDecoder(4_096);
		for (let round = 0; round < 300; round++) {
			const length = (round * 37) % 120;
			const block = Buffer.concat([hex('400161'), Buffer.from([length]), Buffer.alloc(length, 0x61 + (round % 26))]);
			decoder.decode(block);
			reference.decode(block);
			expect(decoder.tableSize).toBe(reference.tableSize());
			expect(decoder.tableSize).toBeLessThanOrEqual(4_096);
		}
		const entries = reference.entries();
		const all = Buffer.from(entries.map((_, place) => 0x80 | (62 + place)));
		expect(decodePairs(decoder, all)).toEqual(entries);
		expect(() => decoder.decode(Buffer.from([0x80 | (62 + entries.length)]))).toThrow(HpackError);
	});

	test('an entry larger than the table empties it and is still a field', () => {
		const decoder = newDecoder();
		decoder.decode(hex('4001610162'));
		const fields = decoder.decode(Buffer.concat([hex('4001617fa121'), Buffer.alloc(127 + 0x21 + 33 * 128, 'v')]));
		expect(fields[0]?.value).toHaveLength(4_384);
		expect(decoder.tableSize).toBe(0);
		expect(() => decoder.decode(hex('be'))).toThrow(HpackError);
	});

	test('a string of 64 KiB in the shortest code unpacks to 8/5 of it, and the list stays within its limit', () => {
		// 127 + 127 * 128 + 3 * 16,384 = 65,535 octets; '0' has the code 00000.
		const block = Buffer.concat([hex('000161ff80ff03'), Buffer.alloc(65_535, 0x00)]);
		expect(newDecoder(16_384).decode(block)).toEqual([]);
		expect(newDecoder(200_000).decode(block)[0]?.value).toBe('0'.repeat(104_856));
	});
});
