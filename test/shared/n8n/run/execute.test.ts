/** One run of a node from beginning to end: what it returns, what it throws, and what a stop or a further try changes. */
import { type IExecuteFunctions, type INode, type INodeExecutionData, NodeOperationError } from 'n8n-workflow';
import { EngineCosts } from '../../../../nodes/shared/n8n/parameters/engineCosts';
import { executeItems, executeOnce, lastRuns, type PreparedRun } from '../../../../nodes/shared/n8n/run/execute';
import { HintCounter } from '../../../../nodes/shared/n8n/run/hints';
import { Report } from '../../../../nodes/shared/n8n/run/report';
import { Run } from '../../../../nodes/shared/n8n/run/runItems';
import { pushNoun } from '../../../../nodes/shared/n8n/run/words';
import type { Outcome } from '../../../../nodes/shared/outcome';
import { createManualClock } from '../../client/manualClock';
import { accepted, calmSlices, notSent, rejected, task, type TestTask, unknown } from './outcomes';

interface NodeSetting {
	readonly onError?: INode['onError'];
	readonly retryOnFail?: boolean;
	readonly maxTries?: number;
	readonly inputs?: number;
	readonly signal?: AbortSignal;
	/** Below an agent. */
	readonly isTool?: boolean;
	readonly type?: string;
}

interface Bench {
	readonly context: IExecuteFunctions;
	readonly hints: string[];
	readonly log: string[];
}

function nodeWith(setting: NodeSetting = {}): Bench {
	const hints: string[] = [];
	const log: string[] = [];
	const node = { name: 'Push', type: 'apnsSend', ...setting };
	const executeData = { node: setting.isTool === true ? { name: 'Agent' } : node };
	const context = {
		getNode: () => node,
		getInputData: () => Array.from({ length: setting.inputs ?? 2 }, (): INodeExecutionData => ({ json: {} })),
		getExecuteData: () => executeData,
		getExecutionCancelSignal: () => setting.signal,
		continueOnFail: () => setting.onError !== undefined && setting.onError !== 'stopWorkflow',
		addExecutionHints: (...all: ReadonlyArray<{ readonly message: string }>) =>
			void hints.push(...all.map(({ message }) => message)),
		getWorkflow: () => ({ id: 'W', name: 'Alerts' }),
		getExecutionId: () => '7',
		getMode: () => 'trigger',
		logger: { info: (text: string) => void log.push(text), warn: (text: string) => void log.push(text) },
	} as unknown as IExecuteFunctions;
	return { context, hints, log };
}

/** A run of two items whose requests are answered in turn; `during` is called before each answer. */
function prepared(
	answers: ReadonlyArray<Outcome | (() => Outcome)>,
	kind: Partial<PreparedRun> = {},
): PreparedRun & { readonly sent: number[] } {
	const sent: number[] = [];
	let turn = 0;
	const run = new Run<TestTask>(
		[
			{
				itemIndexes: [0, 1],
				read: (item) => [task(item, `token ${item}`)],
				whole: (item) => task(item, `whole ${item}`),
				async send(source, settle) {
					for await (const one of source) {
						sent.push(one.itemIndex);
						const answer = answers[turn++] ?? accepted();
						settle(one, typeof answer === 'function' ? answer() : answer);
					}
				},
			},
		],
		new Report('results', pushNoun),
		new HintCounter(),
		calmSlices(),
	);
	const costs = new EngineCosts([], () => 0);
	return { run, costs, toDevices: true, failOnRejected: false, sent, ...kind } as PreparedRun & {
		readonly sent: number[];
	};
}

const failing =
	(message: string, error: unknown = new Error(message)) =>
	async (): Promise<never> => {
		throw error;
	};
const badToken = (): Outcome => rejected(400, 'BadDeviceToken');
const names = ([items = []]: INodeExecutionData[][]): unknown[] =>
	items.map(({ json }) => json.outcome ?? `error: ${String(json.error)}`);

describe('what a run gives', () => {
	const strict = { failOnRejected: true };
	const channels = { toDevices: false };
	it.each<readonly [string, INode['onError'], Partial<PreparedRun>, readonly Outcome[], readonly string[] | RegExp]>([
		['some accepted', undefined, {}, [accepted(), badToken()], ['accepted', 'rejected']],
		['all rejected for themselves', undefined, {}, [badToken(), badToken()], ['rejected', 'rejected']],
		['all unknown', undefined, {}, [unknown(), unknown()], ['unknown', 'unknown']],
		['none sent', undefined, {}, [notSent('x'), notSent('x')], /^It failed with x\. None of 2 pushes succeeded/],
		['one rejected, strict', undefined, strict, [accepted(), badToken()], /^APNs rejected 1 of 2 pushes: token 1/],
		['none sent, strict', undefined, strict, [notSent('x'), notSent('x')], /^It failed with x/],
		['no broadcast accepted', undefined, channels, [badToken(), badToken()], /None of 2/],
		['none sent, continue', 'continueRegularOutput', {}, [notSent('x'), notSent('x')], ['not sent', 'not sent']],
		[
			'one rejected, strict, continue',
			'continueRegularOutput',
			strict,
			[accepted(), badToken()],
			['accepted', 'rejected'],
		],
		[
			'one rejected, error output',
			'continueErrorOutput',
			strict,
			[notSent('x'), accepted()],
			['accepted', 'error: The request failed.'],
		],
	])('%s', async (_what, onError, kind, answers, expected) => {
		const { context } = nodeWith({ onError });
		const result = executeItems(context, async () => prepared(answers, kind));
		if (expected instanceof RegExp) await expect(result).rejects.toThrow(expected);
		else expect(names(await result)).toEqual(expected);
	});

	it('comes with hints about what failed', async () => {
		const { context, hints } = nodeWith();
		await executeItems(context, async () => prepared([accepted(), badToken()]));
		expect(hints).toEqual([expect.stringMatching(/^APNs rejected 1 of 2 pushes \(BadDeviceToken\)/)]);
	});

	it('comes with what expressions cost', async () => {
		let now = 0;
		const costs = new EngineCosts([], () => (now += 600));
		costs.measure('title', () => undefined);
		costs.measure('title', () => undefined);
		const { context, hints } = nodeWith();
		await executeItems(context, async () => prepared([], { costs }));
		expect(hints).toEqual([expect.stringContaining("The expression in 'title'")]);
	});

	it('is counted among the last runs of this process, also where nothing was prepared', async () => {
		await executeItems(nodeWith().context, async () => prepared([notSent('x'), unknown()]));
		expect(lastRuns.list().runs[0]).toMatchObject({ requests: 2, notSent: 1, unknown: 1 });
		await expect(executeItems(nodeWith().context, failing('no credential'))).rejects.toThrow();
		expect(lastRuns.list().runs[0]).toMatchObject({ requests: 0, notSent: 0, unknown: 0 });
	});

	it('is told in the log every five seconds until it is there', async () => {
		const clock = createManualClock();
		const { context, log, hints } = nodeWith();
		const run = prepared([
			accepted(),
			() => {
				clock.advance(5_000);
				return accepted();
			},
		]);
		await executeItems(context, async () => run, undefined, { clock, wallNowMs: () => 0 });
		const line = 'Push (workflow "Alerts", execution 7): 1 push sent, 0 rejected, 0 a second, about 5 seconds left';
		expect([log, hints]).toEqual([[line], [expect.stringMatching(/^This run took 5 seconds/)]]);
		expect(clock.delays).not.toContain(5_000);
	});

	it('is nothing without input, and nothing is prepared', async () => {
		const { context } = nodeWith({ inputs: 0 });
		const prepare = jest.fn();
		expect([await executeItems(context, prepare), await executeOnce(context, prepare)]).toEqual([[[]], [[]]]);
		expect(prepare).not.toHaveBeenCalled();
	});
});

describe('what ends a run before its first request', () => {
	const fail = failing('no credential');

	it('is thrown where the workflow stops', async () => {
		await expect(executeItems(nodeWith().context, fail)).rejects.toThrow('no credential');
		await expect(executeOnce(nodeWith().context, fail)).rejects.toThrow('no credential');
	});

	it('is the result of each item where it goes on, told once below the output', async () => {
		for (const execute of [executeItems, executeOnce]) {
			const { context, hints } = nodeWith({ onError: 'continueRegularOutput' });
			const [items] = await execute(context, fail);
			expect(items?.map(({ json }) => [json.success, json.message])).toEqual([
				[false, 'no credential'],
				[false, 'no credential'],
			]);
			expect(hints).toEqual([
				expect.stringMatching(/^All 2 pushes were not sent because a field is invalid\. no cred/),
			]);
		}
	});

	it('is a result of the kind the operation has', async () => {
		const { context, hints } = nodeWith({ onError: 'continueRegularOutput' });
		const noun = { target: 'channel', one: 'broadcast', many: 'broadcasts' } as const;
		const items = await executeItems(context, fail, { noun, json: ({ outcome }) => ({ kind: outcome }) });
		expect(items).toEqual([[0, 1].map((item) => ({ json: { kind: 'not sent' }, pairedItem: { item } }))]);
		expect(hints[0]).toMatch(/^All 2 broadcasts were/);
	});
});

describe('once per execution', () => {
	it('gives what the work gives', async () => {
		const items = [{ json: { a: 1 } }];
		expect(await executeOnce(nodeWith().context, async () => items)).toEqual([items]);
	});

	it('does nothing after a stop', async () => {
		const work = jest.fn();
		expect(await executeOnce(nodeWith({ signal: AbortSignal.abort() }).context, work)).toEqual([[]]);
		expect(work).not.toHaveBeenCalled();
	});
});

describe('with Retry On Fail', () => {
	const retrying: NodeSetting = { retryOnFail: true, maxTries: 2 };

	it('the next try sends what the first could not, and gives the results of both', async () => {
		const { context } = nodeWith(retrying);
		const run = prepared([accepted(), notSent('deadline'), accepted()]);
		const prepare = jest.fn(async () => run);
		await expect(executeItems(context, prepare)).rejects.toMatchObject({
			message: '1 push could not be sent yet. It failed with deadline.',
			context: { itemIndex: 1 },
		});
		expect(names(await executeItems(context, prepare))).toEqual(['accepted', 'accepted']);
		expect([run.sent, prepare.mock.calls.length]).toEqual([[0, 1, 1], 1]);
	});

	it('the last try gives what is left as it is', async () => {
		const { context } = nodeWith(retrying);
		const run = prepared([accepted(), notSent('deadline'), notSent('deadline')]);
		await expect(executeItems(context, async () => run)).rejects.toThrow('could not be sent yet');
		expect(names(await executeItems(context, async () => run))).toEqual(['accepted', 'not sent']);
	});

	it('nothing is asked for again that a further try would not mend', async () => {
		const { context, log } = nodeWith(retrying);
		const run = prepared([accepted(), notSent('credentialRefused')]);
		expect(names(await executeItems(context, async () => run))).toEqual(['accepted', 'not sent']);
		expect(log).toEqual([]);
	});

	it('a stop gives the results there are, and says so in the log', async () => {
		const controller = new AbortController();
		const { context, log } = nodeWith({ ...retrying, signal: controller.signal });
		const run = prepared([
			accepted(),
			() => {
				controller.abort();
				return notSent('deadline');
			},
		]);
		expect(names(await executeItems(context, async () => run))).toEqual(['accepted', 'not sent']);
		expect(log).toEqual([
			expect.stringMatching(/^Push \(workflow "Alerts", execution 7\): stopped: 1 push was sent and answered/),
		]);
	});

	it('a stop between tries sends nothing more, and keeps what there is', async () => {
		const controller = new AbortController();
		const { context } = nodeWith({ ...retrying, signal: controller.signal });
		const run = prepared([accepted(), notSent('deadline')]);
		await expect(executeItems(context, async () => run)).rejects.toThrow();
		controller.abort();
		expect(names(await executeItems(context, async () => run))).toEqual(['accepted', 'not sent']);
		expect(run.sent).toEqual([0, 1]);
	});
});

describe('a stop', () => {
	it('before the first try sends nothing and gives nothing', async () => {
		const prepare = jest.fn();
		expect(await executeItems(nodeWith({ signal: AbortSignal.abort() }).context, prepare)).toEqual([[]]);
		expect(prepare).not.toHaveBeenCalled();
	});

	it('while it is prepared sends nothing, and says of every item that it was not sent', async () => {
		const controller = new AbortController();
		const { context, log } = nodeWith({ signal: controller.signal });
		const run = prepared([]);
		const items = await executeItems(context, async () => {
			controller.abort();
			return run;
		});
		expect([names(items), run.sent]).toEqual([['not sent', 'not sent'], []]);
		expect(log).toEqual([expect.stringMatching(/ 2 were not sent$/)]);
	});

	it('throws nothing, even where no request succeeded', async () => {
		const controller = new AbortController();
		const { context } = nodeWith({ signal: controller.signal });
		const run = prepared([
			() => {
				controller.abort();
				return notSent('x');
			},
			notSent('x'),
		]);
		expect(names(await executeItems(context, async () => run))).toEqual(['not sent', 'not sent']);
	});
});

describe('below an agent', () => {
	const strict = { failOnRejected: true };

	it('nothing is thrown that would make it send accepted pushes again', async () => {
		const run = prepared([accepted(), badToken()], strict);
		expect(names(await executeItems(nodeWith({ isTool: true }).context, async () => run))).toEqual([
			'accepted',
			'rejected',
		]);
	});

	it('what may be repeated is thrown', async () => {
		const run = prepared([badToken(), badToken()], strict);
		await expect(executeItems(nodeWith({ isTool: true }).context, async () => run)).rejects.toThrow('APNs rejected');
	});
});

describe('the message of an error says what to do as well', () => {
	const own = (message: string, description?: string): NodeOperationError =>
		new NodeOperationError({ ...nodeWith().context.getNode() }, message, { description });
	const thrownBy = async (setting: NodeSetting, error: unknown): Promise<unknown> =>
		await executeItems(nodeWith(setting).context, failing('', error)).catch((thrown: Error) => thrown.message);

	it.each<readonly [string, NodeSetting, unknown, string]>([
		['in a workflow not: it is shown beside it', {}, own('No key', 'Add one'), 'No key'],
		['below an agent', { isTool: true }, own('No key', 'Add one'), 'No key. Add one.'],
		['as a tool', { type: 'apnsSendTool', onError: 'stopWorkflow' }, own('No key', 'Add one'), 'No key. Add one.'],
		[
			'where the message does not say it already',
			{ isTool: true },
			own('No key: Add one', 'Add one'),
			'No key: Add one',
		],
		['where there is something to do', { isTool: true }, own('No key'), 'No key'],
	])('%s', async (_where, setting, error, expected) => {
		expect(await thrownBy(setting, error)).toBe(expected);
	});
});

describe('as the tool of a model', () => {
	const asTool: NodeSetting = { type: 'apnsSendTool' };

	it('a failure is an answer', async () => {
		const [items = []] = await executeItems(nodeWith(asTool).context, failing('no credential'));
		expect(items.map(({ json }) => json.message)).toEqual(['no credential']);
		const run = prepared([notSent('x'), notSent('x')]);
		expect(names(await executeItems(nodeWith(asTool).context, async () => run))).toEqual(['not sent', 'not sent']);
	});

	it.each<readonly [string, NodeSetting]>([
		['On Error is set to stop', { ...asTool, onError: 'stopWorkflow' }],
		['Retry On Fail is on', { ...asTool, retryOnFail: true }],
	])('a failure is an error where %s', async (_what, setting) => {
		await expect(executeItems(nodeWith(setting).context, failing('no credential'))).rejects.toThrow('no credential');
	});
});
