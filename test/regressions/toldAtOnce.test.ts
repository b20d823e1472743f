/**
 * A push that is submitted the moment its caller learns of a failure that no repeat can mend learns it at once, too.
 * Before: the connection that had just ended still counted as one to wait for, so pushes sent from the callback of a batch
 * waited for the back-off and for a further connection to fail: half a second and longer.
 */
import type { Outcome } from '../../nodes/shared/outcome';
import { answerAll, numbered, range, type RawBench, startRawBench } from './rawBench';

let bench: RawBench;

afterEach(() => bench.close());

it('tells pushes sent from the callback of a batch after the same connection', async () => {
	bench = await startRawBench({
		peer: {
			onConnection: answerAll,
			tlsOptions: { requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.3' },
		},
	});
	const client = bench.client();
	const codes: Array<string | undefined> = [];
	const followers: Array<Promise<Outcome>> = [];
	await client.sendEach(range(1, 40), ({ failure }) => {
		codes.push(failure?.code);
		followers.push(client.send(numbered(1_000 + followers.length)));
	});
	for (const { outcome, failure } of await Promise.all(followers)) {
		expect(outcome).toBe('not sent');
		codes.push(failure?.code);
	}
	expect(codes).toEqual(Array.from({ length: 80 }, () => 'clientCertificateRefused'));
	expect(bench.cache.stats().map(({ opened }) => opened)).toEqual([1]);
});
