/** A certificate and its key from PEM, in every shape people paste it. */
import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { asn1, pki } from 'node-forge';
import { chooseLeaf, readCertificateIdentity } from '../../../nodes/shared/apns/certificate';
import { plainText } from '../../../nodes/shared/apns/fields';
import { FieldProblem } from '../../../nodes/shared/apns/problems';
import { createAuthority, type IssuedCertificate } from '../../../tools/simulator/authority';

const authority = createAuthority();
const app = authority.provider({ uid: 'com.example.app', keyType: 'ec' });
const rsa = authority.provider({ uid: 'com.example.rsa' });
const other = authority.provider({ uid: 'com.example.other', keyType: 'ec' });

/** A block of PEM around any octets. */
const block = (label: string, octets: string): string =>
	`-----BEGIN ${label}-----\n${Buffer.from(octets, 'latin1').toString('base64')}\n-----END ${label}-----\n`;

/** PKCS#8 with DES, which OpenSSL 3 no longer opens. */
function oldPkcs8(pem: string, passphrase: string): string {
	const key = pki.wrapRsaPrivateKey(pki.privateKeyToAsn1(pki.privateKeyFromPem(pem)));
	const file = pki.encryptPrivateKeyInfo(key, passphrase, { algorithm: 'des' } as object);
	return block('ENCRYPTED PRIVATE KEY', asn1.toDer(file).getBytes());
}

function problemOf(input: Parameters<typeof readCertificateIdentity>[0]): { field: string; problem: string } {
	try {
		readCertificateIdentity(input);
	} catch (error) {
		if (error instanceof FieldProblem) return { field: error.field, problem: plainText(error.problem) };
		throw error;
	}
	throw new Error('it was accepted');
}

function encrypted(
	pem: string,
	passphrase: string,
	cipher = 'aes-256-cbc',
	type: 'pkcs8' | 'sec1' | 'pkcs1' = 'pkcs8',
): string {
	return createPrivateKey(pem)
		.export({ type, format: 'pem', cipher, passphrase } as { type: 'pkcs8'; format: 'pem' })
		.toString();
}

const shapes: ReadonlyArray<readonly [string, (pem: string) => string]> = [
	['as the file has it', (pem) => pem],
	['on one line with blanks', (pem) => pem.replaceAll('\n', ' ')],
	['on one line without any blank', (pem) => pem.replaceAll(/\s/g, '')],
	['with \\n written out', (pem) => pem.replaceAll('\n', '\\n')],
	['with \\n written out twice', (pem) => pem.replaceAll('\n', '\\\\n')],
	['with CRLF', (pem) => pem.replaceAll('\n', '\r\n')],
	['indented, with blanks at the ends', (pem) => pem.replaceAll('\n', '  \n\t  ')],
	['with a byte order mark and zero-width blanks', (pem) => `\uFEFF${pem.replaceAll('\n', '\u200b\n')}`],
	['in quotes', (pem) => `"${pem}"`],
	['with dashes made long', (pem) => pem.replaceAll('-----', '\u2014\u2014-')],
	['without header and footer', (pem) => pem.replaceAll(/-----[^-]+-----/g, '')],
	['without its footer', (pem) => pem.replace(/-----END[^-]+-----/, '')],
	['in base64 as a whole', (pem) => Buffer.from(pem).toString('base64')],
];

describe('of several certificates with their keys', () => {
	const hourMs = 3_600_000;
	const afterMs = Date.now() + hourMs;
	const server = authority.server({ notAfterMs: afterMs + 2 * hourMs });
	const pass = authority.provider({ uid: 'pass.com.example', kind: 'pass', keyType: 'ec', notAfterMs: afterMs });
	const later = authority.provider({ uid: 'com.example.later', keyType: 'ec', notAfterMs: afterMs + hourMs });

	it.each<readonly [string, readonly IssuedCertificate[], string]>([
		['a push certificate goes before one of a server', [server, pass], 'pass.com.example'],
		['wherever it stands', [pass, server], 'pass.com.example'],
		['among push certificates the one that lasts longest', [pass, later], 'com.example.later'],
		['wherever that stands', [later, pass, server], 'com.example.later'],
	])('%s', (_name, issued, uid) => {
		const leaf = chooseLeaf(
			issued.map(({ certificatePem }) => new X509Certificate(certificatePem)),
			issued.map(({ privateKeyPem }) => createPrivateKey(privateKeyPem)),
		);
		expect(leaf?.facts.uid).toBe(uid);
	});
});

describe('a certificate identity from PEM', () => {
	it.each(shapes)('reads certificate and key %s', (_name, shape) => {
		const identity = readCertificateIdentity({
			certificatePem: shape(app.certificatePem),
			privateKeyPem: shape(app.privateKeyPem),
		});
		expect(identity).toMatchObject({
			type: 'certificate',
			certificatePem: app.certificatePem,
			privateKeyPem: app.privateKeyPem,
		});
		expect(identity.facts.uid).toBe('com.example.app');
	});

	it.each([
		['PKCS#8 with AES', app, encrypted(app.privateKeyPem, 'S3cret Word')],
		['PKCS#8 with DES', rsa, oldPkcs8(rsa.privateKeyPem, 'S3cret Word')],
		['PKCS#8 with 3DES', rsa, encrypted(rsa.privateKeyPem, 'S3cret Word', 'des-ede3-cbc')],
		["OpenSSL's old form, EC", app, encrypted(app.privateKeyPem, 'S3cret Word', 'aes-128-cbc', 'sec1')],
		["OpenSSL's old form, RSA", rsa, encrypted(rsa.privateKeyPem, 'S3cret Word', 'aes-256-cbc', 'pkcs1')],
	])('decrypts a key: %s', (_name, issued, privateKeyPem) => {
		const input = { certificatePem: issued.certificatePem, privateKeyPem };
		expect(readCertificateIdentity({ ...input, passphrase: 'S3cret Word' }).privateKeyPem).toBe(issued.privateKeyPem);
		expect(
			readCertificateIdentity({
				...input,
				privateKeyPem: privateKeyPem.replaceAll('\n', ' '),
				passphrase: 'S3cret Word',
			}).privateKeyPem,
		).toBe(issued.privateKeyPem);
		expect(problemOf({ ...input, passphrase: 's3cret word' })).toEqual({
			field: 'passphrase',
			problem: 'does not open the private key',
		});
		for (const passphrase of [undefined, ''])
			expect(problemOf({ ...input, passphrase })).toEqual({
				field: 'passphrase',
				problem: 'is empty, but the private key is encrypted',
			});
	});

	it('takes the key out of one file with the certificate, and puts the leaf before its chain', () => {
		const identity = readCertificateIdentity({
			certificatePem: `Bag Attributes\n  friendlyName: x\n${authority.caPem}${rsa.privateKeyPem}${rsa.certificatePem}`,
			privateKeyPem: '',
		});
		expect(identity.certificatePem).toBe(rsa.certificatePem + authority.caPem);
		expect(identity.privateKeyPem).toBe(rsa.privateKeyPem);
	});

	it.each([
		['in one file with the certificate', (key: string) => ({ certificatePem: rsa.certificatePem + key })],
		[
			'behind a certificate',
			(key: string) => ({ certificatePem: rsa.certificatePem, privateKeyPem: rsa.certificatePem + key }),
		],
	])("finds a key in OpenSSL's old form %s", (_name, pasted) => {
		const old = createPrivateKey(rsa.privateKeyPem).export({ type: 'pkcs1', format: 'pem' }).toString();
		expect(readCertificateIdentity(pasted(old)).privateKeyPem).toBe(rsa.privateKeyPem);
	});

	it('takes a certificate of the chain once, however often it was pasted', () => {
		const certificatePem = app.certificatePem + authority.caPem + app.certificatePem + authority.caPem;
		expect(readCertificateIdentity({ ...app, certificatePem }).certificatePem).toBe(
			app.certificatePem + authority.caPem,
		);
	});

	it('leaves out what has lost its first line', () => {
		const cut = authority.caPem.replace(/-----BEGIN[^-]+-----\n/, '');
		expect(readCertificateIdentity({ ...app, certificatePem: app.certificatePem + cut }).certificatePem).toBe(
			app.certificatePem,
		);
	});

	it('leaves certificates out that are no part of the chain', () => {
		expect(
			readCertificateIdentity({
				certificatePem: other.certificatePem + app.certificatePem,
				privateKeyPem: app.privateKeyPem,
			}).certificatePem,
		).toBe(app.certificatePem);
	});

	it('finds the fingerprint OpenSSL shows', () => {
		const { facts } = readCertificateIdentity(app);
		expect(facts.fingerprint256).toBe(
			new X509Certificate(app.certificatePem).fingerprint256.replaceAll(':', '').toLowerCase(),
		);
	});

	it.each([
		['an empty certificate', { certificatePem: ' \n', privateKeyPem: app.privateKeyPem }, 'certificate', 'is empty'],
		['an empty key', { certificatePem: app.certificatePem, privateKeyPem: '' }, 'certificateKey', 'is empty'],
		[
			'a key in place of the certificate',
			{ certificatePem: app.privateKeyPem, privateKeyPem: app.privateKeyPem },
			'certificate',
			'is a private key, not a certificate',
		],
		[
			'a certificate in place of the key',
			{ certificatePem: app.certificatePem, privateKeyPem: app.certificatePem },
			'certificateKey',
			'is a certificate, not a private key',
		],
		[
			'a cut certificate',
			{ certificatePem: app.certificatePem.slice(0, 400), privateKeyPem: app.privateKeyPem },
			'certificate',
			'is truncated or damaged',
		],
		[
			'a cut key',
			{ certificatePem: app.certificatePem, privateKeyPem: app.privateKeyPem.slice(0, 120) },
			'certificateKey',
			'is truncated or damaged',
		],
		[
			'a foreign key',
			{ certificatePem: app.certificatePem, privateKeyPem: other.privateKeyPem },
			'certificateKey',
			'does not belong to the certificate "Apple Push Services: com.example.app"',
		],
		[
			'a signing request',
			{
				certificatePem: app.certificatePem.replaceAll('CERTIFICATE', 'CERTIFICATE REQUEST'),
				privateKeyPem: app.privateKeyPem,
			},
			'certificate',
			'is a certificate signing request, not a certificate',
		],
		[
			'a public key in place of the key',
			{
				certificatePem: app.certificatePem,
				privateKeyPem: generateKeyPairSync('ec', { namedCurve: 'P-256' })
					.publicKey.export({ type: 'spki', format: 'pem' })
					.toString(),
			},
			'certificateKey',
			'is a public key, not a private key',
		],
		[
			'an attribute certificate',
			{ ...app, certificatePem: app.certificatePem.replaceAll('CERTIFICATE', 'ATTRIBUTE CERTIFICATE') },
			'certificate',
			'is something else, not a certificate',
		],
		[
			'a certificate with a sign that is no base64',
			{ ...app, certificatePem: app.certificatePem.replace('M', '!M') },
			'certificate',
			'is truncated or damaged',
		],
		[
			'a certificate of other content',
			{ ...app, certificatePem: block('CERTIFICATE', 'Hello') },
			'certificate',
			'is truncated or damaged',
		],
		[
			'a certificate of other DER',
			{ ...app, certificatePem: app.privateKeyPem.replaceAll('PRIVATE KEY', 'CERTIFICATE') },
			'certificate',
			'cannot be read as an X.509 certificate',
		],
		['a PKCS#12 file', { ...app, certificatePem: 'MAMCAQM=' }, 'certificate', 'is a PKCS#12 file, not PEM'],
		[
			'a key of other content',
			{ ...app, privateKeyPem: block('PRIVATE KEY', 'Hello') },
			'certificateKey',
			'is truncated or damaged',
		],
		[
			'a key of other DER',
			{ ...app, privateKeyPem: app.certificatePem.replaceAll('CERTIFICATE', 'PRIVATE KEY') },
			'certificateKey',
			'cannot be read as a private key',
		],
	])('refuses %s', (_name, input, field, problem) => {
		expect(problemOf(input)).toEqual({ field, problem });
	});

	it('shows neither key nor passphrase in what it throws', () => {
		const input = {
			certificatePem: other.certificatePem,
			privateKeyPem: encrypted(app.privateKeyPem, 'S3cret Word'),
			passphrase: 'wrong W0rd',
		};
		try {
			readCertificateIdentity(input);
			throw new Error('it was accepted');
		} catch (error) {
			expect(error).toBeInstanceOf(FieldProblem);
			const told =
				JSON.stringify(error) +
				String(error) +
				String(error instanceof Error ? error.stack : '') +
				String(error instanceof Error ? error.cause : '');
			expect(told).not.toContain('wrong W0rd');
			expect(told).not.toContain(input.privateKeyPem.slice(60, 100));
		}
	});

	it('does not hang on text made to be slow', () => {
		const nasty = [
			'-'.repeat(200_000),
			`-----BEGIN A${' '.repeat(200_000)}`,
			'-----BEGIN A-----'.repeat(10_000),
			`-----BEGIN A-----${'- '.repeat(90_000)}`,
			`${'\\'.repeat(200_000)}`,
		];
		const startedMs = performance.now();
		for (const certificatePem of nasty)
			expect(problemOf({ certificatePem, privateKeyPem: 'x' }).field).toBe('certificate');
		expect(performance.now() - startedMs).toBeLessThan(5_000);
	});
});
