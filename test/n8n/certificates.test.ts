/** Certificate mode through the node: PEM and PKCS#12 as people have them, topics and dates read before connecting, no provider token. */
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type ProviderCertificateOptions, sharedAuthority } from '../../tools/simulator/authority';
import { bundleId } from './credential';
import { phone, setUpSendBench } from './sendBench';

const bench = setUpSendBench();
const push = { recipients: phone, title: 'Hi' };
const day = 86_400_000;

function certificate(options: Partial<ProviderCertificateOptions> = {}): ICredentialDataDecryptedObject {
	const { certificatePem, privateKeyPem } = sharedAuthority().provider({ uid: bundleId, ...options });
	return {
		authentication: 'certificate',
		identityFormat: 'pem',
		certificate: certificatePem,
		certificateKey: privateKeyPem,
		keyId: '',
		teamId: '',
		privateKey: '',
	};
}

/** What `openssl pkcs12 -export` makes of a fresh certificate, as base64; macOS Keychain exports the same containers. */
function pkcs12(passphrase: string, ...options: string[]): ICredentialDataDecryptedObject {
	const { certificatePem, privateKeyPem } = sharedAuthority().provider({ uid: bundleId });
	const folder = mkdtempSync(path.join(tmpdir(), 'n8n-nodes-apns-p12-'));
	try {
		writeFileSync(path.join(folder, 'pair.pem'), `${certificatePem}\n${privateKeyPem}`);
		execFileSync(
			'openssl',
			['pkcs12', '-export', '-in', 'pair.pem', '-out', 'pair.p12', '-passout', `pass:${passphrase}`, ...options],
			{ cwd: folder, stdio: 'pipe' },
		);
		return {
			authentication: 'certificate',
			identityFormat: 'p12',
			p12Secret: readFileSync(path.join(folder, 'pair.p12')).toString('base64'),
			passphrase,
		};
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

it.each([
	['PEM', () => certificate()],
	[
		'PEM with the key encrypted',
		() => {
			const fields = certificate();
			const encrypted = execFileSync(
				'openssl',
				['pkcs8', '-topk8', '-v2', 'aes-256-cbc', '-passout', 'pass:open sesame'],
				{ input: String(fields.certificateKey), encoding: 'utf8', stdio: 'pipe' },
			);
			return { ...fields, certificateKey: encrypted, passphrase: 'open sesame' };
		},
	],
	['PKCS#12 of today', () => pkcs12('secret')],
	[
		'PKCS#12 with RC2-40 and 3DES, as Keychain long exported it',
		() => pkcs12('secret', '-legacy', '-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-RC2-40', '-macalg', 'sha1'),
	],
])('sends with %s, without a provider token', async (_format, fields) => {
	bench.setCredential(fields());
	const result = await bench.send(push, [{}, {}]);
	expect(result.items('Send').map(({ json }) => json.outcome)).toEqual(['accepted', 'accepted']);
	expect([bench.header('authorization'), bench.header('apns-topic')]).toEqual([undefined, bundleId]);
	expect(bench.peer.simulator.counters()).toMatchObject({ connections: 1, providerTokens: 0 });
});

it('leaves the topic to a certificate with one topic when nobody names it', async () => {
	bench.setCredential({ ...certificate(), bundleId: '' });
	const result = await bench.send(push);
	expect(result.items('Send')[0]?.json).toMatchObject({ outcome: 'accepted' });
	expect(bench.header('apns-topic')).toBeUndefined();
});

// prettier-ignore
const refused: ReadonlyArray<readonly [what: string, fields: () => ICredentialDataDecryptedObject, parameters: object, message: RegExp, advice: RegExp]> = [
	['a wrong passphrase', () => ({ ...pkcs12('secret'), passphrase: 'guess' }), {}, /^'Passphrase' does not open the PKCS#12 file\.$/, /passphrase/i],
	['a topic the certificate does not cover', () => certificate(), { topic: 'com.example.other' }, /^'Topic' is com\.example\.other, which the certificate "Apple Push Services: com\.example\.app" does not cover\.$/, /covers: com\.example\.app/],
	['a location push, which needs a signing key', () => certificate(), { pushType: 'location' }, /^'Push Type' is Location, which only works with a signing key, but the credential has a certificate\.$/, /\.p8/],
	['an expired certificate', () => certificate({ notBeforeMs: Date.now() - 2 * day, notAfterMs: Date.now() - day }), {}, /expired on/, /new push certificate/],
	['a certificate with the key of another', () => ({ ...certificate(), certificateKey: String(certificate().certificateKey) }), {}, /^'Certificate Key' does not belong to the certificate "Apple Push Services: com\.example\.app"\.$/, /^Export the certificate and its private key together\.$/],
];

it.each(refused)('opens no connection for %s', async (_what, fields, parameters, message, advice) => {
	bench.setCredential(fields());
	const result = await bench.send({ ...push, ...parameters });
	expect(result.error).toEqual({ message: expect.stringMatching(message), description: expect.stringMatching(advice) });
	expect(bench.peer.simulator.counters().connections).toBe(0);
});

it('accepts a VoIP certificate with the bundle id of the app, in the test of the credential as in sending', async () => {
	const voip = certificate({ uid: `${bundleId}.voip`, kind: 'voip' });
	expect(await bench.testCredential(voip)).toMatchObject({ status: 'OK' });
	bench.setCredential(voip);
	const result = await bench.send({ ...push, pushType: 'voip', options: { expiration: '0' } });
	expect(result.items('Send')[0]?.json).toMatchObject({ outcome: 'accepted', topic: `${bundleId}.voip` });
});

it('tells in a test that succeeds, and in a hint of each run, that the certificate expires soon', async () => {
	const soon = certificate({ notBeforeMs: Date.now() - day, notAfterMs: Date.now() + 3 * day });
	expect(await bench.testCredential(soon)).toEqual({
		status: 'OK',
		message: expect.stringMatching(/expires on \d{4}-\d\d-\d\d/),
	});
	bench.setCredential(soon);
	expect((await bench.send(push)).hints('Send')).toEqual([expect.stringMatching(/expires on \d{4}-\d\d-\d\d/)]);
});

it('says that the certificate is for the other environment', async () => {
	bench.setCredential(certificate({ environments: ['production'] }));
	const result = await bench.send(push);
	expect(result.error).toEqual({
		message: expect.stringMatching(/other environment|production/),
		description: expect.stringMatching(
			/^Change 'Environment' in the credential, or use a certificate for this environment\.$/,
		),
	});
});
