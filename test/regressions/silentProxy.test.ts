/**
 * A proxy that takes the connection and says nothing is called by its name.
 * Before: "no connection within 10000 ms (during name resolution and TCP)", and the advice was about a firewall.
 */
import { closeAfterEach } from '../closing';
import { createFastClock } from '../shared/client/manualClock';
import { startConnectProxy } from '../shared/transport/connectProxy';
import { createServers, type Servers } from '../shared/transport/servers';
import { numbered, type RawBench, startRawBench } from './rawBench';

const closing = closeAfterEach();
let bench: RawBench;
let servers: Servers;

beforeEach(async () => {
	servers = closing(createServers());
	bench = closing(await startRawBench({ clock: createFastClock(20) }));
});

it('names the proxy as what does not answer', async () => {
	const proxy = await startConnectProxy(servers, () => 'silent');
	const { outcome, failure } = await bench.client({ proxyUrl: `http://127.0.0.1:${proxy.port}` }).send(numbered(1));
	expect(outcome).toBe('not sent');
	expect(failure?.message).toMatch(/proxy/i);
	expect(failure?.message).not.toMatch(/name resolution/i);
	expect(failure?.advice).toMatch(/proxy/i);
	expect(bench.peer.connections).toHaveLength(0);
});
