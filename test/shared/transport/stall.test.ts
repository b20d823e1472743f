/** A process that stalls, as n8n does while it evaluates: answers that came meanwhile are read before any deadline is judged. */
import { once } from 'node:events';
import { closeAfterEach } from '../../closing';
import { startThreadServer } from '../../wire/threadServer';
import { notification, startClientBench } from '../client/clientBench';

/** The server answers 100 ms after each request, whatever this thread does. */
const program = `
const { parentPort, workerData } = require('node:worker_threads');
const server = require('node:http2').createSecureServer(workerData);
server.on('stream', (stream) => {
	stream.resume();
	stream.on('end', () => {
		parentPort.postMessage('request');
		setTimeout(() => stream.respond({ ':status': 200, 'apns-id': 'x' }, { endStream: true }), 100);
	});
});
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

const closing = closeAfterEach();

/** Blocks this thread. */
function stall(ms: number): void {
	Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

it('takes an answer that waited in the socket for its deadline to pass', async () => {
	const { port, worker } = closing(await startThreadServer(program));
	const bench = closing(await startClientBench());
	const client = bench.client({ endpoint: { host: 'localhost', port } });
	const first = once(worker, 'message');
	const warm = client.send(notification(1));
	await first;
	expect(await warm).toMatchObject({ outcome: 'accepted' });
	const left = once(worker, 'message');
	const pending = client.send(notification(2), { timeoutMs: 500 });
	await left;
	stall(1_000);
	expect(await pending).toMatchObject({ outcome: 'accepted', attempts: 1 });
});
