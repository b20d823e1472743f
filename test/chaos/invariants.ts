/** What must hold in every world, each a function of the journal: it gives back a sentence for each breach. */
import { endsAreJustified, nearby, nowhere } from './causes';
import { ACCEPTED, cell, type Journal, NOT_SENT, UNKNOWN } from './journal';
import { each, type Invariant, story } from './look';
import { backsOff, openingsWithinBudget, pausesWhenRefused, toldTogether } from './openings';

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
		if (attempts > seen && nearby(journal, push, nowhere)) return undefined;
		return `${attempts} attempts, ${seen} HEADERS: ${story(journal, push)}`;
	});
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

/** What the world looks at while it runs: the part that sees it writes the breach down. */
const watched = [
	'streamsWithinLimit',
	'windowsRespected',
	'oneStreamBeforeProof',
	'identitiesKeptApart',
	'keepsProcessWhilePending',
	'noIdleSlot',
	'queueMoves',
	'leavesWedgedAlone',
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
	backsOff,
	toldTogether,
	pausesWhenRefused,
} satisfies Record<string, Invariant>;

/** Names of all invariants. */
export const invariantNames: readonly string[] = [...Object.keys(invariants), ...watched, ...judgedOutside];
