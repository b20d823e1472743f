/** Runs the operation Send: credential, clients, items, output. */
import type { ICredentialDataDecryptedObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { sharedClient } from '../shared/client';
import { type Group, sendBatch } from '../shared/n8n/batch';
import { type CredentialSettings, readCredential } from '../shared/n8n/credential';
import { isSharedProblem } from '../shared/n8n/fixedParameters';
import { isToolRun, returnReport } from '../shared/n8n/output';
import { createParameterReader, type ParameterReader } from '../shared/n8n/parameters';
import { properties } from './properties';
import { createPlanner, type ItemContext, readEnvironment, readRunSettings } from './settings';

/** Items by the environment they ask for; nearly always one. */
function itemsByEnvironment(read: ParameterReader, itemCount: number): Map<string | undefined, number[]> {
	const groups = new Map<string | undefined, number[]>();
	for (let itemIndex = 0; itemIndex < itemCount; itemIndex++) {
		const environment = readEnvironment(read, itemIndex);
		const known = groups.get(environment);
		if (known === undefined) groups.set(environment, [itemIndex]);
		else known.push(itemIndex);
	}
	return groups;
}

/** Credentials by environment; those of one environment share the client, whether it was named or is the credential's own. */
function readGroups(read: ParameterReader, itemCount: number, data: ICredentialDataDecryptedObject): Array<readonly [CredentialSettings, number[]]> {
	const byEnvironment = new Map<string, readonly [CredentialSettings, number[]]>();
	for (const [environment, itemIndexes] of itemsByEnvironment(read, itemCount)) {
		const credential = readCredential(data, environment);
		const known = byEnvironment.get(credential.environment);
		if (known === undefined) byEnvironment.set(credential.environment, [credential, itemIndexes]);
		else known[1].push(...itemIndexes);
	}
	return [...byEnvironment.values()].map(([credential, itemIndexes]) => [credential, itemIndexes.sort((a, b) => a - b)] as const);
}

/** Sends what all items ask for. Throws `FieldProblem` and n8n's errors. */
export async function sendItems(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const itemCount = context.getInputData().length;
	const node = context.getNode();
	const read = createParameterReader(context);
	const run = readRunSettings(read);
	const data = await context.getCredentials('apnsApi');
	const credentialId = node.credentials?.apnsApi?.id ?? undefined;
	const item: ItemContext = { read, timeZone: context.getTimezone(), nowMs: Date.now() };
	const plan = createPlanner(item, properties, node.parameters);
	const groups = readGroups(read, itemCount, data).map(([credential, itemIndexes]): Group => {
		const { identity, endpoint, managementEndpoint, caBundle, proxyUrl, environment } = credential;
		return {
			client: sharedClient({
				identity,
				endpoint,
				managementEndpoint,
				caBundle,
				proxyUrl,
				maxConnections: run.maxConnections,
				maxInFlight: run.maxInFlight,
				owner: credentialId === undefined ? undefined : `${credentialId}|${environment}`,
			}),
			environment,
			itemIndexes,
			plan: (itemIndex) => plan(itemIndex, credential),
		};
	});
	const { report, hints } = await sendBatch({
		groups,
		itemCount,
		request: run.request,
		detail: isToolRun(context) ? 'total' : run.summarize ? 'summary' : 'devices',
		skipDuplicates: run.skipDuplicates,
		onProblem: (problem) => {
			// What stands in a field without expressions every item has: end before the first push rather than fail each.
			if (!context.continueOnFail() && isSharedProblem(problem, properties, node.parameters, ['recipients'])) throw problem;
		},
		signal: context.getExecutionCancelSignal(),
	});
	return returnReport(context, report, hints, run.failOnRejectedDevice);
}
