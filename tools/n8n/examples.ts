/** The example workflows, read from their files, with the credentials of one n8n put in. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { INode, IWorkflowBase } from 'n8n-workflow';

const folder = path.resolve(__dirname, '../../examples');

export type ExampleWorkflow = Pick<IWorkflowBase, 'name' | 'nodes' | 'connections' | 'settings'>;

/** Names of the examples, which are their files' without `.json`. */
export function exampleNames(): string[] {
	return readdirSync(folder)
		.filter((file) => file.endsWith('.json'))
		.map((file) => path.basename(file, '.json'))
		.sort();
}

/** An example as it is imported. Throws when there is no such file. */
export function readExample(name: string): ExampleWorkflow {
	return JSON.parse(readFileSync(path.join(folder, `${name}.json`), 'utf8')) as ExampleWorkflow;
}

/** The SQL that makes the table of the PostgreSQL examples. */
export function exampleTables(): string {
	return readFileSync(path.join(folder, 'devices.sql'), 'utf8');
}

/** Types of the credentials a workflow asks for. */
export function credentialTypes({ nodes }: Pick<ExampleWorkflow, 'nodes'>): string[] {
	return [...new Set(nodes.flatMap(({ credentials }) => Object.keys(credentials ?? {})))].sort();
}

/** True for a workflow that runs by itself: one whose trigger n8n can listen to, and an error workflow, which others start. */
export function canBeActive({ nodes }: Pick<ExampleWorkflow, 'nodes'>): boolean {
	return nodes.some(({ type }) => /\.(webhook|scheduleTrigger|errorTrigger)$/.test(type));
}

/** The same workflow with credentials of this n8n, by type. Nodes whose type is not named keep what they have. */
export function withCredentials<Workflow extends Pick<ExampleWorkflow, 'nodes'>>(
	workflow: Workflow,
	ids: Readonly<Record<string, string>>,
): Workflow {
	const filled = (node: INode): INode => ({
		...node,
		...(node.credentials === undefined
			? {}
			: {
					credentials: Object.fromEntries(
						Object.entries(node.credentials).map(([type, details]) => [
							type,
							{ ...details, id: ids[type] ?? details.id },
						]),
					),
				}),
	});
	return { ...workflow, nodes: workflow.nodes.map(filled) };
}
