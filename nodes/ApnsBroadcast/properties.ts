/** The fields of the APNs Broadcast node. */
import type { INodeProperties } from 'n8n-workflow';
import { storagePolicyRows } from '../shared/apns/channels';
import { choiceNames, labels } from '../shared/n8n/fieldWords';
import { liveActivityFields, liveActivityLocalization, liveActivityProperties } from '../shared/n8n/liveActivityFields';
import { type Needed, shownWhere } from '../shared/n8n/requiredField';
import { environmentOption, retriesOption, timeoutOption, unknownOption } from '../shared/n8n/requestOptions';

const broadcast = { resource: ['broadcast'], operation: ['send'] };
const fields: Needed = { resource: ['broadcast'], operation: ['send'], payloadType: ['fields'] };
const byFields = shownWhere(fields);

const environment = environmentOption('Environment of the channel. Each environment has its own channels.');
const requestId: INodeProperties = {
	displayName: labels.requestId,
	name: 'requestId',
	type: 'string',
	default: '',
	placeholder: 'e.g. 123e4567-e89b-12d3-a456-426614174000',
	description: 'A UUID to identify the request. Leave empty to let APNs create one.',
};

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
		displayName: labels.operation,
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['broadcast'] } },
		options: [
			{
				name: 'Send',
				value: 'send',
				description: 'Update all Live Activities that are subscribed to a channel',
				action: 'Send broadcast to channel',
			},
		],
		default: 'send',
	},
	{
		displayName: labels.operation,
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['channel'] } },
		options: [
			{ name: 'Create', value: 'create', description: 'Create a new channel', action: 'Create channel' },
			{ name: 'Delete', value: 'delete', description: 'Delete a channel permanently', action: 'Delete channel' },
			{ name: 'Get', value: 'get', description: 'Retrieve the settings of a channel', action: 'Get channel' },
			{
				name: 'Get Many',
				value: 'getAll',
				description: 'Retrieve a list of the channels of an app',
				action: 'Get many channels',
			},
		],
		default: 'create',
	},
	{
		displayName: labels.bundleId,
		name: 'bundleId',
		type: 'string',
		default: '',
		placeholder: 'e.g. com.example.app',
		description: 'Bundle ID of the app, without a suffix. Leave empty to use the bundle ID in the credential.',
	},
	{
		displayName: labels.channelId,
		name: 'channelId',
		type: 'resourceLocator',
		required: true,
		default: { mode: 'list', value: '' },
		description: 'Channel of the app in the selected environment',
		displayOptions: { show: { resource: ['broadcast', 'channel'], operation: ['send', 'get', 'delete'] } },
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				placeholder: 'Choose a channel...',
				typeOptions: { searchListMethod: 'searchChannels', searchable: true },
			},
			{ displayName: 'By ID', name: 'id', type: 'string', placeholder: 'e.g. dHN0LXNyY2gtY2hubA==' },
		],
	},
	{
		displayName: labels.payloadType,
		name: 'payloadType',
		type: 'options',
		options: [
			{ name: choiceNames.payloadType.fields, value: 'fields' },
			{ name: choiceNames.payloadType.json, value: 'json' },
		],
		default: 'fields',
		description: 'How to define the content of the broadcast',
		displayOptions: { show: broadcast },
	},
	{
		displayName: labels.payloadJson,
		name: 'payloadJson',
		type: 'json',
		required: true,
		default: '{\n  "aps": {\n    "timestamp": 1700000000,\n    "event": "update",\n    "content-state": {}\n  }\n}',
		description: "The complete payload of a Live Activity push in Apple's format",
		displayOptions: { show: { ...broadcast, payloadType: ['json'] } },
	},
	...liveActivityProperties(fields, { broadcast: true }),
	{
		displayName: labels.priority,
		name: 'priority',
		type: 'options',
		options: [
			{
				name: 'Immediate (10)',
				value: 10,
				description: 'Delivers the broadcast right away. Counts toward the update budget of the activity.',
			},
			{
				name: 'Power-Friendly (5)',
				value: 5,
				description: "Takes the device's power into account. Does not count toward the update budget.",
			},
		],
		default: 10,
		description: 'How urgently to deliver the broadcast',
		displayOptions: { show: broadcast },
	},
	{
		displayName: labels.expiration,
		name: 'expiration',
		type: 'string',
		default: '0',
		placeholder: 'e.g. {{ $now.plus(1, "hour") }}',
		description:
			'How long APNs keeps the broadcast for devices that are offline, up to 8 hours. Enter a date and time, or UNIX seconds. With 0, only devices that are online receive it, even if the channel stores messages. A channel without storage requires 0.',
		displayOptions: { show: broadcast },
	},
	{
		displayName: labels.storagePolicy,
		name: 'storagePolicy',
		type: 'options',
		options: storagePolicyRows.map(({ displayName, value, description }) => ({
			name: displayName,
			value,
			description,
		})),
		default: 'mostRecent',
		description: 'What APNs keeps for devices that are offline. This cannot be changed later.',
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
		displayName: labels.limit,
		name: 'limit',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 50,
		description: 'Max number of results to return',
		displayOptions: { show: { resource: ['channel'], operation: ['getAll'], returnAll: [false] } },
	},
	{
		displayName: 'Additional Fields',
		name: 'additionalFields',
		type: 'collection',
		placeholder: 'Add field',
		default: {},
		displayOptions: { show: byFields },
		options: liveActivityFields({ broadcast: true }),
	},
	{
		displayName: 'Localization',
		name: 'localization',
		type: 'collection',
		placeholder: 'Add field',
		default: {},
		displayOptions: { show: byFields },
		options: liveActivityLocalization,
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		displayOptions: { show: broadcast },
		options: [
			environment,
			unknownOption(
				'broadcast',
				'The broadcast may or may not have been published',
				'The broadcast may be published twice. Devices ignore updates that are older than the last one.',
			),
			requestId,
			retriesOption,
			timeoutOption,
		],
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
				description:
					'Whether to also retrieve the message storage and push type of each channel, with one request per channel',
				displayOptions: { show: { '/operation': ['getAll'] } },
			},
			requestId,
			retriesOption,
			timeoutOption,
		],
	},
];
