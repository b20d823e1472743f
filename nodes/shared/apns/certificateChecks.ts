/** What can be known of a provider certificate before connecting: dates, environment, topics. */
import { choice, field, text } from './fields';
import { type Environment, environmentOfHost } from './endpoints';
import type { CertificateFacts } from './identity';
import { FieldProblem } from './problems';
import { type PushTypeRow, pushTypeRow, pushTypeRows, topicFor } from './pushTypes';

const FIELD = 'certificate';
/** Apple's certificates last a year; two weeks are enough to renew one. */
const EXPIRES_SOON_MS = 14 * 24 * 3_600_000;
const RENEW = 'Create a new push certificate in the Apple Developer portal and add it to the credential.';

function day(ms: number): string {
	return Number.isNaN(ms) ? 'an unknown date' : new Date(ms).toISOString().slice(0, 10);
}

/** Why the certificate cannot be used at this moment; undefined when it can. */
export function certificateTimeProblem(facts: CertificateFacts, nowMs: number): FieldProblem | undefined {
	if (nowMs > facts.notAfterMs)
		return new FieldProblem(
			FIELD,
			'expired',
			`is "${facts.commonName}", which expired on ${day(facts.notAfterMs)}`,
			RENEW,
		);
	if (nowMs < facts.notBeforeMs) {
		return new FieldProblem(
			FIELD,
			'notYetValid',
			`is "${facts.commonName}", which is not valid before ${day(facts.notBeforeMs)}`,
			'Check the clock of the machine that runs n8n.',
		);
	}
	return undefined;
}

/** A hint when the certificate expires within two weeks. */
export function certificateExpiryHint(facts: CertificateFacts, nowMs: number): FieldProblem | undefined {
	const leftMs = facts.notAfterMs - nowMs;
	if (leftMs < 0 || leftMs > EXPIRES_SOON_MS) return undefined;
	return new FieldProblem(
		FIELD,
		'expiresSoon',
		`is "${facts.commonName}", which expires on ${day(facts.notAfterMs)}`,
		RENEW,
	);
}

/** Why the certificate does not fit the environment; one without marks (VoIP, Wallet, MDM) fits both. APNs would answer GOAWAY BadCertificateEnvironment. */
export function certificateEnvironmentProblem(
	facts: CertificateFacts,
	environment: Environment,
): FieldProblem | undefined {
	if (facts.environments.length === 0 || facts.environments.includes(environment)) return undefined;
	return new FieldProblem(
		FIELD,
		'wrongEnvironment',
		`is "${facts.commonName}", which only works in ${facts.environments.join(' and ')}, but the environment is ${environment}`,
		text`Set ${field('environment')} to ${choice('environment', facts.environments[0] ?? environment)}, or use a certificate for ${environment}.`,
	);
}

/** Why the certificate does not cover the topic (TopicDisallowed), or needs one (MissingTopic); undefined when it fits or nothing is known. */
export function certificateTopicProblem(facts: CertificateFacts, topic: string | undefined): FieldProblem | undefined {
	if (topic === undefined) {
		if (facts.topics.length <= 1) return undefined;
		return new FieldProblem(
			'topic',
			'missing',
			'is empty, but the certificate covers several topics',
			`Use one of these topics: ${facts.topics.join(', ')}.`,
		);
	}
	if (facts.topics.length === 0 || facts.topics.includes(topic)) return undefined;
	return new FieldProblem(
		'topic',
		'mismatch',
		`is ${topic}, which the certificate "${facts.commonName}" does not cover`,
		`Use a topic that the certificate covers: ${facts.topics.join(', ')}.`,
	);
}

/** Why APNs at this host cannot accept the certificate: its dates or, at Apple's own hosts, its environment. */
export function certificateProblem(facts: CertificateFacts, host: string, nowMs: number): FieldProblem | undefined {
	const environment = environmentOfHost(host);
	return (
		certificateTimeProblem(facts, nowMs) ??
		(environment === undefined ? undefined : certificateEnvironmentProblem(facts, environment))
	);
}

/**
 * The topic of a push when the user names none: what the certificate lists for the push type. Undefined leaves it to APNs,
 * which takes the UID when the certificate carries one topic only.
 */
export function certificateTopic(facts: CertificateFacts, row: PushTypeRow | undefined): string | undefined {
	const suffix = row?.topicSuffix ?? '';
	if (suffix === '') return facts.topics.length > 1 ? facts.uid : undefined;
	return (
		facts.topics.find((topic) => topic.endsWith(suffix)) ??
		(facts.uid === undefined ? undefined : topicFor(facts.uid, row))
	);
}

/**
 * The push type whose topic the certificate covers for an app: a VoIP certificate lists `com.example.app.voip`, and the
 * user's bundle id is the app's own. Undefined when it covers none.
 */
export function coveredPushType(facts: CertificateFacts, bundleId: string): PushTypeRow | undefined {
	if (facts.topics.length === 0 || facts.topics.includes(bundleId)) return pushTypeRow('background');
	return pushTypeRows.find((row) => facts.topics.includes(topicFor(bundleId, row)));
}

/** Where Apple says that a push type takes no certificate; throws nothing, like its neighbours. */
export function certificatePushTypeProblem(row: PushTypeRow | undefined): FieldProblem | undefined {
	if (row?.refusesCertificate !== true) return undefined;
	return new FieldProblem(
		'pushType',
		'notAllowed',
		`is ${row.displayName}, which only works with a signing key, but the credential has a certificate`,
		'Use a credential with a signing key (.p8).',
	);
}
