/** Retry On Fail of APNs Broadcast: what was accepted, may have arrived, or cannot change is sent once, whatever the operation. */
import type { INode, INodeParameters } from 'n8n-workflow';
import { timing } from '../../nodes/shared/transport/timing';
import type { RequestRecord } from '../../tools/simulator/journal';
import { broadcastNode, byId } from './broadcastBench';
import { bundleId } from './credential';
import { setUpSendBench } from './sendBench';
import { watchTries } from './tries';

const bench = setUpSendBench();
const broadcast = broadcastNode(bench);
const retry: Partial<INode> = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };
const settings = ['stopWorkflow', 'continueRegularOutput', 'continueErrorOutput'] as const;

/** What each item meets, by its request ID; each operation has IDs of its own. */
const fates = ['first', 'refused', 'lost', 'late', 'last'] as const;
type Fate = (typeof fates)[number];
const idOf = (operation: number, fate: Fate): string =>
	`${operation}0000000-0000-4000-8000-00000000000${fates.indexOf(fate)}`;
const requestId = (request: RequestRecord): string =>
	bench.peer.simulator.journal.header(request, 'apns-request-id') ?? '';
const is =
	(fate: Fate) =>
	(request: RequestRecord): boolean =>
		requestId(request).endsWith(String(fates.indexOf(fate)));

const named = { channelId: byId('={{ $json.channel }}') };
const operations: readonly INodeParameters[] = [
	{ ...named, contentState: '{"a":1}' },
	{ resource: 'channel', operation: 'create' },
	{ resource: 'channel', operation: 'delete', ...named },
	{ resource: 'channel', operation: 'get', ...named },
	{ resource: 'channel', operation: 'getAll' },
];

/** An item for each fate, and one that cannot be sent. */
const itemsOf = (operation: number): object[] =>
	[...fates.map((fate) => idOf(operation, fate)), 'no UUID'].map((id) => ({
		id,
		channel: bench.peer.simulator.channels.create('development', bundleId, 1)?.id,
	}));

/** How often the server processed, or may have processed, each request of an operation. */
const processed = (operation: number): number[] =>
	fates.map(
		(fate) =>
			bench.requests().filter((request) => requestId(request) === idOf(operation, fate) && request.ending !== 'refused')
				.length,
	);

it.each(settings)('%s: every operation sends only what was not sent, and returns every result', async (onError) => {
	const { script } = bench.peer.simulator;
	script.at(is('refused'), { type: 'answer', status: 400, reason: 'BadChannelId' }, { times: operations.length });
	script.at(is('lost'), { type: 'reset', code: 2 }, { times: operations.length });
	// Refused as often as one try asks for it: proven not sent, and the next try may be luckier. One broadcast, one request
	// for channels: refusals of one connection wait for each other.
	const late = [0, 1 + settings.indexOf(onError)];
	for (const operation of late)
		script.at(
			(request) => requestId(request) === idOf(operation, 'late'),
			{ type: 'refuse' },
			{ times: timing.maxRefusals },
		);
	const tries = watchTries(bench, undefined, 'apnsBroadcast');
	const results = await Promise.all(
		operations.map(
			async (parameters, operation) =>
				await broadcast(
					{ ...parameters, options: { includeSettings: false, requestId: '={{ $json.id }}' } },
					itemsOf(operation),
					{ ...retry, onError },
				),
		),
	);
	const thrown = tries.results.filter((result) => result instanceof Error);
	expect([tries.count, thrown.length]).toEqual([operations.length + late.length, late.length]);
	for (const { message } of thrown) expect(message).toMatch(/^1 (?:broadcast|request) could not be sent yet\./);
	for (const [operation, result] of results.entries()) {
		expect(processed(operation)).toEqual([1, 1, 1, 1, 1]);
		const at = (output: number): string[] => [
			...new Set(
				result
					.items('Broadcast', output)
					.map(({ json, pairedItem }) => `${JSON.stringify(pairedItem)} ${String(json.outcome ?? json.error)}`),
			),
		];
		const [first, ...others] = [
			'{"item":0} accepted',
			'{"item":2} unknown',
			'{"item":3} accepted',
			'{"item":4} accepted',
		];
		if (onError === 'continueErrorOutput') {
			expect(at(0)).toEqual([first, ...others]);
			expect(at(1)).toEqual([
				expect.stringMatching(/^\{"item":1\} .*\(BadChannelId\)\.$/),
				`{"item":5} 'Request ID' is not a UUID.`,
			]);
		} else expect(at(0)).toEqual([first, '{"item":1} rejected', ...others, '{"item":5} not sent']);
		expect(result.hints('Broadcast')).toHaveLength(3);
	}
});

it('replays refusals as new items where n8n takes an error output of nothing but failures for a failed node', async () => {
	const tries = watchTries(bench, undefined, 'apnsBroadcast');
	const result = await broadcast({ channelId: byId('dHN0LXNyY2gtY2hubA=='), contentState: '{"a":1}' }, [{}, {}], {
		...retry,
		onError: 'continueErrorOutput',
	});
	expect(tries.count).toBe(3);
	expect(bench.requests()).toHaveLength(2);
	expect(result.items('Broadcast', 0)).toEqual([]);
	expect(result.items('Broadcast', 1).map(({ json }) => json.details)).toEqual([
		expect.objectContaining({ outcome: 'rejected', reason: 'ChannelNotRegistered' }),
		expect.objectContaining({ outcome: 'rejected', reason: 'ChannelNotRegistered' }),
	]);
	const [first, second] = tries.results.map((output) => (output instanceof Error ? [] : (output[0] ?? [])));
	expect(first).toHaveLength(2);
	expect(second).toHaveLength(2);
	expect(second?.[0]).not.toBe(first?.[0]);
});

it('reports on the last try what no try could send', async () => {
	bench.peer.simulator.script.always({ type: 'refuse' });
	const tries = watchTries(bench, undefined, 'apnsBroadcast');
	const result = await broadcast({ resource: 'channel', operation: 'create' }, [{}], {
		...retry,
		maxTries: 2,
		onError: 'continueErrorOutput',
	});
	expect(tries.results).toEqual([
		expect.objectContaining({ message: expect.stringMatching(/^1 request could not be sent yet\. .*REFUSED_STREAM/) }),
		expect.any(Array),
	]);
	expect(result.items('Broadcast', 1).map(({ json }) => json.details)).toEqual([
		expect.objectContaining({ outcome: 'not sent' }),
	]);
	expect(bench.peer.simulator.channels.list('development', bundleId)).toEqual([]);
});
