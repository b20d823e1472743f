/** `npm start`: a workflow file through the real n8n-core engine, several times in one process, and the proof of what was reused. */
import 'reflect-metadata';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { IDataObject, IWorkflowBase } from 'n8n-workflow';
import type { Engine, StoredCredential } from '../../test/n8n/engine';

const root = path.resolve(__dirname, '../..');
const EXECUTIONS = 3;
const NODE_TYPE = 'n8n-nodes-apns.apnsSend';

const print = (line = ''): void => void process.stdout.write(`${line}\n`);

async function engineFor(credentials: Map<string, StoredCredential>): Promise<Engine> {
	// n8n-core writes its settings file there: never into the home of whoever runs this.
	process.env.N8N_USER_FOLDER ??= mkdtempSync(path.join(tmpdir(), 'n8n-nodes-apns-'));
	const { createEngine } = await import('../../test/n8n/engine');
	return await createEngine({ packageDir: root, credentials });
}

function readJson(file: string): unknown {
	try {
		return JSON.parse(readFileSync(file, 'utf8'));
	} catch (error) {
		throw new Error(`${file} cannot be read as JSON: ${error instanceof Error ? error.message : 'unknown cause'}`);
	}
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readWorkflow(file: string): IWorkflowBase {
	const json = readJson(file);
	if (!isObject(json) || !Array.isArray(json.nodes) || !isObject(json.connections)) {
		throw new Error(`${file} is no workflow: export one from the n8n editor (Download).`);
	}
	return json as unknown as IWorkflowBase;
}

/** A credential file: what `n8n export:credentials --decrypted` writes, or the data alone. */
function readCredentialFile(file: string): StoredCredential {
	const json = readJson(file);
	const entry: unknown = Array.isArray(json)
		? (json.find((one) => isObject(one) && one.type === 'apnsApi') ?? json[0])
		: json;
	const data: unknown = isObject(entry) && 'data' in entry ? entry.data : entry;
	if (!isObject(data)) {
		throw new Error(
			`${file} holds no readable credential: export it with "n8n export:credentials --decrypted", or write its fields as a JSON object.`,
		);
	}
	return { name: 'APNs account', type: 'apnsApi', data: data as StoredCredential['data'] };
}

function printResults(items: IDataObject[]): void {
	for (const item of items) {
		const token = String(item.deviceToken ?? '');
		const why =
			item.success === true
				? ''
				: `  ${String(item.reason ?? '')} ${String(item.message ?? '')} ${String(item.advice ?? '')}`;
		print(
			`    ${String(item.outcome).padEnd(9)} ${String(item.status ?? '-').padEnd(4)} ${token.slice(0, 8)}…${token.slice(-4)}  apns-id ${String(item.apnsId ?? '-')}${why}`,
		);
	}
}

/** Runs the file once and prints its pushes; returns the result items. */
async function runOnce(
	engine: Engine,
	workflow: IWorkflowBase,
	title: string,
): Promise<{ items: IDataObject[]; failed: string | undefined }> {
	print(`  ${title}`);
	const result = await engine.run(workflow);
	const items = workflow.nodes
		.filter(({ type }) => type === NODE_TYPE)
		.flatMap(({ name }) => result.items(name).map(({ json }) => json));
	printResults(items);
	if (result.error === undefined) return { items, failed: undefined };
	const failed = `${result.error.message} ${result.error.description ?? ''}`.trim();
	print(`    failed: ${failed}`);
	return { items, failed };
}

async function demonstrate(workflowFile: string): Promise<boolean> {
	const { startSimulatorWithCredential } = await import('../../test/n8n/credential');
	const { simulator, credential } = await startSimulatorWithCredential();
	try {
		print(`APNs simulator on ${simulator.host}:${simulator.pushPort} (TLS, HTTP/2, as strict as Apple's pages)`);
		const workflow = readWorkflow(workflowFile);
		const engine = await engineFor(new Map([['apns', { name: 'APNs account', type: 'apnsApi', data: credential }]]));
		print(`Workflow "${workflow.name}" in the n8n-core engine:`);
		print();
		let pushes = 0;
		let accepted = 0;
		for (let execution = 1; execution <= EXECUTIONS; execution++) {
			const { items } = await runOnce(engine, workflow, `execution ${execution}`);
			pushes += items.length;
			accepted += items.filter(({ success }) => success === true).length;
		}
		print();
		print('What arrived, from the journal of the simulator:');
		print();
		for (const request of simulator.journal.requests) {
			print(
				`    connection ${request.connectionId} stream ${request.streamId}  ${request.method} ${request.path.slice(0, 18)}…  ${request.answer?.status ?? '-'}  ${request.body.toString('utf8')}`,
			);
		}
		const { connections, providerTokens, accepted: arrived } = simulator.counters();
		print();
		print(
			`${EXECUTIONS} executions, ${pushes} pushes, ${connections} connection${connections === 1 ? '' : 's'}, ${providerTokens} provider token${providerTokens === 1 ? '' : 's'}`,
		);
		const faults = [
			pushes > 0 ? '' : 'no push was sent',
			accepted === pushes ? '' : `only ${accepted} of ${pushes} pushes were accepted`,
			arrived === pushes ? '' : `${arrived} pushes arrived, ${pushes} were expected`,
			connections === 1 ? '' : `${connections} connections were opened instead of 1`,
			providerTokens === 1 ? '' : `${providerTokens} provider tokens were signed instead of 1`,
		].filter((fault) => fault !== '');
		for (const fault of faults) print(`NOT AS IT SHOULD BE: ${fault}`);
		return faults.length === 0;
	} finally {
		await simulator.close();
	}
}

async function runUsersOwn(workflowFile: string, credentialFile: string): Promise<boolean> {
	const credential = readCredentialFile(credentialFile);
	const workflow = readWorkflow(workflowFile);
	const credentials = new Map<string, StoredCredential>();
	for (const node of workflow.nodes) {
		const details = node.credentials?.apnsApi;
		if (details !== undefined) credentials.set(details.id ?? details.name, credential);
	}
	const engine = await engineFor(credentials);
	print(`Workflow "${workflow.name}" in the n8n-core engine:`);
	const { items, failed } = await runOnce(engine, workflow, 'execution');
	return failed === undefined && items.every(({ success }) => success === true);
}

async function main(): Promise<boolean> {
	const { values } = parseArgs({ options: { workflow: { type: 'string' }, credential: { type: 'string' } } });
	if (values.credential !== undefined && values.workflow === undefined)
		throw new Error('--credential needs --workflow FILE beside it.');
	const workflowFile = values.workflow ?? path.join(root, 'examples/send-alert.json');
	return values.credential === undefined
		? await demonstrate(workflowFile)
		: await runUsersOwn(workflowFile, values.credential);
}

main().then(
	(holds) => process.exit(holds ? 0 : 1),
	(error: unknown) => {
		process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
		process.exit(1);
	},
);
