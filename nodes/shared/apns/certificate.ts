/** A provider certificate with its key, from PEM: repaired, decrypted, ordered and checked against each other. */
import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { pki, asn1 } from '../vendor/forge';
import { choice, field, text } from './fields';
import { readFacts, looksLikePushCertificate } from './certificateFacts';
import type { CertificateFacts, CertificateIdentity } from './identity';
import { derLength, looksLikePkcs12, readPem, writePem, type PemBlock } from './pem';
import { FieldProblem } from './problems';

const CERTIFICATE = 'certificate';
const KEY = 'certificateKey';
const PASSPHRASE = 'passphrase';
const WHOLE_CERTIFICATE = 'Paste the whole certificate, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----.';
const WHOLE_KEY = 'Paste the whole private key of the certificate, from -----BEGIN … PRIVATE KEY----- to its END line.';

export interface PemIdentityInput {
	readonly certificatePem: string;
	/** May be empty when the certificate's text holds the key as well, as Apple's `YourSSLCertAndPrivateKey.pem` does. */
	readonly privateKeyPem?: string;
	readonly passphrase?: string;
}

export interface Leaf {
	readonly certificate: X509Certificate;
	readonly key: KeyObject;
	readonly facts: CertificateFacts;
}

/** Whether a certificate was cut off or cannot be parsed at all. */
function certificateFrom(block: PemBlock): X509Certificate {
	const length = derLength(block.der);
	if (!block.intact || length === undefined || length > block.der.length)
		throw new FieldProblem(CERTIFICATE, 'incomplete', 'is truncated or damaged', WHOLE_CERTIFICATE);
	try {
		return new X509Certificate(block.der.subarray(0, length));
	} catch {
		throw new FieldProblem(CERTIFICATE, 'damaged', 'cannot be read as an X.509 certificate', WHOLE_CERTIFICATE);
	}
}

/** What else people put into the certificate's field. */
const notCertificates: ReadonlyArray<readonly [RegExp, string]> = [
	[/REQUEST/, 'a certificate signing request'],
	[/PRIVATE KEY/, 'a private key'],
	[/PUBLIC KEY/, 'a public key'],
	[/PKCS7/, 'a PKCS#7 file'],
];

/** At least one. */
function certificatesIn(blocks: readonly PemBlock[]): [X509Certificate, ...X509Certificate[]] {
	const named = blocks.filter(({ label }) => /^(TRUSTED |X509 )?CERTIFICATE$/.test(label));
	const [leaf, ...chain] = named;
	if (leaf !== undefined && !looksLikePkcs12(leaf.der)) return [certificateFrom(leaf), ...chain.map(certificateFrom)];
	const [first] = blocks;
	if (first === undefined) throw new FieldProblem(CERTIFICATE, 'missing', 'is empty', WHOLE_CERTIFICATE);
	if (looksLikePkcs12(first.der)) {
		throw new FieldProblem(
			CERTIFICATE,
			'wrongKind',
			'is a PKCS#12 file, not PEM',
			text`Set ${field('identityFormat')} to ${choice('identityFormat', 'p12')} and paste the file there.`,
		);
	}
	if (first.label === '') return [certificateFrom(first)];
	const what = notCertificates.find(([pattern]) => pattern.test(first.label))?.[1] ?? 'something else';
	throw new FieldProblem(CERTIFICATE, 'wrongKind', `is ${what}, not a certificate`, WHOLE_CERTIFICATE);
}

function parseKey(block: PemBlock, passphrase: string | undefined): KeyObject | undefined {
	const pem = block.dekInfo === undefined ? writePem(block.label, block.der) : writeOldPem(block);
	try {
		return createPrivateKey({ key: pem, format: 'pem', passphrase: passphrase ?? '' });
	} catch {
		// OpenSSL's text may show parts of the input; the callers below have words of their own.
		return undefined;
	}
}

/** RFC 1421 headers, which OpenSSL needs to decrypt its old form. */
function writeOldPem(block: PemBlock): string {
	const headers = `Proc-Type: 4,ENCRYPTED\nDEK-Info: ${block.dekInfo ?? ''}\n\n`;
	return writePem(block.label, block.der).replace('\n', `\n${headers}`);
}

/** PKCS#8 encrypted with RC2-40 or another cipher OpenSSL 3 refuses. */
function decryptOldPkcs8(der: Buffer, passphrase: string): KeyObject | undefined {
	try {
		const opened = pki.decryptPrivateKeyInfo(asn1.fromDer(der.toString('latin1')), passphrase);
		if (opened === null) return undefined;
		return createPrivateKey({
			key: Buffer.from(asn1.toDer(opened).getBytes(), 'latin1'),
			format: 'der',
			type: 'pkcs8',
		});
	} catch {
		return undefined;
	}
}

function unlabelledKey(der: Buffer): KeyObject | undefined {
	for (const type of ['pkcs8', 'pkcs1', 'sec1'] as const) {
		try {
			return createPrivateKey({ key: der, format: 'der', type });
		} catch {
			// The next form.
		}
	}
	return undefined;
}

function keyIn(blocks: readonly PemBlock[], passphrase: string | undefined): KeyObject {
	const block = blocks.find(({ label }) => label.endsWith('PRIVATE KEY')) ?? blocks[0];
	if (block === undefined) throw new FieldProblem(KEY, 'missing', 'is empty', WHOLE_KEY);
	if (/CERTIFICATE/.test(block.label))
		throw new FieldProblem(KEY, 'wrongKind', 'is a certificate, not a private key', WHOLE_KEY);
	if (/PUBLIC KEY/.test(block.label))
		throw new FieldProblem(KEY, 'wrongKind', 'is a public key, not a private key', WHOLE_KEY);
	const encrypted = block.dekInfo !== undefined || block.label === 'ENCRYPTED PRIVATE KEY';
	const length = derLength(block.der);
	// What OpenSSL's old form encrypts is no DER to look at.
	const damaged = !block.intact || (block.dekInfo === undefined && (length === undefined || length > block.der.length));
	if (damaged) throw new FieldProblem(KEY, 'incomplete', 'is truncated or damaged', WHOLE_KEY);
	if (encrypted && (passphrase === undefined || passphrase === '')) {
		throw new FieldProblem(
			PASSPHRASE,
			'missing',
			'is empty, but the private key is encrypted',
			'Enter the passphrase that was chosen when the key was exported.',
		);
	}
	const key = block.label === '' ? unlabelledKey(block.der) : parseKey(block, passphrase);
	if (key !== undefined) return key;
	const old = block.label === 'ENCRYPTED PRIVATE KEY' ? decryptOldPkcs8(block.der, passphrase ?? '') : undefined;
	if (old !== undefined) return old;
	if (encrypted)
		throw new FieldProblem(
			PASSPHRASE,
			'wrongPassphrase',
			'does not open the private key',
			'Enter the passphrase that was chosen when the key was exported. Capital letters and spaces count.',
		);
	throw new FieldProblem(KEY, 'damaged', 'cannot be read as a private key', WHOLE_KEY);
}

/** The certificate that belongs to the key; among several, a push certificate that lasts longest. */
export function chooseLeaf(certificates: readonly X509Certificate[], keys: readonly KeyObject[]): Leaf | undefined {
	const found: Leaf[] = [];
	for (const certificate of certificates) {
		const key = keys.find((candidate) => certificate.checkPrivateKey(candidate));
		if (key !== undefined) found.push({ certificate, key, facts: readFacts(certificate) });
	}
	const rank = ({ facts }: Leaf): number => (looksLikePushCertificate(facts) ? 1 : 0);
	return found.sort((a, b) => rank(b) - rank(a) || b.facts.notAfterMs - a.facts.notAfterMs)[0];
}

/** Leaf first, then each certificate's issuer as far as they are there; the server cannot use others. */
function orderChain(leaf: X509Certificate, certificates: readonly X509Certificate[]): X509Certificate[] {
	const chain = [leaf];
	for (let last = leaf; ;) {
		const issuer = certificates.find(
			(candidate) =>
				!chain.includes(candidate) && candidate.fingerprint256 !== last.fingerprint256 && last.checkIssued(candidate),
		);
		if (issuer === undefined) return chain;
		chain.push(issuer);
		last = issuer;
	}
}

/** The identity of a leaf, its key and what else came with it. */
export function identityOf(leaf: Leaf, certificates: readonly X509Certificate[]): CertificateIdentity {
	return {
		type: 'certificate',
		certificatePem: orderChain(leaf.certificate, certificates)
			.map((certificate) => writePem('CERTIFICATE', certificate.raw))
			.join(''),
		privateKeyPem: leaf.key.export({ format: 'pem', type: 'pkcs8' }).toString(),
		facts: leaf.facts,
	};
}

/**
 * Reads certificate, chain and key from PEM as people paste it. Throws `FieldProblem` telling apart: empty, wrong kind,
 * damaged, passphrase missing or wrong, key of another certificate. Never shows the key or the passphrase.
 */
export function readCertificateIdentity({
	certificatePem,
	privateKeyPem,
	passphrase,
}: PemIdentityInput): CertificateIdentity {
	const blocks = readPem(certificatePem);
	const certificates = certificatesIn(blocks);
	const keyBlocks = readPem(privateKeyPem ?? '');
	const key = keyIn(
		keyBlocks.length > 0 ? keyBlocks : blocks.filter(({ label }) => label.endsWith('PRIVATE KEY')),
		passphrase,
	);
	const leaf = chooseLeaf(certificates, [key]);
	if (leaf === undefined) {
		throw new FieldProblem(
			KEY,
			'mismatch',
			`does not belong to the certificate "${readFacts(certificates[0]).commonName}"`,
			'Export the certificate and its private key together.',
		);
	}
	return identityOf(leaf, certificates);
}
