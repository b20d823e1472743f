/** The real n8n-core engine around a package folder: loads nodes as n8n does and runs workflow files in this process. */
import 'reflect-metadata';
import { ExecutionLifecycleHooks, ExternalSecretsProxy, PackageDirectoryLoader, WorkflowExecute } from 'n8n-core';
import {
	createRunExecutionData,
	type ICredentialDataDecryptedObject,
	type ICredentials,
	ICredentialsHelper,
	type IHttpRequestOptions,
	type INode,
	type INodeExecutionData,
	type INodeProperties,
	type INodeType,
	type INodeTypes,
	type IPinData,
	type IRun,
	type IVersionedNodeType,
	type IWorkflowBase,
	type IWorkflowExecuteAdditionalData,
	NodeHelpers,
	Workflow,
	type WorkflowExecuteMode,
} from 'n8n-workflow';
import { coreNodes } from './coreNodes';

export interface StoredCredential {
	readonly name: string;
	readonly type: string;
	data: ICredentialDataDecryptedObject;
}

export interface EngineOptions {
	/** An unpacked package with its package.json and dist. */
	readonly packageDir: string;
	/** By the id that workflow files name. */
	readonly credentials: Map<string, StoredCredential>;
}

export interface RunResult {
	readonly status: string;
	/** Message and description of the error that ended the run. */
	readonly error: { readonly message: string; readonly description: string | undefined } | undefined;
	readonly run: IRun;
	/** Items of a node's output in its last run. */
	items(nodeName: string, output?: number): INodeExecutionData[];
	/** Texts of the execution hints of a node. */
	hints(nodeName: string): string[];
}

export interface RunOptions {
	readonly mode?: WorkflowExecuteMode;
	/** Items of the first node; default one empty item. */
	readonly input?: INodeExecutionData[];
	/** Output that the editor has pinned, by the name of its node. */
	readonly pinData?: IPinData;
	/** Gets what nodes write to the browser console. */
	readonly onConsole?: (text: string) => void;
	/** Called with a function that stops the run, as the Stop button does. */
	readonly onStart?: (stop: () => void) => void;
}

export interface Engine {
	readonly loader: PackageDirectoryLoader;
	/** What n8n hands to a node besides its input: for contexts other than a run, such as the editor's lists. */
	additionalData(executionId: string): IWorkflowExecuteAdditionalData;
	run(
		workflow: Pick<IWorkflowBase, 'nodes' | 'connections'> & Partial<IWorkflowBase>,
		options?: RunOptions,
	): Promise<RunResult>;
}

/** Hands out decrypted credentials, as n8n's own helper does after decryption. */
class Credentials extends ICredentialsHelper {
	constructor(private readonly stored: Map<string, StoredCredential>) {
		super();
	}

	getParentTypes(): string[] {
		return [];
	}

	isCredentialUsableByNode(): boolean {
		return true;
	}

	async authenticate(
		_credentials: ICredentialDataDecryptedObject,
		_type: string,
		options: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		return await Promise.resolve(options);
	}

	async preAuthentication(): Promise<undefined> {
		return await Promise.resolve(undefined);
	}

	async runPreAuthentication(): Promise<undefined> {
		return await Promise.resolve(undefined);
	}

	async getCredentials(): Promise<ICredentials> {
		return await Promise.reject(new Error('The engine keeps no encrypted credentials'));
	}

	async getDecrypted(
		_additionalData: IWorkflowExecuteAdditionalData,
		details: { id: string | null; name: string },
	): Promise<ICredentialDataDecryptedObject> {
		const credential =
			this.stored.get(details.id ?? '') ?? [...this.stored.values()].find(({ name }) => name === details.name);
		if (credential === undefined) throw new Error(`There is no credential "${details.name}"`);
		return await Promise.resolve(structuredClone(credential.data));
	}

	async updateCredentials(): Promise<void> {}

	async updateCredentialsOauthTokenData(): Promise<void> {}

	getCredentialsProperties(): INodeProperties[] {
		return [];
	}
}

/** Loads the package and makes an engine; several runs may follow, also at the same time. */
export async function createEngine({ packageDir, credentials }: EngineOptions): Promise<Engine> {
	const loader = new PackageDirectoryLoader(packageDir);
	await loader.loadAll();
	const prefix = `${loader.packageName}.`;
	const find = (type: string): INodeType | IVersionedNodeType => {
		const core = coreNodes.get(type);
		if (core !== undefined) return core;
		if (!type.startsWith(prefix)) throw new Error(`The workflow uses ${type}, which this engine does not have`);
		const name = type.slice(prefix.length);
		// n8n registers each node that is usable as a tool a second time, under its name with Tool behind it.
		const base = name.replace(/Tool$/, '');
		if (name === base || loader.getNode(base).type.description.usableAsTool === undefined)
			return loader.getNode(name).type;
		return asTool(loader.getNode(base).type as INodeType);
	};
	const nodeTypes: INodeTypes = {
		getByName: find,
		getByNameAndVersion: (type, version) => NodeHelpers.getVersionedNodeType(find(type), version),
		getKnownTypes: () => ({}),
	};
	const additionalData = (executionId: string, hooks?: ExecutionLifecycleHooks): IWorkflowExecuteAdditionalData => ({
		credentialsHelper: new Credentials(credentials),
		executeWorkflow: async (info, _additionalData, { inputData }) => {
			const { code } = info;
			if (code === undefined) throw new Error('A sub-workflow is given with its nodes');
			const result = await run(code, { mode: 'integrated', ...(inputData === undefined ? {} : { input: inputData }) });
			const last = result.run.data.resultData.lastNodeExecuted ?? '';
			return { executionId: 'sub', data: [result.items(last)] };
		},
		getRunExecutionData: async () => await Promise.resolve(undefined),
		getRuntimeCredential: async () => await Promise.resolve(undefined),
		startRunnerTask: async () => await Promise.reject(new Error('No task runner here')),
		executionId,
		currentNodeExecutionIndex: 0,
		restApiUrl: 'http://localhost/rest',
		instanceBaseUrl: 'http://localhost',
		formBaseUrl: 'http://localhost/form',
		formWaitingBaseUrl: 'http://localhost/form-waiting',
		formTestBaseUrl: 'http://localhost/form-test',
		webhookBaseUrl: 'http://localhost/webhook',
		webhookWaitingBaseUrl: 'http://localhost/webhook-waiting',
		webhookTestBaseUrl: 'http://localhost/webhook-test',
		mcpBaseUrl: 'http://localhost/mcp',
		mcpTestBaseUrl: 'http://localhost/mcp-test',
		variables: {},
		externalSecretsProxy: new ExternalSecretsProxy(),
		logAiEvent: () => undefined,
		hooks,
	});
	let executions = 0;
	const run: Engine['run'] = async (file, options = {}) => {
		const mode = options.mode ?? 'manual';
		const id = String(++executions);
		const workflow = new Workflow({
			id: file.id ?? 'workflow',
			name: file.name ?? 'Workflow',
			nodes: file.nodes.map((node) => structuredClone(node)),
			connections: file.connections,
			active: false,
			nodeTypes,
			settings: { executionOrder: 'v1', ...file.settings },
		});
		const start = workflow.getStartNode() ?? firstNode(workflow);
		const workflowData: IWorkflowBase = {
			id: workflow.id,
			name: workflow.name ?? '',
			active: false,
			activeVersionId: null,
			isArchived: false,
			createdAt: new Date(0),
			updatedAt: new Date(0),
			nodes: file.nodes,
			connections: file.connections,
			settings: workflow.settings,
		};
		const data = createRunExecutionData({
			...(options.pinData === undefined ? {} : { resultData: { pinData: options.pinData } }),
			executionData: {
				nodeExecutionStack: [{ node: start, data: { main: [options.input ?? [{ json: {} }]] }, source: null }],
			},
		});
		const pending = new WorkflowExecute(
			{
				...additionalData(id, new ExecutionLifecycleHooks(mode, id, workflowData)),
				sendDataToUI: (type, data) => {
					if (type === 'sendConsoleMessage') options.onConsole?.(String(Reflect.get(data, 'messages')));
				},
			},
			mode,
			data,
		).processRunExecutionData(workflow);
		options.onStart?.(() => pending.cancel());
		return resultOf(await pending);
	};
	return { loader, additionalData, run };
}

/** The node as n8n offers it to agents (convertNodeToAiTool of n8n 2.41): the same code behind another output. */
function asTool(node: INodeType): INodeType {
	const description = { ...node.description, name: `${node.description.name}Tool`, inputs: [], outputs: ['ai_tool'] };
	return Object.create(node, { description: { value: description } }) as INodeType;
}

function firstNode(workflow: Workflow): INode {
	const node = Object.values(workflow.nodes)[0];
	if (node === undefined) throw new Error('The workflow has no nodes');
	return node;
}

function resultOf(run: IRun): RunResult {
	const { error, runData } = run.data.resultData;
	const description: unknown = error === undefined ? undefined : Reflect.get(error, 'description');
	return {
		status: run.status,
		error:
			error === undefined
				? undefined
				: { message: error.message, description: typeof description === 'string' ? description : undefined },
		run,
		items: (nodeName, output = 0) => runData[nodeName]?.at(-1)?.data?.main?.[output] ?? [],
		hints: (nodeName) => (runData[nodeName]?.at(-1)?.hints ?? []).map(({ message }) => message),
	};
}
