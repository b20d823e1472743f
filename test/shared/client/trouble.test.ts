/** Trouble with connecting: one sentence each, what to do, back-off instead of hammering, and nothing left open. */
import net from 'node:net';
import tls from 'node:tls';
import { sharedAuthority } from '../../../tools/simulator/authority';
import { readCertificateIdentity } from '../../../nodes/shared/apns/certificate';
import { SessionCache } from '../../../nodes/shared/transport/sessionCache';
import { closeAfterEach } from '../../closing';
import { createServers, type Servers } from '../transport/servers';
import { bundleId, type ClientBench, notification, startClientBench } from './clientBench';

const closing = closeAfterEach();
let bench: ClientBench;
let servers: Servers;

beforeEach(async () => {
	servers = closing(createServers());
	bench = closing(await startClientBench());
});

const issued = sharedAuthority().server();
const tlsOptions = { cert: issued.certificatePem, key: issued.privateKeyPem };

it('names a refused connection after three tries', async () => {
	const endpoint = await servers.refused();
	const outcome = await bench.client({ endpoint }).send(notification(1));
	expect(outcome).toMatchObject({
		outcome: 'not sent',
		attempts: 0,
		failure: {
			code: 'connectionRefused',
			commonToRun: true,
			message: expect.stringContaining(`localhost:${endpoint.port}`),
		},
	});
});

it('names a certificate authority that is not trusted, at the first try', async () => {
	let connections = 0;
	const server = tls.createServer({ ...tlsOptions, ALPNProtocols: ['h2'] });
	server.on('tlsClientError', () => undefined);
	server.on('connection', () => (connections += 1));
	const endpoint = await servers.listen(server);
	const outcome = await bench.client({ endpoint, caBundle: undefined }).send(notification(1));
	expect(outcome).toMatchObject({
		outcome: 'not sent',
		failure: { code: 'serverCertificateUntrusted', advice: expect.stringMatching(/CA bundle/) },
	});
	expect(connections).toBe(1);
});

it.each([
	['holds no certificate', 'ca.pem'],
	[
		'holds a damaged one after a good one',
		`${sharedAuthority().caPem}-----BEGIN CERTIFICATE-----\nbm90IGEgY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n`,
	],
])('names a CA bundle that %s', async (_what, caBundle) => {
	const outcome = await bench.client({ caBundle }).send(notification(1));
	expect(outcome).toMatchObject({
		outcome: 'not sent',
		failure: {
			commonToRun: true,
			message: 'The CA bundle of the credential cannot be read.',
			advice: expect.stringMatching(/CA bundle/),
		},
	});
	expect(bench.simulator.counters().connections).toBe(0);
});

it('takes a CA bundle with several certificates and text between them', async () => {
	const caPem = sharedAuthority().caPem;
	expect(
		await bench
			.client({ caBundle: `# first\n${caPem.replaceAll('\n', '\r\n')}\n# second\n${caPem}` })
			.send(notification(1)),
	).toMatchObject({ outcome: 'accepted' });
});

it('names a server whose certificate is for another host', async () => {
	const other = sharedAuthority().server({ hosts: ['push.example.com'] });
	const server = tls.createServer({ cert: other.certificatePem, key: other.privateKeyPem, ALPNProtocols: ['h2'] });
	server.on('tlsClientError', () => undefined);
	const outcome = await bench.client({ endpoint: await servers.listen(server) }).send(notification(1));
	expect(outcome).toMatchObject({ outcome: 'not sent', failure: { code: 'serverCertificateName' } });
});

it('names a server that does not offer HTTP/2', async () => {
	const outcome = await bench
		.client({ endpoint: await servers.listen(tls.createServer(tlsOptions)) })
		.send(notification(1));
	expect(outcome).toMatchObject({ outcome: 'not sent', failure: { code: 'noHttp2' } });
});

it.each(['tcp', 'tls'] as const)('tells pushes that wait when every connection is closed at once (%s)', async (at) => {
	bench.simulator.rejectConnections('tcp', 1);
	expect(await bench.client().send(notification(1))).toMatchObject({ outcome: 'accepted' });
	bench.simulator.rejectConnections(at);
	const cache = new SessionCache({ backoff: { firstDelayMs: 10, longestDelayMs: 50 } });
	const { certificatePem, privateKeyPem } = sharedAuthority().provider({ uid: bundleId });
	const outcome = await bench
		.client({ cache, identity: readCertificateIdentity({ certificatePem, privateKeyPem }) })
		.send(notification(2));
	expect(outcome).toMatchObject({
		outcome: 'not sent',
		attempts: 0,
		failure: { code: 'connectionRejected', commonToRun: true, advice: expect.stringMatching(/[Ww]ait a few minutes/) },
	});
	cache.close();
});

it('names a host that does not exist', async () => {
	const outcome = await bench.client({ endpoint: { host: 'apns.invalid', port: 443 } }).send(notification(1));
	expect(outcome).toMatchObject({ outcome: 'not sent', failure: { code: 'dnsFailed', commonToRun: true } });
});

it('settles when the execution is stopped while it connects', async () => {
	const endpoint = await servers.listen(net.createServer());
	const controller = new AbortController();
	const pending = bench.client({ endpoint }).send(notification(1), { signal: controller.signal });
	controller.abort();
	expect(await pending).toMatchObject({ outcome: 'not sent', failure: { code: 'aborted' } });
});

it('gives up a push that waits too long for its turn', async () => {
	const endpoint = await servers.listen(net.createServer());
	const outcome = await bench.client({ endpoint }).send(notification(1), { queueTimeoutMs: 100 });
	expect(outcome).toMatchObject({ outcome: 'not sent', failure: { code: 'queueTimeout' } });
});

it('lets no secret into what it reports', async () => {
	bench.simulator.revoke(bench.identity.keyId);
	const outcomes = [await bench.client().send(notification(1)), await bench.client().send(notification(2))];
	const text = JSON.stringify([outcomes, bench.cache.stats()]);
	expect(text).not.toMatch(/eyJ|PRIVATE KEY/);
	expect(text).not.toContain(bench.identity.privateKeyPem.slice(40, 80));
});
