/** What one push costs in time: warm against PING of the same connection, cold in round trips of a known length. */
import { startCountingProxy } from './countingProxy';
import { type BenchSettings, median, ourClient, push } from './ourClient';

const WARM_PUSHES = 500;
const DELAY_MS = 100;
const COLD_PUSHES = 5;

export async function measureLatency(
	port: number,
	settings: BenchSettings,
): Promise<{ lines: string[]; json: unknown }> {
	const { client, close } = ourClient(port, settings);
	for (let n = 0; n < 200; n++) await client.send(push(n));
	const [connection] = client.lane('push').openConnections;
	const pushes: number[] = [];
	const pings: number[] = [];
	for (let n = 0; n < WARM_PUSHES; n++) {
		const pinged = await connection?.measurePing();
		if (pinged !== undefined) pings.push(pinged);
		const startedAt = performance.now();
		await client.send(push(n));
		pushes.push(performance.now() - startedAt);
	}
	close();
	const warm = median(pushes);
	const ping = median(pings);
	const bound = 1.1 * ping + 0.3;

	const proxy = await startCountingProxy(port, DELAY_MS);
	const cold: number[] = [];
	const roundTripMs = 2 * DELAY_MS;
	for (let n = 0; n < COLD_PUSHES; n++) {
		const fresh = ourClient(proxy.port, settings);
		const startedAt = performance.now();
		await fresh.client.send(push(n));
		cold.push(performance.now() - startedAt);
		fresh.close();
	}
	proxy.close();
	const roundTrips = median(cold) / roundTripMs;
	return {
		lines: [
			`${warm <= bound ? 'reached' : 'MISSED '}  warm push: ${warm.toFixed(3)} ms at the median, PING of the same connection ${ping.toFixed(3)} ms (bound 1.1 × PING + 0.3 ms = ${bound.toFixed(3)} ms)`,
			`${roundTrips <= 2.3 ? 'reached' : 'MISSED '}  cold push: ${roundTrips.toFixed(2)} round trips of ${roundTripMs} ms behind the proxy (TLS 1.3 one, push one; the proxy answers TCP itself)`,
		],
		json: { warmMs: warm, pingMs: ping, coldRoundTrips: roundTrips },
	};
}
