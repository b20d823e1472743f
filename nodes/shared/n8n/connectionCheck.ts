/** Check Connection for n8n: from the credential's fields to one result; a field that cannot be used is a finding too. */
import type { ICredentialDataDecryptedObject, IDataObject } from 'n8n-workflow';
import { FieldProblem, orProblem } from '../apns/problems';
import { checkConnection, type ConnectionReport } from '../connectionCheck/checkConnection';
import { readCredential } from './credential';
import { wordsFor, wordsForMarked, wordsOf } from './fieldWords';
import { sentences } from './run/words';

export interface CheckOptions {
	/** Leaves out what only a person who looks for trouble reads. */
	readonly shortened?: boolean;
	readonly signal?: AbortSignal;
	/** Bound of the whole check, milliseconds. */
	readonly timeoutMs?: number;
}

/** What a check says, in the order people read it. */
export interface CheckResult {
	/** Whether APNs accepts the credential. */
	readonly success: boolean;
	/** What went wrong; null when nothing did. */
	readonly message: string | null;
	readonly advice: string;
	/** Something to know although nothing went wrong, such as a certificate that expires soon. */
	readonly hint?: string;
}

/** A credential whose fields cannot be read: nothing was opened. */
function unreadable(problem: FieldProblem): IDataObject & CheckResult {
	const { message, advice } = wordsOf(problem);
	return {
		success: false,
		message,
		advice,
		steps: [{ step: 'credential', ok: false, tried: true, ms: 0, details: {}, message, advice }],
	};
}

/** What a step that went well says nevertheless. */
function hintOf(steps: ConnectionReport['steps']): string | undefined {
	const step = steps.find(({ ok, message }) => ok && message !== undefined);
	return step?.message === undefined ? undefined : sentences(wordsFor(step.message), wordsForMarked(step.advice ?? ''));
}

/** Checks what the credential describes. Never throws for anything that is wrong with it or with the connection. */
export async function runConnectionCheck(
	data: ICredentialDataDecryptedObject,
	options: CheckOptions = {},
): Promise<IDataObject & CheckResult> {
	const credential = orProblem(() => readCredential(data));
	if (credential instanceof FieldProblem) return unreadable(credential);
	const { identity, endpoint, managementEndpoint, caBundle, proxyUrl, bundleId, environment } = credential;
	const { ok, message, advice, steps, ...report } = await checkConnection({
		identity,
		endpoint,
		managementEndpoint,
		caBundle,
		proxyUrl,
		bundleId,
		...options,
	});
	const hint = hintOf(steps);
	return {
		success: ok,
		message: message === undefined ? null : wordsFor(message),
		advice: wordsForMarked(advice),
		...(hint === undefined ? {} : { hint }),
		environment,
		...report,
		steps: steps.map(({ message: found, advice: next, ...step }) => ({
			...step,
			details: { ...step.details },
			...(found === undefined ? {} : { message: wordsFor(found) }),
			...(next === undefined ? {} : { advice: wordsForMarked(next) }),
		})),
	};
}
