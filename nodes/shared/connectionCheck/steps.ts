/** The steps of a connection check, in the order they are taken: when each applies, and what it looks at. */
import {
	certificateExpiryHint,
	certificateProblem,
	certificateTopicProblem,
	coveredPushType,
} from '../apns/certificateChecks';
import { field, text } from '../apns/fields';
import type { CertificateFacts } from '../apns/identity';
import { identityHash } from '../apns/identityKey';
import { FieldProblem, sentenceOf } from '../apns/problems';
import { describeReason, parseGoawayDebug } from '../apns/reasons';
import type { TransportError } from '../transport/errors';
import type { SoloConnection } from '../transport/soloConnection';
import { trustProblem } from '../transport/tlsContext';
import { cacheDetails } from './cacheDetails';
import { judgeAnswer } from './checkRequest';
import type { CheckState } from './checkState';
import { failed, type Finding, type StepName } from './connectionReport';
import { alpn, certificateDetails, nameResolution, tcp, tls } from './connectSteps';
import { describeProviderToken } from './tokenDetails';

/** One step. It is skipped once an earlier one failed. */
export interface CheckStep {
	readonly name: StepName;
	/** True where it is taken whatever came before: it needs no connection. */
	readonly always?: true;
	/** Whether the report has it at all. */
	readonly applies: (state: CheckState) => boolean;
	readonly run: (state: CheckState) => Finding | Promise<Finding>;
}

const everywhere = (): boolean => true;
const withToken = ({ options }: CheckState): boolean => options.identity.type === 'token';
const inFull = ({ options }: CheckState): boolean => options.shortened !== true;

export const checkSteps: readonly CheckStep[] = [
	{
		name: 'certificate',
		applies: (state) => !withToken(state) || trustProblem(state.target) !== undefined,
		run: certificateFinding,
	},
	{ name: 'nameResolution', applies: everywhere, run: async (state) => nameResolution(await state.view()) },
	{ name: 'tcp', applies: everywhere, run: async (state) => tcp(await state.view()) },
	{ name: 'tls', applies: everywhere, run: async (state) => tls(await state.view()) },
	{ name: 'alpn', applies: everywhere, run: async (state) => alpn(await state.view()) },
	{ name: 'settings', applies: everywhere, run: settingsFinding },
	{ name: 'ping', applies: inFull, run: pingFinding },
	{ name: 'providerToken', applies: withToken, run: tokenFinding },
	{ name: 'request', applies: everywhere, run: requestFinding },
	{ name: 'sessionCache', always: true, applies: inFull, run: cacheFinding },
];

/** An app that the certificate covers for no push type. */
function bundleProblem(facts: CertificateFacts, bundleId: string | undefined): FieldProblem | undefined {
	if (bundleId === undefined || coveredPushType(facts, bundleId) !== undefined) return undefined;
	const problem = certificateTopicProblem(facts, bundleId);
	return problem === undefined
		? undefined
		: new FieldProblem('bundleId', problem.code, problem.problem, problem.remedy);
}

/** What the certificate says of itself, before anything is opened; or that TLS cannot be set up with what the credential holds. */
function certificateFinding({ options, target, wallNowMs }: CheckState): Finding {
	const { identity, endpoint, bundleId } = options;
	const unusable = trustProblem(target);
	if (unusable !== undefined) return failed(unusable);
	if (identity.type === 'token') return { ok: true };
	const { facts } = identity;
	const details = certificateDetails(facts);
	const problem = certificateProblem(facts, endpoint.host, wallNowMs) ?? bundleProblem(facts, bundleId);
	if (problem !== undefined) return failed({ message: sentenceOf(problem), advice: problem.remedy }, details);
	const hint = certificateExpiryHint(facts, wallNowMs);
	return hint === undefined
		? { ok: true, details }
		: { ok: true, details, message: sentenceOf(hint), advice: hint.remedy };
}

/** A connection that ended: in APNs' own words where it gave a reason. */
function endOf({ goawayDebugData }: SoloConnection, error: TransportError): Finding {
	const { reason } = parseGoawayDebug(goawayDebugData ?? Buffer.alloc(0));
	if (reason === undefined) return failed(error);
	const row = describeReason(403, reason);
	return failed({ message: `APNs closed the connection (${reason}): ${row.meaning}`, advice: row.advice }, { reason });
}

async function settingsFinding({ connection }: CheckState): Promise<Finding> {
	const error = await connection.settings();
	if (error !== undefined) return endOf(connection, error);
	const { maxConcurrentStreams, initialWindowSize, maxFrameSize, headerTableSize, maxHeaderListSize } =
		connection.peerSettings;
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

async function pingFinding({ connection }: CheckState): Promise<Finding> {
	const roundTrip = await connection.ping();
	if (typeof roundTrip !== 'number') return endOf(connection, roundTrip);
	return { ok: true, details: { roundTripMs: Math.round(roundTrip * 10) / 10 } };
}

/** The provider token, judged with the answer to the request that carries it: the answer's date tells the clocks apart. */
async function tokenFinding(state: CheckState): Promise<Finding> {
	const signed = await state.signed();
	if (signed.failed === true)
		return {
			...failed({
				message: 'The provider token could not be signed with this key.',
				advice: 'Paste the whole .p8 file of the signing key into the credential.',
			}),
			ms: signed.ms,
		};
	const { attempt, wallNowMs } = await state.asked();
	const date = attempt?.kind === 'answered' ? attempt.fields.find(({ name }) => name === 'date')?.value : undefined;
	return { ...describeProviderToken(signed.token ?? '', wallNowMs, date), ms: signed.ms };
}

async function requestFinding(state: CheckState): Promise<Finding> {
	const { attempt, ms } = await state.asked();
	if (attempt === undefined)
		return {
			...failed({
				message: 'The bundle ID contains characters that cannot be sent in a header.',
				advice: text`Correct ${field('bundleId')} in the credential.`,
			}),
			ms,
		};
	const finding =
		attempt.kind === 'answered' ? judgeAnswer(attempt, state.probe) : endOf(state.connection, attempt.error);
	return { ...finding, ms };
}

function cacheFinding({ cache, options, target, wallNowMs }: CheckState): Finding {
	const { identity } = options;
	const key = { target, identityHash: identityHash(identity), tokenMode: identity.type === 'token' };
	return { ok: true, details: cacheDetails(cache.statsOf(key), wallNowMs), ms: 0 };
}
