/** One result item per device or request: the names outside programs rely on, in the order people read them. */
import type { IDataObject } from 'n8n-workflow';
import { FieldProblem } from '../../apns/problems';
import { describeReason } from '../../apns/reasons';
import type { Failure, Outcome } from '../../outcome';
import { type Words, wordsFor, wordsForMarked, wordsOf as wordsOfProblem } from '../fieldWords';
import type { Target } from './words';

export type { Words } from '../fieldWords';

/** What was sent, as far as the result repeats it. */
export interface Sent {
	/** The entry of Device Tokens as the user wrote it. */
	readonly recipient?: string;
	readonly deviceToken?: string;
	readonly topic?: string;
	readonly pushType?: string;
	readonly environment?: string;
}

/** Codes of what this layer did not send, beside those of the transport. */
export const localCodes = {
	/** A field of the item cannot be used, or reading it threw. */
	invalid: 'invalidField',
	/** APNs refused the same app before in this run. */
	refusedBefore: 'refusedBefore',
	/** The execution was stopped. */
	stopped: 'stopped',
	/** The package failed. */
	fault: 'fault',
} as const;

/** Longest text of a thrown error that a result repeats: some hold the whole value they choked on. */
const MAX_ERROR_CHARACTERS = 500;

/** A request that was not sent, for a cause this layer knows. */
export function notSent(code: string, { message, advice }: Words): Outcome {
	const failure: Failure = { code, message, advice, commonToRun: false };
	return { outcome: 'not sent', attempts: 0, repeats: [], failure };
}

function shortened(text: string): string {
	return text.length > MAX_ERROR_CHARACTERS ? `${text.slice(0, MAX_ERROR_CHARACTERS)}…` : text;
}

/** What was thrown while something was read, in words: a field's problem, n8n's own error, or anything else. */
export function wordsOf(error: unknown): Words {
	if (error instanceof FieldProblem) return wordsOfProblem(error);
	if (!(error instanceof Error)) return { message: shortened(String(error)), advice: '' };
	const description: unknown = Reflect.get(error, 'description');
	return {
		message: shortened(error.message === '' ? error.name : error.message),
		advice: typeof description === 'string' ? shortened(description) : 'Check the expressions of this item.',
	};
}

/** An item that cannot be sent as it is. */
export function invalidOutcome(error: unknown): Outcome {
	return notSent(localCodes.invalid, wordsOf(error));
}

/** What happened and what to do, in words; undefined for an accepted request. */
export function explain(outcome: Outcome, target: Target = 'device'): Words | undefined {
	if (outcome.outcome === 'accepted') return undefined;
	if (outcome.failure !== undefined) {
		const { message, advice, remedy } = outcome.failure;
		return { message, advice: wordsForMarked(remedy ?? advice) };
	}
	const row = describeReason(outcome.status ?? 0, outcome.reason);
	const advice = target === 'channel' ? (row.channelAdvice ?? row.advice) : row.advice;
	return { message: row.meaning, advice: wordsFor(advice) };
}

/** The latest time a Date holds (ECMA-262, "Time Values and Time Range"). */
const LATEST_MS = 8.64e15;

/** An ISO time; undefined for none, and for one no calendar has. */
export function isoTime(atMs: number | undefined): string | undefined {
	return atMs === undefined || !(Math.abs(atMs) <= LATEST_MS) ? undefined : new Date(atMs).toISOString();
}

/** Keys that stand in a result only where they have something to say. */
function addOptional(json: IDataObject, outcome: Outcome): IDataObject {
	const unregisteredAt = isoTime(outcome.unregisteredAtMs);
	if (unregisteredAt !== undefined) json.unregisteredAt = unregisteredAt;
	if (outcome.apnsUniqueId !== undefined) json.apnsUniqueId = outcome.apnsUniqueId;
	if (outcome.repeats.length > 0) json.repeats = outcome.repeats.map(({ why, waitedMs }) => ({ why, waitedMs }));
	return json;
}

/** The result of a push. It never has a key `error`: n8n would take the item for a failed one, or run the node again. */
export function resultJson(outcome: Outcome, sent: Sent): IDataObject {
	const words = explain(outcome);
	return addOptional(
		{
			success: outcome.outcome === 'accepted',
			recipient: sent.recipient ?? null,
			outcome: outcome.outcome,
			reason: outcome.reason ?? null,
			message: words?.message ?? null,
			advice: words?.advice ?? null,
			status: outcome.status ?? null,
			deviceToken: sent.deviceToken ?? null,
			pushType: sent.pushType ?? null,
			topic: sent.topic ?? null,
			environment: sent.environment ?? null,
			apnsId: outcome.apnsId ?? null,
			attempts: outcome.attempts,
		},
		outcome,
	);
}

/** The result of a broadcast or a channel request; `known` holds the keys of its operation, null where unknown. */
export function requestJson(outcome: Outcome, { channelId = null, ...known }: IDataObject): IDataObject {
	const words = explain(outcome, 'channel');
	return addOptional(
		{
			success: outcome.outcome === 'accepted',
			channelId,
			outcome: outcome.outcome,
			reason: outcome.reason ?? null,
			message: words?.message ?? null,
			advice: words?.advice ?? null,
			status: outcome.status ?? null,
			...known,
			requestId: outcome.requestId ?? null,
			attempts: outcome.attempts,
		},
		outcome,
	);
}
