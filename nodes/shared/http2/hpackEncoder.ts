/** HPACK encoder that obeys a rule per header, as Apple asks of providers (RFC 7541; Apple, "Establishing a connection to APNs"). */
import { DynamicTable, ENTRY_OVERHEAD_BYTES, STATIC_TABLE, type TableEntry } from './hpackTable';
import { huffmanEncode, huffmanLength } from './huffman';

/** How a header may use the dynamic table. */
export type Indexing =
	/** Name and value enter the table and are reused; they enter again when evicted. */
	| 'always'
	/** The name enters with its first value; a later value enters once it repeats. */
	| 'onRepeat'
	/** One-off values: the name enters with its first value, later ones are literals without indexing. */
	| 'nameOnly'
	/** Never enters: a literal without indexing (never the "never indexed" form). */
	| 'never-in-table';

export interface HeaderField {
	readonly name: string;
	/** Latin1; the owner has excluded CR, LF and NUL. */
	readonly value: string;
	readonly indexing: Indexing;
}

interface NameRecord {
	/** Id of the newest entry with this name. */
	newest: number;
	readonly ids: Map<string, number>;
}

interface StaticName {
	readonly index: number;
	readonly values: Map<string, number>;
}

const staticNames = new Map<string, StaticName>();
STATIC_TABLE.forEach(([name, value], position) => {
	const known = staticNames.get(name) ?? { index: position + 1, values: new Map<string, number>() };
	if (value !== '') known.values.set(value, position + 1);
	staticNames.set(name, known);
});

/** Values remembered per name for `onRepeat`; a workflow uses a handful of expirations and collapse ids at a time. */
const REMEMBERED_VALUES = 32;
/** Two size updates of at most six octets each (RFC 7541 §4.2). */
const SIZE_UPDATES_BYTES = 12;
/** Index or prefix, and two string lengths, of one field. */
const FIELD_OVERHEAD_BYTES = 18;

export class HpackEncoder {
	private readonly names = new Map<string, NameRecord>();
	private readonly seen = new Map<string, Set<string>>();
	private readonly table: DynamicTable;
	private announcedSize: number;
	private smallestPending: number | undefined;

	constructor(private readonly ownMaxTableSize = 4_096) {
		this.announcedSize = ownMaxTableSize;
		this.table = new DynamicTable(ownMaxTableSize, (entry) => this.forget(entry));
	}

	/** Octets the dynamic table counts now. */
	get tableSize(): number {
		return this.table.size;
	}

	/** Bound of the dynamic table: the smaller of our own and the peer's. */
	get maxTableSize(): number {
		return this.table.maxSize;
	}

	/** SETTINGS_HEADER_TABLE_SIZE of the peer, at any moment; the next block begins with the size updates it owes. */
	setPeerMaxTableSize(size: number): void {
		const bound = Math.min(this.ownMaxTableSize, size);
		this.smallestPending = Math.min(this.smallestPending ?? this.announcedSize, bound);
		this.table.setMaxSize(bound);
	}

	/** Upper bound in octets of a block for these fields. */
	bound(fields: readonly HeaderField[]): number {
		let bytes = SIZE_UPDATES_BYTES;
		for (const field of fields) bytes += field.name.length + field.value.length + FIELD_OVERHEAD_BYTES;
		return bytes;
	}

	/** Appends the block at `offset`; `out` has `bound(fields)` octets of room. Returns the offset after it. */
	encode(fields: readonly HeaderField[], out: Buffer, offset: number): number {
		let at = this.writeSizeUpdates(out, offset);
		for (const field of fields) at = this.encodeField(field, out, at);
		return at;
	}

	private encodeField(field: HeaderField, out: Buffer, offset: number): number {
		const { name, value } = field;
		const fixed = staticNames.get(name);
		if (fixed !== undefined) {
			const index = fixed.values.get(value);
			if (index !== undefined) return writeInteger(out, offset, index, 7, 0x80);
		}
		const record = this.names.get(name);
		if (field.indexing !== 'never-in-table') {
			const id = record?.ids.get(value);
			if (id !== undefined) return writeInteger(out, offset, this.table.indexOf(id), 7, 0x80);
		}
		const nameIndex = fixed?.index ?? (record === undefined ? 0 : this.table.indexOf(record.newest));
		if (this.enters(field, nameIndex > 0)) {
			const end = writeString(out, this.writeName(out, offset, nameIndex, name, 6, 0x40), value);
			this.insert(name, value);
			return end;
		}
		return writeString(out, this.writeName(out, offset, nameIndex, name, 4, 0x00), value);
	}

	/** Whether the rule puts this field into the table. An entry larger than the table would only empty it. */
	private enters(field: HeaderField, nameKnown: boolean): boolean {
		if (field.indexing === 'never-in-table' || !this.table.fits(field.name, field.value)) return false;
		if (field.indexing === 'always' || !nameKnown) return true;
		return field.indexing === 'onRepeat' && this.repeats(field.name, field.value);
	}

	/** True when this value was used before; remembers it otherwise. */
	private repeats(name: string, value: string): boolean {
		const values = this.seen.get(name) ?? new Set<string>();
		if (values.has(value)) return true;
		if (values.size >= REMEMBERED_VALUES) {
			for (const oldest of values) {
				values.delete(oldest);
				break;
			}
		}
		values.add(value);
		this.seen.set(name, values);
		return false;
	}

	private insert(name: string, value: string): void {
		const entry = this.table.insert(name, value);
		const record = this.names.get(name);
		if (record === undefined) {
			this.names.set(name, { newest: entry.id, ids: new Map([[value, entry.id]]) });
		} else {
			record.newest = entry.id;
			record.ids.set(value, entry.id);
		}
	}

	private forget(entry: TableEntry): void {
		const record = this.names.get(entry.name);
		if (record === undefined) return;
		if (record.ids.get(entry.value) === entry.id) record.ids.delete(entry.value);
		// Entries leave in the order they came: with the newest of a name, all are gone.
		if (record.newest === entry.id) this.names.delete(entry.name);
	}

	private writeName(out: Buffer, offset: number, index: number, name: string, prefixBits: number, pattern: number): number {
		const at = writeInteger(out, offset, index, prefixBits, pattern);
		return index > 0 ? at : writeString(out, at, name);
	}

	/** The smallest size passed through since the last block, then the final one (RFC 7541 §4.2). */
	private writeSizeUpdates(out: Buffer, offset: number): number {
		const smallest = this.smallestPending;
		if (smallest === undefined) return offset;
		this.smallestPending = undefined;
		const final = this.table.maxSize;
		let at = offset;
		if (smallest < final && smallest < this.announcedSize) at = writeInteger(out, at, smallest, 5, 0x20);
		if (final !== this.announcedSize || at > offset) at = writeInteger(out, at, final, 5, 0x20);
		this.announcedSize = final;
		return at;
	}
}

/** An integer with an N-bit prefix (RFC 7541 §5.1). */
function writeInteger(out: Buffer, offset: number, value: number, prefixBits: number, pattern: number): number {
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

/** A string literal, in Huffman code where that is shorter (RFC 7541 §5.2). */
function writeString(out: Buffer, offset: number, text: string): number {
	const coded = huffmanLength(text);
	if (coded < text.length) return huffmanEncode(text, out, writeInteger(out, offset, coded, 7, 0x80));
	const at = writeInteger(out, offset, text.length, 7, 0x00);
	return at + out.write(text, at, 'latin1');
}

/** Octets the table counts for an entry; for tests and budgets. */
export function entrySize(name: string, value: string): number {
	return name.length + value.length + ENTRY_OVERHEAD_BYTES;
}
