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
import { type Ground, setStage, type Stage, stored } from '../stage';

/** Takes a picture of the page under a name, or of a part of it. */
type Shoot = (editor: EditorPage, name: string, part?: string) => Promise<void>;

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
		await shoot(editor, 'node-panel', '[data-test-id="node-creator"]');
	});
	await check('the first action of APNs Send is to send, and picking it adds the node', async () => {
		await editor.openInPanel('APNs Send');
		await shoot(editor, 'actions');
		const ours = (await editor.actions()).filter((name) => !name.startsWith('On '));
		assert.deepEqual(ours, ['Send push notification', 'Check connection to APNs', 'Get connection statistics']);
		await editor.addAction('Send push notification');
		await shoot(editor, 'added');
		assert.deepEqual((await editor.labels()).slice(0, 4), ['Operation', 'Device Tokens', 'Push Type', 'Topic']);
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
		const { works, message } = await editor.saveCredential();
		assert(works, message);
		await editor.openWorkingCredential();
		await shoot(editor, 'credential-tested');
	});
	for (const [what, field, value, verdict] of mistakes)
		await check(`the test of the credential names ${what}`, async () => {
			await editor.fill(field, value);
			const { works, message } = await editor.saveCredential();
			await editor.dismissMessages();
			await shoot(editor, `credential-${what.replaceAll(' ', '-')}`);
			await editor.fill(field, texts[field] ?? '');
			note(`${what}: ${message}`);
			assert.match(message, verdict);
			assert(!works);
		});
	await check('after the mistakes the good values work again', async () => {
		const { works, message } = await editor.saveCredential();
		assert(works, message);
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
	await check('a device token that is missing is marked in the form, and n8n does not start', async () => {
		await opened(stage, editor, sendWorkflow(stage, {}), 'APNs Send');
		assert.match(await editor.executeInVain(), /"Device Tokens" is required/);
		await shoot(editor, 'error-no-device-token');
		await editor.dismissMessages();
	});
	await check('what devices ignore is a hint', async () => {
		await editor.fill('recipients', deviceToken(1));
		const { hints } = await editor.execute();
		await editor.dismissMessages();
		await shoot(editor, 'empty-alert');
		assert.deepEqual(hints, [
			"The payload has no alert, badge or sound, so the device shows nothing. Fill in 'Title', 'Body', 'Badge' or 'Sound'.",
		]);
	});
}

/** One of each kind: of the field, of the topic, of the credential, of the network. */
const failures: ReadonlyArray<readonly [name: string, change: Failure, error: RegExp]> = [
	['device-token', { parameters: { recipients: 'Ann' } }, /^'Device Tokens' contains .*\nA device token only/],
	['payload', { parameters: { payloadType: 'json', payloadJson: '{ "aps": ' } }, /^'JSON' is not valid JSON.*\nCheck/],
	['topic', { parameters: { topic: 'com.example.other' } }, /\(TopicDisallowed\)\.\nCheck that the bundle ID/],
	['key', { credential: 'Revoked key' }, /\(InvalidProviderToken\)\.\nCompare 'Key ID'/],
	['network', { credential: 'Closed port' }, /^127\.0\.0\.1:9: nothing accepts connections.*\nCheck the host and port/],
];

interface Failure {
	readonly parameters?: INode['parameters'];
	readonly credential?: keyof WrongCredentials;
}

/** Ids of stored credentials, by their names. */
type WrongCredentials = Readonly<Record<'Revoked key' | 'Closed port', string>>;

/** Before the editor loads: a page knows the credentials that were there then. */
async function wrongCredentials({ app, apns: { credential } }: Stage): Promise<WrongCredentials> {
	const good = stored(credential);
	return {
		'Revoked key': await app.rest.createCredential('Revoked key', { ...good, keyId: 'ZZZZZZZZZZ' }),
		'Closed port': await app.rest.createCredential('Closed port', { ...good, port: 9 }),
	};
}

async function failing(
	stage: Stage,
	editor: EditorPage,
	credentials: WrongCredentials,
	{ parameters = {}, credential }: Failure,
): Promise<string | undefined> {
	const all = { recipients: deviceToken(1), title: 'Hello', ...parameters };
	const send = apns(SEND, credential === undefined ? stage.credentialId : credentials[credential], all);
	await opened(stage, editor, workflow('Alert the team', [start(), send]), 'APNs Send');
	const { error } = await editor.execute();
	await editor.dismissMessages();
	return error;
}

async function eachKindOfError(
	stage: Stage,
	editor: EditorPage,
	credentials: WrongCredentials,
	shoot: Shoot,
	{ check, note }: Reporter,
): Promise<void> {
	for (const [name, failure, expected] of failures)
		await check(`an error of the ${name.replace('-', ' ')} says what happened and what to do`, async () => {
			const error = await failing(stage, editor, credentials, failure);
			await shoot(editor, `error-${name}`);
			note(`${name}: ${(error ?? 'no error').replaceAll('\n', ' ')}`);
			assert.match(error ?? '', expected);
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
	['Push to Talk', { payloadJson: '{ "speaker": "Ann" }' }],
	['VoIP', { payloadJson: '{ "caller": "Ann" }' }],
	['Widgets', {}],
	// With a signing key, as here, APNs refuses the topic. Last, since the topic stays in the form.
	['MDM', { pushMagic: '2C2D4F2A-6B7F-4A5E-9A55-0B1C7C1C7E21', topic: 'com.apple.mgmt.External.example' }],
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
			simulator.journal.clear();
			const output = await editor.execute();
			await editor.dismissMessages();
			await shoot(editor, `type-${type.toLowerCase().replaceAll(' ', '-')}`);
			const said = `${output.error ?? ''} ${JSON.stringify(output.rows)}`;
			assert(simulator.journal.requests.length > 0, said);
			if (type === 'MDM') assert.match(output.error ?? '', /TopicDisallowed/);
			else assert(output.rows[0]?.includes('accepted'), said);
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

async function darkTheme(
	stage: Stage,
	editor: EditorPage,
	credentials: WrongCredentials,
	shoot: Shoot,
	{ check }: Reporter,
): Promise<void> {
	await check('the dark theme shows its own icon, form and results', async () => {
		await editor.openNewWorkflow();
		await editor.openNodePanel();
		await editor.search('iPhone');
		await shoot(editor, 'find-the-nodes');
		await shoot(editor, 'node-panel', '[data-test-id="node-creator"]');
		const filled = { recipients: '={{ $json.tokens }}', title: '={{ $json.title }}', body: '={{ $json.text }}' };
		await opened(stage, editor, sendWorkflow(stage, filled), 'APNs Send');
		stage.apns.simulator.devices.unregister(deviceToken(2));
		const output = await editor.execute();
		await editor.dismissMessages();
		await shoot(editor, 'rejected');
		assert.equal(output.rows.length, 2);
		await editor.choose('pushType', 'Live Activity');
		await shoot(editor, 'type-live-activity');
		await editor.openCredential();
		await shoot(editor, 'credential');
		await editor.closeCredential();
	});
	await check('the dark theme shows an error', async () => {
		await failing(stage, editor, credentials, { credential: 'Revoked key' });
		await shoot(editor, 'error-key');
	});
}

/** What a part of the checks gets: a page of one theme, and credentials that do not work. */
type Part = (
	stage: Stage,
	editor: EditorPage,
	credentials: WrongCredentials,
	shoot: Shoot,
	reporter: Reporter,
) => Promise<void>;

async function lightTheme(...[stage, editor, credentials, shoot, reporter]: Parameters<Part>): Promise<void> {
	await findTheNodes(editor, shoot, reporter);
	await makeTheCredential(stage, editor, shoot, reporter);
	await sendAndRead(stage, editor, shoot, reporter);
	await eachKindOfError(stage, editor, credentials, shoot, reporter);
	await everyPushType(stage, editor, shoot, reporter);
	await broadcasts(stage, editor, shoot, reporter);
}

async function inTheme(ground: Ground, pictures: string, theme: Theme, part: Part, reporter: Reporter): Promise<void> {
	const stage = await setStage(ground);
	try {
		const credentials = await wrongCredentials(stage);
		const browser = await openEditor(ground.programs, stage.app);
		try {
			mkdirSync(pictures, { recursive: true });
			const editor = new EditorPage(await browser.page(theme), stage.app.url);
			const shoot: Shoot = async ({ page }, name, element) => {
				const box = element === undefined ? null : await page.locator(element).first().boundingBox();
				// Below that, a list is empty.
				const clip = box === null ? undefined : { ...box, height: Math.min(box.height, 300) };
				await page.screenshot({ path: path.join(pictures, `${name}-${theme}.png`), clip });
			};
			await part(stage, editor, credentials, shoot, reporter);
			reporter.note(`pictures: ${pictures}`);
		} finally {
			await browser.close();
		}
	} finally {
		await stage.end();
	}
}

/** All that a user does there. */
export function editorGroup(ground: Ground, pictures: string): Group {
	return {
		name: 'editor',
		title: `n8n ${ground.n8n.version}, the editor in Chromium`,
		run: async (reporter) => await inTheme(ground, pictures, 'light', lightTheme, reporter),
	};
}

/** What looks different in the dark. */
export function darkEditorGroup(ground: Ground, pictures: string): Group {
	return {
		name: 'editor-dark',
		title: `n8n ${ground.n8n.version}, the editor in the dark theme`,
		run: async (reporter) => await inTheme(ground, pictures, 'dark', darkTheme, reporter),
	};
}
