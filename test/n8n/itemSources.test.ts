/** Where items come from: pinned output, sub-workflows, lost pairs, and items that something edits between two tries. */
import type { INode } from 'n8n-workflow';
import { timing } from '../../nodes/shared/transport/timing';
import { phone, setUpSendBench, tablet } from './sendBench';
import { watchTries } from './tries';
import { apnsNode, chain, named } from './workflows';

const bench = setUpSendBench();
const later = '01'.repeat(32);
const retry: Partial<INode> = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };
const own = { recipients: '={{ $json.token }}', title: '={{ $json.title }}' };

const send = (fields: Partial<INode> = {}): INode => apnsNode('Send', 'apnsSend', own, fields);
/** What each device that was pushed to was told, refused streams left out. */
const told = (): unknown[] =>
	bench
		.requests()
		.filter(({ ending }) => ending !== 'refused')
		.map(({ path, json }) => [
			path.slice('/3/device/'.length),
			Reflect.get(Object(Reflect.get(Object(Reflect.get(Object(json), 'aps')), 'alert')), 'title'),
		]);
const refuseFirstTry = (device: string): void =>
	void bench.peer.simulator.script.at(
		({ path }) => path.endsWith(device),
		{ type: 'refuse' },
		{ times: timing.maxRefusals },
	);

it('sends the pinned items of the node before it', async () => {
	const result = await bench.engine.run(chain(named('Start', 'n8n-nodes-base.manualTrigger'), send()), {
		pinData: { Start: [{ json: { token: phone, title: 'Pinned' } }, { json: { token: tablet, title: 'Too' } }] },
	});
	expect(result.items('Send').map(({ json }) => json.outcome)).toEqual(['accepted', 'accepted']);
	expect(told()).toEqual([
		[phone, 'Pinned'],
		[tablet, 'Too'],
	]);
});

it('sends nothing where its own output is pinned', async () => {
	const pinned = [{ json: { success: true, recipient: phone } }];
	const result = await bench.engine.run(chain(named('Start', 'n8n-nodes-base.manualTrigger'), send(retry)), {
		pinData: { Send: pinned },
	});
	expect(result.items('Send').map(({ json }) => json)).toEqual([pinned[0]?.json]);
	expect(bench.requests()).toEqual([]);
});

it('continues in a sub-workflow what its first try left, and sends the items of the next call', async () => {
	refuseFirstTry(tablet);
	const tries = watchTries(bench);
	const sub = chain(named('Begin', 'n8n-nodes-base.manualTrigger'), send({ ...retry, parameters: { ...own } }));
	const list = { recipients: '={{ $json.tokens }}', title: '={{ $json.title }}' };
	const workflow = chain(
		named('Start', 'n8n-nodes-base.manualTrigger'),
		named('Call', 'n8n-nodes-base.executeWorkflow', {
			parameters: {
				workflowJson: JSON.stringify({
					...sub,
					nodes: sub.nodes.map((node) => (node.name === 'Send' ? { ...node, parameters: list } : node)),
				}),
			},
		}),
	);
	const result = await bench.engine.run(workflow, {
		input: [{ json: { tokens: [phone, tablet], title: 'One' } }, { json: { tokens: [phone, tablet], title: 'Two' } }],
	});
	expect(result.items('Call').map(({ json }) => [json.recipient, json.outcome])).toEqual([
		[phone, 'accepted'],
		[tablet, 'accepted'],
		[phone, 'accepted'],
		[tablet, 'accepted'],
	]);
	expect(tries.results.map((outcome) => outcome instanceof Error)).toEqual([true, false, false]);
	expect(told()).toEqual([
		[phone, 'One'],
		[tablet, 'One'],
		[phone, 'Two'],
		[tablet, 'Two'],
	]);
});

it('sends on a further try what it read on the first, whatever became of the items since', async () => {
	refuseFirstTry(tablet);
	const input = [phone, tablet].map((token) => ({ json: { token, title: `For ${token.slice(0, 2)}` } }));
	const tries = watchTries(bench, (number) => {
		if (number === 1) return;
		for (const item of input) Object.assign(item.json, { token: later, title: 'Edited' });
	});
	const result = await bench.send(own, [], retry, { input });
	expect(tries.count).toBe(2);
	expect(result.items('Send').map(({ json }) => [json.recipient, json.outcome])).toEqual([
		[phone, 'accepted'],
		[tablet, 'accepted'],
	]);
	expect(told()).toEqual([
		[phone, 'For ab'],
		[tablet, 'For cd'],
	]);
});

it('replays invalid items as they were read, whatever became of them since', async () => {
	const input = [{ json: { token: 'no token', title: 'Hi' } }];
	const tries = watchTries(bench, () => undefined);
	const result = await bench.send({ ...own }, [], { ...retry, onError: 'continueErrorOutput' }, { input });
	Object.assign(input[0]?.json ?? {}, { token: phone });
	expect(tries.count).toBe(3);
	expect(result.items('Send', 1)).toHaveLength(2);
	expect(bench.requests()).toEqual([]);
});

it.each(['stopWorkflow', 'continueRegularOutput', 'continueErrorOutput'] as const)(
	'makes a lost pair the result of its item, and sends the others, %s',
	async (onError) => {
		const items = [
			{ json: { token: phone }, pairedItem: { item: 0 } },
			{ json: { token: later } },
			{ json: { token: tablet }, pairedItem: { item: 1 } },
		];
		const result = await bench.engine.run(
			chain(
				named('Titles', 'test.given', {
					parameters: { items: JSON.stringify([{ json: { title: 'A' } }, { json: { title: 'B' } }]) },
				}),
				named('Tokens', 'test.given', { parameters: { items: JSON.stringify(items) } }),
				send({
					parameters: { recipients: '={{ $json.token }}', title: '={{ $("Titles").item.json.title }}' },
					onError,
				}),
			),
		);
		expect(result.status).toBe('success');
		expect(told()).toEqual([
			[phone, 'A'],
			[tablet, 'B'],
		]);
		const [lost] = onError === 'continueErrorOutput' ? result.items('Send', 1) : [result.items('Send')[1]];
		expect(lost?.pairedItem).toEqual({ item: 1 });
		expect(lost?.json.details ?? lost?.json).toMatchObject({
			recipient: later,
			outcome: 'not sent',
			message: expect.stringMatching(/pair|item/i),
			advice: expect.stringMatching(/\w/),
		});
	},
);
