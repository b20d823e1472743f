/** What must have happened for a failure to be reported: a rule for each code, and which outcomes a code may stand for. */
import { cell, type ConnectionRecord, type Journal, NOT_SENT, UNKNOWN } from './journal';
import { type Circumstances, code, each, type Invariant, story } from './look';

/** Troubles that end a connection, or leave its streams without an answer. */
const endings = [
	'cut',
	'fin',
	'silence',
	'goaway',
	'goawayError',
	'wedged',
	'pingIgnored',
	'neverAnswered',
	'settingsNever',
	'half',
	'starved',
	'slow',
	'lies',
	'tlsAlert',
	'limit',
	'refused',
	'endless',
];

/** For rules that look at nothing but the journal. */
export const nowhere: Circumstances = {
	settledByMs: 0,
	plan: {
		seed: 0,
		profile: 'calm',
		pushes: 0,
		horizonMs: 0,
		environments: [],
		proxy: { host: '', port: 0, deadAddresses: [], latencyMs: 0, login: '', seed: 0 },
		identities: [],
		workflows: [],
		faults: [],
		endsIdle: false,
	},
};

/** A rule for the code of a failure: the event that makes it true. */
type Cause = (journal: Journal, push: number, circumstances: Circumstances) => boolean;

const stopped: Cause = (journal, push) => {
	const at = journal.executions[cell(journal.pushes.execution, push)]?.stoppedAt ?? 0;
	return at > 0 && at <= cell(journal.pushes.settledAt, push);
};
const lasted =
	(limitOf: (timeoutMs: number, queueTimeoutMs: number) => number): Cause =>
	(journal, push) => {
		const { pushes } = journal;
		const execution = journal.executions[cell(pushes.execution, push)];
		if (execution === undefined) return false;
		return (
			cell(pushes.settledAt, push) - cell(pushes.submittedAt, push) >=
			limitOf(execution.timeoutMs, execution.queueTimeoutMs) - 1
		);
	};
const troubled =
	(wanted: readonly string[]): Cause =>
	(journal, push) =>
		journal.connectionsSeen(push).some(({ troubles }) => wanted.some((name) => troubles.has(name)));
/** Something of that kind happened to a connection of this identity (or of any), or to one whose identity nobody knows. */
const happened = (journal: Journal, push: number, ofAny: boolean): boolean => {
	const { pushes } = journal;
	const identity = cell(pushes.identity, push);
	const from = cell(pushes.submittedAt, push) - 120_000;
	const until = cell(pushes.settledAt, push);
	return journal.connections.some(
		(connection: ConnectionRecord) =>
			(ofAny || connection.identity === identity || connection.identity === -1) &&
			[...connection.troubles].some(([name, at]) => endings.includes(name) && at >= from && at <= until),
	);
};
export const nearby: Cause = (journal, push) => happened(journal, push, false);
/** The back-off of an endpoint is shared by all identities. */
const nearbyOfAny: Cause = (journal, push) => happened(journal, push, true);
const dialFailed: Cause = (journal, push) => {
	const { pushes } = journal;
	const from = cell(pushes.submittedAt, push) - 120_000;
	const until = cell(pushes.settledAt, push);
	return journal.dialFailures.some(({ atMs }) => atMs >= from && atMs <= until);
};
/** Faults of such names lasted at that time, or shortly before. */
const during =
	(...wanted: readonly string[]): Cause =>
	(journal, push) => {
		const { pushes } = journal;
		const from = cell(pushes.submittedAt, push) - 120_000;
		const until = cell(pushes.settledAt, push);
		return journal.faults.some(({ name, atMs, endMs }) => wanted.includes(name) && atMs <= until && endMs >= from);
	};
const credentialRefused: Cause = (journal, push) => {
	const { pushes } = journal;
	const identity = cell(pushes.identity, push);
	const until = cell(pushes.settledAt, push);
	// A pause doubles up to ten minutes.
	const from = cell(pushes.submittedAt, push) - 660_000;
	// A connection that was refused before it carried anything was anybody's.
	return [identity, -1].some((whose) =>
		[0, 1, 2, 3].some((endpoint) =>
			(journal.refusals.get(`${whose}|${endpoint}`) ?? []).some((at) => at >= from && at <= until),
		),
	);
};
const edited: Cause = (_journal, _push, { plan }) => plan.identities.some(({ editsMs }) => editsMs.length > 0);
const any =
	(...causes: readonly Cause[]): Cause =>
	(journal, push, circumstances) =>
		causes.some((cause) => cause(journal, push, circumstances));

const proxyTrouble = during(
	'proxyRefuses',
	'proxyForbids',
	'proxyCuts',
	'proxyGarbage',
	'proxySilent',
	'tcpRefused',
	'tcpBlackHole',
	'tcpUnreachable',
	'tcpReset',
	'dnsFails',
	'dnsSlow',
	'stall',
);

/** For each code of a failure, what must have happened. A code without a row is no excuse. */
const causes: Readonly<Record<string, Cause>> = {
	aborted: stopped,
	deadline: lasted((timeoutMs) => timeoutMs),
	queueTimeout: lasted((_timeoutMs, queueTimeoutMs) => queueTimeoutMs),
	dnsFailed: during('dnsFails'),
	connectionRefused: during('tcpRefused'),
	unreachable: during('tcpUnreachable'),
	// Where one address is dead for ever, the others' refusals leave the race waiting for it.
	connectTimeout: during(
		'tcpRefused',
		'tcpUnreachable',
		'tcpReset',
		'slowLink',
		'silence',
		'tcpBlackHole',
		'tlsStalls',
		'dnsSlow',
		'dnsMoves',
		'proxySilent',
		'stall',
	),
	proxyFailed: proxyTrouble,
	proxyRefused: proxyTrouble,
	proxyAuthentication: during('proxyLogin'),
	serverCertificateUntrusted: during('tlsUntrusted'),
	serverCertificateName: during('tlsWrongName'),
	serverCertificateExpired: during('tlsExpired'),
	noHttp2: during('tlsNoAlpn', 'tlsAlpnAlert'),
	tlsFailed: during('tlsResets', 'tlsStalls', 'cuts', 'fins'),
	clientCertificateRefused: any(credentialRefused, during('certificateRefused')),
	credentialRefused,
	settingsTimeout: during('settingsNever', 'silence', 'slowLink', 'dnsMoves', 'stall', 'pingIgnored'),
	connectionRejected: any(nearbyOfAny, dialFailed),
	connectionLost: any(nearby, dialFailed),
	connectionSilent: any(nearby, during('slowLink', 'slowReader', 'stall')),
	goaway: any(troubled(['goaway', 'goawayError']), nearby, credentialRefused),
	refused: any(troubled(['refused']), during('refuseStorm', 'limitSwings', 'limitZero', 'limitOne')),
	// RST_STREAM behind a final status takes nothing back.
	reset: (journal, push) => cell(journal.pushes.resets, push) > 0,
	connectionBlocked: any(
		nearbyOfAny,
		during(
			'limitZero',
			'limitSwings',
			'windowStarved',
			'smallWindows',
			'wedged',
			'neverAnswers',
			'slowAnswers',
			'stall',
		),
	),
	// Shutdown, an expired token or an unknown topic earn a new connection; what the old one leaves open is lost with it.
	replaced: any(edited, during('shutdowns', 'expiredTokens', 'topicDisallowed')),
	unexpectedAnswer: troubled(['lies']),
	malformedAnswer: troubled(['half', 'lies']),
	protocolError: troubled(['lies', 'endless']),
	closed: edited,
};

/** Codes that prove that nothing left, or that the peer did not take it: they stand for `not sent` alone. */
const provesNotSent = new Set([
	'queueTimeout',
	'dnsFailed',
	'connectionRefused',
	'unreachable',
	'connectTimeout',
	'proxyFailed',
	'proxyRefused',
	'proxyAuthentication',
	'serverCertificateUntrusted',
	'serverCertificateName',
	'serverCertificateExpired',
	'noHttp2',
	'connectionRejected',
	'refused',
]);
/** Codes that prove nothing: they stand for `unknown` alone. */
const provesNothing = new Set(['unexpectedAnswer']);

/** The peer said that it did not take any of it, and the product has read so. */
function wasDisowned(journal: Journal, push: number): boolean {
	const { pushes } = journal;
	return (
		code(journal, push) === 'goaway' &&
		cell(pushes.disowned, push) >= cell(pushes.headersSeen, push) + cell(pushes.headersLost, push) &&
		!troubled(['cut', 'silence'])(journal, push, nowhere)
	);
}

/** Both happened before anything else did. */
const SAME_TURN_MS = 0.01;
/** A final status was on its way so long before the end that it must have been read. */
const HEARD_AFTER_MS = 1_000;

function wasAnswered(journal: Journal, push: number): boolean {
	const { pushes } = journal;
	const answeredAt = cell(pushes.answeredAt, push);
	const settledAt = cell(pushes.settledAt, push);
	return (
		['deadline', 'aborted', 'connectionBlocked'].includes(code(journal, push)) &&
		cell(pushes.lastStatus, push) > 0 &&
		cell(pushes.headersSeen, push) === 1 &&
		settledAt - answeredAt > HEARD_AFTER_MS &&
		!troubled(['cut', 'fin', 'silence', 'slow', 'settingsNever'])(journal, push, nowhere) &&
		!journal.stalls.some(({ atMs, forMs }) => atMs <= settledAt && atMs + forMs >= answeredAt)
	);
}

/**
 * It was stopped, or its time was over, in the very turn in which its connection ended: appended is left, even where the
 * socket was never given the bytes.
 */
function endedWithConnection(journal: Journal, push: number): boolean {
	const { pushes } = journal;
	const settledAt = cell(pushes.settledAt, push);
	const identity = cell(pushes.identity, push);
	return (
		['deadline', 'aborted'].includes(code(journal, push)) &&
		cell(pushes.attempts, push) > 0 &&
		journal.connections.some(
			(connection) =>
				[identity, -1].includes(connection.identity) && Math.abs(connection.closedAt - settledAt) <= SAME_TURN_MS,
		)
	);
}

/** Every `unknown` and `not sent` has an event that made it so. */
export const endsAreJustified: Invariant = (journal, circumstances) =>
	each(journal, (push) => {
		const { pushes } = journal;
		const outcome = cell(pushes.outcome, push);
		if (outcome !== UNKNOWN && outcome !== NOT_SENT) return undefined;
		const why = code(journal, push);
		if ((outcome === UNKNOWN ? provesNotSent : provesNothing).has(why))
			return `its code stands for the other outcome: ${story(journal, push)}`;
		// What is unknown left: the peer saw it, or the network lost it.
		const wasNoticed = cell(pushes.headersSeen, push) + cell(pushes.headersLost, push) > 0;
		if (outcome === UNKNOWN && !wasNoticed && !endedWithConnection(journal, push))
			return `unknown, and it never left: ${story(journal, push)}`;
		if (outcome === UNKNOWN && wasDisowned(journal, push))
			return `unknown, and the peer said that it was not taken: ${story(journal, push)}`;
		if (outcome === UNKNOWN && wasAnswered(journal, push))
			return `unknown, and the answer was there: ${story(journal, push)}`;
		return causes[why]?.(journal, push, circumstances) === true
			? undefined
			: `no event made it so: ${story(journal, push)}`;
	});
