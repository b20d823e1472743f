/** Text that tries to be more than text, in every field of APNs Broadcast and its channels: it ends in a clear error or arrives as the text it is. */
import type { INodeParameters } from 'n8n-workflow';
import { broadcastNode, byId } from '../n8n/broadcastBench';
import { bundleId } from '../n8n/credential';
import { setUpSendBench } from '../n8n/sendBench';
import { clearMessage, hostile, hostileJson } from './hostile';

const bench = setUpSendBench();
const run = broadcastNode(bench);
const goOn = { onError: 'continueRegularOutput' } as const;
const at = '2026-07-19T19:00:00Z';

const channel = (): string => bench.peer.simulator.channels.create('development', bundleId, 1)?.id ?? '';
const broadcast = (): INodeParameters => ({
	channelId: byId(channel()),
	event: 'update',
	contentState: '{"home":1}',
	additionalFields: { timestamp: at },
});

const known = new Set([
	'authorization',
	'apns-channel-id',
	'apns-push-type',
	'apns-priority',
	'apns-expiration',
	'apns-request-id',
	'content-length',
	'content-type',
	'user-agent',
]);
const paths = /^\/4\/broadcasts\/apps\/[\w.-]+$|^\/1\/apps\/[\w.-]+\/(all-)?channels$/;

/** What reached the peer is a request as this package sends them. */
function expectHonestRequests(): void {
	for (const { path, headers } of bench.requests()) {
		expect(path).toMatch(paths);
		for (const [name, value] of headers) {
			expect(known).toContain(name);
			expect(value).not.toMatch(/[\r\n\0]/);
		}
	}
}

/** Runs the node with these parameters: it ends in a result, and what failed says why. */
async function expectClearEnd(parameters: INodeParameters): Promise<void> {
	const result = await run(parameters, [{}], goOn);
	expectHonestRequests();
	const items = result.items('Broadcast');
	expect(items.length).toBeGreaterThan(0);
	for (const { json } of items) if (json.success !== true) expect(JSON.stringify(json)).toMatch(clearMessage);
}

const broadcastFields: ReadonlyArray<readonly [string, (value: string) => INodeParameters]> = [
	['the bundle id', (value) => ({ bundleId: value })],
	['the channel id', (value) => ({ channelId: byId(value) })],
	['the event', (value) => ({ event: value })],
	['the content state', (value) => ({ contentState: value })],
	['the priority', (value) => ({ priority: value })],
	['the expiration', (value) => ({ expiration: value })],
	['the timestamp', (value) => ({ additionalFields: { timestamp: value } })],
	['the request id', (value) => ({ options: { requestId: value } })],
];

it.each(broadcastFields)('hostile text in %s of a broadcast ends in a clear end', async (_field, parameters) => {
	for (const [, value] of hostile) await expectClearEnd({ ...broadcast(), ...parameters(value) });
});

const channelFields: ReadonlyArray<readonly [string, (value: string) => INodeParameters]> = [
	['create, in the bundle id', (value) => ({ operation: 'create', bundleId: value })],
	['create, in the message storage', (value) => ({ operation: 'create', storagePolicy: value })],
	['create, in the request id', (value) => ({ operation: 'create', options: { requestId: value } })],
	['get, in the bundle id', (value) => ({ operation: 'get', channelId: byId(channel()), bundleId: value })],
	['get, in the channel id', (value) => ({ operation: 'get', channelId: byId(value) })],
	['get many, in the bundle id', (value) => ({ operation: 'getAll', bundleId: value })],
	['get many, in the request id', (value) => ({ operation: 'getAll', options: { requestId: value } })],
	['delete, in the channel id', (value) => ({ operation: 'delete', channelId: byId(value) })],
	[
		'delete, in the request id',
		(value) => ({ operation: 'delete', channelId: byId(channel()), options: { requestId: value } }),
	],
];

it.each(channelFields)('hostile text at channel %s, ends in a clear end', async (_field, parameters) => {
	for (const [, value] of hostile) await expectClearEnd({ resource: 'channel', ...parameters(value) });
});

it('deletes no channel but the one that was named', async () => {
	const id = channel();
	for (const [, value] of hostile)
		await run({ resource: 'channel', operation: 'delete', channelId: byId(`${id}${value}`) }, [{}], goOn);
	const result = await run({ resource: 'channel', operation: 'get', channelId: byId(id) });
	expect(result.items('Broadcast')[0]?.json).toMatchObject({ outcome: 'accepted', channelId: id });
});

it('hostile text in a title arrives as the text it is', async () => {
	for (const [index, [what, value]] of hostile.entries()) {
		const result = await run({ ...broadcast(), title: value });
		expect(result.items('Broadcast')[0]?.json).toMatchObject({ outcome: 'accepted' });
		// A lone surrogate has no bytes of its own: U+FFFD stands for it.
		const title: unknown = what === 'a lone surrogate' ? expect.any(String) : value;
		expect(JSON.parse(bench.body(index))).toMatchObject({ aps: { alert: { title } } });
	}
	expectHonestRequests();
});

it.each(hostileJson)('JSON with %s ends in a clear end, and the process goes on', async (_what, json) => {
	for (const parameters of [
		{ payloadType: 'json', payloadJson: json },
		{ contentState: json },
		{ additionalFields: { timestamp: at, customData: json } },
	])
		await expectClearEnd({ ...broadcast(), ...parameters });
	expect(Reflect.get({}, 'polluted')).toBeUndefined();
	for (const { body } of bench.requests()) expect(body.length).toBeLessThanOrEqual(5_120);
	expect((await run(broadcast())).items('Broadcast')[0]?.json).toMatchObject({ outcome: 'accepted' });
});
