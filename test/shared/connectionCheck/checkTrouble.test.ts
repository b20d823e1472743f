/** Check Connection when something is broken: the step that failed, why and what to do; later steps are not tried, nothing is thrown. */
import net from 'node:net';
import https from 'node:https';
import tls from 'node:tls';
import { readCertificateIdentity } from '../../../nodes/shared/apns/certificate';
import {
	checkConnection,
	type CheckConnectionOptions,
	type ConnectionReport,
} from '../../../nodes/shared/connectionCheck/checkConnection';
import { type ProviderCertificateOptions, sharedAuthority } from '../../../tools/simulator/authority';
import { closeAfterEach } from '../../closing';
import { startConnectProxy, wantsLogin } from '../transport/connectProxy';
import { wordsFor, wordsForMarked } from '../../../nodes/shared/n8n/fieldWords';
import { createServers, type Servers } from '../transport/servers';
import { bundleId, type ClientBench, notification, startClientBench } from '../client/clientBench';

const closing = closeAfterEach();
let bench: ClientBench;
let servers: Servers;
const issued = sharedAuthority().server();
const tlsOptions = { cert: issued.certificatePem, key: issued.privateKeyPem };

beforeEach(async () => {
	servers = closing(createServers());
	bench = closing(await startClientBench());
});

function check(overrides: Partial<CheckConnectionOptions> = {}): Promise<ConnectionReport> {
	return checkConnection({ ...bench.options(), bundleId, ...overrides });
}

/** The failed step, after checking that all before it are good and all after it were not tried. */
function failedStep(report: ConnectionReport) {
	expect(report.ok).toBe(false);
	const at = report.steps.findIndex(({ ok }) => !ok);
	const connected = report.steps.filter(({ step }) => step !== 'sessionCache');
	expect(connected.map(({ ok, tried }) => [ok, tried])).toEqual(
		connected.map((_step, index) => [index < at, index <= at]),
	);
	const step = report.steps[at];
	if (step === undefined) throw new Error('no step failed');
	expect(report.message).toBe(step.message);
	expect(report.advice).toBe(step.advice);
	const advice = wordsForMarked(step.advice ?? '');
	expect(advice).toMatch(/\.$/);
	return { ...step, message: wordsFor(step.message ?? ''), advice };
}

function certificate(options: Partial<ProviderCertificateOptions> = {}) {
	const { certificatePem, privateKeyPem } = sharedAuthority().provider({ uid: bundleId, ...options });
	return readCertificateIdentity({ certificatePem, privateKeyPem });
}

it('names a port nobody listens on', async () => {
	const endpoint = await servers.refused();
	expect(failedStep(await check({ endpoint }))).toMatchObject({
		step: 'tcp',
		message: expect.stringContaining(`localhost:${endpoint.port}`),
	});
});

it('names a host that does not exist', async () => {
	expect(failedStep(await check({ endpoint: { host: 'apns.invalid', port: 443 } }))).toMatchObject({
		step: 'nameResolution',
		details: { name: 'apns.invalid', addresses: [] },
	});
});

it('shows the chain of a certificate that is not trusted', async () => {
	const step = failedStep(await check({ caBundle: undefined }));
	expect(step).toMatchObject({
		step: 'tls',
		advice: expect.stringMatching(/'CA Bundle'/),
		details: {
			version: 'TLSv1.3',
			authorized: false,
			serverCertificates: [{ subject: 'localhost', issuer: expect.stringContaining('APNs simulator CA') }, {}],
		},
	});
});

it('shows whose certificate stands in place of the right one', async () => {
	const other = sharedAuthority().server({ hosts: ['push.example.com'] });
	const endpoint = await servers.listen(
		tls.createServer({ cert: other.certificatePem, key: other.privateKeyPem, ALPNProtocols: ['h2'] }),
	);
	expect(failedStep(await check({ endpoint }))).toMatchObject({
		step: 'tls',
		details: { authorized: false, serverCertificates: [{ subject: 'push.example.com' }, {}] },
	});
});

it('shows when a server certificate expired', async () => {
	const old = sharedAuthority().server({ notBeforeMs: Date.UTC(2024, 0, 1), notAfterMs: Date.UTC(2024, 5, 1) });
	const endpoint = await servers.listen(
		tls.createServer({ cert: old.certificatePem, key: old.privateKeyPem, ALPNProtocols: ['h2'] }),
	);
	expect(failedStep(await check({ endpoint }))).toMatchObject({
		step: 'tls',
		details: { serverCertificates: [{ expiresAt: '2024-06-01T00:00:00.000Z' }, {}] },
	});
});

it('names a server that speaks TLS 1.1 at most', async () => {
	const endpoint = await servers.listen(
		tls.createServer({ ...tlsOptions, minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }),
	);
	expect(failedStep(await check({ endpoint }))).toMatchObject({
		step: 'tls',
		advice: expect.stringMatching(/TLS 1\.2/),
	});
});

it('names a TLS server that does not choose HTTP/2, after TLS itself', async () => {
	const endpoint = await servers.listen(tls.createServer(tlsOptions));
	expect(failedStep(await check({ endpoint }))).toMatchObject({
		step: 'alpn',
		details: { offered: ['h2'], chosen: null },
	});
});

it('names an HTTPS server that knows HTTP/1.1 only', async () => {
	const endpoint = await servers.listen(https.createServer(tlsOptions));
	expect(failedStep(await check({ endpoint }))).toMatchObject({ message: expect.stringMatching(/HTTP\/2/) });
});

it('names a server without TLS', async () => {
	const endpoint = await servers.listen(
		net.createServer((socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))),
	);
	expect(failedStep(await check({ endpoint }))).toMatchObject({ step: 'tls' });
});

it('gives up a server that accepts and says nothing', async () => {
	const endpoint = await servers.listen(net.createServer());
	expect(failedStep(await check({ endpoint, timeoutMs: 300 }))).toMatchObject({
		step: 'tls',
		message: expect.stringMatching(/300 ms/),
	});
});

it('gives up a server that is silent after TLS', async () => {
	const endpoint = await servers.listen(tls.createServer({ ...tlsOptions, ALPNProtocols: ['h2'] }));
	expect(failedStep(await check({ endpoint, timeoutMs: 500 }))).toMatchObject({ step: 'settings' });
});

it('gives up a server that does not answer the request', async () => {
	bench.simulator.script.always({ type: 'stall' });
	expect(failedStep(await check({ timeoutMs: 500 }))).toMatchObject({ step: 'request' });
});

it('names a proxy that asks for a login', async () => {
	const proxy = await startConnectProxy(servers, wantsLogin('user:secret'));
	expect(failedStep(await check({ proxyUrl: `http://user:wrong@localhost:${proxy.port}` }))).toMatchObject({
		step: 'tcp',
		details: { proxy: `http://localhost:${proxy.port}`, connectStatus: 407 },
		advice: expect.stringMatching(/password/),
	});
});

it('names a proxy that does not exist', async () => {
	expect(failedStep(await check({ proxyUrl: 'http://proxy.invalid:3128' }))).toMatchObject({
		step: 'nameResolution',
		details: { name: 'http://proxy.invalid:3128' },
	});
});

it('names a key that was revoked', async () => {
	bench.simulator.revoke(bench.identity.keyId);
	expect(failedStep(await check())).toMatchObject({
		step: 'request',
		details: { status: 403, reason: 'InvalidProviderToken' },
		advice: expect.stringMatching(/revoked/),
	});
});

it('names a bundle id the key does not cover', async () => {
	expect(failedStep(await check({ bundleId: 'com.example.other' }))).toMatchObject({
		step: 'request',
		details: { topic: 'com.example.other', status: 400 },
	});
});

it('names a port that does not take pushes', async () => {
	expect(
		failedStep(await check({ endpoint: { host: 'localhost', port: bench.simulator.managementPort } })),
	).toMatchObject({ step: 'request', details: { status: 404 } });
});

it('names an expired provider certificate before it connects', async () => {
	const identity = certificate({ notBeforeMs: Date.UTC(2024, 0, 1), notAfterMs: Date.UTC(2024, 5, 1) });
	expect(failedStep(await check({ identity }))).toMatchObject({
		step: 'certificate',
		message: expect.stringMatching(/expired on 2024-06-01/),
	});
	expect(bench.simulator.counters().connections).toBe(0);
});

it("names a certificate of the other environment before it connects to Apple's hosts", async () => {
	const step = failedStep(
		await check({
			identity: certificate({ environments: ['production'] }),
			endpoint: { host: 'api.sandbox.push.apple.com', port: 443 },
		}),
	);
	expect(step).toMatchObject({ step: 'certificate', advice: expect.stringMatching(/Environment/) });
});

it('names a certificate of the other environment as APNs says so', async () => {
	const step = failedStep(await check({ identity: certificate({ environments: ['production'] }) }));
	expect(step).toMatchObject({
		message: expect.stringContaining('BadCertificateEnvironment'),
		advice: expect.stringMatching(/Environment/),
	});
});

it('names a CA bundle that cannot be read before it connects', async () => {
	const step = failedStep(
		await check({ caBundle: '-----BEGIN CERTIFICATE-----\nbm90IGEgY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n' }),
	);
	expect(step).toMatchObject({ step: 'certificate', advice: expect.stringMatching(/'CA Bundle'/) });
	expect(bench.simulator.counters().connections).toBe(0);
});

it('names a bundle id that no header can carry', async () => {
	expect(failedStep(await check({ bundleId: 'com.example\r\nx: y' }))).toMatchObject({
		step: 'request',
		advice: expect.stringMatching(/Bundle ID/),
	});
});

it('names a key that cannot sign, without showing it', async () => {
	const privateKeyPem = '-----BEGIN PRIVATE KEY-----\nc2VjcmV0c2VjcmV0\n-----END PRIVATE KEY-----\n';
	const report = await check({ identity: { ...bench.identity, privateKeyPem } });
	expect(failedStep(report)).toMatchObject({ step: 'providerToken', advice: expect.stringMatching(/\.p8/) });
	expect(JSON.stringify(report)).not.toMatch(/c2VjcmV0|secretsecret/);
});

it('names a proxy URL and a port that cannot be', async () => {
	expect(failedStep(await check({ proxyUrl: 'socks5://localhost:1' }))).toMatchObject({
		step: 'tcp',
		advice: expect.stringMatching(/'Proxy URL'/),
	});
	expect(failedStep(await check({ endpoint: { host: 'localhost', port: 70_000 } }))).toMatchObject({ step: 'tcp' });
});

it('names a topic the certificate does not carry before it connects', async () => {
	const step = failedStep(await check({ identity: certificate(), bundleId: 'com.example.other' }));
	expect(step).toMatchObject({ step: 'certificate', advice: expect.stringContaining(bundleId) });
	expect(bench.simulator.counters().connections).toBe(0);
});

it('fails the step under way when the execution is stopped', async () => {
	const endpoint = await servers.listen(net.createServer());
	const controller = new AbortController();
	const pending = check({ endpoint, signal: controller.signal });
	controller.abort();
	expect((await pending).message).toMatch(/stopped/);
	expect((await check({ signal: AbortSignal.abort() })).ok).toBe(false);
});

it('shows until when the session cache waits, and why', async () => {
	bench.simulator.revoke(bench.identity.keyId);
	await bench.client().send(notification(1));
	const report = await check();
	expect(report.steps.at(-1)).toMatchObject({
		step: 'sessionCache',
		ok: true,
		details: { lastError: expect.stringContaining('InvalidProviderToken'), backoffUntil: expect.stringMatching(/Z$/) },
	});
});
