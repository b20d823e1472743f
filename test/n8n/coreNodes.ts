/** Small stand-ins for n8n's own nodes that the example workflows begin with: n8n-nodes-base is no dependency of this package. */
import type {
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
	IWorkflowBase,
} from 'n8n-workflow';

const common: Pick<INodeTypeDescription, 'group' | 'description' | 'defaults' | 'inputs' | 'outputs'> = {
	group: ['transform'],
	description: 'Test part',
	defaults: {},
	inputs: ['main'],
	outputs: ['main'],
};

/** Gives the run its first item. */
class ManualTrigger implements INodeType {
	description: INodeTypeDescription = {
		...common,
		displayName: 'Manual Trigger',
		name: 'manualTrigger',
		version: 1,
		inputs: [],
		properties: [],
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return [this.getInputData()];
	}
}

/** Edit Fields: the modes `raw` (JSON) and `manual` (assignments), evaluated by the engine. */
class EditFields implements INodeType {
	description: INodeTypeDescription = {
		...common,
		displayName: 'Edit Fields',
		name: 'set',
		version: [3, 3.4],
		properties: [
			{ displayName: 'Mode', name: 'mode', type: 'options', options: [], default: 'manual' },
			{ displayName: 'JSON', name: 'jsonOutput', type: 'json', default: '{}' },
			{ displayName: 'Fields', name: 'assignments', type: 'assignmentCollection', default: {} },
			{ displayName: 'Duplicate Item', name: 'duplicateItem', type: 'boolean', default: false, isNodeSetting: true },
			{ displayName: 'Duplicate Item Count', name: 'duplicateCount', type: 'number', default: 0, isNodeSetting: true },
		],
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return [
			this.getInputData().flatMap((_item, index) => {
				const json: IDataObject =
					this.getNodeParameter('mode', index, 'manual') === 'raw'
						? (JSON.parse(String(this.getNodeParameter('jsonOutput', index))) as IDataObject)
						: Object.fromEntries(
								(
									this.getNodeParameter('assignments.assignments', index, []) as Array<{ name: string; value: string }>
								).map(({ name, value }) => [name, value]),
							);
				const extra =
					this.getNodeParameter('duplicateItem', index, false) === true
						? Number(this.getNodeParameter('duplicateCount', index, 0))
						: 0;
				return Array.from({ length: 1 + extra }, () => ({ json: structuredClone(json), pairedItem: { item: index } }));
			}),
		];
	}
}

/** Split Out: one item for each element of an array field. */
class SplitOut implements INodeType {
	description: INodeTypeDescription = {
		...common,
		displayName: 'Split Out',
		name: 'splitOut',
		version: 1,
		properties: [{ displayName: 'Fields To Split Out', name: 'fieldToSplitOut', type: 'string', default: '' }],
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const output = this.getInputData().flatMap((item, index) => {
			const field = String(this.getNodeParameter('fieldToSplitOut', index));
			const list = item.json[field];
			return Array.isArray(list)
				? list.map((entry) => ({
						json: typeof entry === 'object' && entry !== null ? (entry as IDataObject) : { [field]: entry },
						pairedItem: { item: index },
					}))
				: [];
		});
		return [output];
	}
}

/** Passes items on. */
class NoOp implements INodeType {
	description: INodeTypeDescription = {
		...common,
		displayName: 'No Operation',
		name: 'noOp',
		version: 1,
		properties: [],
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return [this.getInputData()];
	}
}

/** Gives the items of the parameter, so that a test decides which of them still know where they come from. */
class GivenItems implements INodeType {
	description: INodeTypeDescription = {
		...common,
		displayName: 'Given Items',
		name: 'given',
		version: 1,
		properties: [{ displayName: 'Items', name: 'items', type: 'json', default: '[]' }],
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return [JSON.parse(String(this.getNodeParameter('items', 0))) as INodeExecutionData[]];
	}
}

/** Runs a workflow once for each item. */
class SubWorkflow implements INodeType {
	description: INodeTypeDescription = {
		...common,
		displayName: 'Execute Sub-workflow',
		name: 'executeWorkflow',
		version: 1,
		properties: [{ displayName: 'Workflow', name: 'workflowJson', type: 'json', default: '{}' }],
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const code = JSON.parse(String(this.getNodeParameter('workflowJson', 0))) as IWorkflowBase;
		const output: INodeExecutionData[] = [];
		for (const item of this.getInputData()) {
			const { data } = await this.executeWorkflow({ code }, [{ json: item.json }]);
			output.push(...(data[0] ?? []));
		}
		return [output];
	}
}

/** What a tool of an agent is called by. */
interface Tool {
	invoke(toolArguments: object): Promise<unknown>;
}

/** Calls each of its tools once with the item as arguments, as an agent of version 2 does: the tools run inside its own run. */
class Agent implements INodeType {
	description: INodeTypeDescription = {
		...common,
		displayName: 'Agent',
		name: 'agent',
		version: 2,
		inputs: ['main', 'ai_tool'],
		properties: [],
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const tools = (await this.getInputConnectionData('ai_tool', 0)) as Tool[];
		const answers = await Promise.all(
			tools.map(async (tool) => {
				try {
					return { answer: await tool.invoke({ ...this.getInputData()[0]?.json }) };
				} catch (error) {
					return { thrown: error instanceof Error ? error.message : String(error) };
				}
			}),
		);
		return [answers.map((json) => ({ json: json as IDataObject, pairedItem: { item: 0 } }))];
	}
}

/** By the type names a workflow file uses. */
export const coreNodes: ReadonlyMap<string, INodeType> = new Map<string, INodeType>([
	['n8n-nodes-base.manualTrigger', new ManualTrigger()],
	['n8n-nodes-base.set', new EditFields()],
	['n8n-nodes-base.splitOut', new SplitOut()],
	['n8n-nodes-base.noOp', new NoOp()],
	['@n8n/n8n-nodes-langchain.agent', new Agent()],
	['test.given', new GivenItems()],
	['n8n-nodes-base.executeWorkflow', new SubWorkflow()],
	// Never run: it has no connections.
	['n8n-nodes-base.stickyNote', new NoOp()],
]);
