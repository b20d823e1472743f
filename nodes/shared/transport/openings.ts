/** When a lane may open a connection: back-offs and budgets, and what openings that failed have taught. */
import type { Backoff } from './backoff';
import type { EndOfService } from './connectionState';
import type { TransportError } from './errors';
import type { OpeningBudget } from './openingBudget';
import { asCommon, judgeEnd, type Verdict } from './reconnectPolicy';
import { timing } from './timing';

/** What bounds openings of several lanes together. */
export interface OpeningStandings {
	readonly backoffs: Readonly<Record<'endpoint' | 'proxy' | 'trust', Backoff>>;
	/** Of the identity at the endpoint, and of the endpoint. */
	readonly budgets: readonly OpeningBudget[];
}

export class Openings {
	/** Connections opened so far. */
	count = 0;
	/** Why the last opening ended without an answer; undefined once one was answered. */
	error: TransportError | undefined;
	/** Openings in a row that ended without an answer. */
	private failed = 0;
	private readonly allBackoffs: readonly Backoff[];

	constructor(
		private readonly standings: OpeningStandings,
		/** Of connections beside one that works: its answers would forgive every other back-off at once. */
		private readonly further: Backoff,
	) {
		const { endpoint, proxy, trust } = standings.backoffs;
		this.allBackoffs = [endpoint, proxy, trust];
	}

	/** Until when back-offs forbid one, by the clock; in the past when they do not. */
	get backoffUntilMs(): number {
		return this.allBackoffs.reduce((latest, { notBeforeMs }) => Math.max(latest, notBeforeMs), -Infinity);
	}

	/** Until when none may open beside connections that work. */
	get furtherNotBeforeMs(): number {
		return this.further.notBeforeMs;
	}

	/** True while an opening has failed and nothing was answered since: then nobody writes before SETTINGS. */
	get isFailing(): boolean {
		return (
			this.failed + this.further.failures > 0 || this.allBackoffs.reduce((sum, { failures }) => sum + failures, 0) > 0
		);
	}

	/**
	 * When the next one may open: not in the future when at once. Beside a connection that works only the back-off of further
	 * ones counts: what others met at this endpoint, perhaps because of their credential, is no reason to doubt it here.
	 */
	notBeforeMs(nowMs: number, besideOneThatWorks: boolean): number {
		const backoffUntilMs = besideOneThatWorks ? this.furtherNotBeforeMs : this.backoffUntilMs;
		return Math.max(backoffUntilMs, ...this.standings.budgets.map((budget) => budget.notBeforeMs(nowMs)));
	}

	/** One opens now. */
	begin(nowMs: number): void {
		for (const budget of this.standings.budgets) budget.take(nowMs);
		this.count += 1;
	}

	/** Why a request need not wait for the next one: the endpoint failed, and its back-off still runs. */
	refusal(nowMs: number): TransportError | undefined {
		for (const { notBeforeMs, failures, lastError } of this.allBackoffs) {
			if (lastError === undefined || nowMs >= notBeforeMs) continue;
			if (lastError.permanent || failures >= timing.failuresBeforeTelling) return asCommon(lastError);
		}
		return undefined;
	}

	/** A final status came over a connection that has had so many. Any shows that the endpoint works; TLS or SETTINGS alone does not. */
	answered({ answers, accepted }: Pick<EndOfService, 'answers' | 'accepted'>, isSuccess: boolean): void {
		this.failed = 0;
		this.error = undefined;
		for (const backoff of this.allBackoffs) backoff.succeed();
		if (answers === 1) this.further.succeed();
		if (isSuccess && accepted === timing.acceptedToPayBack)
			for (const budget of this.standings.budgets) budget.payBack();
	}

	/** What the end of a connection means. Nothing is counted yet: see `record`. */
	judge(end: EndOfService, othersWork: boolean): Verdict {
		return judgeEnd(end, { failedOpenings: this.failed, othersWork });
	}

	/** Counts an end as it was judged. */
	record({ blame, failedOpening }: Verdict, why: TransportError, othersWork: boolean, nowMs: number): void {
		if (blame !== 'none') this.standings.backoffs[blame].fail(nowMs, why);
		if (!failedOpening) return;
		if (othersWork) return this.further.fail(nowMs, why);
		this.failed += 1;
		this.error = why;
	}
}
