/** How pushes are delivered, repeated and reported: members of the collection Options, whatever the push type. */
import type { INodeProperties } from 'n8n-workflow';
import { environmentOption, retriesOption, timeoutOption, unknownOption } from '../shared/n8n/requestOptions';

export const deliveryOptions: INodeProperties[] = [
	{
		displayName: 'APNs ID',
		name: 'apnsId',
		type: 'string',
		default: '',
		placeholder: '123e4567-e89b-12d3-a456-426614174000',
		description: 'A UUID of your own for the push; APNs makes one otherwise',
	},
	{
		displayName: 'Collapse ID',
		name: 'collapseId',
		type: 'string',
		default: '',
		placeholder: 'e.g. score-4711',
		description: 'Pushes with the same ID replace each other on the device; at most 64 bytes',
	},
	{
		displayName: 'Custom Data',
		name: 'customData',
		type: 'json',
		default: '{}',
		description: 'A JSON object of keys for the app, beside "aps"',
		displayOptions: { show: { '/payloadType': ['fields'], '/pushType': ['alert', 'background', 'liveactivity'] } },
	},
	environmentOption('Where the device tokens belong'),
	{
		displayName: 'Expiration',
		name: 'expiration',
		type: 'string',
		default: '',
		placeholder: 'e.g. {{ $now.plus(1, "hour") }}',
		description:
			'Until when APNs keeps the push for a device that is offline: a date and time, UNIX seconds, or 0 for one attempt',
	},
	unknownOption('push', 'The push may or may not have arrived', 'The push may arrive twice, with the same APNs ID'),
	{
		displayName: 'Max Connections',
		name: 'maxConnections',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 32 },
		default: 4,
		description: 'Most connections to APNs that a large batch may use at once',
	},
	{
		displayName: 'Max Pushes in Flight',
		name: 'maxInFlight',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 10000 },
		default: 1000,
		description: 'Most unanswered pushes on one connection, if APNs allows that many',
	},
	{
		displayName: 'On Rejected Device',
		name: 'onRejectedDevice',
		type: 'options',
		options: [
			{ name: 'Return Item', value: 'returnItem', description: 'The item says why, and the workflow goes on' },
			{ name: 'Fail', value: 'fail', description: 'The node fails' },
		],
		default: 'returnItem',
		description: 'What to do when APNs refuses a device token',
	},
	{
		displayName: 'Output',
		name: 'output',
		type: 'options',
		options: [
			{ name: 'One Item per Device', value: 'devices', description: 'Each push with its outcome' },
			{
				name: 'One Summary per Input Item',
				value: 'summary',
				description: 'Counts by outcome and reason, and the device tokens to delete',
			},
		],
		default: 'devices',
		description: 'What the node returns',
	},
	{
		displayName: 'Priority',
		name: 'priority',
		type: 'options',
		options: [
			{ name: 'Default', value: 0, description: 'Background pushes 5, all others 10' },
			{ name: 'Immediate (10)', value: 10 },
			{ name: 'Power-Friendly (5)', value: 5 },
			{ name: 'Lowest (1)', value: 1 },
		],
		default: 0,
		description: 'How urgently the device is woken',
	},
	retriesOption,
	{
		displayName: 'Send Duplicates Once',
		name: 'skipDuplicates',
		type: 'boolean',
		default: true,
		description: 'Whether a device token that comes several times in one run gets the first push only',
	},
	timeoutOption,
];
