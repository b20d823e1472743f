/** A certificate and its key from PEM, in every shape people paste it. */
import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { readCertificateIdentity } from '../../../nodes/shared/apns/certificate';
import { plainText } from '../../../nodes/shared/apns/fields';
import { FieldProblem } from '../../../nodes/shared/apns/problems';
import { createAuthority } from '../../../tools/simulator/authority';

const authority = createAuthority();
const app = authority.provider({ uid: 'com.example.app', keyType: 'ec' });
const rsa = authority.provider({ uid: 'com.example.rsa' });
const other = authority.provider({ uid: 'com.example.other', keyType: 'ec' });

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
		expect(problemOf(input)).toEqual({ field: 'passphrase', problem: 'is empty, but the private key is encrypted' });
	});

	it('takes the key out of one file with the certificate, and puts the leaf before its chain', () => {
		const identity = readCertificateIdentity({
			certificatePem: `Bag Attributes\n  friendlyName: x\n${authority.caPem}${rsa.privateKeyPem}${rsa.certificatePem}`,
			privateKeyPem: '',
		});
		expect(identity.certificatePem).toBe(rsa.certificatePem + authority.caPem);
		expect(identity.privateKeyPem).toBe(rsa.privateKeyPem);
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
