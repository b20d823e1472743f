/**
 * Answers that never end are cut, and all of them together take little memory.
 * Before: 150 of them grew the memory by 615 MiB.
 */
import { closeAfterEach } from '../closing';
import { notification, notifications, startClientBench } from '../shared/client/clientBench';
import { startThreadServer } from '../wire/threadServer';
import { within } from './rawBench';

/** The server, in a thread of its own so that its buffers do not count, answers the first request, and each later one with 4 MiB and no end. */
const program = `
const { parentPort, workerData } = require('node:worker_threads');
const server = require('node:http2').createSecureServer({ ...workerData, settings: { maxConcurrentStreams: 1000 }, maxSessionMemory: 1000 });
const piece = Buffer.alloc(65536, 'x');
let first = true;
server.on('stream', (stream) => {
	stream.on('error', () => undefined);
	stream.resume();
	if (first) {
		first = false;
		return stream.respond({ ':status': 200 }, { endStream: true });
	}
	stream.respond({ ':status': 400 });
	let left = 64;
	const write = () => {
		while (left > 0 && !stream.destroyed) {
			left -= 1;
			if (!stream.write(piece)) return void stream.once('drain', write);
		}
	};
	write();
});
server.on('sessionError', () => undefined);
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

const closing = closeAfterEach();

/** Memory of this thread's objects and buffers, in MiB. */
function used(): number {
	const { heapUsed, external } = process.memoryUsage();
	return (heapUsed + external) / 1_048_576;
}

it('keeps the memory of 150 endless answers below 128 MiB, and lets their status decide', async () => {
	const { port } = closing(await startThreadServer(program));
	const bench = closing(await startClientBench());
	const client = bench.client({ endpoint: { host: 'localhost', port }, maxConnections: 1 });
	expect(await client.send(notification(1_000))).toMatchObject({ outcome: 'accepted' });
	const beforeMiB = used();
	let mostMiB = 0;
	const timer = setInterval(() => (mostMiB = Math.max(mostMiB, used() - beforeMiB)), 5);
	const outcomes = await within(
		Promise.all(notifications(150).map((one) => client.send(one, { timeoutMs: 15_000 }))),
		40_000,
	);
	clearInterval(timer);
	expect(outcomes).not.toBe('late');
	if (outcomes === 'late') return;
	for (const { outcome, status, body } of outcomes) {
		expect({ outcome, status }).toEqual({ outcome: 'rejected', status: 400 });
		expect(body?.length ?? 0).toBeLessThanOrEqual(4_096);
	}
	expect(Math.round(mostMiB)).toBeLessThan(128);
});
