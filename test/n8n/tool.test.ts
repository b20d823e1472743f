/** APNs Send as the tool of a model: one answer in words, also where another node would fail. */
import type { IDataObject, INode, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import type { RunResult } from './engine';
import { phone, setUpSendBench, tablet } from './sendBench';
import { apnsNode, chain } from './workflows';

const bench = setUpSendBench();

const asTool = async (
	parameters: INodeParameters,
	node: Partial<INode> = {},
	items: INodeExecutionData[] = [{ json: {} }],
): Promise<RunResult> =>
	await bench.engine.run(chain(apnsNode('Tool', 'apnsSendTool', parameters, node)), { input: items });
const answers = (result: RunResult): IDataObject[] => result.items('Tool').map(({ json }) => json);

it('gives one summary with the advice in its message', async () => {
	bench.peer.simulator.devices.unregister(tablet);
	const result = await asTool({ recipients: JSON.stringify([phone, tablet]), title: 'Hi' });
	expect(answers(result)).toEqual([
		expect.objectContaining({
			success: false,
			total: 2,
			accepted: 1,
			message: expect.stringMatching(/^APNs accepted 1 of 2 pushes.*Delete this device token/),
		}),
	]);
});

it('answers with what happened and what to do where another node would fail', async () => {
	const invalid = await asTool({ recipients: 'Ann', title: 'Hi' });
	expect(answers(invalid)).toEqual([
		expect.objectContaining({
			success: false,
			notSent: 1,
			message: expect.stringMatching(/^APNs accepted none\. 1 was not sent\..*not hexadecimal\..*A device token only/),
		}),
	]);
	bench.peer.simulator.revoke(bench.peer.key.keyId);
	const refused = await asTool({ recipients: phone, title: 'Hi' });
	expect(answers(refused)).toEqual([
		expect.objectContaining({
			success: false,
			rejected: 1,
			message: expect.stringMatching(/^APNs accepted none\. It rejected 1\..*was revoked\. Compare 'Key ID'/),
		}),
	]);
});

it('says once what is wrong with the credential, however many items there are', async () => {
	bench.setCredential({ privateKey: 'no key' });
	const result = await asTool({ recipients: phone, title: 'Hi' }, {}, [{ json: {} }, { json: {} }]);
	expect(answers(result)).toEqual([
		expect.objectContaining({
			success: false,
			notSent: 2,
			message: expect.stringMatching(/^APNs accepted none\. 2 were not sent\. 2 × 'Private Key' is not a key\. Paste /),
		}),
	]);
});

it('says once what is wrong with the options of the whole run', async () => {
	const result = await asTool({ recipients: phone, title: 'Hi', options: { timeout: 0 } }, {}, [
		{ json: {} },
		{ json: {} },
	]);
	expect(answers(result)).toEqual([
		expect.objectContaining({
			success: false,
			outcome: 'not sent',
			message: expect.stringMatching(/^'Timeout/),
			advice: expect.stringMatching(/\S/),
		}),
	]);
});

it.each<[string, Partial<INode>]>([
	['On Error is set to stop', { onError: 'stopWorkflow' }],
	['Retry On Fail is on', { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 }],
])('fails where %s', async (_what, node) => {
	const result = await asTool({ recipients: 'Ann', title: 'Hi' }, node);
	expect(result.status).toBe('error');
});
