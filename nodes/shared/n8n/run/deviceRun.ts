/** The pushes of one run on their way through the client: one bounded stream for each environment. */
import { createDuplicateFilter } from '../../apns/deviceToken';
import type { Notification } from '../../apns/notification';
import { FieldProblem, orProblem } from '../../apns/problems';
import type { ApnsClient, RequestOptions } from '../../client/apnsClient';
import { type Detail, reasonOf, Report } from './report';

/** What one input item sends, whoever gets it. */
export interface PushDraft {
	readonly notification: Omit<Notification, 'deviceToken'>;
	/** What APNs accepts and devices ignore. */
	readonly hints: readonly FieldProblem[];
	readonly base64Tokens: boolean;
}

/** What one input item asks for, once read and checked. */
export interface ItemPlan {
	readonly draft: PushDraft;
	readonly tokens: readonly string[];
	/** Recipients that are no device tokens, each a result of its own. */
	readonly problems: ReadonlyArray<{ readonly text: string; readonly problem: FieldProblem }>;
}

/** The items of one environment. */
export interface Group {
	readonly client: ApnsClient;
	readonly environment: string;
	readonly itemIndexes: Iterable<number>;
	/** Reads one item; throws `FieldProblem`. Called just before the item is sent. */
	readonly plan: (itemIndex: number) => ItemPlan;
}

export interface Batch {
	readonly groups: readonly Group[];
	readonly itemCount: number;
	readonly request: RequestOptions;
	readonly detail: Detail;
	/** A device token that comes several times gets the first push only. */
	readonly skipDuplicates: boolean;
	/** What items that cannot be read cause: throws to end the run before the first push, or returns. */
	readonly onProblem: (problem: FieldProblem) => void;
	readonly signal: AbortSignal | undefined;
}

/** Hints with the number of items they apply to. */
export type HintCounts = ReadonlyMap<string, { readonly hint: FieldProblem; readonly count: number }>;

/** Different hints kept: a run shows a few. */
const MAX_HINTS = 20;

/** Counts what many items are hinted at, so that each hint is told once. */
export class HintCounter {
	private readonly found = new Map<string, { hint: FieldProblem; count: number }>();

	get counts(): HintCounts {
		return this.found;
	}

	readonly add = (hints: readonly FieldProblem[]): void => {
		for (const hint of hints) {
			const known = this.found.get(hint.message);
			if (known !== undefined) known.count += 1;
			else if (this.found.size < MAX_HINTS) this.found.set(hint.message, { hint, count: 1 });
		}
	};
}

class Sender {
	readonly hints = new HintCounter();
	readonly report: Report;
	private readonly isFirst = createDuplicateFilter();
	/** Topics that APNs refused in this run: what follows would only be refused too, and count against the connection. */
	private readonly refusedTopics = new Map<string, string>();
	private started = false;

	constructor(private readonly batch: Batch) {
		this.report = new Report(batch.itemCount, batch.detail);
	}

	async send(group: Group): Promise<void> {
		const { environment } = group;
		const places: Array<readonly [itemIndex: number, place: number]> = [];
		await group.client.sendEach(
			this.notifications(group, places),
			(outcome, { deviceToken, topic, pushType }, index) => {
				const [itemIndex, place] = places[index] ?? [0, 0];
				const row = reasonOf(outcome);
				if (row?.scope === 'topic') this.refusedTopics.set(topic ?? '', outcome.reason ?? String(outcome.status));
				this.report.add(itemIndex, place, outcome, { deviceToken, topic, pushType, environment });
			},
			this.batch.signal === undefined ? this.batch.request : { ...this.batch.request, signal: this.batch.signal },
		);
	}

	private *notifications(group: Group, places: Array<readonly [number, number]>): Generator<Notification> {
		const { environment } = group;
		for (const itemIndex of group.itemIndexes) {
			const plan = orProblem(() => group.plan(itemIndex));
			if (plan instanceof FieldProblem) {
				if (!this.started) this.batch.onProblem(plan);
				this.report.addInvalid(itemIndex, plan, { environment });
				continue;
			}
			this.hints.add(plan.draft.hints);
			yield* this.pushes(plan, itemIndex, environment, places);
		}
	}

	private *pushes(
		{ draft, tokens, problems }: ItemPlan,
		itemIndex: number,
		environment: string,
		places: Array<readonly [number, number]>,
	): Generator<Notification> {
		const { notification } = draft;
		const { topic, pushType } = notification;
		for (const deviceToken of tokens) {
			if (this.batch.skipDuplicates && !this.isFirst(deviceToken, topic)) {
				this.report.addDuplicate(itemIndex);
				continue;
			}
			const refused = this.refusedTopics.get(topic ?? '');
			if (refused !== undefined) {
				const problem = new FieldProblem(
					'Topic',
					`APNs refused ${topic ?? 'the missing topic'} before in this run (${refused})`,
					'See the item that says so, and run again.',
				);
				this.report.addInvalid(itemIndex, problem, { deviceToken, topic, pushType, environment });
				continue;
			}
			this.started = true;
			places.push([itemIndex, this.report.reserve(itemIndex)]);
			yield { ...notification, deviceToken };
		}
		for (const { text, problem } of problems)
			this.report.addInvalid(itemIndex, problem, { deviceToken: text, topic, pushType, environment });
	}
}

/** Sends everything; results and hints come back when the last push has its outcome. */
export async function sendBatch(batch: Batch): Promise<{ readonly report: Report; readonly hints: HintCounts }> {
	const sender = new Sender(batch);
	await Promise.all(batch.groups.map(async (group) => await sender.send(group)));
	return { report: sender.report, hints: sender.hints.counts };
}
