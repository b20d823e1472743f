/** What must hold in every world, each a function of the journal: it gives back a sentence for each breach. */
import { ACCEPTED, cell, type ConnectionRecord, type Journal, NOT_SENT, UNKNOWN } from './journal';
import type { Plan } from './plan';

export interface Circumstances {
	readonly plan: Plan;
	/** All requests are settled by then. */
	readonly settledByMs: number;
}

export type Invariant = (journal: Journal, circumstances: Circumstances) => string[];

/** The first of them say enough. */
const MOST = 5;

function each(journal: Journal, look: (push: number) => string | undefined): string[] {
	const found: string[] = [];
	for (let push = 0; push < journal.pushes.count && found.length < MOST; push++) {
		const text = look(push);
		if (text !== undefined) found.push(text);
	}
	return found;
}

function code(journal: Journal, push: number): string {
	return journal.codes[cell(journal.pushes.code, push)] ?? '';
}

const names = ['open', 'accepted', 'rejected', 'not sent', 'unknown'];

function story(journal: Journal, push: number): string {
	const { pushes } = journal;
	const on = journal.connectionsSeen(push).map(({ id, troubles }) => `${id}(${[...troubles.keys()].join(' ')})`);
	return `request ${push} (identity ${cell(pushes.identity, push)}, ${names[cell(pushes.outcome, push)]} ${code(journal, push)} status ${cell(pushes.status, push)} attempts ${cell(pushes.attempts, push)}; peer: ${cell(pushes.headersSeen, push)} HEADERS, ${cell(pushes.whole, push)} whole, ${cell(pushes.accepted, push)} accepted, ${cell(pushes.disowned, push)} disowned, status ${cell(pushes.lastStatus, push)}; connections ${on.join(' ')})`;
}

const sendsAgain = (journal: Journal, push: number): boolean =>
	journal.executions[cell(journal.pushes.execution, push)]?.sendAgain === true;

/** What a peer accepted is reported `accepted` or `unknown`. */
const acceptedIsNotDenied: Invariant = (journal) =>
	each(journal, (push) => {
		const { pushes } = journal;
		const outcome = cell(pushes.outcome, push);
		if (cell(pushes.accepted, push) === 0 || outcome === ACCEPTED || outcome === UNKNOWN || outcome === 0)
			return undefined;
		// Sent again on the user's wish, the last answer is what counts.
		if (sendsAgain(journal, push) && cell(pushes.headersSeen, push) > 1 && outcome !== NOT_SENT) return undefined;
		return `accepted by the peer, denied by the product: ${story(journal, push)}`;
	});

/** What is reported `not sent` never arrived whole, unless the peer itself said that it did not process it. */
const notSentIsTrue: Invariant = (journal) =>
	each(journal, (push) => {
		const { pushes } = journal;
		if (cell(pushes.outcome, push) !== NOT_SENT) return undefined;
		return cell(pushes.whole, push) > cell(pushes.disowned, push)
			? `reported not sent, and arrived whole: ${story(journal, push)}`
			: undefined;
	});

/** What is reported `accepted` was accepted. */
const acceptedIsTrue: Invariant = (journal) =>
	each(journal, (push) => {
		const { pushes } = journal;
		if (cell(pushes.outcome, push) !== ACCEPTED || cell(pushes.accepted, push) > 0) return undefined;
		return `reported accepted, and never was: ${story(journal, push)}`;
	});

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
];

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
const nearby: Cause = (journal, push) => happened(journal, push, false);
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
	return [0, 1, 2, 3].some((endpoint) =>
		(journal.refusals.get(`${identity}|${endpoint}`) ?? []).some((at) => at >= from && at <= until),
	);
};
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
	reset: any(troubled(['reset', 'half'])),
	connectionBlocked: any(
		nearbyOfAny,
		during('limitZero', 'limitSwings', 'windowStarved', 'smallWindows', 'wedged', 'neverAnswers', 'slowAnswers'),
	),
	replaced: (_journal, _push, { plan }) => plan.identities.some(({ editsMs }) => editsMs.length > 0),
	unexpectedAnswer: troubled(['lies']),
	malformedAnswer: troubled(['half', 'lies']),
	protocolError: troubled(['lies']),
	closed: (_journal, _push, { plan }) => plan.identities.some(({ editsMs }) => editsMs.length > 0),
};

/** Every `unknown` and `not sent` has an event that made it so. */
const endsAreJustified: Invariant = (journal, circumstances) =>
	each(journal, (push) => {
		const outcome = cell(journal.pushes.outcome, push);
		if (outcome !== UNKNOWN && outcome !== NOT_SENT) return undefined;
		const cause = causes[code(journal, push)];
		return cause?.(journal, push, circumstances) === true ? undefined : `no event made it so: ${story(journal, push)}`;
	});

/** Where nothing goes wrong, everything is accepted. */
const calmIsAccepted: Invariant = (journal, { plan }) => {
	if (plan.faults.length > 0 || plan.profile === 'hours') return [];
	return each(journal, (push) => {
		const outcome = cell(journal.pushes.outcome, push);
		const stop = journal.executions[cell(journal.pushes.execution, push)]?.stoppedAt ?? 0;
		return outcome === ACCEPTED || stop > 0 ? undefined : `not accepted in a calm world: ${story(journal, push)}`;
	});
};

/** Nothing is accepted twice, unless the user asked for repeats. */
const nothingTwice: Invariant = (journal) =>
	each(journal, (push) =>
		cell(journal.pushes.accepted, push) > 1 && !sendsAgain(journal, push)
			? `accepted ${cell(journal.pushes.accepted, push)} times: ${story(journal, push)}`
			: undefined,
	);

/** An outcome carries the answer of its own request, and status what the peer said last. */
const answersBelong: Invariant = (journal) =>
	each(journal, (push) => {
		const { pushes } = journal;
		if (cell(pushes.idVerdict, push) === 2) return `it carries another request's id: ${story(journal, push)}`;
		const status = cell(pushes.status, push);
		if (status === 0 || cell(pushes.outcome, push) > 2 || cell(pushes.outcome, push) === 0) return undefined;
		return status === cell(pushes.lastStatus, push) || sendsAgain(journal, push) || cell(pushes.headersSeen, push) > 1
			? undefined
			: `the peer said ${cell(pushes.lastStatus, push)}: ${story(journal, push)}`;
	});

/** `attempts` equals the HEADERS the peer saw, with those the network lost; a connection that died may have taken more with it. */
const attemptsAreCounted: Invariant = (journal) =>
	each(journal, (push) => {
		const { pushes } = journal;
		if (cell(pushes.outcome, push) === 0) return undefined;
		const seen = cell(pushes.headersSeen, push) + cell(pushes.headersLost, push);
		const attempts = cell(pushes.attempts, push);
		if (attempts === seen) return undefined;
		// Given a stream, and the connection ended before its bytes were handed over.
		if (attempts > seen && nearby(journal, push, { plan: neverUsed, settledByMs: 0 })) return undefined;
		return `${attempts} attempts, ${seen} HEADERS: ${story(journal, push)}`;
	});
const neverUsed: Plan = {
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
};

/** Every promise settles, once, and within 120 virtual seconds of the last fault. */
const allSettle: Invariant = (journal, { settledByMs, plan }) =>
	each(journal, (push) => {
		const { pushes } = journal;
		const settles = cell(pushes.settles, push);
		if (settles !== 1) return `settled ${settles} times: ${story(journal, push)}`;
		// Apple asks for fifteen minutes after a server error that names no time, where the user wants repeats.
		const execution = journal.executions[cell(pushes.execution, push)];
		const waits = execution !== undefined && (plan.workflows[execution.workflow]?.retries ?? 0) > 0;
		return cell(pushes.settledAt, push) > settledByMs && !waits
			? `settled ${Math.round(cell(pushes.settledAt, push) - settledByMs)} ms too late: ${story(journal, push)}`
			: undefined;
	});

/** A token bucket as DESIGN's opening budget describes it: the time of each opening, and when it was paid back. */
function overBudget(
	openings: ReadonlyArray<{ readonly atMs: number; readonly paidBackAt: number }>,
	burst: number,
	everyMs: number,
): number {
	const events = openings
		.flatMap(({ atMs, paidBackAt }) => [{ atMs, by: -1 }, ...(paidBackAt > 0 ? [{ atMs: paidBackAt, by: 1 }] : [])])
		.sort((a, b) => a.atMs - b.atMs);
	let tokens = burst;
	let lastMs = events[0]?.atMs ?? 0;
	let worst = 0;
	for (const { atMs, by } of events) {
		tokens = Math.min(burst, tokens + (atMs - lastMs) / everyMs + by);
		lastMs = atMs;
		worst = Math.min(worst, tokens);
	}
	return -worst;
}

/** Openings stay within the budget of identity and endpoint, and of the endpoint: by the peer's count. */
const openingsWithinBudget: Invariant = (journal) => {
	const found: string[] = [];
	const byIdentity = new Map<string, Array<{ atMs: number; paidBackAt: number }>>();
	const byEndpoint = new Map<number, Array<{ atMs: number; paidBackAt: number }>>();
	for (const { endpoint, identity, openedAt, dialledAt, paidBackAt } of journal.connections) {
		if (openedAt === 0) continue;
		const opening = { atMs: dialledAt, paidBackAt };
		byEndpoint.set(endpoint, [...(byEndpoint.get(endpoint) ?? []), opening]);
		if (identity < 0) continue;
		const key = `${identity} at endpoint ${endpoint}`;
		byIdentity.set(key, [...(byIdentity.get(key) ?? []), opening]);
	}
	// One in flight may be counted here a moment before the product counts its repayment.
	for (const [key, openings] of byIdentity) {
		// Each version of a credential is an identity of its own.
		const versions = new Set(
			journal.executions.filter(({ identity }) => key.startsWith(`${identity} `)).map(({ version }) => version),
		).size;
		const over = overBudget(openings, 8 * Math.max(1, versions), 5_000 / Math.max(1, versions));
		if (over > 1) found.push(`identity ${key}: ${openings.length} openings, ${over.toFixed(1)} above the budget`);
	}
	for (const [endpoint, openings] of byEndpoint) {
		const over = overBudget(openings, 64, 1_000);
		if (over > 1) found.push(`endpoint ${endpoint}: ${openings.length} openings, ${over.toFixed(1)} above the budget`);
	}
	return found.slice(0, MOST);
};

/** What the world looks at while it runs: the part that sees it writes the breach down. */
const watched = [
	'streamsWithinLimit',
	'windowsRespected',
	'oneStreamBeforeProof',
	'identitiesKeptApart',
	'keepsProcessWhilePending',
	'noIdleSlot',
	'nothingLeft',
	'quietWhenIdle',
	'speaksHttp2',
	'understandsHonestPeers',
	'bodyBelongsToItsRequest',
	'resetsWithinBudget',
	'signsSparingly',
	'channelUsedWell',
] as const;

/** Judged by the runner: they need more than one world, or the machine. */
const judgedOutside = ['neighboursUnharmed', 'neverSpins', 'neverThrows', 'memoryFlat', 'sameSeedSameWorld'] as const;

export const invariants = {
	acceptedIsNotDenied,
	acceptedIsTrue,
	notSentIsTrue,
	endsAreJustified,
	calmIsAccepted,
	nothingTwice,
	answersBelong,
	attemptsAreCounted,
	allSettle,
	openingsWithinBudget,
} satisfies Record<string, Invariant>;

/** Names of all invariants. */
export const invariantNames: readonly string[] = [...Object.keys(invariants), ...watched, ...judgedOutside];
