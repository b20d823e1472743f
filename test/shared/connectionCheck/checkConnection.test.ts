/** Check Connection against a server that works: every step, what it shows, and that it leaves nothing behind. */
import { readCertificateIdentity } from '../../../nodes/shared/apns/certificate';
import {
	checkConnection,
	type CheckConnectionOptions,
	type ConnectionReport,
	type ReportDetails,
	type StepName,
} from '../../../nodes/shared/connectionCheck/checkConnection';
import { sharedAuthority } from '../../../tools/simulator/authority';
import { closeAfterEach } from '../../closing';
import { startConnectProxy, wantsLogin } from '../transport/connectProxy';
import { createServers, type Servers } from '../transport/servers';
import { bundleId, type ClientBench, notification, startClientBench, teamId } from '../client/clientBench';

const closing = closeAfterEach();
let bench: ClientBench;
let servers: Servers;

beforeEach(async () => {
	servers = closing(createServers());
	bench = closing(await startClientBench({ simulator: { devices: { mode: 'registered' } } }));
	for (const n of [1, 2, 3]) bench.simulator.devices.register(notification(n).deviceToken);
});

function check(overrides: Partial<CheckConnectionOptions> = {}): Promise<ConnectionReport> {
	return checkConnection({ ...bench.options(), bundleId, ...overrides });
}

function details(report: ConnectionReport, step: StepName): ReportDetails {
	const found = report.steps.find((one) => one.step === step);
	if (found === undefined) throw new Error(`no step ${step}`);
	return found.details;
}

it('takes every step in order and says that nothing is to be done', async () => {
	const report = await check();
	expect(report).toMatchObject({
		ok: true,
		advice: expect.stringMatching(/^No action needed\. APNs accepts this credential\.$/),
		endpoint: `localhost:${bench.simulator.pushPort}`,
	});
	expect(report.message).toBeUndefined();
	expect(report.steps.map(({ step, ok, tried }) => [step, ok, tried])).toEqual(
		['nameResolution', 'tcp', 'tls', 'alpn', 'settings', 'ping', 'providerToken', 'request', 'sessionCache'].map(
			(step) => [step, true, true],
		),
	);
	expect(details(report, 'nameResolution').addresses).toContain('127.0.0.1');
	expect(details(report, 'tcp')).toEqual({ address: '127.0.0.1', port: bench.simulator.pushPort });
	expect(details(report, 'tls')).toMatchObject({
		version: 'TLSv1.3',
		cipher: expect.stringMatching(/^TLS_/),
		authorized: true,
		serverCertificates: [
			{
				subject: 'localhost',
				issuer: expect.stringContaining('APNs simulator CA'),
				expiresAt: expect.stringMatching(/^\d{4}-/),
			},
			expect.anything(),
		],
	});
	expect(details(report, 'alpn')).toEqual({ offered: ['h2'], chosen: 'h2' });
	expect(details(report, 'settings')).toMatchObject({ maxConcurrentStreams: 1, maxFrameSize: 16_384 });
	expect(details(report, 'ping').roundTripMs).toBeGreaterThanOrEqual(0);
	expect(details(report, 'providerToken')).toMatchObject({
		header: { alg: 'ES256', kid: bench.identity.keyId },
		claims: { iss: teamId, iat: expect.any(Number) },
		localTime: expect.stringMatching(/Z$/),
	});
	expect(details(report, 'providerToken').ageSeconds).toBeLessThan(60);
	expect(details(report, 'request')).toMatchObject({
		topic: bundleId,
		status: 400,
		reason: 'BadDeviceToken',
		credentialAccepted: true,
	});
});

it('asks for nothing but one background push of low priority that is not stored, to a device that does not exist', async () => {
	await check();
	const [request, ...others] = bench.simulator.journal.requests;
	expect(others).toEqual([]);
	if (request === undefined) throw new Error('no request');
	expect(request.path).toBe(`/3/device/${'0'.repeat(64)}`);
	const header = (name: string): string | undefined => bench.simulator.journal.header(request, name);
	expect([header('apns-push-type'), header('apns-priority'), header('apns-expiration'), header('apns-topic')]).toEqual([
		'background',
		'5',
		'0',
		bundleId,
	]);
	expect(bench.simulator.acceptedPushes).toEqual([]);
});

it('uses a connection of its own and closes it politely', async () => {
	await bench.client().send(notification(1));
	await check();
	expect(bench.simulator.counters().connections).toBe(2);
	await bench.simulator.journal.waitFor(() => bench.simulator.counters().openConnections === 1);
	expect(await bench.client().send(notification(2))).toMatchObject({ outcome: 'accepted' });
	expect(bench.simulator.counters().connections).toBe(2);
});

it('shows the connections of the session cache for the same identity, and signs no second token', async () => {
	for (const n of [1, 2, 3]) await bench.client().send(notification(n));
	const report = await check();
	expect(details(report, 'sessionCache')).toMatchObject({
		connections: [
			{ state: 'ready', activeStreams: 0, streams: 3, answers: 3, streamLimit: 1_000, ageSeconds: expect.any(Number) },
		],
		queued: 0,
		opened: 1,
		lastError: null,
		backoffUntil: null,
	});
	expect(bench.simulator.counters().providerTokens).toBe(1);
});

it('leaves out PING and session cache when shortened', async () => {
	const report = await check({ shortened: true });
	expect(report.ok).toBe(true);
	expect(report.steps.map(({ step }) => step)).toEqual([
		'nameResolution',
		'tcp',
		'tls',
		'alpn',
		'settings',
		'providerToken',
		'request',
	]);
});

it('accepts a credential without a bundle id, although APNs then misses the topic', async () => {
	const report = await check({ bundleId: undefined });
	expect(report.ok).toBe(true);
	expect(details(report, 'request')).toMatchObject({ topic: null, reason: 'MissingTopic', credentialAccepted: true });
});

it('shows what a provider certificate allows, and needs no provider token', async () => {
	const { certificatePem, privateKeyPem } = sharedAuthority().provider({ uid: bundleId });
	const report = await check({ identity: readCertificateIdentity({ certificatePem, privateKeyPem }) });
	expect(report.ok).toBe(true);
	expect(report.steps.map(({ step }) => step)).toEqual([
		'certificate',
		'nameResolution',
		'tcp',
		'tls',
		'alpn',
		'settings',
		'ping',
		'request',
		'sessionCache',
	]);
	expect(details(report, 'tls').clientCertificate).toMatchObject({
		subject: expect.stringContaining(bundleId),
		topics: [bundleId],
		environments: ['development', 'production'].sort().reverse(),
		expiresAt: expect.any(String),
	});
	expect(report.openssl).toMatch(/-cert certificate\.pem -key key\.pem -CAfile ca-bundle\.pem/);
});

it('goes through a proxy, and keeps its password to itself', async () => {
	const proxy = await startConnectProxy(servers, wantsLogin('user:p@ss'));
	const report = await check({ proxyUrl: `http://user:p%40ss@localhost:${proxy.port}` });
	expect(report.ok).toBe(true);
	expect(details(report, 'tcp')).toMatchObject({
		port: proxy.port,
		proxy: `http://localhost:${proxy.port}`,
		connectStatus: 200,
	});
	expect(report.openssl).toContain(`-proxy localhost:${proxy.port} -proxy_user user -proxy_pass env:PROXY_PASSWORD`);
	expect(JSON.stringify(report)).not.toMatch(/p@ss|p%40ss/);
});

it('gives the command that repeats the handshake by hand', async () => {
	expect((await check()).openssl).toBe(
		`openssl s_client -connect localhost:${bench.simulator.pushPort} -servername localhost -alpn h2 -CAfile ca-bundle.pem -showcerts`,
	);
});

it.each([
	['ahead of', -20],
	['behind', 20],
])('notices a clock %s the date of the answer', async (word, minutes) => {
	const date = new Date(Date.now() + minutes * 60_000).toUTCString();
	bench.simulator.script.always({ type: 'answer', status: 400, reason: 'BadDeviceToken', headers: { date } });
	const report = await check();
	expect(report).toMatchObject({ ok: true, advice: expect.stringMatching(/clock/) });
	expect(report.steps.find(({ step }) => step === 'providerToken')?.message).toBe(
		`The clock of this machine is 20 minutes ${word} the server's.`,
	);
});

it('lets no secret into the report', async () => {
	const text = JSON.stringify(await check());
	expect(text).not.toMatch(/eyJ|PRIVATE KEY|bearer/i);
	expect(text).not.toContain(bench.identity.privateKeyPem.split('\n')[1]);
});
