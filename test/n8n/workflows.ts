/** Workflows for the engine: nodes of this package with the credential the bench stores, and nodes one behind the other. */
import type { IConnections, INode, INodeParameters } from 'n8n-workflow';

/** A node of any type. */
export function named(name: string, type: string, fields: Partial<INode> = {}): INode {
	return { id: name, name, type, typeVersion: 1, position: [0, 0], parameters: {}, ...fields };
}

/** A node of this package. */
export function apnsNode(
	name: string,
	type: 'apnsSend' | 'apnsSendTool' | 'apnsBroadcast',
	parameters: INodeParameters,
	fields: Partial<INode> = {},
): INode {
	return named(name, `n8n-nodes-apns.${type}`, {
		parameters,
		credentials: { apnsApi: { id: 'apns', name: 'APNs account' } },
		...fields,
	});
}

/** One node, or several of which each feeds the next. */
export function chain(...nodes: readonly INode[]): { nodes: INode[]; connections: IConnections } {
	return {
		nodes: [...nodes],
		connections: Object.fromEntries(
			nodes
				.slice(0, -1)
				.map(({ name }, index) => [
					name,
					{ main: [[{ node: nodes[index + 1]?.name ?? '', type: 'main' as const, index: 0 }]] },
				]),
		),
	};
}
