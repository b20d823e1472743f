/** The credential's test in n8n's dialog: the shortened connection check, told in one message. */
import type { ICredentialDataDecryptedObject, INodeCredentialTestResult } from 'n8n-workflow';
import { runConnectionCheck } from './connectionCheck';

/** The dialog waits for it. */
const TEST_TIMEOUT_MS = 10_000;

/** Never throws: the finding is the result. */
export async function testCredential(data: ICredentialDataDecryptedObject): Promise<INodeCredentialTestResult> {
	try {
		const { ok, message, advice } = await runConnectionCheck(data, { shortened: true, timeoutMs: TEST_TIMEOUT_MS });
		if (ok) return { status: 'OK', message: 'APNs accepts this credential' };
		const what = message ?? 'APNs does not accept this credential';
		return { status: 'Error', message: `${what.replace(/\.?$/, '.')} ${advice}` };
	} catch (error) {
		return {
			status: 'Error',
			message: error instanceof Error ? error.message : 'The test failed for an unknown cause',
		};
	}
}
