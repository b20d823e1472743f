/** How pushes are delivered, repeated and reported: members of the collection Options, whatever the push type. */
import type { INodeProperties } from 'n8n-workflow';
import { callerLimits } from '../shared/client/defaults';
import { labels } from '../shared/n8n/fieldWords';
import { environmentOption, retriesOption, timeoutOption, unknownOption } from '../shared/n8n/requestOptions';

export const deliveryOptions: INodeProperties[] = [
	{
		displayName: labels.apnsId,
		name: 'apnsId',
		type: 'string',
		default: '',
		placeholder: 'e.g. 123e4567-e89b-12d3-a456-426614174000',
		description: 'A UUID to identify the push. Leave empty to let APNs create one.',
	},
	{
		displayName: labels.collapseId,
		name: 'collapseId',
		type: 'string',
		default: '',
		placeholder: 'e.g. score-4711',
		description: 'Pushes with the same ID replace each other on the device. Up to 64 bytes.',
	},
	environmentOption('Environment that the device tokens belong to'),
	{
		displayName: labels.expiration,
		name: 'expiration',
		type: 'string',
		default: '',
		placeholder: 'e.g. {{ $now.plus(1, "hour") }}',
		description:
			'How long APNs keeps the push for a device that is offline. Enter a date and time, UNIX seconds, or 0 for one delivery attempt without storage. Leave empty to let APNs decide.',
	},
	unknownOption(
		'push',
		'The push may or may not have been delivered',
		'The push may be delivered twice, with the same APNs ID',
	),
	{
		displayName: labels.maxConnections,
		name: 'maxConnections',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: callerLimits.maxConnections.most },
		default: 4,
		description: 'Maximum number of connections to APNs for large batches',
	},
	{
		displayName: labels.maxInFlight,
		name: 'maxInFlight',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: callerLimits.maxInFlight.most },
		default: 1_000,
		description: 'Maximum number of unanswered pushes on each connection. APNs may set a lower limit.',
	},
	{
		displayName: 'On Rejected Device',
		name: 'onRejectedDevice',
		type: 'options',
		options: [
			{ name: 'Fail', value: 'fail', description: 'The node fails after all pushes have been sent' },
			{
				name: 'Return Item',
				value: 'returnItem',
				description: 'The item contains the reason, and the workflow continues',
			},
		],
		default: 'returnItem',
		description: 'What to do if APNs rejects a device token',
	},
	{
		displayName: 'Output',
		name: 'output',
		type: 'options',
		options: [
			{ name: 'One Item per Device', value: 'devices', description: 'The outcome of each push' },
			{
				name: 'One Summary per Input Item',
				value: 'summary',
				description: 'The number of pushes by outcome and reason, and the device tokens to delete',
			},
		],
		default: 'devices',
		description: 'What the node returns',
	},
	{
		displayName: labels.priority,
		name: 'priority',
		type: 'options',
		options: [
			{ name: 'Default', value: 0, description: '5 for background pushes, 10 for all others' },
			{ name: 'Immediate (10)', value: 10, description: 'Delivers the push right away' },
			{ name: 'Lowest (1)', value: 1, description: 'Never wakes the device' },
			{ name: 'Power-Friendly (5)', value: 5, description: "Takes the device's power into account" },
		],
		default: 0,
		description: 'How urgently to deliver the push',
	},
	retriesOption,
	{
		displayName: 'Send Duplicates Once',
		name: 'skipDuplicates',
		type: 'boolean',
		default: true,
		description: 'Whether to send only the first push when a device token occurs several times in one run',
	},
	timeoutOption,
];
