/** The node as a tool that runs inside an agent's own run: nothing it throws may make the agent send again what has left. */
import type { INode, INodeParameters } from 'n8n-workflow';
import { timing } from '../../nodes/shared/transport/timing';
import { phone, setUpSendBench, tablet } from './sendBench';
import { type Tries, watchTries } from './tries';
import { apnsNode, named } from './workflows';

const bench = setUpSendBench();
const retry: Partial<INode> = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };

interface Answer {
	/** What the model reads. */
	readonly answer?: string;
	/** The message of the error the agent got. */
	readonly thrown?: string;
}

/** What the tools of one agent give it. */
async function call(tools: ReadonlyArray<INodeParameters>, node: Partial<INode> = {}): Promise<Answer[]> {
	const nodes: INode[] = [
		named('Agent', '@n8n/n8n-nodes-langchain.agent', { typeVersion: 2 }),
		...tools.map((parameters, index) =>
			apnsNode(`Tool ${index}`, 'apnsSendTool', parameters, { position: [0, 100 * (index + 1)], ...node }),
		),
	];
	const connections = Object.fromEntries(
		tools.map((_parameters, index) => [
			`Tool ${index}`,
			{ ai_tool: [[{ node: 'Agent', type: 'ai_tool' as const, index: 0 }]] },
		]),
	);
	const result = await bench.engine.run({ nodes, connections });
	expect(result.error).toBeUndefined();
	return result.items('Agent').map(({ json }) => json as Answer);
}

const read = ({ answer = '[]' }: Answer = {}): unknown => (JSON.parse(answer) as unknown[])[0];
const sentTo = (device: string): number =>
	bench.requests().filter(({ path, ending }) => path.endsWith(device) && ending !== 'refused').length;
const refuse = (device: string, times: number): void =>
	void bench.peer.simulator.script.at(({ path }) => path.endsWith(device), { type: 'refuse' }, { times });

describe.each([
	['accepted', undefined],
	['unknown', { type: 'reset', code: 2 }],
] as const)('once a push is %s', (outcome, action) => {
	let tries: Tries;
	beforeEach(() => {
		tries = watchTries(bench);
		if (action !== undefined) bench.peer.simulator.script.at(({ path }) => path.endsWith(phone), action);
	});

	it('is not called again for a push that was not sent', async () => {
		refuse(tablet, timing.maxRefusals);
		const [first] = await call([{ recipients: `${phone},${tablet}`, title: 'Hi' }], retry);
		expect(tries.count).toBe(1);
		expect(read(first)).toMatchObject({ success: false, total: 2, [outcome]: 1, notSent: 1 });
		expect([sentTo(phone), sentTo(tablet)]).toEqual([1, 0]);
	});

	it.each(['stopWorkflow', 'continueRegularOutput', 'continueErrorOutput'] as const)(
		'%s: returns a summary even where rejected devices shall fail the run',
		async (onError) => {
			bench.peer.simulator.devices.unregister(tablet);
			const [first] = await call(
				[{ recipients: `${phone},${tablet}`, title: 'Hi', options: { onRejectedDevice: 'fail' } }],
				{ ...retry, onError },
			);
			expect(tries.count).toBe(1);
			const given = read(first);
			expect(Reflect.get(Object(given), 'details') ?? given).toMatchObject({ total: 2, [outcome]: 1, rejected: 1 });
			expect([sentTo(phone), sentTo(tablet)]).toEqual([1, 1]);
		},
	);
});

it('tells the agent what happened and what to do in one message where nothing was sent', async () => {
	const tries = watchTries(bench);
	const [first] = await call([{ recipients: 'Ann', title: 'Hi' }], retry);
	expect(first?.thrown).toBe(
		"'Device Tokens' contains an entry that is not hexadecimal. A device token only contains the digits 0-9 and the letters a-f. Use it as the app prints it.",
	);
	// The agent's own tries: nothing has left, so nothing is sent twice.
	expect(tries.count).toBe(3);
	expect(bench.requests()).toEqual([]);
});

it('keeps two tools of one agent apart, which share its execute data', async () => {
	const answers = await call(
		[
			{ recipients: phone, title: 'One' },
			{ recipients: tablet, title: 'Two' },
		],
		retry,
	);
	expect(answers.map(read)).toEqual([
		expect.objectContaining({ success: true, total: 1 }),
		expect.objectContaining({ success: true, total: 1 }),
	]);
	expect([sentTo(phone), sentTo(tablet)]).toEqual([1, 1]);
});

it('gives a model that runs it as a node of its own the advice in the message too', async () => {
	const result = await bench.send({ recipients: 'Ann', title: 'Hi' }, [{}], {
		type: 'n8n-nodes-apns.apnsSendTool',
		onError: 'stopWorkflow',
	});
	expect(result.error?.message).toMatch(/^'Device Tokens' contains an entry .*\. A device token only contains /);
});
