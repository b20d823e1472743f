/** A simulated connection: when it reads what was written, what becomes of the memory, and how it ends. */
import type { ChannelEvents } from '../../nodes/shared/transport/network';
import { Journal } from './journal';
import { channelOn, Link, systemError } from './link';
import { Loop } from './loop';
import { createRandom } from './random';

interface Rig {
	readonly loop: Loop;
	readonly link: Link;
	readonly journal: Journal;
	readonly far: string[];
	readonly near: string[];
	readonly run: () => Promise<unknown>;
}

function rig(options: { windowBytes?: number; choppiness?: number } = {}): Rig {
	const loop = new Loop(0, () => undefined);
	const journal = new Journal(10, () => loop.now(), false);
	const far: string[] = [];
	const near: string[] = [];
	const link = new Link(
		{
			id: 0,
			latencyMs: 10,
			windowBytes: options.windowBytes ?? 65_536,
			choppiness: options.choppiness ?? 0,
			jitter: 0.1,
		},
		loop,
		createRandom(1),
		journal,
		(change) => near.push(`kept ${change}`),
		() => near.push('closed'),
	);
	link.far = {
		onBytes: (bytes) => void far.push(bytes.toString()),
		onLost: (bytes) => void far.push(`lost ${bytes.toString()}`),
		onFin: () => void far.push('FIN'),
		onGone: () => void far.push('gone'),
	};
	const events: ChannelEvents = {
		onData: (chunk) => void near.push(chunk.toString()),
		onDrain: () => void near.push('drain'),
		onEnd: () => void near.push('end'),
		onError: (error) => void near.push(`error ${error.message}`),
		onClose: () => void near.push('close'),
	};
	link.listen(events);
	return { loop, link, journal, far, near, run: () => loop.run(() => false) };
}

function until(loop: Loop, atMs: number): Promise<unknown> {
	loop.arriveAt(atMs, () => undefined);
	return loop.run(() => loop.now() >= atMs);
}

test('a written buffer is read at its write callback, and is nobody’s afterwards', async () => {
	const { link, far, near, run } = rig();
	const channel = channelOn(link, 'h2');
	const chunk = Buffer.from('hello');
	channel.write(chunk, () => near.push(`taken ${chunk.toString('latin1')}`));
	chunk.write('jello');
	await run();
	expect(far).toEqual(['jello']);
	expect(near).toEqual(['taken ÛÛÛÛÛ']);
});

test('the chunk given to the listener is poisoned after the call', async () => {
	const { link, run } = rig();
	const seen: Buffer[] = [];
	link.listen({
		onData: (chunk) => void seen.push(chunk),
		onDrain: () => undefined,
		onEnd: () => undefined,
		onError: () => undefined,
		onClose: () => undefined,
	});
	link.send(Buffer.from('answer'));
	await run();
	expect(seen.map((chunk) => chunk.toString('latin1'))).toEqual(['ÛÛÛÛÛÛ']);
});

test('what the far end does not read fills the window: write says so, and drain follows', async () => {
	const { link, far, near, loop, run } = rig({ windowBytes: 20_000 });
	link.pause(true);
	expect(link.write(Buffer.alloc(30_000, 'x'), () => near.push('taken'))).toBe(false);
	await until(loop, 1_000);
	expect(far).toEqual([]);
	expect(near).toEqual([]);
	link.pause(false);
	await run();
	expect(far.join('')).toHaveLength(30_000);
	expect(near).toEqual(['taken', 'drain']);
});

test('partial writes and small reads change nothing in what arrives', async () => {
	const { link, far, near, run } = rig({ choppiness: 1 });
	link.write(Buffer.from('0123456789'.repeat(2_000)), () => undefined);
	link.send(Buffer.from('abcdefghij'.repeat(20)));
	await run();
	expect(far.length).toBeGreaterThan(1);
	expect(far.join('')).toBe('0123456789'.repeat(2_000));
	expect(near.filter((text) => text !== 'drain').length).toBeGreaterThan(3);
	expect(near.filter((text) => text !== 'drain').join('')).toBe('abcdefghij'.repeat(20));
});

test('a cut loses what was under way, tells the error once, then closes; later writes are lost too', async () => {
	const { link, far, near, loop, run } = rig();
	link.write(Buffer.from('one'), () => undefined);
	loop.arrive(2, () => {
		link.cut(systemError('ECONNRESET'), true);
		link.write(Buffer.from('two'), () => undefined);
	});
	await run();
	expect(far.filter((text) => text.startsWith('lost'))).toEqual(['lost one', 'lost two']);
	expect(near).toEqual(['error ECONNRESET', 'closed', 'close']);
});

test('a silent link swallows both ways and tells nobody until the kernel gives up', async () => {
	const { link, far, near, loop, run } = rig();
	link.fallSilent();
	link.write(Buffer.from('lost'), () => near.push('taken'));
	link.send(Buffer.from('never'));
	await until(loop, 10_000);
	expect(far).toEqual(['lost lost']);
	expect(near).toEqual(['taken']);
	await run();
	expect(far).toEqual(['lost lost', 'gone']);
	expect(near).toEqual(['taken', 'error ETIMEDOUT', 'closed', 'close']);
});

test('both FINs close it, and nothing is kept alive afterwards', async () => {
	const { link, near, far, run } = rig();
	const channel = channelOn(link, undefined);
	channel.keepAlive(true);
	link.far = { ...link.far, onFin: () => void (far.push('FIN'), link.finish()) };
	channel.write(Buffer.from('last'), () => undefined);
	channel.end();
	await run();
	expect(far).toEqual(['last', 'FIN']);
	expect(near).toEqual(['kept 1', 'end', 'kept -1', 'closed', 'close']);
});

test('a write after end is noted as a mistake of the client', async () => {
	const { link, journal, run } = rig();
	link.end();
	link.write(Buffer.from('x'), () => undefined);
	await run();
	expect(journal.breaches.map(({ invariant }) => invariant)).toEqual(['channelUsedWell']);
});
