/** Prepares one operation for all items: credential, clients, and how each item is read. */
import type { IExecuteFunctions } from 'n8n-workflow';
import { field, text } from '../shared/apns/fields';
import { FieldProblem } from '../shared/apns/problems';
import { clientFor } from '../shared/n8n/client';
import { EngineCosts } from '../shared/n8n/parameters/engineCosts';
import { createParameterReader, type ParameterReader } from '../shared/n8n/parameters/parameters';
import { readRequestOptions } from '../shared/n8n/requestOptions';
import { groupByEnvironment } from '../shared/n8n/run/environments';
import type { PreparedRun, ResultKind, RunSetting } from '../shared/n8n/run/execute';
import { HintCounter } from '../shared/n8n/run/hints';
import { Report } from '../shared/n8n/run/report';
import { requestGroup, unroutableRequests } from '../shared/n8n/run/requestJob';
import { requestJson } from '../shared/n8n/run/resultItem';
import { Run } from '../shared/n8n/run/runItems';
import { anyOperation, type Operation, operations } from './operations';
import { properties } from './properties';

/** The operation chosen. Throws `FieldProblem`. */
function operationOf(read: ParameterReader): Operation {
	const resource = String(read('resource', 0, 'broadcast'));
	const name = String(read('operation', 0, 'send'));
	const operation = operations[resource]?.[name];
	if (operation === undefined)
		throw new FieldProblem(
			'operation',
			'notOffered',
			`is "${name}", which does not exist for ${resource}`,
			text`Choose an ${field('operation')} from the list.`,
		);
	return operation;
}

/** Reads what all items share. Throws `FieldProblem` and n8n's errors. */
export async function prepareRequests(
	context: IExecuteFunctions,
	{ clock, wallNowMs, slices }: RunSetting,
): Promise<PreparedRun> {
	const node = context.getNode();
	const costs = new EngineCosts(properties, () => clock.now());
	const read = createParameterReader(context, costs);
	const { noun, fields, run } = operationOf(read);
	const request = readRequestOptions((name) => read(`options.${name}`, 0, ''));
	const data = await context.getCredentials('apnsApi');
	const hints = new HintCounter();
	const item = { read, timeZone: context.getTimezone(), nowMs: wallNowMs(), request, onHints: hints.add };
	const groups = (await groupByEnvironment(read, context.getInputData().length, data, slices)).map((group) => {
		const { itemIndexes } = group;
		if ('errors' in group) return unroutableRequests(group.errors, itemIndexes, fields);
		const { credential } = group;
		const client = clientFor(node, credential);
		return requestGroup(itemIndexes, { ...fields, environment: credential.environment }, (itemIndex) =>
			run({ ...item, client, credential }, itemIndex),
		);
	});
	return {
		run: new Run(groups, new Report('results', noun), hints, slices),
		costs,
		toDevices: false,
		failOnRejected: false,
	};
}

/** What results are when the run fails before its first request: the same keys as ever. */
export function resultKind(context: IExecuteFunctions): ResultKind {
	const resource = String(context.getNodeParameter('resource', 0, 'broadcast'));
	const name = String(context.getNodeParameter('operation', 0, 'send'));
	const { noun, fields } = operations[resource]?.[name] ?? anyOperation;
	return { noun, json: (outcome) => requestJson(outcome, fields) };
}
