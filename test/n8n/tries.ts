/** Watches n8n call a node again: each call is announced before it begins, and what it gave is kept. */
import type { IExecuteFunctions, INodeExecutionData, INodeType } from 'n8n-workflow';
import type { SendBench } from './sendBench';

export interface Tries {
	/** How often n8n called the node. */
	readonly count: number;
	/** What each call returned, or the error it threw. */
	readonly results: ReadonlyArray<INodeExecutionData[][] | Error>;
}

/** Announces each call of the node by its number, from 1. */
export function watchTries(
	bench: SendBench,
	onTry: (number: number) => void | Promise<void> = () => undefined,
	name = 'apnsSend',
): Tries {
	const node = bench.engine.loader.getNode(name).type as INodeType;
	const { execute } = node;
	if (execute === undefined) throw new Error(`${name} has no execute()`);
	const results: Array<INodeExecutionData[][] | Error> = [];
	let count = 0;
	node.execute = async function (this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		await onTry(++count);
		try {
			const output = (await execute.call(this)) as INodeExecutionData[][];
			results.push(output.map((items) => [...items]));
			return output;
		} catch (error) {
			results.push(error as Error);
			throw error;
		}
	};
	return {
		get count() {
			return count;
		},
		results,
	};
}
