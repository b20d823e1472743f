/**
 * A server that ends its connections politely every 1,000 requests costs little, and openings stay bounded.
 * Before: after 60 s 7,000 of 20,000 pushes were done.
 */
import { answerAll, range, type RawBench, startRawBench, within } from './rawBench';

const PUSHES = 20_000;
const LIFE = 1_000;
let bench: RawBench | undefined;

afterEach(() => bench?.close());

/** Sends all; gives the milliseconds it took and the connections it needed. Answers come 5 ms after their requests, as from a near server. */
async function run(goaway: boolean): Promise<{ tookMs: number; connections: number; accepted: number }> {
	const to = (bench = await startRawBench({
		peer: {
			settings: { maxConcurrentStreams: 100 },
			onConnection(connection) {
				let count = 0;
				let answered = 0;
				let last = Infinity;
				connection.events.on('request', ({ streamId }) => {
					if (streamId > last) return;
					count += 1;
					setTimeout(() => {
						connection.respond(streamId, { status: 200 });
						answered += 1;
						if (last !== Infinity && answered === count) connection.end();
					}, 5);
					if (!goaway || count !== LIFE) return;
					last = streamId;
					connection.goaway(streamId, 0);
				});
			},
		},
	}));
	let accepted = 0;
	const beganMs = performance.now();
	const ended = await within(
		to
			.client({ maxConnections: 1 })
			.sendEach(range(1, PUSHES), ({ outcome }) => void (accepted += outcome === 'accepted' ? 1 : 0))
			.then(() => 'ended'),
		20_000,
	);
	const tookMs = performance.now() - beganMs;
	const connections = to.peer.connections.length;
	await to.close();
	bench = undefined;
	if (ended === 'late')
		throw new Error(`After 20 s ${accepted} of ${PUSHES} pushes are accepted, on ${connections} connections.`);
	return { tookMs, connections, accepted };
}

it('takes at most one and a half times as long as without', async () => {
	const ratios: number[] = [];
	for (let n = 0; n < 3; n += 1) {
		const plain = await run(false);
		const polite = await run(true);
		expect(plain).toMatchObject({ accepted: PUSHES, connections: 1 });
		expect(polite.accepted).toBe(PUSHES);
		expect(polite.connections).toBeGreaterThanOrEqual(PUSHES / LIFE);
		expect(polite.connections).toBeLessThanOrEqual(PUSHES / LIFE + 2);
		ratios.push(polite.tookMs / plain.tookMs);
		if (Math.min(...ratios) <= 1.5) break;
	}
	expect(Math.min(...ratios)).toBeLessThanOrEqual(1.5);
});

it('opens no more than its budget where each connection takes a single push', async () => {
	const to = (bench = await startRawBench({
		peer: {
			settings: { maxConcurrentStreams: 100 },
			onConnection(connection) {
				connection.events.once('request', ({ streamId }) => {
					connection.respond(streamId, { status: 200 });
					connection.goaway(streamId, 0);
					connection.end();
				});
			},
		},
	}));
	const client = to.client();
	const stop = new AbortController();
	let accepted = 0;
	const run = client.sendEach(range(1, 1_000), ({ outcome }) => void (accepted += outcome === 'accepted' ? 1 : 0), {
		signal: stop.signal,
	});
	const beganMs = performance.now();
	await within(run, 3_000);
	const seconds = (performance.now() - beganMs) / 1_000;
	const opened = to.peer.connections.length;
	stop.abort();
	await run;
	// Eight at once, and one more every five seconds.
	expect(opened).toBeLessThanOrEqual(8 + Math.ceil(seconds / 5));
	expect(accepted).toBeGreaterThanOrEqual(8);
});

it('opens nothing while nothing waits', async () => {
	const to = (bench = await startRawBench({ peer: { onConnection: answerAll } }));
	const [one] = range(1, 1);
	if (one === undefined) throw new Error('There is a first push.');
	expect(await to.client().send(one)).toMatchObject({ outcome: 'accepted' });
	const connection = await to.peer.connection(1);
	connection.goaway(1, 0);
	await connection.waitFor(({ ended }) => ended);
	expect(await within(to.peer.connection(2), 500)).toBe('late');
});
