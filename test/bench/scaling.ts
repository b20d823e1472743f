/** Several connections to a distant server: throughput follows connections × streams ÷ delay until a core is full. */
import { startDelayedPeer } from './delayed';
import { type BenchSettings, ourClient, push } from './ourClient';

const DELAY_MS = 50;
const SECONDS = 4;

export async function measureScaling(settings: BenchSettings): Promise<{ lines: string[]; json: unknown }> {
	const peer = await startDelayedPeer({ delayMs: DELAY_MS });
	const lines: string[] = [];
	const json: unknown[] = [];
	try {
		for (const connections of [1, 2, 3]) {
			const possible = (connections * 1_000 * 1_000) / DELAY_MS;
			const total = Math.round(possible * SECONDS);
			const { client, close } = ourClient(
				peer.port,
				{ ...settings, ca: peer.ca },
				{ maxConnections: connections, caBundle: peer.ca },
			);
			const some = function* (count: number) {
				for (let n = 0; n < count; n++) yield push(n);
			};
			await client.sendEach(some(Math.round(possible * 1.5)), () => undefined);
			const cpuBefore = process.cpuUsage();
			const startedAt = performance.now();
			let accepted = 0;
			await client.sendEach(some(total), ({ outcome }) => {
				if (outcome === 'accepted') accepted += 1;
			});
			const seconds = (performance.now() - startedAt) / 1_000;
			const cpu = process.cpuUsage(cpuBefore);
			const load = (cpu.user + cpu.system) / 1e6 / seconds;
			const rate = accepted / seconds;
			const share = rate / possible;
			const used = client.lane('push').openConnections.length;
			close();
			const verdict = share >= 0.85 ? 'reached' : load > 0.85 ? 'core full' : 'MISSED ';
			lines.push(
				`${verdict}  ${connections} connection${connections === 1 ? ' ' : 's'} × 1,000 streams ÷ ${DELAY_MS} ms: ${Math.round(rate).toLocaleString('en-US')} of ${possible.toLocaleString('en-US')} pushes/s (${(share * 100).toFixed(0)} %), ${used} open, client core ${(load * 100).toFixed(0)} % busy`,
			);
			json.push({ connections, rate, possible, share, load });
		}
	} finally {
		peer.stop();
	}
	return { lines, json };
}
