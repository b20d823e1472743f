/** What can be known of a provider certificate before connecting: dates, environment, topics. */
import { type Environment, managementEndpoint, pushEndpoint } from './endpoints';
import type { CertificateFacts } from './identity';
import { FieldProblem } from './problems';
import { type PushTypeRow, topicFor } from './pushTypes';

const FIELD = 'Certificate';
/** Apple's certificates last a year; two weeks are enough to renew one. */
const EXPIRES_SOON_MS = 14 * 24 * 3_600_000;
const RENEW = 'Create a new push certificate in the Apple Developer portal and put it into the credential.';

function day(ms: number): string {
	return Number.isNaN(ms) ? 'an unknown date' : new Date(ms).toISOString().slice(0, 10);
}

/** Why the certificate cannot be used at this moment; undefined when it can. */
export function certificateTimeProblem(facts: CertificateFacts, nowMs: number): FieldProblem | undefined {
	if (nowMs > facts.notAfterMs)
		return new FieldProblem(FIELD, `"${facts.commonName}" expired on ${day(facts.notAfterMs)}`, RENEW);
	if (nowMs < facts.notBeforeMs) {
		return new FieldProblem(
			FIELD,
			`"${facts.commonName}" is not valid before ${day(facts.notBeforeMs)}`,
			'Check the clock of the machine n8n runs on.',
		);
	}
	return undefined;
}

/** A hint when the certificate expires within two weeks. */
export function certificateExpiryHint(facts: CertificateFacts, nowMs: number): FieldProblem | undefined {
	const leftMs = facts.notAfterMs - nowMs;
	if (leftMs < 0 || leftMs > EXPIRES_SOON_MS) return undefined;
	return new FieldProblem(FIELD, `"${facts.commonName}" expires on ${day(facts.notAfterMs)}`, RENEW);
}

/** Why the certificate does not fit the environment; one without marks (VoIP, Wallet, MDM) fits both. APNs would answer GOAWAY BadCertificateEnvironment. */
export function certificateEnvironmentProblem(
	facts: CertificateFacts,
	environment: Environment,
): FieldProblem | undefined {
	if (facts.environments.length === 0 || facts.environments.includes(environment)) return undefined;
	return new FieldProblem(
		FIELD,
		`"${facts.commonName}" is for ${facts.environments.join(' and ')} only, and the environment is ${environment}`,
		`Set Environment to ${facts.environments.join(' or ')}, or use a certificate for ${environment}.`,
	);
}

/** Why the certificate does not cover the topic (TopicDisallowed), or needs one (MissingTopic); undefined when it fits or nothing is known. */
export function certificateTopicProblem(facts: CertificateFacts, topic: string | undefined): FieldProblem | undefined {
	if (topic === undefined) {
		if (facts.topics.length <= 1) return undefined;
		return new FieldProblem(
			'Topic',
			'is missing, and the certificate carries several topics',
			`Choose one of: ${facts.topics.join(', ')}.`,
		);
	}
	if (facts.topics.length === 0 || facts.topics.includes(topic)) return undefined;
	return new FieldProblem(
		'Topic',
		`${topic} is not among the topics of the certificate "${facts.commonName}"`,
		`The certificate covers: ${facts.topics.join(', ')}.`,
	);
}

const environments: readonly Environment[] = ['production', 'development'];
/** Older name of the sandbox, still in Apple's pages: "Establishing a connection to APNs", troubleshooting. */
const OLD_SANDBOX_HOST = 'api.development.push.apple.com';

/** The environment Apple's own hosts belong to; undefined for any other host. */
export function environmentOfHost(host: string): Environment | undefined {
	const name = host.toLowerCase().replace(/\.$/, '');
	if (name === OLD_SANDBOX_HOST) return 'development';
	return environments.find(
		(environment) => pushEndpoint(environment).host === name || managementEndpoint(environment).host === name,
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

/** Where Apple says that a push type takes no certificate; throws nothing, like its neighbours. */
export function certificatePushTypeProblem(row: PushTypeRow | undefined): FieldProblem | undefined {
	if (row?.refusesCertificate !== true) return undefined;
	return new FieldProblem(
		'Push Type',
		`${row.displayName} works with a signing key only`,
		'Use a credential with a signing key (.p8).',
	);
}
