/** Looks for requests that wait although a connection they may use has had a free slot for long. */
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
