/** Reads from a provider certificate what it allows: "Establishing a certificate-based connection to APNs"; extensions as seen in Apple's certificates. */
import { type X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { decodeAll, decodeObjectIdentifier, tags } from './der';
import type { Environment } from './facts';
import { appleExtensions } from './facts';

export interface ClientCertificate {
	readonly subject: string;
	readonly fingerprint256: string;
	/** Subject UID: the default topic when the certificate lists one topic only. */
	readonly uid?: string;
	/** Subject OU. */
	readonly teamId?: string;
	readonly topics: readonly string[];
	/** Neither mark (VoIP, Wallet, Website Push): both environments. */
	readonly environments: readonly Environment[];
	readonly notBeforeMs: number;
	readonly notAfterMs: number;
	/** False when the chain does not end at the simulator's authority. */
	readonly trusted: boolean;
}

/** DER of the extensions of a certificate: OID → value (RFC 5280 §4.1: the `[3]` of the first SEQUENCE). */
function extensionsOf(raw: Buffer): ReadonlyMap<string, Buffer> {
	const [outer] = decodeAll(raw);
	const [body] = outer === undefined ? [] : decodeAll(outer.content);
	const wrapped = body === undefined ? undefined : decodeAll(body.content).find(({ tag }) => tag === 0xa3);
	const [list] = wrapped === undefined ? [] : decodeAll(wrapped.content);
	const found = new Map<string, Buffer>();
	for (const entry of list === undefined ? [] : decodeAll(list.content)) {
		const parts = decodeAll(entry.content);
		const [oid] = parts;
		const value = parts.at(-1);
		if (oid !== undefined && value !== undefined) found.set(decodeObjectIdentifier(oid.content), value.content);
	}
	return found;
}

/** SEQUENCE { UTF8String topic, SEQUENCE { UTF8String kind }, … } (archived provider guide; pushy's generator). */
function topicsOf(value: Buffer | undefined): string[] {
	const [list] = value === undefined ? [] : decodeAll(value);
	return list === undefined
		? []
		: decodeAll(list.content)
				.filter(({ tag }) => tag === tags.utf8String)
				.map(({ content }) => content.toString('utf8'));
}

/** What the leaf says; `subject` lines are `KEY=value` in Node. */
export function readClientCertificate(certificate: X509Certificate, trusted: boolean): ClientCertificate {
	const line = (key: string) =>
		certificate.subject
			.split('\n')
			.find((text) => text.startsWith(`${key}=`))
			?.slice(key.length + 1);
	const extensions = extensionsOf(certificate.raw);
	const marks: Environment[] = [];
	if (extensions.has(appleExtensions.development)) marks.push('development');
	if (extensions.has(appleExtensions.production)) marks.push('production');
	const uid = line('UID');
	const listed = topicsOf(extensions.get(appleExtensions.topics));
	return {
		subject: certificate.subject,
		fingerprint256: certificate.fingerprint256,
		uid,
		teamId: line('OU'),
		topics: listed.length > 0 ? listed : uid === undefined ? [] : [uid],
		environments: marks.length > 0 ? marks : ['development', 'production'],
		notBeforeMs: Date.parse(certificate.validFrom),
		notAfterMs: Date.parse(certificate.validTo),
		trusted,
	};
}

/** The certificate a client presented, if any. `authorized` of the socket says whether OpenSSL trusts it. */
export function clientCertificateOf(socket: TLSSocket): ClientCertificate | undefined {
	const certificate = socket.getPeerX509Certificate();
	return certificate === undefined ? undefined : readClientCertificate(certificate, socket.authorized);
}

/** Fingerprints of revoked certificates; TLS with one of them comes to nothing ("Establishing a certificate-based connection"). */
export type RevokedCertificates = ReadonlySet<string>;

export type CertificateTrouble = 'BadCertificate' | 'BadCertificateEnvironment';

/** Why a certificate may not be used here, or undefined. Trust and dates go before the environment. */
export function certificateTrouble(
	certificate: ClientCertificate,
	environment: Environment,
	nowMs: number,
): CertificateTrouble | undefined {
	if (
		!certificate.trusted ||
		nowMs < certificate.notBeforeMs ||
		nowMs > certificate.notAfterMs ||
		certificate.topics.length === 0
	)
		return 'BadCertificate';
	return certificate.environments.includes(environment) ? undefined : 'BadCertificateEnvironment';
}
