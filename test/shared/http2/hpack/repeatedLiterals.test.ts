/** Literals a server repeats octet for octet are known again, and nothing that only looks like them is. */
import { HpackDecoder, HpackError } from '../../../../nodes/shared/http2/hpack/hpack';

const createDecoder = () => new HpackDecoder({ maxTableSize: 4_096, maxHeaderListBytes: 16_384 });

/** A string without Huffman code. */
const text = (value: string): number[] => [value.length, ...Buffer.from(value, 'latin1')];
/** §6.2.2, with a name of its own. */
const literal = (name: string, value: string): number[] => [0x00, ...text(name), ...text(value)];
/** §6.2.1, with a name of its own. */
const indexed = (name: string, value: string): number[] => [0x40, ...text(name), ...text(value)];

const decode = (decoder: HpackDecoder, ...parts: number[][]) =>
	decoder.decode(Buffer.from(parts.flat())).map(({ name, value }) => [name, value]);

test('a block that comes again and again means the same each time', () => {
	const decoder = createDecoder();
	for (let round = 0; round < 20; round++) {
		expect(decode(decoder, [0x88], literal('server', 'apns'), literal('date', 'today'))).toEqual([
			[':status', '200'],
			['server', 'apns'],
			['date', 'today'],
		]);
	}
});

test('a repeated literal gives the same field, so that it need not be checked again', () => {
	const decoder = createDecoder();
	const block = Buffer.from(literal('server', 'apns'));
	const [first] = decoder.decode(block);
	expect(decoder.decode(block)[0]).toBe(first);
	// What stands behind it makes no difference.
	expect(decoder.decode(Buffer.concat([block, Buffer.from([0x88])]))[0]).toBe(first);
});

/** Which of two fields came again as the same object: decodes both blocks, and compares place by place. */
function known(decoder: HpackDecoder, ...parts: number[][]): boolean[] {
	const block = Buffer.from(parts.flat());
	const before = decoder.decode(block);
	return decoder.decode(block).map((field, place) => field === before[place]);
}

test('a literal of up to 128 octets is kept, wherever its block has it', () => {
	// The name takes 7 octets with its length, the value its own length and one, the form one.
	const of = (octets: number): number[] => literal('server', 'x'.repeat(octets - 9));
	expect(known(createDecoder(), of(128), of(128), of(129))).toEqual([true, true, false]);
});

test('the first 16 places of a list are kept', () => {
	const literals = Array.from({ length: 17 }, (_, place) => literal(`name-${place}`, 'x'));
	expect(known(createDecoder(), ...literals)).toEqual([...Array.from({ length: 16 }, () => true), false]);
});

test('a place is kept as long as its value comes again before five others did', () => {
	const decoder = createDecoder();
	for (const value of ['a', 'b', 'c']) decode(decoder, literal('server', value));
	expect(known(decoder, literal('server', 'd'))).toEqual([true]);
	// It came again: from now on four others are forgiven once more, and the fifth is one too many.
	const others = ['e', 'f', 'g', 'h'].map((value) => decoder.decode(Buffer.from(literal('server', value)))[0]);
	decode(decoder, literal('server', 'i'));
	expect(decoder.decode(Buffer.from(literal('server', 'h')))[0]).not.toBe(others[3]);
	for (const value of ['i', 'h', 'j']) expect(known(decoder, literal('server', value))).toEqual([false]);
});

test.each([
	['in its last octet', 'apnt'],
	['in its length', 'apn'],
	['by being longer', 'apns2'],
])('a value that differs %s is another value', (_how, other) => {
	const decoder = createDecoder();
	for (let round = 0; round < 20; round++) {
		expect(decode(decoder, literal('server', 'apns'))).toEqual([['server', 'apns']]);
		expect(decode(decoder, literal('server', other))).toEqual([['server', other]]);
	}
});

test('a value that is new each time is read each time', () => {
	const decoder = createDecoder();
	for (let round = 0; round < 50; round++) {
		expect(decode(decoder, literal('apns-id', String(round)), literal('server', 'apns'))).toEqual([
			['apns-id', String(round)],
			['server', 'apns'],
		]);
	}
});

test('a block that ends inside a literal that came before is broken', () => {
	const decoder = createDecoder();
	const block = Buffer.from(literal('server', 'apns'));
	decoder.decode(block);
	decoder.decode(block);
	expect(() => decoder.decode(block.subarray(0, -1))).toThrow(HpackError);
	// Whatever octets lie behind the end.
	expect(() => decoder.decode(block, 0, block.length - 1)).toThrow(HpackError);
});

test('a literal with indexing enters the table each time', () => {
	const decoder = createDecoder();
	for (let round = 1; round <= 5; round++) {
		decode(decoder, indexed('server', 'apns'));
		expect(decoder.tableSize).toBe(round * (6 + 4 + 32));
	}
	expect(decode(decoder, [0x80 | 62], [0x80 | 66])).toEqual([
		['server', 'apns'],
		['server', 'apns'],
	]);
});

test('a literal whose name stands in the dynamic table has the name that stands there now', () => {
	const decoder = createDecoder();
	/** Name of entry 62, value "v", without indexing: 15 and 47 more. */
	const named = [0x0f, 47, ...text('v')];
	decode(decoder, indexed('first', 'x'));
	for (let round = 0; round < 3; round++) expect(decode(decoder, named)).toEqual([['first', 'v']]);
	// In the second place: in the first, it would take the place of the other.
	decode(decoder, [0x88], indexed('second', 'x'));
	for (let round = 0; round < 3; round++) expect(decode(decoder, named)).toEqual([['second', 'v']]);
});

test('literals that are long or stand far back are read like any other', () => {
	const decoder = createDecoder();
	const long = 'x'.repeat(126);
	const many = Array.from({ length: 40 }, (_, place) => literal(`name-${place}`, long));
	const expected = many.map((_, place) => [`name-${place}`, long]);
	for (let round = 0; round < 8; round++) expect(decode(decoder, ...many)).toEqual(expected);
});
