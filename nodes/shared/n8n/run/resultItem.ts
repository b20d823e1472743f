/** One result item per device: the names outside programs rely on. */
import type { IDataObject } from 'n8n-workflow';
import { describeReason } from '../../apns/reasons';
import type { Outcome } from '../../outcome';

/** What was sent, as far as the result repeats it. */
export interface Sent {
	readonly deviceToken?: string;
	readonly topic?: string;
	readonly pushType?: string;
	readonly environment?: string;
}

/** What happened and what to do, in words; undefined for an accepted push. */
export function explain(outcome: Outcome): { readonly message: string; readonly advice: string } | undefined {
	if (outcome.outcome === 'accepted') return undefined;
	if (outcome.failure !== undefined) return { message: outcome.failure.message, advice: outcome.failure.advice };
	const row = describeReason(outcome.status ?? 0, outcome.reason);
	return { message: row.meaning, advice: row.advice };
}

/** The json of a result item. It never has a key `error`: n8n would take the item for a failed one, or run the node again. */
export function resultJson(outcome: Outcome, sent: Sent): IDataObject {
	const json: IDataObject = {
		success: outcome.outcome === 'accepted',
		outcome: outcome.outcome,
		status: outcome.status ?? null,
		reason: outcome.reason ?? null,
		apnsId: outcome.apnsId ?? null,
		apnsUniqueId: outcome.apnsUniqueId ?? null,
		deviceToken: sent.deviceToken ?? null,
		topic: sent.topic ?? null,
		pushType: sent.pushType ?? null,
		environment: sent.environment ?? null,
		unregisteredAt: outcome.unregisteredAtMs === undefined ? null : new Date(outcome.unregisteredAtMs).toISOString(),
		attempts: outcome.attempts,
	};
	const words = explain(outcome);
	if (words !== undefined) {
		json.message = words.message;
		json.advice = words.advice;
	}
	if (outcome.repeats.length > 0) json.repeats = outcome.repeats.map(({ why, waitedMs }) => ({ why, waitedMs }));
	return json;
}
