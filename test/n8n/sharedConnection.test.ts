/** Both nodes share one push connection, in one workflow and over several executions. */
import { byId } from './broadcastBench';
import { bundleId } from './credential';
import { phone, setUpSendBench } from './sendBench';
import { apnsNode, chain } from './workflows';

const bench = setUpSendBench();
it('sends and broadcasts over one push connection, in one workflow and over several executions', async () => {
	const { simulator } = bench.peer;
	const channelId = simulator.channels.create('development', bundleId, 1)?.id ?? '';
	const channel = byId(channelId);
	const workflow = chain(
		apnsNode('Send', 'apnsSend', { recipients: phone, title: 'Hi' }),
		apnsNode('Broadcast', 'apnsBroadcast', { channelId: channel, contentState: '{}' }),
		apnsNode('Get', 'apnsBroadcast', { resource: 'channel', operation: 'get', channelId: channel }),
	);
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
