/** What the authority makes is what OpenSSL and Apple's rules expect. */
import { X509Certificate, createPrivateKey } from 'node:crypto';
import { createAuthority, createSigningKey } from '../../tools/simulator/authority';
import { readClientCertificate } from '../../tools/simulator/certificates';
import {
	decodeAll,
	decodeObjectIdentifier,
	integer,
	objectIdentifier,
	sequence,
	time,
	utf8,
} from '../../tools/simulator/der';

const authority = createAuthority();
const ca = new X509Certificate(authority.caPem);

test('server certificates name localhost and its addresses, and are signed by the authority', () => {
	for (const keyType of ['ec', 'rsa'] as const) {
		const certificate = new X509Certificate(authority.server({ keyType }).certificatePem);
		expect(certificate.verify(ca.publicKey)).toBe(true);
		expect(certificate.checkIssued(ca)).toBe(true);
		expect([
			certificate.checkHost('localhost'),
			certificate.checkIP('127.0.0.1'),
			certificate.checkIP('::1'),
			certificate.checkHost('example.com'),
		]).toEqual(['localhost', '127.0.0.1', '::1', undefined]);
	}
	expect(createAuthority({ keyType: 'rsa' }).server().certificatePem).toContain('BEGIN CERTIFICATE');
});

test("provider certificates carry Apple's marks and topics", () => {
	const uid = 'com.eatthepath.pushy';
	const topics = [
		{ topic: uid, kind: 'app' },
		{ topic: `${uid}.voip`, kind: 'voip' },
		{ topic: `${uid}.complication`, kind: 'complication' },
	];
	const { certificatePem, privateKeyPem } = authority.provider({ uid, topics, teamId: 'TEAM000009' });
	const certificate = new X509Certificate(certificatePem);
	expect(certificate.checkPrivateKey(createPrivateKey(privateKeyPem))).toBe(true);
	expect(certificate.publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048);
	expect(readClientCertificate(certificate, true)).toMatchObject({
		uid,
		teamId: 'TEAM000009',
		topics: topics.map(({ topic }) => topic),
		environments: ['development', 'production'],
		trusted: true,
	});
	// The list as pushy's generator encodes it for the same topics.
	const list =
		`0c14${Buffer.from(uid).toString('hex')}30050c03617070` +
		`0c19${Buffer.from(`${uid}.voip`).toString('hex')}30060c04766f6970` +
		`0c21${Buffer.from(`${uid}.complication`).toString('hex')}300e0c0c${Buffer.from('complication').toString('hex')}`;
	expect(certificate.raw.toString('hex')).toContain(`3073${list}`);
});

test.each([
	['development', ['development'], 'Apple Development IOS Push Services: '],
	['production', ['production'], 'Apple Production IOS Push Services: '],
	['voip', ['development', 'production'], 'VoIP Services: '],
] as const)('a %s certificate serves %j', (kind, environments, name) => {
	const certificate = new X509Certificate(
		authority.provider({ uid: 'com.example.app', kind, keyType: 'ec' }).certificatePem,
	);
	expect(certificate.subject).toContain(`CN=${name}com.example.app`);
	expect(readClientCertificate(certificate, true).environments).toEqual(environments);
});

test('validity is as asked, beyond 2049 too', () => {
	const notAfterMs = Date.parse('2051-02-03T04:05:06Z');
	const notBeforeMs = Date.parse('2020-01-01T00:00:00Z');
	const certificate = new X509Certificate(
		authority.provider({ uid: 'a', keyType: 'ec', notBeforeMs, notAfterMs }).certificatePem,
	);
	expect([Date.parse(certificate.validFrom), Date.parse(certificate.validTo)]).toEqual([notBeforeMs, notAfterMs]);
});

test('signing keys are P-256 in unencrypted PKCS#8, with ids of 10 characters', () => {
	const key = createSigningKey();
	expect(key.keyId).toMatch(/^[A-Z2-9]{10}$/);
	expect(key.privateKeyPem).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
	expect(createPrivateKey(key.privateKeyPem).asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
});

test('DER is written and read back', () => {
	expect(objectIdentifier('1.2.840.113635.100.6.3.6').toString('hex')).toBe('060a2a864886f76364060306');
	expect(decodeObjectIdentifier(Buffer.from('2a864886f76364060306', 'hex'))).toBe('1.2.840.113635.100.6.3.6');
	expect(decodeObjectIdentifier(Buffer.from('550406', 'hex'))).toBe('2.5.4.6');
	expect(integer(Buffer.from([0x80])).toString('hex')).toBe('02020080');
	expect(time(Date.parse('2049-12-31T23:59:59Z')).toString('latin1', 2)).toBe('491231235959Z');
	const long = decodeAll(sequence(utf8('x'.repeat(300)), utf8('y'.repeat(130))));
	expect(decodeAll(long[0]?.content ?? Buffer.alloc(0)).map(({ content }) => content.length)).toEqual([300, 130]);
	expect(() => decodeAll(Buffer.from('300500', 'hex'))).toThrow(RangeError);
});
