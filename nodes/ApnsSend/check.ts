/** Runs the operation Check Connection: once per execution, whatever the number of items. */
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { runConnectionCheck } from '../shared/n8n/connectionCheck';
import { sentences } from '../shared/n8n/run/words';
import { executeOnce } from '../shared/n8n/run/execute';

/** One item with the findings; a broken connection is a result, and a hint says so below the output. */
export async function executeCheck(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	return await executeOnce(context, async () => {
		const data = await context.getCredentials('apnsApi');
		const report = await runConnectionCheck(data, { signal: context.getExecutionCancelSignal() });
		const warning = report.success ? report.hint : sentences(report.message ?? '', report.advice);
		if (warning !== undefined) context.addExecutionHints({ message: warning, type: 'warning', location: 'outputPane' });
		return [{ json: report, pairedItem: context.getInputData().map((_input, item) => ({ item })) }];
	});
}
