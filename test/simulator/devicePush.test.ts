/** Device pushes: each reason of Apple's table that a request can earn, and what an accepted one gets back. */
import { deviceRules } from '../../tools/simulator/deviceApi';
import { deviceReasons, statusOf } from '../../tools/simulator/reasons';
import type { Bench, TestClient } from './testClient';
import { bundleId, deviceToken, startBench } from './testClient';

const alert = '{"aps":{"alert":"Hello"}}';
const gone = 'cd'.repeat(32);
const expired = 'ce'.repeat(32);
const elsewhere = 'cf'.repeat(32);
const otherApp = 'd0'.repeat(32);
const goneAtMs = 1_508_249_865_488;

let bench: Bench;
let client: TestClient;

beforeAll(async () => {
	bench = await startBench({ malformedPayload: 'refuse', devices: { rateLimit: { pushes: 3, withinMs: 3_600_000 } } });
	bench.simulator.devices.unregister(gone, goneAtMs);
	bench.simulator.devices.expire(expired, goneAtMs);
	bench.simulator.devices.register(elsewhere, { environment: 'production' });
	bench.simulator.devices.register(otherApp, { topic: 'com.example.other' });
	client = await bench.connect();
});

afterAll(() => bench.close());

/** A token nobody used yet, so that the rate limit is not met by accident. */
let tokens = 0;
const fresh = (): string => (++tokens).toString(16).padStart(64, '0');
const to = (token: string) => `/3/device/${token}`;

type Case = readonly [
	reason: keyof typeof deviceReasons,
	what: string,
	headers: Readonly<Record<string, string | string[] | undefined>>,
	body: string,
];

const cases: readonly Case[] = [
	['BadPath', 'a path of another API', { ':path': '/1/apps/com.example.app/channels' }, alert],
	['BadPath', 'a path below the token', { ':path': `${to(deviceToken)}/more` }, alert],
	['MethodNotAllowed', 'a method other than POST', { ':method': 'PUT' }, alert],
	['MissingDeviceToken', 'no token in the path', { ':path': '/3/device/' }, alert],
	['DuplicateHeaders', 'a repeated header', { 'x-note': ['a', 'b'] }, alert],
	['MissingProviderToken', 'no authorization', { authorization: undefined }, alert],
	['MissingProviderToken', 'a scheme other than bearer', { authorization: 'Basic abc' }, alert],
	['InvalidProviderToken', 'a token that is none', { authorization: 'bearer abc.def.ghi' }, alert],
	['MissingTopic', 'no topic with a provider token', { 'apns-topic': undefined }, alert],
	['BadTopic', 'a topic no bundle id can be', { 'apns-topic': 'com example' }, alert],
	['TopicDisallowed', "another team's topic", { 'apns-topic': 'com.stranger.app' }, alert],
	['InvalidPushType', 'a push type Apple does not list', { 'apns-push-type': 'shout' }, alert],
	['InvalidPushType', 'an alert for the VoIP topic', { 'apns-topic': `${bundleId}.voip` }, alert],
	['InvalidPushType', 'an mdm push to an app', { 'apns-push-type': 'mdm' }, alert],
	['BadMessageId', 'an apns-id that is no UUID', { 'apns-id': '123' }, alert],
	['BadExpirationDate', 'a negative expiration', { 'apns-expiration': '-1' }, alert],
	['BadExpirationDate', 'an expiration in milliseconds', { 'apns-expiration': '1700000000000' }, alert],
	['BadPriority', 'a priority Apple does not list', { 'apns-priority': '7' }, alert],
	['BadPriority', 'a background push at priority 10', { 'apns-push-type': 'background', 'apns-priority': '10' }, alert],
	['BadCollapseId', 'a collapse id of 65 bytes', { 'apns-collapse-id': 'x'.repeat(65) }, alert],
	['PayloadEmpty', 'no body', {}, ''],
	['PayloadEmpty', 'a body that is no JSON, where asked to refuse it', {}, '{"aps":'],
	['PayloadTooLarge', '4,097 bytes', {}, JSON.stringify({ a: 'x'.repeat(4097 - 8) })],
	[
		'PayloadTooLarge',
		'5,121 bytes of a VoIP push',
		{ 'apns-push-type': 'voip', 'apns-topic': `${bundleId}.voip` },
		JSON.stringify({ a: 'x'.repeat(5121 - 8) }),
	],
	['BadDeviceToken', 'a token that is not hex', { ':path': to('z'.repeat(64)) }, alert],
	['BadDeviceToken', 'a token of half a byte', { ':path': to('a'.repeat(65)) }, alert],
	['BadDeviceToken', 'a token of the other environment', { ':path': to(elsewhere) }, alert],
	['Unregistered', 'a token that is gone', { ':path': to(gone) }, alert],
	['ExpiredToken', 'a token that expired', { ':path': to(expired) }, alert],
	['DeviceTokenNotForTopic', "another app's token", { ':path': to(otherApp) }, alert],
	['DeviceTokenNotForTopic', 'a VoIP push to the bare bundle id', { 'apns-push-type': 'voip' }, alert],
];

test.each(cases)('%s: %s', async (reason, _what, headers, body) => {
	const reply = await client.request(bench.push({ ':path': to(fresh()), ...headers }), body);
	expect({ status: reply.status, reason: reply.reason }).toEqual({ status: statusOf(reason), reason });
	expect(reply.headers['apns-id']).toMatch(/^[0-9A-F-]{36}$/);
	expect(Object.keys(reply.headers).sort()).toEqual([':status', 'apns-id']);
});

test('a gone token is answered with the time it was found gone, in milliseconds', async () => {
	const reply = await client.request(bench.push({ ':path': to(gone) }), alert);
	expect(reply.json).toEqual({ reason: 'Unregistered', timestamp: goneAtMs });
	bench.simulator.devices.register(gone);
	expect((await client.request(bench.push({ ':path': to(gone) }), alert)).status).toBe(200);
});

test('too many pushes to one device are answered TooManyRequests, and other devices go on', async () => {
	const path = to(fresh());
	for (let sent = 0; sent < 3; sent += 1)
		expect((await client.request(bench.push({ ':path': path }), alert)).status).toBe(200);
	expect(await client.request(bench.push({ ':path': path }), alert)).toMatchObject({
		status: 429,
		reason: 'TooManyRequests',
	});
	expect((await client.request(bench.push({ ':path': to(fresh()) }), alert)).status).toBe(200);
});

test('an accepted push gets END_STREAM with the headers, its own apns-id, and in the sandbox a unique id', async () => {
	const id = 'eabeae54-14a8-11e5-b60b-1697f925ec7b';
	const reply = await client.request(
		bench.push({
			':path': to(fresh()),
			'apns-id': id,
			'apns-priority': '5',
			'apns-expiration': '0',
			'apns-collapse-id': 'x'.repeat(64),
		}),
		alert,
	);
	expect(reply).toMatchObject({ status: 200, body: '', headers: { 'apns-id': id } });
	expect(reply.headers['apns-unique-id']).toMatch(/^[0-9a-f-]{36}$/);
	expect(bench.simulator.acceptedPushes.at(-1)).toMatchObject({
		topic: bundleId,
		pushType: 'alert',
		apnsId: id,
		collapseId: 'x'.repeat(64),
	});
});

test.each([
	['location', '.location-query'],
	['voip', '.voip'],
	['complication', '.complication'],
	['fileprovider', '.pushkit.fileprovider'],
	['liveactivity', '.push-type.liveactivity'],
	['pushtotalk', '.voip-ptt'],
	['widgets', '.push-type.widgets'],
	['controls', '.push-type.controls'],
	['background', ''],
])('a %s push to its own topic is accepted', async (pushType, suffix) => {
	const headers = { ':path': to(fresh()), 'apns-push-type': pushType, 'apns-topic': bundleId + suffix };
	expect((await client.request(bench.push(headers), '{}')).status).toBe(200);
});

test('a push without a push type is accepted, also for a suffixed topic', async () => {
	for (const topic of [bundleId, `${bundleId}.voip`]) {
		expect(
			(
				await client.request(
					bench.push({ ':path': to(fresh()), 'apns-push-type': undefined, 'apns-topic': topic }),
					'{}',
				)
			).status,
		).toBe(200);
	}
});

test('the journal keeps each request with its headers in order, repeated ones repeated, and its answer', async () => {
	const path = to(fresh());
	await client.request(bench.push({ ':path': path, 'x-note': ['a', 'b'] }), alert);
	const record = bench.simulator.journal.requests.at(-1);
	expect(record).toMatchObject({
		method: 'POST',
		path,
		json: { aps: { alert: 'Hello' } },
		ending: 'answered',
		answer: { status: 400, reason: 'DuplicateHeaders' },
	});
	expect(record?.headers.filter(([name]) => name === 'x-note')).toEqual([
		['x-note', 'a'],
		['x-note', 'b'],
	]);
	expect(record?.headerBlockBytes).toBeGreaterThan(0);
});

test('in production there is no unique id, and a token never seen is bad where only named ones are good', async () => {
	const strict = await startBench({
		environment: 'production',
		devices: { mode: 'registered' },
		requirePushType: true,
	});
	try {
		const strictClient = await strict.connect();
		expect((await strictClient.request(strict.push(), alert)).reason).toBe('BadDeviceToken');
		strict.simulator.devices.register(deviceToken.toUpperCase(), { topic: bundleId, environment: 'production' });
		const reply = await strictClient.request(strict.push(), alert);
		expect(reply.status).toBe(200);
		expect(Object.keys(reply.headers).sort()).toEqual([':status', 'apns-id']);
		expect((await strictClient.request(strict.push({ 'apns-push-type': undefined }), alert)).reason).toBe(
			'InvalidPushType',
		);
	} finally {
		await strict.close();
	}
});

/** Reasons no request earns by itself. */
const rest = ['IdleTimeout', 'Forbidden', 'InternalServerError', 'ServiceUnavailable', 'Shutdown'] as const;

test("between the rules and the script no reason of Apple's table is missing, and none is made up", () => {
	expect([...new Set([...deviceRules.map(({ reason }) => reason), ...rest])].sort()).toEqual(
		Object.keys(deviceReasons).sort(),
	);
});

test('reasons no request can earn come by script, with any headers', async () => {
	for (const reason of rest) {
		bench.simulator.script.at((request) => request.path.endsWith('ee'), {
			type: 'answer',
			status: statusOf(reason),
			reason,
			headers: { 'retry-after': '7' },
		});
		const reply = await client.request(bench.push({ ':path': to('ee'.repeat(32)) }), alert);
		expect(reply).toMatchObject({ status: deviceReasons[reason].status, reason, headers: { 'retry-after': '7' } });
	}
});
