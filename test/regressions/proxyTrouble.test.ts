/**
 * Trouble of a proxy that passes: one 502, 503, 504, 429 or a cut tunnel is tried again.
 * Before: the first such answer failed every waiting push as if it could never change.
 */
import { closeAfterEach } from '../closing';
import { createFastClock } from '../shared/client/manualClock';
import { startConnectProxy } from '../shared/transport/connectProxy';
import { createServers, type Servers } from '../shared/transport/servers';
import { answerAll, numbered, range, type RawBench, startRawBench } from './rawBench';

const closing = closeAfterEach();
let bench: RawBench;
let servers: Servers;

beforeEach(async () => {
	servers = closing(createServers());
	bench = closing(await startRawBench({ peer: { onConnection: answerAll }, clock: createFastClock(4) }));
});

it.each([502, 503, 504, 429, 'cut'] as const)('tries again after one %s', async (trouble) => {
	const proxy = await startConnectProxy(servers, (nth) => (nth === 1 ? trouble : 'open'));
	const client = bench.client({ proxyUrl: `http://127.0.0.1:${proxy.port}` });
	const outcomes = await Promise.all(range(1, 5).map((one) => client.send(one)));
	expect(outcomes).toEqual(outcomes.map(() => expect.objectContaining({ outcome: 'accepted', attempts: 1 })));
	expect([proxy.requests, proxy.tunnels.length]).toEqual([2, 1]);
});

it('still says at once that the proxy wants another login', async () => {
	const proxy = await startConnectProxy(servers, () => 407);
	const client = bench.client({ proxyUrl: `http://user:secret@127.0.0.1:${proxy.port}` });
	const outcome = await client.send(numbered(1));
	expect(outcome).toMatchObject({ outcome: 'not sent', attempts: 0, failure: { code: 'proxyAuthentication' } });
	expect(proxy.requests).toBe(1);
});
