/** The `.p8` signing key as people paste it: repaired where the text was mangled, refused where it is the wrong thing. */
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { FieldProblem } from './problems';

const FIELD = 'Private Key';
const WHOLE_FILE = 'Paste the whole content of the AuthKey_….p8 file that the Apple Developer portal gave you.';

/** Undoes what forms and shells do to text: byte order mark, quotes, written-out line breaks, CRLF, odd blanks. */
export function unmangle(text: string): string {
	return text
		.replace(/^\uFEFF/, '')
		.replace(/\\r\\n|\\n|\\r/g, '\n')
		.replace(/\r\n?/g, '\n')
		.replace(/[\u00a0\u200b\u200c\u200d\u2060]/g, ' ')
		.trim()
		.replace(/^(["'`])([\s\S]*)\1$/, '$2')
		.trim();
}

/** A PEM block with lines of 64 from any spacing of its base64. */
export function pemBlock(label: string, base64: string): string {
	const lines = base64.replace(/\s+/g, '').match(/.{1,64}/g) ?? [];
	return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

const BLOCK = /-+\s*BEGIN\s+([A-Z0-9 ]+?)\s*-+([\s\S]*?)-+\s*END\s+[A-Z0-9 ]+?\s*-+/g;
const BASE64 = /^[A-Za-z0-9+/\s_-]+={0,2}\s*$/;

/** The PEM blocks of a text, each with its label and base64. */
export function pemBlocks(text: string): Array<{ label: string; base64: string }> {
	return [...text.matchAll(BLOCK)].map((match) => ({ label: (match[1] ?? '').trim(), base64: (match[2] ?? '').trim() }));
}

/** Base64 of a whole PEM file is taken apart first; anything else is returned as it is. */
export function unwrapBase64(text: string): string {
	if (text.includes('-----') || !BASE64.test(text)) return text;
	const inside = Buffer.from(text.replace(/\s+/g, ''), 'base64').toString('latin1');
	return inside.includes('-----BEGIN') ? unmangle(inside) : text;
}

/** Why a PEM block of this label cannot be a signing key. */
const wrongLabels: ReadonlyArray<readonly [RegExp, string, string]> = [
	[/CERTIFICATE REQUEST/, 'is a certificate signing request, not a key', WHOLE_FILE],
	[/CERTIFICATE/, 'is a certificate, not a signing key', 'Choose the authentication "Certificate" for certificates, or paste the .p8 file here.'],
	[/PUBLIC KEY/, 'is a public key', WHOLE_FILE],
	[/ENCRYPTED/, 'is encrypted', 'Paste the .p8 file as the portal gave it; it has no passphrase.'],
	[/RSA PRIVATE KEY/, 'is an RSA key, not an EC P-256 key', WHOLE_FILE],
];

function keyFrom(der: Buffer): KeyObject | undefined {
	for (const type of ['pkcs8', 'sec1'] as const) {
		try {
			return createPrivateKey({ key: der, format: 'der', type });
		} catch {
			// The next form, or the caller's message: OpenSSL's own text could show parts of the input.
		}
	}
	return undefined;
}

/**
 * Reads a signing key from whatever was pasted and returns it as unencrypted PKCS#8 PEM.
 * Throws `FieldProblem` telling apart: empty, certificate, public key, encrypted, not EC P-256, incomplete. Never shows the key.
 */
export function normalizePrivateKey(pasted: string): string {
	const text = unwrapBase64(unmangle(pasted));
	if (text === '') throw new FieldProblem(FIELD, 'is empty', WHOLE_FILE);
	const blocks = pemBlocks(text);
	const keyBlock = blocks.find(({ label }) => label === 'PRIVATE KEY' || label === 'EC PRIVATE KEY');
	if (keyBlock === undefined) {
		const label = blocks[0]?.label ?? /BEGIN ([A-Z0-9 ]+)/.exec(text)?.[1] ?? '';
		const wrong = wrongLabels.find(([pattern]) => pattern.test(label));
		if (wrong !== undefined) throw new FieldProblem(FIELD, wrong[1], wrong[2]);
	} else if (/ENCRYPTED/.test(keyBlock.base64)) {
		throw new FieldProblem(FIELD, 'is encrypted', 'Paste the .p8 file as the portal gave it; it has no passphrase.');
	}
	// Without header and footer, or with half of them: what is left of the text is the base64.
	const base64 = (keyBlock?.base64 ?? text.replace(/-*\s*(BEGIN|END)[A-Z0-9 ]*-+/g, '').replace(/-{2,}/g, '')).replace(/\s+/g, '');
	if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) throw new FieldProblem(FIELD, 'is not a key: it holds characters no .p8 file has', WHOLE_FILE);
	const key = keyFrom(Buffer.from(base64, 'base64'));
	if (key === undefined) {
		if (base64.startsWith('MII') && base64.length > 600) throw new FieldProblem(FIELD, 'is not a signing key; it looks like a certificate or an RSA key', WHOLE_FILE);
		throw new FieldProblem(FIELD, 'is incomplete or damaged', WHOLE_FILE);
	}
	const { namedCurve } = key.asymmetricKeyDetails ?? {};
	if (key.asymmetricKeyType !== 'ec') throw new FieldProblem(FIELD, `is an ${String(key.asymmetricKeyType).toUpperCase()} key, not an EC P-256 key`, WHOLE_FILE);
	if (namedCurve !== 'prime256v1') throw new FieldProblem(FIELD, `is an EC key on the curve ${namedCurve ?? 'unknown'}, not P-256`, WHOLE_FILE);
	return key.export({ format: 'pem', type: 'pkcs8' }).toString();
}

/** Key id and team id: ten letters and digits; throws `FieldProblem`. */
export function checkTenCharacters(field: string, value: string, where: string): string {
	const text = value.trim();
	if (/^[A-Z0-9]{10}$/i.test(text)) return text.toUpperCase();
	throw new FieldProblem(field, `has ${text.length} characters; it must be 10 letters and digits`, where);
}
