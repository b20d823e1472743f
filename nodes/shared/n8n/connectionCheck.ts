/** Check Connection for n8n: from the credential's fields to one result; a field that cannot be used is a finding too. */
import type { ICredentialDataDecryptedObject, IDataObject } from 'n8n-workflow';
import { FieldProblem, orProblem } from '../apns/problems';
import { checkConnection, type ConnectionReport } from '../connectionCheck/checkConnection';
import { readCredential } from './credential';

export interface CheckOptions {
	/** Leaves out what only a person who looks for trouble reads. */
	readonly shortened?: boolean;
	readonly signal?: AbortSignal;
	/** Bound of the whole check, milliseconds. */
	readonly timeoutMs?: number;
}

/** A credential whose fields cannot be read: nothing was opened. */
function unreadable({
	message,
	remedy,
}: FieldProblem): Pick<ConnectionReport, 'ok' | 'advice' | 'message'> & { readonly steps: IDataObject[] } {
	return {
		ok: false,
		advice: remedy,
		message,
		steps: [{ step: 'credential', ok: false, tried: true, ms: 0, details: {}, message, advice: remedy }],
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
	const report = await checkConnection({
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
		steps: report.steps.map((step) => ({ ...step, details: { ...step.details } })),
	};
}
