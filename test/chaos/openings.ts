/** What must hold of openings: budget and back-off, by the peer's count. */
import { cell, type ConnectionRecord, type Journal } from './journal';
import { code, type Invariant, MOST, story } from './look';

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
export const openingsWithinBudget: Invariant = (journal) => {
	const found: string[] = [];
	const byIdentity = new Map<string, Array<{ atMs: number; paidBackAt: number }>>();
	const byEndpoint = new Map<number, Array<{ atMs: number; paidBackAt: number }>>();
	for (const { endpoint, identity, version, openedAt, dialledAt, paidBackAt } of journal.connections) {
		if (openedAt === 0) continue;
		const opening = { atMs: dialledAt, paidBackAt };
		byEndpoint.set(endpoint, [...(byEndpoint.get(endpoint) ?? []), opening]);
		if (identity < 0) continue;
		// Each version of a credential is an identity of its own.
		const key = `${identity} version ${version} at endpoint ${endpoint}`;
		byIdentity.set(key, [...(byIdentity.get(key) ?? []), opening]);
	}
	// One in flight may be counted here a moment before the product counts its repayment.
	for (const [key, openings] of byIdentity) {
		const over = overBudget(openings, 8, 5_000);
		if (over > 1) found.push(`identity ${key}: ${openings.length} openings, ${over.toFixed(1)} above the budget`);
	}
	for (const [endpoint, openings] of byEndpoint) {
		const over = overBudget(openings, 64, 1_000);
		if (over > 1) found.push(`endpoint ${endpoint}: ${openings.length} openings, ${over.toFixed(1)} above the budget`);
	}
	return found.slice(0, MOST);
};

/** The shortest first back-off: half a second. */
const FIRST_BACKOFF_MS = 499;
/** Failures longer ago than this are forgotten: the longest back-off. */
const REMEMBERED_MS = 61_000;
/** An answer is under way for so long at the most. */
const ON_ITS_WAY_MS = 10_000;

/** Who waits learns of a refused certificate within this. */
const TOLD_WITHIN_MS = 5;

/** The peer ended it, in one of these ways and no other, before it had answered anything. */
function failedAtOnce({
	openedAt,
	closedAt,
	firstAnswerAt,
	troubles,
}: ConnectionRecord): 'tlsAlert' | 'cut' | undefined {
	if (openedAt === 0 || closedAt === 0 || firstAnswerAt > 0) return undefined;
	const names = [...troubles.keys()].filter((name) => name !== 'cut').join(' ');
	if (names === 'tlsAlert') return 'tlsAlert';
	return names === '' && troubles.has('cut') ? 'cut' : undefined;
}

/** The first failure of an identity at an endpoint, or of an endpoint, is followed by a pause before the next opening. */
export const backsOff: Invariant = (journal) => {
	const found: string[] = [];
	for (const failed of journal.connections) {
		const why = failedAtOnce(failed);
		if (why === undefined || failed.identity < 0) continue;
		const { endpoint, identity, version, closedAt } = failed;
		const sameLane = (other: ConnectionRecord): boolean =>
			other.endpoint === endpoint && other.identity === identity && other.version === version;
		const concerns = (other: ConnectionRecord): boolean =>
			why === 'tlsAlert' ? sameLane(other) : other.endpoint === endpoint;
		// A failure during the back-off of an earlier one counts with that.
		const earlier = journal.connections.some(
			(other) =>
				other !== failed &&
				concerns(other) &&
				other.troubles.size > 0 &&
				other.dialledAt <= closedAt &&
				(other.closedAt === 0 || other.closedAt > closedAt - REMEMBERED_MS),
		);
		const dialFailed = journal.dialFailures.some(
			({ atMs }) => atMs > closedAt - REMEMBERED_MS && atMs <= closedAt + FIRST_BACKOFF_MS,
		);
		if (earlier || dialFailed) continue;
		const next = journal.connections.find(
			(other) =>
				other !== failed &&
				sameLane(other) &&
				other.begunAt >= closedAt - 0.01 &&
				other.begunAt <= closedAt + FIRST_BACKOFF_MS,
		);
		if (next === undefined) continue;
		// Any answer in between forgives: of the endpoint, or of the identity where its certificate was refused.
		const forgiven = journal.connections.some(
			(other) =>
				concerns(other) &&
				other.firstAnswerAt > 0 &&
				other.firstAnswerAt <= next.begunAt &&
				other.lastAnswerAt >= closedAt - ON_ITS_WAY_MS,
		);
		if (!forgiven)
			found.push(
				`connection ${next.id} of identity ${identity} was begun ${(next.begunAt - closedAt).toFixed(1)} ms after ${failed.id} failed (${why})`,
			);
	}
	return found.slice(0, MOST);
};

interface LaneRequests {
	readonly identity: number;
	readonly version: number;
	readonly endpoint: number;
	readonly requests: number[];
}

/** All requests, by the identity and endpoint they went to. */
function lanesOf({ pushes, executions }: Journal): LaneRequests[] {
	const lanes = new Map<string, LaneRequests>();
	for (let push = 0; push < pushes.count; push++) {
		const execution = executions[cell(pushes.execution, push)];
		if (execution === undefined) continue;
		const { identity, version, endpoint } = execution;
		const key = `${identity}|${version}|${endpoint}`;
		const known = lanes.get(key);
		if (known === undefined) lanes.set(key, { identity, version, endpoint, requests: [push] });
		else known.requests.push(push);
	}
	return [...lanes.values()];
}

/**
 * Where an identity's certificate is refused, no repeat can mend it: all its requests at that endpoint learn it at once,
 * those that were being written when the connection ended as well.
 */
export const toldTogether: Invariant = (journal) => {
	const { pushes } = journal;
	const found: string[] = [];
	for (const { identity, version, endpoint, requests } of lanesOf(journal)) {
		const told = new Set(
			requests
				.filter((push) => code(journal, push) === 'clientCertificateRefused' && cell(pushes.attempts, push) === 0)
				.map((push) => cell(pushes.settledAt, push)),
		);
		for (const atMs of told) {
			// One that goes on may answer those it carries, and those that wait for it.
			const others = journal.connections.some(
				(other) =>
					other.identity === identity &&
					other.version === version &&
					other.endpoint === endpoint &&
					other.openedAt > 0 &&
					other.dialledAt < atMs &&
					(other.closedAt === 0 || other.closedAt > atMs + TOLD_WITHIN_MS),
			);
			if (others) continue;
			const left = requests.find(
				(push) =>
					cell(pushes.submittedAt, push) < atMs - 1 &&
					cell(pushes.settledAt, push) > atMs + TOLD_WITHIN_MS &&
					// An answer that asks for a pause leaves it waiting elsewhere.
					cell(pushes.lastStatus, push) === 0,
			);
			if (left !== undefined)
				found.push(`not told with the others at ${(atMs / 1_000).toFixed(4)}: ${story(journal, left)}`);
		}
	}
	return found.slice(0, MOST);
};

/** The shortest first pause: five seconds. */
const FIRST_PAUSE_MS = 4_900;

/** An identity that was refused opens nothing until its pause is over, or an answer shows that it is welcome again. */
export const pausesWhenRefused: Invariant = (journal) => {
	const { pushes } = journal;
	const found: string[] = [];
	for (const { identity, version, endpoint, requests } of lanesOf(journal)) {
		const [refusedAt] = journal.refusals.get(`${identity}|${endpoint}`) ?? [];
		if (refusedAt === undefined) continue;
		const told = requests
			.filter((push) => code(journal, push) === 'credentialRefused')
			.map((push) => cell(pushes.settledAt, push));
		const toldAt = told.length === 0 ? Infinity : told.reduce((a, b) => Math.min(a, b));
		const next = journal.connections.find(
			(other) =>
				other.identity === identity &&
				other.version === version &&
				other.endpoint === endpoint &&
				other.begunAt > toldAt + 0.01 &&
				other.begunAt < refusedAt + FIRST_PAUSE_MS,
		);
		if (next === undefined) continue;
		const welcome = requests.some(
			(push) =>
				cell(pushes.answeredAt, push) > refusedAt - ON_ITS_WAY_MS &&
				cell(pushes.answeredAt, push) < next.begunAt &&
				cell(pushes.lastStatus, push) !== 403,
		);
		if (!welcome)
			found.push(
				`connection ${next.id} of identity ${identity} was begun ${(next.begunAt - toldAt).toFixed(1)} ms after its credential was refused`,
			);
	}
	return found.slice(0, MOST);
};
