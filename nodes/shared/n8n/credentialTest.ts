/** The credential's test in n8n's dialog: one harmless authenticated request, and what its answer says. */
import type { ICredentialDataDecryptedObject, INodeCredentialTestResult } from 'n8n-workflow';
import { FieldProblem } from '../apns/problems';
import { describeReason, isCommonToRun } from '../apns/reasons';
import { sharedClient } from '../client';
import { readCredential } from './credential';

/** No device has this token: APNs checks the credentials before it looks at it (Apple, "Sending notification requests to APNs"). */
const NO_DEVICE = '0'.repeat(64);
const TEST_TIMEOUT_MS = 10_000;

/** Never throws: the finding is the result. */
export async function testCredential(data: ICredentialDataDecryptedObject): Promise<INodeCredentialTestResult> {
	try {
		const { identity, endpoint, managementEndpoint, caBundle, proxyUrl, bundleId } = readCredential(data);
		const client = sharedClient({ identity, endpoint, managementEndpoint, caBundle, proxyUrl });
		const outcome = await client.send(
			{ deviceToken: NO_DEVICE, topic: bundleId, pushType: 'background', priority: 5, expirationSeconds: 0, payload: Buffer.from('{"aps":{"content-available":1}}') },
			{ timeoutMs: TEST_TIMEOUT_MS, queueTimeoutMs: TEST_TIMEOUT_MS, retries: 0 },
		);
		if (outcome.failure !== undefined) return { status: 'Error', message: `${outcome.failure.message} ${outcome.failure.advice}` };
		const row = describeReason(outcome.status ?? 0, outcome.reason);
		if (outcome.outcome === 'accepted' || !isCommonToRun(row) || (bundleId === undefined && row.scope === 'topic')) {
			return { status: 'OK', message: 'APNs accepts this credential' };
		}
		return { status: 'Error', message: `${row.meaning} (${outcome.reason ?? outcome.status}) ${row.advice}` };
	} catch (error) {
		if (error instanceof FieldProblem) return { status: 'Error', message: `${error.message}. ${error.remedy}` };
		return { status: 'Error', message: error instanceof Error ? error.message : 'The test failed for an unknown cause' };
	}
}
