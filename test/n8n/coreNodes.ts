/** Small stand-ins for n8n's own nodes that the example workflows begin with: n8n-nodes-base is no dependency of this package. */
import type { IDataObject, IExecuteFunctions, INodeExecutionData, INodeType, INodeTypeDescription } from 'n8n-workflow';

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

/** By the type names a workflow file uses. */
export const coreNodes: ReadonlyMap<string, INodeType> = new Map<string, INodeType>([
	['n8n-nodes-base.manualTrigger', new ManualTrigger()],
	['n8n-nodes-base.set', new EditFields()],
	['n8n-nodes-base.splitOut', new SplitOut()],
	['n8n-nodes-base.noOp', new NoOp()],
	// Never run: it has no connections.
	['n8n-nodes-base.stickyNote', new NoOp()],
]);
