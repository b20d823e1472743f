/** The editor in a browser: find the nodes, make the credential, fill in each form, map a field, run, and read results, hints and errors. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { INode } from 'n8n-workflow';
import { openEditor, type Theme } from '../application/browser';
import { EditorPage } from '../application/editorPage';
import { apns, BROADCAST, node, SEND, type Workflow, workflow } from '../application/workflows';
import { deviceToken } from '../deviceTokens';
import type { Group, Reporter } from '../runner';
import { type Ground, setStage, type Stage } from '../stage';

/** Takes a picture of the page under a name. */
type Shoot = (editor: EditorPage, name: string) => Promise<void>;

const START = 'When clicking ‘Execute workflow’';
const people = [
	{ name: 'Ann', deviceToken: deviceToken(1) },
	{ name: 'Bert', deviceToken: deviceToken(2) },
];

const start = (): INode => node(START, 'n8n-nodes-base.manualTrigger', {});

/** People with their devices, one item each. */
function devices(): INode {
	const names = people.map(({ name }) => name);
	const tokens = people.map((one) => one.deviceToken);
	return node(
		'Devices',
		'n8n-nodes-base.set',
		{
			mode: 'raw',
			jsonOutput: JSON.stringify({ title: 'Server down', text: 'web-3 does not answer', names, tokens }),
			options: {},
		},
		{ typeVersion: 3.4 },
	);
}

function sendWorkflow(stage: Stage, parameters: INode['parameters'], more: Partial<INode> = {}): Workflow {
	return workflow('Alert the team', [start(), devices(), apns(SEND, stage.credentialId, parameters, more)]);
}

async function opened(stage: Stage, editor: EditorPage, made: Workflow, name: string): Promise<void> {
	const { id } = await stage.app.rest.createWorkflow(made);
	await editor.openWorkflow(id);
	await editor.openNode(name);
}

async function findTheNodes(editor: EditorPage, shoot: Shoot, { check }: Reporter): Promise<void> {
	await check('both nodes are found by what people call them, APNs Send first', async () => {
		await editor.openNewWorkflow();
		await editor.openNodePanel();
		for (const word of ['APNs', 'push', 'iPhone', 'apple', 'notification', 'push notification']) {
			const found = await editor.search(word);
			const [send, broadcast] = ['APNs Send', 'APNs Broadcast'].map((name) => found.indexOf(name));
			assert(send !== undefined && send >= 0, `"${word}" finds ${found.join(', ')}`);
			if (broadcast !== undefined && broadcast >= 0) assert(send < broadcast, `"${word}" shows Broadcast first`);
		}
		await editor.search('iPhone');
		await shoot(editor, 'find-the-nodes');
	});
	await check('the first action of APNs Send is to send', async () => {
		await editor.openInPanel('APNs Send');
		await shoot(editor, 'actions');
		const ours = (await editor.actions()).filter((name) => !name.startsWith('On '));
		assert.equal(ours[0], 'Send push notification');
	});
}

const mistakes: ReadonlyArray<readonly [what: string, field: string, value: string, verdict: RegExp]> = [
	['a wrong Key ID', 'keyId', 'ZZZZZZZZZZ', /Key ID/],
	['a wrong Team ID', 'teamId', 'ZZZZZZZZZZ', /Team ID/],
	[
		'a truncated key',
		'privateKey',
		'-----BEGIN PRIVATE KEY-----\nMIGTAgEAMBMGByqGSM49AgEG',
		/Private Key|truncated|incomplete/i,
	],
	[
		'a certificate in place of the key',
		'privateKey',
		'-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----',
		/certificate/i,
	],
	['a bundle ID of another team', 'bundleId', 'com.example.other', /bundle ID/i],
	['an unknown host', 'host', 'no-such-host.invalid', /host/i],
];

async function makeTheCredential(
	stage: Stage,
	editor: EditorPage,
	shoot: Shoot,
	{ check, note }: Reporter,
): Promise<void> {
	const { credential } = stage.apns;
	const texts: Record<string, string> = {
		keyId: credential.keyId ?? '',
		teamId: credential.teamId ?? '',
		privateKey: credential.privateKey ?? '',
		bundleId: credential.bundleId,
		host: credential.host,
		port: String(credential.port),
		managementHost: credential.managementHost,
		managementPort: String(credential.managementPort),
		caBundle: credential.caBundle,
	};
	await check('a credential is made in the dialog, and its test succeeds', async () => {
		await opened(stage, editor, sendWorkflow(stage, {}), 'APNs Send');
		await editor.createCredential();
		await shoot(editor, 'credential-new');
		await editor.choose('environment', 'Development');
		await editor.switchOn('customEndpoint');
		for (const [name, text] of Object.entries(texts)) await editor.fill(name, text);
		assert.match(await editor.saveCredential(), /successful/);
		await editor.openCredential();
		await shoot(editor, 'credential-tested');
	});
	for (const [what, field, value, verdict] of mistakes)
		await check(`the test of the credential names ${what}`, async () => {
			await editor.fill(field, value);
			const said = await editor.saveCredential();
			await shoot(editor, `credential-${what.replaceAll(' ', '-')}`);
			await editor.fill(field, texts[field] ?? '');
			note(`${what}: ${said}`);
			assert.match(said, verdict);
			assert.doesNotMatch(said, /successful/);
		});
	await check('after the mistakes the good values work again', async () => {
		assert.match(await editor.saveCredential(), /successful/);
		await editor.closeCredential();
	});
}

async function sendAndRead(stage: Stage, editor: EditorPage, shoot: Shoot, { check, note }: Reporter): Promise<void> {
	const { simulator } = stage.apns;
	await check('a field dragged into the form becomes an expression, and the run shows each device', async () => {
		await opened(stage, editor, sendWorkflow(stage, { recipients: '={{ $json.tokens }}' }), 'APNs Send');
		await editor.executePrevious();
		await editor.drag('title', 'title');
		await editor.drag('text', 'body');
		const output = await editor.execute();
		assert.equal(output.error, undefined);
		assert.equal(output.rows.length, 2);
		note(`columns: ${output.columns.join(', ')}`);
		assert.deepEqual(output.columns.slice(0, 3), ['success', 'recipient', 'outcome']);
		const [request] = simulator.journal.requests.slice(-1);
		assert.deepEqual(request?.json, { aps: { alert: { title: 'Server down', body: 'web-3 does not answer' } } });
		await editor.dismissMessages();
		await shoot(editor, 'results');
	});
	await check('a rejected device shows with its reason and what to do, and a hint counts it', async () => {
		simulator.devices.unregister(deviceToken(2));
		const output = await editor.execute();
		const cells = output.rows.flat();
		assert(cells.includes('Unregistered'), JSON.stringify(output.rows));
		assert(output.hints.length > 0, 'there is no hint');
		note(`hints: ${output.hints.join(' | ')}`);
		await editor.dismissMessages();
		await shoot(editor, 'rejected');
		simulator.devices.register(deviceToken(2));
	});
	await check('what devices ignore is a hint', async () => {
		await editor.fill('title', '');
		await editor.fill('body', '');
		const output = await editor.execute();
		note(`hints: ${output.hints.join(' | ')} ${output.error ?? ''}`);
		await editor.dismissMessages();
		await shoot(editor, 'empty-alert');
		assert(output.hints.length > 0 || output.error !== undefined, 'an empty alert goes without a word');
	});
	await check('a wrong topic, a malformed payload and a revoked key are errors that say what to do', async () => {
		const wrong: ReadonlyArray<readonly [name: string, parameters: INode['parameters'], error: RegExp]> = [
			['wrong-topic', { topic: 'com.example.other' }, /topic|bundle ID/i],
			['malformed-json', { payloadType: 'json', payloadJson: '{ "aps": ' }, /JSON/],
			['no-device-token', { recipients: '' }, /Device Tokens/],
		];
		for (const [name, parameters, error] of wrong) {
			const all = { recipients: deviceToken(1), title: 'Hello', ...parameters };
			await opened(stage, editor, sendWorkflow(stage, all), 'APNs Send');
			const output = await editor.execute();
			await editor.dismissMessages();
			await shoot(editor, `error-${name}`);
			note(`${name}: ${(output.error ?? output.hints.join(' | ')).replaceAll('\n', ' ')}`);
			assert.match(output.error ?? '', error);
		}
	});
}

/** What the form asks for, beyond the device token, and a value for each. */
const forms: ReadonlyArray<readonly [type: string, fields: Readonly<Record<string, string>>]> = [
	['Alert', { title: 'Hello' }],
	['Background', { data: '{ "refresh": true }' }],
	['Complication', { payloadJson: '{ "steps": 7000 }' }],
	['Controls', {}],
	['File Provider', { containerIdentifier: 'NSFileProviderRootContainerItemIdentifier' }],
	['Live Activity', { contentState: '{ "minutes": 5 }' }],
	['Location', { payloadJson: '{}' }],
	['MDM', { pushMagic: '2C2D4F2A-6B7F-4A5E-9A55-0B1C7C1C7E21', topic: 'com.apple.mgmt.External.example' }],
	['Push to Talk', { payloadJson: '{ "speaker": "Ann" }' }],
	['VoIP', { payloadJson: '{ "caller": "Ann" }' }],
	['Widgets', {}],
];

async function everyPushType(stage: Stage, editor: EditorPage, shoot: Shoot, { check, note }: Reporter): Promise<void> {
	const { simulator } = stage.apns;
	const made = sendWorkflow(stage, { recipients: deviceToken(1) });
	await opened(stage, editor, made, 'APNs Send');
	for (const [type, fields] of forms)
		await check(`the form of ${type} is filled in and sent`, async () => {
			await editor.choose('pushType', type);
			note(`${type}: ${(await editor.labels()).join(', ')}`);
			for (const [name, value] of Object.entries(fields)) await editor.fill(name, value);
			const before = simulator.journal.requests.length;
			const output = await editor.execute();
			await editor.dismissMessages();
			await shoot(editor, `type-${type.toLowerCase().replaceAll(' ', '-')}`);
			const said = `${output.error ?? ''} ${JSON.stringify(output.rows)}`;
			assert.equal(simulator.journal.requests.length, before + 1, said);
			if (type !== 'MDM') assert(output.rows[0]?.includes('accepted'), said);
			if (fields.topic !== undefined) await editor.fill('topic', '');
		});
}

async function broadcasts(stage: Stage, editor: EditorPage, shoot: Shoot, { check, note }: Reporter): Promise<void> {
	await check('a channel is picked from the list, and the broadcast is sent', async () => {
		const create = apns(BROADCAST, stage.credentialId, { resource: 'channel', operation: 'create' });
		await opened(stage, editor, workflow('Channel', [start(), { ...create, name: 'Create' }]), 'Create');
		await editor.execute();
		await shoot(editor, 'channel-created');
		const send = apns(BROADCAST, stage.credentialId, { resource: 'broadcast', operation: 'send' });
		await opened(stage, editor, workflow('Broadcast', [start(), { ...send, name: 'Score' }]), 'Score');
		const channels = await editor.listOf('channelId');
		note(`channels: ${channels.join(' | ').replaceAll('\n', ' ')}`);
		await shoot(editor, 'channel-list');
		await editor.pick(0);
		await editor.fill('contentState', '{ "home": 1, "away": 0 }');
		const output = await editor.execute();
		await editor.dismissMessages();
		await shoot(editor, 'broadcast');
		assert.equal(output.error, undefined);
		assert(output.rows[0]?.includes('accepted'), JSON.stringify(output));
	});
	await check('Check Connection shows what it found', async () => {
		await opened(stage, editor, sendWorkflow(stage, { operation: 'checkConnection' }), 'APNs Send');
		const output = await editor.execute();
		await editor.dismissMessages();
		await shoot(editor, 'check-connection');
		assert.equal(output.error, undefined);
		note(`columns: ${output.columns.join(', ')}`);
	});
}

async function darkTheme(stage: Stage, editor: EditorPage, shoot: Shoot, { check }: Reporter): Promise<void> {
	await check('the dark theme shows its own icon, form and results', async () => {
		await editor.openNewWorkflow();
		await editor.openNodePanel();
		await editor.search('iPhone');
		await shoot(editor, 'find-the-nodes');
		const filled = { recipients: '={{ $json.tokens }}', title: '={{ $json.title }}', body: '={{ $json.text }}' };
		await opened(stage, editor, sendWorkflow(stage, filled), 'APNs Send');
		await editor.executePrevious();
		const output = await editor.execute();
		await editor.dismissMessages();
		await shoot(editor, 'results');
		assert.equal(output.rows.length, 2);
	});
}

export function editorGroup(ground: Ground, pictures: string): Group {
	return {
		name: 'editor',
		title: `n8n ${ground.n8n.version}, the editor in Chromium`,
		async run(reporter) {
			const stage = await setStage(ground);
			try {
				const browser = await openEditor(ground.programs, stage.app);
				try {
					mkdirSync(pictures, { recursive: true });
					const on = async (theme: Theme): Promise<readonly [EditorPage, Shoot]> => [
						new EditorPage(await browser.page(theme), stage.app.url),
						async ({ page }, name) =>
							void (await page.screenshot({ path: path.join(pictures, `${name}-${theme}.png`) })),
					];
					const [light, shootLight] = await on('light');
					await findTheNodes(light, shootLight, reporter);
					await makeTheCredential(stage, light, shootLight, reporter);
					await sendAndRead(stage, light, shootLight, reporter);
					await everyPushType(stage, light, shootLight, reporter);
					await broadcasts(stage, light, shootLight, reporter);
					const [dark, shootDark] = await on('dark');
					await darkTheme(stage, dark, shootDark, reporter);
					reporter.note(`pictures: ${pictures}`);
				} finally {
					await browser.close();
				}
			} finally {
				await stage.end();
			}
		},
	};
}
