/** Reads the parameters of a node, item by item. */
import type { IExecuteFunctions } from 'n8n-workflow';

/** The value of a parameter for an item, expressions resolved; `name` takes paths such as `options.badge`. */
export type ParameterReader = (name: string, itemIndex: number, fallback?: unknown) => unknown;

/** A reader for one execution. */
export function createParameterReader(context: IExecuteFunctions): ParameterReader {
	return (name, itemIndex, fallback) => context.getNodeParameter(name, itemIndex, fallback);
}
