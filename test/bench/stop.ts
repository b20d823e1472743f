/** A stop in the middle of a large run: how long until every push has an outcome, and whether each is the right one. */
import { setTimeout as wait } from 'node:timers/promises';
import { startDelayedPeer } from './delayed';
import { type BenchSettings, median, ourClient, push } from './ourClient';

const COUNT = 40_000;
const IN_FLIGHT = 10_000;
const ROUNDS = 5;
const AT_MOST_SECONDS = 1;

function* pushes() {
	for (let n = 0; n < COUNT; n++) yield push(n);
}

export async function measureStop(settings: BenchSettings): Promise<{ lines: string[]; json: unknown }> {
	const all: number[] = [];
	let areRight = true;
	for (let round = 0; round < ROUNDS; round++) {
		// The first answer proves the token, and all others stay out.
		const peer = await startDelayedPeer({ delayMs: 1, streams: IN_FLIGHT, mostAnswers: 1 });
		const { client, close } = ourClient(
			peer.port,
			{ ...settings, ca: peer.ca },
			{ maxConnections: 1, maxInFlight: COUNT },
		);
		const stop = new AbortController();
		const counts: Record<string, number> = {};
		const done = client.sendEach(
			pushes(),
			({ outcome }) => {
				counts[outcome] = (counts[outcome] ?? 0) + 1;
			},
			{ signal: stop.signal },
		);
		const inFlight = (): number => client.lane('push').stats().connections[0]?.activeStreams ?? 0;
		while (inFlight() < IN_FLIGHT) await wait(10);
		const startedAt = performance.now();
		stop.abort();
		await done;
		all.push((performance.now() - startedAt) / 1_000);
		areRight &&= counts.accepted === 1 && counts.unknown === IN_FLIGHT;
		areRight &&= counts['not sent'] === COUNT - IN_FLIGHT - 1;
		close();
		peer.stop();
	}
	const seconds = median(all);
	const reached = areRight && seconds <= AT_MOST_SECONDS;
	const told = (value: number): string => value.toLocaleString('en-US');
	return {
		lines: [
			`${reached ? 'reached' : 'MISSED '}  a stop of ${told(COUNT)} pushes, ${told(IN_FLIGHT)} of them under way: all have their outcome after ${seconds.toFixed(2)} s (at most ${AT_MOST_SECONDS} s)${areRight ? '' : '; outcomes are wrong'}`,
		],
		json: { count: COUNT, inFlight: IN_FLIGHT, seconds: all, areRight },
	};
}
