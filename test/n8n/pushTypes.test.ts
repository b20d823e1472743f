/** Every push type through the node: topic, headers and the very bytes of the payload, beside JSON written by hand after Apple's examples. */
import type { INodeParameters } from 'n8n-workflow';
import { phone, setUpSendBench } from './sendBench';

const bench = setUpSendBench();

interface Case {
	readonly pushType: string;
	readonly page: string;
	readonly parameters: INodeParameters;
	readonly topic: string;
	readonly priority?: string;
	readonly expiration?: string;
	readonly payload: string;
}

const kickOff = '2026-07-19T19:00:00Z';
const kickOffSeconds = Date.UTC(2026, 6, 19, 19) / 1_000;

// prettier-ignore
const cases: readonly Case[] = [
	{ pushType: 'alert', page: 'Generating a remote notification', topic: 'com.example.app',
		parameters: { title: 'Game Request', body: 'Five Card Draw', additionalFields: { subtitle: 'Bob wants to play poker', category: 'GAME_INVITATION', customData: '{"gameID":"12345678"}' } },
		payload: '{"aps":{"alert":{"title":"Game Request","subtitle":"Bob wants to play poker","body":"Five Card Draw"},"category":"GAME_INVITATION"},"gameID":"12345678"}' },
	{ pushType: 'background', page: 'Pushing background updates to your App', topic: 'com.example.app', priority: '5',
		parameters: { data: '{"acme1":"bar","acme2":42}' },
		payload: '{"aps":{"content-available":1},"acme1":"bar","acme2":42}' },
	{ pushType: 'complication', page: 'Updating a complication', topic: 'com.example.app.complication',
		parameters: { payloadJson: '{"temperature":21.5}' },
		payload: '{"temperature":21.5}' },
	{ pushType: 'controls', page: 'Updating controls locally and remotely', topic: 'com.example.app.push-type.controls',
		parameters: { options: { priority: 10, expiration: '0' } }, priority: '10', expiration: '0',
		payload: '{"aps":{"content-changed":true}}' },
	{ pushType: 'fileprovider', page: 'Using push notifications to signal changes', topic: 'com.example.app.pushkit.fileprovider',
		parameters: { domain: 'main' },
		payload: '{"container-identifier":"NSFileProviderWorkingSetContainerItemIdentifier","domain":"main"}' },
	{ pushType: 'liveactivity', page: 'Starting and updating Live Activities with ActivityKit push notifications', topic: 'com.example.app.push-type.liveactivity',
		parameters: { event: 'update', contentState: '{"currentHealthLevel":0.941,"eventDescription":"Power Panda found a sword!"}', title: 'Power Panda is knocked down!', body: 'Use a potion to heal Power Panda!', additionalFields: { timestamp: kickOff }, options: { priority: 5 } }, priority: '5',
		payload: `{"aps":{"timestamp":${kickOffSeconds},"event":"update","content-state":{"currentHealthLevel":0.941,"eventDescription":"Power Panda found a sword!"},"alert":{"title":"Power Panda is knocked down!","body":"Use a potion to heal Power Panda!"}}}` },
	{ pushType: 'location', page: 'Creating a location push service extension', topic: 'com.example.app.location-query',
		parameters: { payloadJson: '{"from":"Anna"}' },
		payload: '{"from":"Anna"}' },
	{ pushType: 'mdm', page: 'Sending MDM commands to a device', topic: 'com.apple.mgmt.External.0b1c',
		parameters: { topic: 'com.apple.mgmt.External.0b1c', pushMagic: '2C2D4F2A-6B7F-4A5E-9A55-0B1C7C1C7E21' },
		payload: '{"mdm":"2C2D4F2A-6B7F-4A5E-9A55-0B1C7C1C7E21"}' },
	{ pushType: 'pushtotalk', page: 'Creating a Push to Talk app', topic: 'com.example.app.voip-ptt',
		parameters: { payloadJson: '{"activeSpeaker":"The name of the active speaker"}', options: { priority: 10, expiration: '0' } }, priority: '10', expiration: '0',
		payload: '{"activeSpeaker":"The name of the active speaker"}' },
	{ pushType: 'voip', page: 'Responding to VoIP notifications from PushKit', topic: 'com.example.app.voip',
		parameters: { payloadJson: '{"handle":"+49 30 1234","callId":"4711"}', options: { expiration: '0' } }, expiration: '0',
		payload: '{"handle":"+49 30 1234","callId":"4711"}' },
	{ pushType: 'widgets', page: 'Updating widgets with WidgetKit push notifications', topic: 'com.example.app.push-type.widgets',
		parameters: {},
		payload: '{"aps":{"content-changed":true}}' },
];

it.each(cases)(
	'sends $pushType as in "$page"',
	async ({ pushType, parameters, topic, priority, expiration, payload }) => {
		// The key of the simulator's team covers one app; the MDM topic is another, so its answer is not what counts here.
		const result = await bench.send({ recipients: phone, pushType, ...parameters });
		expect(result.status).toBe(pushType === 'mdm' ? 'error' : 'success');
		expect(bench.body()).toBe(payload);
		expect({
			topic: bench.header('apns-topic'),
			type: bench.header('apns-push-type'),
			priority: bench.header('apns-priority'),
			expiration: bench.header('apns-expiration'),
		}).toEqual({
			topic,
			type: pushType,
			priority,
			expiration,
		});
	},
);

it.each(cases.filter(({ topic }) => topic !== 'com.example.app'))(
	'never adds the suffix of $pushType twice',
	async ({ pushType, parameters, topic }) => {
		await bench.send({ recipients: phone, pushType, ...parameters, topic });
		expect(bench.header('apns-topic')).toBe(topic);
	},
);

it('offers exactly these types, in alphabetical order', () => {
	const { properties } = bench.engine.loader.getNode('apnsSend').type.description as {
		properties: Array<{ name: string; options?: Array<{ value: string }> }>;
	};
	expect(properties.find(({ name }) => name === 'pushType')?.options?.map(({ value }) => value)).toEqual(
		cases.map(({ pushType }) => pushType),
	);
});

it('passes on a push type Apple may add later, with its payload as JSON', async () => {
	await bench.send({
		recipients: phone,
		pushType: '={{ "hologram" }}',
		payloadType: 'json',
		payloadJson: '{"aps":{}}',
	});
	expect([bench.header('apns-push-type'), bench.body()]).toEqual(['hologram', '{"aps":{}}']);
});

it.each([
	['a Wallet pass', 'pass.com.example.ticket', '{}'],
	[
		'a Safari website',
		'web.com.example',
		'{"aps":{"alert":{"title":"Flight A998","body":"Boarding","action":"View"},"url-args":["boarding","A998"]}}',
	],
])('sends %s through JSON', async (_what, topic, payloadJson) => {
	await bench.send({ recipients: phone, topic, payloadType: 'json', payloadJson });
	expect([bench.header('apns-topic'), bench.body()]).toEqual([topic, payloadJson]);
});

it('lets a VoIP push have 5,120 bytes, and everything else 4,096', async () => {
	const data = (bytes: number): string => JSON.stringify({ x: 'x'.repeat(bytes - '{"x":""}'.length) });
	expect((await bench.send({ recipients: phone, pushType: 'voip', payloadJson: data(5_120) })).status).toBe('success');
	expect((await bench.send({ recipients: phone, pushType: 'complication', payloadJson: data(4_096) })).status).toBe(
		'success',
	);
	for (const [pushType, bytes, limit] of [
		['voip', 5_121, '5120'],
		['complication', 4_097, '4096'],
	] as const) {
		const message = expect.stringContaining(`${bytes} bytes, 1 more than the ${limit} allowed`);
		expect((await bench.send({ recipients: phone, pushType, payloadJson: data(bytes) })).error?.message).toEqual(
			message,
		);
		const own = await bench.send(
			{ recipients: phone, pushType, payloadJson: '={{ $json.data }}' },
			[{ data: data(bytes) }],
			{
				onError: 'continueRegularOutput',
			},
		);
		expect(own.items('Send')[0]?.json).toMatchObject({ success: false, outcome: 'not sent', message });
	}
	expect(bench.requests()).toHaveLength(2);
});
