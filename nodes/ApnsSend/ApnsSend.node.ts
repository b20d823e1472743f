/** The node APNs Send: pushes to devices, and the check of the connection they take. */
import {
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	NodeConnectionTypes,
} from 'n8n-workflow';
import { apnsApiTest } from '../shared/n8n/credentialTest';
import { executeItems } from '../shared/n8n/run/execute';
import { executeCheck } from './check';
import { properties } from './properties';
import { subtitle } from './subtitle';
import { prepareSend } from './send';
import { executeStatistics } from './statistics';

export class ApnsSend implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'APNs Send',
		name: 'apnsSend',
		icon: { light: 'file:../../icons/apns.svg', dark: 'file:../../icons/apns.dark.svg' },
		group: ['output'],
		version: [1],
		subtitle,
		description: 'Send push notifications to Apple devices',
		defaults: { name: 'APNs Send' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		usableAsTool: true,
		credentials: [{ name: 'apnsApi', required: true, testedBy: 'apnsApiTest' }],
		properties,
	};

	methods = {
		credentialTest: { apnsApiTest },
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		switch (this.getNodeParameter('operation', 0, 'send')) {
			case 'checkConnection':
				return await executeCheck(this);
			case 'statistics':
				return await executeStatistics(this);
			default:
				return await executeItems(this, async (setting) => await prepareSend(this, setting));
		}
	}
}
