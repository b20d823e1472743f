/** Nothing out: marked keys, tokens, passphrases and proxy passwords run through every error path, and none of them appears in anything people or programs get to see. */
import { spawn } from 'node:child_process';
import { createPrivateKey, randomBytes } from 'node:crypto';
import path from 'node:path';
import { once } from 'node:events';
import { inspect } from 'node:util';
import type { ICredentialDataDecryptedObject, INodeParameters } from 'n8n-workflow';
import { startConnectProxy } from '../shared/transport/connectProxy';
import { phone, setUpSendBench } from '../n8n/sendBench';
import { createServers, type Servers } from '../shared/transport/servers';
import { sharedAuthority } from '../../tools/simulator/authority';
import { createIdentity } from '../regressions/rawBench';
import { startRawPeer } from '../wire/rawPeer';

const password = `MARKED-${randomBytes(8).toString('hex')}`;
const passphrase = `MARKED-${randomBytes(8).toString('hex')}`;
const bench = setUpSendBench();
let servers: Servers;
let printed: string[];
let restore: () => void;

beforeEach(() => {
	servers = createServers();
	printed = [];
	const writes = [process.stdout, process.stderr].map((stream) => {
		const { write } = stream;
		stream.write = (chunk: string | Uint8Array) => {
			printed.push(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
			return true;
		};
		return () => void (stream.write = write);
	});
	const spies = (['log', 'info', 'warn', 'error', 'debug'] as const).map((name) =>
		jest
			.spyOn(console, name)
			.mockImplementation((...values: unknown[]) => void printed.push(inspect(values, { depth: 10 }))),
	);
	restore = () => {
		for (const undo of writes) undo();
		for (const spy of spies) spy.mockRestore();
	};
});

afterEach(async () => {
	restore();
	await servers.close();
});

/** Every line of a PEM body, and what else stands for it. */
function marksOf(pem: string): string[] {
	return pem.split(/\r?\n/).filter((line) => line.length >= 16 && !line.startsWith('-----'));
}

/** The secrets of a run, in every spelling they could leak in. */
function marks(credential: ICredentialDataDecryptedObject): string[] {
	const found = [
		password,
		passphrase,
		encodeURIComponent(password),
		Buffer.from(`user:${password}`).toString('base64'),
	];
	for (const name of ['privateKey', 'certificateKey']) {
		const value = credential[name];
		if (typeof value !== 'string') continue;
		found.push(...marksOf(value));
		// The bare secret number of a key, in case it is printed as a JWK.
		try {
			const jwk = createPrivateKey(value).export({ format: 'jwk' });
			if (jwk.d !== undefined) found.push(jwk.d);
		} catch {
			// Keys that cannot be read are tested as text.
		}
	}
	const container = credential.p12Secret;
	if (typeof container === 'string' && container.length > 40) found.push(container.slice(0, 40), container.slice(-40));
	for (const request of bench.peer.simulator.journal.requests) {
		const authorization = bench.peer.simulator.journal.header(request, 'authorization');
		if (authorization !== undefined)
			found.push(
				...authorization
					.replace(/^bearer /i, '')
					.split('.')
					.slice(1),
			);
	}
	return found.filter((mark) => mark.length >= 8);
}

/** Everything an error holds, nested causes and hidden properties included. */
function expose(value: unknown): string {
	return inspect(value, { depth: Infinity, showHidden: true, maxArrayLength: null, maxStringLength: null });
}

interface Path {
	readonly name: string;
	readonly credential: () => ICredentialDataDecryptedObject | Promise<ICredentialDataDecryptedObject>;
	readonly parameters?: INodeParameters;
	readonly before?: () => void;
	/** The check of a silent server waits for its own deadlines; other paths cover it. */
	readonly sendOnly?: boolean;
}

const proxyUrl = (port: number): string => `http://user:${password}@127.0.0.1:${port}`;
const otherKey = createIdentity().privateKeyPem;
const certificate = sharedAuthority().provider({ uid: 'com.example.app' });
const otherCertificate = sharedAuthority().provider({ uid: 'com.example.app' });
const encrypted = createPrivateKey(certificate.privateKeyPem)
	.export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase })
	.toString();
const withCertificate = (fields: ICredentialDataDecryptedObject): ICredentialDataDecryptedObject => ({
	authentication: 'certificate',
	identityFormat: 'pem',
	certificate: certificate.certificatePem,
	certificateKey: certificate.privateKeyPem,
	...fields,
});

const paths: readonly Path[] = [
	{ name: 'all is well', credential: () => ({}) },
	{ name: 'a truncated key', credential: () => ({ privateKey: otherKey.slice(0, -60) }) },
	{ name: 'a key without its frame', credential: () => ({ privateKey: marksOf(otherKey).join('') }) },
	{ name: 'a key with garbage in it', credential: () => ({ privateKey: otherKey.replace('M', '!') }) },
	{ name: 'a key of another team', credential: () => ({ privateKey: otherKey }) },
	{ name: 'a key where the key id belongs', credential: () => ({ keyId: otherKey, privateKey: otherKey }) },
	{ name: 'a revoked key', credential: () => ({}), before: () => bench.peer.simulator.revoke(bench.peer.key.keyId) },
	{
		name: 'a certificate with the key of another',
		credential: () => withCertificate({ certificateKey: otherCertificate.privateKeyPem }),
	},
	{ name: 'an encrypted key without a passphrase', credential: () => withCertificate({ certificateKey: encrypted }) },
	{
		name: 'an encrypted key with a wrong passphrase',
		credential: () => withCertificate({ certificateKey: encrypted, passphrase: `${passphrase}x` }),
	},
	{
		name: 'an encrypted key with its passphrase',
		credential: () => withCertificate({ certificateKey: encrypted, passphrase }),
	},
	{
		name: 'a key in place of the certificate',
		credential: () => withCertificate({ certificate: certificate.privateKeyPem }),
	},
	{
		name: 'a container that is none',
		credential: () =>
			withCertificate({ identityFormat: 'p12', p12Secret: Buffer.from(otherKey).toString('base64'), passphrase }),
	},
	{ name: 'a CA bundle that is a key', credential: () => ({ caBundle: otherKey }) },
	{ name: 'a server nobody trusts', credential: () => ({ caBundle: '' }) },
	{ name: 'a port nobody listens on', credential: async () => ({ port: (await servers.refused()).port }) },
	{
		name: 'a proxy that wants another login',
		credential: async () => ({ proxyUrl: proxyUrl((await startConnectProxy(servers, () => 407)).port) }),
	},
	{
		name: 'a proxy that forbids the host',
		credential: async () => ({ proxyUrl: proxyUrl((await startConnectProxy(servers, () => 403)).port) }),
	},
	{
		name: 'a proxy nobody listens at',
		credential: async () => ({ proxyUrl: proxyUrl((await servers.refused()).port) }),
	},
	{ name: 'a proxy URL that is none', credential: () => ({ proxyUrl: `user:${password}@nowhere` }) },
	{ name: 'a proxy URL of another scheme', credential: () => ({ proxyUrl: `socks5://user:${password}@127.0.0.1:1` }) },
	{
		name: 'a proxy URL with a wrong port',
		credential: () => ({ proxyUrl: `http://user:${password}@127.0.0.1:99999999` }),
	},
	{
		name: 'a proxy that works',
		credential: async () => ({ proxyUrl: proxyUrl((await startConnectProxy(servers, () => 'open')).port) }),
	},
	...(['cut', 'stall', 'refuse'] as const).map((type) => ({
		name: `a server that answers with: ${type}`,
		credential: () => ({}),
		parameters: { options: { timeout: 1 } },
		before: () => void bench.peer.simulator.script.always({ type }),
		sendOnly: true,
	})),
	...[400, 403, 404, 410, 413, 429, 500, 503].map((status) => ({
		name: `a server that answers ${status}`,
		credential: () => ({}),
		before: () =>
			void bench.peer.simulator.script.always({
				type: 'answer',
				status,
				reason: 'InternalServerError',
				headers: { 'retry-after': '9999' },
			}),
	})),
	{
		name: 'a GOAWAY that names the credential',
		credential: () => ({}),
		before: () =>
			void bench.peer.simulator.script.always({
				type: 'goaway',
				reason: 'BadCertificateEnvironment',
				lastStream: 'before',
			}),
	},
];

it.each(paths)(
	'$name: no secret in results, errors, hints, logs or traces',
	async ({ credential, parameters = {}, before, sendOnly }) => {
		const fields = { ...bench.peer.credential, ...(await credential()) };
		bench.setCredential(fields);
		before?.();
		const seen: string[] = [];
		for (const operation of sendOnly === true ? ['send'] : ['send', 'checkConnection']) {
			for (const onError of sendOnly === true
				? (['continueRegularOutput'] as const)
				: (['stopWorkflow', 'continueRegularOutput'] as const)) {
				const result = await bench.send(
					{ operation, recipients: phone, pushType: 'alert', topic: 'com.example.app', title: 'Hello', ...parameters },
					[{}],
					{ onError },
				);
				const { data, ...rest } = result.run;
				seen.push(expose(rest), expose(data.resultData), expose(result.error), result.hints('Send').join('\n'));
			}
		}
		seen.push(...printed);
		const leaks = marks(fields).filter((mark) => seen.some((text) => text.includes(mark)));
		expect(leaks).toEqual([]);
	},
);

it('finds a secret where there is one', () => {
	const hidden = new Error('outer', { cause: new Error('inner', { cause: { secret: [password] } }) });
	expect(expose(hidden)).toContain(password);
});

it('writes no secret with NODE_DEBUG=apns, and none into the statistics of the cache', async () => {
	const peer = await startRawPeer({
		onConnection(connection) {
			connection.events.on('request', ({ streamId }) => {
				if (connection.id === 1) connection.respond(streamId, { status: 200 });
				else connection.respond(streamId, { status: 403, body: '{"reason":"InvalidProviderToken"}' });
				if (connection.id === 1) connection.goaway(streamId, 0, '{"reason":"Shutdown"}');
			});
		},
	});
	const proxy = await startConnectProxy(servers, (nth) => (nth === 3 ? 407 : 'open'));
	const identity = createIdentity();
	const script = `
		const { sharedClient, processCache } = require('./dist/nodes/library.js');
		const { identity, other, port, ca, proxyUrl } = JSON.parse(process.env.APNS_TEST);
		const endpoint = { host: 'localhost', port };
		const common = { endpoint, managementEndpoint: endpoint, caBundle: ca, proxyUrl };
		const client = sharedClient({ identity, ...common });
		const third = sharedClient({ identity: other, ...common });
		const push = (n) => ({ deviceToken: String(n).padStart(64, '0'), topic: 'com.example.app', pushType: 'alert', payload: Buffer.from(JSON.stringify({ n, aps: {} })) });
		(async () => {
			for (const [who, n] of [[client, 1], [client, 2], [client, 3], [third, 4]]) console.log(JSON.stringify(await who.send(push(n))));
			console.log(JSON.stringify(processCache.stats()));
			console.log(require('node:util').inspect(processCache.stats(), { depth: 20 }));
		})();
	`;
	const other = createIdentity('TEAM000002');
	const child = spawn(process.execPath, ['-e', script], {
		cwd: path.resolve(__dirname, '../..'),
		env: {
			...process.env,
			NODE_DEBUG: 'apns',
			APNS_TEST: JSON.stringify({ identity, other, port: peer.port, ca: peer.caPem, proxyUrl: proxyUrl(proxy.port) }),
		},
	});
	let output = '';
	for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
	await once(child, 'close');
	await peer.close();
	expect(output).toMatch(/APNS \d+: .*opening/);
	expect(output).toContain('"outcome":"accepted"');
	expect(output).toMatch(/paused/);
	const secrets = [
		password,
		Buffer.from(`user:${password}`).toString('base64'),
		...marksOf(identity.privateKeyPem),
		...marksOf(other.privateKeyPem),
	];
	expect(secrets.filter((secret) => output.includes(secret))).toEqual([]);
	// No token either: header and claims of a JWT begin with the same letters.
	expect(output).not.toMatch(/eyJ[\w-]{10,}\.eyJ/);
});
