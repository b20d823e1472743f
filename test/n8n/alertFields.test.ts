/** Every field of an alert reaches the payload under Apple's key, and wrong values are named before anything is sent. */
import type { INodeParameters } from 'n8n-workflow';
import { alertFieldRows } from '../../nodes/shared/apns/payload/alertFields';
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

/** Where the form has a field: at the top, or in one of its collections. */
function placed(id: string, value: INodeParameters[string]): INodeParameters {
	const group = alertFieldRows.find((row) => row.id === id)?.group ?? 'additional';
	if (group === 'main') return { [id]: value };
	return { [group === 'additional' ? 'additionalFields' : 'localization']: { [id]: value } };
}

it('has a row for every field', () => {
	// Every push here has a title, others have a body, and a volume needs a critical sound: all three are in tests below.
	const tested = ['title', 'body', 'criticalVolume', ...fields.map(([option]) => option)];
	expect(alertFieldRows.map(({ id }) => id).filter((id) => !tested.includes(id))).toEqual([]);
});

it.each(fields)('%s = %j', async (option, value, payload) => {
	const result = await bench.send({ recipients: phone, title: 'T', ...placed(option, value) }, [{ order: 7 }]);
	expect(result.items('Send')[0]?.json).toMatchObject({ outcome: 'accepted' });
	expect(bench.body()).toBe(payload);
});

it('makes a critical sound of its file and volume', async () => {
	await bench.send({
		recipients: phone,
		title: 'Alarm',
		sound: 'alarm.caf',
		additionalFields: { criticalSound: true, criticalVolume: 0.8 },
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
	['a badge that is no number', { badge: 'many' }, /^'Badge' must be a number, but is "many"\./, /^Change 'Badge' to a number\.$/],
	['half a badge', { badge: 1.5 }, /^'Badge' must be a whole number, but is 1\.5\./, /^Change 'Badge' to a whole number\.$/],
	['a relevance score of 2', { additionalFields: { relevanceScore: 2 } }, /^'Relevance Score' must be a number from 0 to 1, but is 2\./, /^Change 'Relevance Score' to a number from 0 to 1\.$/],
	['a volume of 11', { additionalFields: { criticalSound: true, criticalVolume: 11 } }, /^'Critical Sound Volume' must be a number from 0 to 1, but is 11\./, /^Change 'Critical Sound Volume' to a number from 0 to 1\.$/],
	['an interruption level of its own', { interruptionLevel: 'shout' }, /^'Interruption Level' is "shout", which is not a valid value\./, /^Use one of these values: active, critical, passive or time-sensitive\.$/],
	['custom data that is no JSON', { additionalFields: { customData: '{order: 1}' } }, /^'Custom Data' is not valid JSON \(Expected property name or '\}' in JSON at position 1(?: \(line 1 column 2\))?\)\./, /^Check quotes, commas and braces\.$/],
	['custom data with aps', { additionalFields: { customData: '{"aps":{}}' } }, /^'Custom Data' contains the key "aps", which would overwrite the notification itself\./, /^Rename the key, or set 'Specify Payload' to Using JSON and write the whole payload\.$/],
	['custom data that is a list', { additionalFields: { customData: '[1]' } }, /^'Custom Data' is not a JSON object\./, /^Use an object such as \{"key": "value"\}\.$/],
	['a payload that is no JSON', { payloadType: 'json', payloadJson: '{"aps":' }, /^'JSON' is not valid JSON \(Unexpected end of JSON input\)\./, /^Check quotes, commas and braces\.$/],
	['an MDM push without its magic', { pushType: 'mdm', topic: 'com.apple.mgmt.x', pushMagic: '={{ "" }}' }, /^'Push Magic' is empty\./, /TokenUpdate/],
	['a file provider push without its container', { pushType: 'fileprovider', containerIdentifier: '={{ "" }}' }, /^'Container Identifier' is empty\./, /container/],
	['a collapse id of 65 bytes', { options: { collapseId: 'ü'.repeat(32) + 'x' } }, /^'Collapse ID' has 65 bytes, more than the 64 allowed\./, /^Shorten 'Collapse ID'\.$/],
	['a collapse id with a line break', { options: { collapseId: 'a\nb' } }, /^'Collapse ID' contains characters that cannot be sent in a header\./, /^Use ASCII letters, digits and punctuation, without spaces at the ends\.$/],
	['an APNs ID that is no UUID', { options: { apnsId: '42' } }, /^'APNs ID' is not a UUID\./, /^Enter a UUID such as 123e4567-e89b-12d3-a456-426614174000 in 'APNs ID', or leave it empty\.$/],
	['priority 10 for a background push', { pushType: 'background', options: { priority: 10 } }, /^'Priority' cannot be 10 for Background pushes\./, /^Set 'Priority' to 5\.$/],
	['priority 1 for a Live Activity', { pushType: 'liveactivity', contentState: '{"a":1}', options: { priority: 1 } }, /^'Priority' cannot be 1 for Live Activity pushes\./, /^Set 'Priority' to 10 or 5\.$/],
	['priority 7', { options: { priority: 7 } }, /^'Priority' cannot be 7 for Alert pushes\./, /^Set 'Priority' to 10, 5 or 1\.$/],
	['an expiration that is no time', { options: { expiration: 'tomorrow' } }, /^'Expiration' is "tomorrow", which is not a time\./, /^Use a date and time such as 2026-12-24T18:00:00Z, or UNIX seconds\.$/],
	['a topic with a blank', { topic: 'com.example app' }, /^'Topic' contains characters not allowed in a bundle ID\./, /^Use the app's bundle ID: letters, digits, hyphens and periods only, without spaces\.$/],
	['a topic with a line break', { topic: 'com.example\r\napns-priority: 1' }, /^'Topic' contains characters not allowed in a bundle ID\./, /^Use the app's bundle ID: letters, digits, hyphens and periods only, without spaces\.$/],
	['too many connections', { options: { maxConnections: 1000 } }, /^'Max Connections' must be a whole number from 1 to 32, but is 1000\./, /^Change 'Max Connections' to a whole number from 1 to 32\.$/],
	['a timeout of nothing', { options: { timeout: 0 } }, /^'Timeout \(Seconds\)' must be a whole number from 1 to 2147483, but is 0\./, /^Change 'Timeout \(Seconds\)' to a whole number from 1 to 2147483\.$/],
	['an unknown environment', { options: { environment: 'staging' } }, /^'Environment' is "staging", which is not a valid value\./, /^Use one of these values: production or development\.$/],
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
		expect.objectContaining({ success: false, message: expect.stringMatching(new RegExp(`^'${field}' is empty`)) }),
	]);
});

it('sends the other items when one has a field of its own that is wrong', async () => {
	const result = await bench.send({ recipients: phone, title: 'T', badge: '={{ $json.badge }}' }, [
		{ badge: 'x' },
		{ badge: 1 },
		{ badge: 2.5 },
	]);
	expect(result.items('Send').map(({ json }) => [json.outcome, json.message])).toEqual([
		['not sent', expect.stringMatching(/^'Badge' must be /)],
		['accepted', null],
		['not sent', expect.stringMatching(/^'Badge' must be /)],
	]);
	expect(result.hints('Send')).toEqual([
		expect.stringMatching(
			/^1 of 3 pushes was not sent because a field is invalid\. 'Badge' must be a number, but is "x"/,
		),
		expect.stringMatching(
			/^1 of 3 pushes was not sent because a field is invalid\. 'Badge' must be a whole number, but is 2\.5\./,
		),
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
		expect.stringMatching(
			/^The payload has no "content-available": 1 in aps, so the app is not woken\. Add "aps": \{"content-available": 1\} to the payload\. \(2 items\)$/,
		),
		expect.stringMatching(/^The payload has alert in aps, which a background push must not have\..*\(2 items\)$/),
		expect.stringMatching(/content-availabel.*\(2 items\)/),
	]);
});

it('hints at one APNs ID for several pushes, once', async () => {
	const apnsId = '123e4567-e89b-12d3-a456-426614174000';
	const tokens = [phone, 'cd'.repeat(32), 'ef'.repeat(32)].join();
	const result = await bench.send({ recipients: tokens, title: 'T', options: { apnsId } });
	expect(
		result.hints('Send').filter((hint) => hint.startsWith("'APNs ID' is the same for several pushes")),
	).toHaveLength(1);
	expect((await bench.send({ recipients: phone, title: 'T', options: { apnsId } })).hints('Send')).toEqual([]);
});

it.each([
	['Topic', { topic: '={{ $json.object }}' }],
	['Push Type', { pushType: '={{ $json.list }}' }],
	['Collapse ID', { options: { collapseId: '={{ $json.object }}' } }],
	['Sound', { sound: '={{ $json.list }}' }],
	['Thread ID', { additionalFields: { threadId: '={{ $json.object }}' } }],
	['Title Localization Key', { localization: { titleLocKey: '={{ $json.list }}' } }],
])('reports an object or a list in %s instead of dropping it', async (field, parameters) => {
	const result = await bench.send({ recipients: phone, title: 'T', ...parameters }, [
		{ object: { a: 1 }, list: ['a'] },
	]);
	expect(result.error?.message).toBe(`'${field}' is an object or a list, not text.`);
});

it.each(['LiveActivity', 'Push To Talk', 'VOIP'])('names the value APNs knows for push type %s', async (pushType) => {
	const result = await bench.send({ recipients: phone, pushType: `={{ "${pushType}" }}`, payloadType: 'json' });
	expect(result.error?.message).toMatch(new RegExp(`^'Push Type' is "${pushType}", which APNs writes [a-z]+\\.$`));
});

it('reads JSON with a byte order mark', async () => {
	await bench.send({ recipients: phone, payloadType: 'json', payloadJson: '\uFEFF{"aps":{"alert":"x"}}' });
	expect(bench.body()).toBe('{"aps":{"alert":"x"}}');
});

it('lets Push Type come from an expression without asking for the fields of every type', async () => {
	const result = await bench.send({ recipients: phone, title: 'T', pushType: '={{ $json.type }}' }, [
		{ type: 'alert' },
	]);
	expect(result.items('Send')[0]?.json).toMatchObject({ outcome: 'accepted' });
	await expect(bench.send({ recipients: phone, pushType: 'mdm', topic: 'com.apple.mgmt.x' })).rejects.toThrow(
		/Parameter "Push Magic" is required/,
	);
});
