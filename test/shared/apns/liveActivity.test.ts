/** Live Activities: each event with the keys it needs, and without those it must not have. */
import { encodePayload } from '../../../nodes/shared/apns/payload';
import { liveActivityPayload, type LiveActivityFields } from '../../../nodes/shared/apns/payload/liveActivity';
import { problemOf as seen, wordsThrownBy } from './problemOf';

function problemOf(fields: LiveActivityFields, broadcast = false): string {
	return seen(() => liveActivityPayload(fields, { broadcast }));
}

const start: LiveActivityFields = {
	event: 'start',
	timestampSeconds: 1_168_364_460,
	contentState: { currentHealthLevel: 100, eventDescription: 'Adventure has begun!' },
	attributesType: 'AdventureAttributes',
	attributes: { currentHealthLevel: 100, eventDescription: 'Adventure has begun!' },
	alert: {
		titleLocKey: '%@ is on an adventure!',
		titleLocArgs: ['Power Panda'],
		locKey: '%@ found a sword!',
		locArgs: ['Power Panda'],
		sound: 'chime.aiff',
	},
};
const update: LiveActivityFields = {
	event: 'update',
	timestampSeconds: 1_168_364_460,
	contentState: { currentHealthLevel: 0, eventDescription: 'Power Panda has been knocked down!' },
};
const end: LiveActivityFields = { event: 'end', timestampSeconds: 1_168_364_460 };

describe("a Live Activity's payload", () => {
	it.each<readonly [string, LiveActivityFields, string]>([
		[
			'start',
			start,
			'{"aps":{"timestamp":1168364460,"event":"start","content-state":{"currentHealthLevel":100,"eventDescription":"Adventure has begun!"},"attributes-type":"AdventureAttributes","attributes":{"currentHealthLevel":100,"eventDescription":"Adventure has begun!"},"alert":{"title":{"loc-key":"%@ is on an adventure!","loc-args":["Power Panda"]},"body":{"loc-key":"%@ found a sword!","loc-args":["Power Panda"]},"sound":"chime.aiff"}}}',
		],
		[
			'start that asks for a token',
			{ ...start, alert: { title: 'Go' }, attributes: {}, contentState: {}, inputPushToken: true },
			'{"aps":{"timestamp":1168364460,"event":"start","content-state":{},"attributes-type":"AdventureAttributes","attributes":{},"alert":{"title":"Go"},"input-push-token":1}}',
		],
		[
			'start that names a channel',
			{
				...start,
				alert: { body: 'Go' },
				attributes: {},
				contentState: {},
				inputPushChannel: 'dHN0LXNyY2gtY2hubA==',
				inputPushToken: false,
			},
			'{"aps":{"timestamp":1168364460,"event":"start","content-state":{},"attributes-type":"AdventureAttributes","attributes":{},"alert":{"body":"Go"},"input-push-channel":"dHN0LXNyY2gtY2hubA=="}}',
		],
		[
			'update with an alert',
			{
				...update,
				alert: {
					titleLocKey: '%@ is knocked down!',
					titleLocArgs: ['Power Panda'],
					locKey: 'Use a potion to heal %@!',
					locArgs: ['Power Panda'],
					sound: 'HeroDown.mp4',
				},
			},
			'{"aps":{"timestamp":1168364460,"event":"update","content-state":{"currentHealthLevel":0,"eventDescription":"Power Panda has been knocked down!"},"alert":{"title":{"loc-key":"%@ is knocked down!","loc-args":["Power Panda"]},"body":{"loc-key":"Use a potion to heal %@!","loc-args":["Power Panda"]},"sound":"HeroDown.mp4"}}}',
		],
		[
			'start with localization keys and a channel left empty',
			{
				...start,
				alert: { title: 'Go', titleLocKey: '', body: 'Now', locKey: '' },
				attributes: {},
				contentState: {},
				inputPushChannel: '',
			},
			'{"aps":{"timestamp":1168364460,"event":"start","content-state":{},"attributes-type":"AdventureAttributes","attributes":{},"alert":{"title":"Go","body":"Now"}}}',
		],
		[
			'update, silent',
			{ ...update, contentState: {}, staleDateSeconds: 1_650_998_941, relevanceScore: 75, alert: {} },
			'{"aps":{"timestamp":1168364460,"event":"update","content-state":{},"stale-date":1650998941,"relevance-score":75}}',
		],
		[
			'end',
			{ ...end, contentState: { currentHealthLevel: 50 }, dismissalDateSeconds: 1_168_368_060 },
			'{"aps":{"timestamp":1168364460,"event":"end","content-state":{"currentHealthLevel":50},"dismissal-date":1168368060}}',
		],
		[
			'end, at once',
			{ ...end, dismissalDateSeconds: 0, custom: { id: 7 } },
			'{"aps":{"timestamp":1168364460,"event":"end","dismissal-date":0},"id":7}',
		],
	])('%s', (_name, fields, json) => {
		expect(encodePayload(liveActivityPayload(fields)).toString('utf8')).toBe(json);
	});

	it.each<readonly [string, LiveActivityFields, string]>([
		['another event', { ...update, event: 'pause' }, `'Event' is "pause", which is not a valid value.`],
		[
			'start without its state',
			{ ...start, contentState: undefined },
			"'Content State' is empty, but 'Event' Start requires it.",
		],
		[
			'start without a type',
			{ ...start, attributesType: '' },
			"'Attributes Type' is empty, but 'Event' Start requires it.",
		],
		[
			'start with a type that Swift could not have',
			{ ...start, attributesType: 'Adventure Attributes' },
			`'Attributes Type' is "Adventure Attributes", which is not the name of a Swift type.`,
		],
		['update with a sound alone', { ...update, alert: { sound: 'x' } }, "'Sound' cannot be sent without an alert."],
		[
			'start without attributes',
			{ ...start, attributes: undefined },
			"'Attributes' is empty, but 'Event' Start requires it.",
		],
		[
			'start without an alert',
			{ ...start, alert: { title: '' } },
			"'Alert Title' is empty, but 'Event' Start requires it.",
		],
		[
			'start with a dismissal',
			{ ...start, dismissalDateSeconds: 1 },
			"'Dismissal Date' cannot be used with 'Event' Start.",
		],
		[
			'start with both ways of updates',
			{ ...start, inputPushToken: true, inputPushChannel: 'eA==' },
			"'Subscribe to Channel' cannot be combined with 'Request Update Token'.",
		],
		[
			'update without its state',
			{ ...update, contentState: undefined },
			"'Content State' is empty, but 'Event' Update requires it.",
		],
		['update with attributes', { ...update, attributes: {} }, "'Attributes' cannot be used with 'Event' Update."],
		[
			'update with a dismissal',
			{ ...update, dismissalDateSeconds: 1 },
			"'Dismissal Date' cannot be used with 'Event' Update.",
		],
		[
			'update that asks for a token',
			{ ...update, inputPushToken: true },
			"'Request Update Token' cannot be used with 'Event' Update.",
		],
		['end with a type', { ...end, attributesType: 'X' }, "'Attributes Type' cannot be used with 'Event' End."],
		[
			'end that names a channel',
			{ ...end, inputPushChannel: 'eA==' },
			"'Subscribe to Channel' cannot be used with 'Event' End.",
		],
		[
			'data that would overwrite aps',
			{ ...end, custom: { aps: 1 } },
			`'Custom Data' contains the key "aps", which would overwrite the notification itself.`,
		],
	])('refuses %s', (_name, fields, problem) => {
		expect(problemOf(fields)).toBe(problem);
	});

	it.each<readonly [string, LiveActivityFields, boolean, string]>([
		['the events of a device', { ...update, event: 'pause' }, false, 'Use one of these values: start, update or end.'],
		['the events of a channel', { ...update, event: 'pause' }, true, 'Use one of these values: update or end.'],
		['both fields of an alert', { ...start, alert: undefined }, false, "Fill in 'Alert Title' or 'Alert Body'."],
		['the one field that is missing', { ...start, contentState: undefined }, false, "Fill in 'Content State'."],
	])('advises %s', (_name, fields, broadcast, advice) => {
		expect(wordsThrownBy(() => liveActivityPayload(fields, { broadcast }))?.advice).toBe(advice);
	});

	it('to a channel updates and ends, but cannot start', () => {
		expect([problemOf(update, true), problemOf(end, true)]).toEqual(['accepted', 'accepted']);
		expect(problemOf(start, true)).toBe(
			`'Event' cannot be "start", because a channel only reaches activities that are already running.`,
		);
	});
});
