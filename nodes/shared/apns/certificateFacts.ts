/** What a provider certificate says of itself, read from its DER: Apple, "Establishing a certificate-based connection to APNs". */
import type { X509Certificate } from 'node:crypto';
import { asn1, type Asn1 } from '../vendor/forge';
import type { CertificateFacts } from './identity';

type Node = Asn1.Asn1;

const oids = {
	/** X.520 commonName. */
	commonName: '2.5.4.3',
	/** RFC 4519 uid: the topic. */
	userId: '0.9.2342.19200300.100.1.1',
	/** Apple's marks (node-apn's table; Apple's certificates): present means allowed there. */
	development: '1.2.840.113635.100.6.3.1',
	production: '1.2.840.113635.100.6.3.2',
	/** Topics of PushKit VoIP. Its syntax is not published: every UTF8String in it counts as a topic. */
	voipTopics: '1.2.840.113635.100.6.3.4',
	/** SEQUENCE { UTF8String topic, SEQUENCE { UTF8String kind }, … } (Apple's archived provider guide; pushy's generator). */
	topics: '1.2.840.113635.100.6.3.6',
} as const;

/** forge keeps octets as a "binary" string. */
function decode(octets: Buffer): Node {
	return asn1.fromDer(octets.toString('latin1'));
}

function children(node: Node | undefined): Node[] {
	return node !== undefined && Array.isArray(node.value) ? node.value : [];
}

function octets(node: Node | undefined): Buffer {
	return Buffer.from(typeof node?.value === 'string' ? node.value : '', 'latin1');
}

function oidOf(node: Node | undefined): string | undefined {
	if (node?.tagClass !== asn1.Class.UNIVERSAL || node.type !== asn1.Type.OID || typeof node.value !== 'string')
		return undefined;
	return asn1.derToOid(node.value);
}

/** UTF8String, PrintableString or IA5String as text; BMPString as macOS writes some names. */
function textOf(node: Node | undefined): string | undefined {
	if (node?.tagClass !== asn1.Class.UNIVERSAL || typeof node.value !== 'string') return undefined;
	if (node.type === asn1.Type.BMPSTRING) return octets(node).swap16().toString('utf16le');
	return octets(node).toString('utf8');
}

/** First value of an attribute of a Name (RFC 5280 §4.1.2.4). */
function attribute(name: Node | undefined, oid: string): string | undefined {
	for (const set of children(name)) {
		for (const pair of children(set)) {
			const [type, value] = children(pair);
			if (oidOf(type) === oid) return textOf(value);
		}
	}
	return undefined;
}

/** Extensions of a TBSCertificate: OID to DER of the value (RFC 5280 §4.1). */
function extensionsOf(parts: readonly Node[]): ReadonlyMap<string, Buffer> {
	const wrapped = parts.find((part) => part.tagClass === asn1.Class.CONTEXT_SPECIFIC && Number(part.type) === 3);
	const found = new Map<string, Buffer>();
	for (const extension of children(children(wrapped)[0])) {
		const fields = children(extension);
		const oid = oidOf(fields[0]);
		const value = fields.at(-1);
		if (oid === undefined || value === undefined) continue;
		found.set(oid, octets(value));
	}
	return found;
}

/** UTF8Strings directly in the outer SEQUENCE; with `deep`, anywhere in it. */
function stringsOf(value: Buffer | undefined, deep: boolean): string[] {
	if (value === undefined) return [];
	try {
		const walk = (node: Node): string[] => {
			const text = node.type === asn1.Type.UTF8 ? textOf(node) : undefined;
			return text === undefined ? (deep ? children(node).flatMap(walk) : []) : [text];
		};
		return children(decode(value)).flatMap(walk);
	} catch {
		// A list in another syntax says nothing; the subject's UID is left.
		return [];
	}
}

/** Reads subject, topics, environments, validity and fingerprint of a leaf. */
export function readFacts(certificate: X509Certificate): CertificateFacts {
	const [body] = children(decode(certificate.raw));
	const parts = children(body);
	// version [0] may be absent; then serial, signature, issuer, validity, subject.
	const hasVersion = parts[0]?.tagClass === asn1.Class.CONTEXT_SPECIFIC;
	const subject = parts[hasVersion ? 5 : 4];
	const extensions = extensionsOf(parts);
	const uid = attribute(subject, oids.userId);
	const listed = [
		...stringsOf(extensions.get(oids.topics), false),
		...stringsOf(extensions.get(oids.voipTopics), true),
	];
	const topics = listed.length > 0 ? [...new Set(listed)] : uid === undefined ? [] : [uid];
	const environments: Array<'production' | 'development'> = [];
	if (extensions.has(oids.production)) environments.push('production');
	if (extensions.has(oids.development)) environments.push('development');
	return {
		commonName: attribute(subject, oids.commonName) ?? '',
		...(uid === undefined ? {} : { uid }),
		topics,
		environments,
		notBeforeMs: Date.parse(certificate.validFrom),
		notAfterMs: Date.parse(certificate.validTo),
		fingerprint256: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
	};
}

/** Whether the certificate carries any mark of Apple's push certificates; used to choose among several. */
export function looksLikePushCertificate(facts: CertificateFacts): boolean {
	return facts.environments.length > 0 || facts.uid !== undefined;
}
