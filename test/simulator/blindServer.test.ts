/** The blind server answers whatever comes, and counts. */
import * as http2 from 'node:http2';
import { startBlindServer } from '../../tools/simulator/blindServer';

test('every request is answered 200, whatever it says, over many frames and large bodies', async () => {
	const server = await startBlindServer();
	const session = http2.connect(`https://127.0.0.1:${server.port}`, { ca: server.caPem, servername: 'localhost' });
	try {
		const send = (path: string, body: string) =>
			new Promise<unknown>((resolve, reject) => {
				const stream = session.request({ ':method': 'POST', ':path': path });
				let status: unknown;
				stream.on('response', (headers) => {
					status = headers[':status'];
				});
				stream.on('error', reject);
				stream.on('close', () => resolve(status));
				stream.resume();
				stream.end(body);
			});
		const statuses = await Promise.all(
			Array.from({ length: 2000 }, (_, n) => send(`/${n}`, n % 100 === 0 ? 'x'.repeat(20_000) : '{}')),
		);
		expect(new Set(statuses)).toEqual(new Set([200]));
		await new Promise<void>(
			(resolve, reject) => void session.ping((error) => (error === null ? resolve() : reject(error))),
		);
		expect([server.answered(), server.connections()]).toEqual([2000, 1]);
	} finally {
		session.destroy();
		await server.close();
	}
});
