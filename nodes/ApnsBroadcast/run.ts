/** Runs one operation for all items: credential, clients, requests, output. */
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { FieldProblem } from '../shared/apns/problems';
import type { RequestOptions } from '../shared/client/apnsClient';
import { HintCounter } from '../shared/n8n/run/deviceRun';
import { clientFor } from '../shared/n8n/client';
import { groupByEnvironment } from '../shared/n8n/run/environments';
import { isSharedProblem } from '../shared/n8n/parameters/fixedParameters';
import { returnReport } from '../shared/n8n/run/output';
import { createParameterReader } from '../shared/n8n/parameters/parameters';
import { readRequestOptions } from '../shared/n8n/requestOptions';
import { type ItemRequest, sendRequests } from '../shared/n8n/run/requestRun';
import type { CredentialSettings } from '../shared/n8n/credential';
import { invalidJson, operations } from './operations';
import { properties } from './properties';
import { optionsOf } from './settings';

/** Carries out what all items ask for. Throws `FieldProblem` and n8n's errors. */
export async function runItems(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const itemCount = context.getInputData().length;
	const node = context.getNode();
	const read = createParameterReader(context);
	const resource = String(read('resource', 0, 'broadcast'));
	const name = String(read('operation', 0, 'send'));
	const operation = operations[resource]?.[name];
	if (operation === undefined)
		throw new FieldProblem('Operation', `"${name}" does not exist for ${resource}`, 'Choose one of the list.');
	const signal = context.getExecutionCancelSignal();
	const request: RequestOptions = {
		...readRequestOptions(optionsOf(read, 0)),
		...(signal === undefined ? {} : { signal }),
	};
	const data = await context.getCredentials('apnsApi');
	const hints = new HintCounter();
	const item = { read, timeZone: context.getTimezone(), nowMs: Date.now(), request, onHints: hints.add };
	const credentials: CredentialSettings[] = [];
	const planOf = groupByEnvironment(read, itemCount, data).flatMap(([credential, itemIndexes]) => {
		const client = clientFor(node, credential);
		return itemIndexes.map((itemIndex) => {
			credentials[itemIndex] = credential;
			return [itemIndex, (): ItemRequest => operation.run({ ...item, client, credential }, itemIndex)] as const;
		});
	});
	const plans = new Map(planOf);
	const report = await sendRequests({
		itemCount,
		itemIndexes: plans.keys(),
		plan: (itemIndex) => {
			const plan = plans.get(itemIndex);
			if (plan === undefined) throw new FieldProblem('Environment', 'is missing', 'Choose production or development.');
			return plan();
		},
		invalidJson: (itemIndex, problem) => invalidJson(problem, credentials[itemIndex]?.environment ?? ''),
		onProblem: (problem) => {
			// What stands in a field without expressions every item has: end before the first request rather than fail each.
			if (!context.continueOnFail() && isSharedProblem(problem, properties, node.parameters, [])) throw problem;
		},
		signal,
		noun: operation.noun,
	});
	return returnReport(context, report, hints.counts, false);
}
