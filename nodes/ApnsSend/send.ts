/** Prepares the operation Send: credential, clients, and how each item is read. */
import type { IExecuteFunctions } from 'n8n-workflow';
import { clientFor } from '../shared/n8n/client';
import { EngineCosts } from '../shared/n8n/parameters/engineCosts';
import { createParameterReader } from '../shared/n8n/parameters/parameters';
import { deviceGroup, unroutablePushes } from '../shared/n8n/run/deviceJob';
import { groupByEnvironment } from '../shared/n8n/run/environments';
import type { PreparedRun, RunSetting } from '../shared/n8n/run/execute';
import { HintCounter } from '../shared/n8n/run/hints';
import { runsAsTool } from '../shared/n8n/run/output';
import { Report } from '../shared/n8n/run/report';
import { Run } from '../shared/n8n/run/runItems';
import { pushNoun } from '../shared/n8n/run/words';
import { properties } from './properties';
import { createPushReader, type ItemContext, readRecipientsField, readRunSettings } from './settings';

/** Reads what all items share. Throws `FieldProblem` and n8n's errors. */
export async function prepareSend(
	context: IExecuteFunctions,
	{ clock, wallNowMs, slices }: RunSetting,
): Promise<PreparedRun> {
	const node = context.getNode();
	const costs = new EngineCosts(properties, () => clock.now());
	const read = createParameterReader(context, costs);
	const { maxConnections, maxInFlight, request, skipDuplicates, ...settings } = readRunSettings(read);
	const data = await context.getCredentials('apnsApi');
	const item: ItemContext = { read, timeZone: context.getTimezone(), nowMs: wallNowMs() };
	const hints = new HintCounter();
	const groups = (await groupByEnvironment(read, context.getInputData().length, data, slices)).map((group) => {
		const { itemIndexes } = group;
		if ('errors' in group)
			return unroutablePushes(group.errors, itemIndexes, { recipients: (index) => readRecipientsField(read, index) });
		const { credential } = group;
		return deviceGroup({
			client: clientFor(node, credential, { maxConnections, maxInFlight }),
			environment: credential.environment,
			itemIndexes,
			reader: createPushReader(item, properties, node.parameters, credential),
			request,
			skipDuplicates,
			hints,
		});
	});
	const detail = runsAsTool(context) ? 'total' : settings.summarize ? 'summary' : 'results';
	return {
		run: new Run(groups, new Report(detail, pushNoun), hints, slices),
		costs,
		toDevices: true,
		failOnRejected: settings.failOnRejectedDevice,
	};
}
