/** The fields of the APNs Send node. Which ones a push type has follows from what its row says of the payload. */
import type { INodeProperties } from 'n8n-workflow';
import { alertFieldRows } from '../shared/apns/payload/alertFields';
import { type PayloadKind, pushTypeRows } from '../shared/apns/pushTypes';
import { alertGroup, alertProperty, byDisplayName } from '../shared/n8n/alertProperties';
import { choiceNames, labels } from '../shared/n8n/fieldWords';
import {
	customDataField,
	liveActivityFields,
	liveActivityLocalization,
	liveActivityProperties,
} from '../shared/n8n/liveActivityFields';
import { hiddenFor, type Needed, requiredField } from '../shared/n8n/requiredField';
import { deliveryOptions } from './deliveryOptions';

type Show = Record<string, string[]>;

const send: Show = { operation: ['send'] };

/** The push types with one of these kinds of payload. */
function typesWith(...kinds: readonly PayloadKind[]): string[] {
	return pushTypeRows.filter(({ payload }) => kinds.includes(payload)).map(({ value }) => value);
}

/** The push types with any other kind of payload. */
function typesWithout(kind: PayloadKind): string[] {
	return pushTypeRows.filter(({ payload }) => payload !== kind).map(({ value }) => value);
}

/** Shown for these kinds of payload, when the payload is made of fields. */
function byFields(...kinds: readonly PayloadKind[]): Show {
	return { ...send, payloadType: ['fields'], pushType: typesWith(...kinds) };
}

/** The fields of one push type. */
function fieldsOf(pushType: string): Needed {
	return { operation: ['send'], payloadType: ['fields'], pushType: [pushType] };
}

/** Kinds whose payload is JSON anyway, or always the same: a choice would change nothing. */
const withoutChoice: readonly PayloadKind[] = ['custom', 'reload'];
const withChoice = pushTypeRows.filter(({ payload }) => !withoutChoice.includes(payload)).map(({ value }) => value);

function collection(displayName: string, name: string, show: Show, options: INodeProperties[]): INodeProperties {
	return {
		displayName,
		name,
		type: 'collection',
		placeholder: name === 'options' ? 'Add option' : 'Add field',
		default: {},
		displayOptions: { show },
		options,
	};
}

const alert = byFields('alert');
const activity = byFields('liveActivity');

export const properties: INodeProperties[] = [
	{
		displayName: labels.operation,
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		// What people come for stands first: the editor lists the actions in this order.
		options: [
			{
				name: 'Send Push',
				value: 'send',
				description: 'Send a push notification to one or more devices',
				action: 'Send push notification',
			},
			{
				name: 'Check Connection',
				value: 'checkConnection',
				description: 'Test the network, TLS and the credential to find out why pushes do not reach APNs',
				action: 'Check connection to APNs',
			},
			{
				name: 'Get Statistics',
				value: 'statistics',
				description:
					'Retrieve the state of the connections of this n8n process. In queue mode, this is the worker that runs the execution.',
				action: 'Get connection statistics',
			},
		],
		default: 'send',
	},
	{
		displayName: labels.recipients,
		name: 'recipients',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. {{ $json.deviceToken }}',
		description:
			'One device token, several separated by commas or line breaks, or an array of tokens, as registered by the app',
		displayOptions: { show: send },
	},
	{
		displayName: labels.pushType,
		name: 'pushType',
		type: 'options',
		options: pushTypeRows.map(({ displayName, value, description }) => ({ name: displayName, value, description })),
		default: 'alert',
		description: 'What the push does. It must match the payload and the kind of device token.',
		displayOptions: { show: send },
	},
	{
		displayName: labels.topic,
		name: 'topic',
		type: 'string',
		default: '',
		placeholder: 'e.g. com.example.app',
		description:
			'Bundle ID of the app. Leave empty to use the bundle ID in the credential. A suffix that the push type requires, such as .voip, is added automatically.',
		displayOptions: { show: send },
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
		description: 'How to define the content of the push',
		displayOptions: { show: { ...send, pushType: withChoice } },
	},
	{
		displayName: labels.payloadJson,
		name: 'payloadJson',
		type: 'json',
		required: true,
		default: '{\n  "aps": {\n    "alert": {\n      "title": "Hello",\n      "body": "World"\n    }\n  }\n}',
		description: "The complete payload in Apple's format. Use {} to update a Wallet pass.",
		displayOptions: { show: { ...send, payloadType: ['json'], pushType: withChoice } },
	},
	{
		displayName: labels.data,
		name: 'payloadJson',
		type: 'json',
		default: '{}',
		description: 'Data for the app: a JSON object, sent as the complete payload',
		// Not where an expression decides: there the field JSON holds the same parameter.
		displayOptions: { hide: { operation: [{ _cnd: { not: 'send' } }], pushType: hiddenFor(typesWithout('custom')) } },
	},
	...alertFieldRows.filter(({ group }) => group === 'main').map((row) => alertProperty(row, alert)),
	{
		displayName: labels.data,
		name: 'data',
		type: 'json',
		default: '{}',
		description: 'Data for the app: a JSON object whose keys are added next to "aps"',
		displayOptions: { show: byFields('background') },
	},
	...typesWith('liveActivity').flatMap((pushType) => liveActivityProperties(fieldsOf(pushType), { broadcast: false })),
	{
		displayName: labels.containerIdentifier,
		name: 'containerIdentifier',
		type: 'string',
		required: true,
		default: 'NSFileProviderWorkingSetContainerItemIdentifier',
		placeholder: 'e.g. NSFileProviderRootContainerItemIdentifier',
		description: 'Identifier of the container whose content changed. The default is the working set.',
		displayOptions: { show: byFields('fileProvider') },
	},
	{
		displayName: labels.domain,
		name: 'domain',
		type: 'string',
		default: '',
		placeholder: 'e.g. account-1',
		description: 'Identifier of the domain, if the app has more than one',
		displayOptions: { show: byFields('fileProvider') },
	},
	...typesWith('mdm').flatMap((pushType) =>
		requiredField(
			{
				displayName: labels.pushMagic,
				name: 'pushMagic',
				type: 'string',
				default: '',
				placeholder: 'e.g. 2C2D4F2A-6B7F-4A5E-9A55-0B1C7C1C7E21',
				description:
					'The PushMagic value that the device sent in its TokenUpdate message. The topic comes from the same message.',
			},
			fieldsOf(pushType),
		),
	),
	collection(
		'Additional Fields',
		'additionalFields',
		alert,
		[...alertGroup('additional'), customDataField].sort(byDisplayName),
	),
	collection('Additional Fields', 'additionalFields', activity, liveActivityFields({ broadcast: false })),
	collection('Localization', 'localization', alert, alertGroup('localization')),
	collection('Localization', 'localization', activity, liveActivityLocalization),
	collection('Options', 'options', send, deliveryOptions),
];
