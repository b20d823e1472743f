/** A provider identity from PKCS#12 (.p12), as Keychain exports it today and as it did with RC2-40, which OpenSSL 3 refuses. */
import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { asn1, pkcs12, pki, type Asn1, type Pkcs12 } from '../vendor/forge';
import { chooseLeaf, identityOf } from './certificate';
import { choice, field, text as words } from './fields';
import type { CertificateIdentity } from './identity';
import { derLength, looksLikePkcs12, readPem, unmangle } from './pem';
import { FieldProblem } from './problems';

const FIELD = 'p12Secret';
const PASSPHRASE = 'passphrase';
const EXPORT =
	'In Keychain Access, select the certificate together with its private key and export both as a .p12 file. Then paste the output of: base64 -i file.p12';
const AS_PEM = words`Set ${field('identityFormat')} to ${choice('identityFormat', 'pem')} and paste it there.`;

export interface Pkcs12Input {
	/** The file in base64; line breaks and a `data:` prefix do no harm. */
	readonly p12Base64: string;
	readonly passphrase?: string;
}

function fileOf(pasted: string): Buffer {
	const text = unmangle(pasted).replace(/^data:[^,]{0,100},/, '');
	if (text === '') throw new FieldProblem(FIELD, 'missing', 'is empty', EXPORT);
	// Windows' `certutil -encode` writes BEGIN CERTIFICATE around whatever file it is given.
	const encoded = readPem(text).find(({ label, der }) => label === 'CERTIFICATE' && looksLikePkcs12(der));
	if (encoded !== undefined) return whole(encoded.der);
	if (/BEGIN[A-Z0-9 ]*(CERTIFICATE|PRIVATE KEY)/.test(text))
		throw new FieldProblem(FIELD, 'wrongKind', 'is PEM text', AS_PEM);
	const base64 = text
		.replace(/-+(BEGIN|END)[A-Z0-9 ]*-+/g, '')
		.replace(/\s+/g, '')
		.replaceAll('-', '+')
		.replaceAll('_', '/');
	const file = Buffer.from(base64, 'base64');
	if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) throw new FieldProblem(FIELD, 'notBase64', 'is not base64', EXPORT);
	if (!looksLikePkcs12(file)) {
		// Base64 of PEM is a common slip: the file had been converted before.
		if (file.toString('latin1').includes('-----BEGIN'))
			throw new FieldProblem(FIELD, 'wrongKind', 'is PEM text in base64', AS_PEM);
		throw new FieldProblem(FIELD, 'wrongKind', 'is not a PKCS#12 file', EXPORT);
	}
	return whole(file);
}

function whole(file: Buffer): Buffer {
	const length = derLength(file) ?? 0;
	// Keychain and Java write indefinite lengths at times; those have no length to compare.
	if (length > file.length) throw new FieldProblem(FIELD, 'incomplete', 'is truncated', EXPORT);
	return file;
}

interface Attempt {
	/** undefined stands for no passphrase at all, which is not the same octets as an empty one (RFC 7292 appendix B.1). */
	readonly passphrase: string | undefined;
	readonly checkMac: boolean;
}

/**
 * What to try. forge hands one string to both schemes, but they want other octets of a passphrase that is not ASCII:
 * PKCS#12's own UTF-16 (the MAC, old ciphers), PBES2 UTF-8. A MAC verified with the one and the content with the other
 * cannot be had; so the second attempt leaves the MAC out: padding and structure tell whether it opened.
 */
function attemptsFor(passphrase: string | undefined): readonly Attempt[] {
	if (passphrase === undefined || passphrase === '')
		return [
			{ passphrase: '', checkMac: true },
			{ passphrase: undefined, checkMac: true },
		];
	const utf8 = Buffer.from(passphrase, 'utf8').toString('latin1');
	const first: Attempt = { passphrase, checkMac: true };
	return utf8 === passphrase ? [first] : [first, { passphrase: utf8, checkMac: false }];
}

type Failure = 'passphrase' | 'unsupported' | 'damaged';

/** forge tells its causes by text only; the texts are those of pkcs12.js and pbe.js. */
function failureOf(error: unknown): Failure {
	const text = error instanceof Error ? error.message : '';
	if (/unsupported|unknown hash/i.test(text)) return 'unsupported';
	return /password|could not be verified|failed to decrypt|too few bytes|iteration count/i.test(text)
		? 'passphrase'
		: 'damaged';
}

function open(file: Buffer, passphrase: string | undefined): Pkcs12.Pkcs12Pfx {
	const failures: Failure[] = [];
	for (const attempt of attemptsFor(passphrase)) {
		try {
			const root = asn1.fromDer(file.toString('latin1'));
			// PFX { version, authSafe, macData OPTIONAL }
			if (!attempt.checkMac && Array.isArray(root.value)) root.value.length = 2;
			return pkcs12.pkcs12FromAsn1(root, false, attempt.passphrase);
		} catch (error) {
			// The cause is not kept: forge's errors may carry decrypted parts.
			failures.push(failureOf(error));
		}
	}
	if (failures[0] === 'damaged') throw new FieldProblem(FIELD, 'damaged', 'is damaged', EXPORT);
	if (failures[0] === 'unsupported') {
		throw new FieldProblem(
			FIELD,
			'unsupported',
			'uses an encryption that this package does not support',
			words`Convert the file with: openssl pkcs12 -in file.p12 -nodes. Then set ${field('identityFormat')} to ${choice('identityFormat', 'pem')} and paste the output.`,
		);
	}
	if (passphrase === undefined || passphrase === '')
		throw new FieldProblem(
			PASSPHRASE,
			'missing',
			'is empty, but the PKCS#12 file needs one',
			'Enter the passphrase that was chosen when the file was exported.',
		);
	throw new FieldProblem(
		PASSPHRASE,
		'wrongPassphrase',
		'does not open the PKCS#12 file',
		'Enter the passphrase that was chosen when the file was exported. Capital letters and spaces count.',
	);
}

function derOf(node: Asn1.Asn1): Buffer {
	return Buffer.from(asn1.toDer(node).getBytes(), 'latin1');
}

function bags(pfx: Pkcs12.Pkcs12Pfx, ...types: readonly string[]): Pkcs12.Bag[] {
	return types.flatMap((bagType) => pfx.getBags({ bagType })[bagType] ?? []);
}

/** RSA keys come parsed, others (EC) as PrivateKeyInfo. */
function keyOf(bag: Pkcs12.Bag): KeyObject | undefined {
	const node = bag.key ? pki.wrapRsaPrivateKey(pki.privateKeyToAsn1(bag.key)) : bag.asn1;
	try {
		return node === undefined ? undefined : createPrivateKey({ key: derOf(node), format: 'der', type: 'pkcs8' });
	} catch {
		return undefined;
	}
}

function certificateOf(bag: Pkcs12.Bag): X509Certificate | undefined {
	const node = bag.cert ? pki.certificateToAsn1(bag.cert) : bag.asn1;
	try {
		return node === undefined ? undefined : new X509Certificate(derOf(node));
	} catch {
		return undefined;
	}
}

/**
 * Reads certificate, chain and key from a PKCS#12 file. Throws `FieldProblem` telling apart: empty, not PKCS#12, damaged,
 * passphrase missing or wrong, an unsupported encryption, no key or no certificate in it. Shows neither key nor passphrase.
 */
export function readPkcs12({ p12Base64, passphrase }: Pkcs12Input): CertificateIdentity {
	const pfx = open(fileOf(p12Base64), passphrase);
	const { oids } = pki;
	const keys = bags(pfx, oids.pkcs8ShroudedKeyBag ?? '', oids.keyBag ?? '').flatMap((bag) => keyOf(bag) ?? []);
	const certificates = bags(pfx, oids.certBag ?? '').flatMap((bag) => certificateOf(bag) ?? []);
	if (keys.length === 0) throw new FieldProblem(FIELD, 'incomplete', 'contains no private key', EXPORT);
	if (certificates.length === 0) throw new FieldProblem(FIELD, 'incomplete', 'contains no certificate', EXPORT);
	const leaf = chooseLeaf(certificates, keys);
	if (leaf === undefined)
		throw new FieldProblem(
			FIELD,
			'mismatch',
			'contains a certificate and a private key that do not belong together',
			EXPORT,
		);
	return identityOf(leaf, certificates);
}
