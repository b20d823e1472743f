/** The HTTP/1.1 application behind servers that forward: answers by device token and keeps the journal. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerTo, tokenOf } from './answers';
import type { Journal } from './journal';

export interface Application {
	readonly port: number;
	/** Where requests are noted from now on. */
	journal: Journal;
	close(): void;
}

/** Starts it on a free port of 127.0.0.1. */
export async function startApplication(journal: Journal): Promise<Application> {
	const server = createServer((request, response) => {
		const { journal: current } = application;
		const done = current.begin();
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			const token = tokenOf(request.url ?? '');
			current.note(token);
			const answer = answerTo(token, Buffer.concat(chunks));
			response.writeHead(answer.status, answer.headers).end(answer.body);
		});
		response.on('close', done);
	});
	// A connection that this side closes while the server in front reuses it would be the test's own fault.
	server.keepAliveTimeout = 0;
	server.requestTimeout = 0;
	const application: Application = {
		port: 0,
		journal,
		close() {
			server.close();
			server.closeAllConnections();
		},
	};
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 2_048, resolve));
	const { port } = server.address() as AddressInfo;
	return Object.assign(application, { port });
}
