/** Certificate mode: the client certificate alone speaks for the provider, and its troubles are told apart. */
import { readCertificateIdentity } from '../../../nodes/shared/apns/certificate';
import type { ApnsClient } from '../../../nodes/shared/client/apnsClient';
import { createSystemNetwork } from '../../../nodes/shared/transport/systemNetwork';
import { SessionCache } from '../../../nodes/shared/transport/sessionCache';
import { type ProviderCertificateOptions, sharedAuthority } from '../../../tools/simulator/authority';
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
	expect(
		bench.simulator.journal.requests.filter(
			(request) => bench.simulator.journal.header(request, 'authorization') !== undefined,
		),
	).toEqual([]);
	expect(bench.simulator.counters().providerTokens).toBe(0);
});

it('leaves the topic to the certificate when none is given', async () => {
	expect(await clientWith().send(notification(1, { topic: undefined }))).toMatchObject({ outcome: 'accepted' });
});

it('says that the certificate is for the other environment, and opens no connection after connection', async () => {
	const client = clientWith({ environments: ['production'] });
	const outcome = await client.send(notification(1));
	expect(outcome).toMatchObject({
		outcome: 'not sent',
		failure: { code: 'credentialRefused', commonToRun: true, advice: expect.stringMatching(/environment/) },
	});
	const { connections } = bench.simulator.counters();
	for (const one of notifications(5))
		expect(await client.send(one)).toMatchObject({ outcome: 'not sent', attempts: 0 });
	expect(bench.simulator.counters().connections).toBe(connections);
});

it('says that an expired certificate cannot be used', async () => {
	const yesterday = Date.now() - 86_400_000;
	const outcome = await clientWith({ notBeforeMs: yesterday - 86_400_000, notAfterMs: yesterday }).send(
		notification(1),
	);
	expect(outcome).toMatchObject({
		outcome: 'not sent',
		failure: { commonToRun: true, advice: expect.stringMatching(/certificate/) },
	});
});

describe('what APNs cannot accept is not sent, and opens no socket', () => {
	let connects: number;
	let cache: SessionCache;

	beforeEach(() => {
		connects = 0;
		cache = new SessionCache({
			network: {
				...createSystemNetwork(),
				lookup: () => {
					connects += 1;
					return Promise.reject(new Error('no socket was to be opened'));
				},
			},
		});
	});

	const refused = (advice: RegExp) => ({
		outcome: 'not sent',
		attempts: 0,
		failure: { commonToRun: true, advice: expect.stringMatching(advice) },
	});
	const day = 86_400_000;

	it.each([
		[
			'expired',
			{ notBeforeMs: Date.UTC(2024, 0, 1), notAfterMs: Date.UTC(2024, 5, 1) },
			/^Create a new push certificate/,
		],
		['not valid yet', { notBeforeMs: Date.now() + day, notAfterMs: Date.now() + 2 * day }, /clock/],
	])('a certificate that is %s', async (_what, options, advice) => {
		const { certificatePem, privateKeyPem } = sharedAuthority().provider({ uid: bundleId, ...options });
		const client = bench.client({ cache, identity: readCertificateIdentity({ certificatePem, privateKeyPem }) });
		expect(await client.send(notification(1))).toMatchObject(refused(advice));
		expect(connects).toBe(0);
	});

	it.each([
		['api.push.apple.com', 'development'],
		['API.sandbox.push.apple.com.', 'production'],
		['api.development.push.apple.com', 'production'],
		['api-manage-broadcast.push.apple.com', 'development'],
	] as const)("a certificate of the other environment at Apple's own %s", async (host, environment) => {
		const { certificatePem, privateKeyPem } = sharedAuthority().provider({
			uid: bundleId,
			environments: [environment],
		});
		const client = bench.client({
			cache,
			identity: readCertificateIdentity({ certificatePem, privateKeyPem }),
			endpoint: { host, port: 443 },
		});
		expect(await client.send(notification(1))).toMatchObject(refused(/environment/));
		expect(connects).toBe(0);
	});

	it('but a certificate without marks of an environment is for APNs to judge', async () => {
		const { certificatePem, privateKeyPem } = sharedAuthority().provider({ uid: bundleId, environments: [] });
		const identity = readCertificateIdentity({ certificatePem, privateKeyPem });
		await bench
			.client({ cache, identity, endpoint: { host: 'api.push.apple.com', port: 443 } })
			.send(notification(1), { queueTimeoutMs: 50 });
		expect(connects).toBe(1);
	});
});
