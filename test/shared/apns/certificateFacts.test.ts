/** What a provider certificate says of itself, and what that means before connecting. */
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { asn1, pki } from 'node-forge';
import {
	certificateEnvironmentProblem,
	certificateExpiryHint,
	certificateProblem,
	certificateTimeProblem,
	certificateTopicProblem,
	coveredPushType,
} from '../../../nodes/shared/apns/certificateChecks';
import { looksLikePushCertificate, readFacts } from '../../../nodes/shared/apns/certificateFacts';
import type { CertificateFacts } from '../../../nodes/shared/apns/identity';
import { wordsOf } from '../../../nodes/shared/n8n/fieldWords';
import { createAuthority, type ProviderCertificateOptions } from '../../../tools/simulator/authority';
import * as der from '../../../tools/simulator/der';
import { appleExtensions, certificateKinds, type CertificateKind } from '../../../tools/simulator/facts';

const authority = createAuthority();
/** For certificates that the simulator does not issue. */
const rsa = pki.privateKeyFromPem(
	generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
);
const dayMs = 86_400_000;
const nowMs = Date.UTC(2026, 10, 24);

function factsOf(options: ProviderCertificateOptions): CertificateFacts {
	return readFacts(
		new X509Certificate(authority.provider({ keyType: 'ec', notBeforeMs: nowMs - dayMs, ...options }).certificatePem),
	);
}

/** The facts of a certificate in which some octets are others. Its signature no longer fits, which nobody checks here. */
function factsWith(
	options: ProviderCertificateOptions,
	...changes: ReadonlyArray<readonly [from: Buffer, to: Buffer]>
): CertificateFacts {
	const { raw } = new X509Certificate(authority.provider({ keyType: 'ec', ...options }).certificatePem);
	for (const [from, to] of changes) {
		expect([raw.indexOf(from) >= 0, to.length]).toEqual([true, from.length]);
		to.copy(raw, raw.indexOf(from));
	}
	return readFacts(new X509Certificate(raw));
}

const app = 'com.example.app';
const many = [
	{ topic: app, kind: 'app' },
	{ topic: `${app}.voip`, kind: 'voip' },
	{ topic: `${app}.complication`, kind: 'complication' },
];

describe('the facts of a provider certificate', () => {
	it.each(Object.entries(certificateKinds))('reads subject and environments of a %s certificate', (kind, row) => {
		const facts = factsOf({ uid: app, kind: kind as CertificateKind });
		expect(facts).toMatchObject({ commonName: `${row.commonName}${app}`, uid: app, topics: [app] });
		expect([...facts.environments].sort()).toEqual([...row.environments].sort());
	});

	it('reads the list of topics', () => {
		expect(factsOf({ uid: app, topics: many }).topics).toEqual([app, `${app}.voip`, `${app}.complication`]);
	});

	it('takes only UTF-8 texts for topics', () => {
		const [topic, octets] = [der.utf8(`${app}.voip`), der.octets(Buffer.from(`${app}.voip`))];
		expect(factsWith({ uid: app, topics: many }, [topic, octets]).topics).toEqual([app, `${app}.complication`]);
	});

	it('reads the topics of a VoIP certificate, whatever stands around them', () => {
		const list = der.objectIdentifier(appleExtensions.topics);
		const voipList = der.objectIdentifier(appleExtensions.topics.replace(/6$/, '4'));
		const topics = [
			{ topic: app, kind: `${app}.voip` },
			{ topic: 'number', kind: 'x' },
		];
		const number = [der.utf8('number'), der.integer(Buffer.from('number'))] as const;
		expect(factsWith({ uid: app, topics }, [list, voipList], number).topics).toEqual([app, `${app}.voip`, 'x']);
	});

	it('leaves the UID where the list of topics is written in another syntax', () => {
		const list = der.sequence(der.utf8(app), der.sequence(der.utf8('app')));
		const facts = factsWith({ uid: app, topics: many.slice(0, 1) }, [list, Buffer.alloc(list.length, 0xff)]);
		expect(facts).toMatchObject({ uid: app, topics: [app] });
	});

	it('reads names that are not ASCII', () => {
		expect(factsOf({ uid: 'com.example.grüße' })).toMatchObject({
			uid: 'com.example.grüße',
			topics: ['com.example.grüße'],
		});
	});

	it('reads a certificate without extensions, with a name as macOS writes some', () => {
		const certificate = pki.createCertificate();
		const name = Buffer.from('Grüße', 'utf16le').swap16().toString('latin1');
		certificate.setSubject([{ name: 'commonName', value: name, valueTagClass: Number(asn1.Type.BMPSTRING) }]);
		certificate.publicKey = pki.setRsaPublicKey(rsa.n, rsa.e);
		certificate.sign(rsa);
		expect(readFacts(new X509Certificate(pki.certificateToPem(certificate)))).toMatchObject({
			commonName: 'Grüße',
			topics: [],
			environments: [],
		});
	});

	it('reads validity to the second, before and after 2050', () => {
		expect(factsOf({ uid: app, notAfterMs: Date.UTC(2051, 4, 6, 7, 8, 9) })).toMatchObject({
			notBeforeMs: nowMs - dayMs,
			notAfterMs: Date.UTC(2051, 4, 6, 7, 8, 9),
		});
	});

	it.each([
		['its environment', { uid: undefined }, true],
		['its UID', { environments: [] }, true],
		['neither', { uid: undefined, environments: [] }, false],
	])('tell a push certificate by %s', (_name, change, expected) => {
		expect(looksLikePushCertificate({ ...factsOf({ uid: app }), ...change })).toBe(expected);
	});

	it('finds neither topic nor environment in another certificate', () => {
		expect(readFacts(new X509Certificate(authority.server().certificatePem))).toMatchObject({
			commonName: 'localhost',
			topics: [],
			environments: [],
		});
		expect(readFacts(new X509Certificate(authority.caPem)).uid).toBeUndefined();
	});
});

describe('a certificate checked before connecting', () => {
	const facts = factsOf({ uid: app, topics: many, kind: 'production' });
	const single = factsOf({ uid: app });

	it.each([
		['is valid', nowMs, undefined],
		['is valid from its first moment', facts.notBeforeMs, undefined],
		['is valid to its last moment', facts.notAfterMs, undefined],
		[
			'is not valid yet',
			nowMs - 2 * dayMs,
			`is "Apple Production IOS Push Services: ${app}", which is not valid before 2026-11-23`,
		],
		[
			'has expired',
			nowMs + 365 * dayMs,
			`is "Apple Production IOS Push Services: ${app}", which expired on 2027-11-23`,
		],
	])('%s', (_name, atMs, problem) => {
		expect(certificateTimeProblem(facts, atMs)?.problem).toBe(problem);
	});

	it('is announced two weeks before it expires', () => {
		expect(certificateExpiryHint(facts, facts.notAfterMs - 15 * dayMs)).toBeUndefined();
		expect(certificateExpiryHint(facts, facts.notAfterMs - 13 * dayMs)?.problem).toContain('expires on 2027-11-23');
		expect(certificateExpiryHint(facts, facts.notAfterMs - 14 * dayMs)).toBeDefined();
		expect(certificateExpiryHint(facts, facts.notAfterMs - 14 * dayMs - 1)).toBeUndefined();
		expect(certificateExpiryHint(facts, facts.notAfterMs)).toBeDefined();
		expect(certificateExpiryHint(facts, facts.notAfterMs + 1)).toBeUndefined();
	});

	it('fits the environments it names; one without marks fits both', () => {
		expect(certificateEnvironmentProblem(facts, 'production')).toBeUndefined();
		const problem = certificateEnvironmentProblem(facts, 'development');
		expect(problem === undefined ? undefined : wordsOf(problem).advice).toBe(
			"Set 'Environment' to Production, or use a certificate for development.",
		);
		expect(
			certificateEnvironmentProblem(factsOf({ uid: 'pass.com.example', kind: 'pass' }), 'development'),
		).toBeUndefined();
	});

	it('needs a topic where it lists several, and that one of them', () => {
		expect(certificateTopicProblem(facts, undefined)).toMatchObject({
			field: 'topic',
			remedy: `Use one of these topics: ${app}, ${app}.voip, ${app}.complication.`,
		});
		expect(certificateTopicProblem(single, undefined)).toBeUndefined();
		expect(certificateTopicProblem(facts, `${app}.voip`)).toBeUndefined();
		expect(certificateTopicProblem(facts, 'com.example.other')).toMatchObject({
			field: 'topic',
			problem: `is com.example.other, which the certificate "Apple Production IOS Push Services: ${app}" does not cover`,
		});
	});

	it('covers any topic where it names none', () => {
		const unnamed = readFacts(new X509Certificate(authority.server().certificatePem));
		expect([certificateTopicProblem(unnamed, app), certificateTopicProblem(unnamed, undefined)]).toEqual([
			undefined,
			undefined,
		]);
	});

	it.each([
		['its environment', 'api.push.apple.com', nowMs, undefined],
		['the other environment', 'api.sandbox.push.apple.com', nowMs, 'wrongEnvironment'],
		['a host that is not of Apple', 'localhost', nowMs, undefined],
		['its environment, too late', 'api.push.apple.com', nowMs + 365 * dayMs, 'expired'],
		['the other environment, too late', 'api.sandbox.push.apple.com', nowMs + 365 * dayMs, 'expired'],
	])('at %s', (_name, host, atMs, code) => {
		expect(certificateProblem(facts, host, atMs)?.code).toBe(code);
	});

	it.each<readonly [string, CertificateFacts, string, string | undefined]>([
		['any push of the app it lists', facts, app, 'background'],
		['any push where it names no topic', { ...facts, topics: [] }, app, 'background'],
		['the push type whose topic it lists', { ...facts, topics: [`${app}.voip`] }, app, 'voip'],
		['no push of another app', facts, 'com.example.other', undefined],
	])('covers %s', (_name, certificate, bundleId, pushType) => {
		expect(coveredPushType(certificate, bundleId)?.value).toBe(pushType);
	});
});
