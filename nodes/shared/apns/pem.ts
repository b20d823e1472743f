/** PEM as people paste it, made whole again: for signing keys, certificates, their keys and chains. */

/** A certificate chain with its key has under 20 KB; a longer text is something else. */
const MAX_TEXT_LENGTH = 262_144;

export interface PemBlock {
	/** What stands between BEGIN and the dashes, such as `PRIVATE KEY`. */
	readonly label: string;
	readonly der: Buffer;
	/** `Proc-Type: 4,ENCRYPTED` of OpenSSL's old form (RFC 1421): cipher and initial vector. */
	readonly dekInfo?: string;
	/** False when characters outside base64 stood in it, or it ends in the middle of a group. */
	readonly intact: boolean;
	/** True when only one of the lines BEGIN and END was there: what is missing may be more than that line. */
	readonly cut?: true;
}

/** Labels by their letters alone: some forms remove every blank, also the one in `PRIVATE KEY`. */
const labels: ReadonlyMap<string, string> = new Map(
	[
		'PRIVATE KEY',
		'EC PRIVATE KEY',
		'RSA PRIVATE KEY',
		'DSA PRIVATE KEY',
		'ENCRYPTED PRIVATE KEY',
		'OPENSSH PRIVATE KEY',
		'PUBLIC KEY',
		'RSA PUBLIC KEY',
		'EC PARAMETERS',
		'CERTIFICATE',
		'TRUSTED CERTIFICATE',
		'X509 CERTIFICATE',
		'CERTIFICATE REQUEST',
		'NEW CERTIFICATE REQUEST',
		'PKCS7',
		'PKCS12',
	].map((label) => [label.replaceAll(' ', ''), label]),
);

/**
 * Undoes what forms, editors, shells and chat programs do to text: byte order mark and invisible characters, blanks that
 * are none, dashes made long, line breaks written out as `\n` (once or twice escaped), quotes around the whole.
 */
export function unmangle(text: string): string {
	return text
		.replace(/[\uFEFF\u200b-\u200f\u2060\u00ad]/g, '')
		.replace(/[\u00a0\u2000-\u200a\u202f\u3000]/g, ' ')
		.replace(/[\u2010-\u2013\u2212]/g, '-')
		.replace(/[\u2014\u2015]/g, '--')
		.replace(/-{6,}/g, '-----')
		.replace(/\\{1,4}[rn]/g, '\n')
		.replace(/\\{1,4}t/g, ' ')
		.trim()
		.replace(/^["'`\u2018-\u201f]+|["'`\u2018-\u201f]+,?$/g, '')
		.trim();
}

/** One pass over the text: every run in it is bounded, so that no text makes the search slow. */
const MARKER = /-{1,5}\s{0,9}(BEGIN|END)\s{0,9}([A-Z0-9][A-Z0-9 ]{0,30}?)\s{0,9}-{1,5}/g;
/** Vectors have as many digits as the cipher's block: after them base64 may follow without any blank. */
const DEK_INFO =
	/Proc-Type:\s*4,\s*ENCRYPTED\s*DEK-Info:\s*((?:AES-\d{3}-[A-Z]{3},\s*[0-9A-Fa-f]{32})|(?:[A-Z0-9-]+,\s*[0-9A-Fa-f]{16}))/;

/** Base64 without its blanks; also the URL alphabet, which some stores use. */
function decodeBase64(text: string): { readonly der: Buffer; readonly intact: boolean } {
	const packed = text.replace(/\s+/g, '').replaceAll('-', '+').replaceAll('_', '/');
	const digits = packed.replace(/=+$/, '');
	return {
		der: Buffer.from(packed, 'base64'),
		intact: /^[A-Za-z0-9+/]*={0,2}$/.test(packed) && digits.length % 4 !== 1,
	};
}

function blockOf(label: string, body: string): PemBlock {
	const compact = label.replace(/\s+/g, '');
	const dekInfo = DEK_INFO.exec(body);
	const text = dekInfo === null ? body : body.slice(dekInfo.index + dekInfo[0].length);
	return {
		label: labels.get(compact) ?? label,
		...(dekInfo?.[1] === undefined ? {} : { dekInfo: dekInfo[1].replace(/\s+/g, '') }),
		...decodeBase64(text),
	};
}

/**
 * All PEM blocks of a text, in its order, however it was mangled; text between them (such as `Bag Attributes`) is ignored.
 * Without header and footer, or with one of them only, the rest is one block with the label that is left, or ''.
 * Base64 of a whole PEM file is taken apart first. Never throws; an empty list means nothing but blanks.
 */
export function readPem(pasted: string, depth = 0): PemBlock[] {
	const text = unmangle(pasted.slice(0, MAX_TEXT_LENGTH));
	if (text === '') return [];
	const markers = [...text.matchAll(MARKER)];
	const blocks = markers.flatMap((marker, at) => {
		const next = markers[at + 1];
		if (marker[1] !== 'BEGIN' || next?.[1] !== 'END') return [];
		return [blockOf(marker[2] ?? '', text.slice(marker.index + marker[0].length, next.index))];
	});
	if (blocks.length > 0) return blocks;
	const whole = blockOf(markers[0]?.[2] ?? '', text.replace(MARKER, '').replace(/-{2,}/g, ''));
	const block: PemBlock = markers.length === 0 ? whole : { ...whole, cut: true };
	const inside = block.der.toString('latin1');
	// The second is the first once more in base64, as secrets of Kubernetes are.
	if (depth < 2 && /-----\s*BEGIN|^\s*LS0tLS1CRUdJTi/.test(inside))
		return readPem(block.der.toString('utf8'), depth + 1);
	return [block];
}

/** A PEM block with lines of 64 characters (RFC 7468). */
export function writePem(label: string, der: Buffer): string {
	const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
	return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

/** Octets a DER value says it has, header included; undefined when the first octets are no DER SEQUENCE. */
export function derLength(der: Buffer): number | undefined {
	if (der.length < 2 || der[0] !== 0x30) return undefined;
	const first = der.readUInt8(1);
	if (first < 0x80) return 2 + first;
	const lengthOctets = first & 0x7f;
	if (lengthOctets < 1 || lengthOctets > 4 || der.length < 2 + lengthOctets) return undefined;
	return 2 + lengthOctets + der.readUIntBE(2, lengthOctets);
}

/** PKCS#12 begins with version 3 (RFC 7292 §4). */
export function looksLikePkcs12(der: Buffer): boolean {
	// A cut file is still one: its header is enough. So is one of indefinite length, which some programs write.
	const first = der[1] ?? 0;
	const at = first < 0x80 ? 2 : 2 + (first & 0x7f);
	return der[0] === 0x30 && der[at] === 0x02 && der[at + 1] === 0x01 && der[at + 2] === 0x03;
}

/** Arcs 1.2.840.113549.1.5 (PKCS#5) and 1.2.840.113549.1.12.1 (PKCS#12) of password-based encryption. */
const encryptionArcs = [Buffer.from('2a864886f70d0105', 'hex'), Buffer.from('2a864886f70d010c01', 'hex')];

/** EncryptedPrivateKeyInfo begins with its algorithm (RFC 5958 §3). */
export function looksEncrypted(der: Buffer): boolean {
	// The headers of two SEQUENCEs, four octets each at most, that of an OBJECT IDENTIFIER, and the longer of the arcs.
	const algorithm = der.subarray(0, 19);
	return encryptionArcs.some((arc) => algorithm.includes(arc));
}
