/** Certificate mode: the client certificate alone speaks for the provider, and its troubles are told apart. */
import { readCertificateIdentity } from '../../../nodes/shared/apns/certificate';
import type { ApnsClient } from '../../../nodes/shared/client';
import { type ProviderCertificateOptions, sharedAuthority } from '../../simulator/authority';
import { bundleId, type ClientBench, notification, notifications, startClientBench } from './clientBench';

let bench: ClientBench;

beforeEach(async () => {
	bench = await startClientBench();
});

afterEach(() => bench.close());

function clientWith(options: Partial<ProviderCertificateOptions> = {}): ApnsClient {
	const { certificatePem, privateKeyPem } = sharedAuthority().provider({ uid: bundleId, ...options });
	return bench.client({ identity: readCertificateIdentity({ certificatePem, privateKeyPem }) });
}

it('sends without a provider token, and many at once on one connection', async () => {
	const client = clientWith();
	const outcomes = await Promise.all(notifications(50).map((one) => client.send(one)));
	expect(outcomes.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(50);
	expect(bench.simulator.journal.requests.filter((request) => bench.simulator.journal.header(request, 'authorization') !== undefined)).toEqual([]);
	expect(bench.simulator.counters().providerTokens).toBe(0);
});

it('leaves the topic to the certificate when none is given', async () => {
	expect(await clientWith().send(notification(1, { topic: undefined }))).toMatchObject({ outcome: 'accepted' });
});

it('says that the certificate is for the other environment, and opens no connection after connection', async () => {
	const client = clientWith({ environments: ['production'] });
	const outcome = await client.send(notification(1));
	expect(outcome).toMatchObject({ outcome: 'not sent', failure: { code: 'credentialRefused', commonToRun: true, advice: expect.stringMatching(/Environment/) } });
	const { connections } = bench.simulator.counters();
	for (const one of notifications(5)) expect(await client.send(one)).toMatchObject({ outcome: 'not sent', attempts: 0 });
	expect(bench.simulator.counters().connections).toBe(connections);
});

it('says that an expired certificate is refused', async () => {
	const yesterday = Date.now() - 86_400_000;
	const outcome = await clientWith({ notBeforeMs: yesterday - 86_400_000, notAfterMs: yesterday }).send(notification(1));
	expect(outcome).toMatchObject({ outcome: 'not sent', failure: { commonToRun: true, advice: expect.stringMatching(/certificate/) } });
});
