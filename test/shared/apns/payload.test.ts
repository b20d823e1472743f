/** Payloads, compared with JSON written by hand from Apple's pages. */
import { DateTime } from 'luxon';
import { alertPayload, backgroundPayload } from '../../../nodes/shared/apns/payload/alert';
import type { AlertFields } from '../../../nodes/shared/apns/payload/alertFields';
import { encodePayload, type JsonObject, parseJsonObject, parseTextList } from '../../../nodes/shared/apns/payload';
import { fileProviderPayload, mdmPayload, reloadPayload } from '../../../nodes/shared/apns/payload/kinds';
import { problemOf, wordsThrownBy } from './problemOf';

const alerts: ReadonlyArray<readonly [name: string, fields: AlertFields, custom: JsonObject, json: string]> = [
	[
		'a game request',
		{ title: 'Game Request', subtitle: 'Five Card Draw', body: 'Bob wants to play poker', category: 'GAME_INVITATION' },
		{ gameID: '12345678' },
		'{"aps":{"alert":{"title":"Game Request","subtitle":"Five Card Draw","body":"Bob wants to play poker"},"category":"GAME_INVITATION"},"gameID":"12345678"}',
	],
	[
		'badge and sound',
		{ badge: 9, sound: 'bingbong.aiff' },
		{ messageID: 'ABCDEFGHIJ' },
		'{"aps":{"badge":9,"sound":"bingbong.aiff"},"messageID":"ABCDEFGHIJ"}',
	],
	['a badge taken away', { badge: 0 }, {}, '{"aps":{"badge":0}}'],
	[
		'texts from the app',
		{
			locKey: 'GAME_PLAY_REQUEST_FORMAT',
			locArgs: ['Jenna', 'Frank'],
			titleLocKey: 'GAME_TITLE',
			titleLocArgs: ['Poker'],
			subtitleLocKey: 'GAME_SUBTITLE',
			subtitleLocArgs: ['Five'],
			launchImage: 'game.png',
		},
		{},
		'{"aps":{"alert":{"launch-image":"game.png","title-loc-key":"GAME_TITLE","title-loc-args":["Poker"],"subtitle-loc-key":"GAME_SUBTITLE","subtitle-loc-args":["Five"],"loc-key":"GAME_PLAY_REQUEST_FORMAT","loc-args":["Jenna","Frank"]}}}',
	],
	[
		'a critical alert',
		{ body: 'Fire', sound: 'siren.aiff', criticalSound: true, criticalVolume: 0.5, interruptionLevel: 'critical' },
		{},
		'{"aps":{"alert":{"body":"Fire"},"sound":{"critical":1,"name":"siren.aiff","volume":0.5},"interruption-level":"critical"}}',
	],
	[
		'a critical sound with an empty name, at full volume',
		{ sound: '', criticalSound: true, criticalVolume: 1 },
		{},
		'{"aps":{"sound":{"critical":1,"name":"default","volume":1}}}',
	],
	[
		'a critical sound without a name or volume',
		{ criticalSound: true },
		{},
		'{"aps":{"sound":{"critical":1,"name":"default"}}}',
	],
	[
		'every other key',
		{
			body: 'x',
			threadId: 't',
			targetContentId: 'w',
			relevanceScore: 0,
			filterCriteria: 'f',
			mutableContent: true,
			contentAvailable: true,
		},
		{},
		'{"aps":{"alert":{"body":"x"},"thread-id":"t","target-content-id":"w","relevance-score":0,"filter-criteria":"f","mutable-content":1,"content-available":1}}',
	],
	[
		'fields left empty',
		{ title: '', body: 'x', locArgs: [], sound: '', mutableContent: false, interruptionLevel: '' },
		{},
		'{"aps":{"alert":{"body":"x"}}}',
	],
	[
		'texts that are not ASCII',
		{ title: 'Grüße 🐼', body: 'line\nline "x"' },
		{},
		'{"aps":{"alert":{"title":"Grüße 🐼","body":"line\\nline \\"x\\""}}}',
	],
];

describe('an alert payload', () => {
	it.each(alerts)('holds %s', (_name, fields, custom, json) => {
		expect(encodePayload(alertPayload(fields, custom)).toString('utf8')).toBe(json);
	});

	it.each<readonly [AlertFields, string]>([
		[{ badge: 1.5 }, "'Badge' must be a whole number, 0 or higher, but is 1.5."],
		[{ badge: -1 }, "'Badge' must be a whole number, 0 or higher, but is -1."],
		[{ badge: Number.NaN }, "'Badge' must be a whole number, 0 or higher, but is NaN."],
		[{ relevanceScore: -0.1 }, "'Relevance Score' must be a number from 0 to 1, but is -0.1."],
		[{ relevanceScore: 2 }, "'Relevance Score' must be a number from 0 to 1, but is 2."],
		[{ criticalSound: true, criticalVolume: 100 }, "'Critical Sound Volume' must be a number from 0 to 1, but is 100."],
		[{ interruptionLevel: 'urgent' }, `'Interruption Level' is "urgent", which is not a valid value.`],
	])('refuses %j', (fields, problem) => {
		expect(problemOf(() => alertPayload(fields))).toBe(problem);
	});

	it.each(['badge', 'relevanceScore'])('refuses a number that is text, which devices would ignore: %s', (id) => {
		const fields = Object.fromEntries([[id, '1']]) as AlertFields;
		expect(problemOf(() => alertPayload(fields))).toMatch(/, but is 1\.$/);
	});

	it.each<readonly [AlertFields, string]>([
		[{ relevanceScore: 2 }, "Change 'Relevance Score' to a number from 0 to 1."],
		[{ interruptionLevel: 'urgent' }, 'Use one of these values: active, critical, passive or time-sensitive.'],
	])('names what there is in place of %j', (fields, advice) => {
		expect(wordsThrownBy(() => alertPayload(fields))?.advice).toBe(advice);
	});

	it('is not overwritten by custom data', () => {
		expect(problemOf(() => alertPayload({ body: 'x' }, { aps: {} }))).toContain(
			`'Custom Data' contains the key "aps", which would overwrite the notification itself.`,
		);
	});

	it('keeps odd keys of custom data as data', () => {
		const custom = parseJsonObject('customData', '{"__proto__":{"x":1},"constructor":2}');
		expect(encodePayload(alertPayload({ body: 'x' }, custom)).toString()).toBe(
			'{"aps":{"alert":{"body":"x"}},"__proto__":{"x":1},"constructor":2}',
		);
	});
});

describe('other payloads', () => {
	it.each<readonly [string, JsonObject, string]>([
		[
			'background',
			backgroundPayload({ acme1: 'bar', acme2: 42 }),
			'{"aps":{"content-available":1},"acme1":"bar","acme2":42}',
		],
		['background without data', backgroundPayload(), '{"aps":{"content-available":1}}'],
		[
			'file provider',
			fileProviderPayload({ containerIdentifier: 'NSFileProviderWorkingSetContainerItemIdentifier', domain: 'work' }),
			'{"container-identifier":"NSFileProviderWorkingSetContainerItemIdentifier","domain":"work"}',
		],
		[
			'file provider with one domain',
			fileProviderPayload({ containerIdentifier: 'x', domain: '' }),
			'{"container-identifier":"x"}',
		],
		['MDM', mdmPayload('9F3A2C10-0000-4000-8000-000000000001'), '{"mdm":"9F3A2C10-0000-4000-8000-000000000001"}'],
		['widgets and controls', reloadPayload(), '{"aps":{"content-changed":true}}'],
		['Wallet', parseJsonObject('payloadJson', '{}'), '{}'],
		[
			'Safari',
			parseJsonObject(
				'payloadJson',
				' {"aps":{"alert":{"title":"Flight","body":"On time","action":"View"},"url-args":["boarding","A998"]}} ',
			),
			'{"aps":{"alert":{"title":"Flight","body":"On time","action":"View"},"url-args":["boarding","A998"]}}',
		],
	])('%s', (_name, payload, json) => {
		expect(encodePayload(payload).toString('utf8')).toBe(json);
	});

	it('of background pushes wake the app, and tell it what the data says', () => {
		expect(backgroundPayload({ sync: 'orders' })).toEqual({ aps: { 'content-available': 1 }, sync: 'orders' });
	});

	it('may not hold custom data that overwrites them', () => {
		expect(problemOf(() => backgroundPayload({ aps: {} }))).toMatch(/^'Data' contains the key "aps"/);
	});

	it('name what is missing, and nothing else', () => {
		expect(problemOf(() => mdmPayload(''))).toBe("'Push Magic' is empty.");
		expect(problemOf(() => fileProviderPayload({ containerIdentifier: '' }))).toBe("'Container Identifier' is empty.");
		const named = { containerIdentifier: 'x', domain: 'work' };
		expect(fileProviderPayload(named)).toEqual({ 'container-identifier': 'x', domain: 'work' });
	});

	it('take a push magic as the device sent it, and no other text', () => {
		expect(problemOf(() => mdmPayload('9F3A2C10 0000'))).toBe("'Push Magic' contains spaces or line breaks.");
	});
});

describe('JSON given by the user', () => {
	it('may be an object as well as text', () => {
		expect(parseJsonObject('payloadJson', { aps: { alert: 'x' } })).toEqual({ aps: { alert: 'x' } });
		expect(parseJsonObject('payloadJson', Object.assign(Object.create(null) as object, { a: 1 }))).toEqual({ a: 1 });
	});

	it.each<readonly [string, unknown, RegExp]>([
		[
			'broken text',
			'{"aps": }',
			/^'JSON' is not valid JSON \(Unexpected token '\}', "\{"aps": \}" is not valid JSON\)\.$/,
		],
		['an array', '[1]', /^'JSON' is not a JSON object\.$/],
		['a text', '"x"', /^'JSON' is not a JSON object\.$/],
		['null', 'null', /^'JSON' is not a JSON object\.$/],
		['a number', 5, /^'JSON' is not a JSON object\.$/],
		['a Date', new Date(), /^'JSON' is not a JSON object\.$/],
		['a DateTime of luxon', DateTime.utc(2026), /^'JSON' is not a JSON object\.$/],
		['a Map', new Map(), /^'JSON' is not a JSON object\.$/],
	])('is refused when it is %s', (_name, value, problem) => {
		expect(problemOf(() => parseJsonObject('payloadJson', value))).toMatch(problem);
	});

	it.each(['', ' \n', '\uFEFF'])('is an empty object when nothing is written: %j', (value) => {
		expect(parseJsonObject('customData', value)).toEqual({});
	});

	it('is refused when it cannot be written', () => {
		const cycle: Record<string, unknown> = {};
		cycle.self = cycle;
		expect(problemOf(() => encodePayload(cycle))).toContain('The payload cannot be written as JSON');
		expect(problemOf(() => encodePayload({ big: 1n }))).toContain('The payload cannot be written as JSON');
	});

	it.each<readonly [unknown, readonly string[]]>([
		['Jenna\nFrank', ['Jenna', 'Frank']],
		['["Jenna, dear", 5]', ['Jenna, dear', '5']],
		['[draft] Jenna\nFrank', ['[draft] Jenna', 'Frank']],
		['\nJenna\r\nFrank\n', ['Jenna', 'Frank']],
		[5, ['5']],
		[null, []],
		[['Jenna'], ['Jenna']],
		['', []],
		[undefined, []],
	])('as a list of texts: %j', (value, list) => {
		expect(parseTextList('locArgs', value)).toEqual(list);
	});

	it('as a list of something else is refused', () => {
		expect(problemOf(() => parseTextList('locArgs', ['Jenna', {}]))).toBe(
			"'Body Localization Arguments' is not a list of texts.",
		);
		expect(problemOf(() => parseTextList('locArgs', { a: 1 }))).toBe(
			"'Body Localization Arguments' is not a list of texts.",
		);
	});
});
