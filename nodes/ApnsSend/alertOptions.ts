/** What may be added to an alert: members of the collection Options (Apple, "Generating a remote notification"). */
import type { INodeProperties } from 'n8n-workflow';
import { INTERRUPTION_LEVELS } from '../shared/apns/payload';

const show = { '/payloadType': ['fields'], '/pushType': ['alert'] };
/** What Live Activities have too. */
const both = { '/payloadType': ['fields'], '/pushType': ['alert', 'liveactivity'] };

const levelNames: Readonly<Record<(typeof INTERRUPTION_LEVELS)[number], readonly [name: string, description: string]>> = {
	active: ['Active', 'Lights up the screen and plays the sound; what devices do without a level'],
	critical: ['Critical', 'Plays a sound even when the device is muted; needs an entitlement from Apple'],
	passive: ['Passive', 'Only adds to the list, without light or sound'],
	'time-sensitive': ['Time Sensitive', 'Breaks through a Focus; needs a capability of the app'],
};

export const alertOptions: INodeProperties[] = [
	{ displayName: 'Badge', name: 'badge', type: 'number', typeOptions: { minValue: 0 }, default: 0, description: 'The number on the app icon; 0 removes it', displayOptions: { show } },
	{
		displayName: 'Body Localization Arguments',
		name: 'locArgs',
		type: 'string',
		typeOptions: { rows: 2 },
		default: '',
		description: 'What fills the placeholders of the localized body: one per line, or an array',
		displayOptions: { show: both },
	},
	{ displayName: 'Body Localization Key', name: 'locKey', type: 'string', default: '', description: "Key of the body in the app's Localizable.strings", displayOptions: { show: both } },
	{ displayName: 'Category', name: 'category', type: 'string', default: '', placeholder: 'e.g. NEW_MESSAGE', description: 'The category whose buttons the alert shows, as the app registered it', displayOptions: { show } },
	{
		displayName: 'Content Available',
		name: 'contentAvailable',
		type: 'boolean',
		default: true,
		description: 'Whether the app is also woken in the background to fetch what is new',
		displayOptions: { show },
	},
	{
		displayName: 'Critical Sound',
		name: 'criticalSound',
		type: 'boolean',
		default: true,
		description: 'Whether the sound plays even when the device is muted; needs an entitlement from Apple',
		displayOptions: { show },
	},
	{
		displayName: 'Critical Sound Volume',
		name: 'criticalVolume',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 1, numberPrecision: 2 },
		default: 1,
		description: 'From 0 (silent) to 1 (full)',
		displayOptions: { show },
	},
	{ displayName: 'Filter Criteria', name: 'filterCriteria', type: 'string', default: '', description: 'What the app compares with the Focus the person has set', displayOptions: { show } },
	{
		displayName: 'Interruption Level',
		name: 'interruptionLevel',
		type: 'options',
		options: INTERRUPTION_LEVELS.map((value) => ({ name: levelNames[value][0], value, description: levelNames[value][1] })),
		default: 'active',
		description: 'How much the alert may disturb',
		displayOptions: { show },
	},
	{ displayName: 'Launch Image', name: 'launchImage', type: 'string', default: '', description: 'The launch storyboard or image to show when the app opens from this alert', displayOptions: { show } },
	{
		displayName: 'Mutable Content',
		name: 'mutableContent',
		type: 'boolean',
		default: true,
		description: "Whether the app's notification service extension may change the alert before it shows, for example to load a picture",
		displayOptions: { show },
	},
	{
		displayName: 'Relevance Score',
		name: 'relevanceScore',
		type: 'number',
		typeOptions: { numberPrecision: 4 },
		default: 1,
		description: 'Which one stands first: for alerts from 0 to 1, for Live Activities any number',
		displayOptions: { show: both },
	},
	{ displayName: 'Sound', name: 'sound', type: 'string', default: 'default', description: 'The sound to play: "default", or a file of the app', displayOptions: { show: both } },
	{ displayName: 'Subtitle', name: 'subtitle', type: 'string', default: '', description: 'The second line of the alert', displayOptions: { show } },
	{
		displayName: 'Subtitle Localization Arguments',
		name: 'subtitleLocArgs',
		type: 'string',
		typeOptions: { rows: 2 },
		default: '',
		description: 'What fills the placeholders of the localized subtitle: one per line, or an array',
		displayOptions: { show },
	},
	{ displayName: 'Subtitle Localization Key', name: 'subtitleLocKey', type: 'string', default: '', description: "Key of the subtitle in the app's Localizable.strings", displayOptions: { show } },
	{ displayName: 'Target Content ID', name: 'targetContentId', type: 'string', default: '', description: 'The window to bring forward when the person opens the alert', displayOptions: { show } },
	{ displayName: 'Thread ID', name: 'threadId', type: 'string', default: '', description: 'Alerts with the same ID are grouped', displayOptions: { show } },
	{
		displayName: 'Title Localization Arguments',
		name: 'titleLocArgs',
		type: 'string',
		typeOptions: { rows: 2 },
		default: '',
		description: 'What fills the placeholders of the localized title: one per line, or an array',
		displayOptions: { show: both },
	},
	{ displayName: 'Title Localization Key', name: 'titleLocKey', type: 'string', default: '', description: "Key of the title in the app's Localizable.strings", displayOptions: { show: both } },
];
