/** The fields of the APNs Broadcast node. */
import type { INodeProperties } from 'n8n-workflow';
import { storagePolicyRows } from '../shared/apns/channels';
import { liveActivityOptions, liveActivityProperties } from '../shared/n8n/liveActivityFields';
import { environmentOption, retriesOption, timeoutOption, unknownOption } from '../shared/n8n/requestOptions';

const broadcast = { resource: ['broadcast'], operation: ['send'] };
const byFields = { ...broadcast, payloadType: ['fields'] };

const environment = environmentOption('Where the channel lives: each environment has channels of its own');
const requestId: INodeProperties = {
	displayName: 'Request ID',
	name: 'requestId',
	type: 'string',
	default: '',
	placeholder: '123e4567-e89b-12d3-a456-426614174000',
	description: 'A UUID of your own for the request; APNs makes one otherwise',
};
const broadcastOptions: INodeProperties[] = [
	...liveActivityOptions({ '/payloadType': ['fields'] }, { broadcast: true }),
	{
		displayName: 'Custom Data',
		name: 'customData',
		type: 'json',
		default: '{}',
		description: 'A JSON object of keys for the app, beside "aps"',
		displayOptions: { show: { '/payloadType': ['fields'] } },
	},
	environment,
	unknownOption(
		'broadcast',
		'The broadcast may or may not have been published',
		'The broadcast may be published twice; devices ignore what is older than they have',
	),
	requestId,
	retriesOption,
	timeoutOption,
];

export const properties: INodeProperties[] = [
	{
		displayName: 'Resource',
		name: 'resource',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'Broadcast', value: 'broadcast' },
			{ name: 'Channel', value: 'channel' },
		],
		default: 'broadcast',
	},
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['broadcast'] } },
		options: [
			{
				name: 'Send',
				value: 'send',
				description: 'Publish an update to all Live Activities that listen to a channel',
				action: 'Send a broadcast',
			},
		],
		default: 'send',
	},
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['channel'] } },
		options: [
			{ name: 'Create', value: 'create', description: 'Create a channel', action: 'Create a channel' },
			{ name: 'Delete', value: 'delete', description: 'Delete a channel for good', action: 'Delete a channel' },
			{ name: 'Get', value: 'get', description: 'Get the settings of a channel', action: 'Get a channel' },
			{ name: 'Get Many', value: 'getAll', description: 'Get the channels of an app', action: 'Get many channels' },
		],
		default: 'create',
	},
	{
		displayName: 'Bundle ID',
		name: 'bundleId',
		type: 'string',
		default: '',
		placeholder: 'e.g. com.example.app',
		description: "The app's bundle ID without any suffix; empty for the one in the credential",
	},
	{
		displayName: 'Channel',
		name: 'channelId',
		type: 'resourceLocator',
		required: true,
		default: { mode: 'list', value: '' },
		description: 'The channel, as APNs named it when it was created',
		displayOptions: { show: { resource: ['broadcast', 'channel'], operation: ['send', 'get', 'delete'] } },
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				placeholder: 'Choose a channel…',
				typeOptions: { searchListMethod: 'searchChannels', searchable: true },
			},
			{ displayName: 'By ID', name: 'id', type: 'string', placeholder: 'e.g. dHN0LXNyY2gtY2hubA==' },
		],
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
		description: 'How the content of the broadcast is given',
		displayOptions: { show: broadcast },
	},
	{
		displayName: 'JSON',
		name: 'payloadJson',
		type: 'json',
		default: '{\n  "aps": {\n    "timestamp": 1700000000,\n    "event": "update",\n    "content-state": {}\n  }\n}',
		description: 'The whole payload of a Live Activity push as Apple documents it',
		displayOptions: { show: { ...broadcast, payloadType: ['json'] } },
	},
	...liveActivityProperties(byFields, { broadcast: true }),
	{
		displayName: 'Priority',
		name: 'priority',
		type: 'options',
		options: [
			{ name: 'Immediate (10)', value: 10, description: 'Counts against the budget of the activity' },
			{ name: 'Power-Friendly (5)', value: 5, description: 'Free of budget; for updates that can wait' },
		],
		default: 10,
		description: 'How urgently devices are woken',
		displayOptions: { show: broadcast },
	},
	{
		displayName: 'Expiration',
		name: 'expiration',
		type: 'string',
		default: '0',
		placeholder: 'e.g. {{ $now.plus(1, "hour") }}',
		description:
			'Until when APNs keeps the broadcast for devices that are offline: a date and time, UNIX seconds, or 0 for one attempt. Channels that store nothing take 0 only.',
		displayOptions: { show: broadcast },
	},
	{
		displayName: 'Message Storage',
		name: 'storagePolicy',
		type: 'options',
		options: storagePolicyRows.map(({ displayName, value, description }) => ({
			name: displayName,
			value,
			description,
		})),
		default: 'mostRecent',
		description: 'What APNs keeps for devices that are offline; it cannot be changed later',
		displayOptions: { show: { resource: ['channel'], operation: ['create'] } },
	},
	{
		displayName: 'Return All',
		name: 'returnAll',
		type: 'boolean',
		default: false,
		description: 'Whether to return all results or only up to a given limit',
		displayOptions: { show: { resource: ['channel'], operation: ['getAll'] } },
	},
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 50,
		description: 'Max number of results to return',
		displayOptions: { show: { resource: ['channel'], operation: ['getAll'], returnAll: [false] } },
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		displayOptions: { show: broadcast },
		options: broadcastOptions.sort((a, b) => a.displayName.localeCompare(b.displayName)),
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		displayOptions: { show: { resource: ['channel'] } },
		options: [
			environment,
			{
				displayName: 'Include Settings',
				name: 'includeSettings',
				type: 'boolean',
				default: true,
				description: 'Whether to ask APNs for the message storage and push type of each channel, one request each',
				displayOptions: { show: { '/operation': ['getAll'] } },
			},
			requestId,
			retriesOption,
			timeoutOption,
		],
	},
];
