/** Broadcasts and channel management: every reason of Apple's second table, and what becomes of channels and messages. */
import { broadcastRules } from '../../tools/simulator/broadcastApi';
import { channelLimitRule, channelRules } from '../../tools/simulator/channelApi';
import { createChannelStore } from '../../tools/simulator/channels';
import { broadcastReasons, statusOf } from '../../tools/simulator/reasons';
import type { Bench, TestClient } from './testClient';
import { bundleId, startBench, teamId } from './testClient';

const update = '{"aps":{"timestamp":1700000000,"event":"update","content-state":{"home":1}}}';
const creation = '{"message-storage-policy":1,"push-type":"LiveActivity"}';
const uuid = /^[0-9A-Fa-f-]{36}$/;
const quiet = 'com.example.quiet';
const startMs = Date.parse('2026-03-01T12:00:00Z');

let nowMs = startMs;
let bench: Bench;
let push: TestClient;
let manage: TestClient;
let stored: string;
let unstored: string;

async function create(policy: 0 | 1): Promise<string> {
	const reply = await manage.request(
		bench.manage('POST', 'channels'),
		JSON.stringify({ 'message-storage-policy': policy, 'push-type': 'LiveActivity' }),
	);
	expect(reply).toMatchObject({ status: 201, body: '' });
	return reply.headers['apns-channel-id'] ?? '';
}

beforeEach(async () => {
	nowMs = startMs;
	bench = await startBench(
		{ clock: () => nowMs, broadcastRateLimit: { broadcasts: 50, withinMs: 60_000 } },
		{ bundleIds: [bundleId, quiet], broadcastDisabled: [quiet] },
	);
	push = await bench.connect();
	manage = await bench.connect({ port: bench.simulator.managementPort });
	stored = await create(1);
	unstored = await create(0);
});

afterEach(() => bench.close());

type Lines = Readonly<Record<string, string | undefined>>;
type Reason = keyof typeof broadcastReasons;

test.each<readonly [Reason, string, Lines, string]>([
	['BadPath', 'no bundle id', { ':path': '/4/broadcasts/apps/' }, update],
	['MethodNotAllowed', 'a method other than POST', { ':method': 'PUT' }, update],
	['MissingProviderToken', 'no token', { authorization: undefined }, update],
	['InvalidProviderToken', 'a token that is none', { authorization: 'bearer x' }, update],
	[
		'TopicDisallowed',
		'a suffix on the bundle id',
		{ ':path': `/4/broadcasts/apps/${bundleId}.push-type.liveactivity` },
		update,
	],
	['TopicMismatch', "another team's app", { ':path': '/4/broadcasts/apps/com.stranger.app' }, update],
	['FeatureNotEnabled', 'an app without the capability', { ':path': `/4/broadcasts/apps/${quiet}` }, update],
	['BadMessageId', 'a request id that is no UUID', { 'apns-request-id': 'one' }, update],
	['MissingChannelId', 'no channel', { 'apns-channel-id': undefined }, update],
	['BadChannelId', 'a channel id that is no base64', { 'apns-channel-id': 'not/base64!' }, update],
	[
		'BadChannelId',
		'a channel id that is too long',
		{ 'apns-channel-id': Buffer.alloc(129).toString('base64') },
		update,
	],
	['MissingPushType', 'no push type', { 'apns-push-type': undefined }, update],
	['InvalidPushType', 'an alert', { 'apns-push-type': 'alert' }, update],
	['BadExpirationDate', 'no expiration', { 'apns-expiration': undefined }, update],
	['BadExpirationDate', 'an expiration in words', { 'apns-expiration': 'soon' }, update],
	['BadPriority', 'no priority', { 'apns-priority': undefined }, update],
	['BadPriority', 'a priority of 3', { 'apns-priority': '3' }, update],
	['PayloadEmpty', 'no body', {}, ''],
	['PayloadTooLarge', '5,121 bytes', {}, JSON.stringify({ a: 'x'.repeat(5121 - 8) })],
	['BadRequestPayload', 'a body that is no JSON', {}, '{"aps"'],
	['ChannelNotRegistered', 'a channel nobody made', { 'apns-channel-id': 'dHN0LXNyY2gtY2hubA==' }, update],
])('broadcast, %s: %s', async (reason, _what, headers, body) => {
	const reply = await push.request(bench.broadcast(stored, headers), body);
	expect({ status: reply.status, json: reply.json }).toEqual({ status: statusOf(reason), json: { reason } });
	expect(reply.headers['apns-request-id']).toMatch(uuid);
});

test.each<readonly [Reason, string, string, string, Lines, string | undefined]>([
	['BadPath', 'a resource that does not exist', 'GET', 'channel', {}, undefined],
	['BadPath', 'a channel id in the path', 'GET', 'channels/dHN0LXNyY2gtY2hubA==', {}, undefined],
	['BadPath', 'creating where one lists', 'POST', 'all-channels', {}, creation],
	['MethodNotAllowed', 'PUT', 'PUT', 'channels', {}, creation],
	['MissingProviderToken', 'no token', 'GET', 'all-channels', { authorization: undefined }, undefined],
	['InvalidProviderToken', 'a token that is none', 'GET', 'all-channels', { authorization: 'bearer x' }, undefined],
	[
		'TopicDisallowed',
		'a suffix on the bundle id',
		'GET',
		'all-channels',
		{ ':path': `/1/apps/${bundleId}.push-type.liveactivity/all-channels` },
		undefined,
	],
	[
		'TopicMismatch',
		"another team's app",
		'GET',
		'all-channels',
		{ ':path': '/1/apps/com.stranger.app/all-channels' },
		undefined,
	],
	[
		'FeatureNotEnabled',
		'an app without the capability',
		'GET',
		'all-channels',
		{ ':path': `/1/apps/${quiet}/all-channels` },
		undefined,
	],
	['BadMessageId', 'a request id that is no UUID', 'GET', 'all-channels', { 'apns-request-id': 'one' }, undefined],
	['MissingChannelId', 'reading without saying which', 'GET', 'channels', {}, undefined],
	['BadChannelId', 'deleting what cannot be an id', 'DELETE', 'channels', { 'apns-channel-id': '?' }, undefined],
	[
		'ChannelNotRegistered',
		'deleting what is not there',
		'DELETE',
		'channels',
		{ 'apns-channel-id': 'dHN0LXNyY2gtY2hubA==' },
		undefined,
	],
	['BadRequestPayload', 'a body that is no JSON', 'POST', 'channels', {}, '{'],
	[
		'BadRequestParams',
		'an attribute Apple does not know',
		'POST',
		'channels',
		{},
		'{"message-storage-policy":1,"push-type":"LiveActivity","name":"x"}',
	],
	[
		'BadRequestParams',
		'a policy that does not exist',
		'POST',
		'channels',
		{},
		'{"message-storage-policy":2,"push-type":"LiveActivity"}',
	],
	['MissingPushType', 'no push type', 'POST', 'channels', {}, '{"message-storage-policy":1}'],
	['InvalidPushType', 'another push type', 'POST', 'channels', {}, '{"message-storage-policy":1,"push-type":"alert"}'],
])('channels, %s: %s', async (reason, _what, method, resource, headers, body) => {
	const reply = await manage.request(bench.manage(method, resource, headers), body);
	expect({ status: reply.status, json: reply.json }).toEqual({ status: statusOf(reason), json: { reason } });
	expect(reply.headers['apns-request-id']).toMatch(uuid);
});

test('expired and too many provider tokens are told here as on device pushes', async () => {
	const old = `bearer ${bench.token({ issuedAtSeconds: startMs / 1000 - 3601 })}`;
	expect((await push.request(bench.broadcast(stored, { authorization: old }), update)).reason).toBe(
		'ExpiredProviderToken',
	);
	const younger = `bearer ${bench.token({ issuedAtSeconds: startMs / 1000 - 60 })}`;
	expect((await manage.request(bench.manage('GET', 'all-channels', { authorization: younger }))).reason).toBe(
		'TooManyProviderTokenUpdates',
	);
});

test('a channel is created, read, listed, deleted, and gone for good', async () => {
	const id = { 'apns-channel-id': stored };
	const read = await manage.request(bench.manage('GET', 'channels', id));
	expect(read).toMatchObject({ status: 200, json: { 'message-storage-policy': 1, 'push-type': 'LiveActivity' } });
	const requestId = 'eabeae54-14a8-11e5-b60b-1697f925ec7b';
	const list = await manage.request(bench.manage('GET', 'all-channels', { 'apns-request-id': requestId }));
	expect(list).toMatchObject({
		status: 200,
		json: { channels: [stored, unstored] },
		headers: { 'apns-request-id': requestId },
	});
	expect(await manage.request(bench.manage('DELETE', 'channels', id))).toMatchObject({
		status: 204,
		body: '',
	});
	expect((await manage.request(bench.manage('GET', 'channels', id))).reason).toBe('ChannelNotRegistered');
	expect((await push.request(bench.broadcast(stored), update)).reason).toBe('ChannelNotRegistered');
});

test('a broadcast is answered with request id and unique id, and reaches subscribers', async () => {
	bench.simulator.channels.subscribe(stored, 'phone');
	const reply = await push.request(bench.broadcast(stored, { 'apns-push-type': 'Liveactivity' }), update);
	expect(reply).toMatchObject({ status: 200, body: '' });
	expect(Object.keys(reply.headers).sort()).toEqual([':status', 'apns-request-id', 'apns-unique-id']);
	expect(bench.simulator.channels.deliveries).toMatchObject([
		{
			channelId: stored,
			subscriber: 'phone',
			fate: 'delivered',
			message: { priority: 10, uniqueId: reply.headers['apns-unique-id'] },
		},
	]);
});

test('a channel that stores nothing takes no expiration', async () => {
	const later = String(startMs / 1000 + 60);
	expect((await push.request(bench.broadcast(unstored, { 'apns-expiration': later }), update)).reason).toBe(
		'BadExpirationDate',
	);
	expect((await push.request(bench.broadcast(stored, { 'apns-expiration': later }), update)).status).toBe(200);
});

test('a device that was away gets the newest stored message, if it has not expired', async () => {
	const { channels } = bench.simulator;
	channels.subscribe(stored, 'away', false);
	channels.subscribe(unstored, 'away', false);
	const inAnHour = { 'apns-expiration': String(startMs / 1000 + 3600) };
	await push.request(bench.broadcast(stored, inAnHour), '{"n":1}');
	await push.request(bench.broadcast(stored, inAnHour), '{"n":2}');
	await push.request(bench.broadcast(unstored), '{"n":3}');
	channels.setOnline('away', true);
	expect(channels.deliveries.map(({ fate, message }) => [fate, message.payload.toString()])).toEqual([
		['stored', '{"n":1}'],
		['stored', '{"n":2}'],
		['discarded', '{"n":3}'],
		['delivered', '{"n":2}'],
	]);
	channels.setOnline('away', false);
	await push.request(bench.broadcast(stored, { 'apns-expiration': String(startMs / 1000 + 86_400) }), '{"n":4}');
	nowMs += 9 * 3_600_000;
	channels.setOnline('away', true);
	expect(channels.deliveries.at(-1)).toMatchObject({ fate: 'discarded' });
});

test('an app may have so many channels and no more, each environment for itself', async () => {
	const channels = createChannelStore({ channelsPerApp: 1 });
	const benches = await Promise.all(
		(['production', 'development'] as const).map((environment) => startBench({ environment, channels })),
	);
	try {
		const ids: string[] = [];
		for (const own of benches) {
			const client = await own.connect({ port: own.simulator.managementPort });
			ids.push((await client.request(own.manage('POST', 'channels'), creation)).headers['apns-channel-id'] ?? '');
			expect(await client.request(own.manage('POST', 'channels'), creation)).toMatchObject({
				status: 400,
				reason: 'CannotCreateChannelConfig',
			});
		}
		const [production] = benches;
		const client = await production?.connect();
		expect((await client?.request(production?.broadcast(ids[1] ?? '') ?? {}, update))?.reason).toBe(
			'ChannelNotRegistered',
		);
		expect((await client?.request(production?.broadcast(ids[0] ?? '') ?? {}, update))?.status).toBe(200);
	} finally {
		for (const own of benches) await own.close();
	}
});

test('switching the capability off deletes the channels', async () => {
	bench.simulator.setBroadcast(bundleId, false);
	expect((await push.request(bench.broadcast(stored), update)).reason).toBe('FeatureNotEnabled');
	bench.simulator.setBroadcast(bundleId, true);
	expect((await manage.request(bench.manage('GET', 'all-channels'))).json).toEqual({ channels: [] });
});

test('too many broadcasts are throttled as a whole', async () => {
	const replies = [];
	for (let sent = 0; sent < 51; sent += 1) replies.push((await push.request(bench.broadcast(stored), update)).reason);
	expect(replies.filter((reason) => reason === 'TooManyRequests')).toHaveLength(1);
	nowMs += 60_000;
	expect((await push.request(bench.broadcast(stored), update)).status).toBe(200);
});

test('management has its own port, its own limit of one stream, and serves no pushes', async () => {
	const { journal } = bench.simulator;
	expect(journal.connections.map(({ role, limitsSent }) => [role, limitsSent])).toEqual([
		['push', [1]],
		['management', [1, 1000]],
	]);
	expect((await manage.request(bench.push(), update)).reason).toBe('BadPath');
	expect((await push.request(bench.manage('GET', 'all-channels'))).reason).toBe('BadPath');
	expect(bench.simulator.teams.teamIds).toEqual([teamId]);
});

/** Reasons no request earns by itself, and those of certificates, which `certificates.test.ts` earns. */
const scripted = [
	'InternalServerError',
	'ServiceUnavailable',
	'Shutdown',
	'BadCertificate',
	'BadCertificateEnvironment',
] as const;
/** Apple's second table leaves out what both APIs must answer alike: keys, and repeated headers. */
const shared = ['BadEnvironmentKeyIdInToken', 'UnrelatedKeyIdInToken', 'DuplicateHeaders'];

test("between the rules and the script no reason of Apple's second table is missing, and none is made up", () => {
	const ruled = [...broadcastRules, ...channelRules, channelLimitRule].map(({ reason }) => reason);
	expect([...new Set([...ruled, ...scripted])].sort()).toEqual([...Object.keys(broadcastReasons), ...shared].sort());
});

test('what no request can earn comes by script', async () => {
	for (const reason of scripted) {
		bench.simulator.script.at(() => true, { type: 'answer', status: statusOf(reason), reason });
		const reply = await push.request(bench.broadcast(stored), update);
		expect(reply).toMatchObject({ status: broadcastReasons[reason].status, reason });
		expect(reply.headers['apns-request-id']).toMatch(uuid);
	}
});
