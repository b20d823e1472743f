/**
 * A stop between appending a push and flushing it: what the peer receives whole is never reported `not sent`.
 * Before: all 300 pushes were `not sent`, and all 300 arrived whole.
 */
import { numbered, quiet, range, type RawBench, startProvenBench } from './rawBench';
import { flags, frameTypes } from '../wire/frames';

let bench: RawBench;

beforeEach(async () => {
	bench = await startProvenBench(1_000);
});

afterEach(() => bench.close());

it('reports every push as unknown that was appended when a single stop came, and resets none of them', async () => {
	const stop = new AbortController();
	const client = bench.client();
	const pending = range(1, 300).map((one) => client.send(one, { signal: stop.signal }));
	stop.abort();
	const outcomes = await Promise.all(pending);
	await quiet(await bench.peer.connection(1));
	const arrived = new Set(bench.arrived());
	const lied = outcomes.filter(({ outcome }, index) => outcome === 'not sent' && arrived.has(index + 1));
	expect(lied).toHaveLength(0);
	for (const outcome of outcomes) expect(outcome).toMatchObject({ outcome: 'unknown', failure: { code: 'aborted' } });
	expect((await bench.peer.connection(1)).framesOf('RST_STREAM')).toHaveLength(0);
});

it('tells the truth about each push of a bulk that is stopped while it is being appended', async () => {
	const stop = new AbortController();
	const connection = await bench.peer.connection(1);
	// From now on the peer answers; the stop comes from the middle of the source, in the same turn as pushes before it.
	connection.events.on('request', ({ streamId }) => connection.respond(streamId, { status: 200 }));
	const seen = new Map<number, string>();
	function* source() {
		for (let n = 1; n <= 20_000; n += 1) {
			if (n === 10_100) stop.abort();
			yield numbered(n);
		}
	}
	await bench
		.client({ maxConnections: 1 })
		.sendEach(source(), ({ outcome }, _notification, index) => void seen.set(index + 1, outcome), {
			signal: stop.signal,
		});
	await quiet(connection);
	const arrived = new Set(bench.arrived());
	const lied = [...seen].filter(([n, outcome]) => outcome === 'not sent' && arrived.has(n));
	expect(lied).toHaveLength(0);
	expect([...seen.values()]).toContain('unknown');
});

it('does the same for a deadline that passes before the flush', async () => {
	const client = bench.client();
	const pending = range(1, 50).map((one) => client.send(one, { timeoutMs: 0 }));
	const outcomes = await Promise.all(pending);
	await quiet(await bench.peer.connection(1));
	const arrived = new Set(bench.arrived());
	outcomes.forEach(({ outcome }, index) => {
		if (arrived.has(index + 1)) expect(outcome).toBe('unknown');
	});
	const whole = (await bench.peer.connection(1)).frames.filter(
		({ type, flags: set }) => type === frameTypes.DATA && (set & flags.END_STREAM) !== 0,
	);
	expect(whole.length).toBeGreaterThan(0);
});
