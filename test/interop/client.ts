/** The package's public client as the exchanges use it: from the build, with connections of its own. */
import type { Notification } from '../../nodes/shared/apns/notification';
import { ApnsClient, type ApnsClientOptions } from '../../dist/nodes/shared/client/apnsClient';
import { SessionCache } from '../../dist/nodes/shared/transport/sessionCache';
import { createSigningKey } from '../../tools/simulator/authority';

export interface OpenClient {
	readonly client: ApnsClient;
	/** Connections opened so far, and the stream limit each peer names. */
	stats(): { readonly opened: number; readonly peerStreamLimits: ReadonlyArray<number | undefined> };
	close(): void;
}

const key = createSigningKey();

/** A client for the server at this port; it reconnects within milliseconds, so that exchanges need not wait. */
export function openClient(port: number, caBundle: string, options: Partial<ApnsClientOptions> = {}): OpenClient {
	const cache = new SessionCache({ backoff: { firstDelayMs: 10, longestDelayMs: 50 } });
	const endpoint = { host: 'localhost', port };
	const client = new ApnsClient({
		identity: { type: 'token', teamId: 'TEAM000001', keyId: key.keyId, privateKeyPem: key.privateKeyPem },
		endpoint,
		managementEndpoint: endpoint,
		caBundle,
		cache,
		...options,
	});
	return {
		client,
		stats() {
			const { opened, connections } = client.lane('push').stats();
			return { opened, peerStreamLimits: connections.map((connection) => connection.peerStreamLimit) };
		},
		close: () => cache.close(),
	};
}

const payload = Buffer.from(
	'{"aps":{"alert":{"title":"Order shipped","body":"Your order is on its way"},"sound":"default"}}',
);

/** The n-th push, all to different devices; tokens begin with 0, which no special answer does. */
export function push(n: number, overrides: Partial<Notification> = {}): Notification {
	return {
		deviceToken: n.toString(16).padStart(64, '0'),
		topic: 'com.example.app',
		pushType: 'alert',
		priority: 10,
		// Every third carries a header that few do, so that header compression has something to decide.
		...(n % 3 === 0 ? { collapseId: `order-${n % 7}` } : {}),
		payload,
		...overrides,
	};
}

/** Pushes 1 to `count`. */
export function pushes(count: number, overrides: Partial<Notification> = {}): Notification[] {
	return Array.from({ length: count }, (_none, index) => push(index + 1, overrides));
}
