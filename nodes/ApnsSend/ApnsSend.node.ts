/** The node APNs Send: pushes to devices, and the check of the connection they take. */
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
import { testCredential } from '../shared/n8n/credentialTest';
import { asNodeError } from '../shared/n8n/run/failures';
import { failedItems } from '../shared/n8n/run/output';
import { checkOnce } from './check';
import { properties } from './properties';
import { sendItems } from './send';

export class ApnsSend implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'APNs Send',
		name: 'apnsSend',
		icon: { light: 'file:../../icons/apns.svg', dark: 'file:../../icons/apns.dark.svg' },
		group: ['output'],
		version: [1],
		subtitle: '={{ $parameter["operation"] === "checkConnection" ? "check connection" : $parameter["pushType"] }}',
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
			async apnsApiTest(
				this: ICredentialTestFunctions,
				credential: ICredentialsDecrypted,
			): Promise<INodeCredentialTestResult> {
				return await testCredential(credential.data ?? {});
			},
		},
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		if (this.getExecutionCancelSignal()?.aborted === true || this.getInputData().length === 0) return [[]];
		try {
			const checks = this.getNodeParameter('operation', 0, 'send') === 'checkConnection';
			return [await (checks ? checkOnce(this) : sendItems(this))];
		} catch (error) {
			const nodeError = asNodeError(this.getNode(), error);
			if (!this.continueOnFail()) throw nodeError;
			return [failedItems(this, nodeError)];
		}
	}
}
