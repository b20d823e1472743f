/** Text that tries to be more than text, in every field of the credential: it ends in a clear error, and no secret stands in it. */
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { phone, setUpSendBench } from '../n8n/sendBench';
import { clearMessage, hostile } from './hostile';

const bench = setUpSendBench();
const push = { operation: 'send', recipients: phone, pushType: 'alert', topic: 'com.example.app', title: 'Hello' };

/** A field of the credential, and what else must be set for it to be read. */
const fields: ReadonlyArray<readonly [string, (value: string) => ICredentialDataDecryptedObject]> = [
	['authentication', (value) => ({ authentication: value })],
	['the key id', (value) => ({ keyId: value })],
	['the team id', (value) => ({ teamId: value })],
	['the signing key', (value) => ({ privateKey: value })],
	['the certificate', (value) => ({ authentication: 'certificate', certificate: value, certificateKey: value })],
	['the .p12 file', (value) => ({ authentication: 'certificate', identityFormat: 'p12', p12Secret: value })],
	[
		'the passphrase',
		(value) => ({ authentication: 'certificate', identityFormat: 'p12', p12Secret: 'MAo=', passphrase: value }),
	],
	['the environment', (value) => ({ environment: value })],
	['the port', (value) => ({ port: value })],
	['the management port', (value) => ({ managementPort: value })],
	['the CA bundle', (value) => ({ caBundle: value })],
	['the proxy URL', (value) => ({ proxyUrl: value })],
];

/** Runs a push with this credential. It says what is wrong, or the value is none of its business and the push goes out as it is. */
async function expectClearEnd(credential: ICredentialDataDecryptedObject): Promise<void> {
	bench.setCredential(credential);
	const result = await bench.send(push, [{}], { onError: 'continueRegularOutput' });
	const [item] = result.items('Send');
	expect(item?.json).toBeDefined();
	if (item?.json.success !== true) expect(JSON.stringify(item?.json)).toMatch(clearMessage);
	const { privateKey } = bench.peer.credential;
	expect(JSON.stringify(item?.json)).not.toContain(String(privateKey).slice(40, 80));
	for (const { path, headers } of bench.requests()) {
		expect(path).toBe(`/3/device/${phone}`);
		for (const [, value] of headers) expect(value).not.toMatch(/[\r\n\0]/);
	}
}

it.each(fields)('hostile text in %s ends in a clear end', async (_field, credential) => {
	for (const [, value] of hostile) await expectClearEnd(credential(value));
});

// Look-alikes and other digits are names of other hosts, which tests do not call.
const noHosts = hostile.filter(([what]) => what !== 'look-alike letters' && what !== 'full-width digits');

it('a host that is more than a host is refused, and no name is looked up', async () => {
	for (const [, value] of noHosts) {
		for (const host of [value, `localhost${value}`]) {
			bench.setCredential({ host });
			const result = await bench.send(push, [{}], { onError: 'continueRegularOutput' });
			const [item] = result.items('Send');
			expect([value, JSON.stringify(item?.json)]).toEqual([value, expect.stringMatching(/not a host name|port/)]);
			expect(JSON.stringify(item?.json)).not.toContain('could not be resolved');
		}
	}
	expect(bench.requests()).toEqual([]);
});

it('a bundle id that is more than one is refused as the topic it stands for', async () => {
	for (const [, value] of hostile) {
		bench.setCredential({ bundleId: value });
		const result = await bench.send({ ...push, topic: '' }, [{}], { onError: 'continueRegularOutput' });
		expect(JSON.stringify(result.items('Send')[0]?.json)).toMatch(clearMessage);
	}
	expect(bench.requests()).toEqual([]);
});

it('10 MB in any field of the credential end in a clear end', async () => {
	for (const [, credential] of fields) await expectClearEnd(credential('A'.repeat(10_000_000)));
});

it('keys of a prototype in the credential change nothing', async () => {
	const data: unknown = JSON.parse('{"__proto__":{"polluted":true,"host":"evil.invalid"},"constructor":"x"}');
	await expectClearEnd({ ...(data as ICredentialDataDecryptedObject) });
	expect(Reflect.get({}, 'polluted')).toBeUndefined();
});
