/** Broadcasts through the node: headers, the bytes of the payload, what subscribers get, and every reason with its message. */
import type { INodeParameters } from 'n8n-workflow';
import { broadcastReasons } from '../../tools/simulator/reasons';
import { broadcastNode, byId } from './broadcastBench';
import { bundleId } from './credential';
import { setUpSendBench } from './sendBench';

const bench = setUpSendBench();
const run = broadcastNode(bench);
const make = (policy: 0 | 1 = 1): string =>
	bench.peer.simulator.channels.create('development', bundleId, policy)?.id ?? '';
const at = '2026-07-19T19:00:00Z';
const atSeconds = Date.UTC(2026, 6, 19, 19) / 1_000;

it('publishes an update with every header Apple requires', async () => {
	const id = make();
	bench.peer.simulator.channels.subscribe(id, 'phone');
	const result = await run({
		channelId: byId(id),
		event: 'update',
		contentState: '{"home":2,"away":1}',
		additionalFields: { timestamp: at },
	});
	expect(result.items('Broadcast').map(({ json, pairedItem }) => ({ ...json, pairedItem }))).toEqual([
		{
			success: true,
			outcome: 'accepted',
			status: 200,
			reason: null,
			message: null,
			advice: null,
			requestId: expect.stringMatching(/^[0-9A-F-]{36}$/),
			apnsUniqueId: expect.stringMatching(/^[0-9a-f-]{36}$/),
			channelId: id,
			bundleId,
			pushType: 'liveactivity',
			environment: 'development',
			attempts: 1,
			pairedItem: { item: 0 },
		},
	]);
	expect(bench.requests()[0]?.path).toBe(`/4/broadcasts/apps/${bundleId}`);
	const header = (name: string): string | undefined => bench.header(name);
	expect([
		header('apns-channel-id'),
		header('apns-push-type'),
		header('apns-priority'),
		header('apns-expiration'),
		header('apns-topic'),
	]).toEqual([id, 'liveactivity', '10', '0', undefined]);
	expect(bench.body()).toBe(`{"aps":{"timestamp":${atSeconds},"event":"update","content-state":{"home":2,"away":1}}}`);
	expect(bench.peer.simulator.channels.deliveries.map(({ subscriber, fate }) => [subscriber, fate])).toEqual([
		['phone', 'delivered'],
	]);
});

// prettier-ignore
const valid: ReadonlyArray<readonly [what: string, parameters: INodeParameters, payload: string, priority: string, expiration: string]> = [
	['an update with an alert, at low priority', { event: 'update', contentState: '{"home":3}', title: 'Goal!', body: '3:1', priority: 5, additionalFields: { timestamp: at, sound: 'goal.caf' } },
		`{"aps":{"timestamp":${atSeconds},"event":"update","content-state":{"home":3},"alert":{"title":"Goal!","body":"3:1","sound":"goal.caf"}}}`, '5', '0'],
	['an end that is stored for who is offline', { event: 'end', contentState: '{"home":3}', expiration: '2030-01-01T00:00:00Z', additionalFields: { timestamp: at, dismissalDate: '2026-07-19T20:00:00Z', customData: '{"match":7}' } },
		`{"aps":{"timestamp":${atSeconds},"event":"end","content-state":{"home":3},"dismissal-date":${atSeconds + 3_600}},"match":7}`, '10', String(Date.UTC(2030, 0, 1) / 1_000)],
	['a payload of one\'s own', { payloadType: 'json', payloadJson: `{"aps":{"timestamp":${atSeconds},"event":"update","content-state":{"x":1}}}` },
		`{"aps":{"timestamp":${atSeconds},"event":"update","content-state":{"x":1}}}`, '10', '0'],
];

it.each(valid)('publishes %s', async (_what, parameters, payload, priority, expiration) => {
	const result = await run({ channelId: byId(make()), ...parameters });
	expect(result.items('Broadcast')[0]?.json).toMatchObject({ outcome: 'accepted' });
	expect([bench.body(), bench.header('apns-priority'), bench.header('apns-expiration')]).toEqual([
		payload,
		priority,
		expiration,
	]);
});

it('takes a request id and returns it', async () => {
	const requestId = '123e4567-e89b-12d3-a456-426614174000';
	const result = await run({ channelId: byId(make()), contentState: '{}', options: { requestId } });
	expect(result.items('Broadcast')[0]?.json).toMatchObject({ requestId });
	expect(bench.header('apns-request-id')).toBe(requestId);
});

// prettier-ignore
it.each([
	['an event start', { event: '={{ "start" }}', contentState: '{}' }, /^'Event' cannot be "start", because a channel only reaches activities that are already running\.$/, /APNs Send/],
	['an event start in JSON', { payloadType: 'json', payloadJson: '{"aps":{"event":"start"}}' }, /^'JSON' has the event "start", but a channel only reaches activities that are already running\.$/, /APNs Send/],
	['a payload of 5,121 bytes', { payloadType: 'json', payloadJson: JSON.stringify({ x: 'x'.repeat(5_121 - 8) }) }, /^The payload has 5121 bytes, 1 more than the 5120 allowed\.$/, /Shorten/],
	['priority 1', { contentState: '{}', priority: '={{ 1 }}' }, /^'Priority' cannot be 1 for Live Activity pushes\.$/, /10 or 5/],
	['an expiration that is no time', { contentState: '{}', expiration: 'later' }, /^'Expiration' is "later", which is not a time\.$/, /^Use a date and time such as 2026-12-24T18:00:00Z, or UNIX seconds\.$/],
	['no channel', { contentState: '{}', channelId: byId('={{ "" }}') }, /^'Channel' is empty\.$/, /Choose a channel/],
])('sends nothing for %s', async (_what, parameters, message, advice) => {
	const result = await run({ channelId: byId(make()), ...parameters }, [{}], { onError: 'continueRegularOutput' });
	expect(result.items('Broadcast')[0]?.json).toMatchObject({ success: false, outcome: 'not sent', message: expect.stringMatching(message), advice: expect.stringMatching(advice) });
	expect(bench.requests()).toEqual([]);
});

it('explains from the answer that a channel without storage takes expiration 0 only', async () => {
	const result = await run({ channelId: byId(make(0)), contentState: '{}', expiration: '2030-01-01' }, [{}], {
		onError: 'continueRegularOutput',
	});
	expect(result.items('Broadcast')[0]?.json).toMatchObject({
		reason: 'BadExpirationDate',
		message: expect.stringMatching(/^The expiration is not valid\.$/),
	});
});

it('publishes to a thousand channels in one run, with as many connections as the window of one asks for', async () => {
	const ids = Array.from({ length: 1_000 }, () => make());
	const result = await run(
		{ channelId: byId('={{ $json.id }}'), contentState: '={{ $json.state }}' },
		ids.map((id, score) => ({ id, state: { score } })),
	);
	expect(result.items('Broadcast').map(({ json }) => [json.channelId, json.outcome])).toEqual(
		ids.map((id) => [id, 'accepted']),
	);
	expect(bench.peer.simulator.counters().accepted).toBe(1_000);
	expect(bench.peer.simulator.counters().connections).toBeLessThanOrEqual(2);
});

it('names the field of an invalid item and still sends the others', async () => {
	const id = make();
	const result = await run({ channelId: byId('={{ $json.id }}'), contentState: '{}' }, [{ id }, { id: 'a b' }, { id }]);
	expect(result.items('Broadcast').map(({ json, pairedItem }) => [json.outcome, pairedItem])).toEqual([
		['accepted', { item: 0 }],
		['not sent', { item: 1 }],
		['accepted', { item: 2 }],
	]);
});

it('sorts failures into the error output with their details', async () => {
	const id = make();
	const result = await run(
		{ channelId: byId('={{ $json.id }}'), contentState: '{}' },
		[{ id: 'dHN0LXNyY2gtY2hubA==' }, { id }],
		{ onError: 'continueErrorOutput' },
	);
	expect(result.items('Broadcast', 0).map(({ json }) => json.channelId)).toEqual([id]);
	expect(result.items('Broadcast', 1).map(({ json }) => json)).toEqual([
		expect.objectContaining({
			error: expect.stringMatching(/ChannelNotRegistered/),
			details: expect.objectContaining({ success: false }),
		}),
	]);
});

it('ends the run when the key was revoked', async () => {
	const id = make();
	bench.peer.simulator.revoke(bench.peer.key.keyId);
	const result = await run({ channelId: byId(id), contentState: '{}' });
	expect(result.error).toEqual({
		message: expect.stringMatching(/InvalidProviderToken/),
		description: expect.stringMatching(/revoked/),
	});
});

/** What a person must read for each reason of this API. */
// prettier-ignore
const expected: Readonly<Record<keyof typeof broadcastReasons, readonly [ends: 'item' | 'run' | 'resent', advice: RegExp]>> = {
	BadChannelId: ['item', /^Use the channel ID exactly as APNs returned it\.$/],
	BadExpirationDate: ['item', /^Set 'Expiration' to a time in the future\. If the channel stores no messages, set it to 0\.$/],
	BadMessageId: ['item', /UUID/],
	BadPriority: ['item', /Priority/],
	BadRequestParams: ['item', /Report this/],
	BadRequestPayload: ['item', /JSON of the payload/],
	CannotCreateChannelConfig: ['item', /Delete channels/],
	ChannelNotRegistered: ['item', /^Check 'Bundle ID' and 'Environment'\. Development and production have separate channels, and a deleted channel cannot be restored\.$/],
	FeatureNotEnabled: ['run', /^In the Apple Developer portal, open the App ID and enable Broadcast Capability under Push Notifications\.$/],
	InvalidPushType: ['item', /^Use a channel for Live Activities: APNs has no other kind\.$/],
	MissingChannelId: ['item', /^Fill in 'Channel'\.$/],
	MissingPushType: ['item', /^Report this to the maintainers of this node, together with the settings you used\.$/],
	PayloadEmpty: ['item', /at least \{\}/],
	TopicDisallowed: ['run', /^Check that the bundle ID is spelled correctly, and that the key or certificate in the credential covers this app\. Use the bundle ID without a suffix\.$/],
	BadCertificate: ['run', /new certificate/],
	BadCertificateEnvironment: ['run', /Environment/],
	ExpiredProviderToken: ['run', /clock/],
	InvalidProviderToken: ['run', /^Compare 'Key ID' and 'Team ID' with the Apple Developer portal, and check that the key has not been revoked\. If it has, create a new key and add it to the credential\.$/],
	MissingProviderToken: ['run', /^Check 'Authentication' in the credential\. A certificate must be a push certificate\.$/],
	TopicMismatch: ['run', /^Check 'Bundle ID', and that the key or certificate in the credential covers this app\.$/],
	BadPath: ['item', /^Check 'Host' and 'Port' in the credential/],
	MethodNotAllowed: ['item', /^Check 'Host' and 'Port' in the credential/],
	PayloadTooLarge: ['item', /^Shorten the payload to 5,120 bytes\.$/],
	TooManyProviderTokenUpdates: ['run', /20 minutes/],
	TooManyRequests: ['item', /Send less often/],
	InternalServerError: ['item', /15 minutes/],
	ServiceUnavailable: ['item', /15 minutes/],
	Shutdown: ['resent', /new connection/],
};

it.each(Object.entries(broadcastReasons))('%s tells what to do', async (reason, { status }) => {
	const id = make();
	bench.peer.simulator.script.always({ type: 'answer', status, reason });
	const [ends, advice] = expected[reason as keyof typeof broadcastReasons];
	const result = await run({ channelId: byId(id), contentState: '{}', options: { retries: 0 } }, [{}], {
		onError: ends === 'run' ? 'stopWorkflow' : 'continueRegularOutput',
	});
	if (ends === 'run') {
		expect(result.error?.description).toMatch(advice);
	} else {
		expect(result.items('Broadcast')[0]?.json).toMatchObject({
			success: false,
			outcome: 'rejected',
			status,
			reason,
			advice: expect.stringMatching(advice),
			attempts: ends === 'resent' ? 6 : 1,
		});
	}
});

it('stops publishing for an app whose broadcasts are refused as a whole', async () => {
	const ids = Array.from({ length: 3_000 }, () => make());
	bench.peer.simulator.setBroadcast(bundleId, false);
	const result = await run(
		{ channelId: byId('={{ $json.id }}'), contentState: '{}' },
		ids.map((id) => ({ id })),
		{ onError: 'continueRegularOutput' },
	);
	expect(result.items('Broadcast')).toHaveLength(3_000);
	expect(bench.requests().length).toBeLessThan(2_500);
	expect(result.items('Broadcast').at(-1)?.json).toMatchObject({
		outcome: 'not sent',
		message: expect.stringMatching(/^APNs already refused com\.example\.app in this run \(FeatureNotEnabled\)$/),
	});
});
