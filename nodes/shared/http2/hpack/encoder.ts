/** HPACK encoder that obeys a rule per header, as Apple asks of providers (RFC 7541; Apple, "Establishing a connection to APNs"). */
import { DEFAULT_TABLE_BYTES, DynamicTable, STATIC_TABLE, type TableEntry } from './table';
import { writeInteger, writeString } from './writer';

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
	/** Latin1. */
	readonly value: string;
	readonly indexing: Indexing;
}

/** What keeps a field from being sent, in words; undefined when nothing does. */
export interface FieldRules {
	/** Asked once for a name. */
	nameProblem(name: string): string | undefined;
	/** Asked for every value that is written out, not where an index stands for it. */
	valueProblem(name: string, value: string): string | undefined;
}

/** What the encoder knows about one header name. */
interface NameRecord {
	readonly name: string;
	/** Index of the name in the static table; 0 when it is not there. */
	readonly staticIndex: number;
	/** The static table's values for this name, from `staticIndex` on. */
	readonly staticValues: readonly string[];
	/** Id of the newest dynamic entry with this name; -1 when none is left. */
	newest: number;
	/** Ids of the dynamic entries with this name, by value. */
	readonly ids: Map<string, number>;
	/** The value looked up last and its id: most headers keep theirs from block to block. */
	lastValue: string | undefined;
	lastId: number;
	/** Values sent without entering the table, for `onRepeat`: a ring. */
	readonly remembered: string[];
	nextRemembered: number;
}

const staticNames = new Map<string, { readonly index: number; readonly values: string[] }>();
STATIC_TABLE.forEach(([name, value], position) => {
	const known = staticNames.get(name);
	if (known === undefined) staticNames.set(name, { index: position + 1, values: [value] });
	else known.values.push(value);
});

/** Values remembered per name for `onRepeat`; a workflow uses a handful of expirations and collapse ids at a time. */
const REMEMBERED_VALUES = 16;
/** Names known at once. A provider sends about fifteen; beyond this bound the ones outside the table are forgotten. */
const MAX_NAMES = 256;
/** Positions of a list whose last name is kept. */
const MAX_RECENT = 32;
/** Two size updates of at most six octets each (RFC 7541 §4.2). */
const SIZE_UPDATES_BYTES = 12;
/** Index or prefix, and two string lengths, of one field. */
const FIELD_OVERHEAD_BYTES = 18;

/** A field that cannot be sent; the message says which and why, without its value. */
export class UnsendableFieldError extends Error {
	constructor(message: string, cause?: unknown) {
		super(message, { cause });
		this.name = 'UnsendableFieldError';
	}
}

export class HpackEncoder {
	private readonly names = new Map<string, NameRecord>();
	/** Records of the last block by position: lists mostly have the same names in the same order, and need no look-up then. */
	private recent: NameRecord[] = [];
	private readonly table: DynamicTable;
	/** Smallest size since the last block; undefined when the size did not change. */
	private smallestPending: number | undefined;

	/** `ownMaxTableSize`: octets of table this side is willing to keep. Without `rules` every latin1 text may be sent. */
	constructor(
		private readonly ownMaxTableSize = DEFAULT_TABLE_BYTES,
		private readonly rules?: FieldRules,
	) {
		// Every connection begins with the default (RFC 9113 §6.5.2); a smaller choice of our own is announced like any change.
		this.table = new DynamicTable(DEFAULT_TABLE_BYTES, (entry, id) => this.forget(entry, id));
		this.setPeerMaxTableSize(DEFAULT_TABLE_BYTES);
	}

	/** Octets the dynamic table counts now. */
	get tableSize(): number {
		return this.table.size;
	}

	/** Bound of the dynamic table: the smaller of our own and the peer's. */
	get maxTableSize(): number {
		return this.table.maxSize;
	}

	/** Names and values held, in the table or remembered: it is bounded, whatever is sent. */
	get held(): number {
		let count = this.names.size;
		for (const { ids, remembered } of this.names.values()) count += ids.size + remembered.length;
		return count;
	}

	/** SETTINGS_HEADER_TABLE_SIZE of the peer, at any moment; the next block begins with the size updates it owes. */
	setPeerMaxTableSize(size: number): void {
		const bound = Math.min(this.ownMaxTableSize, size);
		if (bound === this.table.maxSize) return;
		this.smallestPending = Math.min(this.smallestPending ?? bound, bound);
		this.table.setMaxSize(bound);
	}

	/** Upper bound in octets of a block for these fields, size updates included. */
	bound(fields: readonly HeaderField[]): number {
		let bytes = SIZE_UPDATES_BYTES;
		for (const field of fields) bytes += field.name.length + field.value.length + FIELD_OVERHEAD_BYTES;
		return bytes;
	}

	/**
	 * Appends the block at `offset`; `out` has `bound(fields)` octets of room. Returns the offset after it. Throws
	 * `UnsendableFieldError` when a name or value is not latin1, or breaks the rules: the block is void then, and the next
	 * one starts from an empty table.
	 */
	encode(fields: readonly HeaderField[], out: Buffer, offset: number): number {
		let at = this.smallestPending === undefined ? offset : this.writeSizeUpdates(out, offset);
		let current: HeaderField | undefined;
		try {
			for (let index = 0; index < fields.length; index++) {
				current = fields[index];
				if (current === undefined) continue;
				const recent = this.recent[index];
				const record =
					recent !== undefined && recent.name === current.name ? recent : this.recordOf(current.name, index);
				at = this.encodeField(record, current, out, at);
			}
		} catch (error) {
			this.startOver();
			if (error instanceof UnsendableFieldError) throw error;
			throw new UnsendableFieldError(`the header ${current?.name} holds a character outside latin1`, error);
		}
		return at;
	}

	private encodeField(record: NameRecord, field: HeaderField, out: Buffer, offset: number): number {
		const { name, value, indexing } = field;
		const { staticIndex, staticValues } = record;
		for (let position = 0; position < staticValues.length; position++) {
			if (staticValues[position] === value) {
				out[offset] = 0x80 | (staticIndex + position);
				return offset + 1;
			}
		}
		if (indexing === 'always' || indexing === 'onRepeat') {
			const id = record.lastValue === value ? record.lastId : this.find(record, value);
			if (id >= this.table.firstId) return writeInteger(out, offset, this.table.indexOf(id), 7, 0x80);
		}
		const problem = this.rules?.valueProblem(name, value);
		if (problem !== undefined) throw new UnsendableFieldError(problem);
		const nameIndex = staticIndex !== 0 ? staticIndex : record.newest >= 0 ? this.table.indexOf(record.newest) : 0;
		if (this.enters(record, field, nameIndex !== 0)) {
			const end = writeLiteral(out, writeInteger(out, offset, nameIndex, 6, 0x40), nameIndex, name, value);
			this.insert(record, name, value);
			return end;
		}
		return writeLiteral(out, writeInteger(out, offset, nameIndex, 4, 0x00), nameIndex, name, value);
	}

	/** Id of the entry with this value, or -1. */
	private find(record: NameRecord, value: string): number {
		const id = record.ids.get(value);
		if (id === undefined) return -1;
		record.lastValue = value;
		record.lastId = id;
		return id;
	}

	/** Whether the rule puts this field into the table. An entry larger than the table would only empty it. */
	private enters(record: NameRecord, field: HeaderField, nameKnown: boolean): boolean {
		if (field.indexing === 'never-in-table' || !this.table.fits(field.name, field.value)) return false;
		if (field.indexing === 'always' || !nameKnown) return true;
		return field.indexing === 'onRepeat' && repeats(record, field.value);
	}

	private insert(record: NameRecord, name: string, value: string): void {
		const id = this.table.nextId;
		this.table.insert({ name, value });
		record.newest = id;
		record.ids.set(value, id);
		record.lastValue = value;
		record.lastId = id;
	}

	private forget({ name, value }: TableEntry, id: number): void {
		const record = this.names.get(name);
		if (record === undefined) return;
		record.ids.delete(value);
		// Entries leave in the order they came: with the newest of a name, all are gone.
		if (record.newest === id) record.newest = -1;
	}

	/** The record of a name that stands at this position of a list. */
	private recordOf(name: string, position: number): NameRecord {
		const record = this.names.get(name) ?? this.addName(name);
		if (position < MAX_RECENT) this.recent[position] = record;
		return record;
	}

	private addName(name: string): NameRecord {
		const problem = this.rules?.nameProblem(name);
		if (problem !== undefined) throw new UnsendableFieldError(problem);
		if (this.names.size >= MAX_NAMES) {
			for (const [known, { newest }] of this.names) if (newest < 0) this.names.delete(known);
			this.recent = [];
		}
		const fixed = staticNames.get(name);
		const record: NameRecord = {
			name,
			staticIndex: fixed?.index ?? 0,
			staticValues: fixed?.values ?? [],
			newest: -1,
			ids: new Map(),
			lastValue: undefined,
			lastId: -1,
			remembered: [],
			nextRemembered: 0,
		};
		this.names.set(name, record);
		return record;
	}

	/** The smallest size passed through since the last block, then the final one (RFC 7541 §4.2). */
	private writeSizeUpdates(out: Buffer, offset: number): number {
		const smallest = this.smallestPending ?? 0;
		const final = this.table.maxSize;
		let at = offset;
		if (smallest < final) at = writeInteger(out, at, smallest, 5, 0x20);
		this.smallestPending = undefined;
		return writeInteger(out, at, final, 5, 0x20);
	}

	/** Empties the table here now, and at the peer with the next block: that one never sees the block that failed. */
	private startOver(): void {
		const { maxSize } = this.table;
		this.table.setMaxSize(0);
		this.table.setMaxSize(maxSize);
		this.smallestPending = 0;
	}
}

/** True when this value was used before; remembers it otherwise. */
function repeats(record: NameRecord, value: string): boolean {
	if (record.remembered.includes(value)) return true;
	record.remembered[record.nextRemembered] = value;
	record.nextRemembered = (record.nextRemembered + 1) % REMEMBERED_VALUES;
	return false;
}

/** The strings of a literal; the name only where no index stands for it. */
function writeLiteral(out: Buffer, offset: number, nameIndex: number, name: string, value: string): number {
	return writeString(out, nameIndex !== 0 ? offset : writeString(out, offset, name), value);
}
