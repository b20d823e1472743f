/** The credential's test in n8n's dialog: the shortened connection check, told in one message. */
import type {
	ICredentialDataDecryptedObject,
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';
import { field, text } from '../apns/fields';
import { runConnectionCheck } from './connectionCheck';
import { wordsFor } from './fieldWords';
import { sentences } from './run/words';

/** The dialog waits for it. */
const TEST_TIMEOUT_MS = 10_000;

/** Without an app, APNs can only judge the credential itself; nodes then need a topic each. */
function withoutApp({ bundleId }: ICredentialDataDecryptedObject): string | undefined {
	if (typeof bundleId === 'string' && bundleId.trim() !== '') return undefined;
	return wordsFor(
		text`${field('bundleId')} is empty, so access to an app could not be tested, and each node needs its own topic or bundle ID.`,
	);
}

/** The method that `testedBy` of both nodes names. Never throws: the finding is the result. */
export async function apnsApiTest(
	this: ICredentialTestFunctions,
	credential: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	const data = credential.data ?? {};
	try {
		const { success, message, advice, hint } = await runConnectionCheck(data, {
			shortened: true,
			timeoutMs: TEST_TIMEOUT_MS,
		});
		if (success) return { status: 'OK', message: sentences('APNs accepts this credential', hint, withoutApp(data)) };
		return { status: 'Error', message: sentences(message ?? 'APNs does not accept this credential', advice) };
	} catch (error) {
		return {
			status: 'Error',
			message: error instanceof Error ? error.message : 'The credential could not be tested.',
		};
	}
}
