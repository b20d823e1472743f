/** The node APNs Broadcast: broadcast pushes for Live Activities, and the channels they go to. */
import {
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	NodeConnectionTypes,
} from 'n8n-workflow';
import { apnsApiTest } from '../shared/n8n/credentialTest';
import { executeItems } from '../shared/n8n/run/execute';
import { properties } from './properties';
import { subtitle } from './subtitle';
import { prepareRequests, resultKind } from './run';
import { searchChannels } from './searchChannels';

export class ApnsBroadcast implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'APNs Broadcast',
		name: 'apnsBroadcast',
		icon: { light: 'file:../../icons/apnsBroadcast.svg', dark: 'file:../../icons/apnsBroadcast.dark.svg' },
		group: ['output'],
		version: [1],
		subtitle,
		description: 'Update Live Activities on many Apple devices at once, and manage their channels',
		defaults: { name: 'APNs Broadcast' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		usableAsTool: true,
		credentials: [{ name: 'apnsApi', required: true, testedBy: 'apnsApiTest' }],
		properties,
	};

	methods = {
		credentialTest: { apnsApiTest },
		listSearch: { searchChannels },
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await executeItems(this, async (setting) => await prepareRequests(this, setting), resultKind(this));
	}
}
