/** Makes, at run time and with nothing but `node:crypto`: a certificate authority, server and provider certificates, signing keys. */
import type { KeyObject } from 'node:crypto';
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';
import type { CertificateKind, Environment } from './facts';
import { appleExtensions, certificateKinds } from './facts';
import * as der from './der';

export type KeyType = 'rsa' | 'ec';

/** A certificate with its private key, both PEM. */
export interface IssuedCertificate {
	readonly certificatePem: string;
	readonly privateKeyPem: string;
}

export interface ProviderCertificateOptions {
	/** Topic of the app, pass type or MDM server: Subject UID. */
	readonly uid: string;
	/** Default `universal`: "Apple Push Services". */
	readonly kind?: CertificateKind;
	/** Default: what the kind allows. */
	readonly environments?: readonly Environment[];
	/** Extension .6, topic and kind of topic; default none (the certificate then serves its UID alone). */
	readonly topics?: ReadonlyArray<{ readonly topic: string; readonly kind: string }>;
	/** Subject OU. Default `TEAM000001`. */
	readonly teamId?: string;
	readonly keyType?: KeyType;
	readonly notBeforeMs?: number;
	/** Default: a year after `notBeforeMs`, as Apple's. */
	readonly notAfterMs?: number;
}

export interface Authority {
	/** What a client must trust (PEM). */
	readonly caPem: string;
	/** A server certificate; default hosts: localhost, 127.0.0.1 and ::1. */
	server(options?: {
		readonly hosts?: readonly string[];
		readonly notBeforeMs?: number;
		readonly notAfterMs?: number;
		readonly keyType?: KeyType;
	}): IssuedCertificate;
	/** A provider certificate as Apple's portal issues them. */
	provider(options: ProviderCertificateOptions): IssuedCertificate;
}

export interface SigningKey {
	/** 10 characters, as in `AuthKey_<keyId>.p8`. */
	readonly keyId: string;
	/** Unencrypted PKCS#8 PEM: the content of the .p8 file. */
	readonly privateKeyPem: string;
	readonly publicKey: KeyObject;
}

const dayMs = 86_400_000;
const oids = {
	commonName: '2.5.4.3',
	organization: '2.5.4.10',
	organizationalUnit: '2.5.4.11',
	country: '2.5.4.6',
	userId: '0.9.2342.19200300.100.1.1',
	subjectKeyId: '2.5.29.14',
	keyUsage: '2.5.29.15',
	subjectAltName: '2.5.29.17',
	basicConstraints: '2.5.29.19',
	authorityKeyId: '2.5.29.35',
	extendedKeyUsage: '2.5.29.37',
	serverAuth: '1.3.6.1.5.5.7.3.1',
	clientAuth: '1.3.6.1.5.5.7.3.2',
	sha256WithRsa: '1.2.840.113549.1.1.11',
	sha256WithEcdsa: '1.2.840.10045.4.3.2',
} as const;

type Subject = ReadonlyArray<readonly [oid: string, value: string]>;

interface Issuer {
	readonly name: Subject;
	readonly key: KeyObject;
	readonly keyId: Buffer;
}

interface CertificatePlan {
	readonly subject: Subject;
	readonly key: KeyObject;
	readonly issuer: Issuer;
	readonly notBeforeMs: number;
	readonly notAfterMs: number;
	readonly extensions: readonly Buffer[];
}

function generateKey(type: KeyType): KeyObject {
	return type === 'rsa'
		? generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
		: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}

function name(subject: Subject): Buffer {
	return der.sequence(
		...subject.map(([oid, value]) => {
			// X.520: a country is a PrintableString; all else here may be UTF-8.
			const text = oid === oids.country ? der.encode(der.tags.printableString, Buffer.from(value)) : der.utf8(value);
			return der.set(der.sequence(der.objectIdentifier(oid), text));
		}),
	);
}

function extension(oid: string, value: Buffer, critical = false): Buffer {
	return der.sequence(der.objectIdentifier(oid), ...(critical ? [der.yes()] : []), der.octets(value));
}

function publicKeyInfo(key: KeyObject): Buffer {
	return createPublicKey(key).export({ type: 'spki', format: 'der' });
}

function keyIdentifier(key: KeyObject): Buffer {
	return createHash('sha1').update(publicKeyInfo(key)).digest();
}

/** RFC 5280 §4.1. */
function certificate(plan: CertificatePlan): string {
	const rsa = plan.issuer.key.asymmetricKeyType === 'rsa';
	const algorithm = rsa
		? der.sequence(der.objectIdentifier(oids.sha256WithRsa), der.nothing())
		: der.sequence(der.objectIdentifier(oids.sha256WithEcdsa));
	const serial = randomBytes(12);
	serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
	const body = der.sequence(
		der.explicit(0, der.integer(Buffer.from([2]))),
		der.integer(serial),
		algorithm,
		name(plan.issuer.name),
		der.sequence(der.time(plan.notBeforeMs), der.time(plan.notAfterMs)),
		name(plan.subject),
		publicKeyInfo(plan.key),
		der.explicit(
			3,
			der.sequence(
				extension(oids.subjectKeyId, der.octets(keyIdentifier(plan.key))),
				extension(oids.authorityKeyId, der.sequence(der.implicit(0, plan.issuer.keyId))),
				...plan.extensions,
			),
		),
	);
	const signed = der.sequence(body, algorithm, der.bits(sign('sha256', body, plan.issuer.key)));
	const lines = signed.toString('base64').match(/.{1,64}/g) ?? [];
	return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function pem(key: KeyObject): string {
	return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function ipBytes(address: string): Buffer {
	if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number));
	const [head = '', tail = ''] = address.split('::');
	const groups = (text: string) => (text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16)));
	const left = groups(head);
	const right = groups(tail);
	const all = [...left, ...new Array<number>(8 - left.length - right.length).fill(0), ...right];
	return Buffer.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}

const digitalSignature = () => extension(oids.keyUsage, der.bits(Buffer.from([0x80]), 7), true);
const usage = (oid: string) => extension(oids.extendedKeyUsage, der.sequence(der.objectIdentifier(oid)));

/** Makes a certificate authority of its own. EC keys by default: they take a millisecond where RSA takes a hundred. */
export function createAuthority(options: { readonly name?: string; readonly keyType?: KeyType } = {}): Authority {
	const key = generateKey(options.keyType ?? 'ec');
	const issuer: Issuer = {
		name: [
			[oids.organization, 'APNs simulator'],
			[oids.commonName, options.name ?? 'APNs simulator CA'],
		],
		key,
		keyId: keyIdentifier(key),
	};
	const now = Date.now();
	const caPem = certificate({
		subject: issuer.name,
		key,
		issuer,
		notBeforeMs: now - 3650 * dayMs,
		notAfterMs: now + 3650 * dayMs,
		extensions: [
			extension(oids.basicConstraints, der.sequence(der.yes()), true),
			extension(oids.keyUsage, der.bits(Buffer.from([0x06]), 1), true),
		],
	});

	function issue(keyType: KeyType, plan: Omit<CertificatePlan, 'key' | 'issuer'>): IssuedCertificate {
		const own = generateKey(keyType);
		return { certificatePem: certificate({ ...plan, key: own, issuer }), privateKeyPem: pem(own) };
	}

	return {
		caPem,
		server({
			hosts = ['localhost', '127.0.0.1', '::1'],
			notBeforeMs = Date.now() - dayMs,
			notAfterMs = notBeforeMs + 365 * dayMs,
			keyType = 'ec',
		} = {}) {
			const names = hosts.map((host) =>
				isIP(host) === 0 ? der.implicit(2, Buffer.from(host)) : der.implicit(7, ipBytes(host)),
			);
			return issue(keyType, {
				subject: [[oids.commonName, hosts[0] ?? 'localhost']],
				notBeforeMs,
				notAfterMs,
				extensions: [
					digitalSignature(),
					usage(oids.serverAuth),
					extension(oids.subjectAltName, der.sequence(...names)),
				],
			});
		},
		provider({
			uid,
			kind = 'universal',
			environments,
			topics = [],
			teamId = 'TEAM000001',
			keyType = 'rsa',
			notBeforeMs = Date.now() - dayMs,
			notAfterMs = notBeforeMs + 365 * dayMs,
		}) {
			const row = certificateKinds[kind];
			const marks = environments ?? row.environments;
			const list = topics.flatMap(({ topic, kind: topicKind }) => [der.utf8(topic), der.sequence(der.utf8(topicKind))]);
			return issue(keyType, {
				subject: [
					[oids.userId, uid],
					[oids.commonName, `${row.commonName}${uid}`],
					[oids.organizationalUnit, teamId],
					[oids.organization, 'Example Corp'],
					[oids.country, 'US'],
				],
				notBeforeMs,
				notAfterMs,
				extensions: [
					digitalSignature(),
					usage(oids.clientAuth),
					...(marks.includes('development') ? [extension(appleExtensions.development, der.nothing())] : []),
					...(marks.includes('production') ? [extension(appleExtensions.production, der.nothing())] : []),
					...(list.length > 0 ? [extension(appleExtensions.topics, der.sequence(...list))] : []),
				],
			});
		},
	};
}

/** A fresh ES256 key as Apple's portal hands them out. */
export function createSigningKey(keyId: string = randomKeyId()): SigningKey {
	const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
	return { keyId, privateKeyPem: pem(privateKey), publicKey };
}

/** 10 characters out of Apple's alphabet for key ids. */
export function randomKeyId(): string {
	const alphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
	return Array.from(randomBytes(10), (byte) => alphabet[byte % alphabet.length]).join('');
}

export interface TokenClaims {
	readonly teamId: string;
	readonly keyId: string;
	readonly privateKeyPem: string;
	/** `iat`; default: now. */
	readonly issuedAtSeconds?: number;
	/** Default `raw` (RFC 7518); Apple's own command-line recipe makes `der`. */
	readonly signature?: 'raw' | 'der';
	/** Laid over the header and the claims, to make tokens that are wrong. */
	readonly header?: Readonly<Record<string, unknown>>;
	readonly claims?: Readonly<Record<string, unknown>>;
}

/** Signs a provider token for tests that speak to the simulator directly. */
export function signProviderToken(options: TokenClaims): string {
	const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
	const header = { alg: 'ES256', kid: options.keyId, ...options.header };
	const claims = {
		iss: options.teamId,
		iat: options.issuedAtSeconds ?? Math.floor(Date.now() / 1000),
		...options.claims,
	};
	const content = `${part(header)}.${part(claims)}`;
	const signature = sign('sha256', Buffer.from(content), {
		key: createPrivateKey(options.privateKeyPem),
		dsaEncoding: options.signature === 'der' ? 'der' : 'ieee-p1363',
	});
	return `${content}.${signature.toString('base64url')}`;
}

let shared: Authority | undefined;

/** One authority per process, for tests that need no second one. */
export function sharedAuthority(): Authority {
	shared ??= createAuthority();
	return shared;
}
