/** APNs Send as a tool of n8n's own agent, with a model that follows a script: what the model is offered and what it gets back, word for word. */
import assert from 'node:assert/strict';
import type { INode } from 'n8n-workflow';
import { items } from '../answers';
import { type Question, type ScriptedModel, startScriptedModel } from '../application/scriptedModel';
import { apns, node, SEND, webhook, type Workflow, workflow } from '../application/workflows';
import { deviceToken } from '../deviceTokens';
import type { Group, Reporter } from '../runner';
import { type Ground, setStage, type Stage } from '../stage';

const PATH = 'agent';

/** What the model reads, to the letter. */
const words = {
	accepted: 'APNs accepted the push.',
	gone: 'APNs accepted 1 of 2 pushes. It rejected 1. 1 × The device token is no longer active for the topic. The app was removed, or the device has a new token. Delete this device token, unless the device registered it again after the time in unregisteredAt.',
	// n8n hands the model the message of an error, not its description.
	noToken: "'Device Tokens' contains an entry that is not hexadecimal.",
	revoked:
		'The provider token is not valid. The key, key ID and team ID do not match, or the key was revoked. (InvalidProviderToken)',
} as const;

/** A field the model fills in, as the sparkle button of the editor writes it. */
const fromModel = (name: string, description: string): string =>
	`={{ $fromAI('${name}', '${description}', 'string') }}`;

function agentWorkflow(modelCredentialId: string, credentialId: string): Workflow {
	const agent = node(
		'AI Agent',
		'@n8n/n8n-nodes-langchain.agent',
		{ promptType: 'define', text: '={{ $json.body.text }}', options: {} },
		{ typeVersion: 3 },
	);
	const model = node(
		'Model',
		'@n8n/n8n-nodes-langchain.lmChatOpenAi',
		{ model: { __rl: true, mode: 'id', value: 'scripted' }, options: { maxRetries: 0 } },
		{ typeVersion: 1.2, credentials: { openAiApi: { id: modelCredentialId, name: 'Model' } } },
	);
	const tool: INode = {
		...apns(SEND, credentialId, {
			recipients: fromModel('device_tokens', 'Device tokens, separated by commas'),
			title: fromModel('title', 'Title of the notification'),
		}),
		// n8n registers a node that is usable as a tool a second time under this name.
		type: `${SEND}Tool`,
	};
	return workflow(
		'Agent',
		[webhook(PATH), agent, model, tool],
		[
			{ from: 'Webhook', to: 'AI Agent' },
			{ from: 'Model', to: 'AI Agent', type: 'ai_languageModel' },
			{ from: 'APNs Send', to: 'AI Agent', type: 'ai_tool' },
		],
	);
}

/** What the tool told the model in the question that followed its call. */
function toolAnswer(questions: readonly Question[]): unknown {
	const message = questions[1]?.messages.find(({ role }) => role === 'tool');
	assert(message !== undefined, `the model got no answer of its tool: ${JSON.stringify(questions)}`);
	const content = String(message.content);
	try {
		return JSON.parse(content);
	} catch {
		return content;
	}
}

async function calls({ app }: Stage, model: ScriptedModel, tokens: string): Promise<unknown> {
	model.script([{ call: 'APNs_Send', with: { device_tokens: tokens, title: 'Build is green' } }, { say: 'Done.' }]);
	assert.deepEqual(items(await app.rest.fire(PATH, { text: 'Tell Ann that the build is green' })), [
		{ output: 'Done.' },
	]);
	return toolAnswer(model.questions);
}

async function runChecks(stage: Stage, model: ScriptedModel, { check }: Reporter): Promise<void> {
	const { simulator, credential } = stage.apns;
	await check('the model is offered the node with the fields it may fill in', async () => {
		await calls(stage, model, deviceToken(1));
		const text = (description: string) => ({ type: 'string', description });
		const properties = {
			device_tokens: text('Device tokens, separated by commas'),
			title: text('Title of the notification'),
		};
		const [tool, ...others] = model.questions[0]?.tools ?? [];
		assert.deepEqual(others, []);
		const offered = tool?.function as Record<string, unknown> | undefined;
		const parameters = offered?.parameters as Record<string, unknown> | undefined;
		assert.deepEqual(
			{ name: offered?.name, description: offered?.description, properties: parameters?.properties },
			{ name: 'APNs_Send', description: 'Send push notifications to Apple devices', properties },
		);
	});
	await check('an accepted push: the model reads one summary', async () => {
		const [answer, ...others] = (await calls(stage, model, deviceToken(2))) as Array<Record<string, unknown>>;
		assert.deepEqual(others, []);
		assert.deepEqual(simulator.journal.requests.at(-1)?.json, { aps: { alert: { title: 'Build is green' } } });
		const apnsId = simulator.journal.requests.at(-1)?.answer?.headers['apns-id'];
		assert.deepEqual(answer?.apnsIds, [apnsId]);
		assert.equal(answer.message, words.accepted);
	});
	await check('a device that is gone: the model reads what to do', async () => {
		simulator.devices.unregister(deviceToken(3));
		const [answer] = (await calls(stage, model, `${deviceToken(3)}, ${deviceToken(4)}`)) as Array<
			Record<string, unknown>
		>;
		assert.equal(answer?.message, words.gone);
		assert.deepEqual(answer.tokensToDelete, [deviceToken(3)]);
	});
	await check('a token that is none: the model reads what is wrong with it', async () => {
		const [answer] = (await calls(stage, model, 'Ann')) as Array<Record<string, unknown>>;
		assert.deepEqual(answer, { error: words.noToken });
	});
	await check('a key that was revoked: the model reads the cause, and the agent goes on', async () => {
		simulator.rotateKeys(credential.teamId ?? '');
		const answer = await calls(stage, model, deviceToken(5));
		assert.deepEqual(answer, [{ error: words.revoked }]);
	});
}

export function agentGroup(ground: Ground): Group {
	return {
		name: 'agent',
		title: `n8n ${ground.n8n.version}, the node as a tool of an AI agent`,
		async run(reporter) {
			const model = await startScriptedModel();
			try {
				const stage = await setStage(ground);
				try {
					const { rest } = stage.app;
					const modelId = await rest.createCredential('Model', { apiKey: 'none', url: model.url }, 'openAiApi');
					await rest.publish(agentWorkflow(modelId, stage.credentialId));
					await runChecks(stage, model, reporter);
				} finally {
					await stage.end();
				}
			} finally {
				await model.close();
			}
		},
	};
}
