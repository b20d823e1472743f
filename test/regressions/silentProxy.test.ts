/**
 * A proxy that takes the connection and says nothing is called by its name.
 * Before: "no connection within 10000 ms (during name resolution and TCP)", and the advice was about a firewall.
 */
import { createFastClock } from '../shared/client/manualClock';
import { createServers, type Servers } from '../shared/transport/servers';
import { numbered, type RawBench, startRawBench } from './rawBench';
import { startTunnels } from './tunnels';

let bench: RawBench;
let servers: Servers;

beforeEach(async () => {
	bench = await startRawBench({ clock: createFastClock(20) });
	servers = createServers();
});

afterEach(async () => {
	await bench.close();
	await servers.close();
});

it('names the proxy as what does not answer', async () => {
	const proxy = await startTunnels(servers, () => 'silent');
	const { outcome, failure } = await bench.client({ proxyUrl: `http://127.0.0.1:${proxy.port}` }).send(numbered(1));
	expect(outcome).toBe('not sent');
	expect(failure?.message).toMatch(/proxy/i);
	expect(failure?.message).not.toMatch(/name resolution/i);
	expect(failure?.advice).toMatch(/proxy/i);
	expect(bench.peer.connections).toHaveLength(0);
});
