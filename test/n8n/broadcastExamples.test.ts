/** The example workflows as a user imports them: a channel at kick-off, score updates, the end; and both nodes share one push connection. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { IWorkflowBase } from 'n8n-workflow';
import { byId } from './broadcastBench';
import { bundleId } from './credential';
import { phone, setUpSendBench } from './sendBench';

const bench = setUpSendBench();
const placeholder = 'dHN0LXNyY2gtY2hubA==';

/** An example, with the channel that the placeholder stands for. */
function example(file: string, channelId = placeholder): IWorkflowBase {
	return JSON.parse(
		readFileSync(path.resolve(__dirname, '../../examples', file), 'utf8').replaceAll(placeholder, channelId),
	) as IWorkflowBase;
}

it('goes from kick-off to the final whistle', async () => {
	const { simulator } = bench.peer;
	const kickOff = await bench.engine.run(example('broadcast-1-kick-off.json'));
	const [stored] = kickOff.items('Store This');
	const [channelId] = simulator.channels.list('development', bundleId);
	expect(stored?.json).toEqual({ match: 4711, channelId });
	simulator.channels.subscribe(channelId ?? '', 'phone');
	for (let goal = 0; goal < 3; goal++) {
		const score = await bench.engine.run(example('broadcast-2-score.json', channelId));
		expect(score.items('Update Activities')[0]?.json).toMatchObject({ success: true, channelId });
	}
	const whistle = await bench.engine.run(example('broadcast-3-final-whistle.json', channelId));
	expect(whistle.items('End Activities')[0]?.json).toMatchObject({ success: true });
	expect(whistle.items('Delete Channel')[0]?.json).toMatchObject({ deleted: true });
	const delivered = simulator.channels.deliveries.map(({ fate, message }) => [
		fate,
		(JSON.parse(message.payload.toString()) as { aps: { event: string } }).aps.event,
	]);
	expect(delivered).toEqual([...Array.from({ length: 3 }, () => ['delivered', 'update']), ['delivered', 'end']]);
	expect(simulator.channels.list('development', bundleId)).toEqual([]);
	const roles = simulator.journal.connections.map(({ role }) => role).sort();
	expect(roles).toEqual(['management', 'push']);
	expect(simulator.counters().providerTokens).toBe(1);
});

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
