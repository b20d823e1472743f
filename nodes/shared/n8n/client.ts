/** From what a credential says to the client both nodes share. */
import { type INode, LoggerProxy } from 'n8n-workflow';
import { ApnsClient } from '../client/apnsClient';
import { processCache } from '../client/process';
import type { CredentialSettings } from './credential';

export interface ClientLimits {
	readonly maxConnections?: number;
	readonly maxInFlight?: number;
}

/**
 * The client of a node's credential. Its id is the owner of the connections: when the credential changes, the old ones close
 * some minutes after their last use. Each environment of one credential owns connections of its own,
 * since one run may use both.
 */
export function clientFor(
	node: INode,
	{ identity, endpoint, managementEndpoint, caBundle, proxyUrl, environment }: CredentialSettings,
	limits: ClientLimits = {},
): ApnsClient {
	const credentialId = node.credentials?.apnsApi?.id ?? undefined;
	// What stops or delays pushes goes to the server's log: the session cache belongs to the process, not to an execution.
	processCache.onNotice ??= ({ level, message }) => LoggerProxy[level](`APNs: ${message}`);
	const owner = credentialId === undefined ? undefined : `${credentialId}|${environment}`;
	return new ApnsClient({ identity, endpoint, managementEndpoint, caBundle, proxyUrl, owner, ...limits });
}
