/** The fields of the APNs Send node. */
import type { INodeProperties } from 'n8n-workflow';
import { pushTypeRows } from '../shared/apns/pushTypes';
import { liveActivityOptions, liveActivityProperties } from '../shared/n8n/liveActivityFields';
import { alertOptions } from './alertOptions';
import { deliveryOptions } from './deliveryOptions';

const send = { operation: ['send'] };
const fieldsOf = (...pushTypes: string[]): { operation: string[]; payloadType: string[]; pushType: string[] } => ({
	operation: ['send'],
	payloadType: ['fields'],
	pushType: pushTypes,
});

/** Live Activities share the options of an alert's texts and sound; those stand in the list once, for both. */
const shared = new Set(alertOptions.map(({ name }) => name));
const activityOptions = liveActivityOptions(
	{ '/payloadType': ['fields'], '/pushType': ['liveactivity'] },
	{ broadcast: false },
).filter(({ name }) => !shared.has(name));

export const properties: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		options: [
			{
				name: 'Check Connection',
				value: 'checkConnection',
				description: 'Find out why pushes fail: name, network, TLS, credential',
				action: 'Check the connection',
			},
			{
				name: 'Send',
				value: 'send',
				description: 'Send a push notification to devices',
				action: 'Send a push notification',
			},
		],
		default: 'send',
	},
	{
		displayName: 'Device Tokens',
		name: 'recipients',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. 4f1c… or {{ $json.deviceToken }}',
		description:
			'One device token, or many separated by commas or line breaks, or an array of them, as the app registered them',
		displayOptions: { show: send },
	},
	{
		displayName: 'Push Type',
		name: 'pushType',
		type: 'options',
		options: pushTypeRows.map(({ displayName, value, description }) => ({ name: displayName, value, description })),
		default: 'alert',
		description: 'What the push is for; it must fit the payload and the device token',
		displayOptions: { show: send },
	},
	{
		displayName: 'Topic',
		name: 'topic',
		type: 'string',
		default: '',
		placeholder: 'e.g. com.example.app',
		description:
			"The app's bundle ID; empty for the one in the credential. What the push type adds to it, such as .voip, is added when missing.",
		displayOptions: { show: send },
	},
	{
		displayName: 'Specify Payload',
		name: 'payloadType',
		type: 'options',
		options: [
			{ name: 'Using Fields Below', value: 'fields' },
			{ name: 'Using JSON', value: 'json' },
		],
		default: 'fields',
		description: 'How the content of the push is given',
		displayOptions: { show: send },
	},
	{
		displayName: 'JSON',
		name: 'payloadJson',
		type: 'json',
		default: '{\n  "aps": {\n    "alert": {\n      "title": "Hello",\n      "body": "World"\n    }\n  }\n}',
		description: 'The whole payload as Apple documents it; "{}" is a payload too (Wallet passes)',
		displayOptions: { show: { operation: ['send'], payloadType: ['json'] } },
	},
	{
		displayName: 'Title',
		name: 'title',
		type: 'string',
		default: '',
		placeholder: 'e.g. Server down',
		description: 'The first, bold line of the alert',
		displayOptions: { show: fieldsOf('alert') },
	},
	{
		displayName: 'Body',
		name: 'body',
		type: 'string',
		typeOptions: { rows: 2 },
		default: '',
		placeholder: 'e.g. web-3 has not answered for five minutes',
		description: 'The text of the alert',
		displayOptions: { show: fieldsOf('alert') },
	},
	...liveActivityProperties(fieldsOf('liveactivity'), { broadcast: false }),
	{
		displayName: 'Data',
		name: 'data',
		type: 'json',
		default: '{}',
		placeholder: '{ "call": "4711" }',
		description: 'What the app receives, a JSON object of your own',
		displayOptions: { show: fieldsOf('complication', 'location', 'pushtotalk', 'voip') },
	},
	{
		displayName: 'Container Identifier',
		name: 'containerIdentifier',
		type: 'string',
		default: 'NSFileProviderWorkingSetContainerItemIdentifier',
		description: 'Identifier of the container whose content changed; the default is the working set',
		displayOptions: { show: fieldsOf('fileprovider') },
	},
	{
		displayName: 'Domain',
		name: 'domain',
		type: 'string',
		default: '',
		description: 'Identifier of the domain, where the app has several',
		displayOptions: { show: fieldsOf('fileprovider') },
	},
	{
		displayName: 'Push Magic',
		name: 'pushMagic',
		type: 'string',
		default: '',
		placeholder: 'e.g. 2C2D4F2A-6B7F-4A5E-9A55-0B1C7C1C7E21',
		description: 'The value PushMagic that the device reported in TokenUpdate; the topic is the one reported there too',
		displayOptions: { show: fieldsOf('mdm') },
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		displayOptions: { show: send },
		options: [...alertOptions, ...activityOptions, ...deliveryOptions].sort((a, b) =>
			a.displayName.localeCompare(b.displayName),
		),
	},
];
