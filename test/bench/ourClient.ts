/** This package's client as the benchmark uses it: from the build, with a session cache of its own. */
import { createRequire } from 'node:module';
import path from 'node:path';
import type * as clientModule from '../../nodes/shared/client/apnsClient';
import type * as cacheModule from '../../nodes/shared/transport/sessionCache';
import type { Notification } from '../../nodes/shared/apns/notification';

const load = createRequire(__filename);
const built = path.resolve(__dirname, '../../dist/nodes/shared');
const { ApnsClient } = load(path.join(built, 'client/apnsClient.js')) as typeof clientModule;
const { SessionCache } = load(path.join(built, 'transport/sessionCache.js')) as typeof cacheModule;

export interface BenchSettings {
	readonly teamId: string;
	readonly keyId: string;
	readonly privateKey: string;
	readonly ca: string;
	readonly streams: number;
}

/** A client with connections of its own, and the end of them. */
export function ourClient(
	port: number,
	settings: BenchSettings,
	options: Partial<clientModule.ApnsClientOptions> = {},
): { client: clientModule.ApnsClient; close: () => void } {
	const cache = new SessionCache();
	const endpoint = { host: 'localhost', port };
	const client = new ApnsClient({
		identity: { type: 'token', teamId: settings.teamId, keyId: settings.keyId, privateKeyPem: settings.privateKey },
		endpoint,
		managementEndpoint: endpoint,
		caBundle: settings.ca,
		cache,
		...options,
	});
	return { client, close: () => cache.close() };
}

/** The n-th push; the payload is encoded for each. */
export function push(n: number): Notification {
	return {
		deviceToken: n.toString(16).padStart(64, '0'),
		topic: 'com.example.app',
		pushType: 'alert',
		priority: 10,
		payload: Buffer.from(
			JSON.stringify({
				aps: { alert: { title: 'Order shipped', body: `Your order ${n} is on its way` }, sound: 'default' },
			}),
		),
	};
}

/** Middle of a list. */
export function median(numbers: readonly number[]): number {
	const sorted = [...numbers].sort((a, b) => a - b);
	return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
