/** The signing key in every shape people paste it, and everything else they paste in its place. */
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { asn1, pki } from 'node-forge';
import { checkTenCharacters, normalizePrivateKey } from '../../../nodes/shared/apns/privateKey';
import { FieldProblem } from '../../../nodes/shared/apns/problems';
import { problemOf } from './problemOf';
import { createAuthority, createSigningKey } from '../../../tools/simulator/authority';

const { privateKeyPem: p8 } = createSigningKey();
const key = createPrivateKey(p8);
const issued = createAuthority().provider({ uid: 'com.example.app', keyType: 'ec' });
const sec1 = key.export({ type: 'sec1', format: 'pem' }).toString();
const body = (pem: string): string => pem.replace(/-----[^-]+-----/g, '');

const shapes: ReadonlyArray<readonly [string, string]> = [
	['as Apple gave it', p8],
	['without its last line break', p8.trim()],
	['on one line with blanks', p8.replaceAll('\n', ' ')],
	['on one line without any blank', p8.replaceAll(/\s/g, '')],
	['with \\n written out', p8.replaceAll('\n', '\\n')],
	['with \\r\\n written out', p8.replaceAll('\n', '\\r\\n')],
	['with \\n escaped twice', p8.replaceAll('\n', '\\\\n')],
	['with CRLF', p8.replaceAll('\n', '\r\n')],
	['with CR alone', p8.replaceAll('\n', '\r')],
	['with double line breaks', p8.replaceAll('\n', '\n\n')],
	['indented', p8.replaceAll('\n', '\n    ')],
	['with blanks inside the base64', p8.replace(/^(?!-)(.{10})/gm, '$1 ')],
	['with blanks that do not break', p8.replaceAll('\n', '\u00a0\n')],
	['with zero-width blanks and a byte order mark', `\uFEFF${p8.replaceAll('\n', '\u200b\n')}`],
	['in double quotes', `"${p8}"`],
	['in single quotes with a comma', `'${p8.trim()}',`],
	['without header and footer, in quotes of JSON and of a shell', `'"${body(p8).trim()}"',`],
	['without header and footer, in quotes on a line', `"${body(p8).trim()}"\n`],
	['with \\n and \\t escaped twice', p8.replaceAll('\n', '\\\\n\\\\t')],
	['as a line of JSON', `"private_key": "${p8.replaceAll('\n', '\\n')}",`],
	['with dashes made long', p8.replaceAll('-----', '\u2014\u2014-')],
	['without header and footer', body(p8)],
	['without its header', p8.replace(/-----BEGIN[^-]+-----/, '')],
	['without its footer', p8.replace(/-----END[^-]+-----/, '')],
	['with text before and after', `Key for the app:\n${p8}\nKeep it safe.`],
	['in base64 as a whole', Buffer.from(p8).toString('base64')],
	[
		'in base64 as a whole, in lines, with CRLF inside',
		(
			Buffer.from(p8.replaceAll('\n', '\r\n'))
				.toString('base64')
				.match(/.{1,76}/g) ?? []
		).join('\n'),
	],
	['in base64 twice', Buffer.from(Buffer.from(p8).toString('base64')).toString('base64')],
	['in the URL alphabet', body(p8).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')],
	['in the old EC form', sec1],
	['in the old EC form, on one line', sec1.replaceAll('\n', ' ')],
	['in the old EC form without header and footer', body(sec1)],
	['with a certificate before it', issued.certificatePem + p8],
	['in the old EC form with a certificate before it', issued.certificatePem + sec1],
	[
		'with EC PARAMETERS before it',
		`-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n${sec1}`,
	],
];

const otherCurve = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ed25519 = generateKeyPairSync('ed25519');
const encrypted = key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }).toString();
const encryptedByForge = pki.encryptPrivateKeyInfo(
	asn1.fromDer(key.export({ type: 'pkcs8', format: 'der' }).toString('latin1')),
	'x',
	{
		algorithm: '3des',
	},
);
const spki = otherCurve.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const pkcs8 = { type: 'pkcs8', format: 'pem' } as const;

const refused: ReadonlyArray<readonly [string, string, string]> = [
	['nothing', ' \n\u200b', 'is empty'],
	['nothing in quotes', '" "', 'is empty'],
	['a certificate', issued.certificatePem, 'is a certificate, not a signing key'],
	['a certificate without its lines', body(issued.certificatePem), 'is a certificate, not a signing key'],
	[
		'a certificate request',
		issued.certificatePem.replaceAll('CERTIFICATE', 'CERTIFICATE REQUEST'),
		'is a certificate signing request, not a signing key',
	],
	['a public key', spki, 'is a public key, not a private key'],
	['a public key without its lines', body(spki), 'is a public key, not a private key'],
	['an encrypted key', encrypted, 'is encrypted'],
	['an encrypted key without its lines', body(encrypted), 'is encrypted'],
	[
		"an encrypted key in OpenSSL's old form",
		key.export({ type: 'sec1', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'x' }).toString(),
		'is encrypted',
	],
	[
		'an encrypted key of a PKCS#12 file, without its lines',
		Buffer.from(asn1.toDer(encryptedByForge).getBytes(), 'latin1').toString('base64'),
		'is encrypted',
	],
	['a PKCS#12 file', 'MAMCAQM=', 'is a PKCS#12 file, not a signing key'],
	[
		'the parameters of a key alone',
		'-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----',
		'is not a key',
	],
	['an RSA key', rsa.privateKey.export(pkcs8).toString(), 'is an RSA key, not an EC P-256 key'],
	[
		'an RSA key in its old form',
		rsa.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
		'is an RSA key, not an EC P-256 key',
	],
	[
		'an RSA key in its old form without its lines',
		body(rsa.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()),
		'is an RSA key, not an EC P-256 key',
	],
	['an Ed25519 key', ed25519.privateKey.export(pkcs8).toString(), 'is an ED25519 key, not an EC P-256 key'],
	['another curve', otherCurve.privateKey.export(pkcs8).toString(), 'is an EC key on the curve secp384r1, not P-256'],
	[
		'an SSH key',
		'-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjE=\n-----END OPENSSH PRIVATE KEY-----',
		'is an SSH key, not a signing key from Apple',
	],
	['the first half', p8.slice(0, 120), 'is truncated: part of the key is missing'],
	['the second half', p8.slice(120), 'is truncated: part of the key is missing'],
	['a key with a quote in it', body(p8).replace('M', 'M"'), 'is not a key'],
	['a key with a letter too many', `${body(p8).trim()}A`, 'is not a key'],
	['a single octet', 'MA==', 'is not a key'],
	['an empty DER value', 'MAA=', 'is damaged'],
	['a key id', 'ABC123DEFG', 'is not a key'],
	['a sentence', 'The key is in the safe.', 'is not a key'],
	[
		'a damaged key',
		`-----BEGIN PRIVATE KEY-----\n${Buffer.from(key.export({ type: 'pkcs8', format: 'der' }))
			.fill(0x41, 10, 30)
			.toString('base64')}\n-----END PRIVATE KEY-----`,
		'is damaged',
	],
];

describe('a signing key', () => {
	it.each(shapes)('is read %s', (_name, pasted) => {
		expect(normalizePrivateKey(pasted)).toBe(p8);
	});

	it.each(refused)('is not %s', (_name, pasted, problem) => {
		expect(problemOf(() => normalizePrivateKey(pasted))).toBe(`'Private Key' ${problem}.`);
	});

	it('is shown in no error', () => {
		for (const cut of [10, 60, 120, 180]) {
			try {
				normalizePrivateKey(p8.slice(0, cut));
				throw new Error('it was accepted');
			} catch (error) {
				const told =
					error instanceof FieldProblem ? `${error.stack}${error.problem}${error.remedy}${String(error.cause)}` : '';
				expect(told).toContain('rivate');
				expect(told).not.toContain(body(p8).slice(1, 12));
			}
		}
	});

	it('costs no time to refuse, whatever the text', () => {
		const startedMs = performance.now();
		for (const nasty of [
			'-'.repeat(500_000),
			'-----BEGIN A-----'.repeat(20_000),
			`${'\\'.repeat(300_000)}n`,
			' -'.repeat(200_000),
			'"'.repeat(300_000),
			`BEGIN ${'A '.repeat(200_000)}`,
		]) {
			expect(problemOf(() => normalizePrivateKey(nasty))).toContain('rivate');
		}
		expect(performance.now() - startedMs).toBeLessThan(5_000);
	});
});

describe('key id and team id', () => {
	it.each([
		['ABC123DEFG', 'ABC123DEFG'],
		[' abc123defg\n', 'ABC123DEFG'],
	])('%j is taken as %s', (text, id) => {
		expect(checkTenCharacters('keyId', text, 'Look.')).toBe(id);
	});

	it.each([
		['', "'Team ID' is empty."],
		['ABC123DEF', "'Team ID' must have 10 letters and digits, but has 9 characters."],
		['AuthKey_ABC123DEFG.p8', "'Team ID' must have 10 letters and digits, but has 21 characters."],
		['AuthKey_ABC123DEFG', "'Team ID' must have 10 letters and digits, but has 18 characters."],
		['ABC123DEFG.p8', "'Team ID' must have 10 letters and digits, but has 13 characters."],
		['ABC123-EFG', "'Team ID' may only contain letters and digits."],
	])('%j is refused', (text, problem) => {
		expect(problemOf(() => checkTenCharacters('teamId', text, 'Look.'))).toBe(problem);
	});
});
