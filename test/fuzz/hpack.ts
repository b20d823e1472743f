/** Random conversations in HPACK: our encoder and decoder against the reference, and both decoders on broken blocks. */
import fc from 'fast-check';
import {
	type HeaderField,
	HpackDecoder,
	HpackEncoder,
	HpackError,
	type Indexing,
	UnsendableFieldError,
} from '../../nodes/shared/http2/hpack/hpack';
import { encodeBlock, pairs } from '../shared/http2/hpack/hpackBlocks';
import { createReferenceDecoder, type ReferenceField } from '../wire/referenceHpack';

export interface FuzzOptions {
	/** The same seed gives the same run. */
	readonly seed: number;
	/** Cases per property. */
	readonly runs: number;
}

const rules: Indexing[] = ['always', 'onRepeat', 'nameOnly', 'never-in-table'];

/** Few names and values, so that they repeat; and any octets, so that nothing is taken for granted. */
const octets = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString('latin1'));
const longText = fc
	.tuple(fc.constantFrom('e', '0', '~', '\u00ff', '{"'), fc.nat(600))
	.map(([unit, count]) => unit.repeat(count));
const name = fc.oneof(
	{
		weight: 8,
		arbitrary: fc.constantFrom(
			':path',
			':method',
			':status',
			'authorization',
			'apns-id',
			'apns-topic',
			'apns-expiration',
			'date',
		),
	},
	{ weight: 2, arbitrary: fc.nat(30).map((number) => `x-${number}`) },
	{ weight: 1, arbitrary: octets },
);
const value = fc.oneof(
	{ weight: 6, arbitrary: fc.constantFrom('', 'POST', '/', '200', '10', 'com.example.app', 'bearer 0123456789') },
	{ weight: 3, arbitrary: fc.nat(12).map((number) => `value ${number}`.repeat(6)) },
	{ weight: 2, arbitrary: octets },
	{ weight: 1, arbitrary: longText },
);
const indexing = fc.constantFrom(...rules);
const anyField: fc.Arbitrary<HeaderField> = fc.record({ name, value, indexing });
/** So few that every order of first use, repetition and eviction comes up. */
const fewFields: fc.Arbitrary<HeaderField> = fc.record({
	name: fc.constantFrom('apns-topic', 'date'),
	value: fc.constantFrom('one', 'two', 'three', 'v'.repeat(1_000)),
	indexing,
});
const field = fc.oneof({ weight: 2, arbitrary: anyField }, { weight: 1, arbitrary: fewFields });
const tableSize = fc.oneof(fc.constantFrom(0, 1, 32, 64, 100, 4_095, 4_096, 65_536), fc.nat(5_000));

/** A block to send, after the peer's table size changed so often. */
const turn = fc.record({
	sizes: fc.oneof(
		{ weight: 4, arbitrary: fc.constant<number[]>([]) },
		{ weight: 1, arbitrary: fc.array(tableSize, { maxLength: 4 }) },
	),
	fields: fc.oneof(fc.array(field, { maxLength: 12 }), fc.array(fewFields, { maxLength: 12 })),
	/** A field that no octets can carry, to be refused in the middle. */
	spoiled: fc.nat(9).map((one) => one === 0),
});

function check(holds: boolean, what: string): void {
	if (!holds) throw new Error(what);
}

function sameFields(actual: readonly ReferenceField[], expected: readonly ReferenceField[], what: string): void {
	const same =
		actual.length === expected.length &&
		actual.every(([key, text], at) => key === expected[at]?.[0] && text === expected[at]?.[1]);
	check(same, `${what}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`);
}

/** Whatever is sent under whatever table sizes, both decoders read it, and all tables stay in step. */
function conversation(
	own: number,
	turns: ReadonlyArray<{ sizes: number[]; fields: HeaderField[]; spoiled: boolean }>,
): void {
	const encoder = new HpackEncoder(own);
	const decoder = new HpackDecoder({ maxTableSize: 65_536, maxHeaderListBytes: 1_000_000 });
	const reference = createReferenceDecoder(65_536);
	let peer = 4_096;
	for (const { sizes, fields, spoiled } of turns) {
		for (const size of sizes) encoder.setPeerMaxTableSize((peer = size));
		if (spoiled) {
			let refused = false;
			try {
				encodeBlock(encoder, [...fields, { name: 'x-spoiled', value: '\u2028', indexing: 'always' }]);
			} catch (error) {
				refused = error instanceof UnsendableFieldError;
			}
			check(refused, 'a character outside latin1 was sent');
		}
		const block = encodeBlock(encoder, fields);
		sameFields(reference.decode(block), pairs(fields), 'the reference reads');
		sameFields(
			decoder.decode(block).map((one): ReferenceField => [one.name, one.value]),
			pairs(fields),
			'the decoder reads',
		);
		check(encoder.tableSize === reference.tableSize(), 'the encoder counts its table differently');
		check(decoder.tableSize === reference.tableSize(), 'the decoder counts its table differently');
		check(encoder.tableSize <= Math.min(own, peer), 'the table is larger than allowed');
	}
}

/** What became of a block: its fields, or undefined when it was refused. */
function referenceOutcome(
	decoder: ReturnType<typeof createReferenceDecoder>,
	block: Uint8Array,
): ReferenceField[] | undefined {
	try {
		return decoder.decode(block);
	} catch {
		return undefined;
	}
}

function ownOutcome(decoder: HpackDecoder, block: Buffer): ReferenceField[] | undefined {
	try {
		return decoder.decode(block).map((one): ReferenceField => [one.name, one.value]);
	} catch (error) {
		if (error instanceof HpackError) return undefined;
		throw error;
	}
}

/** Blocks of any content: the decoder accepts what the reference accepts, with the same result, and refuses the rest. */
function strangeBlocks(maxTableSize: number, blocks: readonly Buffer[]): void {
	const decoder = new HpackDecoder({ maxTableSize, maxHeaderListBytes: 100_000_000 });
	const reference = createReferenceDecoder(maxTableSize);
	for (const block of blocks) {
		const expected = referenceOutcome(reference, block);
		const actual = ownOutcome(decoder, block);
		check(
			(actual === undefined) === (expected === undefined),
			`${block.toString('hex')} was ${actual === undefined ? 'refused' : 'read'}`,
		);
		if (actual === undefined || expected === undefined) return;
		sameFields(actual, expected, block.toString('hex'));
		check(decoder.tableSize === reference.tableSize(), 'the decoder counts its table differently');
	}
}

/** Mostly well-formed pieces in any order, so that the interesting mistakes come up: indices near the end, odd lengths. */
const piece: fc.Arbitrary<Buffer> = fc.oneof(
	fc
		.constantFrom(
			'82',
			'be',
			'bf',
			'c0',
			'ff00',
			'20',
			'3f01',
			'3fe11f',
			'4001610162',
			'7e0163',
			'0f2f0164',
			'5f0085',
			'00',
			'40',
			'10',
			'84ffffffff',
			'0182',
			'7f80808000',
			'7f8080808000',
		)
		.map((text) => Buffer.from(text, 'hex')),
	fc.array(field, { maxLength: 4 }).map((fields) => encodeBlock(new HpackEncoder(), fields)),
	fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes)),
	fc
		.nat(200)
		.map((length) =>
			Buffer.concat([Buffer.from([0x41, Math.min(length, 126)]), Buffer.alloc(Math.min(length, 126), 0x7e)]),
		),
);

/** A block, at times with one octet changed or its end cut off. */
const strangeBlock = fc
	.tuple(
		fc.array(piece, { maxLength: 8 }),
		fc.option(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 }))),
		fc.option(fc.nat(), { freq: 4 }),
	)
	.map(([pieces, change, cut]) => {
		const block = Buffer.concat(pieces);
		if (change !== null && block.length > 0)
			block.writeUInt8(block.readUInt8(change[0] % block.length) ^ change[1], change[0] % block.length);
		return cut === null || block.length === 0 ? block : block.subarray(0, cut % block.length);
	});

/** Runs all properties; throws fast-check's report, with the seed and the smallest case, when one fails. */
export function fuzzHpack({ seed, runs }: FuzzOptions): void {
	fc.assert(
		fc.property(
			fc.constantFrom(0, 60, 300, 4_096, 65_536),
			fc.array(turn, { minLength: 1, maxLength: 12 }),
			conversation,
		),
		{ seed, numRuns: runs },
	);
	fc.assert(
		fc.property(
			fc.constantFrom(0, 100, 4_096, 65_536),
			fc.array(strangeBlock, { minLength: 1, maxLength: 6 }),
			strangeBlocks,
		),
		{ seed, numRuns: runs },
	);
}
