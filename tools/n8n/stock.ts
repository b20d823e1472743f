/** Puts credentials and examples into an n8n: made the first time, brought up to date where they were made by this program, and never otherwise. */
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import type { RestClient } from '../../test/app/application/restClient';
import type { DataFolder } from './dataFolder';
import { canBeActive, credentialTypes, exampleNames, readExample, withCredentials } from './examples';

export interface CredentialToStock {
	readonly type: string;
	readonly name: string;
	readonly data: ICredentialDataDecryptedObject;
}

/** The example that the others name as their error workflow. */
const errorExample = 'workflow-failed';

/** Makes the credentials, or gives those made earlier their new content: keys and ports are new at each start. */
export async function stockCredentials(
	rest: RestClient,
	{ memory, save }: DataFolder,
	credentials: readonly CredentialToStock[],
): Promise<void> {
	for (const { type, name, data } of credentials) {
		const known = memory.credentials[type];
		// One that its user deleted is made again.
		const updated =
			known !== undefined &&
			(await rest.updateCredential(known, name, data, type).then(
				() => true,
				() => false,
			));
		if (!updated) memory.credentials[type] = await rest.createCredential(name, data, type);
		save();
	}
}

export interface StockedExamples {
	readonly active: readonly string[];
	/** Imported, and not active: what they need is not there. */
	readonly inactive: readonly string[];
	/** Those that are started by hand. */
	readonly manual: readonly string[];
}

/** Imports examples that are not there yet and makes them active; what a user changed or deleted stays as it is. */
export async function stockExamples(rest: RestClient, { memory, save }: DataFolder): Promise<StockedExamples> {
	const active: string[] = [];
	const inactive: string[] = [];
	const manual: string[] = [];
	const names = exampleNames().sort((a, b) => Number(b === errorExample) - Number(a === errorExample));
	for (const name of names) {
		const example = withCredentials(readExample(name), memory.credentials);
		const runs = credentialTypes(example).every((type) => memory.credentials[type] !== undefined);
		const known = memory.workflows[name];
		if (known === undefined) {
			const errorWorkflow = name === errorExample ? undefined : memory.workflows[errorExample];
			const stored = await rest.createWorkflow({ ...example, settings: { ...example.settings, errorWorkflow } });
			memory.workflows[name] = stored.id;
			save();
			if (runs && canBeActive(example)) await rest.activate(stored);
		}
		(!canBeActive(example) ? manual : runs ? active : inactive).push(example.name);
	}
	return { active, inactive, manual };
}
