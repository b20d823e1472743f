/** The peer's header decoder agrees with the reference decoder, block by block. */
import { createReferenceDecoder, referenceHuffmanEncode } from '../../wire/referenceHpack';
import { createRandom } from '../random';
import { createHeaderReader } from './headerReader';

function text(value: string, huffman: boolean): Buffer {
	const bytes = huffman ? referenceHuffmanEncode(value) : Buffer.from(value, 'latin1');
	const bit = huffman ? 0x80 : 0;
	return bytes.length < 127
		? Buffer.concat([Buffer.from([bit | bytes.length]), bytes])
		: Buffer.concat([Buffer.from([bit | 127, ((bytes.length - 127) & 127) | 128, (bytes.length - 127) >> 7]), bytes]);
}

test('random blocks with indexed, entering and passing fields read alike', () => {
	const random = createRandom(7);
	const reader = createHeaderReader();
	const reference = createReferenceDecoder(4_096);
	for (let round = 0; round < 2_000; round++) {
		const parts: Buffer[] = [];
		for (let count = random.int(1, 8); count > 0; count--) {
			const kind = random.int(0, 3);
			const entries = 61 + reference.entries().length;
			if (kind === 0) parts.push(Buffer.from([0x80 | random.int(1, Math.min(100, 61))]));
			else {
				const name = random.chance(0.5) ? random.int(1, Math.min(14, entries)) : 0;
				const first = kind === 1 ? 0x40 : 0;
				parts.push(
					Buffer.from([first | name]),
					...(name === 0 ? [text(`x-${random.int(0, 50)}`, random.chance(0.5))] : []),
					text(`value ${'v'.repeat(random.int(0, 300))}${random.int(0, 1e6)}`, random.chance(0.5)),
				);
			}
		}
		const block = Buffer.concat(parts);
		const read: Array<[string, string]> = [];
		reader.read(block, (name, value) => void read.push([name, value]));
		expect(read).toEqual(reference.decode(block));
		// An entry of the dynamic table, as the next block would name it.
		const entries = reference.entries().length;
		if (entries > 0) {
			const indexed = Buffer.from([0x80 | Math.min(126, 61 + random.int(1, entries))]);
			const found: Array<[string, string]> = [];
			reader.read(indexed, (name, value) => void found.push([name, value]));
			expect(found).toEqual(reference.decode(indexed));
		}
	}
});

test('a smaller table must be said at the next block', () => {
	const reader = createHeaderReader();
	reader.allow(100);
	expect(() => reader.read(Buffer.from([0x82]), () => undefined)).toThrow('missing');
	reader.read(Buffer.from([0x3f, 100 - 31, 0x82]), () => undefined);
	reader.read(Buffer.from([0x82]), () => undefined);
});

test.each([
	['an index nobody filled', [0x80 | 62]],
	['a string that is cut off', [0x40, 0x05, 0x61]],
	['bad Huffman padding', [0x00, 0x01, 0x61, 0x81, 0x00]],
])('%s is refused', (_name, octets) => {
	expect(() => createHeaderReader().read(Buffer.from(octets), () => undefined)).toThrow();
});
