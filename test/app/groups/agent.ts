/** Both nodes as tools of n8n's own agent, with a model that follows a script: what the model is offered and what it gets back, word for word. */
import assert from 'node:assert/strict';
import type { INode } from 'n8n-workflow';
import { type Item, items } from '../answers';
import { type Question, type ScriptedModel, startScriptedModel } from '../application/scriptedModel';
import { apns, BROADCAST, node, SEND, webhook, type Workflow, workflow } from '../application/workflows';
import { deviceToken } from '../deviceTokens';
import type { Group, Reporter } from '../runner';
import { type Ground, setStage, type Stage, storedWithKey } from '../stage';

/** What the model reads, to the letter. */
const words = {
	accepted: 'APNs accepted the push.',
	gone: 'APNs accepted 1 of 2 pushes. It rejected 1. 1 × The device token is no longer active for the topic. The app was removed, or the device has a new token. Delete this device token, unless the device registered it again after the time in unregisteredAt.',
	noToken:
		"APNs accepted none. 1 was not sent. 1 × 'Device Tokens' contains an entry that is not hexadecimal. A device token only contains the digits 0-9 and the letters a-f. Use it as the app prints it.",
	revoked:
		"APNs accepted none. It rejected 1. 1 × The provider token is not valid. The key, key ID and team ID do not match, or the key was revoked. Compare 'Key ID' and 'Team ID' with the Apple Developer portal, and check that the key has not been revoked. If it has, create a new key and add it to the credential.",
	noChannel: 'The channel does not exist in this app and environment.',
	noChannelAdvice:
		"Check 'Bundle ID' and 'Environment'. Development and production have separate channels, and a deleted channel cannot be restored.",
	badChannel: `'Channel' is not a channel ID: "the match".`,
	badChannelAdvice: 'Use the ID that APNs returned when the channel was created, such as dHN0LXNyY2gtY2hubA==.',
} as const;

/** The tool's answer about one push that was accepted; the others differ from it in what they name. */
const summary = {
	success: true,
	message: words.accepted,
	total: 1,
	accepted: 1,
	rejected: 0,
	notSent: 0,
	unknown: 0,
	duplicates: 0,
	reasons: {},
	tokensToDelete: [],
	unregistered: [],
	tokensToCheck: [],
	unknownTokens: [],
	apnsIds: [],
	pushType: 'alert',
	topic: 'com.example.app',
	environment: 'development',
};

/** A field the model fills in, as the sparkle button of the editor writes it. */
const fromModel = (name: string, description: string): string =>
	`={{ $fromAI('${name}', '${description}', 'string') }}`;

/** A webhook that hands its text to an agent with one tool. */
function agentWorkflow(path: string, modelCredentialId: string, tool: INode): Workflow {
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
	return workflow(
		`Agent at ${path}`,
		// n8n registers a node that is usable as a tool a second time under this name.
		[webhook(path), agent, model, { ...tool, type: `${tool.type}Tool` }],
		[
			{ from: 'Webhook', to: 'AI Agent' },
			{ from: 'Model', to: 'AI Agent', type: 'ai_languageModel' },
			{ from: tool.name, to: 'AI Agent', type: 'ai_tool' },
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

/** Who asks, with what, and what the model is offered and told. */
interface Scene {
	readonly stage: Stage;
	readonly model: ScriptedModel;
	/** The webhook of the agent. */
	readonly path: string;
	/** The tool's name, as the model calls it. */
	readonly tool: string;
}

/** Has the model call its tool with these arguments; returns what it was told. The agent must go on afterwards. */
async function call({ stage, model, path, tool }: Scene, given: Readonly<Record<string, unknown>>): Promise<unknown> {
	model.script([{ call: tool, with: given }, { say: 'Done.' }]);
	assert.deepEqual(items(await stage.app.rest.fire(path, { text: 'Tell Ann that the build is green' })), [
		{ output: 'Done.' },
	]);
	return toolAnswer(model.questions);
}

/** Name, description and arguments of the one tool the model was offered. */
function offeredTool({ questions }: ScriptedModel): unknown {
	const [tool, ...others] = questions[0]?.tools ?? [];
	assert.deepEqual(others, []);
	const offered = tool?.function as Record<string, unknown> | undefined;
	const parameters = offered?.parameters as Record<string, unknown> | undefined;
	return { name: offered?.name, description: offered?.description, properties: parameters?.properties };
}

const text = (description: string) => ({ type: 'string', description });

async function sending(stage: Stage, model: ScriptedModel, modelId: string, { check }: Reporter): Promise<void> {
	const { simulator, credential } = stage.apns;
	const scene = { stage, model, path: 'agent', tool: 'APNs_Send' };
	const send = apns(SEND, stage.credentialId, {
		recipients: fromModel('device_tokens', 'Device tokens, separated by commas'),
		title: fromModel('title', 'Title of the notification'),
	});
	await stage.app.rest.publish(agentWorkflow(scene.path, modelId, send));
	const push = async (tokens: string): Promise<unknown> =>
		await call(scene, { device_tokens: tokens, title: 'Build is green' });
	const apnsIds = (last: number): unknown[] =>
		simulator.journal.requests.slice(-last).map(({ answer }) => answer?.headers['apns-id']);

	await check('Send: the model is offered the node with the fields it may fill in', async () => {
		await push(deviceToken(1));
		assert.deepEqual(offeredTool(model), {
			name: 'APNs_Send',
			description: 'Send push notifications to Apple devices',
			properties: {
				device_tokens: text('Device tokens, separated by commas'),
				title: text('Title of the notification'),
			},
		});
	});
	await check('Send: of an accepted push the model reads one summary', async () => {
		const answer = await push(deviceToken(2));
		assert.deepEqual(simulator.journal.requests.at(-1)?.json, { aps: { alert: { title: 'Build is green' } } });
		assert.deepEqual(answer, [{ ...summary, apnsIds: apnsIds(1) }]);
	});
	await check('Send: of a device that is gone the model reads what to do', async () => {
		const at = Date.now() - 1000;
		simulator.devices.unregister(deviceToken(3), at);
		const answer = await push(`${deviceToken(3)}, ${deviceToken(4)}`);
		assert.deepEqual(answer, [
			{
				...summary,
				success: false,
				message: words.gone,
				total: 2,
				rejected: 1,
				reasons: { Unregistered: 1 },
				tokensToDelete: [deviceToken(3)],
				unregistered: [{ recipient: deviceToken(3), unregisteredAt: new Date(at).toISOString() }],
				apnsIds: apnsIds(2),
			},
		]);
	});
	await check(
		'Send: of a token that is none the model reads what is wrong with it, and the agent goes on',
		async () => {
			const [answer] = (await push('Ann')) as Item[];
			assert.equal(answer?.message, words.noToken);
			assert.deepEqual([answer.success, answer.accepted, answer.notSent], [false, 0, 1]);
		},
	);
	await check('Send: of a key that was revoked the model reads the cause, and the agent goes on', async () => {
		const key = simulator.rotateKeys(credential.teamId ?? '');
		const [answer] = (await push(deviceToken(5))) as Item[];
		assert.equal(answer?.message, words.revoked);
		await stage.app.rest.updateCredential(stage.credentialId, 'APNs account', storedWithKey(credential, key));
		const [sent] = (await push(deviceToken(6))) as Item[];
		assert.equal(sent?.message, words.accepted);
	});
}

async function broadcasting(stage: Stage, model: ScriptedModel, modelId: string, { check }: Reporter): Promise<void> {
	const { simulator } = stage.apns;
	const scene = { stage, model, path: 'agent-broadcast', tool: 'APNs_Broadcast' };
	const broadcast = apns(BROADCAST, stage.credentialId, {
		resource: 'broadcast',
		operation: 'send',
		// The list of channels is for people: a model fills in the id.
		channelId: { __rl: true, mode: 'id', value: fromModel('channel_id', 'ID of the channel') },
		event: 'update',
		contentState: fromModel('content_state', 'The new state as JSON'),
	});
	await stage.app.rest.publish(agentWorkflow(scene.path, modelId, broadcast));
	const update = async (channel: string): Promise<Item> => {
		const [answer, ...others] = (await call(scene, { channel_id: channel, content_state: '{"home":1}' })) as Item[];
		assert.deepEqual(others, []);
		assert(answer !== undefined);
		return answer;
	};
	const channelId = await makeChannel(stage);

	await check('Broadcast: the model is offered the node with the fields it may fill in', async () => {
		await update(channelId);
		assert.deepEqual(offeredTool(model), {
			name: 'APNs_Broadcast',
			// n8n makes it of the action, where a node has resources.
			description: 'Send broadcast to channel in APNs Broadcast',
			properties: { channel_id: text('ID of the channel'), content_state: text('The new state as JSON') },
		});
	});
	await check('Broadcast: of an accepted one the model reads its result', async () => {
		const { apnsUniqueId: _unique, ...answer } = await update(channelId);
		const request = simulator.journal.requests.at(-1);
		assert.deepEqual((request?.json as { aps: Item }).aps['content-state'], { home: 1 });
		assert.deepEqual(answer, {
			success: true,
			channelId,
			outcome: 'accepted',
			reason: null,
			message: null,
			advice: null,
			status: 200,
			bundleId: 'com.example.app',
			pushType: 'liveactivity',
			environment: 'development',
			requestId: request?.answer?.headers['apns-request-id'],
			attempts: 1,
		});
	});
	await check('Broadcast: of a channel that is gone the model reads what to do, and the agent goes on', async () => {
		const gone = Buffer.alloc(16, 7).toString('base64');
		const { success, reason, message, advice } = await update(gone);
		assert.deepEqual(
			{ success, reason, message, advice },
			{ success: false, reason: 'ChannelNotRegistered', message: words.noChannel, advice: words.noChannelAdvice },
		);
	});
	await check('Broadcast: of an ID that is none the model reads what is wrong with it', async () => {
		const { success, message, advice } = await update('the match');
		assert.deepEqual(
			{ success, message, advice },
			{ success: false, message: words.badChannel, advice: words.badChannelAdvice },
		);
	});
}

/** Creates a channel as a workflow does; returns its id. */
async function makeChannel(stage: Stage): Promise<string> {
	const create = apns(BROADCAST, stage.credentialId, { resource: 'channel', operation: 'create' });
	await stage.app.rest.publish(workflow('Make a channel', [webhook('make-channel'), create]));
	const [made] = items(await stage.app.rest.fire('make-channel'));
	return String(made?.channelId);
}

export function agentGroup(ground: Ground): Group {
	return {
		name: 'agent',
		title: `n8n ${ground.n8n.version}, the nodes as tools of an AI agent`,
		async run(reporter) {
			const model = await startScriptedModel();
			try {
				const stage = await setStage(ground);
				try {
					const { rest } = stage.app;
					const modelId = await rest.createCredential('Model', { apiKey: 'none', url: model.url }, 'openAiApi');
					await sending(stage, model, modelId, reporter);
					await broadcasting(stage, model, modelId, reporter);
				} finally {
					await stage.end();
				}
			} finally {
				await model.close();
			}
		},
	};
}
