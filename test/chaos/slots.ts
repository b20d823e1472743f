/** Looks for requests that wait for nothing: beside a free slot of a connection they may use, or for a connection that answers nobody any more. */
import type { Endpoint } from './endpoint';
import type { Journal } from './journal';

/** A free slot is taken within some round trips; this is many of them. */
const LONGEST_WAIT_MS = 5_000;

/** Notes a breach for each caller that waits beside a free slot. */
export function findIdleSlots(journal: Journal, endpoints: readonly Endpoint[], nowMs: number): void {
	// While the process stood still nobody could take anything.
	if (journal.stalls.some(({ atMs, forMs }) => atMs + forMs > nowMs - LONGEST_WAIT_MS)) return;
	for (const execution of journal.executions) {
		// After a 429 all broadcasts of a lane wait together.
		if (execution.kind === 'broadcast' || execution.waiting === 0 || execution.inFlight >= execution.maxInFlight)
			continue;
		if (nowMs - execution.waitingSince < LONGEST_WAIT_MS || nowMs - execution.movedAt < LONGEST_WAIT_MS) continue;
		const own = [...(endpoints[execution.endpoint]?.connections ?? [])].filter(
			({ record, version }) => record.identity === execution.identity && version === execution.version,
		);
		// What a slow or silent connection carries has not been seen yet: it does not wait.
		if (own.some(({ record: { troubles } }) => troubles.has('slow') || troubles.has('silence'))) continue;
		for (const connection of own) {
			const { record } = connection;
			if (!connection.hasRoomSince(nowMs - LONGEST_WAIT_MS)) continue;
			journal.breach(
				'noIdleSlot',
				`${execution.waiting} requests of workflow ${execution.workflow} wait since ${Math.round(nowMs - execution.waitingSince)} ms, and connection ${record.id} has room`,
			);
			return;
		}
	}
}

/** A connection that answers nothing for 10 s is given up; the next one opens after a second or so, and a few round trips. */
const LONGEST_STANDSTILL_MS = 18_000;
/** Other faults may be felt for so long: the longest back-off and pause. */
const FELT_FOR_MS = 700_000;

/** Notes a breach for each caller that stands still although only connections got stuck: new ones would answer. */
export function findStuckQueues(journal: Journal, nowMs: number): void {
	for (const execution of journal.executions) {
		const { kind, waiting, inFlight, maxInFlight, waitingSince, movedAt, throughProxy } = execution;
		if (kind === 'broadcast' || waiting === 0 || inFlight >= maxInFlight) continue;
		if (nowMs - waitingSince < LONGEST_STANDSTILL_MS || nowMs - movedAt < LONGEST_STANDSTILL_MS) continue;
		const environment = execution.endpoint >> 1;
		const felt = journal.faults.filter(
			({ name, endMs, endpoint, identity }) =>
				endMs > nowMs - FELT_FOR_MS &&
				(name === 'stall' || name === 'clockJump' || endpoint === environment || (throughProxy && endpoint === 2)) &&
				(identity === -1 || identity === execution.identity),
		);
		if (felt.length === 0 || felt.some(({ name }) => name !== 'stuck')) continue;
		journal.breach(
			'queueMoves',
			`${waiting} requests of workflow ${execution.workflow} stand still since ${Math.round(nowMs - Math.max(waitingSince, movedAt))} ms behind connections that got stuck`,
		);
		return;
	}
}
