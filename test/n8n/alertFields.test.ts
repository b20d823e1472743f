/** Every field of an alert reaches the payload under Apple's key, and wrong values are named before anything is sent. */
import type { INodeParameters } from 'n8n-workflow';
import { phone, setUpSendBench } from './sendBench';

const bench = setUpSendBench();

// prettier-ignore
const fields: ReadonlyArray<readonly [option: string, value: INodeParameters[string], payload: string]> = [
	['badge', 0, '{"aps":{"alert":{"title":"T"},"badge":0}}'],
	['badge', '7', '{"aps":{"alert":{"title":"T"},"badge":7}}'],
	['sound', 'bell.caf', '{"aps":{"alert":{"title":"T"},"sound":"bell.caf"}}'],
	['criticalSound', true, '{"aps":{"alert":{"title":"T"},"sound":{"critical":1,"name":"default"}}}'],
	['subtitle', ' S ', '{"aps":{"alert":{"title":"T","subtitle":" S "}}}'],
	['launchImage', 'Order', '{"aps":{"alert":{"title":"T","launch-image":"Order"}}}'],
	['titleLocKey', 'GAME_TITLE', '{"aps":{"alert":{"title":"T","title-loc-key":"GAME_TITLE"}}}'],
	['titleLocArgs', 'Shelly\nRick', '{"aps":{"alert":{"title":"T","title-loc-args":["Shelly","Rick"]}}}'],
	['subtitleLocKey', 'SUB', '{"aps":{"alert":{"title":"T","subtitle-loc-key":"SUB"}}}'],
	['subtitleLocArgs', '["a, b"]', '{"aps":{"alert":{"title":"T","subtitle-loc-args":["a, b"]}}}'],
	['locKey', 'GAME_PLAY_REQUEST_FORMAT', '{"aps":{"alert":{"title":"T","loc-key":"GAME_PLAY_REQUEST_FORMAT"}}}'],
	['locArgs', '={{ ["Shelly", 3] }}', '{"aps":{"alert":{"title":"T","loc-args":["Shelly","3"]}}}'],
	['threadId', 'chat-1', '{"aps":{"alert":{"title":"T"},"thread-id":"chat-1"}}'],
	['category', 'MESSAGE', '{"aps":{"alert":{"title":"T"},"category":"MESSAGE"}}'],
	['targetContentId', 'window', '{"aps":{"alert":{"title":"T"},"target-content-id":"window"}}'],
	['interruptionLevel', 'time-sensitive', '{"aps":{"alert":{"title":"T"},"interruption-level":"time-sensitive"}}'],
	['relevanceScore', 0.5, '{"aps":{"alert":{"title":"T"},"relevance-score":0.5}}'],
	['filterCriteria', 'work', '{"aps":{"alert":{"title":"T"},"filter-criteria":"work"}}'],
	['mutableContent', true, '{"aps":{"alert":{"title":"T"},"mutable-content":1}}'],
	['contentAvailable', true, '{"aps":{"alert":{"title":"T"},"content-available":1}}'],
	['customData', '{"order":{"id":42},"list":[1,"a",true]}', '{"aps":{"alert":{"title":"T"}},"order":{"id":42},"list":[1,"a",true]}'],
	['customData', '={{ { order: $json.order } }}', '{"aps":{"alert":{"title":"T"}},"order":7}'],
];

it.each(fields)('%s = %j', async (option, value, payload) => {
	const result = await bench.send({ recipients: phone, title: 'T', options: { [option]: value } }, [{ order: 7 }]);
	expect(result.items('Send')[0]?.json).toMatchObject({ outcome: 'accepted' });
	expect(bench.body()).toBe(payload);
});

it('makes a critical sound of its file and volume', async () => {
	await bench.send({
		recipients: phone,
		title: 'Alarm',
		options: { sound: 'alarm.caf', criticalSound: true, criticalVolume: 0.8 },
	});
	expect(bench.body()).toBe(
		'{"aps":{"alert":{"title":"Alarm"},"sound":{"critical":1,"name":"alarm.caf","volume":0.8}}}',
	);
});

it('keeps emoji, quotes and line breaks as they are', async () => {
	const body = 'Über "Größe" 🎉\nzweite Zeile';
	await bench.send({ recipients: phone, title: '👩‍👩‍👧', body });
	expect(JSON.parse(bench.body())).toEqual({ aps: { alert: { title: '👩‍👩‍👧', body } } });
});

// prettier-ignore
const wrong: ReadonlyArray<readonly [what: string, parameters: INodeParameters, message: RegExp, advice: RegExp]> = [
	['a badge that is no number', { options: { badge: 'many' } }, /^Badge: "many"/, /number/],
	['half a badge', { options: { badge: 1.5 } }, /^Badge: 1.5/, /whole number/],
	['a relevance score of 2', { options: { relevanceScore: 2 } }, /^Relevance Score: 2 is not between 0 and 1/, /0 to 1/],
	['a volume of 11', { options: { criticalSound: true, criticalVolume: 11 } }, /^Critical Sound Volume: 11/, /0 to 1/],
	['an interruption level of its own', { options: { interruptionLevel: 'shout' } }, /^Interruption Level: "shout"/, /time-sensitive/],
	['custom data that is no JSON', { options: { customData: '{order: 1}' } }, /^Custom Data: is not valid JSON/, /quotes/],
	['custom data with aps', { options: { customData: '{"aps":{}}' } }, /^Custom Data: holds a key "aps"/, /Rename/],
	['custom data that is a list', { options: { customData: '[1]' } }, /^Custom Data: is not a JSON object/, /\{"key": "value"\}/],
	['a payload that is no JSON', { payloadType: 'json', payloadJson: '{"aps":' }, /^JSON: is not valid JSON/, /braces/],
	['an MDM push without its magic', { pushType: 'mdm', topic: 'com.apple.mgmt.x', pushMagic: '' }, /^Push Magic: is empty/, /TokenUpdate/],
	['a file provider push without its container', { pushType: 'fileprovider', containerIdentifier: '' }, /^Container Identifier: is empty/, /container/],
	['a collapse id of 65 bytes', { options: { collapseId: 'ü'.repeat(32) + 'x' } }, /^Collapse ID: has 65 bytes/, /Shorten/],
	['a collapse id with a line break', { options: { collapseId: 'a\nb' } }, /^Collapse ID: holds characters/, /ASCII/],
	['an APNs ID that is no UUID', { options: { apnsId: '42' } }, /^APNs ID: is not a UUID/, /8-4-4-4-12/],
	['priority 10 for a background push', { pushType: 'background', options: { priority: 10 } }, /^Priority: 10 is not allowed for Background/, /5/],
	['priority 1 for a Live Activity', { pushType: 'liveactivity', contentState: '{"a":1}', options: { priority: 1 } }, /^Priority: 1 is not allowed for Live Activity/, /10 or 5/],
	['priority 7', { options: { priority: 7 } }, /^Priority: 7/, /10 or 5 or 1/],
	['an expiration that is no time', { options: { expiration: 'tomorrow' } }, /^Expiration: "tomorrow" is not a time/, /ISO 8601/],
	['a topic with a blank', { topic: 'com.example app' }, /^Topic: holds characters/, /bundle id/],
	['a topic with a line break', { topic: 'com.example\r\napns-priority: 1' }, /^Topic: holds characters/, /bundle id/],
	['too many connections', { options: { maxConnections: 1000 } }, /^Max Connections: 1000 is not between 1 and 32/, /1 to 32/],
	['a timeout of nothing', { options: { timeout: 0 } }, /^Timeout \(Seconds\): 0/, /1 to/],
	['an unknown environment', { options: { environment: 'staging' } }, /^Environment: "staging"/, /production or development/],
];

it.each(wrong)(
	'ends before the first push for %s, which every item has',
	async (_what, parameters, message, advice) => {
		const result = await bench.send({ recipients: phone, title: 'T', ...parameters }, [{}, {}]);
		expect(result.status).toBe('error');
		expect(result.error).toEqual({
			message: expect.stringMatching(message),
			description: expect.stringMatching(advice),
		});
		expect(bench.peer.simulator.counters().connections).toBe(0);
	},
);

it.each(wrong)('makes items of %s under "Continue"', async (_what, parameters, message, advice) => {
	const result = await bench.send({ recipients: phone, title: 'T', ...parameters }, [{}, {}], {
		onError: 'continueRegularOutput',
	});
	expect(result.status).toBe('success');
	expect(result.items('Send').map(({ json, pairedItem }) => ({ ...json, pairedItem }))).toEqual(
		[0, 1].map((item) =>
			expect.objectContaining({
				success: false,
				outcome: 'not sent',
				message: expect.stringMatching(message),
				advice: expect.stringMatching(advice),
				pairedItem: { item },
			}),
		),
	);
	expect(bench.peer.simulator.counters().connections).toBe(0);
});

it('lets n8n ask for Device Tokens before the run', async () => {
	await expect(bench.send({ recipients: '' })).rejects.toMatchObject({
		message: expect.stringContaining('Parameter "Device Tokens" is required.'),
	});
});

it.each([
	['recipients', 'Device Tokens', { recipients: '={{ $json.none }}' }],
	['pushMagic', 'Push Magic', { pushType: 'mdm', topic: 'com.apple.mgmt.x', pushMagic: '={{ $json.none }}' }],
	[
		'containerIdentifier',
		'Container Identifier',
		{ pushType: 'fileprovider', containerIdentifier: '={{ $json.none }}' },
	],
])('makes an item of %s that an expression leaves empty', async (_name, field, parameters) => {
	const result = await bench.send({ recipients: phone, ...parameters }, [{}], { onError: 'continueRegularOutput' });
	expect(result.items('Send').map(({ json }) => json)).toEqual([
		expect.objectContaining({ success: false, message: expect.stringMatching(new RegExp(`^${field}: is empty`)) }),
	]);
});

it('sends the other items when one has a field of its own that is wrong', async () => {
	const result = await bench.send({ recipients: phone, title: 'T', options: { badge: '={{ $json.badge }}' } }, [
		{ badge: 'x' },
		{ badge: 1 },
		{ badge: 2.5 },
	]);
	expect(result.items('Send').map(({ json }) => [json.outcome, json.message])).toEqual([
		['not sent', expect.stringMatching(/^Badge: "x"/)],
		['accepted', null],
		['not sent', expect.stringMatching(/^Badge: 2.5/)],
	]);
	expect(result.hints('Send')).toEqual([
		expect.stringMatching(/^1 of 3 pushes was not sent because a field is invalid\. Badge: "x"/),
		expect.stringMatching(/^1 of 3 pushes was not sent because a field is invalid\. Badge: 2\.5/),
	]);
});

it('hints at what APNs accepts and the device ignores', async () => {
	const result = await bench.send(
		{
			recipients: phone,
			pushType: 'background',
			payloadType: 'json',
			payloadJson: '{"aps":{"alert":"x","content-availabel":1}}',
		},
		[{}, {}],
	);
	expect(result.status).toBe('success');
	expect(result.hints('Send')).toEqual([
		expect.stringMatching(/lacks "content-available": 1 in aps/),
		expect.stringMatching(/has alert in aps, which a background push may not/),
		expect.stringMatching(/content-availabel.*\(2 items\)/),
	]);
});
