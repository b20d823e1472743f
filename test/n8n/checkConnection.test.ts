/** Check Connection in a workflow, and its short form behind the credential's test: the finding is the result, never an error. */
import { setUpSendBench } from './sendBench';

const bench = setUpSendBench();

interface Step {
	readonly step: string;
	readonly ok: boolean;
	readonly details: Record<string, unknown>;
}

it('reports every step once, however many items come in', async () => {
	const result = await bench.send({ operation: 'checkConnection' }, [{}, {}, {}]);
	expect(result.items('Send')).toHaveLength(1);
	const [item] = result.items('Send');
	expect(item?.pairedItem).toEqual([{ item: 0 }, { item: 1 }, { item: 2 }]);
	expect(item?.json).toMatchObject({
		success: true,
		message: null,
		advice: 'No action needed. APNs accepts this credential.',
		environment: 'development',
		openssl: expect.stringMatching(/^openssl s_client -connect localhost:\d+ .*-alpn h2/),
	});
	const steps = item?.json.steps as Step[];
	expect(steps.map(({ step, ok }) => [step, ok])).toEqual(
		['nameResolution', 'tcp', 'tls', 'alpn', 'settings', 'ping', 'providerToken', 'request', 'sessionCache'].map(
			(step) => [step, true],
		),
	);
	expect(bench.requests()).toHaveLength(1);
	expect(bench.requests()[0]?.path).toBe(`/3/device/${'0'.repeat(64)}`);
});

it('names a broken connection, and the run succeeds', async () => {
	bench.setCredential({ port: 1 });
	const result = await bench.send({ operation: 'checkConnection' });
	expect(result.status).toBe('success');
	expect(result.items('Send')[0]?.json).toMatchObject({
		success: false,
		message: expect.any(String),
		advice: expect.any(String),
	});
	expect((result.items('Send')[0]?.json.steps as Step[]).find(({ ok }) => !ok)?.step).toBe('tcp');
	expect(Object.keys(result.items('Send')[0]?.json ?? {}).slice(0, 3)).toEqual(['success', 'message', 'advice']);
	expect(result.hints('Send')).toEqual([expect.stringMatching(/localhost:1.*Check the host and port/)]);
});

it('names the field of a credential that cannot be read, and shows nothing of the key', async () => {
	bench.setCredential({ privateKey: bench.peer.key.privateKeyPem.slice(0, 100) });
	const result = await bench.send({ operation: 'checkConnection' });
	expect(result.items('Send')[0]?.json).toMatchObject({
		success: false,
		message: expect.stringMatching(/^'Private Key' is truncated: part of the key is missing\.$/),
		steps: [{ step: 'credential', ok: false }],
	});
	expect(JSON.stringify(result.items('Send'))).not.toContain(bench.peer.key.privateKeyPem.slice(40, 80));
});

it('shows neither key nor token of a credential that works', async () => {
	const result = await bench.send({ operation: 'checkConnection' });
	const text = JSON.stringify(result.items('Send'));
	const authorization = bench.header('authorization') ?? '';
	expect(authorization).toMatch(/^bearer \S{100,}/);
	expect(text).not.toContain(authorization.slice('bearer '.length));
	expect(text).not.toContain(authorization.split('.').at(-1));
	expect(text).not.toContain(bench.peer.key.privateKeyPem.slice(40, 80));
});

it('shows in the session cache what earlier pushes left open', async () => {
	await bench.send({ recipients: 'ab'.repeat(32), title: 'Hi' });
	const result = await bench.send({ operation: 'checkConnection' });
	const cache = (result.items('Send')[0]?.json.steps as Step[]).find(({ step }) => step === 'sessionCache');
	expect(JSON.stringify(cache?.details)).toMatch(/"state":"ready"/);
	expect(bench.peer.simulator.counters()).toMatchObject({ connections: 2, providerTokens: 1 });
});

describe('as the test of the credential', () => {
	it('accepts what APNs accepts', async () => {
		expect(await bench.testCredential()).toEqual({ status: 'OK', message: 'APNs accepts this credential.' });
	});

	it('accepts a credential without a bundle id, which only a push needs', async () => {
		expect(await bench.testCredential({ bundleId: '' })).toEqual({
			status: 'OK',
			message: expect.stringMatching(
				/^APNs accepts this credential\. 'Bundle ID' is empty, so access to an app could not be tested/,
			),
		});
	});

	it('says that the key was revoked, and what to do', async () => {
		bench.peer.simulator.revoke(bench.peer.key.keyId);
		expect(await bench.testCredential()).toEqual({
			status: 'Error',
			message: expect.stringMatching(/InvalidProviderToken.*create a new key/s),
		});
	});

	it.each([
		['an address instead of a host', { host: 'https://localhost' }],
		['a host in capitals with a slash', { host: 'LOCALHOST/' }],
	])('understands %s', async (_what, fields) => {
		expect(await bench.testCredential(fields)).toMatchObject({ status: 'OK' });
	});

	it('understands a host with a port', async () => {
		const { port } = bench.peer.credential;
		expect(await bench.testCredential({ host: `localhost:${String(port)}`, port: 443 })).toMatchObject({
			status: 'OK',
		});
	});

	it.each([
		[
			'a path',
			{ host: 'localhost/3/device' },
			/^'Host' is "localhost\/3\/device", which is not a host name\. Enter only the host name in 'Host'/,
		],
		['another scheme', { host: 'ftp://localhost' }, /^'Host' is "ftp:\/\/localhost", which is not a host name/],
		['a port that differs from Port', { host: 'localhost:5', port: 6 }, /^'Host' has port 5, but 'Port' is 6\./],
		[
			'the host of the other environment',
			{ host: 'api.push.apple.com' },
			/^'Host' is api\.push\.apple\.com, which only serves production, but the environment is development\. Set 'Environment' to Production, or leave 'Host' empty/,
		],
	])('names a host with %s', async (_what, fields, message) => {
		expect(await bench.testCredential(fields)).toEqual({ status: 'Error', message: expect.stringMatching(message) });
	});

	it('speaks of the fields of the credential alone, never of a push', async () => {
		bench.peer.simulator.script.always({ type: 'answer', status: 503, reason: 'ServiceUnavailable' });
		const { message } = await bench.testCredential();
		expect(message).toMatch(/Try again later/);
		expect(message).not.toMatch(/Retries|push is sent|Topic/);
	});

	it('says that the port does not answer', async () => {
		expect(await bench.testCredential({ port: 1 })).toEqual({
			status: 'Error',
			message: expect.stringMatching(/^localhost:1: nothing accepts connections.*Check the host and port/),
		});
	});

	it('names the field that cannot be used', async () => {
		expect(await bench.testCredential({ keyId: 'short' })).toEqual({
			status: 'Error',
			message: expect.stringMatching(
				/^'Key ID' must have 10 letters and digits, but has 5 characters\. Copy it from the name of the file AuthKey_…\.p8\.$/,
			),
		});
	});
});
