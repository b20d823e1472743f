/** The items a node gives for a run's entries, under each of n8n's error settings. */
import type { IDataObject, IExecuteFunctions, INode } from 'n8n-workflow';
import { failedItems, itemsOf, runsAsTool } from '../../../../nodes/shared/n8n/run/output';
import type { Entry } from '../../../../nodes/shared/n8n/run/report';
import { calmSlices, EagerSlices } from './outcomes';

const entry = (name: string, settled: boolean, more: IDataObject = {}): Entry => ({
	item: { json: { name, ...more }, pairedItem: { item: 7 } },
	settled,
});

describe('without an error output', () => {
	it('every entry is its item, in order', async () => {
		const entries = [entry('a', true), entry('b', false), entry('c', true)];
		const items = await itemsOf(entries, false, calmSlices());
		expect(items).toEqual(entries.map(({ item }) => item));
	});
});

describe('with an error output', () => {
	it('failures come last, each group in order', async () => {
		const entries = [entry('a', false), entry('b', true), entry('c', false), entry('d', true)];
		const items = await itemsOf(entries, true, calmSlices());
		expect(items.map(({ json }) => json.name ?? json.details)).toEqual(['b', 'd', { name: 'a' }, { name: 'c' }]);
	});

	it.each<readonly [string, IDataObject, IDataObject]>([
		[
			'message, reason and advice',
			{ message: 'Wrong token.', reason: 'BadDeviceToken', advice: 'Delete it.' },
			{ error: 'Wrong token (BadDeviceToken).', message: 'Delete it.' },
		],
		['no reason', { message: 'Wrong token.', reason: null, advice: null }, { error: 'Wrong token.', message: '' }],
		['no message', { reason: 'X' }, { error: 'The request failed (X).', message: '' }],
		['an empty message', { message: '' }, { error: 'The request failed.', message: '' }],
	])('a failure has exactly three keys, from %s', async (_what, json, expected) => {
		const failed: Entry = { item: { json, pairedItem: { item: 3 } }, settled: false };
		expect(await itemsOf([failed], true, calmSlices())).toEqual([
			{ json: { ...expected, details: json }, pairedItem: { item: 3 } },
		]);
	});
});

it.each([true, false])('lets others in on the way through many entries', async (sorted) => {
	const slices = new EagerSlices();
	const entries = Array.from({ length: 2_500 }, (_none, n) => entry(String(n), n % 2 === 0));
	expect(await itemsOf(entries, sorted, slices)).toHaveLength(2_500);
	expect(slices.turns).toBe(3);
});

describe('what ended a run before its first request', () => {
	const context = (type: string, onError: INode['onError'], inputs: number): IExecuteFunctions =>
		({
			getNode: () => ({ type, onError }),
			getInputData: () => Array.from({ length: inputs }, () => ({ json: {} })),
			continueOnFail: () => onError !== undefined && onError !== 'stopWorkflow',
		}) as unknown as IExecuteFunctions;
	const json = { message: 'No credential.', advice: 'Add one.' };
	const details = { error: 'No credential.', message: 'Add one.', details: json };

	it.each<readonly [string, string, INode['onError'], number, readonly IDataObject[]]>([
		['every item under Continue', 'apnsSend', 'continueRegularOutput', 2, [json, json]],
		['every item with an error output', 'apnsSend', 'continueErrorOutput', 2, [details, details]],
		['the tool of a model once', 'apnsSendTool', 'continueRegularOutput', 2, [json]],
		['no item where there is none', 'apnsSend', 'continueRegularOutput', 0, []],
	])('is a result for %s', (_whom, type, onError, inputs, expected) => {
		const items = failedItems(context(type, onError, inputs), json);
		expect(items.map((item) => item.json)).toEqual(expected);
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual(expected.map((_none, item) => ({ item })));
	});

	it('is an object of its own for each', () => {
		const [one, other] = failedItems(context('apnsSend', 'continueRegularOutput', 2), json);
		expect(one?.json).not.toBe(other?.json);
	});

	it.each([
		['n8n-nodes-apns.apnsSendTool', true],
		['n8n-nodes-apns.apnsSend', false],
		['n8n-nodes-apns.apnsToolSend', false],
	])('%s runs as a tool: %p', (type, expected) => {
		expect(runsAsTool(context(type, undefined, 1))).toBe(expected);
	});
});
