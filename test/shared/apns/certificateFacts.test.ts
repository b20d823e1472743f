/** What a provider certificate says of itself, and what that means before connecting. */
import { X509Certificate } from 'node:crypto';
import {
	certificateEnvironmentProblem,
	certificateExpiryHint,
	certificateTimeProblem,
	certificateTopicProblem,
} from '../../../nodes/shared/apns/certificateChecks';
import { readFacts } from '../../../nodes/shared/apns/certificateFacts';
import type { CertificateFacts } from '../../../nodes/shared/apns/identity';
import { wordsOf } from '../../../nodes/shared/n8n/fieldWords';
import { createAuthority, type ProviderCertificateOptions } from '../../../tools/simulator/authority';
import { certificateKinds, type CertificateKind } from '../../../tools/simulator/facts';

const authority = createAuthority();
const dayMs = 86_400_000;
const nowMs = Date.UTC(2026, 10, 24);

function factsOf(options: ProviderCertificateOptions): CertificateFacts {
	return readFacts(
		new X509Certificate(authority.provider({ keyType: 'ec', notBeforeMs: nowMs - dayMs, ...options }).certificatePem),
	);
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

	it('reads names that are not ASCII', () => {
		expect(factsOf({ uid: 'com.example.grüße' })).toMatchObject({
			uid: 'com.example.grüße',
			topics: ['com.example.grüße'],
		});
	});

	it('reads validity to the second, before and after 2050', () => {
		expect(factsOf({ uid: app, notAfterMs: Date.UTC(2051, 4, 6, 7, 8, 9) })).toMatchObject({
			notBeforeMs: nowMs - dayMs,
			notAfterMs: Date.UTC(2051, 4, 6, 7, 8, 9),
		});
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
});
