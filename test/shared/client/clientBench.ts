/** A simulator and clients of this package before it: what the client's tests start from. */
import type { TokenIdentity } from '../../../nodes/shared/apns/identity';
import type { Notification } from '../../../nodes/shared/apns/notification';
import { ProviderTokenStore } from '../../../nodes/shared/apns/providerToken';
import { ApnsClient, type ApnsClientOptions } from '../../../nodes/shared/client/apnsClient';
import { SessionCache, type SessionCacheOptions } from '../../../nodes/shared/transport/sessionCache';
import { createSigningKey } from '../../../tools/simulator/authority';
import type { TeamSpec } from '../../../tools/simulator/teams';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../../tools/simulator/simulator';

export const bundleId = 'com.example.app';
export const teamId = 'TEAM000001';

export interface ClientBench {
	readonly simulator: Simulator;
	readonly identity: TokenIdentity;
	readonly cache: SessionCache;
	/** What its clients are made of. */
	options(overrides?: Partial<ApnsClientOptions>): ApnsClientOptions;
	client(overrides?: Partial<ApnsClientOptions>): ApnsClient;
	close(): Promise<void>;
}

export interface ClientBenchOptions {
	readonly simulator?: SimulatorOptions;
	readonly cache?: SessionCacheOptions;
	/** Teams the simulator knows besides the bench's own. */
	readonly moreTeams?: readonly TeamSpec[];
}

/** Starts a simulator that knows one team; reconnects come after milliseconds, so that tests need not wait. */
export async function startClientBench(options: ClientBenchOptions = {}): Promise<ClientBench> {
	const key = createSigningKey();
	const simulator = await startSimulator({
		teams: [
			{ teamId, bundleIds: [bundleId], keys: [{ keyId: key.keyId, publicKey: key.publicKey }] },
			...(options.moreTeams ?? []),
		],
		...options.simulator,
	});
	const identity: TokenIdentity = { type: 'token', teamId, keyId: key.keyId, privateKeyPem: key.privateKeyPem };
	const cache = new SessionCache({ backoff: { firstDelayMs: 10, longestDelayMs: 50 }, ...options.cache });
	const tokens = new ProviderTokenStore();
	const optionsWith = (overrides: Partial<ApnsClientOptions> = {}): ApnsClientOptions => ({
		identity,
		endpoint: { host: 'localhost', port: simulator.pushPort },
		managementEndpoint: { host: 'localhost', port: simulator.managementPort },
		caBundle: simulator.caPem,
		cache,
		tokens,
		processEnvironment: {},
		...overrides,
	});
	return {
		simulator,
		identity,
		cache,
		options: optionsWith,
		client: (overrides) => new ApnsClient(optionsWith(overrides)),
		async close() {
			cache.close();
			await simulator.close();
		},
	};
}

/** The n-th of any number of notifications, all to different devices. */
export function notification(n: number, overrides: Partial<Notification> = {}): Notification {
	return {
		deviceToken: n.toString(16).padStart(64, '0'),
		topic: bundleId,
		pushType: 'alert',
		payload: Buffer.from('{"aps":{"alert":"Hello"}}'),
		...overrides,
	};
}

/** Notifications 1 to `count`. */
export function notifications(count: number, overrides: Partial<Notification> = {}): Notification[] {
	return Array.from({ length: count }, (_none, index) => notification(index + 1, overrides));
}
