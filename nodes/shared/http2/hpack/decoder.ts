/** HPACK decoder, strict and bounded (RFC 7541 §3, §6). */
import { DEFAULT_TABLE_BYTES, DynamicTable, entryBytes, FIRST_DYNAMIC_INDEX, STATIC_TABLE } from './table';
import { huffmanDecode, huffmanRoom } from './huffman';

/** A header block that breaks RFC 7541: a connection error COMPRESSION_ERROR (RFC 9113 §4.3). */
export class HpackError extends Error {
	readonly code = 'COMPRESSION_ERROR';

	constructor(message: string) {
		super(message);
		this.name = 'HpackError';
	}
}

export interface DecodedField {
	readonly name: string;
	readonly value: string;
}

const staticFields: readonly DecodedField[] = STATIC_TABLE.map(([name, value]) => ({ name, value }));

/** Integers above this are an attack or an error: no string, index or size here is near it. Four octets reach it. */
const MAX_INTEGER = 0x0fffffff;
const MAX_INTEGER_SHIFT = 21;

const NO_BYTES = Buffer.alloc(0);

/** A literal as it came last at one place of a list. Servers repeat most of theirs octet for octet (`server`, `date`). */
interface SeenLiteral {
	/** Its whole representation, the first octet included. */
	readonly octets: Buffer;
	readonly field: DecodedField;
}

/** Places of a list where literals are remembered, and the longest: answers of a provider connection are short. */
const SEEN_PLACES = 16;
const SEEN_OCTETS = 128;
/** Other values in a row after which a place is no longer looked at: an `apns-id` never comes twice. */
const MAX_MISSES = 4;

/** Octets of the buffer where Huffman code is unpacked; longer strings get one of their own for the moment. */
const SCRATCH_BYTES = 4_096;

/** One per connection. After an error it is of no use: the tables are out of step, and the connection must end. */
export class HpackDecoder {
	private readonly table = new DynamicTable(DEFAULT_TABLE_BYTES);
	private readonly maxTableSize: number;
	private readonly maxHeaderListBytes: number;
	/** A limit below the default must be acknowledged by a size update before any field (RFC 9113 §4.3.1). */
	private updateOwed: boolean;
	private block: Buffer = NO_BYTES;
	private position = 0;
	private end = 0;
	private readonly scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);
	/** Where a list is gathered: growing a new one for each block is most of its garbage. */
	private readonly list: DecodedField[] = [];
	private readonly seen: Array<SeenLiteral | undefined> = [];
	private readonly misses = new Uint8Array(SEEN_PLACES);

	/**
	 * `maxTableSize`: the SETTINGS_HEADER_TABLE_SIZE that was advertised. `maxHeaderListBytes`: octets of fields one
	 * `decode` may return, each counted as name, value and 32 (RFC 9113 §6.5.2).
	 */
	constructor(options: { readonly maxTableSize: number; readonly maxHeaderListBytes: number }) {
		this.maxTableSize = options.maxTableSize;
		this.maxHeaderListBytes = options.maxHeaderListBytes;
		this.updateOwed = options.maxTableSize < DEFAULT_TABLE_BYTES;
	}

	/** Octets the dynamic table counts now. */
	get tableSize(): number {
		return this.table.size;
	}

	/**
	 * Decodes one whole header block; throws `HpackError`. It reads to the end even when the list outgrows its limit, so
	 * that the table stays in step: fields beyond the limit are dropped. Fields may be shared with the tables and with other
	 * calls; what a block costs is linear in its length and the list's limit.
	 */
	decode(block: Buffer, start = 0, end = block.length): DecodedField[] {
		this.block = block;
		this.position = start;
		this.end = end;
		const fields = this.list;
		let count = 0;
		let listBytes = 0;
		while (this.position < end) {
			const octet = block[this.position] ?? 0;
			if ((octet & 0xe0) === 0x20) {
				if (listBytes > 0) throw new HpackError('a table size update after the first field');
				this.updateTableSize(this.readInteger(5));
				continue;
			}
			if (this.updateOwed)
				throw new HpackError(`no table size update to the ${this.maxTableSize} that were advertised`);
			const field = (octet & 0x80) !== 0 ? this.at(this.readInteger(7)) : this.readLiteral(octet, count);
			listBytes += entryBytes(field.name, field.value);
			if (listBytes <= this.maxHeaderListBytes) fields[count++] = field;
		}
		this.block = NO_BYTES;
		return fields.slice(0, count);
	}

	/** Incremental indexing enters the table; without indexing and never indexed differ only for those who pass fields on (§6.2). */
	private readLiteral(octet: number, place: number): DecodedField {
		const indexed = (octet & 0x40) !== 0;
		const field = this.seenAt(place) ?? this.readNewLiteral(indexed, place);
		if (indexed) this.table.insert(field);
		return field;
	}

	private readNewLiteral(indexed: boolean, place: number): DecodedField {
		const start = this.position;
		const nameIndex = this.readInteger(indexed ? 6 : 4);
		const name = nameIndex === 0 ? this.readString() : this.at(nameIndex).name;
		const field = { name, value: this.readString() };
		// A name in the dynamic table may be another one next time.
		if (nameIndex < FIRST_DYNAMIC_INDEX) this.remember(start, field, place);
		return field;
	}

	/** The field that the octets from the position on stand for, if they are those of the last literal at this place. */
	private seenAt(place: number): DecodedField | undefined {
		const seen = this.seen[place];
		if (seen === undefined) return undefined;
		const { octets } = seen;
		const { block, position } = this;
		const { length } = octets;
		if (position + length > this.end) return undefined;
		for (let index = 0; index < length; index++) {
			if (octets[index] !== block[position + index]) return undefined;
		}
		this.misses[place] = 0;
		this.position = position + length;
		return seen.field;
	}

	private remember(start: number, field: DecodedField, place: number): void {
		const misses = this.misses[place];
		// Beyond the last place there is no count.
		if (misses === undefined || misses > MAX_MISSES || this.position - start > SEEN_OCTETS) return;
		this.misses[place] = misses + 1;
		this.seen[place] =
			misses === MAX_MISSES ? undefined : { octets: Buffer.from(this.block.subarray(start, this.position)), field };
	}

	private at(index: number): DecodedField {
		const field = index < FIRST_DYNAMIC_INDEX ? staticFields[index - 1] : this.table.at(index);
		if (field === undefined) throw new HpackError(`index ${index} is not in the table`);
		return field;
	}

	private updateTableSize(size: number): void {
		if (size > this.maxTableSize)
			throw new HpackError(`a table size update to ${size}, above the ${this.maxTableSize} allowed`);
		this.updateOwed = false;
		this.table.setMaxSize(size);
	}

	/** The octet at the position, which is before the end, starts the integer (§5.1). */
	private readInteger(prefixBits: number): number {
		const limit = (1 << prefixBits) - 1;
		let value = (this.block[this.position++] ?? 0) & limit;
		if (value < limit) return value;
		for (let shift = 0; shift <= MAX_INTEGER_SHIFT; shift += 7) {
			if (this.position >= this.end) throw new HpackError('a header block ends inside an integer');
			const octet = this.block[this.position++] ?? 0;
			value += (octet & 127) << shift;
			if (value > MAX_INTEGER) break;
			if ((octet & 128) === 0) return value;
		}
		throw new HpackError('an integer that is too large');
	}

	private readString(): string {
		if (this.position >= this.end) throw new HpackError('a header block ends before a string');
		const coded = ((this.block[this.position] ?? 0) & 0x80) !== 0;
		const length = this.readInteger(7);
		const start = this.position;
		const end = start + length;
		if (end > this.end) throw new HpackError('a header block ends inside a string');
		this.position = end;
		if (!coded) return this.block.toString('latin1', start, end);
		const room = huffmanRoom(length);
		const text = room <= SCRATCH_BYTES ? this.scratch : Buffer.allocUnsafeSlow(room);
		const decoded = huffmanDecode(this.block, start, end, text);
		if (decoded < 0) throw new HpackError('a string in broken Huffman code');
		return text.toString('latin1', 0, decoded);
	}
}
