/** The `.p8` signing key as people paste it: repaired where the text was mangled, refused where it is the wrong thing. */
import { createPrivateKey, createPublicKey, X509Certificate, type KeyObject } from 'node:crypto';
import { choice, field, type FieldId, type FieldText, text } from './fields';
import { derLength, looksEncrypted, looksLikePkcs12, readPem, type PemBlock } from './pem';
import { FieldProblem, type ProblemCode } from './problems';

const FIELD = 'privateKey';
const WHOLE_FILE = 'Paste the whole content of the AuthKey_….p8 file from the Apple Developer portal.';
const NO_PASSPHRASE = 'Paste the .p8 file as downloaded from the Apple Developer portal. It has no passphrase.';
const USE_CERTIFICATE = text`Paste the .p8 file here, or set ${field('authentication')} to ${choice('authentication', 'certificate')} and paste it there.`;

/** Why a PEM block of this label cannot be a signing key; the first match counts. */
const wrongLabels: ReadonlyArray<readonly [pattern: RegExp, code: ProblemCode, problem: string, remedy: FieldText]> = [
	[/CERTIFICATE REQUEST/, 'wrongKind', 'is a certificate signing request, not a signing key', WHOLE_FILE],
	[/CERTIFICATE|PKCS7/, 'wrongKind', 'is a certificate, not a signing key', USE_CERTIFICATE],
	[/PUBLIC KEY/, 'wrongKind', 'is a public key, not a private key', WHOLE_FILE],
	[/ENCRYPTED/, 'encrypted', 'is encrypted', NO_PASSPHRASE],
	[/RSA PRIVATE KEY/, 'wrongKind', 'is an RSA key, not an EC P-256 key', WHOLE_FILE],
	[/OPENSSH/, 'wrongKind', 'is an SSH key, not a signing key from Apple', WHOLE_FILE],
];

/** DER of a key, whatever wrapped it; OpenSSL's own error text could show parts of the input and is dropped. */
function keyFrom(der: Buffer): KeyObject | undefined {
	for (const type of ['pkcs8', 'sec1', 'pkcs1'] as const) {
		try {
			return createPrivateKey({ key: der, format: 'der', type });
		} catch {
			// The next form, or the words of the caller.
		}
	}
	return undefined;
}

function reads(parse: () => unknown): boolean {
	try {
		parse();
		return true;
	} catch {
		return false;
	}
}

/** What DER without a label turns out to be. */
function problemOf(der: Buffer): FieldProblem {
	if (looksLikePkcs12(der))
		return new FieldProblem(FIELD, 'wrongKind', 'is a PKCS#12 file, not a signing key', USE_CERTIFICATE);
	if (reads(() => new X509Certificate(der)))
		return new FieldProblem(FIELD, 'wrongKind', 'is a certificate, not a signing key', USE_CERTIFICATE);
	if (reads(() => createPublicKey({ key: der, format: 'der', type: 'spki' })))
		return new FieldProblem(FIELD, 'wrongKind', 'is a public key, not a private key', WHOLE_FILE);
	if (looksEncrypted(der)) return new FieldProblem(FIELD, 'encrypted', 'is encrypted', NO_PASSPHRASE);
	return new FieldProblem(FIELD, 'damaged', 'is damaged', WHOLE_FILE);
}

/** The block that may be the key: OpenSSL writes `EC PARAMETERS` before it. */
function keyBlock(blocks: readonly PemBlock[]): PemBlock {
	const block = blocks.find(({ label }) => label === 'PRIVATE KEY' || label === 'EC PRIVATE KEY') ?? blocks[0];
	if (block === undefined) throw new FieldProblem(FIELD, 'missing', 'is empty', WHOLE_FILE);
	const wrong = wrongLabels.find(([pattern]) => pattern.test(block.label));
	if (wrong !== undefined) throw new FieldProblem(FIELD, wrong[1], wrong[2], wrong[3]);
	if (block.dekInfo !== undefined) throw new FieldProblem(FIELD, 'encrypted', 'is encrypted', NO_PASSPHRASE);
	return block;
}

/**
 * Reads a signing key from whatever was pasted and returns it as unencrypted PKCS#8 PEM (RFC 5958).
 * Throws `FieldProblem` telling apart: empty, certificate, request, PKCS#12, public key, encrypted, not EC, another curve,
 * incomplete, damaged. Never shows the key.
 */
export function normalizePrivateKey(pasted: string): string {
	const block = keyBlock(readPem(pasted));
	const length = derLength(block.der);
	// A key that was cut ends in the middle of a group of base64 three times out of four.
	if (length !== undefined && length > block.der.length) throw incomplete();
	if (!block.intact || length === undefined) {
		if (block.cut === true) throw incomplete();
		throw new FieldProblem(FIELD, 'notBase64', 'is not a key', WHOLE_FILE);
	}
	const der = block.der.subarray(0, length);
	const key = keyFrom(der);
	if (key === undefined) throw problemOf(der);
	const { namedCurve } = key.asymmetricKeyDetails ?? {};
	if (key.asymmetricKeyType !== 'ec')
		throw new FieldProblem(
			FIELD,
			'wrongKind',
			`is an ${String(key.asymmetricKeyType).toUpperCase()} key, not an EC P-256 key`,
			WHOLE_FILE,
		);
	if (namedCurve !== 'prime256v1')
		throw new FieldProblem(
			FIELD,
			'wrongKind',
			`is an EC key on the curve ${namedCurve ?? 'unknown'}, not P-256`,
			WHOLE_FILE,
		);
	return key.export({ format: 'pem', type: 'pkcs8' }).toString();
}

function incomplete(): FieldProblem {
	return new FieldProblem(FIELD, 'incomplete', 'is truncated: part of the key is missing', WHOLE_FILE);
}

/** Key id and team id: ten letters and digits, which Apple writes in capitals; throws `FieldProblem`. */
export function checkTenCharacters(id: FieldId, value: string, where: string): string {
	const trimmed = value.trim();
	if (/^[A-Z0-9]{10}$/i.test(trimmed)) return trimmed.toUpperCase();
	if (trimmed === '') throw new FieldProblem(id, 'missing', 'is empty', where);
	if (trimmed.length === 10) throw new FieldProblem(id, 'badCharacters', 'may only contain letters and digits', where);
	throw new FieldProblem(
		id,
		'badLength',
		`must have 10 letters and digits, but has ${trimmed.length} characters`,
		where,
	);
}
