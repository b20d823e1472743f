/** The users of a world: workflows that send, stop at bad moments, and note every outcome. */
import { ACCEPTED, cell, type ExecutionRecord, type Journal, NOT_SENT, REJECTED, UNKNOWN } from './journal';
import type { Loop } from './loop';
import type { Client, Notification, Outcome, RequestOptions } from './product';
import type { WorkflowPlan } from './plan';

/** One run of a workflow: its client, its signal, its requests. */
export interface Execution {
	readonly record: ExecutionRecord;
	readonly number: number;
	readonly client: Client;
	readonly controller: AbortController;
}

export interface WorkloadWorld {
	readonly loop: Loop;
	readonly journal: Journal;
	/** Begins an execution of this workflow now. */
	begin(plan: WorkflowPlan, index: number, run: number): Execution;
	/** Promises of the product that have not settled. */
	pending: number;
}

const TOPIC = 'com.example.chaos';
const numbers = { accepted: ACCEPTED, rejected: REJECTED, 'not sent': NOT_SENT, unknown: UNKNOWN } as const;

function hex(number: number, digits: number): string {
	return number.toString(16).padStart(digits, '0');
}

/** A body that names its request, or says that many share it, and how long it is. */
export function bodyFor(request: number | undefined, bytes: number): Buffer {
	const name = request === undefined ? 'shared--' : hex(request, 8);
	const start = `{"n":"${name}","l":"${hex(bytes, 4)}","x":"`;
	return Buffer.from(`${start.padEnd(bytes - 2, 'x')}"}`, 'latin1');
}

function pushOf(request: number, execution: Execution, payload: Buffer): Notification {
	return {
		deviceToken: `${hex(request, 8)}${'5eed'.repeat(14)}`,
		topic: TOPIC,
		pushType: 'alert',
		priority: execution.record.workflow % 3 === 0 ? 5 : 10,
		payload,
	};
}

/** Whether the id of an outcome belongs to its request: the peer's ids begin with the number of the request. */
function idVerdict(journal: Journal, outcome: Outcome, request: number): 0 | 1 | 2 {
	const id = outcome.apnsId ?? outcome.requestId;
	if (id === undefined) return 0;
	const sent = journal.sentIds.get(request);
	if (sent !== undefined) return id === sent ? 1 : 2;
	// Made for a push that never left.
	if (outcome.attempts === 0 || outcome.status === undefined) return 1;
	return id.startsWith(hex(request, 8)) ? 1 : 2;
}

function note(world: WorkloadWorld, request: number, outcome: Outcome): void {
	const { pushes } = world.journal;
	const number = numbers[outcome.outcome];
	world.journal.settled(request);
	pushes.settles[request] = cell(pushes.settles, request) + 1;
	pushes.settledAt[request] = world.loop.now();
	pushes.outcome[request] = number;
	pushes.attempts[request] = outcome.attempts;
	pushes.status[request] = outcome.status ?? 0;
	pushes.code[request] = outcome.failure === undefined ? 0 : world.journal.codeNumber(outcome.failure.code);
	pushes.idVerdict[request] = idVerdict(world.journal, outcome, request);
	world.journal.note('settle', request, number, outcome.failure?.code);
}

/** A number for a request of this execution; undefined when the world has had enough. */
function take(world: WorkloadWorld, execution: Execution, kind: number): number | undefined {
	const { pushes } = world.journal;
	const request = pushes.take();
	if (request === undefined) return undefined;
	pushes.kind[request] = kind;
	pushes.identity[request] = execution.record.identity;
	pushes.execution[request] = execution.number;
	pushes.submittedAt[request] = world.loop.now();
	world.journal.submitted(execution.record);
	world.journal.note('submit', request, execution.record.identity);
	return request;
}

/** Runs workflow `index` of the plan, at all its times. */
export function runWorkflow(world: WorkloadWorld, plan: WorkflowPlan, index: number): void {
	plan.startsMs.forEach((atMs, run) => world.loop.arrive(atMs, () => void execute(world, plan, index, run)));
}

async function execute(world: WorkloadWorld, plan: WorkflowPlan, index: number, run: number): Promise<void> {
	const execution = world.begin(plan, index, run);
	const { stop } = plan;
	const abort = (): void => {
		if (execution.controller.signal.aborted) return;
		execution.record.stoppedAt = world.loop.now();
		world.journal.note('stop', index, run);
		execution.controller.abort();
	};
	if (stop?.moment === 'before') abort();
	if (stop?.moment === 'later') world.loop.arrive(stop.after, abort);
	const options: RequestOptions = {
		signal: execution.controller.signal,
		timeoutMs: plan.timeoutMs,
		queueTimeoutMs: plan.queueTimeoutMs,
		onUnknown: plan.sendAgain ? 'sendAgain' : 'report',
		retries: plan.retries,
	};
	let submitted = 0;
	let settled = 0;
	/** The worst moments lie just behind a submission. */
	const afterSubmit = (): void => {
		submitted += 1;
		if (stop === undefined || submitted <= stop.after) return;
		if (stop.moment === 'pull') abort();
		else if (stop.moment === 'microtask') void Promise.resolve().then(abort);
		else if (stop.moment === 'soon') world.loop.soon(abort);
		else if (stop.moment === 'write') world.loop.arrive(0.1, abort);
	};
	const done = (request: number, outcome: Outcome): void => {
		note(world, request, outcome);
		settled += 1;
		if (stop?.moment === 'outcome' && settled > stop.after) abort();
	};
	let alerts = 0;
	/** What an execution does about a failure while it is told of it: the product is in the middle of something. */
	const doneInBulk = (request: number, outcome: Outcome): void => {
		done(request, outcome);
		if (outcome.outcome === 'accepted' || alerts >= plan.alerts) return;
		alerts += 1;
		void one();
	};
	const one = async (): Promise<boolean> => {
		const kind = plan.kind === 'broadcast' ? 1 : plan.kind === 'channel' ? 2 : 0;
		const request = take(world, execution, kind);
		if (request === undefined) return false;
		world.pending += 1;
		const promise = start(execution, plan, request, options, run);
		afterSubmit();
		done(request, await promise);
		world.pending -= 1;
		return true;
	};
	if (plan.kind === 'bulk') {
		await bulk(world, execution, plan, options, afterSubmit, doneInBulk);
	} else if (plan.kind === 'burst') {
		await Promise.all(Array.from({ length: plan.requests }, one));
	} else {
		for (let count = 0; count < plan.requests && !execution.controller.signal.aborted; count++)
			if (!(await one())) break;
	}
}

function start(
	execution: Execution,
	plan: WorkflowPlan,
	request: number,
	options: RequestOptions,
	run: number,
): Promise<Outcome> {
	const requestId = `${hex(request, 8)}-0000-4000-8000-000000000000`;
	const { client } = execution;
	if (plan.kind === 'broadcast') {
		return client.broadcast(
			{
				bundleId: TOPIC,
				channelId: 'dHN0LXNyY2gtY2hubA==',
				pushType: 'liveactivity',
				priority: 10,
				expirationSeconds: 0,
				requestId,
				payload: bodyFor(request, Math.max(40, plan.payloadBytes)),
			},
			options,
		);
	}
	if (plan.kind === 'channel') {
		const operation = (['create', 'getAll', 'get', 'delete'] as const)[(request + run) % 4] ?? 'getAll';
		if (operation === 'create')
			return client.channel({ operation, bundleId: TOPIC, requestId, body: Buffer.from('{}') }, options);
		if (operation === 'getAll') return client.channel({ operation, bundleId: TOPIC, requestId }, options);
		return client.channel({ operation, bundleId: TOPIC, requestId, channelId: 'dHN0LXNyY2gtY2hubA==' }, options);
	}
	return client.send(pushOf(request, execution, bodyFor(request, Math.max(40, plan.payloadBytes))), options);
}

async function bulk(
	world: WorkloadWorld,
	execution: Execution,
	plan: WorkflowPlan,
	options: RequestOptions,
	afterSubmit: () => void,
	done: (request: number, outcome: Outcome) => void,
): Promise<void> {
	const bytes = Math.max(40, plan.payloadBytes);
	const shared = bodyFor(undefined, bytes);
	function* source(): Generator<Notification> {
		for (let count = 0; count < plan.requests; count++) {
			const request = take(world, execution, 0);
			if (request === undefined) return;
			yield pushOf(request, execution, plan.ownBodies ? bodyFor(request, bytes) : shared);
			// The product took it: it asks for the next one.
			afterSubmit();
		}
	}
	world.pending += 1;
	await execution.client.sendEach(
		source(),
		(outcome, notification) => done(Number.parseInt(notification.deviceToken.slice(0, 8), 16), outcome),
		options,
	);
	world.pending -= 1;
}
