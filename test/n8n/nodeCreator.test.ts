/** How the nodes are found and told apart in the editor: search, actions, icons, and the line below the name. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { sublimeSearch } from '@n8n/utils/search/sublime-search';
import { type INodeParameters, type INodeProperties, type INodeType, NodeHelpers, Workflow } from 'n8n-workflow';
import { ApnsBroadcast } from '../../nodes/ApnsBroadcast/ApnsBroadcast.node';
import { ApnsSend } from '../../nodes/ApnsSend/ApnsSend.node';

const root = path.resolve(__dirname, '../..');
const send = new ApnsSend();
const broadcast = new ApnsBroadcast();

function entry(type: INodeType, file: string): { properties: { displayName: string; codex: { alias: string[] } } } {
	const codex = JSON.parse(readFileSync(path.join(root, 'nodes', file), 'utf8')) as { alias: string[] };
	return { properties: { displayName: type.description.displayName, codex } };
}

/** Broadcast first, so that a tie is no success of Send. */
const entries = [entry(broadcast, 'ApnsBroadcast/ApnsBroadcast.node.json'), entry(send, 'ApnsSend/ApnsSend.node.json')];

/** What the node creator lists for a text, with n8n's own search and weights. */
function found(text: string): string[] {
	return sublimeSearch(text, entries).map(({ item }) => item.properties.displayName);
}

it.each([
	'push',
	'Push',
	'iPhone',
	'apple',
	'ios',
	'push notification',
	'send notification',
	'mobile push',
	'notify',
	'notification',
	'send push',
	'iphone push',
	'live activity',
	'live activities',
	'apns',
])('"%s" finds APNs Send first', (text) => {
	expect(found(text)[0]).toBe('APNs Send');
});

it.each(['broadcast', 'channel', 'live activity channel', 'broadcast push'])(
	'"%s" finds APNs Broadcast first',
	(text) => {
		expect(found(text)[0]).toBe('APNs Broadcast');
	},
);

it('offers sending before the check, each action in sentence case', () => {
	const operation = send.description.properties.find(({ name }) => name === 'operation');
	expect(operation?.options?.map((option) => ('action' in option ? option.action : ''))).toEqual([
		'Send push notification',
		'Check connection to APNs',
		'Get connection statistics',
	]);
});

it('has an icon of its own for each node, light and dark', () => {
	const files = [send, broadcast].flatMap(({ description: { icon } }) =>
		typeof icon === 'object' ? [icon.light, icon.dark] : [],
	);
	const icons = files.map((file) => readFileSync(path.join(root, file.replace('file:../../', '')), 'utf8'));
	expect(new Set(icons).size).toBe(4);
});

/** The subtitle as the canvas evaluates it. */
function subtitleOf(type: INodeType, parameters: INodeParameters): unknown {
	const nodeTypes = { getByName: () => type, getByNameAndVersion: () => type, getKnownTypes: () => ({}) };
	const node = { id: '1', name: 'Node', type: 'x', typeVersion: 1, position: [0, 0] as [number, number], parameters };
	const all = NodeHelpers.getNodeParameters(
		type.description.properties as INodeProperties[],
		parameters,
		true,
		false,
		node,
		type.description,
	);
	const workflow = new Workflow({
		nodes: [{ ...node, parameters: all ?? {} }],
		connections: {},
		active: false,
		nodeTypes,
	});
	const [placed] = Object.values(workflow.nodes);
	if (placed === undefined) throw new Error('The workflow has no node');
	return workflow.expression.getSimpleParameterValue(placed, type.description.subtitle, 'internal', {});
}

it.each<readonly [INodeType, INodeParameters, string]>([
	[send, {}, 'Alert'],
	[send, { pushType: 'liveactivity', event: 'update' }, 'Live Activity: Update'],
	[send, { pushType: 'liveactivity', event: 'start' }, 'Live Activity: Start'],
	[send, { pushType: 'liveactivity', payloadType: 'json' }, 'Live Activity'],
	[send, { pushType: 'voip' }, 'VoIP'],
	[send, { operation: 'checkConnection' }, 'Check Connection'],
	[broadcast, {}, 'Broadcast: Update'],
	[broadcast, { event: 'end' }, 'Broadcast: End'],
	[broadcast, { payloadType: 'json' }, 'Broadcast: Send'],
	[broadcast, { resource: 'channel', operation: 'getAll' }, 'Channel: Get Many'],
])('says below the name what the node does: %#', (type, parameters, subtitle) => {
	expect(subtitleOf(type, parameters)).toBe(subtitle);
});
