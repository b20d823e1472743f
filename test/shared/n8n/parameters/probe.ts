/** A node context as n8n-core makes it for execute(), around given items and parameters, with its engine calls counted. */
import 'reflect-metadata';
import { ExecuteContext, ExecutionLifecycleHooks, ExternalSecretsProxy } from 'n8n-core';
import {
	createRunExecutionData,
	Expression,
	ICredentialsHelper,
	type IDataObject,
	type IExecuteFunctions,
	type INode,
	type INodeExecutionData,
	type INodeProperties,
	type INodeType,
	type INodeTypes,
	type IWorkflowExecuteAdditionalData,
	type NodeParameterValueType,
	Workflow,
} from 'n8n-workflow';

export type EngineName = 'legacy' | 'quickjs' | 'vm';

/** A helper no expression here needs. */
class NoCredentials extends ICredentialsHelper {
	getParentTypes = (): string[] => [];
	isCredentialUsableByNode = (): boolean => true;
	authenticate = refused;
	preAuthentication = refused;
	runPreAuthentication = refused;
	getCredentials = refused;
	getDecrypted = refused;
	updateCredentials = refused;
	updateCredentialsOauthTokenData = refused;
	getCredentialsProperties = (): INodeProperties[] => [];
}

async function refused(): Promise<never> {
	return await Promise.reject(new Error('Not here'));
}

const additionalData: IWorkflowExecuteAdditionalData = {
	credentialsHelper: new NoCredentials(),
	executeWorkflow: refused,
	getRunExecutionData: refused,
	getRuntimeCredential: refused,
	startRunnerTask: refused,
	executionId: '1',
	currentNodeExecutionIndex: 0,
	restApiUrl: 'http://localhost/x',
	instanceBaseUrl: 'http://localhost/x',
	formBaseUrl: 'http://localhost/x',
	formWaitingBaseUrl: 'http://localhost/x',
	formTestBaseUrl: 'http://localhost/x',
	webhookBaseUrl: 'http://localhost/x',
	webhookWaitingBaseUrl: 'http://localhost/x',
	webhookTestBaseUrl: 'http://localhost/x',
	mcpBaseUrl: 'http://localhost/x',
	mcpTestBaseUrl: 'http://localhost/x',
	variables: {},
	externalSecretsProxy: new ExternalSecretsProxy(),
	logAiEvent: () => undefined,
	hooks: new ExecutionLifecycleHooks('manual', '1', {
		id: '1',
		name: 'Probe',
		active: false,
		activeVersionId: null,
		isArchived: false,
		createdAt: new Date(0),
		updatedAt: new Date(0),
		nodes: [],
		connections: {},
	}),
};

/** Properties of the probe: a locator, whose mode "url" extracts an id; other parameters need no description. */
const properties: INodeProperties[] = [
	{
		displayName: 'Channel',
		name: 'channel',
		type: 'resourceLocator',
		default: { mode: 'id', value: '' },
		modes: [
			{ displayName: 'By ID', name: 'id', type: 'string' },
			{
				displayName: 'By URL',
				name: 'url',
				type: 'string',
				extractValue: { type: 'regex', regex: 'https://example\\.com/([a-z]+)' },
			},
		],
	},
];

const probeType: INodeType = {
	description: {
		displayName: 'Probe',
		name: 'probe',
		group: ['output'],
		version: 1,
		description: '',
		defaults: {},
		inputs: ['main'],
		outputs: ['main'],
		properties,
	},
};

const nodeTypes: INodeTypes = {
	getByName: () => probeType,
	getByNameAndVersion: () => probeType,
	getKnownTypes: () => ({}),
};

export interface ProbeOptions {
	readonly parameters: IDataObject;
	readonly items: INodeExecutionData[];
	/** What `$json` shows, where it is not the node's own input. */
	readonly seenItems?: INodeExecutionData[];
	/** A workflow to run in, so that several probes share one isolate of the engine. */
	readonly workflow?: Workflow;
}

export interface Probe {
	readonly context: IExecuteFunctions;
	/** How often each parameter was asked of the engine; reading raw texts does not count. */
	readonly engineCalls: Map<string, number>;
	/** How often each raw text was read. */
	readonly rawCalls: Map<string, number>;
	readonly workflow: Workflow;
}

const count = (counts: Map<string, number>, name: string): void => void counts.set(name, (counts.get(name) ?? 0) + 1);

const probeNode = (): INode => ({
	id: '1',
	name: 'Probe',
	type: 'probe',
	typeVersion: 1,
	position: [0, 0],
	parameters: {},
});

/** A workflow with nothing but the probe. */
export function createProbeWorkflow(): Workflow {
	return new Workflow({
		id: '1',
		name: 'Probe',
		nodes: [probeNode()],
		connections: {},
		active: false,
		nodeTypes,
		settings: { executionOrder: 'v1' },
	});
}

/** A context for one execution of a node with these parameters. */
export function createProbe({
	parameters,
	items,
	seenItems = items,
	workflow = createProbeWorkflow(),
}: ProbeOptions): Probe {
	const node = workflow.nodes.Probe ?? probeNode();
	// After the workflow was made: it would drop parameters that the probe's type does not describe.
	node.parameters = parameters as INode['parameters'];
	const data = createRunExecutionData({ executionData: { nodeExecutionStack: [] } });
	const input = { main: [items] };
	const context = new ExecuteContext(
		workflow,
		node,
		additionalData,
		'manual',
		data,
		0,
		seenItems,
		input,
		{ node, data: { main: [seenItems] }, source: null },
		[],
	);
	const engineCalls = new Map<string, number>();
	const rawCalls = new Map<string, number>();
	const read = context.getNodeParameter.bind(context) as (...args: readonly unknown[]) => NodeParameterValueType;
	const counted = (
		name: string,
		itemIndex: number,
		fallback?: unknown,
		options?: { rawExpressions?: boolean },
	): unknown => {
		count(options?.rawExpressions === true ? rawCalls : engineCalls, name);
		return read(name, itemIndex, fallback, options);
	};
	Object.assign(context, { getNodeParameter: counted });
	return { context, engineCalls, rawCalls, workflow };
}

/** Node's releases that isolated-vm, which the engine vm runs in, has binaries for. */
const VM_NODES: readonly string[] = ['24', '26'];

/** Starts one of n8n's engines for this process; false where it has no binary for this Node. */
export async function startEngine(engine: EngineName): Promise<boolean> {
	if (engine === 'vm' && !VM_NODES.includes(process.versions.node.split('.')[0] ?? '')) return false;
	await Expression.initExpressionEngine({
		engine,
		bridgeTimeout: 30_000,
		bridgeMemoryLimit: 256,
		poolSize: 1,
		maxCodeCacheSize: 1_024,
		idleTimeoutMs: 0,
	});
	if (Expression.getActiveImplementation() !== engine)
		throw new Error(`n8n runs ${Expression.getActiveImplementation()} instead of ${engine}`);
	return true;
}

/** Ends the engine that was started. */
export async function stopEngine(): Promise<void> {
	await Expression.disposeExpressionEngine();
	Expression.setExpressionEngine('legacy');
}
