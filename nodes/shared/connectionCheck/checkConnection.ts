/** Check Connection: one connection of its own to APNs, step by step, and what each step found. Never throws for a broken connection. */
import {
	certificateExpiryHint,
	certificateProblem,
	certificateTopicProblem,
	coveredPushType,
} from '../apns/certificateChecks';
import { field, text } from '../apns/fields';
import { createHeaderBuilder } from '../apns/headers';
import type { CertificateFacts, TokenIdentity } from '../apns/identity';
import { identityHash } from '../apns/identityKey';
import type { Notification } from '../apns/notification';
import { FieldProblem, sentenceOf } from '../apns/problems';
import { describeReason, parseGoawayDebug } from '../apns/reasons';
import { judgeAnswer, type Probe, probeNotification } from './checkRequest';
import { cacheDetails } from './cacheDetails';
import { type ConnectionReport, failed, type Finding, ReportBuilder } from './connectionReport';
import { addConnectSteps, certificateDetails } from './connectSteps';
import { opensslCommand } from './opensslCommand';
import { type ApnsClientOptions, targetOf } from '../client/options';
import { processCache, processTokens } from '../client/process';
import { describeProviderToken } from './tokenDetails';
import type { HeaderField } from '../http2/hpack/hpack';
import { endpointName } from '../endpoint';
import type { Clock } from '../transport/clock';
import type { Connect, Target } from '../transport/connect';
import type { TransportError } from '../transport/errors';
import { proxyNameOf } from '../transport/proxy';
import { SoloConnection } from '../transport/soloConnection';
import { trustProblem } from '../transport/tlsContext';

export type { ConnectionReport, ConnectionStep, ReportDetails, ReportValue, StepName } from './connectionReport';

export interface CheckConnectionOptions extends ApnsClientOptions {
	/** Topic of the harmless request; without it, a certificate's own or none. */
	readonly bundleId?: string;
	/** Bound of the whole check. Default 15 000. */
	readonly timeoutMs?: number;
	/** Ends the check; the step under way fails. */
	readonly signal?: AbortSignal;
	/** Leaves out PING and the state of the session cache: enough to test a credential. */
	readonly shortened?: boolean;
}

const DEFAULT_TIMEOUT_MS = 15_000;
const ALL_IS_WELL = 'No action needed. APNs accepts this credential.';

/**
 * Connects as a push would, but on a connection of its own that is closed at the end, and asks for nothing that reaches a
 * device. After the first step that fails the later ones are reported as not tried; the state of the session cache is read
 * in any case, since it needs no connection.
 */
export async function checkConnection(options: CheckConnectionOptions): Promise<ConnectionReport> {
	const cache = options.cache ?? processCache;
	const clock = options.clock ?? cache.clock;
	const report = new ReportBuilder();
	const { identity, endpoint } = options;
	const target = targetOf(options, endpoint);
	const unusable = trustProblem(target);
	if (unusable !== undefined) report.add('certificate', 0, failed(unusable));
	else if (identity.type === 'certificate') report.add('certificate', 0, certificateFinding(identity.facts, options));
	if (report.hasFailed) skipConnection(report, options);
	else await connectAndAsk(report, options, target, clock, cache.connect);
	if (options.shortened !== true) {
		const key = { target, identityHash: identityHash(identity), tokenMode: identity.type === 'token' };
		report.addAlways('sessionCache', {
			ok: true,
			details: cacheDetails(cache.statsOf(key), wallNow(options)),
		});
	}
	return report.finish(endpointName(endpoint), commandOf(options, target), ALL_IS_WELL);
}

function wallNow({ wallNowMs = Date.now }: CheckConnectionOptions): number {
	return wallNowMs();
}

function commandOf({ endpoint, caBundle, identity }: CheckConnectionOptions, { proxyUrl }: Target): string {
	return opensslCommand({
		...endpoint,
		hasCaBundle: caBundle !== undefined && caBundle.trim() !== '',
		hasCertificate: identity.type === 'certificate',
		proxyUrl,
	});
}

/** An app that the certificate covers for no push type. */
function bundleProblem(facts: CertificateFacts, bundleId: string | undefined): FieldProblem | undefined {
	if (bundleId === undefined || coveredPushType(facts, bundleId) !== undefined) return undefined;
	const problem = certificateTopicProblem(facts, bundleId);
	return problem === undefined
		? undefined
		: new FieldProblem('bundleId', problem.code, problem.problem, problem.remedy);
}

/** What the certificate says of itself, before anything is opened. */
function certificateFinding(facts: CertificateFacts, options: CheckConnectionOptions): Finding {
	const details = certificateDetails(facts);
	const now = wallNow(options);
	const problem = certificateProblem(facts, options.endpoint.host, now) ?? bundleProblem(facts, options.bundleId);
	if (problem !== undefined) return failed({ message: sentenceOf(problem), advice: problem.remedy }, details);
	const hint = certificateExpiryHint(facts, now);
	return hint === undefined
		? { ok: true, details }
		: { ok: true, details, message: sentenceOf(hint), advice: hint.remedy };
}

function skipConnection(report: ReportBuilder, { identity, shortened }: CheckConnectionOptions): void {
	for (const step of ['nameResolution', 'tcp', 'tls', 'alpn', 'settings'] as const) report.skip(step);
	if (shortened !== true) report.skip('ping');
	if (identity.type === 'token') report.skip('providerToken');
	report.skip('request');
}

async function connectAndAsk(
	report: ReportBuilder,
	options: CheckConnectionOptions,
	target: Target,
	clock: Clock,
	connect: Connect,
): Promise<void> {
	const { identity, endpoint, signal, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
	const solo = new SoloConnection({ target, connect, clock, timeoutMs, signal });
	try {
		const startedAtMs = clock.now();
		const error = await solo.open();
		addConnectSteps(report, {
			host: endpoint.host,
			proxyName: proxyNameOf(target.proxyUrl),
			certificate: identity.type === 'certificate' ? identity.facts : undefined,
			facts: solo.facts,
			startedAtMs,
			endedAtMs: clock.now(),
			error,
		});
		await timed(report, clock, 'settings', () => settingsFinding(solo));
		if (options.shortened !== true) await timed(report, clock, 'ping', () => pingFinding(solo));
		await ask(report, options, clock, solo);
	} finally {
		solo.close();
	}
}

/** Runs a step unless an earlier one failed. */
async function timed(
	report: ReportBuilder,
	clock: Clock,
	step: 'settings' | 'ping',
	run: () => Promise<Finding>,
): Promise<void> {
	if (report.hasFailed) return report.skip(step);
	const startedAtMs = clock.now();
	const finding = await run();
	report.add(step, clock.now() - startedAtMs, finding);
}

/** A connection that ended: in APNs' own words where it gave a reason. */
function endOf(solo: SoloConnection, error: TransportError): Finding {
	const { reason } = parseGoawayDebug(solo.goawayDebugData ?? Buffer.alloc(0));
	if (reason === undefined) return failed(error);
	const row = describeReason(403, reason);
	return failed({ message: `APNs closed the connection (${reason}): ${row.meaning}`, advice: row.advice }, { reason });
}

async function settingsFinding(solo: SoloConnection): Promise<Finding> {
	const error = await solo.settings();
	if (error !== undefined) return endOf(solo, error);
	const { maxConcurrentStreams, initialWindowSize, maxFrameSize, headerTableSize, maxHeaderListSize } =
		solo.peerSettings;
	return {
		ok: true,
		details: {
			maxConcurrentStreams: maxConcurrentStreams ?? null,
			initialWindowSize,
			maxFrameSize,
			headerTableSize,
			maxHeaderListSize: maxHeaderListSize ?? null,
		},
	};
}

async function pingFinding(solo: SoloConnection): Promise<Finding> {
	const roundTrip = await solo.ping();
	if (typeof roundTrip !== 'number') return endOf(solo, roundTrip);
	return { ok: true, details: { roundTripMs: Math.round(roundTrip * 10) / 10 } };
}

/** The provider token and the request that carries it: the answer's date tells the clocks apart, so they are judged together. */
async function ask(
	report: ReportBuilder,
	options: CheckConnectionOptions,
	clock: Clock,
	solo: SoloConnection,
): Promise<void> {
	const { identity } = options;
	if (report.hasFailed) {
		if (identity.type === 'token') report.skip('providerToken');
		return report.skip('request');
	}
	const signingAtMs = clock.now();
	const token = identity.type === 'token' ? await tokenOf(identity, options) : undefined;
	const signedAtMs = clock.now();
	if (token !== undefined && typeof token !== 'string') {
		report.add('providerToken', signedAtMs - signingAtMs, token);
		return report.skip('request');
	}
	const probe: Probe = { identity, bundleId: options.bundleId };
	const notification = probeNotification(probe);
	const fields = fieldsOf(notification, options, token === undefined ? undefined : `bearer ${token}`);
	if (fields === undefined) {
		if (token !== undefined)
			report.add('providerToken', signedAtMs - signingAtMs, describeProviderToken(token, wallNow(options), undefined));
		return report.add(
			'request',
			0,
			failed({
				message: 'The bundle ID contains characters that cannot be sent in a header.',
				advice: text`Correct ${field('bundleId')} in the credential.`,
			}),
		);
	}
	const attempt = await solo.request(fields, notification.payload);
	const now = wallNow(options);
	const date = attempt.kind === 'answered' ? attempt.fields.find(({ name }) => name === 'date')?.value : undefined;
	if (token !== undefined)
		report.add('providerToken', signedAtMs - signingAtMs, describeProviderToken(token, now, date));
	const finding = attempt.kind === 'answered' ? judgeAnswer(attempt, probe) : endOf(solo, attempt.error);
	report.add('request', clock.now() - signedAtMs, finding);
}

function fieldsOf(
	notification: Notification,
	{ endpoint }: CheckConnectionOptions,
	authorization: string | undefined,
): readonly HeaderField[] | undefined {
	try {
		return createHeaderBuilder(endpoint).push(notification, authorization);
	} catch (error) {
		if (error instanceof RangeError) return undefined;
		throw error;
	}
}

async function tokenOf(
	identity: TokenIdentity,
	{ tokens = processTokens }: CheckConnectionOptions,
): Promise<string | Finding> {
	try {
		return await tokens.get(identity);
	} catch {
		// The library's text is about its own inputs; the key is never to be in a message.
		return failed({
			message: 'The provider token could not be signed with this key.',
			advice: 'Paste the whole .p8 file of the signing key into the credential.',
		});
	}
}
