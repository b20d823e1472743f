/** Runs the operation Get Statistics: once per execution, whatever the number of items. */
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { executeOnce } from '../shared/n8n/run/execute';
import { statisticsItems } from '../shared/n8n/statistics';

/** One item for each credential and endpoint that this process has used. */
export async function executeStatistics(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	return await executeOnce(context, async () => {
		const pairedItem = context.getInputData().map((_input, item) => ({ item }));
		return await Promise.resolve(statisticsItems().map((json) => ({ json, pairedItem })));
	});
}
