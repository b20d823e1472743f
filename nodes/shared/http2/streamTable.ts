/** Open streams by id. Ids only grow and few streams stay behind: a ring of slots does without a Map's hashing and garbage. */

/** Slots at first: Apple's usual limit is 1,000 streams. */
const FIRST_SLOTS = 1_024;

interface TableStream {
	readonly id: number;
	/** Given up by its owner, but still open for the peer; set by the table alone. */
	abandoned: boolean;
}

/** The table as the protocol's owner sees it: streams leave it only through the protocol. */
export type OpenStreams<S extends TableStream> = Pick<
	StreamTable<S>,
	'size' | 'liveSize' | 'abandonedSize' | 'get' | 'values' | 'liveValues'
>;

export class StreamTable<S extends TableStream> {
	private slots: Array<S | undefined> = emptySlots<S>(FIRST_SLOTS);
	/** Streams that were still open when the ring came round to their slot. */
	private readonly behind = new Map<number, S>();
	private count = 0;
	private given = 0;

	/** Open streams, given-up ones included. */
	get size(): number {
		return this.count;
	}

	/** Streams somebody still waits for. */
	get liveSize(): number {
		return this.count - this.given;
	}

	/** Streams that were given up and that the peer has not ended yet. */
	get abandonedSize(): number {
		return this.given;
	}

	/** The open stream with this id. */
	get(id: number): S | undefined {
		const stream = this.slots[slotOf(id, this.slots.length)];
		if (stream !== undefined && stream.id === id) return stream;
		return this.behind.size === 0 ? undefined : this.behind.get(id);
	}

	/** Adds a stream, whose id is above all before it. */
	add(stream: S): void {
		if (this.count >= this.slots.length) this.grow();
		const slot = slotOf(stream.id, this.slots.length);
		const older = this.slots[slot];
		if (older !== undefined) this.behind.set(older.id, older);
		this.slots[slot] = stream;
		this.count += 1;
	}

	/** Marks a stream of the table as given up; false when it is not in the table or was marked before. */
	abandon(stream: S): boolean {
		if (stream.abandoned || this.get(stream.id) !== stream) return false;
		stream.abandoned = true;
		this.given += 1;
		return true;
	}

	/** False when the stream is not in the table. */
	delete(stream: S): boolean {
		const { id } = stream;
		const slot = slotOf(id, this.slots.length);
		if (this.slots[slot] === stream) this.slots[slot] = undefined;
		else if (this.behind.get(id) !== stream || !this.behind.delete(id)) return false;
		this.count -= 1;
		if (stream.abandoned) this.given -= 1;
		return true;
	}

	/** Takes all streams out, oldest first. */
	clear(): S[] {
		const all = this.values();
		this.slots.fill(undefined);
		this.behind.clear();
		this.count = 0;
		this.given = 0;
		return all;
	}

	/** All streams, oldest first; the list is made when the first is asked for. */
	[Symbol.iterator](): Iterator<S> {
		return this.values()[Symbol.iterator]();
	}

	/** All streams, oldest first, as a list of the caller's own. */
	values(): S[] {
		if (this.count === 0) return [];
		const all = [...this.behind.values()];
		for (const stream of this.slots) if (stream !== undefined) all.push(stream);
		return all.sort((a, b) => a.id - b.id);
	}

	/** The streams somebody still waits for, oldest first, as a list of the caller's own. */
	liveValues(): S[] {
		const all = this.values();
		return this.given === 0 ? all : all.filter((stream) => !stream.abandoned);
	}

	/** Streams that do not share a slot do not share one of twice as many. */
	private grow(): void {
		const old = this.slots;
		this.slots = emptySlots<S>(old.length * 2);
		for (const stream of old) if (stream !== undefined) this.slots[slotOf(stream.id, this.slots.length)] = stream;
	}
}

function emptySlots<S>(length: number): Array<S | undefined> {
	return Array.from({ length }, () => undefined);
}

/** Client ids are odd (RFC 9113 §5.1.1). */
function slotOf(id: number, slots: number): number {
	return (id >>> 1) & (slots - 1);
}
