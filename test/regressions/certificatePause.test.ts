/**
 * An accepted push forgives the pause of a provider certificate, as it does that of a key.
 * Before: with a certificate every refusal doubled the pause, however many pushes were accepted between: 10, 20, 40, 80 s.
 */
import { readCertificateIdentity } from '../../nodes/shared/apns/certificate';
import { sharedAuthority } from '../../tools/simulator/authority';
import { SessionCache } from '../../nodes/shared/transport/sessionCache';
import { bundleId, type ClientBench, notification, startClientBench } from '../shared/client/clientBench';
import { createSkippingClock } from '../shared/client/manualClock';

let bench: ClientBench;
let cache: SessionCache | undefined;

beforeEach(async () => {
	bench = await startClientBench();
});

afterEach(async () => {
	cache?.close();
	await bench.close();
});

it('pauses no longer after each of four refusals with accepted pushes between', async () => {
	const clock = createSkippingClock();
	// The longest pause the jitter allows, each time.
	const random = (): number => 0.999;
	cache = new SessionCache({ clock, random, backoff: { random } });
	const { certificatePem, privateKeyPem } = sharedAuthority().provider({ uid: bundleId });
	const client = bench.client({ cache, clock, identity: readCertificateIdentity({ certificatePem, privateKeyPem }) });
	expect(await client.send(notification(0))).toMatchObject({ outcome: 'accepted' });
	const pauses: number[] = [];
	for (let round = 1; round <= 4; round += 1) {
		const refused = notification(round * 1_000).deviceToken;
		bench.simulator.script.at(({ path }) => path.endsWith(refused), {
			type: 'answer',
			status: 403,
			reason: 'BadCertificate',
		});
		expect(await client.send(notification(round * 1_000))).toMatchObject({ outcome: 'rejected', status: 403 });
		// Tried again every second until the pause is over.
		let pausedMs = 0;
		let outcome = await client.send(notification(round * 1_000 + 1));
		for (; outcome.outcome === 'not sent' && pausedMs < 200_000; pausedMs += 1_000) {
			expect(outcome).toMatchObject({ attempts: 0, failure: { code: 'credentialRefused' } });
			clock.skip(1_000);
			outcome = await client.send(notification(round * 1_000 + 1));
		}
		expect(outcome).toMatchObject({ outcome: 'accepted' });
		pauses.push(pausedMs);
	}
	const [first = 0] = pauses;
	expect(first).toBeGreaterThanOrEqual(5_000);
	expect(pauses.map((pause) => Math.abs(pause - first) <= 2_000)).toEqual([true, true, true, true]);
});
