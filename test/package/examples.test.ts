/** Every example fits the forms of today, says in a note what to change, and holds nothing secret; `npm run test:n8n` runs them. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type INode, type INodeProperties, NodeHelpers } from 'n8n-workflow';
import { ApnsBroadcast } from '../../nodes/ApnsBroadcast/ApnsBroadcast.node';
import { ApnsSend } from '../../nodes/ApnsSend/ApnsSend.node';
import { canBeActive, exampleNames, readExample, withCredentials } from '../../tools/n8n/examples';

const root = path.resolve(__dirname, '../..');
const names = exampleNames();
const descriptions = new Map([
	['n8n-nodes-apns.apnsSend', new ApnsSend().description],
	['n8n-nodes-apns.apnsSendTool', new ApnsSend().description],
	['n8n-nodes-apns.apnsBroadcast', new ApnsBroadcast().description],
]);

/** Parameters that the form, filled like this, does not show: n8n would drop them without a word. */
function lostParameters(node: INode): string[] {
	const description = descriptions.get(node.type);
	if (description === undefined) return [];
	const known = NodeHelpers.getNodeParameters(description.properties, node.parameters, false, false, node, description);
	const lost: string[] = [];
	const compare = (given: unknown, kept: unknown, at: string): void => {
		if (typeof given !== 'object' || given === null || Array.isArray(given)) return;
		for (const [name, value] of Object.entries(given)) {
			const found: unknown = typeof kept === 'object' && kept !== null ? Reflect.get(kept, name) : undefined;
			if (found === undefined && !isDefault(description.properties, name, value)) lost.push(`${at}${name}`);
			else compare(value, found, `${at}${name}.`);
		}
	};
	compare(node.parameters, known, '');
	return lost;
}

/** `getNodeParameters` leaves out what is the default anyway. */
function isDefault(properties: readonly INodeProperties[], name: string, value: unknown): boolean {
	return properties.some(
		(property) => property.name === name && JSON.stringify(property.default) === JSON.stringify(value),
	);
}

/** Members of the node's collections that no collection has. */
function unknownMembers(node: INode): string[] {
	const properties = descriptions.get(node.type)?.properties ?? [];
	return Object.entries(node.parameters).flatMap(([name, value]) => {
		const collections = properties.filter((property) => property.name === name && property.type === 'collection');
		if (collections.length === 0 || typeof value !== 'object' || value === null) return [];
		const members = new Set(collections.flatMap(({ options = [] }) => options.map((option) => option.name)));
		return Object.keys(value)
			.filter((member) => !members.has(member))
			.map((member) => `${name}.${member}`);
	});
}

test('there is one for each story', () => {
	expect(names).toEqual([
		'agent-notifies',
		'bulk-personal-push',
		'device-registration-data-table',
		'device-registration-postgres',
		'match-broadcast',
		'match-personal',
		'monitoring-alert',
		'nightly-refresh',
		'send-alert',
		'workflow-failed',
	]);
	const sending = names.filter((name) => readExample(name).nodes.some(({ type }) => descriptions.has(type)));
	expect(names.filter((name) => !sending.includes(name))).toEqual([
		'device-registration-data-table',
		'device-registration-postgres',
	]);
	expect(names.filter((name) => !canBeActive(readExample(name)))).toEqual(['send-alert']);
});

describe.each(names)('%s', (name) => {
	const { nodes, connections } = readExample(name);

	test('each parameter is one the form shows, filled like this', () => {
		const own = nodes.filter(({ type }) => descriptions.has(type));
		expect(own.flatMap((node) => [...lostParameters(node), ...unknownMembers(node)])).toEqual([]);
	});

	test('a note says what to change', () => {
		const notes = nodes.filter(({ type }) => type === 'n8n-nodes-base.stickyNote');
		expect(notes.map(({ parameters }) => String(parameters.content))).toEqual([expect.stringContaining('**Change:**')]);
	});

	test('its connections lead from node to node, and every node but the note is connected', () => {
		const known = new Set(nodes.map((node) => node.name));
		const ends = Object.entries(connections).flatMap(([from, kinds]) => [
			from,
			...Object.values(kinds).flatMap((outputs) => outputs.flatMap((wires) => (wires ?? []).map((wire) => wire.node))),
		]);
		expect(ends.filter((end) => !known.has(end))).toEqual([]);
		const alone = nodes.filter((node) => !ends.includes(node.name)).map(({ type }) => type);
		expect(alone).toEqual(['n8n-nodes-base.stickyNote']);
		expect(new Set(nodes.map(({ id }) => id)).size).toBe(nodes.length);
	});

	test('it stands in docs/recipes.md, with what to change', () => {
		const recipes = readFileSync(path.join(root, 'docs/recipes.md'), 'utf8');
		expect(recipes).toContain(`(../examples/${name}.json)`);
	});

	test('credentials are named only, and can be replaced by those of an n8n', () => {
		const text = JSON.stringify(nodes);
		expect(text).not.toMatch(/PRIVATE KEY|password|apiKey/i);
		const ids = { apnsApi: 'a1', postgres: 'p1', openAiApi: 'm1' };
		const used = withCredentials({ nodes }, ids).nodes.flatMap(({ credentials }) =>
			Object.values(credentials ?? {}).map(({ id }) => id),
		);
		expect(used.every((id) => Object.values(ids).includes(String(id)))).toBe(true);
	});
});
