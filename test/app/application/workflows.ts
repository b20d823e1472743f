/** Workflows for the tests, as the editor saves them: a webhook, what it starts, and the items of the last node as its answer. */
import { randomUUID } from 'node:crypto';
import type { IConnections, IDataObject, INode, IWorkflowBase } from 'n8n-workflow';

export type Workflow = Pick<IWorkflowBase, 'name' | 'nodes' | 'connections'>;

/** How an output leads on: from a node's output, by number, to other nodes. */
export interface Wire {
	readonly from: string;
	/** Default 0. */
	readonly output?: number;
	readonly to: string;
	/** Kind of the connection; default `main`. */
	readonly type?: keyof IConnections[string];
}

export const SEND = 'n8n-nodes-apns.apnsSend';
export const BROADCAST = 'n8n-nodes-apns.apnsBroadcast';

/** A node with an id of its own. */
export function node(name: string, type: string, parameters: INode['parameters'], more: Partial<INode> = {}): INode {
	return { id: randomUUID(), name, type, typeVersion: 1, position: [0, 0], parameters, ...more };
}

/** A production webhook at `/webhook/<path>` that answers with all items of the last node. */
export function webhook(path: string, more: IDataObject = {}): INode {
	return node(
		'Webhook',
		'n8n-nodes-base.webhook',
		{
			httpMethod: 'POST',
			path,
			responseMode: 'lastNode',
			responseData: 'allEntries',
			options: {},
			...(more as object),
		},
		{ typeVersion: 2, webhookId: randomUUID() },
	);
}

/** A node of this package with its credential. */
export function apns(
	type: typeof SEND | typeof BROADCAST,
	credentialId: string,
	parameters: INode['parameters'],
	more: Partial<INode> = {},
): INode {
	return node(type === SEND ? 'APNs Send' : 'APNs Broadcast', type, parameters, {
		credentials: { apnsApi: { id: credentialId, name: 'APNs account' } },
		...more,
	});
}

/** Nodes in a row, or wired as told. */
export function workflow(name: string, nodes: INode[], wires: readonly Wire[] = inARow(nodes)): Workflow {
	const connections: IConnections = {};
	for (const { from, output = 0, to, type = 'main' } of wires) {
		const outputs = ((connections[from] ??= {})[type] ??= []);
		while (outputs.length <= output) outputs.push([]);
		outputs[output]?.push({ node: to, type: type as 'main', index: 0 });
	}
	// Side by side, for whoever opens it in the editor.
	const placed = nodes.map((one, index): INode => ({ ...one, position: [index * 220, 0] }));
	return { name, nodes: placed, connections };
}

function inARow(nodes: readonly INode[]): Wire[] {
	return nodes.slice(1).map((next, index) => ({ from: nodes[index]?.name ?? '', to: next.name }));
}
