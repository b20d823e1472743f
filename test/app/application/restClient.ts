/** n8n's REST interface as the editor uses it: signed in as the owner, credentials, workflows, executions, and production webhooks. */
import { request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { parse } from 'flatted';
import type { ICredentialDataDecryptedObject, IWorkflowBase } from 'n8n-workflow';

/** The person all tests are, and who signs in to `npm run dev`; nothing outside such a user folder knows this password. */
export const owner = {
	email: 'owner@example.com',
	firstName: 'Test',
	lastName: 'Owner',
	password: 'Owner-of-tests-1',
} as const;

export interface Answer {
	readonly status: number;
	/** The body, parsed where it is JSON. */
	readonly body: unknown;
}

export interface StoredWorkflow {
	readonly id: string;
	readonly versionId: string;
}

export interface CredentialTestResult {
	readonly status: string;
	readonly message: string;
}

export interface ExecutionSummary {
	readonly id: string;
	readonly status: string;
}

/** n8n 2.41 was seen to answer the activation of a workflow before its webhook is registered. */
const REGISTRATION_MS = 15_000;

type WorkflowFile = Pick<IWorkflowBase, 'name' | 'nodes' | 'connections'> & Partial<IWorkflowBase>;

export interface RestClient {
	/** `name=value` of the session, for a browser. */
	readonly cookie: string;
	/** Any request below `/rest`; rejects unless the answer is 2xx, and returns what n8n wraps in `data`. */
	call(method: string, path: string, body?: unknown): Promise<unknown>;
	createCredential(name: string, data: ICredentialDataDecryptedObject, type?: string): Promise<string>;
	updateCredential(id: string, name: string, data: ICredentialDataDecryptedObject, type?: string): Promise<void>;
	/** Runs the test of the credential's dialog: on a stored credential with the data now in its form, which is not stored. */
	testCredential(id: string, data: ICredentialDataDecryptedObject, type?: string): Promise<CredentialTestResult>;
	createWorkflow(workflow: WorkflowFile): Promise<StoredWorkflow>;
	activate(workflow: StoredWorkflow): Promise<void>;
	/** `createWorkflow` and `activate`. */
	publish(workflow: WorkflowFile): Promise<StoredWorkflow>;
	/** The newest executions of a workflow, at most 100. */
	executions(workflowId: string): Promise<ExecutionSummary[]>;
	/** An execution with the data of its run. */
	execution(id: string): Promise<Record<string, unknown>>;
	/** The description of every node type the editor knows. */
	nodeTypes(): Promise<Array<Record<string, unknown>>>;
	/** Fires a production webhook with a JSON body; any status is an answer. Waits where n8n has not registered the webhook yet. Rejects when no answer came in time (default 3 minutes). */
	fire(path: string, body?: unknown, timeoutMs?: number): Promise<Answer>;
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null;
}

/** A text property of an answer; rejects what lacks it, since n8n has changed then. */
function text(value: unknown, key: string): string {
	const found = isObject(value) ? value[key] : undefined;
	if (typeof found !== 'string') throw new Error(`n8n's answer has no text "${key}": ${JSON.stringify(value)}`);
	return found;
}

function list(value: unknown, key?: string): Array<Record<string, unknown>> {
	const found = key === undefined || Array.isArray(value) ? value : isObject(value) ? value[key] : undefined;
	if (!Array.isArray(found)) throw new Error(`n8n's answer is no list: ${JSON.stringify(value).slice(0, 300)}`);
	return found.filter(isObject);
}

async function read(response: Response): Promise<Answer> {
	const body = await response.text();
	try {
		return { status: response.status, body: JSON.parse(body) };
	} catch {
		return { status: response.status, body };
	}
}

/** Makes the owner, or signs in where n8n has one already. `url`: without a slash at its end. */
export async function signIn(url: string): Promise<RestClient> {
	const headers: Record<string, string> = { 'content-type': 'application/json' };

	async function send(method: string, path: string, body?: unknown, timeoutMs = 60_000): Promise<Response> {
		return await fetch(`${url}${path}`, {
			method,
			headers,
			signal: AbortSignal.timeout(timeoutMs),
			body: body === undefined ? undefined : JSON.stringify(body),
		});
	}

	/** Over a connection of its own: a busy n8n was seen to close an idle one just when it was used again. */
	async function sendAlone(method: string, path: string, body?: unknown): Promise<Response> {
		return await new Promise((resolve, reject) => {
			const asked = request(`${url}${path}`, { method, headers, agent: false, timeout: 60_000 }, (answer) => {
				const chunks: Buffer[] = [];
				answer.on('data', (chunk: Buffer) => chunks.push(chunk));
				answer.on('error', reject);
				answer.on('end', () =>
					resolve(new Response(chunks.length === 0 ? null : Buffer.concat(chunks), { status: answer.statusCode })),
				);
			});
			asked.on('error', reject);
			asked.on('timeout', () => asked.destroy(new Error(`n8n does not answer ${method} ${path}.`)));
			asked.end(body === undefined ? undefined : JSON.stringify(body));
		});
	}

	async function call(method: string, path: string, body?: unknown): Promise<unknown> {
		const { status, body: answer } = await read(await sendAlone(method, `/rest${path}`, body));
		if (status < 200 || status > 299)
			throw new Error(`n8n answers ${method} ${path} with ${status}: ${JSON.stringify(answer)}`);
		return isObject(answer) && 'data' in answer ? answer.data : answer;
	}

	const setup = await send('POST', '/rest/owner/setup', owner);
	const signedIn =
		setup.status < 300
			? setup
			: await send('POST', '/rest/login', { emailOrLdapLoginId: owner.email, password: owner.password });
	const cookies = signedIn.headers.getSetCookie().map((cookie) => cookie.split(';')[0] ?? '');
	if (!cookies.some((cookie) => cookie.startsWith('n8n-auth=')))
		throw new Error(`n8n did not let its owner in: ${signedIn.status} ${await signedIn.text()}`);
	headers.cookie = cookies.join('; ');

	const client: RestClient = {
		cookie: cookies.find((cookie) => cookie.startsWith('n8n-auth=')) ?? '',
		call,
		async createCredential(name, data, type = 'apnsApi') {
			return text(await call('POST', '/credentials', { name, type, data }), 'id');
		},
		async updateCredential(id, name, data, type = 'apnsApi') {
			await call('PATCH', `/credentials/${id}`, { name, type, data });
		},
		async testCredential(id, data, type = 'apnsApi') {
			const result = await call('POST', '/credentials/test', {
				credentials: { id, name: 'APNs account', type, data },
			});
			return { status: text(result, 'status'), message: text(result, 'message') };
		},
		async createWorkflow(workflow) {
			const made = await call('POST', '/workflows', { settings: { executionOrder: 'v1' }, active: false, ...workflow });
			return { id: text(made, 'id'), versionId: text(made, 'versionId') };
		},
		async activate({ id, versionId }) {
			await call('POST', `/workflows/${id}/activate`, { versionId });
		},
		async publish(workflow) {
			const stored = await client.createWorkflow(workflow);
			await client.activate(stored);
			return stored;
		},
		async executions(workflowId) {
			const filter = encodeURIComponent(JSON.stringify({ workflowId }));
			const found = list(await call('GET', `/executions?filter=${filter}&limit=100`), 'results');
			return found.map((execution) => ({ id: text(execution, 'id'), status: text(execution, 'status') }));
		},
		async execution(id) {
			const found = await call('GET', `/executions/${id}`);
			const data: unknown = parse(text(found, 'data'));
			return { ...(isObject(found) ? found : {}), data };
		},
		async nodeTypes() {
			// The editor loads them as a static file.
			const { body } = await read(await send('GET', '/types/nodes.json'));
			return list(body);
		},
		async fire(path, body = {}, timeoutMs = 180_000) {
			const until = Date.now() + REGISTRATION_MS;
			for (;;) {
				const answer = await read(await send('POST', `/webhook/${path}`, body, timeoutMs));
				const unregistered = answer.status === 404 && text(answer.body, 'message').includes('not registered');
				if (!unregistered || Date.now() > until) return answer;
				await pause(100);
			}
		},
	};
	return client;
}
