/** Very many pushes through one call: memory stays bounded and nothing is lost. */
import { type BenchSettings, ourClient, push } from './ourClient';

const WARMUP = 50_000;
const SAMPLE_EVERY = 5_000;

function* pushes(count: number) {
	for (let n = 0; n < count; n++) yield push(n);
}

export async function measureMillion(
	port: number,
	settings: BenchSettings,
	count: number,
): Promise<{ lines: string[]; json: unknown }> {
	const { client, close } = ourClient(port, settings, { maxConnections: 1 });
	let accepted = 0;
	let others = 0;
	let peak = 0;
	const run = async (total: number): Promise<void> => {
		let seen = 0;
		await client.sendEach(pushes(total), ({ outcome }) => {
			if (outcome === 'accepted') accepted += 1;
			else others += 1;
			if (++seen % SAMPLE_EVERY === 0) peak = Math.max(peak, process.memoryUsage.rss());
		});
	};
	await run(WARMUP);
	const before = peak;
	accepted = 0;
	others = 0;
	const startedAt = performance.now();
	await run(count);
	const seconds = (performance.now() - startedAt) / 1_000;
	close();
	const growthMb = (peak - before) / 1_048_576;
	const holds = accepted === count && others === 0 && growthMb < 64;
	return {
		lines: [
			`${holds ? 'reached' : 'MISSED '}  ${count.toLocaleString('en-US')} pushes streamed in ${seconds.toFixed(1)} s: ${(count - accepted).toLocaleString('en-US')} lost, memory grew by ${growthMb.toFixed(0)} MB (bound 64 MB)`,
		],
		json: { count, accepted, growthMb, seconds },
	};
}
