/** Frames on their way out lie side by side in chunks, in order, and chunks are used again. */
import { createOutputQueue } from '../../../nodes/shared/http2/outputQueue';

const CHUNK = 65_536;

/** A frame of so many octets that says which it is. */
const frame = (bytes: number, mark: number): Buffer => Buffer.alloc(bytes, mark);

it('hands over what was appended in one piece, and starts anew', () => {
	const queue = createOutputQueue();
	queue.append(frame(3, 1));
	queue.append(frame(2, 2));
	expect(queue.totalBytes()).toBe(5);
	expect(queue.take()).toEqual([Buffer.from([1, 1, 1, 2, 2])]);
	expect(queue.take()).toEqual([]);
	expect([queue.offset(), queue.totalBytes()]).toEqual([0, 5]);
});

it('counts what is written in place from where it began', () => {
	const queue = createOutputQueue();
	queue.append(frame(10, 1));
	const room = queue.room(4);
	expect(queue.offset()).toBe(10);
	room.fill(7, 10, 14);
	queue.commit(14);
	expect([queue.offset(), queue.totalBytes()]).toEqual([14, 14]);
	expect(queue.take()).toEqual([Buffer.concat([frame(10, 1), frame(4, 7)])]);
});

it('fills a chunk to its last octet, and begins another for the next', () => {
	const queue = createOutputQueue();
	queue.append(frame(CHUNK - 4, 1));
	const first = queue.room(4);
	queue.append(frame(4, 2));
	expect(queue.room(0)).toBe(first);
	queue.append(frame(1, 3));
	expect(queue.offset()).toBe(1);
	expect(queue.take().map(({ length }) => length)).toEqual([CHUNK, 1]);
	expect(queue.totalBytes()).toBe(CHUNK + 1);
});

it('hands over a full chunk once, also when nothing was written behind it', () => {
	const queue = createOutputQueue();
	queue.append(frame(CHUNK - 4, 1));
	queue.room(5);
	expect(queue.take().map(({ length }) => length)).toEqual([CHUNK - 4]);
	expect(queue.take()).toEqual([]);
});

it('has room for a frame larger than a chunk, in its place between the others', () => {
	const queue = createOutputQueue();
	queue.append(frame(1, 1));
	queue.append(frame(CHUNK + 10, 2));
	queue.append(frame(2, 3));
	const sent = Buffer.concat(queue.take());
	expect(sent.equals(Buffer.concat([frame(1, 1), frame(CHUNK + 10, 2), frame(2, 3)]))).toBe(true);
});

it('gives a small frame a whole chunk: the next fit in as well', () => {
	expect(createOutputQueue().room(1).length).toBe(CHUNK);
});

/** The memory that the next chunks lie in, as many as are asked for. */
function nextChunks(queue: ReturnType<typeof createOutputQueue>, count: number): ArrayBufferLike[] {
	return Array.from({ length: count }, () => {
		queue.append(frame(1, 1));
		queue.take();
		return queue.room(0).buffer;
	});
}

it('uses chunks again that were given back, four at most, and no others', () => {
	const queue = createOutputQueue();
	const given = Array.from({ length: 6 }, () => {
		queue.append(frame(1, 1));
		return queue.take()[0] ?? Buffer.alloc(0);
	});
	for (const chunk of given) queue.recycle(chunk);
	const memory = given.map(({ buffer }) => buffer);
	const next = nextChunks(queue, 6);
	expect(next.filter((one) => memory.includes(one))).toHaveLength(4);
	const large = createOutputQueue();
	large.append(frame(CHUNK * 2, 1));
	const [chunk = Buffer.alloc(0)] = large.take();
	large.recycle(chunk);
	expect(nextChunks(large, 2)).not.toContain(chunk.buffer);
});

it('gives a frame as large as a chunk one that lies ready, and a larger one memory of its own', () => {
	const queue = createOutputQueue();
	queue.append(frame(1, 1));
	const [chunk = Buffer.alloc(0)] = queue.take();
	queue.recycle(chunk);
	queue.append(frame(1, 1));
	expect(queue.room(CHUNK).buffer).toBe(chunk.buffer);
	queue.recycle(chunk);
	expect(queue.room(CHUNK + 1).length).toBe(CHUNK + 1);
});

it('drops what was not taken, full chunks too, and goes on with what follows', () => {
	const queue = createOutputQueue();
	queue.append(frame(3, 1));
	const [taken = Buffer.alloc(0)] = queue.take();
	queue.append(frame(CHUNK, 2));
	queue.append(frame(5, 3));
	queue.discard();
	expect(queue.take()).toEqual([]);
	queue.append(frame(2, 4));
	expect(Buffer.concat(queue.take())).toEqual(frame(2, 4));
	expect(taken).toEqual(frame(3, 1));
	// What was dropped counts as appended: positions behind it stay where they are.
	expect(queue.totalBytes()).toBe(3 + CHUNK + 5 + 2);
});
