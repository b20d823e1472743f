/** Provider certificates: topics and environment come from the certificate, the bearer token counts for nothing, bad ones are sent away. */
import { X509Certificate } from 'node:crypto';
import type { IssuedCertificate, ProviderCertificateOptions } from '../../tools/simulator/authority';
import { createAuthority, sharedAuthority } from '../../tools/simulator/authority';
import { createChannelStore } from '../../tools/simulator/channels';
import { closeAfterEach } from '../closing';
import type { Bench, TestClient } from './testClient';
import { bundleId, deviceToken, startBench } from './testClient';

const payload = '{"aps":{}}';
const path = `/3/device/${deviceToken}`;
const closing = closeAfterEach();
const bench = async (...args: Parameters<typeof startBench>): Promise<Bench> => closing(await startBench(...args));

const by = (own: Bench, { certificatePem, privateKeyPem }: IssuedCertificate, port?: number): Promise<TestClient> =>
	own.connect({ cert: certificatePem, key: privateKeyPem, port });
const issue = (options: Partial<ProviderCertificateOptions> = {}) =>
	sharedAuthority().provider({ uid: bundleId, keyType: 'ec', ...options });
const everyTopic = [
	{ topic: bundleId, kind: 'app' },
	{ topic: `${bundleId}.voip`, kind: 'voip' },
	{ topic: `${bundleId}.complication`, kind: 'complication' },
];

test.each(['rsa', 'ec'] as const)(
	'a %s certificate of one topic gives its topic, and a thousand streams at once',
	async (keyType) => {
		const own = await bench();
		const client = await by(own, issue({ keyType }));
		expect(client.session.remoteSettings.maxConcurrentStreams).toBe(1000);
		expect((await client.request({ ':method': 'POST', ':path': path }, payload)).status).toBe(200);
		expect(own.simulator.acceptedPushes[0]?.topic).toBe(bundleId);
		expect(own.simulator.journal.connections[0]?.clientCertificate?.subject).toContain(
			`CN=Apple Push Services: ${bundleId}`,
		);
	},
);

test('a certificate of many topics must be told which, and allows those alone', async () => {
	const own = await bench();
	const client = await by(own, issue({ topics: everyTopic }));
	const push = (headers: Record<string, string>) =>
		client.request({ ':method': 'POST', ':path': path, ...headers }, payload);
	expect((await push({})).reason).toBe('MissingTopic');
	expect((await push({ 'apns-topic': `${bundleId}.voip`, 'apns-push-type': 'voip' })).status).toBe(200);
	expect((await push({ 'apns-topic': `${bundleId}.location-query`, 'apns-push-type': 'location' })).reason).toBe(
		'TopicDisallowed',
	);
	expect((await push({ 'apns-topic': 'com.example.other' })).reason).toBe('TopicDisallowed');
});

test('with a certificate the bearer token is ignored, good or bad', async () => {
	const own = await bench({}, { bundleIds: [bundleId, 'com.example.second'] });
	const client = await by(own, issue());
	expect((await client.request(own.push({ authorization: 'bearer nonsense' }), payload)).status).toBe(200);
	expect((await client.request(own.push({ 'apns-topic': 'com.example.second' }), payload)).reason).toBe(
		'TopicDisallowed',
	);
	expect(own.simulator.counters().providerTokens).toBe(0);
});

test.each([
	['of the other environment', 'BadCertificateEnvironment', () => issue({ kind: 'production' })],
	[
		'that expired',
		'BadCertificate',
		() => issue({ notAfterMs: Date.now() - 1000, notBeforeMs: Date.now() - 1_000_000 }),
	],
	['that is not valid yet', 'BadCertificate', () => issue({ notBeforeMs: Date.now() + 86_400_000 })],
	[
		'of a stranger',
		'BadCertificate',
		() => createAuthority({ name: 'Stranger' }).provider({ uid: bundleId, keyType: 'ec' }),
	],
])(
	'a certificate %s passes TLS and is sent away with GOAWAY %s, or answered 403 where asked',
	async (_what, reason, make) => {
		const own = await bench();
		const certificate = make();
		const client = await by(own, certificate);
		expect(await client.goaway()).toEqual([0, 0, JSON.stringify({ reason })]);
		await client.closed();
		const answering = await bench({ badCertificate: 'answer' });
		const reply = await (await by(answering, certificate)).request({ ':method': 'POST', ':path': path }, payload);
		expect(reply).toMatchObject({ status: 403, reason });
	},
);

test('certificates without an environment mark serve both', async () => {
	for (const environment of ['development', 'production'] as const) {
		const own = await bench({ environment });
		const client = await by(own, issue({ uid: `${bundleId}.voip`, kind: 'voip' }));
		expect((await client.request({ ':method': 'POST', ':path': path, 'apns-push-type': 'voip' }, payload)).status).toBe(
			200,
		);
	}
});

test('an mdm certificate pushes to its own topic', async () => {
	const own = await bench({ environment: 'production' });
	const client = await by(own, issue({ uid: 'com.apple.mgmt.External.0f', kind: 'mdm' }));
	expect(
		(await client.request({ ':method': 'POST', ':path': path, 'apns-push-type': 'mdm' }, '{"mdm":"magic"}')).status,
	).toBe(200);
});

test('a certificate may manage channels and broadcast for its app, not for others', async () => {
	const channels = createChannelStore();
	const own = await bench({ channels });
	const manage = await by(own, issue(), own.simulator.managementPort);
	const creation = '{"message-storage-policy":0,"push-type":"LiveActivity"}';
	const created = await manage.request({ ':method': 'POST', ':path': `/1/apps/${bundleId}/channels` }, creation);
	expect(created.status).toBe(201);
	expect(
		(await manage.request({ ':method': 'POST', ':path': '/1/apps/com.example.other/channels' }, creation)).reason,
	).toBe('TopicMismatch');
	const push = await by(own, issue());
	expect(
		(await push.request(own.broadcast(created.headers['apns-channel-id'] ?? '', { authorization: undefined }), payload))
			.status,
	).toBe(200);
});

test('where no certificate is asked for, none is seen and a token is needed', async () => {
	const own = await bench({ requestClientCertificate: false });
	const client = await by(own, issue());
	expect((await client.request({ ':method': 'POST', ':path': path }, payload)).reason).toBe('MissingProviderToken');
	expect(own.simulator.journal.connections[0]?.clientCertificate).toBeUndefined();
});

test('a revoked certificate loses its connections and gets no new one; others stay', async () => {
	const own = await bench();
	const lost = issue();
	const [first, other] = [await by(own, lost), await by(own, issue())];
	own.simulator.revokeCertificate(new X509Certificate(lost.certificatePem).fingerprint256);
	await first.closed();
	await expect(by(own, lost)).rejects.toThrow();
	expect((await other.request({ ':method': 'POST', ':path': path }, payload)).status).toBe(200);
});

test('a bad certificate may end the connection right after the handshake', async () => {
	const own = await bench({ badCertificate: 'cut' });
	await expect(by(own, issue({ kind: 'production' }))).rejects.toThrow();
	expect(own.simulator.counters()).toMatchObject({ connections: 1, streams: 0 });
});
