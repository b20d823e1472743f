/** Every example workflow in the real n8n, with a real PostgreSQL, n8n's Data Table and its agent, before the simulator. */
import assert from 'node:assert/strict';
import type { INode } from 'n8n-workflow';
import type { RequestRecord } from '../../../tools/simulator/journal';
import { defaultPhones, tokensOf } from '../../../tools/simulator/devicePage/phones';
import { exampleNames, exampleTables, readExample, withCredentials } from '../../../tools/n8n/examples';
import { installDebian } from '../application/debian';
import { type Postgres, postgresCredential, startPostgres } from '../application/postgres';
import type { StoredWorkflow } from '../application/restClient';
import { type ScriptedModel, startScriptedModel } from '../application/scriptedModel';
import { node, webhook, workflow } from '../application/workflows';
import { deviceToken } from '../deviceTokens';
import type { Group, Reporter } from '../runner';
import { type Ground, setStage, type Stage } from '../stage';

const bundleId = 'com.example.app';

interface Scene {
	readonly stage: Stage;
	readonly postgres: Postgres;
	readonly model: ScriptedModel;
	readonly workflows: ReadonlyMap<string, StoredWorkflow>;
}

/** A token of a phone of the device page, as the examples name them. */
function phoneToken(phone: string, kind = 'app'): string {
	const spec = defaultPhones.find(({ id }) => id === phone);
	const found = spec === undefined ? undefined : tokensOf(spec, bundleId, 0).find(({ id }) => id === kind);
	assert(found !== undefined);
	return found.token;
}

/** n8n's waits are looked at once a minute. */
const waitMs = 100_000;

/** What a test changes of an example: as a user would in the editor. */
type Change = (node: INode) => INode;

async function install(stage: Stage, name: string, ids: Record<string, string>, change: Change = (one) => one) {
	const example = withCredentials(readExample(name), ids);
	return await stage.app.rest.publish({ ...example, nodes: example.nodes.map(change) });
}

const journal = ({ stage }: Scene) => stage.apns.simulator.journal;

/** The pushes since `from` (a number of the journal), once there are so many. */
async function pushesSince(scene: Scene, from: number, count: number, timeoutMs?: number): Promise<RequestRecord[]> {
	return await journal(scene).waitFor(({ requests }) => {
		const found = requests.filter(({ number, ending }) => number > from && ending !== undefined);
		return found.length >= count && found;
	}, timeoutMs);
}

const lastNumber = (scene: Scene): number => journal(scene).requests.at(-1)?.number ?? 0;
const tokenOf = ({ path }: RequestRecord): string => path.slice('/3/device/'.length);
const aps = ({ json }: RequestRecord): Record<string, unknown> =>
	(json as { aps?: Record<string, unknown> } | undefined)?.aps ?? {};
const header = (request: RequestRecord, name: string): string | undefined =>
	request.headers.find(([candidate]) => candidate === name)?.[1];

/** Waits until the newest execution of an example has ended, and returns its status. */
async function ended(scene: Scene, name: string): Promise<string> {
	const id = scene.workflows.get(name)?.id ?? '';
	const until = Date.now() + 30_000;
	for (;;) {
		const [newest] = await scene.stage.app.rest.executions(id);
		if (newest !== undefined && !['running', 'new', 'waiting'].includes(newest.status)) return newest.status;
		if (Date.now() > until) throw new Error(`The example ${name} did not end: ${newest?.status ?? 'it never ran'}`);
		await new Promise((resolve) => setTimeout(resolve, 200));
	}
}

async function registration(scene: Scene, { check }: Reporter): Promise<void> {
	const { stage, postgres } = scene;
	const { rest } = stage.app;
	await check('device registration, PostgreSQL: a new row, then the same row with a newer time', async () => {
		const app = { deviceToken: deviceToken(1).toUpperCase(), deviceName: 'Phone', firstName: 'Ada' };
		assert.deepEqual((await rest.fire('register-device', app)).status, 201);
		const [first] = await postgres.query('select registered_at from devices');
		const again = await rest.fire('register-device', { ...app, firstName: "Ada'; drop table devices; --" });
		assert.equal(again.status, 201);
		const rows = await postgres.query('select device_token, first_name, registered_at from devices');
		assert.equal(rows.length, 1);
		const [token, firstName, at] = (rows[0] ?? '').split('|');
		assert.deepEqual([token, firstName], [deviceToken(1), "Ada'; drop table devices; --"]);
		assert(String(at) > String(first), `${String(at)} is not after ${String(first)}`);
	});
	await check('device registration, Data Table: one row for each token', async () => {
		for (const body of [1, 1, 2].map((n) => ({ deviceToken: deviceToken(n), deviceName: `Phone ${n}` })))
			assert.equal((await rest.fire('register-device-table', body)).status, 201);
		const rows = await dataTable(scene, 'devices');
		assert.deepEqual(rows.map((row) => row.deviceToken).sort(), [deviceToken(1), deviceToken(2)]);
	});
	await check('device registration: what is no token is refused in words', async () => {
		for (const path of ['register-device', 'register-device-table'])
			for (const wrong of [{ deviceToken: 'Ada' }, { deviceToken: 'ab'.repeat(31) }, {}]) {
				const answer = await rest.fire(path, wrong);
				assert.equal(answer.status, 400);
				assert.equal((answer.body as { registered: boolean }).registered, false);
			}
	});
}

/** Rows of a data table, by its name. */
async function dataTable({ stage }: Scene, name: string): Promise<Array<Record<string, unknown>>> {
	const { rest } = stage.app;
	const projects = (await rest.call('GET', '/projects/personal')) as { id: string };
	const tables = (await rest.call('GET', `/projects/${projects.id}/data-tables?take=100`)) as {
		data: Array<{ id: string; name: string }>;
	};
	const table = tables.data.find((one) => one.name === name);
	assert(table !== undefined, `n8n has no data table ${name}`);
	const rows = (await rest.call('GET', `/projects/${projects.id}/data-tables/${table.id}/rows?take=250`)) as {
		data: Array<Record<string, unknown>>;
	};
	return rows.data;
}

async function bulk(scene: Scene, { check }: Reporter): Promise<void> {
	const { stage, postgres } = scene;
	const { devices } = stage.apns.simulator;
	await check('bulk: each row its own words; dead tokens leave, those that came back stay', async () => {
		await postgres.query('delete from devices');
		const [ada, gone, back] = [11, 12, 13].map(deviceToken) as [string, string, string];
		await postgres.query(
			`insert into devices (device_token, first_name, registered_at) values
			('${ada}', 'Ada', now() - interval '2 days'), ('${gone}', 'Ben', now() - interval '2 days'), ('${back}', null, now())`,
		);
		for (const token of [gone, back]) devices.unregister(token, Date.now() - 86_400_000);
		const from = lastNumber(scene);
		assert.equal((await stage.app.rest.fire('news', { text: 'We moved' })).status, 200);
		const pushes = await pushesSince(scene, from, 3);
		assert.equal(await ended(scene, 'bulk-personal-push'), 'success');
		const seen = pushes.map((push) => [tokenOf(push), push.answer?.status, aps(push).alert]);
		const body = 'We moved';
		assert.deepEqual(seen.sort(), [
			[ada, 200, { title: 'Hello Ada', body }],
			[gone, 410, { title: 'Hello Ben', body }],
			[back, 410, { title: 'Hello', body }],
		]);
		const left = await postgres.query('select device_token from devices order by device_token');
		assert.deepEqual(left, [ada, back]);
	});
}

async function monitoring(scene: Scene, { check }: Reporter): Promise<void> {
	const { rest } = scene.stage.app;
	const others = [phoneToken('ada'), phoneToken('ben'), phoneToken('watch')];
	const alert = { id: '17', service: 'web-3', text: 'No answer for five minutes' };
	await check(
		'monitoring: time-sensitive to the first; nobody acknowledges, so everybody gets a critical one',
		async () => {
			const from = lastNumber(scene);
			await rest.fire('alert', { ...alert, severity: 'warning' });
			const [first] = await pushesSince(scene, from, 1);
			assert(first !== undefined);
			assert.equal(tokenOf(first), phoneToken('ada'));
			assert.deepEqual(aps(first), {
				alert: { title: 'web-3 is not well', body: alert.text },
				sound: 'default',
				'thread-id': 'alerts',
				category: 'ALERT',
				'interruption-level': 'time-sensitive',
			});
			assert.equal(header(first, 'apns-collapse-id'), 'alert-17');
			const all = await pushesSince(scene, from, 4, waitMs);
			assert.deepEqual(all.slice(1).map(tokenOf).sort(), [...others].sort());
			for (const push of all.slice(1)) {
				assert.equal(aps(push)['interruption-level'], 'critical');
				assert.deepEqual(aps(push).sound, { critical: 1, name: 'default' });
			}
		},
	);
	await check(
		'monitoring: critical to the first; who opens the address acknowledges, and nobody else is alerted',
		async () => {
			const from = lastNumber(scene);
			await rest.fire('alert', { ...alert, id: '18', severity: 'critical' });
			const [first] = await pushesSince(scene, from, 1);
			assert(first !== undefined);
			assert.equal(aps(first)['interruption-level'], 'critical');
			const { acknowledge } = first.json as { acknowledge: string };
			const until = Date.now() + 15_000;
			// The execution can be resumed once n8n has stored it.
			for (;;) {
				const { status } = await fetch(acknowledge);
				if (status === 200 || Date.now() > until) {
					assert.equal(status, 200);
					break;
				}
				await new Promise((resolve) => setTimeout(resolve, 200));
			}
			assert.equal(await ended(scene, 'monitoring-alert'), 'success');
			assert.equal(lastNumber(scene), first.number);
		},
	);
}

async function matches(scene: Scene, { check }: Reporter): Promise<void> {
	const { stage, postgres } = scene;
	const { rest } = stage.app;
	const { simulator } = stage.apns;
	const state = (home: number) => ({ home, away: 0, minute: 10 * home });
	await check('match, device by device: started by one token, changed and ended by the other', async () => {
		const [start, activity] = [phoneToken('ada', 'start'), phoneToken('ada', 'activity')];
		await postgres.query('delete from devices');
		await postgres.query(
			`insert into devices (device_token, start_token, activity_token) values ('${deviceToken(21)}', '${start}', '${activity}')`,
		);
		const from = lastNumber(scene);
		const event = { home: 'Blue', away: 'Red', headline: 'Blue against Red' };
		for (const [at, kind] of ['start', 'update', 'end'].entries()) {
			await rest.fire('match-personal', { ...event, event: kind, state: state(at) });
			await pushesSince(scene, from, at + 1);
		}
		const pushes = await pushesSince(scene, from, 3);
		assert.deepEqual(
			pushes.map((push) => [tokenOf(push), push.answer?.status, aps(push).event, aps(push)['content-state']]),
			[
				[start, 200, 'start', state(0)],
				[activity, 200, 'update', state(1)],
				[activity, 200, 'end', state(2)],
			],
		);
		assert.deepEqual(aps(pushes[0] as RequestRecord).attributes, { home: 'Blue', away: 'Red' });
	});
	await check(
		'match, by broadcast: the channel outlives an end that was refused, and goes with the one accepted',
		async () => {
			const post = async (event: string, home: number) => {
				const from = lastNumber(scene);
				await rest.fire('match-broadcast', { match: '4711', event, state: state(home), headline: 'Goal!' });
				await ended(scene, 'match-broadcast');
				return journal(scene).requests.filter(({ number }) => number > from);
			};
			await post('start', 0);
			const [channelId = ''] = simulator.channels.list('development', bundleId);
			assert.notEqual(channelId, '');
			const [update] = await post('update', 1);
			assert(update !== undefined);
			assert.equal(header(update, 'apns-channel-id'), channelId);
			assert.deepEqual(aps(update).alert, { title: 'Goal!' });
			const refusing = simulator.script.at(({ json }) => JSON.stringify(json ?? {}).includes('"end"'), {
				type: 'answer',
				status: 500,
				reason: 'InternalServerError',
			});
			await post('end', 2);
			assert.equal(refusing.struck, 1);
			assert.deepEqual(simulator.channels.list('development', bundleId), [channelId]);
			assert.equal((await dataTable(scene, 'matches')).length, 1);
			const requests = await post('end', 2);
			assert.deepEqual(
				requests.map(({ method, answer }) => [method, answer?.status]),
				[
					['POST', 200],
					['DELETE', 204],
				],
			);
			assert.deepEqual(simulator.channels.list('development', bundleId), []);
			assert.deepEqual(await dataTable(scene, 'matches'), []);
		},
	);
}

async function nightly(scene: Scene, { check }: Reporter): Promise<void> {
	const { stage, workflows } = scene;
	await check('nightly refresh: silent, priority 5, one for each device; dead tokens leave the table', async () => {
		const dead = deviceToken(2);
		// The devices registered a moment ago: APNs learns of the removal later than that.
		stage.apns.simulator.devices.unregister(dead, Date.now() + 60_000);
		const from = lastNumber(scene);
		const { id = '' } = workflows.get('nightly-refresh') ?? {};
		const stored = (await stage.app.rest.call('GET', `/workflows/${id}`)) as Record<string, unknown>;
		await stage.app.rest.call('POST', `/workflows/${id}/run`, {
			workflowData: stored,
			triggerToStartFrom: { name: 'Every Night' },
		});
		const pushes = await pushesSince(scene, from, 2);
		assert.equal(await ended(scene, 'nightly-refresh'), 'success');
		assert.deepEqual(pushes.map((push) => [tokenOf(push), push.answer?.status]).sort(), [
			[deviceToken(1), 200],
			[dead, 410],
		]);
		for (const push of pushes) {
			assert.deepEqual(push.json, { aps: { 'content-available': 1 }, refresh: 'catalogue' });
			assert.deepEqual(
				['apns-push-type', 'apns-priority'].map((name) => header(push, name)),
				['background', '5'],
			);
		}
		assert.deepEqual(
			(await dataTable(scene, 'devices')).map((row) => row.deviceToken),
			[deviceToken(1)],
		);
	});
}

async function failing(scene: Scene, { check }: Reporter): Promise<void> {
	const { stage, workflows } = scene;
	await check('error workflow: the operators learn which workflow failed and why; repeats collapse', async () => {
		const broken = workflow('Import of orders', [
			webhook('broken', { responseMode: 'onReceived' }),
			node('Stop', 'n8n-nodes-base.stopAndError', { errorMessage: 'The shop does not answer' }),
		]);
		const settings = { executionOrder: 'v1' as const, errorWorkflow: workflows.get('workflow-failed')?.id };
		const stored = await stage.app.rest.publish({ ...broken, settings });
		const from = lastNumber(scene);
		for (let times = 0; times < 2; times++) await stage.app.rest.fire('broken');
		const pushes = await pushesSince(scene, from, 4);
		assert.deepEqual([...new Set(pushes.map(tokenOf))].sort(), [phoneToken('ada'), phoneToken('chloe')].sort());
		for (const push of pushes) {
			assert.deepEqual(aps(push).alert, {
				title: 'Import of orders failed',
				subtitle: 'Stop',
				body: 'The shop does not answer',
			});
			assert.equal(header(push, 'apns-collapse-id'), `failed-${stored.id}`);
		}
	});
}

async function agent(scene: Scene, { check }: Reporter): Promise<void> {
	const { stage, model } = scene;
	await check('agent: what the model decides arrives on the phones it may reach, and on no other', async () => {
		model.script([
			{
				call: 'Notify_the_Team',
				with: { title: 'Disk almost full', body: 'db-2 has 2 % left.', recipients: deviceToken(99) },
			},
			{ say: 'I told the team.' },
		]);
		const from = lastNumber(scene);
		const answer = await stage.app.rest.fire('agent', { text: 'db-2: 2 % of disk left' });
		assert.deepEqual(answer, { status: 200, body: { output: 'I told the team.' } });
		const pushes = await pushesSince(scene, from, 2);
		assert.deepEqual(pushes.map(tokenOf).sort(), [phoneToken('ada'), phoneToken('ben')].sort());
		for (const push of pushes)
			assert.deepEqual(aps(push).alert, { title: 'Disk almost full', body: 'db-2 has 2 % left.' });
	});
	await check('agent: what nobody needs to know at once sends nothing', async () => {
		model.script([{ say: 'Nothing to do.' }]);
		const from = lastNumber(scene);
		await stage.app.rest.fire('agent', { text: 'All green' });
		assert.equal(lastNumber(scene), from);
	});
}

/** Imports every example, wired to this PostgreSQL and this model; two seconds are long enough to wait for a person here. */
async function setScene(stage: Stage, postgres: Postgres, model: ScriptedModel): Promise<Scene> {
	const { rest } = stage.app;
	const ids = {
		apnsApi: stage.credentialId,
		postgres: await rest.createCredential('Postgres account', postgresCredential(postgres), 'postgres'),
		openAiApi: await rest.createCredential('Model account', { apiKey: 'none', url: model.url }, 'openAiApi'),
	};
	await postgres.query(exampleTables());
	const workflows = new Map<string, StoredWorkflow>();
	const quick: Change = (one) =>
		one.type === 'n8n-nodes-base.wait'
			? { ...one, parameters: { ...one.parameters, resumeAmount: 2, resumeUnit: 'seconds' } }
			: one;
	for (const name of exampleNames().filter((one) => one !== 'send-alert'))
		workflows.set(name, await install(stage, name, ids, quick));
	return { stage, postgres, model, workflows };
}

export function examplesGroup(ground: Ground): Group {
	return {
		name: 'examples',
		title: `n8n ${ground.n8n.version}, the example workflows`,
		async run(reporter) {
			await installDebian(ground.programs, 'postgresql', 'postgresql-client');
			const model = await startScriptedModel();
			const postgres = await startPostgres(ground.programs);
			const stage = await setStage(ground, { devices: { mode: 'any' } });
			try {
				const scene = await setScene(stage, postgres, model);
				const stories = [registration, nightly, bulk, matches, failing, agent, monitoring];
				for (const story of stories) await story(scene, reporter);
			} finally {
				await stage.end();
				await postgres.end();
				await model.close();
			}
		},
	};
}
