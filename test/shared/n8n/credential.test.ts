/** The fields of the credential as people fill them in: pasted with headers, blanks and line breaks, or with more than asked for. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { FieldProblem } from '../../../nodes/shared/apns/problems';
import { readCredential } from '../../../nodes/shared/n8n/credential';
import { wordsOf } from '../../../nodes/shared/n8n/fieldWords';
import { createSigningKey, sharedAuthority } from '../../../tools/simulator/authority';

const passphrase = '  two blanks at both ends  ';
const folder = mkdtempSync(path.join(tmpdir(), 'apns-credential-'));
const issued = sharedAuthority().provider({ uid: 'com.example.app' });
let p12: string;

beforeAll(() => {
	writeFileSync(path.join(folder, 'key.pem'), issued.privateKeyPem);
	writeFileSync(path.join(folder, 'certificate.pem'), issued.certificatePem);
	const files = ['-inkey', 'key.pem', '-in', 'certificate.pem', '-out', 'out.p12'];
	execFileSync('openssl', ['pkcs12', '-export', ...files, '-passout', `pass:${passphrase}`], {
		cwd: folder,
		stdio: 'pipe',
	});
	p12 = readFileSync(path.join(folder, 'out.p12')).toString('base64');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const certificate = (fields: ICredentialDataDecryptedObject): ICredentialDataDecryptedObject => ({
	authentication: 'certificate',
	identityFormat: 'p12',
	...fields,
});
const signingKey = createSigningKey();
const token = (fields: ICredentialDataDecryptedObject = {}): ICredentialDataDecryptedObject => ({
	authentication: 'token',
	keyId: signingKey.keyId,
	teamId: 'TEAM000001',
	privateKey: signingKey.privateKeyPem,
	...fields,
});
const problemOf = (data: ICredentialDataDecryptedObject): string => {
	try {
		readCredential(data);
	} catch (error) {
		if (error instanceof FieldProblem) return wordsOf(error).message;
		throw error;
	}
	return '';
};
const lines = (text: string, end: string): string => (text.match(/.{1,64}/g) ?? []).join(end);

it.each<readonly [string, (base64: string) => string]>([
	['openssl base64', (text) => `${lines(text, '\n')}\n`],
	[
		'certutil -encode',
		(text) => `-----BEGIN CERTIFICATE-----\r\n${lines(text, '\r\n')}\r\n-----END CERTIFICATE-----\r\n`,
	],
	[
		'certutil -encode, in a field that made one line of it',
		(text) => `-----BEGIN CERTIFICATE----- ${lines(text, ' ')} -----END CERTIFICATE-----`,
	],
	['a data URL', (text) => `data:application/x-pkcs12;base64,${text}`],
])('reads a .p12 as %s gives it', (_tool, shape) => {
	expect(readCredential(certificate({ p12Secret: shape(p12), passphrase })).identity).toMatchObject({
		type: 'certificate',
		facts: { uid: 'com.example.app' },
	});
});

it('keeps the blanks of a passphrase', () => {
	expect(problemOf(certificate({ p12Secret: p12, passphrase: passphrase.trim() }))).toMatch(/^'Passphrase' /);
});

it.each([
	['api.push.apple.com', undefined, { host: 'api.push.apple.com', port: 443 }],
	['https://api.push.apple.com', undefined, { host: 'api.push.apple.com', port: 443 }],
	['HTTPS://API.push.apple.com/', 443, { host: 'api.push.apple.com', port: 443 }],
	['api.push.apple.com:2197', 443, { host: 'api.push.apple.com', port: 2_197 }],
	['https://api.push.apple.com:2197/', undefined, { host: 'api.push.apple.com', port: 2_197 }],
	['  localhost  ', 8_443, { host: 'localhost', port: 8_443 }],
	['::1', 8_443, { host: '::1', port: 8_443 }],
	['[::1]:8443', 443, { host: '::1', port: 8_443 }],
	['', 2_197, { host: 'api.push.apple.com', port: 2_197 }],
])('understands the host %j with port %j', (host, port, endpoint) => {
	expect(
		readCredential(token({ customEndpoint: true, host, ...(port === undefined ? {} : { port }) })).endpoint,
	).toEqual(endpoint);
});

it.each([
	[
		'https://api.push.apple.com/3/device',
		443,
		/^'Host' is "https:\/\/api\.push\.apple\.com\/3\/dev.*", which is not a host name\.$/,
	],
	// Who pastes a URL with a password does not find it in an error, where others read it.
	['user:word@localhost', 443, /^'Host' is not a host name\.$/],
	['localhost:99999', 443, /^'Host' is "localhost:99999", which is not a host name\.$/],
	['localhost:5', 6, /^'Host' has port 5, but 'Port' is 6\.$/],
	['localhost', 'abc', /^'Port' must be a port number from 1 to 65535, but is "abc"\.$/],
	[
		'https://api.sandbox.push.apple.com',
		443,
		/^'Host' is api\.sandbox\.push\.apple\.com, which only serves development/,
	],
])('names what is wrong with the host %j and port %j', (host, port, message) => {
	expect(problemOf(token({ customEndpoint: true, host, port }))).toMatch(message);
});

it.each([
	['keyId', { keyId: { a: 1 } }, /^'Key ID' is an object or a list, not text\.$/],
	[
		'passphrase',
		{ authentication: 'certificate', identityFormat: 'p12', p12Secret: 'MA==', passphrase: ['a'] },
		/^'Passphrase' is an object or a list, not text\.$/,
	],
	['environment', { environment: 'staging' }, /^'Environment' is "staging", which is not a valid value\.$/],
])('reports %s from an expression that gives something else', (_field, fields, message) => {
	expect(problemOf(token(fields as unknown as ICredentialDataDecryptedObject))).toMatch(message);
});
