/** The requests of one run that are no pushes to devices: one for each item, a bounded number at a time. */
import type { IDataObject } from 'n8n-workflow';
import { FieldProblem, orProblem } from '../../apns/problems';
import { pullEach, windowFor } from '../../client/sendEach';
import type { Outcome } from '../../outcome';
import { reasonOf, Report } from './report';

/** What one item came to: an outcome, and the items it gives. */
export interface ItemAnswer {
	readonly outcome: Outcome;
	readonly rows: readonly IDataObject[];
}

/** What one item asks for, read and checked; sent when called. */
export interface ItemRequest {
	/** What a refusal of the whole app is remembered by. */
	readonly bundleId: string;
	readonly send: () => Promise<ItemAnswer>;
}

export interface RequestBatch {
	readonly itemCount: number;
	readonly itemIndexes: Iterable<number>;
	/** Reads one item; throws `FieldProblem`. Called just before the item is sent. */
	readonly plan: (itemIndex: number) => ItemRequest;
	/** The json of an item that could not be sent because of its fields. */
	readonly invalidJson: (itemIndex: number, problem: FieldProblem) => IDataObject;
	/** Throws to end the run before the first request, or returns. */
	readonly onProblem: (problem: FieldProblem) => void;
	readonly signal: AbortSignal | undefined;
	/** What is counted, for people. */
	readonly noun: string;
}

/** Streams that a run may have in flight; the lane keeps to what the server allows. */
const MOST_IN_FLIGHT = 1_000;

/** Sends all items; the report comes when the last has its outcome. */
export async function sendRequests(batch: RequestBatch): Promise<Report> {
	const report = new Report(batch.itemCount, 'devices', batch.noun);
	/** Apps that APNs refused in this run, with its reason: what follows would only be refused too. */
	const refusedApps = new Map<string, string>();
	let started = false;
	const invalid = (itemIndex: number, problem: FieldProblem): void =>
		report.addInvalidRow(itemIndex, batch.invalidJson(itemIndex, problem));
	/** Items that can be sent, each read when its turn comes. */
	function* planned(): Generator<readonly [itemIndex: number, request: ItemRequest]> {
		for (const itemIndex of batch.itemIndexes) {
			const request = orProblem(() => batch.plan(itemIndex));
			if (request instanceof FieldProblem) {
				if (!started) batch.onProblem(request);
				invalid(itemIndex, request);
				continue;
			}
			const refused = refusedApps.get(request.bundleId);
			if (refused !== undefined) {
				invalid(
					itemIndex,
					new FieldProblem(
						'Bundle ID',
						`APNs refused ${request.bundleId} before in this run (${refused})`,
						'See the item that says so, and run again.',
					),
				);
				continue;
			}
			started = true;
			yield [itemIndex, request];
		}
	}
	const settle = async (itemIndex: number, request: ItemRequest): Promise<void> => {
		try {
			const { outcome, rows } = await request.send();
			if (reasonOf(outcome)?.scope === 'topic')
				refusedApps.set(request.bundleId, outcome.reason ?? String(outcome.status));
			report.addRows(itemIndex, outcome, rows);
		} catch (error) {
			invalid(
				itemIndex,
				new FieldProblem(
					'Request',
					error instanceof Error ? error.message : String(error),
					'Report this to the maintainers of this node.',
				),
			);
		}
	};
	await pullEach(
		planned(),
		windowFor(MOST_IN_FLIGHT),
		batch.signal,
		([itemIndex, request], _index, done) => void settle(itemIndex, request).then(done),
	);
	return report;
}
