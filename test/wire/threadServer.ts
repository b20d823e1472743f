/** An HTTP/2 server in a thread of its own: it goes on while the test's thread stands still, and its buffers do not count there. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { sharedAuthority } from '../../tools/simulator/authority';

export interface ThreadServer {
	readonly port: number;
	/** Where the messages of the program after its first arrive. */
	readonly worker: Worker;
	close(): Promise<void>;
}

/** Runs a program that gets `cert` and `key` as its `workerData`, and that posts its port once it listens. */
export async function startThreadServer(program: string): Promise<ThreadServer> {
	const { certificatePem, privateKeyPem } = sharedAuthority().server();
	const worker = new Worker(program, { eval: true, workerData: { cert: certificatePem, key: privateKeyPem } });
	const [port] = (await once(worker, 'message')) as [number];
	return {
		port,
		worker,
		async close() {
			await worker.terminate();
		},
	};
}
