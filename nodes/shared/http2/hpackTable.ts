/** The static and the dynamic table of RFC 7541 §2.3 and Appendix A. */

/** Appendix A, index 1 first. */
// prettier-ignore
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

/** Octets an entry counts beyond its name and value (RFC 7541 §4.1). */
export const ENTRY_OVERHEAD_BYTES = 32;

export interface TableEntry {
	readonly name: string;
	readonly value: string;
	/** Number of insertions before it: tells its index at any later time. */
	readonly id: number;
}

/** Entries in the order of insertion, evicted from the oldest (RFC 7541 §2.3.2, §4). */
export class DynamicTable {
	size = 0;
	/** Insertions since the beginning. */
	inserted = 0;
	private entries: TableEntry[] = [];
	private oldest = 0;

	constructor(
		public maxSize: number,
		private readonly onEvict?: (entry: TableEntry) => void,
	) {}

	get length(): number {
		return this.entries.length - this.oldest;
	}

	/** Entry at an HPACK index (62 is the newest); undefined beyond the table. */
	at(index: number): TableEntry | undefined {
		const position = this.entries.length - (index - STATIC_TABLE.length);
		return position < this.oldest ? undefined : this.entries[position];
	}

	/** HPACK index of the entry with this id, as long as it is in the table. */
	indexOf(id: number): number {
		return STATIC_TABLE.length + this.inserted - id;
	}

	fits(name: string, value: string): boolean {
		return name.length + value.length + ENTRY_OVERHEAD_BYTES <= this.maxSize;
	}

	/** Inserts at the front; an entry larger than the table empties it (RFC 7541 §4.4). */
	insert(name: string, value: string): TableEntry {
		const size = name.length + value.length + ENTRY_OVERHEAD_BYTES;
		this.evictTo(this.maxSize - size);
		const entry: TableEntry = { name, value, id: this.inserted++ };
		if (size <= this.maxSize) {
			this.entries.push(entry);
			this.size += size;
		}
		return entry;
	}

	setMaxSize(maxSize: number): void {
		this.maxSize = maxSize;
		this.evictTo(maxSize);
	}

	private evictTo(bytes: number): void {
		while (this.size > bytes && this.oldest < this.entries.length) {
			const entry = this.entries[this.oldest++];
			if (entry === undefined) break;
			this.size -= entry.name.length + entry.value.length + ENTRY_OVERHEAD_BYTES;
			this.onEvict?.(entry);
		}
		// 4,096 octets hold 128 entries at most; the array is cut when most of it is gone.
		if (this.oldest > 256 && this.oldest * 2 > this.entries.length) {
			this.entries = this.entries.slice(this.oldest);
			this.oldest = 0;
		}
	}
}
