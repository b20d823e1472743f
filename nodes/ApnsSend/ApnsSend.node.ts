/** The node APNs Send: pushes to devices. */
import {
	type ICredentialsDecrypted,
	type ICredentialTestFunctions,
	type IExecuteFunctions,
	type INodeCredentialTestResult,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	NodeConnectionTypes,
} from 'n8n-workflow';
import { sharedClient } from '../shared/client';
import { runBatch } from '../shared/n8n/batch';
import { readCredential } from '../shared/n8n/credential';
import { testCredential } from '../shared/n8n/credentialTest';
import { asNodeError } from '../shared/n8n/failures';
import { properties } from './properties';
import { readItemSettings, readRunSettings } from './settings';

export class ApnsSend implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'APNs Send',
		name: 'apnsSend',
		icon: { light: 'file:../../icons/apns.svg', dark: 'file:../../icons/apns.dark.svg' },
		group: ['output'],
		version: [1],
		subtitle: '={{ $parameter["pushType"] }}',
		description: 'Send push notifications to Apple devices',
		defaults: { name: 'APNs Send' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		usableAsTool: true,
		credentials: [{ name: 'apnsApi', required: true, testedBy: 'apnsApiTest' }],
		properties,
	};

	methods = {
		credentialTest: {
			async apnsApiTest(this: ICredentialTestFunctions, credential: ICredentialsDecrypted): Promise<INodeCredentialTestResult> {
				return await testCredential(credential.data ?? {});
			},
		},
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		if (this.getExecutionCancelSignal()?.aborted === true) return [[]];
		const items = this.getInputData();
		if (items.length === 0) return [[]];
		try {
			const run = readRunSettings(this);
			const credential = readCredential(await this.getCredentials('apnsApi'), run.environment);
			const client = sharedClient({
				identity: credential.identity,
				endpoint: credential.endpoint,
				managementEndpoint: credential.managementEndpoint,
				caBundle: credential.caBundle,
				proxyUrl: credential.proxyUrl,
				maxConnections: run.maxConnections,
				maxInFlight: run.maxInFlight,
				owner: this.getNode().credentials?.apnsApi?.id ?? undefined,
			});
			const output = await runBatch(this, {
				client,
				environment: credential.environment,
				itemCount: items.length,
				plan: (itemIndex) => {
					const { draft, recipients } = readItemSettings(this, itemIndex, credential.bundleId, credential.identity.type === 'token');
					return { draft, tokens: recipients.tokens, problems: recipients.problems };
				},
				request: run.request,
				failOnRejectedDevice: run.failOnRejectedDevice,
			});
			return [output];
		} catch (error) {
			throw asNodeError(this.getNode(), error);
		}
	}
}
