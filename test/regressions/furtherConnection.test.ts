/**
 * A further connection that fails never costs the pushes of the one that works.
 * Before: the proxy refused the second tunnel, and 7,000 to 9,000 of 10,000 pushes ended `not sent` beside a healthy connection.
 */
import { closeAfterEach } from '../closing';
import { type ClientBench, notifications, startClientBench } from '../shared/client/clientBench';
import { startConnectProxy } from '../shared/transport/connectProxy';
import { createServers, type Servers } from '../shared/transport/servers';

const closing = closeAfterEach();
let bench: ClientBench;
let servers: Servers;

beforeEach(async () => {
	servers = closing(createServers());
	bench = closing(
		await startClientBench({
			simulator: { maxConcurrentStreamsAfterAuth: 100, answerDelayMs: 5 },
			// The delays of real life between tries.
			cache: { backoff: undefined },
		}),
	);
});

it.each([403, 407, 502])(
	'sends all 10,000 over the first tunnel when the proxy answers %i to the next',
	async (status) => {
		const proxy = await startConnectProxy(servers, (nth) => (nth === 1 ? 'open' : status));
		const client = bench.client({ proxyUrl: `http://127.0.0.1:${proxy.port}`, maxConnections: 4 });
		const outcomes = await Promise.all(notifications(10_000).map((one) => client.send(one)));
		expect(outcomes.filter(({ outcome }) => outcome !== 'accepted').slice(0, 3)).toEqual([]);
		expect(bench.simulator.counters()).toMatchObject({ connections: 1, accepted: 10_000 });
		// It was tried, and given time between the tries.
		expect(proxy.requests).toBeGreaterThan(1);
		expect(proxy.requests).toBeLessThanOrEqual(8);
	},
);

it('does the same when the server itself cuts every further connection after TLS', async () => {
	const client = bench.client({ maxConnections: 4 });
	await client.send(notifications(1)[0] ?? never());
	bench.simulator.rejectConnections('tls');
	const outcomes = await Promise.all(notifications(10_000).map((one) => client.send(one)));
	expect(outcomes.filter(({ outcome }) => outcome === 'not sent')).toEqual([]);
	// The first further connection may carry one push right after TLS; a connection after a failed one waits for SETTINGS.
	expect(outcomes.filter(({ outcome }) => outcome === 'unknown').length).toBeLessThanOrEqual(1);
});

function never(): never {
	throw new Error('There is a first notification.');
}
