/** One n8n process: both nodes through production webhooks, the credential's test, 1,000 executions, a changed credential, a stop and a start. */
import assert from 'node:assert/strict';
import type { INode } from 'n8n-workflow';
import { count, type Item, items } from '../answers';
import { apns, BROADCAST, node, SEND, webhook, type Wire, type Workflow, workflow } from '../application/workflows';
import { deviceToken } from '../deviceTokens';
import type { Group, Reporter } from '../runner';
import { alert, sendingWorkflow } from '../sending';
import { type Ground, setStage, type Stage, stored, storedWithKey } from '../stage';
import { inWaves } from '../waves';

/** Success and error output lead to nodes of their own, which say which way an item came. */
function errorOutputWorkflow(path: string, credentialId: string): Workflow {
	const mark = (name: string, way: string): INode =>
		node(
			name,
			'n8n-nodes-base.set',
			{
				mode: 'manual',
				includeOtherFields: true,
				assignments: { assignments: [{ id: way, name: 'way', value: way, type: 'string' }] },
				options: {},
			},
			{ typeVersion: 3.4 },
		);
	const wires: Wire[] = [
		{ from: 'Webhook', to: 'APNs Send' },
		{ from: 'APNs Send', to: 'Sent' },
		{ from: 'APNs Send', output: 1, to: 'Failed' },
		{ from: 'Sent', to: 'All' },
		{ from: 'Failed', to: 'All' },
	];
	const send = apns(SEND, credentialId, alert, { onError: 'continueErrorOutput' });
	const all = node('All', 'n8n-nodes-base.merge', { mode: 'append' }, { typeVersion: 3 });
	const made = workflow(
		`Error output at ${path}`,
		[webhook(path), send, mark('Sent', 'sent'), mark('Failed', 'failed'), all],
		wires,
	);
	const second = made.connections.Failed?.main?.[0]?.[0];
	if (second !== undefined) second.index = 1;
	return made;
}

async function theCredentialTest(stage: Stage, { check }: Reporter): Promise<void> {
	const good = stored(stage.apns.credential);
	await check('the credential test succeeds with a good credential', async () => {
		const result = await stage.app.rest.testCredential(stage.credentialId, good);
		assert.equal(result.status, 'OK', result.message);
	});
	await check('the credential test names the cause when APNs refuses the key', async () => {
		const result = await stage.app.rest.testCredential(stage.credentialId, { ...good, keyId: 'ZZZZZZZZZZ' });
		assert.equal(result.status, 'Error');
		assert.match(result.message, /Key ID/);
	});
	await check('the credential test names the cause when the key cannot be read', async () => {
		const result = await stage.app.rest.testCredential(stage.credentialId, { ...good, privateKey: 'c2VjcmV0IHdvcmRz' });
		assert.equal(result.status, 'Error');
		assert.match(result.message, /key/i);
		assert.doesNotMatch(result.message, /c2VjcmV0/);
	});
}

/** Since 2.34 n8n takes an item with `error`, `message` and `details` for a failed one; before, only one without details. */
function movesDetails(version: string): boolean {
	const [major = 0, minor = 0] = version.split('.').map(Number);
	return major > 2 || (major === 2 && minor >= 34);
}

async function bothNodes(stage: Stage, version: string, { check }: Reporter): Promise<void> {
	const { rest } = stage.app;
	const { simulator } = stage.apns;
	await rest.publish(sendingWorkflow('send', stage.credentialId));
	await rest.publish(errorOutputWorkflow('error-output', stage.credentialId));

	await check('the editor knows both nodes', async () => {
		const names = (await rest.nodeTypes()).map(({ name }) => name);
		for (const name of [SEND, BROADCAST]) assert(names.includes(name), `${name} is missing`);
	});
	await check('a webhook sends a push, and its result comes back', async () => {
		const [item, ...others] = items(await rest.fire('send', { tokens: deviceToken(1), title: 'Hello' }));
		assert.deepEqual(others, []);
		assert.deepEqual(
			{ success: item?.success, outcome: item?.outcome, status: item?.status, deviceToken: item?.deviceToken },
			{ success: true, outcome: 'accepted', status: 200, deviceToken: deviceToken(1) },
		);
		assert.deepEqual(simulator.journal.requests.at(-1)?.json, { aps: { alert: { title: 'Hello' } } });
	});
	await check('a refused device is an item with its reason, and the others are sent', async () => {
		simulator.devices.unregister(deviceToken(3));
		const tokens = [2, 3, 4].map(deviceToken);
		const results = items(await rest.fire('send', { tokens, title: 'Hello' }));
		assert.deepEqual(
			results.map(({ deviceToken: token, outcome, reason }) => [token, outcome, reason]),
			[
				[deviceToken(2), 'accepted', null],
				[deviceToken(3), 'rejected', 'Unregistered'],
				[deviceToken(4), 'accepted', null],
			],
		);
	});
	const moved = movesDetails(version);
	const failedWay = moved ? 'failed' : 'sent';
	await check(
		`with the error output, what failed leaves there${moved ? '' : ' not yet: n8n 2.34 moves it'}`,
		async () => {
			const tokens = [2, 3, 4].map(deviceToken);
			const results = items(await rest.fire('error-output', { tokens, title: 'Hello' }));
			const ways = results.map(({ way, deviceToken: token, details }) => [
				way,
				token ?? (details as Item | undefined)?.deviceToken,
			]);
			assert.deepEqual(ways, [
				['sent', deviceToken(2)],
				['sent', deviceToken(4)],
				[failedWay, deviceToken(3)],
			]);
		},
	);
	await check('a channel is created, gets a broadcast and is deleted', async () => {
		const channel = (operation: string, parameters: INode['parameters'] = {}): INode => ({
			...apns(BROADCAST, stage.credentialId, { resource: 'channel', operation, ...parameters }),
			name: operation,
		});
		const id = { __rl: true, mode: 'id', value: "={{ $('create').item.json.channelId }}" };
		const broadcast: INode = {
			...apns(BROADCAST, stage.credentialId, {
				resource: 'broadcast',
				operation: 'send',
				channelId: id,
				event: 'update',
				contentState: '{ "home": 1 }',
				options: {},
			}),
			name: 'broadcast',
		};
		await rest.publish(
			workflow('Channel', [
				webhook('channel'),
				channel('create', { storagePolicy: 'mostRecent' }),
				broadcast,
				channel('delete', { channelId: id }),
			]),
		);
		const results = items(await rest.fire('channel'));
		assert.equal(results.length, 1, JSON.stringify(results));
		const asked = simulator.journal.requests
			.slice(-3)
			.map(({ role, method, answer }) => [role, method, answer?.status]);
		assert.deepEqual(asked, [
			['management', 'POST', 201],
			['push', 'POST', 200],
			['management', 'DELETE', 204],
		]);
	});
}

const EXECUTIONS = 1000;

async function manyExecutions(stage: Stage, { check, note }: Reporter): Promise<void> {
	const { simulator } = stage.apns;
	await check(`${EXECUTIONS} executions share one connection and one provider token`, async () => {
		simulator.journal.clear();
		const opened = simulator.counters().connections;
		const begun = Date.now();
		const answers = await inWaves(EXECUTIONS, 20, async (index) =>
			items(await stage.app.rest.fire('send', { tokens: deviceToken(10_000 + index), title: 'Bulk' })),
		);
		assert(answers.every(([item]) => item?.success === true));
		const { requests, connections } = simulator.journal;
		assert.equal(requests.length, EXECUTIONS);
		assert.equal(new Set(requests.map(({ path }) => path)).size, EXECUTIONS);
		assert.equal(simulator.counters().connections, opened, 'a connection was opened');
		const [used, ...others] = [...new Set(requests.map(({ connectionId }) => connectionId))];
		assert.deepEqual(others, []);
		assert.equal(connections.find(({ id }) => id === used)?.tokenDigests.size, 1);
		note(`${Math.round(EXECUTIONS / ((Date.now() - begun) / 1000))} executions per second`);
	});
}

async function statistics(stage: Stage, { check, note }: Reporter): Promise<void> {
	await check('Get Statistics names the process, its connection and its last runs, and no secret', async () => {
		const { rest, program } = stage.app;
		const watch = apns(SEND, stage.credentialId, { operation: 'statistics' });
		await rest.publish(workflow('Watch', [webhook('watch'), watch]));
		const { simulator, credential } = stage.apns;
		const found = items(await rest.fire('watch'));
		const lane = found.find(({ endpoint }) => endpoint === `127.0.0.1:${simulator.pushPort}`);
		assert(lane !== undefined, JSON.stringify(found));
		const { role, processId, state, openConnections, lastRuns, longestLoopDelayMs } = lane;
		assert.deepEqual(
			{ role, processId, state, openConnections, runs: (lastRuns as unknown[]).length },
			{ role: 'main', processId: program.pid, state: 'serving', openConnections: 1, runs: 10 },
		);
		assert.equal(typeof longestLoopDelayMs, 'number');
		note(`the event loop was held for ${String(longestLoopDelayMs)} ms at most during the last runs`);
		const text = JSON.stringify(found);
		for (const secret of [
			credential.keyId ?? '',
			credential.teamId ?? '',
			credential.privateKey?.slice(40, 80) ?? '',
		]) {
			assert.notEqual(secret, '');
			assert(!text.includes(secret), 'a secret is among the figures');
		}
	});
}

async function aChangedCredential(stage: Stage, { check }: Reporter): Promise<void> {
	const { simulator, credential } = stage.apns;
	await check('a changed credential counts from the next execution on, without a restart', async () => {
		const key = simulator.rotateKeys(credential.teamId ?? '');
		const refused = await stage.app.rest.fire('send', { tokens: deviceToken(20), title: 'Old key' });
		assert.equal(refused.status, 500, 'a revoked key ends the execution with an error');
		await stage.app.rest.updateCredential(stage.credentialId, 'APNs account', storedWithKey(credential, key));
		const [sent] = items(await stage.app.rest.fire('send', { tokens: deviceToken(21), title: 'New key' }));
		assert.equal(sent?.success, true, JSON.stringify(sent));
	});
}

async function stopAndStart(stage: Stage, { check, note }: Reporter): Promise<void> {
	const { simulator } = stage.apns;
	const IN_FLIGHT = 20;
	await check(`${IN_FLIGHT} pushes in flight when n8n gets SIGTERM are delivered once each`, async () => {
		simulator.journal.clear();
		const slow = simulator.script.always({ type: 'delay', ms: 3000 });
		const fired = inWaves(IN_FLIGHT, IN_FLIGHT, async (index) =>
			stage.app.rest.fire('send', { tokens: deviceToken(30_000 + index), title: 'Stop' }).then(
				({ status }) => status,
				() => 'cut' as const,
			),
		);
		await simulator.journal.waitFor(
			(journal) => journal.requests.filter(({ complete }) => complete).length === IN_FLIGHT,
		);
		const code = await stage.app.program.stop();
		const answers = await fired;
		slow.remove();
		note(`n8n ended with ${code ?? 'a signal'}; the webhooks were answered ${JSON.stringify(count(answers))}`);
		assert.equal(code, 0);
		const paths = simulator.journal.requests.map(({ path }) => path);
		assert.equal(new Set(paths).size, IN_FLIGHT);
		assert.equal(paths.length, IN_FLIGHT, 'a push was sent twice');
		assert(simulator.journal.requests.every(({ answer }) => answer?.status === 200));
	});
	await check('after the start n8n sends again, over a new connection', async () => {
		await stage.start();
		const connections = simulator.counters().connections;
		const [sent] = items(await stage.app.rest.fire('send', { tokens: deviceToken(40), title: 'Again' }));
		assert.equal(sent?.success, true, JSON.stringify(sent));
		assert.equal(simulator.counters().connections, connections + 1);
	});
	await check("n8n's log has no secret in it", async () => {
		const log = stage.app.program.output();
		assert(log.includes('Editor is now accessible'), 'the log is not the whole one');
		assert.doesNotMatch(log, /PRIVATE KEY|eyJhbGciOiJFUzI1NiI/);
		await Promise.resolve();
	});
}

export function applicationGroup(ground: Ground): Group {
	return {
		name: 'application',
		title: `n8n ${ground.n8n.version}, one process`,
		async run(reporter) {
			const stage = await setStage(ground);
			try {
				await theCredentialTest(stage, reporter);
				await bothNodes(stage, ground.n8n.version, reporter);
				await manyExecutions(stage, reporter);
				await statistics(stage, reporter);
				await aChangedCredential(stage, reporter);
				await stopAndStart(stage, reporter);
			} finally {
				await stage.end();
			}
		},
	};
}
