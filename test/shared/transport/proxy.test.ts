/** Pushes through a real CONNECT proxy: named by the credential or the environment, with login, with a client certificate. */
import { readCertificateIdentity } from '../../../nodes/shared/apns/certificate';
import { sharedAuthority } from '../../../tools/simulator/authority';
import { closeAfterEach } from '../../closing';
import { bundleId, type ClientBench, notification, notifications, startClientBench } from '../client/clientBench';
import { startConnectProxy, wantsLogin } from './connectProxy';
import { createServers, type Servers } from './servers';

const closing = closeAfterEach();
let bench: ClientBench;
let servers: Servers;

beforeEach(async () => {
	servers = closing(createServers());
	bench = closing(await startClientBench());
});

it('sends through the proxy of the credential, with user and password', async () => {
	const proxy = await startConnectProxy(servers, wantsLogin('user:p@ss'));
	const outcomes = await Promise.all(
		notifications(20).map((one) => bench.client({ proxyUrl: `http://user:p%40ss@localhost:${proxy.port}` }).send(one)),
	);
	expect(outcomes.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(20);
	expect(proxy.tunnels).toEqual([`localhost:${bench.simulator.pushPort}`]);
});

it('sends through a proxy that speaks TLS itself', async () => {
	const { certificatePem, privateKeyPem } = sharedAuthority().server();
	const proxy = await startConnectProxy(servers, wantsLogin('user:pass'), {
		cert: certificatePem,
		key: privateKeyPem,
	});
	const client = bench.client({ proxyUrl: `https://user:pass@localhost:${proxy.port}` });
	// Enough for several records in each direction, through both layers of TLS.
	const outcomes = await Promise.all(notifications(300).map((one) => client.send(one)));
	expect(outcomes.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(300);
	expect(proxy.tunnels).toEqual([`localhost:${bench.simulator.pushPort}`]);
});

it('takes a password with a percent sign that encodes nothing as it stands', async () => {
	const proxy = await startConnectProxy(servers, wantsLogin('user:100%'));
	expect(
		await bench.client({ proxyUrl: `http://user:100%@localhost:${proxy.port}` }).send(notification(1)),
	).toMatchObject({ outcome: 'accepted' });
});

it('shows the client certificate to APNs through the tunnel', async () => {
	const proxy = await startConnectProxy(servers, wantsLogin('user:pass'));
	const identity = readCertificateIdentity({ ...sharedAuthority().provider({ uid: bundleId }) });
	const outcome = await bench
		.client({ identity, proxyUrl: `http://user:pass@localhost:${proxy.port}` })
		.send(notification(1));
	expect(outcome).toMatchObject({ outcome: 'accepted' });
	expect(proxy.tunnels).toHaveLength(1);
});

it('sends through HTTPS_PROXY where the credential names none', async () => {
	const proxy = await startConnectProxy(servers, wantsLogin('user:pass'));
	const processEnvironment = { HTTPS_PROXY: `http://user:pass@localhost:${proxy.port}` };
	for (const proxyUrl of [undefined, ' ']) {
		expect(await bench.client({ proxyUrl, processEnvironment }).send(notification(1))).toMatchObject({
			outcome: 'accepted',
		});
	}
	expect(proxy.tunnels).toHaveLength(1);
});

it('prefers the proxy of the credential', async () => {
	const [named, other] = [await startConnectProxy(servers), await startConnectProxy(servers)];
	const client = bench.client({
		proxyUrl: `http://localhost:${named.port}`,
		processEnvironment: { HTTPS_PROXY: `http://localhost:${other.port}` },
	});
	expect(await client.send(notification(1))).toMatchObject({ outcome: 'accepted' });
	expect([named.requests, other.requests]).toEqual([1, 0]);
});

it('connects directly to a host in NO_PROXY', async () => {
	const proxy = await startConnectProxy(servers);
	const client = bench.client({
		processEnvironment: { HTTPS_PROXY: `http://localhost:${proxy.port}`, NO_PROXY: 'example.com,localhost' },
	});
	expect(await client.send(notification(1))).toMatchObject({ outcome: 'accepted' });
	expect(proxy.requests).toBe(0);
});

it.each([
	[407, 'proxyAuthentication', 1],
	[403, 'proxyRefused', 1],
	[502, 'proxyFailed', 3],
	[503, 'proxyFailed', 3],
	[429, 'proxyFailed', 3],
])(
	'names a proxy that refuses with %d (%s), asks it %d times, and keeps its password to itself',
	async (status, code, times) => {
		const proxy = await startConnectProxy(servers, () => status);
		const outcome = await bench
			.client({ proxyUrl: `http://user:secret@localhost:${proxy.port}` })
			.send(notification(1));
		expect(outcome).toMatchObject({
			outcome: 'not sent',
			failure: { code, commonToRun: true, message: expect.stringContaining(String(status)) },
		});
		expect(JSON.stringify(outcome)).not.toContain('secret');
		expect(proxy.requests).toBe(times);
	},
);

it('says where a proxy URL that cannot be read came from, without showing it', async () => {
	for (const overrides of [
		{ proxyUrl: 'socks5://user:secret@localhost:1080' },
		{ processEnvironment: { https_proxy: 'socks5://user:secret@localhost:1080' } },
	]) {
		const { failure } = await bench.client(overrides).send(notification(1));
		expect(failure).toMatchObject({
			code: 'proxyUrlInvalid',
			message: expect.stringMatching(/credential.*HTTPS_PROXY/),
		});
		expect(JSON.stringify(failure)).not.toContain('secret');
	}
});
