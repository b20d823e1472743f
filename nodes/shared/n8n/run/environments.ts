/** Items by the environment they go to: nearly always one, and each with a credential of its own. */
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { type CredentialSettings, readCredential } from '../credential';
import type { ParameterReader } from '../parameters/parameters';
import { textOf } from '../values';
import type { Slices } from './slices';

/** Items that go to one environment, or that cannot be sent and why. */
export type EnvironmentGroup =
	| { readonly credential: CredentialSettings; readonly itemIndexes: readonly number[] }
	| { readonly errors: ReadonlyMap<number, unknown>; readonly itemIndexes: readonly number[] };

/**
 * Groups the items; one environment is one group, whether it was named or is the credential's own. An item whose
 * environment cannot be read or used fails alone.
 */
export async function groupByEnvironment(
	read: ParameterReader,
	itemCount: number,
	data: ICredentialDataDecryptedObject,
	slices: Slices,
): Promise<readonly EnvironmentGroup[]> {
	const credentials = new Map<string | undefined, CredentialSettings>();
	const groups = new Map<string, { readonly credential: CredentialSettings; readonly itemIndexes: number[] }>();
	const errors = new Map<number, unknown>();
	for (let itemIndex = 0; itemIndex < itemCount; itemIndex++) {
		try {
			const named = textOf('environment', read('options.environment', itemIndex, ''));
			const credential = credentials.get(named) ?? readCredential(data, named);
			credentials.set(named, credential);
			const group = groups.get(credential.environment);
			if (group === undefined) groups.set(credential.environment, { credential, itemIndexes: [itemIndex] });
			else group.itemIndexes.push(itemIndex);
		} catch (error) {
			errors.set(itemIndex, error);
		}
		if (slices.isOver) await slices.next();
	}
	return [...groups.values(), ...(errors.size === 0 ? [] : [{ errors, itemIndexes: [...errors.keys()] }])];
}
