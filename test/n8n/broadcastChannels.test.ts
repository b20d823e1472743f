/** Channels through the node: create, get, get many, delete, each with what it sends and what it gives. */
import { broadcastNode, byId } from './broadcastBench';
import { bundleId } from './credential';
import { setUpSendBench } from './sendBench';

let createdStatus: 200 | 201 = 201;
const bench = setUpSendBench(() => ({ channelCreatedStatus: createdStatus, channelsPerApp: 1_200 }));
const run = broadcastNode(bench);
const channels = (): readonly string[] => bench.peer.simulator.channels.list('development', bundleId);
const make = (policy: 0 | 1 = 1): string =>
	bench.peer.simulator.channels.create('development', bundleId, policy)?.id ?? '';
const uuid = '123e4567-e89b-12d3-a456-426614174000';

beforeEach(() => {
	createdStatus = 201;
});

it.each([201, 200] as const)('creates a channel that APNs confirms with %i, and returns its id', async (status) => {
	createdStatus = status;
	await bench.peer.simulator.close();
	// The status is the simulator's own option: the next one of this test is asked the same way.
	const { startSimulatorWithCredential } = await import('./credential');
	const peer = await startSimulatorWithCredential({ channelCreatedStatus: status });
	bench.setCredential(peer.credential);
	const result = await run({ resource: 'channel', operation: 'create', options: { requestId: uuid.toUpperCase() } });
	const [id] = peer.simulator.channels.list('development', bundleId);
	expect(result.items('Broadcast').map(({ json, pairedItem }) => ({ ...json, pairedItem }))).toEqual([
		{
			success: true,
			outcome: 'accepted',
			status,
			reason: null,
			message: null,
			advice: null,
			requestId: uuid,
			channelId: id,
			storagePolicy: 'mostRecent',
			bundleId,
			environment: 'development',
			attempts: 1,
			pairedItem: { item: 0 },
		},
	]);
	const [request] = peer.simulator.journal.requests;
	expect([request?.method, request?.path, request?.body.toString()]).toEqual([
		'POST',
		`/1/apps/${bundleId}/channels`,
		'{"message-storage-policy":1,"push-type":"LiveActivity"}',
	]);
	await peer.simulator.close();
});

it('creates a channel that stores nothing', async () => {
	const result = await run({ resource: 'channel', operation: 'create', storagePolicy: 'none' });
	expect(result.items('Broadcast')[0]?.json).toMatchObject({ success: true, storagePolicy: 'none' });
	expect(bench.body()).toBe('{"message-storage-policy":0,"push-type":"LiveActivity"}');
});

it('creates a thousand channels over one connection', async () => {
	const result = await run(
		{ resource: 'channel', operation: 'create' },
		Array.from({ length: 1_000 }, () => ({})),
	);
	expect(new Set(result.items('Broadcast').map(({ json }) => json.channelId))).toEqual(new Set(channels()));
	expect(channels()).toHaveLength(1_000);
	expect(bench.peer.simulator.counters().connections).toBe(1);
});

it('says that the app has reached its channels, and keeps those that were made', async () => {
	const result = await run(
		{ resource: 'channel', operation: 'create' },
		Array.from({ length: 1_201 }, () => ({})),
	);
	const failed = result.items('Broadcast').filter(({ json }) => json.success === false);
	expect(failed.map(({ json }) => json)).toEqual([
		expect.objectContaining({ reason: 'CannotCreateChannelConfig', advice: expect.stringMatching(/Delete channels/) }),
	]);
	expect(channels()).toHaveLength(1_200);
});

it.each([
	[1, 'mostRecent'],
	[0, 'none'],
] as const)(
	'reads a channel of policy %i as %s, its id in the header and not in the path',
	async (policy, storagePolicy) => {
		const id = make(policy);
		const result = await run({ resource: 'channel', operation: 'get', channelId: byId(id) });
		expect(result.items('Broadcast')[0]?.json).toMatchObject({
			success: true,
			channelId: id,
			storagePolicy,
			pushType: 'LiveActivity',
			bundleId,
		});
		expect([bench.requests()[0]?.path, bench.header('apns-channel-id')]).toEqual([`/1/apps/${bundleId}/channels`, id]);
	},
);

it('deletes a channel chosen from the list', async () => {
	const [kept, gone] = [make(), make()];
	const result = await run({
		resource: 'channel',
		operation: 'delete',
		channelId: { __rl: true, mode: 'list', value: gone },
	});
	expect(result.items('Broadcast')[0]?.json).toMatchObject({ success: true, deleted: true, channelId: gone });
	expect(channels()).toEqual([kept]);
});

it('fails for a channel that does not exist, or says so in an item where the node goes on', async () => {
	const parameters = { resource: 'channel', operation: 'delete', channelId: byId('dHN0LXNyY2gtY2hubA==') };
	const stopped = await run(parameters);
	expect(stopped.error).toEqual({
		message: expect.stringMatching(/\(ChannelNotRegistered\)/),
		description: expect.stringMatching(
			/^Check 'Bundle ID' and 'Environment'\. Development and production have separate channels, and a deleted channel cannot be restored\.$/,
		),
	});
	const result = await run(parameters, [{}], { onError: 'continueRegularOutput' });
	expect(result.status).toBe('success');
	expect(result.items('Broadcast')[0]?.json).toMatchObject({
		success: false,
		deleted: false,
		reason: 'ChannelNotRegistered',
		advice: expect.stringMatching(
			/^Check 'Bundle ID' and 'Environment'\. Development and production have separate channels, and a deleted channel cannot be restored\.$/,
		),
	});
	expect(result.hints('Broadcast')).toEqual([
		expect.stringMatching(/^APNs rejected the request \(ChannelNotRegistered\)/),
	]);
});

it('lists channels up to the limit, or all', async () => {
	const ids = Array.from({ length: 60 }, () => make());
	const some = await run({ resource: 'channel', operation: 'getAll' });
	expect(some.items('Broadcast').map(({ json }) => json.channelId)).toEqual(ids.slice(0, 50));
	const few = await run({ resource: 'channel', operation: 'getAll', limit: 3 });
	expect(few.items('Broadcast')).toHaveLength(3);
	const all = await run({ resource: 'channel', operation: 'getAll', returnAll: true });
	expect(all.items('Broadcast').map(({ json, pairedItem }) => [json.channelId, pairedItem])).toEqual(
		ids.map((id) => [id, { item: 0 }]),
	);
	expect(bench.requests().map(({ method, path }) => [method, path])).toEqual(
		Array.from({ length: 3 }, () => ['GET', `/1/apps/${bundleId}/all-channels`]),
	);
});

it('lists no channels as no items', async () => {
	const result = await run({ resource: 'channel', operation: 'getAll', returnAll: true });
	expect([result.status, result.items('Broadcast')]).toEqual(['success', []]);
});

it('asks for the settings of each channel on request, at once and over one connection', async () => {
	const ids = Array.from({ length: 200 }, (_none, index) => make(index % 2 === 0 ? 0 : 1));
	const result = await run({
		resource: 'channel',
		operation: 'getAll',
		returnAll: true,
		options: { includeSettings: true },
	});
	expect(result.items('Broadcast').map(({ json }) => [json.channelId, json.storagePolicy])).toEqual(
		ids.map((id, index) => [id, index % 2 === 0 ? 'none' : 'mostRecent']),
	);
	expect(bench.peer.simulator.counters().connections).toBe(1);
	expect(bench.peer.simulator.journal.connections[0]?.mostOpenStreams).toBeGreaterThan(50);
});

it('gives each item its own channels, in order', async () => {
	const ids = [make(), make(), make()];
	const result = await run(
		{ resource: 'channel', operation: 'get', channelId: byId('={{ $json.id }}') },
		ids.map((id) => ({ id })),
	);
	expect(result.items('Broadcast').map(({ json, pairedItem }) => [json.channelId, pairedItem])).toEqual(
		ids.map((id, item) => [id, { item }]),
	);
});

it.each([
	[
		'a bundle id with a suffix',
		{ bundleId: 'com.example.app.push-type.liveactivity' },
		/^'Bundle ID' cannot end in \.push-type\.liveactivity for channels\.$/,
	],
	[
		'a bundle id that leaves its path',
		{ bundleId: 'com.example.app/../../x' },
		/^'Bundle ID' contains characters not allowed in a bundle ID\.$/,
	],
	[
		'a bundle id with a line break',
		{ bundleId: 'com.example.app\r\nx: y' },
		/^'Bundle ID' contains characters not allowed in a bundle ID\.$/,
	],
	[
		'a channel with a line break',
		{ operation: 'get', channelId: byId('dHN0\r\napns-topic: x') },
		/^'Channel' is not a channel ID: "dHN0 apns-topic: x"\.$/,
	],
	[
		'a channel with a path',
		{ operation: 'delete', channelId: byId('../all-channels') },
		/^'Channel' is not a channel ID: "\.\.\/all-channels"\.$/,
	],
	['a request id that is no UUID', { options: { requestId: '7' } }, /^'Request ID' is not a UUID\.$/],
	[
		'a policy of its own',
		{ storagePolicy: '={{ "forever" }}' },
		/^'Message Storage' is "forever", which is not a valid value\.$/,
	],
])('sends nothing for %s', async (_what, parameters, message) => {
	const result = await run({ resource: 'channel', operation: 'create', ...parameters }, [{}], {
		onError: 'continueRegularOutput',
	});
	expect(result.items('Broadcast').map(({ json }) => json)).toEqual([
		expect.objectContaining({ success: false, outcome: 'not sent', message: expect.stringMatching(message) }),
	]);
	expect(bench.requests()).toEqual([]);
});

it('asks for a bundle id when neither field nor credential has one', async () => {
	bench.setCredential({ bundleId: '' });
	const result = await run({ resource: 'channel', operation: 'create' });
	expect(result.error).toEqual({
		message: expect.stringMatching(/^'Bundle ID' is empty, and the credential has none either\.$/),
		description: expect.stringMatching(/^Fill in 'Bundle ID' in the node or in the credential\.$/),
	});
});

it('keeps channels of the two environments apart', async () => {
	make();
	const result = await run({ resource: 'channel', operation: 'getAll', options: { environment: 'production' } });
	// The simulator of this test is the development environment's, whatever the credential calls it: the item says where it was asked.
	expect(result.items('Broadcast')[0]?.json).toMatchObject({ environment: 'production' });
});
