/**
 * A push that was taken while its connection died of something that no repeat can mend learns it with the others.
 * Before: it went back into the queue after the queue had been told, and waited for a further connection to fail.
 */
import { answerAll, numbered, range, type RawBench, startRawBench } from './rawBench';

let bench: RawBench;

afterEach(() => bench.close());

it('tells the push that was being written the same as those behind it, at the same time', async () => {
	bench = await startRawBench({
		peer: {
			onConnection: answerAll,
			// A body larger than a window cannot leave whole: the push is taken and not sent when the connection ends.
			auto: { windowUpdates: false },
			tlsOptions: { requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.3' },
		},
	});
	const client = bench.client();
	const endedAtMs: number[] = [];
	const pending = [numbered(1, { bytes: 100_000 }), ...range(2, 5)].map(async (one) => {
		const outcome = await client.send(one);
		endedAtMs.push(performance.now());
		return outcome;
	});
	const outcomes = await Promise.all(pending);
	expect(outcomes).toEqual(
		outcomes.map(() =>
			expect.objectContaining({
				outcome: 'not sent',
				failure: expect.objectContaining({ code: 'clientCertificateRefused' }),
			}),
		),
	);
	// The next connection comes after half a second at the earliest.
	expect(Math.max(...endedAtMs) - Math.min(...endedAtMs)).toBeLessThan(400);
});

it('calls a push not sent that had left when a fatal certificate alert says that nothing was read', async () => {
	bench = await startRawBench({
		peer: {
			onConnection: answerAll,
			tlsOptions: { requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.3' },
		},
	});
	const outcomes = await Promise.all(range(1, 5).map((one) => bench.client().send(one)));
	expect(outcomes).toEqual(
		outcomes.map(() =>
			expect.objectContaining({
				outcome: 'not sent',
				failure: expect.objectContaining({ code: 'clientCertificateRefused' }),
			}),
		),
	);
});

it('leaves no push open when each connection is cut right after TLS', async () => {
	bench = await startRawBench({
		peer: { auto: { preface: false }, onConnection: (connection) => connection.destroy() },
	});
	const outcomes = await Promise.all(range(1, 20).map((one) => bench.client().send(one)));
	for (const { outcome, failure } of outcomes) {
		expect(['not sent', 'unknown']).toContain(outcome);
		expect(failure).toBeDefined();
	}
	// Only the one that was written right after TLS can have left.
	expect(outcomes.filter(({ outcome }) => outcome === 'unknown').length).toBeLessThanOrEqual(1);
});
