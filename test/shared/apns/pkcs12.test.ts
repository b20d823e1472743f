/** PKCS#12 files as Keychain and OpenSSL write them, old and new. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { asn1, pkcs12, pki } from 'node-forge';
import { plainText } from '../../../nodes/shared/apns/fields';
import { readPkcs12 } from '../../../nodes/shared/apns/pkcs12';
import { FieldProblem } from '../../../nodes/shared/apns/problems';
import { createAuthority, type IssuedCertificate } from '../../../tools/simulator/authority';

const authority = createAuthority();
/** RSA signatures as Apple's; forge would re-encode others. */
const rsa = createAuthority({ keyType: 'rsa' }).provider({ uid: 'com.example.app' });
const otherRsa = createAuthority({ keyType: 'rsa' }).provider({ uid: 'com.example.other' });
const ec = authority.provider({ uid: 'com.example.app', keyType: 'ec' });
let folder = '';
const openssl = spawnSync('openssl', ['version']).status === 0;

// Mutation testing runs the tests of a loaded file many times: each time with a folder of its own.
beforeAll(() => {
	folder = mkdtempSync(path.join(tmpdir(), 'apns-p12-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the node's own library writes: 3DES throughout, as old exports do for the key. */
function byForge({ privateKeyPem, certificatePem }: IssuedCertificate, passphrase: string | null): string {
	const file = pkcs12.toPkcs12Asn1(
		pki.privateKeyFromPem(privateKeyPem),
		certificatePem === '' ? [] : pki.certificateFromPem(certificatePem),
		passphrase,
		{ algorithm: '3des', generateLocalKeyId: certificatePem !== '' },
	);
	return Buffer.from(asn1.toDer(file).getBytes(), 'latin1').toString('base64');
}

/** What OpenSSL writes; its option `-legacy` gives RC2-40 for certificates and 3DES for the key, as Keychain did for years. */
function byOpenssl(issued: IssuedCertificate, passphrase: string, options: readonly string[] = [], chain = ''): string {
	const key = path.join(folder, 'key.pem');
	const certificate = path.join(folder, 'certificate.pem');
	const out = path.join(folder, 'out.p12');
	writeFileSync(key, issued.privateKeyPem);
	writeFileSync(certificate, issued.certificatePem + chain);
	execFileSync(
		'openssl',
		['pkcs12', '-export', '-inkey', key, '-in', certificate, '-out', out, '-passout', `pass:${passphrase}`, ...options],
		{
			env: { ...process.env, LC_ALL: 'C.UTF-8' },
			stdio: 'pipe',
		},
	);
	return readFileSync(out).toString('base64');
}

/** The same file with its end marked in place of its length (BER), as some programs write it. */
const indefinite = (file: Buffer): Buffer =>
	Buffer.concat([Buffer.from([0x30, 0x80]), file.subarray(4), Buffer.from([0, 0])]);

function problemOf(input: Parameters<typeof readPkcs12>[0]): { field: string; problem: string } {
	try {
		readPkcs12(input);
	} catch (error) {
		if (error instanceof FieldProblem) return { field: error.field, problem: plainText(error.problem) };
		throw error;
	}
	throw new Error('it was accepted');
}

if (!openssl) process.stderr.write('openssl is not installed: the PKCS#12 files it would write are not read.\n');

describe('a PKCS#12 identity', () => {
	it('gives certificate and key exactly as they went in', () => {
		const identity = readPkcs12({ p12Base64: byForge(rsa, 'S3cret'), passphrase: 'S3cret' });
		expect(identity).toMatchObject({ certificatePem: rsa.certificatePem, privateKeyPem: rsa.privateKeyPem });
		expect(identity.facts).toMatchObject({ uid: 'com.example.app', environments: ['production', 'development'] });
	});

	it.each([
		['with line breaks', (text: string) => text.replace(/.{64}/g, '$&\r\n')],
		['as a data URL', (text: string) => `data:application/x-pkcs12;base64,${text}`],
		['with PEM-like lines around it', (text: string) => `-----BEGIN PKCS12-----\n${text}\n-----END PKCS12-----`],
		['as certutil encodes it', (text: string) => `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----`],
		['of a file of indefinite length', (text: string) => indefinite(Buffer.from(text, 'base64')).toString('base64')],
		['in the URL alphabet', (text: string) => text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')],
	])('reads base64 %s', (_name, shape) => {
		expect(readPkcs12({ p12Base64: shape(byForge(rsa, '')), passphrase: '' }).privateKeyPem).toBe(rsa.privateKeyPem);
	});

	it.each([undefined, ''])('opens without any passphrase, which is not an empty one: %j', (passphrase) => {
		expect(readPkcs12({ p12Base64: byForge(rsa, null), passphrase }).privateKeyPem).toBe(rsa.privateKeyPem);
	});

	it.each([
		[
			'an empty passphrase where one is needed',
			{ p12Base64: byForge(rsa, 'S3cret'), passphrase: '' },
			'passphrase',
			'is empty, but the PKCS#12 file needs one',
		],
		[
			'PEM text of another kind',
			{ p12Base64: rsa.privateKeyPem.replaceAll('PRIVATE', 'RSA PRIVATE') },
			'p12Secret',
			'is PEM text',
		],
		['a sign that is no base64', { p12Base64: `!${byForge(rsa, '')}` }, 'p12Secret', 'is not base64'],
		[
			'a wrong passphrase',
			{ p12Base64: byForge(rsa, 'S3cret'), passphrase: 's3cret' },
			'passphrase',
			'does not open the PKCS#12 file',
		],
		[
			'no passphrase where one is needed',
			{ p12Base64: byForge(rsa, 'S3cret') },
			'passphrase',
			'is empty, but the PKCS#12 file needs one',
		],
		['nothing', { p12Base64: '  ' }, 'p12Secret', 'is empty'],
		['PEM text', { p12Base64: rsa.certificatePem }, 'p12Secret', 'is PEM text'],
		[
			'PEM text in base64',
			{ p12Base64: Buffer.from(rsa.certificatePem).toString('base64') },
			'p12Secret',
			'is PEM text in base64',
		],
		['a cut file', { p12Base64: byForge(rsa, '').slice(0, 1200) }, 'p12Secret', 'is truncated'],
		[
			'a damaged file',
			{ p12Base64: Buffer.from(Buffer.from(byForge(rsa, ''), 'base64').fill(0xff, 8, 20)).toString('base64') },
			'p12Secret',
			'is damaged',
		],
		[
			'a certificate in DER',
			{ p12Base64: rsa.certificatePem.replaceAll(/-----[^-]+-----/g, '') },
			'p12Secret',
			'is not a PKCS#12 file',
		],
		[
			'a digest that forge does not know',
			{
				p12Base64: Buffer.from(
					Buffer.from(byForge(rsa, ''), 'base64')
						.toString('hex')
						.replace(/2b0e03021a(?!.*2b0e03021a)/, '2b0e03021b'),
					'hex',
				).toString('base64'),
			},
			'p12Secret',
			'uses an encryption that this package does not support',
		],
		[
			'a file without a certificate',
			{ p12Base64: byForge({ ...rsa, certificatePem: '' }, '') },
			'p12Secret',
			'contains no certificate',
		],
		[
			'a key of another certificate',
			{ p12Base64: byForge({ ...rsa, privateKeyPem: otherRsa.privateKeyPem }, '') },
			'p12Secret',
			'contains a certificate and a private key that do not belong together',
		],
		['other text', { p12Base64: 'Hello, world!' }, 'p12Secret', 'is not base64'],
	])('refuses %s', (_name, input, field, problem) => {
		expect(problemOf(input)).toEqual({ field, problem });
	});

	it('shows neither the passphrase nor the file in what it throws', () => {
		const p12Base64 = byForge(rsa, 'S3cret');
		try {
			readPkcs12({ p12Base64, passphrase: 'wrong W0rd' });
			throw new Error('it was accepted');
		} catch (error) {
			const told = JSON.stringify(error) + (error instanceof Error ? `${error.stack}${String(error.cause)}` : '');
			expect(told).not.toContain('wrong W0rd');
			expect(told).not.toContain(p12Base64.slice(0, 24));
		}
	});
});

if (openssl) {
	describe('a PKCS#12 file by OpenSSL', () => {
		const shapes: ReadonlyArray<readonly [string, readonly string[]]> = [
			['today (PBES2, AES-256, SHA-256)', []],
			['RC2-40 and 3DES, as Keychain did', ['-legacy']],
			['3DES throughout', ['-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES', '-macalg', 'sha1']],
			['certificates in the clear', ['-certpbe', 'NONE']],
			['nothing encrypted', ['-keypbe', 'NONE', '-certpbe', 'NONE']],
			['AES-128 and SHA-512', ['-keypbe', 'AES-128-CBC', '-certpbe', 'AES-128-CBC', '-macalg', 'sha512']],
			['no MAC', ['-nomac']],
		];
		const passphrases = ['S3cret Word', '', 'pässwörd €'];
		const cases = shapes.flatMap(([name, options]) =>
			[rsa, ec].flatMap((issued) =>
				passphrases.map((passphrase) => ({ name, options, issued, passphrase, kind: issued === rsa ? 'RSA' : 'EC' })),
			),
		);

		it.each(cases)('reads $name, $kind, passphrase "$passphrase"', ({ options, issued, passphrase }) => {
			const identity = readPkcs12({ p12Base64: byOpenssl(issued, passphrase, options), passphrase });
			expect(identity).toMatchObject({ certificatePem: issued.certificatePem, privateKeyPem: issued.privateKeyPem });
		});

		it.each(shapes.slice(0, 3))('tells a wrong passphrase: %s', (_name, options) => {
			expect(problemOf({ p12Base64: byOpenssl(ec, 'S3cret', options), passphrase: 'other' }).field).toBe('passphrase');
			expect(problemOf({ p12Base64: byOpenssl(ec, 'S3cret', options), passphrase: 'öther' }).field).toBe('passphrase');
		});

		it('puts the leaf before the chain and names a file without a key', () => {
			expect(readPkcs12({ p12Base64: byOpenssl(ec, 'x', [], authority.caPem), passphrase: 'x' }).certificatePem).toBe(
				ec.certificatePem + authority.caPem,
			);
			expect(problemOf({ p12Base64: byOpenssl(ec, 'x', ['-nokeys']), passphrase: 'x' })).toEqual({
				field: 'p12Secret',
				problem: 'contains no private key',
			});
		});

		it.each([
			[
				'a key on a curve that nobody knows',
				/2a8648ce3d030107(?!.*2a8648ce3d030107)/,
				'2a8648ce3d030177',
				'private key',
			],
			['a certificate without its version', /a003020102/, '0403020102', 'certificate'],
		])('names what is missing where OpenSSL cannot read %s', (_name, from, to, missing) => {
			const clear = byOpenssl(ec, '', ['-keypbe', 'NONE', '-certpbe', 'NONE', '-nomac']);
			const changed = Buffer.from(clear, 'base64').toString('hex').replace(from, to);
			expect(problemOf({ p12Base64: Buffer.from(changed, 'hex').toString('base64') })).toEqual({
				field: 'p12Secret',
				problem: `contains no ${missing}`,
			});
		});
	});
}
