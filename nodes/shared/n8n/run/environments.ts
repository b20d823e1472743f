/** Items by the environment they go to: nearly always one, and each with a credential of its own. */
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { type CredentialSettings, readCredential } from '../credential';
import type { ParameterReader } from '../parameters/parameters';
import { textOf } from '../values';

/** The environment an item names in Options; undefined leaves it to the credential. */
function environmentOf(read: ParameterReader, itemIndex: number): string | undefined {
	return textOf(read('options.environment', itemIndex, ''));
}

/**
 * Groups the items; one environment is one group, whether it was named or is the credential's own. Throws `FieldProblem`
 * for an environment or a credential that cannot be used.
 */
export function groupByEnvironment(
	read: ParameterReader,
	itemCount: number,
	data: ICredentialDataDecryptedObject,
): ReadonlyArray<readonly [CredentialSettings, readonly number[]]> {
	const credentials = new Map<string | undefined, CredentialSettings>();
	const groups = new Map<string, [CredentialSettings, number[]]>();
	for (let itemIndex = 0; itemIndex < itemCount; itemIndex++) {
		const named = environmentOf(read, itemIndex);
		const credential = credentials.get(named) ?? readCredential(data, named);
		credentials.set(named, credential);
		const group = groups.get(credential.environment);
		if (group === undefined) groups.set(credential.environment, [credential, [itemIndex]]);
		else group[1].push(itemIndex);
	}
	return [...groups.values()];
}
