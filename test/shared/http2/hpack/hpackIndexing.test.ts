/** What enters the encoder's table and what stays out, rule by rule, and what a push costs once the table is warm. */
import { createHash } from 'node:crypto';
import {
	HpackEncoder,
	type HeaderField,
	type Indexing,
	UnsendableFieldError,
} from '../../../../nodes/shared/http2/hpack/hpack';
import { encodeBlock, field, pairs, pushList } from './hpackBlocks';
import {
	createReferenceDecoder,
	type ReferenceDecoder,
	type ReferenceField,
	referenceHuffmanEncode,
} from '../../../wire/referenceHpack';

interface Wire {
	readonly encoder: HpackEncoder;
	readonly decoder: ReferenceDecoder;
	/** Encodes, checks that the reference reads the same, returns the block. */
	send(...fields: HeaderField[]): Buffer;
}

function connect(encoder = new HpackEncoder()): Wire {
	const decoder = createReferenceDecoder(4_096);
	return {
		encoder,
		decoder,
		send(...fields) {
			const block = encodeBlock(encoder, fields);
			expect(decoder.decode(block)).toEqual(pairs(fields));
			expect(decoder.tableSize()).toBe(encoder.tableSize);
			return block;
		},
	};
}

const kind = (block: Buffer): string => {
	const first = block[0] ?? 0;
	if (first >= 0x80) return 'indexed';
	if (first >= 0x40) return 'incremental';
	if (first >= 0x20) return 'size update';
	return first >= 0x10 ? 'never indexed' : 'without indexing';
};

const newest = (wire: Wire): ReferenceField | undefined => wire.decoder.entries()[0];
const token = (seed: number): string => createHash('sha256').update(String(seed)).digest('hex');

describe('always', () => {
	test('enters at first use and takes one octet from then on', () => {
		const wire = connect();
		const topic = field('apns-topic', 'com.example.app');
		expect(kind(wire.send(topic))).toBe('incremental');
		expect(newest(wire)).toEqual(['apns-topic', 'com.example.app']);
		expect(wire.send(topic)).toEqual(Buffer.from([0x80 | 62]));
	});

	test('an equal value counts, whichever object carries it', () => {
		const wire = connect();
		wire.send(field('apns-topic', 'com.example.app'));
		expect(wire.send(field('apns-topic', ['com', 'example', 'app'].join('.')))).toHaveLength(1);
	});

	test('several values of a name live side by side', () => {
		const wire = connect();
		wire.send(field('apns-topic', 'com.example.one'), field('apns-topic', 'com.example.two'));
		expect(wire.send(field('apns-topic', 'com.example.one'))).toEqual(Buffer.from([0x80 | 63]));
		expect(wire.send(field('apns-topic', 'com.example.one'))).toEqual(Buffer.from([0x80 | 63]));
		expect(wire.send(field('apns-topic', 'com.example.two'))).toEqual(Buffer.from([0x80 | 62]));
	});

	test('pairs of the static table need no entry', () => {
		const wire = connect();
		expect(wire.send(field(':method', 'POST'), field(':scheme', 'https'))).toEqual(Buffer.from([0x83, 0x87]));
		expect(wire.encoder.tableSize).toBe(0);
	});

	test('a field larger than the table is sent as it is and empties nothing', () => {
		const wire = connect();
		wire.send(field('apns-topic', 'com.example.app'));
		const { tableSize } = wire.encoder;
		expect(kind(wire.send(field('authorization', 'x'.repeat(4_096))))).toBe('without indexing');
		expect(wire.encoder.tableSize).toBe(tableSize);
	});

	test('a field exactly as large as the table fits', () => {
		const wire = connect();
		const whole = field('authorization', 'x'.repeat(4_096 - 32 - 'authorization'.length));
		expect(kind(wire.send(whole))).toBe('incremental');
		expect(wire.encoder.tableSize).toBe(4_096);
		expect(wire.send(whole)).toHaveLength(1);
	});
});

describe('onRepeat', () => {
	const expiration = (value: string): HeaderField => field('apns-expiration', value, 'onRepeat');

	test('the name enters at first use, a later value when it repeats', () => {
		const wire = connect();
		expect(kind(wire.send(expiration('100')))).toBe('incremental');
		expect(wire.send(expiration('100'))).toHaveLength(1);
		const { tableSize } = wire.encoder;
		const once = wire.send(expiration('200'));
		expect(kind(once)).toBe('without indexing');
		// Index 62 takes two octets behind a 4-bit prefix; "200" has 15 bits in Huffman code.
		expect(once).toEqual(Buffer.from([0x0f, 0x2f, 0x82, 0x10, 0x01]));
		expect(wire.encoder.tableSize).toBe(tableSize);
		expect(kind(wire.send(expiration('200')))).toBe('incremental');
		expect(newest(wire)).toEqual(['apns-expiration', '200']);
		expect(wire.send(expiration('200'))).toHaveLength(1);
		expect(wire.send(expiration('100'))).toHaveLength(1);
	});

	test('a name of the static table is known from the start', () => {
		const wire = connect();
		expect(kind(wire.send(field('date', 'today', 'onRepeat')))).toBe('without indexing');
		expect(kind(wire.send(field('date', 'today', 'onRepeat')))).toBe('incremental');
	});

	test('values that come back after a few others still count as repeated', () => {
		const wire = connect();
		const values = ['a', 'b', 'c', 'd', 'e'];
		for (const value of ['first', ...values]) wire.send(expiration(value));
		for (const value of values) expect(kind(wire.send(expiration(value)))).toBe('incremental');
	});

	test('ten thousand different values leave no trace but the name', () => {
		const wire = connect();
		for (let count = 0; count < 10_000; count++) encodeBlock(wire.encoder, [expiration(String(count))]);
		expect(wire.encoder.tableSize).toBe('apns-expiration'.length + 1 + 32);
		// What was forgotten is new again.
		expect(kind(encodeBlock(wire.encoder, [expiration('5')]))).toBe('without indexing');
	});
});

describe('nameOnly', () => {
	const id = (seed: number): HeaderField => field('apns-id', `id-${token(seed).slice(0, 30)}`, 'nameOnly');

	test('the name enters with the first value; later ones are literals by its index', () => {
		const wire = connect();
		expect(kind(wire.send(id(0)))).toBe('incremental');
		const { tableSize } = wire.encoder;
		for (let seed = 1; seed < 500; seed++) {
			const block = wire.send(id(seed));
			expect(kind(block)).toBe('without indexing');
			expect(block.readUInt16BE(0)).toBe(0x0f2f);
		}
		expect(wire.encoder.tableSize).toBe(tableSize);
	});

	test('a value that comes again is a literal all the same, the first one too', () => {
		const wire = connect();
		wire.send(id(0));
		for (const seed of [0, 1, 1, 1]) expect(kind(wire.send(id(seed)))).toBe('without indexing');
	});

	test('the name is known as long as any entry has it', () => {
		const wire = connect();
		wire.send(field('apns-id', 'first'));
		for (let seed = 0; seed < 20; seed++) wire.send(field('filler', token(seed)));
		wire.send(field('apns-id', 'second'));
		for (let seed = 20; seed < 40; seed++) wire.send(field('filler', token(seed)));
		const left = wire.decoder.entries().filter(([name]) => name === 'apns-id');
		expect(left).toEqual([['apns-id', 'second']]);
		expect(kind(wire.send(id(1)))).toBe('without indexing');
	});

	test('a name of the static table never enters', () => {
		const wire = connect();
		expect(kind(wire.send(field('date', 'today', 'nameOnly')))).toBe('without indexing');
		expect(wire.encoder.tableSize).toBe(0);
	});

	test('a name that was evicted enters again', () => {
		const wire = connect();
		wire.send(id(0));
		for (let seed = 0; seed < 60; seed++) wire.send(field('filler', token(seed)));
		expect(wire.decoder.entries().some(([name]) => name === 'apns-id')).toBe(false);
		expect(kind(wire.send(id(1)))).toBe('incremental');
		expect(kind(wire.send(id(2)))).toBe('without indexing');
	});
});

describe('never-in-table', () => {
	test('stays out, by static index, by dynamic index and by name', () => {
		const wire = connect();
		expect(wire.send(field(':path', '/3/device/x', 'never-in-table'))[0]).toBe(0x04);
		const spelled = wire.send(field('apns-request-id', 'a', 'never-in-table'));
		expect(spelled[0]).toBe(0x00);
		expect(wire.send(field('apns-request-id', 'a', 'never-in-table'))).toEqual(spelled);
		expect(wire.encoder.tableSize).toBe(0);
		wire.send(field('apns-request-id', 'b'));
		expect(kind(wire.send(field('apns-request-id', 'c', 'never-in-table')))).toBe('without indexing');
		expect(wire.send(field('apns-request-id', 'c', 'never-in-table')).readUInt16BE(0)).toBe(0x0f2f);
	});
});

test('no rule ever gives the "never indexed" form', () => {
	const rules: Indexing[] = ['always', 'onRepeat', 'nameOnly', 'never-in-table'];
	const wire = connect();
	for (let round = 0; round < 3; round++) {
		for (const rule of rules) {
			for (const name of [':path', 'authorization', `x-${rule}`]) {
				expect(kind(wire.send(field(name, `value ${round >> 1}`, rule)))).not.toBe('never indexed');
			}
		}
	}
});

test('a value of 127 octets or more keeps its length in several octets, coded or not', () => {
	const wire = connect();
	for (const length of [0, 1, 126, 127, 128, 129, 253, 254, 255, 256, 1_000, 20_000]) {
		const coded = wire.send(field('x-coded', 'e'.repeat(length), 'never-in-table'));
		expect(coded.length).toBeLessThan(16 + Math.ceil((length * 5) / 8));
		wire.send(field('x-plain', '~'.repeat(length), 'never-in-table'));
		wire.send(field('x-high', '\u00ff'.repeat(length), 'never-in-table'));
	}
});

test.each([100, 126, 127, 128, 1_000])(
	'a value of %i octets that its code does not shorten is written as it is',
	(length) => {
		const wire = connect();
		// The code of an ampersand has eight bits; index 4 is `:path`.
		const block = wire.send(field(':path', '&'.repeat(length), 'never-in-table'));
		expect(block.subarray(-length).toString('latin1')).toBe('&'.repeat(length));
		expect((block[1] ?? 0) & 0x80).toBe(0);
	},
);

describe('a warm table', () => {
	const tokens = Array.from({ length: 1_000 }, (_, seed) => token(seed));

	test('costs the path and one octet for each other field, authorization included', () => {
		const wire = connect();
		wire.send(...pushList(token(-1)));
		let octets = 0;
		for (const one of tokens) {
			const block = wire.send(...pushList(one));
			const path = referenceHuffmanEncode(`/3/device/${one}`).length;
			expect(block).toHaveLength(7 + 2 + path);
			octets += block.length;
		}
		// 64 random hex digits take 360 bits of Huffman code on average, "/3/device/" 57.
		expect(octets / tokens.length).toBeGreaterThan(61);
		expect(octets / tokens.length).toBeLessThan(62.5);
	});

	test('does not fill up with identifiers, and each costs its own length and three octets', () => {
		const wire = connect();
		wire.send(...pushList(token(0)), field('apns-id', token(0), 'nameOnly'));
		const { tableSize } = wire.encoder;
		for (const one of tokens) wire.send(...pushList(one), field('apns-id', one, 'nameOnly'));
		expect(wire.encoder.tableSize).toBe(tableSize);
		expect(wire.send(field('apns-id', token(1), 'nameOnly'))).toHaveLength(
			2 + 1 + referenceHuffmanEncode(token(1)).length,
		);
	});

	test('provider tokens come and go: each is one octet after its first use, and comes back after eviction', () => {
		const wire = connect();
		for (let generation = 0; generation < 60; generation++) {
			const authorization = `bearer ${token(generation).repeat(3)}`;
			wire.send(...pushList(token(1), authorization));
			const path = referenceHuffmanEncode(`/3/device/${token(2)}`).length;
			// What the new token pushed out enters again here …
			wire.send(...pushList(token(2), authorization));
			// … so that the third block is small for good.
			expect(wire.send(...pushList(token(2), authorization))).toHaveLength(7 + 2 + path);
			expect(wire.encoder.tableSize).toBeLessThanOrEqual(4_096);
		}
		expect(kind(wire.send(field('authorization', `bearer ${token(0).repeat(3)}`)))).toBe('incremental');
	});
});

describe('names and values without number', () => {
	// 256 names, 128 entries in 4,096 octets, 16 remembered values for each of three `onRepeat` names here.
	const bound = 256 + 128 + 3 * 16;

	test('are forgotten, and what is in the table stays in use', () => {
		const wire = connect();
		wire.send(...pushList(token(0)));
		for (let count = 0; count < 5_000; count++) encodeBlock(wire.encoder, [field(`x-${count}`, 'v', 'never-in-table')]);
		expect(wire.encoder.held).toBeLessThanOrEqual(bound);
		expect(wire.send(...pushList(token(0)).filter(({ name }) => name !== ':path'))).toHaveLength(7);
	});

	test('256 names are known at once; one more, and those outside the table are forgotten', () => {
		const wire = connect();
		wire.send(field('apns-topic', 'com.example.app'));
		const date = field('date', 'today', 'onRepeat');
		wire.send(date);
		const open = (from: number, to: number): void => {
			for (let count = from; count < to; count++) wire.send(field(`x-${count}`, 'v', 'never-in-table'));
		};
		open(2, 256);
		// The names, the one entry, and the one value that is remembered.
		expect(wire.encoder.held).toBe(256 + 1 + 1);
		expect(kind(wire.send(date))).toBe('incremental');
		open(256, 257);
		expect(wire.encoder.held).toBe(3 + 2 + 1);
	});

	test.each<[string, Indexing]>([
		['indexed names', 'always'],
		['names of one-off values', 'nameOnly'],
	])('%s', (_, indexing) => {
		const wire = connect();
		for (let count = 0; count < 3_000; count++) wire.send(field(`x-${count}`, 'v', indexing));
		expect(wire.encoder.held).toBeLessThanOrEqual(bound);
	});

	test('values', () => {
		const wire = connect();
		for (let count = 0; count < 3_000; count++) {
			wire.send(field('apns-topic', `topic ${count}`));
			for (const name of ['a', 'b', 'c']) wire.send(field(name, `value ${count}`, 'onRepeat'));
		}
		expect(wire.encoder.held).toBeLessThanOrEqual(bound);
	});
});

test('the bound holds for fields that neither code nor index can shorten', () => {
	for (const length of [0, 1, 126, 127, 128, 300]) {
		const encoder = new HpackEncoder();
		encoder.setPeerMaxTableSize(0);
		encoder.setPeerMaxTableSize(4_000);
		const fields = Array.from({ length: 100 }, (_, count) =>
			field(`${String.fromCharCode(0xa0 + count / 2)}`.repeat(length), '\u0001'.repeat(length), 'never-in-table'),
		);
		const block = encodeBlock(encoder, fields);
		expect(block.length).toBeGreaterThan(100 * 2 * length);
		expect(block.length).toBeLessThanOrEqual(encoder.bound(fields));
	}
});

test('the rules are asked once for a name and for each value written out; what they refuse is refused in their words', () => {
	const asked: string[] = [];
	const wire = connect(
		new HpackEncoder(4_096, {
			nameProblem: (name) => (asked.push(name), name === 'bad' ? 'no such name' : undefined),
			valueProblem: (name, value) => (asked.push(`${name}: ${value}`), value === 'bad' ? 'no such value' : undefined),
		}),
	);
	for (let round = 0; round < 3; round++) wire.send(field('a', '1'), field('b', '2', 'never-in-table'));
	expect(asked).toEqual(['a', 'a: 1', 'b', 'b: 2', 'b: 2', 'b: 2']);
	for (const [name, value, problem] of [
		['bad', 'x', 'no such name'],
		['c', 'bad', 'no such value'],
	] as const) {
		const spoiled = [field('a', '1'), field(name, value)];
		expect(() => encodeBlock(wire.encoder, spoiled)).toThrow(new UnsendableFieldError(problem));
	}
	expect(wire.send(field('a', '1'))[0]).toBe(0x20);
});

test('a header outside latin1 is refused by name, and the next block is in step again', () => {
	const wire = connect();
	wire.send(...pushList(token(0)));
	const entering = field('x-new', 'entered before the failure');
	for (const value of ['\u010a', `caf\u0113 ${'x'.repeat(200)}`, '\ud83d\ude00'.repeat(100), '1\u0131']) {
		expect(() => encodeBlock(wire.encoder, [entering, field('x-name', value)])).toThrow(/x-name.*latin1/);
		const block = wire.send(...pushList(token(1)), entering);
		expect(block[0]).toBe(0x20);
		expect(wire.send(entering)).toHaveLength(1);
	}
});
