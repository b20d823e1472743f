/** Runs the operation Send: credential, clients, items, output. */
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { type Group, sendBatch } from '../shared/n8n/run/deviceRun';
import { clientFor } from '../shared/n8n/client';
import { groupByEnvironment } from '../shared/n8n/run/environments';
import { isSharedProblem } from '../shared/n8n/parameters/fixedParameters';
import { isToolRun, returnReport } from '../shared/n8n/run/output';
import { createParameterReader } from '../shared/n8n/parameters/parameters';
import { properties } from './properties';
import { createPlanner, type ItemContext, readRunSettings } from './settings';

/** Sends what all items ask for. Throws `FieldProblem` and n8n's errors. */
export async function sendItems(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const itemCount = context.getInputData().length;
	const node = context.getNode();
	const read = createParameterReader(context);
	const run = readRunSettings(read);
	const data = await context.getCredentials('apnsApi');
	const item: ItemContext = { read, timeZone: context.getTimezone(), nowMs: Date.now() };
	const plan = createPlanner(item, properties, node.parameters);
	const groups = groupByEnvironment(read, itemCount, data).map(([credential, itemIndexes]): Group => ({
		client: clientFor(node, credential, { maxConnections: run.maxConnections, maxInFlight: run.maxInFlight }),
		environment: credential.environment,
		itemIndexes,
		plan: (itemIndex) => plan(itemIndex, credential),
	}));
	const { report, hints } = await sendBatch({
		groups,
		itemCount,
		request: run.request,
		detail: isToolRun(context) ? 'total' : run.summarize ? 'summary' : 'devices',
		skipDuplicates: run.skipDuplicates,
		onProblem: (problem) => {
			// What stands in a field without expressions every item has: end before the first push rather than fail each.
			if (!context.continueOnFail() && isSharedProblem(problem, properties, node.parameters, ['recipients']))
				throw problem;
		},
		signal: context.getExecutionCancelSignal(),
	});
	return returnReport(context, report, hints, run.failOnRejectedDevice);
}
