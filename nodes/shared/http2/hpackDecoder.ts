/** HPACK decoder, strict and bounded (RFC 7541 §3, §6). */
import { DynamicTable, ENTRY_OVERHEAD_BYTES, FIRST_DYNAMIC_INDEX, STATIC_TABLE } from './hpackTable';
import { huffmanDecode } from './huffman';

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

/** Integers above this are an attack or an error: no string, index or size here is near it. */
const MAX_INTEGER = 0x0fffffff;

export class HpackDecoder {
	private readonly table: DynamicTable;
	private readonly maxTableSize: number;
	private readonly maxHeaderListBytes: number;
	private block: Buffer = Buffer.alloc(0);
	private position = 0;
	private end = 0;
	private scratch: Buffer = Buffer.allocUnsafeSlow(1_024);

	constructor(options: { readonly maxTableSize: number; readonly maxHeaderListBytes: number }) {
		this.maxTableSize = options.maxTableSize;
		this.maxHeaderListBytes = options.maxHeaderListBytes;
		this.table = new DynamicTable(options.maxTableSize);
	}

	/**
	 * Decodes one whole header block; throws `HpackError`. It reads to the end even when the list outgrows its limit, so
	 * that the table stays in step: fields beyond the limit are dropped and `truncated` is true.
	 */
	decode(block: Buffer, start = 0, end = block.length): { fields: DecodedField[]; truncated: boolean } {
		this.block = block;
		this.position = start;
		this.end = end;
		const fields: DecodedField[] = [];
		let listBytes = 0;
		let truncated = false;
		while (this.position < this.end) {
			const octet = block[this.position] ?? 0;
			if ((octet & 0xe0) === 0x20) {
				if (fields.length > 0 || truncated) throw new HpackError('a table size update after the first field');
				this.updateTableSize(this.readInteger(5));
				continue;
			}
			const field = (octet & 0x80) !== 0 ? this.at(this.readInteger(7)) : this.readLiteral(octet);
			listBytes += field.name.length + field.value.length + ENTRY_OVERHEAD_BYTES;
			if (listBytes <= this.maxHeaderListBytes) fields.push(field);
			else truncated = true;
		}
		return { fields, truncated };
	}

	private readLiteral(octet: number): DecodedField {
		const indexed = (octet & 0x40) !== 0;
		const nameIndex = this.readInteger(indexed ? 6 : 4);
		const name = nameIndex === 0 ? this.readString() : this.at(nameIndex).name;
		const value = this.readString();
		return indexed ? this.table.insert(name, value) : { name, value };
	}

	private at(index: number): DecodedField {
		const field = index < FIRST_DYNAMIC_INDEX ? staticFields[index - 1] : this.table.at(index);
		if (field === undefined) throw new HpackError(`index ${index} is not in the table`);
		return field;
	}

	private updateTableSize(size: number): void {
		if (size > this.maxTableSize) throw new HpackError(`a table size update to ${size}, above the ${this.maxTableSize} allowed`);
		this.table.setMaxSize(size);
	}

	private readInteger(prefixBits: number): number {
		const limit = (1 << prefixBits) - 1;
		let value = (this.block[this.position++] ?? 0) & limit;
		if (value < limit) return value;
		for (let shift = 0; ; shift += 7) {
			if (this.position >= this.end) throw new HpackError('a header block ends inside an integer');
			const octet = this.block[this.position++] ?? 0;
			// Four octets reach 2^28; a fifth would overflow what any field here can mean.
			if (shift > 21) throw new HpackError('an integer without end');
			value += (octet & 127) << shift;
			if (value > MAX_INTEGER) throw new HpackError('an integer that is too large');
			if ((octet & 128) === 0) return value;
		}
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
		// The shortest code has five bits.
		const room = Math.ceil((length * 8) / 5);
		if (this.scratch.length < room) this.scratch = Buffer.allocUnsafeSlow(room);
		const decoded = huffmanDecode(this.block, start, end, this.scratch);
		if (decoded < 0) throw new HpackError('a string in broken Huffman code');
		return this.scratch.toString('latin1', 0, decoded);
	}
}
