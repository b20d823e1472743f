/** Check Connection for n8n: from the credential's fields to one result; a field that cannot be used is a finding too. */
import type { ICredentialDataDecryptedObject, IDataObject } from 'n8n-workflow';
import { FieldProblem, orProblem } from '../apns/problems';
import { checkConnection } from '../connectionCheck/checkConnection';
import { readCredential } from './credential';
import { wordsFor, wordsOf } from './fieldWords';

export interface CheckOptions {
	/** Leaves out what only a person who looks for trouble reads. */
	readonly shortened?: boolean;
	readonly signal?: AbortSignal;
	/** Bound of the whole check, milliseconds. */
	readonly timeoutMs?: number;
}

/** A credential whose fields cannot be read: nothing was opened. */
function unreadable(problem: FieldProblem): { ok: boolean; advice: string; message: string; steps: IDataObject[] } {
	const { message, advice } = wordsOf(problem);
	return {
		ok: false,
		advice,
		message,
		steps: [{ step: 'credential', ok: false, tried: true, ms: 0, details: {}, message, advice }],
	};
}

/** Checks what the credential describes. Never throws for anything that is wrong with it or with the connection. */
export async function runConnectionCheck(
	data: ICredentialDataDecryptedObject,
	options: CheckOptions = {},
): Promise<IDataObject & { ok: boolean; advice: string; message?: string }> {
	const credential = orProblem(() => readCredential(data));
	if (credential instanceof FieldProblem) return { success: false, ...unreadable(credential) };
	const { identity, endpoint, managementEndpoint, caBundle, proxyUrl, bundleId, environment } = credential;
	const { message, ...report } = await checkConnection({
		identity,
		endpoint,
		managementEndpoint,
		caBundle,
		proxyUrl,
		bundleId,
		...options,
	});
	return {
		success: report.ok,
		environment,
		...report,
		advice: wordsFor(report.advice),
		...(message === undefined ? {} : { message: wordsFor(message) }),
		steps: report.steps.map(({ message: found, advice, ...step }) => ({
			...step,
			details: { ...step.details },
			...(found === undefined ? {} : { message: wordsFor(found) }),
			...(advice === undefined ? {} : { advice: wordsFor(advice) }),
		})),
	};
}
