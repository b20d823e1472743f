/** The list behind the field Channel, called as the editor calls it. */
import { LoadOptionsContext } from 'n8n-core';
import { type INodeListSearchResult, type INodeParameters, type INodeType, Workflow } from 'n8n-workflow';
import { bundleId } from './credential';
import { setUpSendBench } from './sendBench';
import { apnsNode, chain } from './workflows';

const bench = setUpSendBench();
const make = (): string => bench.peer.simulator.channels.create('development', bundleId, 1)?.id ?? '';

async function search(parameters: INodeParameters, filter?: string, page?: string): Promise<INodeListSearchResult> {
	const type = bench.engine.loader.getNode('apnsBroadcast').type as INodeType;
	const node = apnsNode('Broadcast', 'apnsBroadcast', parameters);
	const nodeTypes = { getByName: () => type, getByNameAndVersion: () => type, getKnownTypes: () => ({}) };
	const workflow = new Workflow({ ...chain(node), active: false, nodeTypes });
	const additionalData = bench.engine.additionalData('search');
	const context = new LoadOptionsContext(workflow, node, { ...additionalData, currentNodeParameters: parameters }, '');
	const run = type.methods?.listSearch?.searchChannels;
	if (run === undefined) throw new Error('The node has no list search');
	return await run.call(context, filter, page);
}

it('lists the channels of the app, narrowed by what is typed', async () => {
	const ids = [make(), make(), make()];
	expect(await search({ bundleId })).toEqual({
		results: ids.map((id) => ({ name: `${id} (Most Recent Message Stored)`, value: id })),
	});
	const part = ids[1]?.slice(3, 12).toLowerCase() ?? '';
	expect(await search({ bundleId }, part)).toEqual({
		results: [{ name: `${ids[1] ?? ''} (Most Recent Message Stored)`, value: ids[1] }],
	});
});

it('takes the bundle id of the credential when the field is empty', async () => {
	const id = make();
	expect((await search({ bundleId: '' })).results).toMatchObject([{ value: id }]);
});

it('gives long lists in pages', async () => {
	const ids = Array.from({ length: 250 }, make);
	const pages: string[] = [];
	let page: unknown;
	do {
		const found = await search({ bundleId }, undefined, page as string | undefined);
		pages.push(...found.results.map(({ value }) => String(value)));
		page = found.paginationToken;
	} while (page !== undefined);
	expect(pages).toEqual(ids);
});

it('says that an expression has no value yet', async () => {
	await expect(search({ bundleId: '={{ $json.app }}' })).rejects.toThrow(
		/^'Bundle ID' is an expression, which has no value before the workflow runs\. Choose the channel by ID/,
	);
});

it('asks for a bundle id', async () => {
	bench.setCredential({ bundleId: '' });
	await expect(search({ bundleId: '' })).rejects.toThrow(
		/^'Bundle ID' is empty, and the credential has none either\. Fill in 'Bundle ID' in the node or in the credential\.$/,
	);
});

it('names what APNs refuses', async () => {
	bench.peer.simulator.setBroadcast(bundleId, false);
	await expect(search({ bundleId })).rejects.toThrow(
		/^Broadcasts are not enabled for this app\. In the Apple Developer portal, open the App ID/,
	);
});
