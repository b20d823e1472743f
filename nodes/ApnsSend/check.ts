/** Runs the operation Check Connection: once per execution, whatever the number of items. */
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { runConnectionCheck } from '../shared/n8n/connectionCheck';
import { executeOnce } from '../shared/n8n/run/execute';

/** One item with the findings; a broken connection is a result, not an error. */
export async function executeCheck(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	return await executeOnce(context, async () => {
		const data = await context.getCredentials('apnsApi');
		const report = await runConnectionCheck(data, { signal: context.getExecutionCancelSignal() });
		return [{ json: report, pairedItem: context.getInputData().map((_input, item) => ({ item })) }];
	});
}
