/** SETTINGS_HEADER_TABLE_SIZE at any moment: which size updates a block begins with, and that both tables stay in step. */
import { HpackDecoder, HpackEncoder } from '../../../../nodes/shared/http2/hpack/hpack';
import { decodePairs, encodeBlock, field, hex, pairs, pushList } from './hpackBlocks';
import { createReferenceDecoder } from '../../../wire/referenceHpack';

/** Size updates a block begins with. */
function updates(block: Buffer): number[] {
	const sizes: number[] = [];
	let position = 0;
	for (let first = block[0] ?? 0xff; (first & 0xe0) === 0x20; first = block[position] ?? 0xff) {
		let size = first & 31;
		position++;
		if (size === 31) {
			for (let shift = 0; ; shift += 7) {
				const octet = block[position++] ?? 0;
				size += (octet & 127) << shift;
				if (octet < 128) break;
			}
		}
		sizes.push(size);
	}
	return sizes;
}

const list = pushList('0123456789abcdef'.repeat(4));

/** Sizes announced in the next block after these changes; checks that the block decodes and the tables agree. */
function announced(
	encoder: HpackEncoder,
	decoder: ReturnType<typeof createReferenceDecoder>,
	...sizes: number[]
): number[] {
	for (const size of sizes) encoder.setPeerMaxTableSize(size);
	const block = encodeBlock(encoder, list);
	expect(decoder.decode(block)).toEqual(pairs(list));
	expect(decoder.tableSize()).toBe(encoder.tableSize);
	return updates(block);
}

describe('what a block begins with', () => {
	test.each<{ story: string; changes: number[][]; expected: number[][] }>([
		{ story: 'nothing without a change', changes: [[], []], expected: [[], []] },
		{ story: 'nothing when the peer confirms the default', changes: [[4_096], []], expected: [[], []] },
		{
			story: 'nothing when the peer allows more than this side wants',
			changes: [[65_536], [1_000_000], [4_096]],
			expected: [[], [], []],
		},
		{ story: 'the new size, once', changes: [[1_000], []], expected: [[1_000], []] },
		{ story: 'the new size when it grows again', changes: [[1_000], [2_000], []], expected: [[1_000], [2_000], []] },
		{ story: 'the smallest, then the final one', changes: [[1_000, 500, 3_000], []], expected: [[500, 3_000], []] },
		{
			story: 'the smallest, though the final one is the old one',
			changes: [[0, 4_096], []],
			expected: [[0, 4_096], []],
		},
		{ story: 'only one when the last is the smallest', changes: [[3_000, 2_000, 100], []], expected: [[100], []] },
		{ story: 'never more than this side wants', changes: [[100], [1_000_000], []], expected: [[100], [4_096], []] },
		{ story: 'zero', changes: [[0], [0], []], expected: [[0], [], []] },
	])('$story', ({ changes, expected }) => {
		const encoder = new HpackEncoder();
		const decoder = createReferenceDecoder(4_096);
		expect(changes.map((sizes) => announced(encoder, decoder, ...sizes))).toEqual(expected);
	});

	test('a choice of our own below the default is announced in the first block', () => {
		const encoder = new HpackEncoder(300);
		const decoder = createReferenceDecoder(4_096);
		expect(announced(encoder, decoder)).toEqual([300]);
		expect(announced(encoder, decoder, 200)).toEqual([200]);
		expect(announced(encoder, decoder, 4_096)).toEqual([300]);
	});

	test('a choice of our own above the default waits for the peer to allow it', () => {
		const encoder = new HpackEncoder(10_000);
		const decoder = createReferenceDecoder(65_536);
		expect(encoder.maxTableSize).toBe(4_096);
		expect(announced(encoder, decoder)).toEqual([]);
		expect(announced(encoder, decoder, 65_536)).toEqual([10_000]);
	});

	test('updates count in the bound', () => {
		const encoder = new HpackEncoder();
		const before = encoder.bound([]);
		encoder.setPeerMaxTableSize(1_000);
		encoder.setPeerMaxTableSize(3_000);
		const block = encodeBlock(encoder, []);
		expect(updates(block)).toEqual([1_000, 3_000]);
		expect(block.length).toBeLessThanOrEqual(before);
	});
});

test('without a table, every field is a literal or static, and nothing is kept', () => {
	const encoder = new HpackEncoder();
	const decoder = createReferenceDecoder(4_096);
	announced(encoder, decoder);
	expect(encoder.tableSize).toBeGreaterThan(300);
	announced(encoder, decoder, 0);
	expect(encoder.tableSize).toBe(0);
	expect(encodeBlock(encoder, list)).toEqual(encodeBlock(encoder, list));
	expect(encoder.tableSize).toBe(0);
});

test('a table that shrinks loses its oldest entries and keeps the others; what was lost enters again', () => {
	const encoder = new HpackEncoder();
	const decoder = createReferenceDecoder(4_096);
	const send = (name: string, value: string): Buffer => {
		const block = encodeBlock(encoder, [field(name, value)]);
		expect(decoder.decode(block)).toEqual([[name, value]]);
		return block;
	};
	// 40 octets each.
	for (const letter of ['a', 'b', 'c', 'd']) send(`name-${letter}`, letter.repeat(2));
	expect(encoder.tableSize).toBe(160);
	encoder.setPeerMaxTableSize(100);
	expect(encoder.tableSize).toBe(80);
	// The first block begins with 3f45, the update to 31 + 69.
	expect(send('name-c', 'cc').toString('hex')).toBe('3f45bf');
	expect(send('name-d', 'dd').toString('hex')).toBe('be');
	expect(send('name-a', 'aa')[0]).toBe(0x40);
	expect(send('name-a', 'aa').toString('hex')).toBe('be');
	expect(send('name-c', 'cc')[0]).toBe(0x40);
});

test('RFC 7541 §4.3, §4.4 entries may fill a table to its last octet; one octet more, and the oldest leaves', () => {
	// An entry counts 36 octets beside its value here.
	for (const [last, left] of [
		[988, 4],
		[989, 3],
	] as const) {
		const [encoder, decoder] = [new HpackEncoder(), createReferenceDecoder(4_096)];
		for (const [letter, octets] of [
			['1', 988],
			['2', 988],
			['3', 988],
			['4', last],
		] as const) {
			decoder.decode(encodeBlock(encoder, [field('aaaa', letter.repeat(octets))]));
		}
		expect(decoder.entries()).toHaveLength(left);
		expect(encoder.tableSize).toBe(decoder.tableSize());
	}
	const encoder = new HpackEncoder();
	encodeBlock(encoder, [field('aaaa', 'x'.repeat(64))]);
	encoder.setPeerMaxTableSize(100);
	expect(encoder.tableSize).toBe(100);
	encoder.setPeerMaxTableSize(99);
	expect(encoder.tableSize).toBe(0);
});

describe('the decoder', () => {
	const decoder = (maxTableSize: number): HpackDecoder =>
		new HpackDecoder({ maxTableSize, maxHeaderListBytes: 16_384 });

	test('follows updates up to what was advertised', () => {
		const one = decoder(4_096);
		const encoder = new HpackEncoder();
		for (const sizes of [[], [1_000], [0], [3_000, 4_096], [100, 4_000]]) {
			for (const size of sizes) encoder.setPeerMaxTableSize(size);
			expect(decodePairs(one, encodeBlock(encoder, list))).toEqual(pairs(list));
			expect(one.tableSize).toBe(encoder.tableSize);
		}
	});

	test('refuses one above it', () => {
		// 4,097 - 31 = 4,066 = 0x62 + 31 * 128.
		expect(() => decoder(4_096).decode(hex('3fe21f'))).toThrow('size update to 4097, above the 4096 allowed');
		expect(decoder(4_096).decode(hex('3fe11f'))).toEqual([]);
		expect(decoder(8_192).decode(hex('3fe13f'))).toEqual([]);
	});

	test('refuses one after a field, in every form of field', () => {
		for (const first of ['82', '400161 0162', '000161 0162', '100161 0162']) {
			expect(() => decoder(4_096).decode(hex(`${first} 20`))).toThrow('a table size update after the first field');
		}
		expect(decoder(4_096).decode(hex('20 3fe11f 82'))).toHaveLength(1);
	});

	test('refuses one after a field that was dropped', () => {
		expect(() => new HpackDecoder({ maxTableSize: 4_096, maxHeaderListBytes: 0 }).decode(hex('82 20'))).toThrow(
			'after the first field',
		);
	});

	test('that advertised less than the default insists on an update before the first field', () => {
		expect(() => decoder(0).decode(hex('82'))).toThrow('no table size update');
		const one = decoder(0);
		expect(one.decode(hex('20 82'))).toHaveLength(1);
		expect(one.decode(hex('82'))).toHaveLength(1);
	});

	test('keeps the default until an update raises it', () => {
		// A literal with incremental indexing: a name of one letter, and 2,096 octets of value (127 + 0x31 + 15 * 128).
		const literal = (letter: string): Buffer =>
			Buffer.concat([hex('4001'), Buffer.from(letter), hex('7fb10f'), Buffer.alloc(2_096, 'v')]);
		const one = decoder(65_536);
		for (const letter of ['a', 'b']) one.decode(literal(letter));
		expect(one.tableSize).toBe(1 + 2_096 + 32);
		expect(() => one.decode(hex('bf'))).toThrow('index 63');
		const raised = decoder(65_536);
		// 31 + 0x61 + 127 * 128 = 16,384.
		raised.decode(hex('3fe17f'));
		for (const letter of ['a', 'b']) raised.decode(literal(letter));
		expect(raised.decode(hex('bf'))[0]?.name).toBe('a');
	});
});
