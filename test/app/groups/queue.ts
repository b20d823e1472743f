/** Queue mode with three workers: each push exactly once, one connection per worker, and what becomes of pushes when something ends. */
import assert from 'node:assert/strict';
import { type AppSimulator, startAppSimulator } from '../../../tools/simulator/credential';
import type { RequestRecord } from '../../../tools/simulator/journal';
import { count, items } from '../answers';
import type { Answer } from '../application/restClient';
import { type QueueMode, startQueueMode } from '../application/queueMode';
import { deviceToken } from '../deviceTokens';
import type { Group, Reporter } from '../runner';
import { sendingWorkflow } from '../sending';
import { apns, SEND, webhook, workflow } from '../application/workflows';
import { type Ground, stored, storedWithKey } from '../stage';
import { inWaves } from '../waves';

const WORKERS = 3;
const CONCURRENCY = 5;
const PATH = 'queue';

interface Scene {
	readonly queue: QueueMode;
	readonly apns: AppSimulator;
	readonly credentialId: string;
	readonly workflowId: string;
}

type Result = Answer | { readonly status: 'cut' };

/** Fires so many webhooks, each with a device token of its own; never rejects. */
async function fire(
	{ queue }: Scene,
	first: number,
	total: number,
	atOnce = 30,
	timeoutMs?: number,
): Promise<Result[]> {
	return await inWaves(total, atOnce, async (index): Promise<Result> => {
		const body = { tokens: deviceToken(first + index), title: 'Queue' };
		return await queue.main.rest.fire(PATH, body, timeoutMs).catch(() => ({ status: 'cut' as const }));
	});
}

const statuses = (results: readonly Result[]): Record<string, number> => count(results.map(({ status }) => status));

/** Complete requests of a range of device tokens. */
function pushes({ apns }: Scene, first: number, total: number): RequestRecord[] {
	const paths = new Set(Array.from({ length: total }, (_, index) => `/3/device/${deviceToken(first + index)}`));
	return apns.simulator.journal.requests.filter(({ path, complete }) => complete && paths.has(path));
}

function assertOnceEach(found: readonly RequestRecord[], total: number): void {
	const times = Object.values(count(found.map(({ path }) => path)));
	const wrong = times.filter((each) => each !== 1).length;
	assert.equal(wrong, 0, `${wrong} pushes were sent more than once`);
	assert.equal(found.length, total, `${found.length} of ${total} pushes were sent`);
	assert(found.every(({ answer }) => answer?.status === 200));
}

/** The id of the key that signed the provider token of a request. */
function keyIdOf({ apns }: Scene, request: RequestRecord): unknown {
	const token = apns.simulator.journal.header(request, 'authorization')?.split(' ')[1] ?? '';
	const header: unknown = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString());
	return typeof header === 'object' && header !== null ? Reflect.get(header, 'kid') : undefined;
}

async function spread(scene: Scene, executions: number, { check, note }: Reporter): Promise<void> {
	const { simulator } = scene.apns;
	await check(`${executions} webhook executions over ${WORKERS} workers deliver each push exactly once`, async () => {
		const begun = Date.now();
		const results = await fire(scene, 0, executions);
		note(`${Math.round(executions / ((Date.now() - begun) / 1000))} executions per second`);
		assert.deepEqual(statuses(results), { 200: executions });
		for (const result of results) if (result.status !== 'cut') assert.equal(items(result)[0]?.success, true);
		assertOnceEach(pushes(scene, 0, executions), executions);
	});
	await check('each worker has one connection and one provider token', async () => {
		const connections = simulator.journal.connections.filter(({ role }) => role === 'push');
		note(`pushes by connection: ${connections.map(({ requests }) => requests).join(', ')}`);
		assert.equal(connections.length, WORKERS);
		for (const { requests, tokenDigests } of connections) {
			assert(requests > 0);
			assert.equal(tokenDigests.size, 1);
		}
		await Promise.resolve();
	});
}

/** A schedule sees one worker at a time: what each says of itself is its own. */
async function watched({ queue, credentialId, apns: { simulator } }: Scene, { check, note }: Reporter): Promise<void> {
	await check(
		'Get Statistics tells of the worker that runs it: its role, its process, its one connection',
		async () => {
			const watch = apns(SEND, credentialId, { operation: 'statistics' });
			await queue.main.rest.publish(workflow('Watch', [webhook('watch'), watch]));
			// Enough at once that every worker gets some.
			const answers = await inWaves(WORKERS * CONCURRENCY * 2, WORKERS * CONCURRENCY, async () =>
				items(await queue.main.rest.fire('watch', {})),
			);
			const found = answers.flat();
			assert.deepEqual(count(found.map(({ role }) => String(role))), { worker: found.length });
			const processes = new Map(found.map((item) => [item.processId, item]));
			note(`${found.length} answers from ${processes.size} workers`);
			assert(processes.size > 1 && processes.size <= WORKERS);
			for (const { openConnections, accepted, providerTokenAgesSeconds } of processes.values()) {
				assert.equal(openConnections, 1);
				assert(Number(accepted) > 0);
				assert.equal(Array.isArray(providerTokenAgesSeconds) && providerTokenAgesSeconds.length, 1);
			}
			const sent = [...processes.values()].reduce((sum, { accepted }) => sum + Number(accepted), 0);
			assert(sent <= simulator.journal.requests.length);
		},
	);
}

/** Holds every answer back, fires so many executions that all workers are full, and waits until all pushes have arrived. */
async function fillWorkers(
	scene: Scene,
	first: number,
	holdMs: number,
): Promise<{ total: number; results: Promise<Result[]> }> {
	const { simulator } = scene.apns;
	const total = scene.queue.workers.length * CONCURRENCY;
	const slow = simulator.script.always({ type: 'delay', ms: holdMs });
	const results = fire(scene, first, total, total);
	await simulator.journal.waitFor(() => pushes(scene, first, total).length === total, 60_000);
	slow.remove();
	return { total, results };
}

async function stoppedWorker(scene: Scene, { check, note }: Reporter): Promise<void> {
	await check(
		'SIGTERM of a worker with pushes in flight: each is delivered once, and each execution ends well',
		async () => {
			const first = 100_000;
			const { total, results } = await fillWorkers(scene, first, 5000);
			const [worker] = scene.queue.workers;
			assert(worker !== undefined);
			assert.equal(await worker.stop(), 0);
			assert.deepEqual(statuses(await results), { 200: total });
			assertOnceEach(pushes(scene, first, total), total);
			note(`${total} executions, ${CONCURRENCY} of them on the worker that ended`);
			await scene.queue.startWorker();
		},
	);
}

async function killedWorker(scene: Scene, { check, note }: Reporter): Promise<void> {
	await check(
		'a worker killed with pushes in flight: nothing is delivered twice, and the other workers deliver all of theirs',
		async () => {
			const first = 200_000;
			const { total, results } = await fillWorkers(scene, first, 5000);
			const [worker] = scene.queue.workers;
			assert(worker !== undefined);
			await worker.kill();
			// n8n finds out once the job's lock has expired; until then the webhook waits.
			const ended = await results;
			note(`the webhooks were answered ${JSON.stringify(statuses(ended))}`);
			const good = ended.filter(({ status }) => status === 200).length;
			assert(good >= total - CONCURRENCY, `only ${good} of ${total} executions ended well`);
			const found = pushes(scene, first, total);
			assert.equal(Math.max(...Object.values(count(found.map(({ path }) => path)))), 1, 'a push was sent twice');
			const executions = await scene.queue.main.rest.executions(scene.workflowId);
			note(
				`n8n lists the newest ${total} executions as ${JSON.stringify(count(executions.slice(0, total).map(({ status }) => status)))}`,
			);
			note(
				`of ${total} pushes ${found.length} arrived, ${found.filter(({ answer }) => answer !== undefined).length} were answered`,
			);
			await scene.queue.startWorker();
		},
	);
}

async function restartedRedis(scene: Scene, { check, note }: Reporter): Promise<void> {
	await check(
		'Redis restarted while executions run: nothing is delivered twice, and n8n goes on by itself',
		async () => {
			const first = 300_000;
			const total = 200;
			// n8n was seen to leave a webhook open for good when Redis lost the message that its execution had ended.
			const results = fire(scene, first, total, 10, 45_000);
			await scene.apns.simulator.journal.waitFor(() => pushes(scene, first, total).length > 20, 60_000);
			await scene.queue.redis.stop();
			await scene.queue.redis.start();
			const ended = await results;
			const found = pushes(scene, first, total);
			note(`the webhooks were answered ${JSON.stringify(statuses(ended))}; ${found.length} pushes arrived`);
			assert.equal(Math.max(...Object.values(count(found.map(({ path }) => path)))), 1, 'a push was sent twice');
			for (const [index, { status }] of ended.entries()) {
				const sent = found.some(({ path }) => path.endsWith(deviceToken(first + index)));
				if (status === 200) assert(sent, 'an execution succeeded without its push');
			}
			const later = 310_000;
			assert.deepEqual(statuses(await fire(scene, later, 30)), { 200: 30 });
			assertOnceEach(pushes(scene, later, 30), 30);
		},
	);
}

async function editedCredential(scene: Scene, { check, note }: Reporter): Promise<void> {
	await check(
		'a credential edited while workers are busy: no execution fails, and later ones use the new key',
		async () => {
			const { simulator, credential } = scene.apns;
			const first = 400_000;
			const total = 300;
			const connections = simulator.counters().connections;
			const results = fire(scene, first, total, 15);
			await simulator.journal.waitFor(() => pushes(scene, first, total).length > 50, 60_000);
			const key = simulator.rotateKeys(credential.teamId ?? '', { keepOld: true });
			await scene.queue.main.rest.updateCredential(scene.credentialId, 'APNs account', storedWithKey(credential, key));
			const later = 410_000;
			const after = await fire(scene, later, 60, 15);
			assert.deepEqual(statuses(await results), { 200: total });
			assert.deepEqual(statuses(after), { 200: 60 });
			assertOnceEach(pushes(scene, first, total), total);
			const signed = pushes(scene, later, 60).map((request) => String(keyIdOf(scene, request)));
			assert.deepEqual(count(signed), { [key.keyId]: 60 });
			const opened = simulator.counters().connections - connections;
			note(`${opened} new connections for the new key`);
			assert(opened <= WORKERS, `${opened} connections were opened for ${WORKERS} workers`);
		},
	);
}

export function queueGroup(ground: Ground, executions: number): Group {
	return {
		name: 'queue',
		title: `n8n ${ground.n8n.version}, queue mode: one main process, ${WORKERS} workers`,
		async run(reporter) {
			const simulated = await startAppSimulator();
			try {
				const options = { workers: WORKERS, concurrency: CONCURRENCY };
				const queue = await startQueueMode(ground.programs, ground.n8n, ground.tarball, options);
				try {
					const { rest } = queue.main;
					const credentialId = await rest.createCredential('APNs account', stored(simulated.credential));
					const { id: workflowId } = await rest.publish(sendingWorkflow(PATH, credentialId));
					const scene = { queue, apns: simulated, credentialId, workflowId };
					await spread(scene, executions, reporter);
					await watched(scene, reporter);
					await stoppedWorker(scene, reporter);
					await killedWorker(scene, reporter);
					await restartedRedis(scene, reporter);
					await editedCredential(scene, reporter);
				} finally {
					await queue.end();
				}
			} finally {
				await simulated.simulator.close();
			}
		},
	};
}
