/** The static and the dynamic table of RFC 7541 §2.3 and Appendix A. */

/** Appendix A, index 1 first. */
export const STATIC_TABLE: ReadonlyArray<readonly [name: string, value: string]> = [
	[':authority', ''],
	[':method', 'GET'],
	[':method', 'POST'],
	[':path', '/'],
	[':path', '/index.html'],
	[':scheme', 'http'],
	[':scheme', 'https'],
	[':status', '200'],
	[':status', '204'],
	[':status', '206'],
	[':status', '304'],
	[':status', '400'],
	[':status', '404'],
	[':status', '500'],
	['accept-charset', ''],
	['accept-encoding', 'gzip, deflate'],
	['accept-language', ''],
	['accept-ranges', ''],
	['accept', ''],
	['access-control-allow-origin', ''],
	['age', ''],
	['allow', ''],
	['authorization', ''],
	['cache-control', ''],
	['content-disposition', ''],
	['content-encoding', ''],
	['content-language', ''],
	['content-length', ''],
	['content-location', ''],
	['content-range', ''],
	['content-type', ''],
	['cookie', ''],
	['date', ''],
	['etag', ''],
	['expect', ''],
	['expires', ''],
	['from', ''],
	['host', ''],
	['if-match', ''],
	['if-modified-since', ''],
	['if-none-match', ''],
	['if-range', ''],
	['if-unmodified-since', ''],
	['last-modified', ''],
	['link', ''],
	['location', ''],
	['max-forwards', ''],
	['proxy-authenticate', ''],
	['proxy-authorization', ''],
	['range', ''],
	['referer', ''],
	['refresh', ''],
	['retry-after', ''],
	['server', ''],
	['set-cookie', ''],
	['strict-transport-security', ''],
	['transfer-encoding', ''],
	['user-agent', ''],
	['vary', ''],
	['via', ''],
	['www-authenticate', ''],
];

/** Indices from here up are dynamic. */
export const FIRST_DYNAMIC_INDEX = STATIC_TABLE.length + 1;

/** Dynamic table size of both directions before any SETTINGS (RFC 9113 §6.5.2). */
export const DEFAULT_TABLE_BYTES = 4_096;

/** Octets an entry counts beyond its name and value (RFC 7541 §4.1). */
const ENTRY_OVERHEAD_BYTES = 32;

/** Octets the table counts for an entry; strings are latin1, so characters are octets. */
export function entryBytes(name: string, value: string): number {
	return name.length + value.length + ENTRY_OVERHEAD_BYTES;
}

export interface TableEntry {
	readonly name: string;
	readonly value: string;
}

/**
 * Entries in the order of insertion, evicted from the oldest (RFC 7541 §2.3.2, §4). Each has an id, the number of entries
 * before it since the beginning: its HPACK index changes with every insertion, its id never.
 */
export class DynamicTable {
	/** Octets all entries count. */
	size = 0;
	/** Id of the oldest entry; the ids of all entries run from here to below `nextId`. */
	firstId = 0;
	nextId = 0;
	/** The entries, and before `oldest` places that are empty again. */
	private entries: Array<TableEntry | undefined> = [];
	private oldest = 0;

	constructor(
		public maxSize: number,
		private readonly onEvict?: (entry: TableEntry, id: number) => void,
	) {}

	/** Entry at an HPACK index (62 is the newest); undefined beyond the table. */
	at(index: number): TableEntry | undefined {
		return this.entries[this.entries.length + STATIC_TABLE.length - index];
	}

	/** HPACK index of the entry with this id, which is in the table. */
	indexOf(id: number): number {
		return STATIC_TABLE.length + this.nextId - id;
	}

	/** Whether an entry can be kept at all: a larger one only empties the table (RFC 7541 §4.4). */
	fits(name: string, value: string): boolean {
		return entryBytes(name, value) <= this.maxSize;
	}

	/** Inserts at the front; an entry larger than the table empties it and is not kept (RFC 7541 §4.4). */
	insert(entry: TableEntry): void {
		const bytes = entryBytes(entry.name, entry.value);
		this.evictTo(this.maxSize - bytes);
		if (bytes > this.maxSize) return;
		this.entries.push(entry);
		this.nextId++;
		this.size += bytes;
	}

	/** Changes the bound, in octets; the oldest entries leave until it holds (RFC 7541 §4.3). */
	setMaxSize(maxSize: number): void {
		this.maxSize = maxSize;
		this.evictTo(maxSize);
	}

	private evictTo(bytes: number): void {
		while (this.size > bytes) {
			const entry = this.entries[this.oldest];
			if (entry === undefined) break;
			this.entries[this.oldest++] = undefined;
			this.size -= entryBytes(entry.name, entry.value);
			const id = this.firstId++;
			this.onEvict?.(entry, id);
		}
		// 4,096 octets hold 128 entries at most, so that most of the array is empty when it is cut.
		if (this.oldest > 256) {
			this.entries = this.entries.slice(this.oldest);
			this.oldest = 0;
		}
	}
}
