/**
 * A server that was wrong and was repaired is forgiven: no failure is remembered against later requests beyond its back-off.
 * Before: the push after the repaired server's next FIN ended `not sent` with the old error, without an attempt.
 */
import net from 'node:net';
import { closeAfterEach } from '../closing';
import { createFastClock } from '../shared/client/manualClock';
import { createServers } from '../shared/transport/servers';
import { startRawPeer } from '../wire/rawPeer';
import { answerAll, numbered, startRawBench } from './rawBench';

const closing = closeAfterEach();

it('sends the push after a FIN of a server that once spoke no HTTP/2', async () => {
	const old = closing(await startRawPeer({ alpn: ['http/1.1'] }));
	const bench = closing(await startRawBench({ peer: { onConnection: answerAll }, clock: createFastClock(20) }));
	let target = old.port;
	const servers = closing(createServers());
	const front = net.createServer((client) => {
		const upstream = net.connect(target, '127.0.0.1');
		client.pipe(upstream).pipe(client);
		client.on('error', () => upstream.destroy());
		upstream.on('error', () => client.destroy());
		upstream.on('close', () => client.destroy());
	});
	const client = bench.client({ endpoint: await servers.listen(front) });
	expect(await client.send(numbered(1))).toMatchObject({ outcome: 'not sent', failure: { code: 'noHttp2' } });
	target = bench.peer.port;
	let accepted = await client.send(numbered(2));
	// The back-off of the failure is still running: another try, for at most two seconds by the clock.
	for (let n = 3; accepted.outcome !== 'accepted' && n < 200; n += 1) {
		await new Promise((resolve) => setTimeout(resolve, 10));
		accepted = await client.send(numbered(n));
	}
	expect(accepted).toMatchObject({ outcome: 'accepted' });
	const connection = await bench.peer.connection(1);
	connection.end();
	await connection.waitFor(({ ended }) => ended);
	expect(await client.send(numbered(1_000))).toMatchObject({ outcome: 'accepted', attempts: 1 });
	expect(bench.peer.connections).toHaveLength(2);
});
