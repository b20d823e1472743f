/** Retry On Fail continues a run instead of repeating it: what was accepted, may have arrived, or cannot change is sent once. */
import type { INode } from 'n8n-workflow';
import { alone, setUpRetryBench } from './retryBench';
import { phone, tablet } from './sendBench';
import { watchTries } from './tries';

const { bench, gate, pushes, breakAfter } = setUpRetryBench();
const token = (byte: string): string => byte.repeat(32);
const later = token('01');
const dead = token('02');
const lost = token('03');
// The pause of a connection that failed may outlast the first tries.
const retry: Partial<INode> = { retryOnFail: true, maxTries: 5, waitBetweenTries: 1_000 };

const items = [
	{ token: phone },
	{ token: dead },
	{ token: 'not a token' },
	{ token: token('04'), fails: true },
	{ token: lost },
	{ token: tablet },
	{ token: later },
];
const parameters = {
	recipients: '={{ $json.token }}',
	title: '={{ $json.fails ? $("Nowhere").item.json.title : "Hi" }}',
	options: alone.options,
};
const outcomes = [
	[phone, 'accepted'],
	[dead, 'rejected'],
	['not', 'not sent'],
	['a', 'not sent'],
	['token', 'not sent'],
	[token('04'), 'not sent'],
	[lost, 'unknown'],
	[tablet, 'accepted'],
	[later, 'accepted'],
];

describe('with one push that only the second try can send', () => {
	beforeEach(() => {
		bench.peer.simulator.devices.unregister(dead);
		bench.peer.simulator.script.at(({ path }) => path.endsWith(lost), { type: 'reset', code: 2 });
		breakAfter(tablet);
	});

	/** Runs the items; the second try finds the way free. */
	const run = async (
		node: Partial<INode>,
		options: Record<string, string> = {},
	): Promise<{ result: Awaited<ReturnType<typeof bench.send>>; tries: ReturnType<typeof watchTries> }> => {
		const tries = watchTries(bench, (number) => (number === 2 ? gate().open() : undefined));
		const result = await bench.send({ ...parameters, options: { ...parameters.options, ...options } }, items, {
			...retry,
			...node,
		});
		return { result, tries };
	};

	const expectSentOnce = (): void => {
		expect(pushes()).toEqual({ [phone]: 1, [dead]: 1, [lost]: 1, [tablet]: 1, [later]: 1 });
		expect(bench.peer.simulator.counters().accepted).toBe(3);
	};

	it.each(['stopWorkflow', 'continueRegularOutput'] as const)(
		'%s: returns all results on the second try',
		async (onError) => {
			const { result, tries } = await run({ onError });
			expect(tries.count).toBeGreaterThan(1);
			for (const failed of tries.results.slice(0, -1))
				expect(failed).toMatchObject({ message: expect.stringMatching(/^1 push could not be sent yet\./) });
			expect(result.status).toBe('success');
			expect(result.items('Send').map(({ json }) => [json.recipient, json.outcome])).toEqual(outcomes);
			expect(result.hints('Send')).toContainEqual(
				expect.stringMatching(/^APNs rejected 1 of 9 pushes \(Unregistered\)/),
			);
			expectSentOnce();
		},
	);

	it('continueErrorOutput: sorts accepted and unknown from the rest', async () => {
		const { result, tries } = await run({ onError: 'continueErrorOutput' });
		expect(tries.count).toBeGreaterThan(1);
		expect(result.items('Send', 0).map(({ json }) => [json.recipient, json.outcome])).toEqual(
			outcomes.filter(([, outcome]) => outcome === 'accepted' || outcome === 'unknown'),
		);
		expect(result.items('Send', 1)).toHaveLength(5);
		expectSentOnce();
	});

	it('stopWorkflow with On Rejected Device set to fail: fails with the same error each time, and sends nothing more', async () => {
		const { result, tries } = await run({ onError: 'stopWorkflow' }, { onRejectedDevice: 'fail' });
		expect(tries.count).toBe(5);
		expect(result.status).toBe('error');
		expect(result.error?.message).toMatch(
			/^APNs rejected 1 of 9 pushes, and 4 pushes have an invalid field: (?:\w+, ){4}\w+\. /,
		);
		expect(result.error?.description).toMatch(
			/APNs accepted 3 pushes and gave no answer for 1 push: retrying this execution from the list sends them again/,
		);
		expectSentOnce();
	});
});

it('evaluates nothing again, and keeps the APNs ID it made', async () => {
	gate().shut();
	const tries = watchTries(bench, (number) => (number === 2 ? gate().open() : undefined));
	const result = await bench.send(
		{ recipients: phone, title: '={{ $json.title + "!" }}', options: { onUnknown: 'sendAgain' } },
		[{ title: 'Hi' }],
		retry,
	);
	expect(tries.count).toBeGreaterThan(1);
	expect(bench.header('apns-id')).toBe(String(result.items('Send')[0]?.json.apnsId).toLowerCase());
	expect(pushes()).toEqual({ [phone]: 1 });
});

it('pushes to dead tokens once where all failed, in an error output that n8n takes for a failed node', async () => {
	bench.peer.simulator.devices.unregister(phone);
	bench.peer.simulator.devices.unregister(tablet);
	const tries = watchTries(bench);
	const result = await bench.send({ recipients: `${phone},${tablet}`, title: 'Hi' }, [{}], {
		...retry,
		maxTries: 3,
		waitBetweenTries: 1,
		onError: 'continueErrorOutput',
	});
	expect(tries.count).toBe(3);
	expect(result.items('Send', 1).map(({ json }) => json.details)).toEqual([
		expect.objectContaining({ recipient: phone, reason: 'Unregistered' }),
		expect.objectContaining({ recipient: tablet, reason: 'Unregistered' }),
	]);
	expect(pushes()).toEqual({ [phone]: 1, [tablet]: 1 });
	expect(result.hints('Send')).toEqual([expect.stringMatching(/^APNs rejected all 2 pushes/)]);
});

it('returns what it remembers when the run was stopped between two tries, and sends nothing more', async () => {
	breakAfter(phone);
	let stop = (): void => undefined;
	const tries = watchTries(bench, (number) => (number === 2 ? stop() : undefined));
	const result = await bench.send(
		{ ...alone, recipients: `${phone},${later}` },
		[{}],
		{ ...retry, onError: 'continueErrorOutput' },
		{
			onStart: (cancel) => {
				stop = cancel;
			},
		},
	);
	expect(result.status).toBe('canceled');
	const [, second] = tries.results;
	expect(second).toEqual([
		[
			expect.objectContaining({ json: expect.objectContaining({ recipient: phone, outcome: 'accepted' }) }),
			expect.objectContaining({ json: expect.objectContaining({ error: expect.any(String) }) }),
		],
	]);
	expect(pushes()).toEqual({ [phone]: 1 });
});

it('keeps the runs of one node apart: two branches in one execution, and two executions', async () => {
	const send = {
		id: 'send',
		name: 'Send',
		type: 'n8n-nodes-apns.apnsSend',
		typeVersion: 1,
		position: [400, 0] as [number, number],
		parameters: { recipients: '={{ $json.token }}', title: 'Hi' },
		credentials: { apnsApi: { id: 'apns', name: 'APNs account' } },
		...retry,
		onError: 'continueRegularOutput' as const,
	};
	const plain = (name: string, y: number): INode => ({
		id: name,
		name,
		type: name === 'Start' ? 'n8n-nodes-base.manualTrigger' : 'n8n-nodes-base.noOp',
		typeVersion: 1,
		position: [y === 0 ? 0 : 200, y],
		parameters: {},
	});
	gate().shut();
	const tries = watchTries(bench, (number) => (number === 2 ? gate().open() : undefined));
	const workflow = {
		nodes: [plain('Start', 0), plain('One', 100), plain('Two', 200), send],
		connections: {
			Start: {
				main: [
					[
						{ node: 'One', type: 'main' as const, index: 0 },
						{ node: 'Two', type: 'main' as const, index: 0 },
					],
				],
			},
			One: { main: [[{ node: 'Send', type: 'main' as const, index: 0 }]] },
			Two: { main: [[{ node: 'Send', type: 'main' as const, index: 0 }]] },
		},
	};
	const input = [{ json: { token: later } }, { json: { token: phone } }];
	const first = await bench.engine.run(workflow, { input });
	const runs = first.run.data.resultData.runData.Send ?? [];
	expect(runs.map(({ data }) => data?.main?.[0]?.map(({ json }) => json.outcome))).toEqual([
		['accepted', 'accepted'],
		['accepted', 'accepted'],
	]);
	// The first branch needed more tries than one, the second just one.
	expect(tries.results.slice(-2).every((result) => !(result instanceof Error))).toBe(true);
	expect(pushes()[phone]).toBe(2);
	await bench.engine.run(workflow, { input });
	expect(pushes()[phone]).toBe(4);
});
