/** The workflow most checks use: a webhook that sends one alert to the device tokens of its body. */
import type { INode } from 'n8n-workflow';
import { apns, SEND, webhook, type Workflow, workflow } from './application/workflows';

/** Parameters of the node: tokens and title from the body. */
export const alert: INode['parameters'] = { recipients: '={{ $json.body.tokens }}', title: '={{ $json.body.title }}' };

/** A webhook that sends an alert to the tokens of its body. */
export function sendingWorkflow(path: string, credentialId: string, more: Partial<INode> = {}): Workflow {
	return workflow(`Send at ${path}`, [webhook(path), apns(SEND, credentialId, alert, more)]);
}
