/** What a run gives back on its only try: the table of error settings and situations, row by row, in the real engine. */
import type { INodeParameters } from 'n8n-workflow';
import { broadcastNode, byId } from './broadcastBench';
import { bundleId } from './credential';
import { phone, setUpSendBench, tablet } from './sendBench';
import type { RunResult } from './engine';

const bench = setUpSendBench();
const broadcast = broadcastNode(bench);
const settings = ['stopWorkflow', 'continueRegularOutput', 'continueErrorOutput'] as const;
type Setting = (typeof settings)[number];

/** What comes out: the error's beginning, or the outcomes at both outputs. */
type Expected =
	{ readonly throws: RegExp } | { readonly items: readonly string[]; readonly errors?: readonly string[] };

const outcomesOf = (result: RunResult, name: string, output: number): unknown[] =>
	result.items(name, output).map(({ json }) => json.outcome ?? Reflect.get(Object(json.details), 'outcome'));

const expectResult = (result: RunResult, name: string, expected: Expected): void => {
	if ('throws' in expected) {
		expect(result.status).toBe('error');
		expect(result.error?.message).toMatch(expected.throws);
		return;
	}
	expect(result.status).toBe('success');
	expect(outcomesOf(result, name, 0)).toEqual(expected.items);
	expect(outcomesOf(result, name, 1)).toEqual(expected.errors ?? []);
	// Nothing is green in silence.
	if ([...expected.items, ...(expected.errors ?? [])].some((outcome) => outcome !== 'accepted'))
		expect(result.hints(name)).not.toEqual([]);
};

interface Row {
	readonly what: string;
	readonly prepare?: () => void;
	readonly parameters: INodeParameters;
	readonly items: readonly object[];
	readonly expected: Readonly<Record<Setting, Expected>>;
}

const dead = 'ee'.repeat(32);
const lost = 'dd'.repeat(32);
const own = { recipients: '={{ $json.token }}', title: 'Hi' };
const kill = (): void => void bench.peer.simulator.devices.unregister(dead);
const lose = (): void =>
	void bench.peer.simulator.script.at(({ path }) => path.endsWith(lost), { type: 'reset', code: 2 });

const rows: readonly Row[] = [
	{
		what: 'every push is accepted',
		parameters: own,
		items: [{ token: phone }, { token: tablet }],
		expected: {
			stopWorkflow: { items: ['accepted', 'accepted'] },
			continueRegularOutput: { items: ['accepted', 'accepted'] },
			continueErrorOutput: { items: ['accepted', 'accepted'] },
		},
	},
	{
		what: 'the key is revoked',
		prepare: () => void bench.peer.simulator.revoke(bench.peer.key.keyId),
		parameters: own,
		items: [{ token: phone }, { token: tablet }],
		expected: {
			stopWorkflow: { throws: /InvalidProviderToken.*None of 2 pushes succeeded\.$/ },
			continueRegularOutput: { items: ['rejected', 'not sent'] },
			continueErrorOutput: { items: [], errors: ['rejected', 'not sent'] },
		},
	},
	{
		what: 'the credential cannot be read',
		prepare: () => bench.setCredential({ privateKey: 'no key' }),
		parameters: own,
		items: [{ token: phone }, { token: tablet }],
		expected: {
			stopWorkflow: { throws: /^'Private Key' is not a key\. None of 2 pushes succeeded\.$/ },
			continueRegularOutput: { items: ['not sent', 'not sent'] },
			continueErrorOutput: { items: [], errors: ['not sent', 'not sent'] },
		},
	},
	{
		what: 'a setting of the whole run is wrong',
		parameters: { ...own, options: { timeout: 0 } },
		items: [{ token: phone }, { token: tablet }],
		expected: {
			stopWorkflow: { throws: /^'Timeout \(Seconds\)' must be a whole number from 1 to 2147483, but is 0\.$/ },
			continueRegularOutput: { items: ['not sent', 'not sent'] },
			continueErrorOutput: { items: [], errors: ['not sent', 'not sent'] },
		},
	},
	{
		what: 'the topic is refused, and one item has no device token',
		parameters: { ...own, topic: 'com.example.other', options: { maxInFlight: 1, maxConnections: 1 } },
		items: [{ token: phone }, { token: '' }],
		expected: {
			stopWorkflow: {
				throws:
					/^(?:This credential is not allowed to push to this topic|'Device Tokens' is empty).*None of 2 pushes succeeded/,
			},
			continueRegularOutput: { items: ['rejected', 'not sent'] },
			continueErrorOutput: { items: [], errors: ['rejected', 'not sent'] },
		},
	},
	{
		what: 'no item can be sent, each for a cause of its own',
		parameters: { ...own, badge: '={{ $json.badge }}' },
		items: [
			{ token: phone, badge: 'x' },
			{ token: 'short', badge: 1 },
		],
		expected: {
			stopWorkflow: { throws: /None of 2 pushes succeeded\.$/ },
			continueRegularOutput: { items: ['not sent', 'not sent'] },
			continueErrorOutput: { items: [], errors: ['not sent', 'not sent'] },
		},
	},
	{
		what: 'one is accepted, one is dead, one has no answer, one is invalid',
		prepare: () => {
			kill();
			lose();
		},
		parameters: own,
		items: [{ token: dead }, { token: 'short' }, { token: phone }, { token: lost }],
		expected: {
			stopWorkflow: { items: ['rejected', 'not sent', 'accepted', 'unknown'] },
			continueRegularOutput: { items: ['rejected', 'not sent', 'accepted', 'unknown'] },
			continueErrorOutput: { items: ['accepted', 'unknown'], errors: ['rejected', 'not sent'] },
		},
	},
	{
		what: 'the only device is dead',
		prepare: kill,
		parameters: own,
		items: [{ token: dead }],
		expected: {
			stopWorkflow: { items: ['rejected'] },
			continueRegularOutput: { items: ['rejected'] },
			continueErrorOutput: { items: [], errors: ['rejected'] },
		},
	},
	{
		what: 'a dead device shall fail the run',
		prepare: kill,
		parameters: { ...own, options: { onRejectedDevice: 'fail' } },
		items: [{ token: phone }, { token: dead }],
		expected: {
			stopWorkflow: { throws: /^APNs rejected 1 of 2 pushes: (?:ee){32}\. .*\(Unregistered\)/ },
			continueRegularOutput: { items: ['accepted', 'rejected'] },
			continueErrorOutput: { items: ['accepted'], errors: ['rejected'] },
		},
	},
	{
		what: 'an invalid recipient shall fail the run',
		parameters: { ...own, options: { onRejectedDevice: 'fail' } },
		items: [{ token: 'short' }, { token: phone }],
		expected: {
			stopWorkflow: {
				throws: /^1 push has an invalid field: short\. 'Device Tokens' contains an entry that is not hexadecimal/,
			},
			continueRegularOutput: { items: ['not sent', 'accepted'] },
			continueErrorOutput: { items: ['accepted'], errors: ['not sent'] },
		},
	},
];

describe.each(rows)('devices: $what', ({ prepare, parameters, items, expected }) => {
	it.each(settings)('%s', async (onError) => {
		prepare?.();
		expectResult(await bench.send(parameters, [...items], { onError }), 'Send', expected[onError]);
	});
});

const sending = (): INodeParameters => ({ channelId: byId('={{ $json.id }}'), contentState: '{"a":1}' });
const channelRows: ReadonlyArray<{
	readonly what: string;
	readonly parameters: INodeParameters;
	readonly items: (id: string) => object[];
	readonly expected: Readonly<Record<Setting, Expected>>;
}> = [
	{
		what: 'a broadcast to an unknown channel',
		parameters: sending(),
		items: () => [{ id: 'dHN0LXNyY2gtY2hubA==' }],
		expected: {
			stopWorkflow: { throws: /\(ChannelNotRegistered\)\.$/ },
			continueRegularOutput: { items: ['rejected'] },
			continueErrorOutput: { items: [], errors: ['rejected'] },
		},
	},
	{
		what: 'broadcasts to a known and an unknown channel',
		parameters: sending(),
		items: (id) => [{ id: 'dHN0LXNyY2gtY2hubA==' }, { id }, { id: 'a b' }],
		expected: {
			stopWorkflow: { items: ['rejected', 'accepted', 'not sent'] },
			continueRegularOutput: { items: ['rejected', 'accepted', 'not sent'] },
			continueErrorOutput: { items: ['accepted'], errors: ['rejected', 'not sent'] },
		},
	},
	{
		what: 'channels to delete, one of them unknown',
		parameters: { resource: 'channel', operation: 'delete', channelId: byId('={{ $json.id }}') },
		items: (id) => [{ id }, { id: 'dHN0LXNyY2gtY2hubA==' }],
		expected: {
			stopWorkflow: { items: ['accepted', 'rejected'] },
			continueRegularOutput: { items: ['accepted', 'rejected'] },
			continueErrorOutput: { items: ['accepted'], errors: ['rejected'] },
		},
	},
	{
		what: 'a list of channels of an app without broadcasts',
		parameters: { resource: 'channel', operation: 'getAll', bundleId: 'com.example.other' },
		items: () => [{}],
		expected: {
			stopWorkflow: { throws: /\(\w+\)\.$/ },
			continueRegularOutput: { items: ['rejected'] },
			continueErrorOutput: { items: [], errors: ['rejected'] },
		},
	},
];

describe.each(channelRows)('channels: $what', ({ parameters, items, expected }) => {
	it.each(settings)('%s', async (onError) => {
		const id = bench.peer.simulator.channels.create('development', bundleId, 1)?.id ?? '';
		const result = await broadcast(parameters, items(id), { onError });
		expectResult(result, 'Broadcast', expected[onError]);
	});
});

it('names the first item that failed in the error', async () => {
	kill();
	const result = await bench.send({ ...own, options: { onRejectedDevice: 'fail' } }, [
		{ token: phone },
		{ token: dead },
	]);
	expect(Reflect.get(Object(Reflect.get(Object(result.run.data.resultData.error), 'context')), 'itemIndex')).toBe(1);
	expect(result.error?.description).toMatch(
		/this run returns no results.*APNs accepted 1 push: retrying this execution from the list sends it again/,
	);
});

it('names ten recipients and counts the rest', async () => {
	const tokens = Array.from({ length: 13 }, (_none, index) => `no${index}`);
	const result = await bench.send({
		recipients: [phone, ...tokens].join(),
		title: 'Hi',
		options: { onRejectedDevice: 'fail' },
	});
	expect(result.error?.message).toMatch(/^13 pushes have an invalid field: no0, .*no9 and 3 more\. /);
});
