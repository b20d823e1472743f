/** Both nodes share one push connection, in one workflow and over several executions. */
import { byId } from './broadcastBench';
import { bundleId } from './credential';
import { phone, setUpSendBench } from './sendBench';

const bench = setUpSendBench();
it('sends and broadcasts over one push connection, in one workflow and over several executions', async () => {
	const { simulator } = bench.peer;
	const channelId = simulator.channels.create('development', bundleId, 1)?.id ?? '';
	const credentials = { apnsApi: { id: 'apns', name: 'APNs account' } };
	const workflow = {
		nodes: [
			{
				id: '1',
				name: 'Send',
				type: 'n8n-nodes-apns.apnsSend',
				typeVersion: 1,
				position: [0, 0] as [number, number],
				parameters: { recipients: phone, title: 'Hi' },
				credentials,
			},
			{
				id: '2',
				name: 'Broadcast',
				type: 'n8n-nodes-apns.apnsBroadcast',
				typeVersion: 1,
				position: [200, 0] as [number, number],
				parameters: { channelId: byId(channelId), contentState: '{}' },
				credentials,
			},
			{
				id: '3',
				name: 'Get',
				type: 'n8n-nodes-apns.apnsBroadcast',
				typeVersion: 1,
				position: [400, 0] as [number, number],
				parameters: { resource: 'channel', operation: 'get', channelId: byId(channelId) },
				credentials,
			},
		],
		connections: {
			Send: { main: [[{ node: 'Broadcast', type: 'main' as const, index: 0 }]] },
			Broadcast: { main: [[{ node: 'Get', type: 'main' as const, index: 0 }]] },
		},
	};
	for (let execution = 0; execution < 4; execution++) {
		const result = await bench.engine.run(workflow);
		for (const name of ['Send', 'Broadcast', 'Get'])
			expect(result.items(name)[0]?.json).toMatchObject({ success: true });
	}
	expect(simulator.journal.connections.map(({ role, requests }) => [role, requests]).sort()).toEqual([
		['management', 4],
		['push', 8],
	]);
	expect(simulator.counters().providerTokens).toBe(1);
});
