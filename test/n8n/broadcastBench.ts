/** One APNs Broadcast node of the packed package in the real engine, before a simulator. */
import type { INode, INodeParameters } from 'n8n-workflow';
import type { RunResult } from './engine';
import type { SendBench } from './sendBench';
import { apnsNode, chain } from './workflows';

/** A function that runs the node with these parameters and settings, given these items. */
export function broadcastNode(
	bench: SendBench,
): (parameters: INodeParameters, items?: object[], node?: Partial<INode>) => Promise<RunResult> {
	return async (parameters, items = [{}], node = {}) =>
		await bench.engine.run(chain(apnsNode('Broadcast', 'apnsBroadcast', parameters, node)), {
			input: items.map((json) => ({ json: { ...json } })),
		});
}

/** A channel as the field By ID holds it. */
export const byId = (value: string): { __rl: true; mode: 'id'; value: string } => ({ __rl: true, mode: 'id', value });
