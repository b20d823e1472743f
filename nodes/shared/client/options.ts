/** What a client is made of, and where it connects: options of `ApnsClient` and of the connection check. */
import type { ProviderIdentity } from '../apns/identity';
import type { ProviderTokenStore } from '../apns/providerToken';
import type { Endpoint } from '../endpoint';
import type { Clock } from '../transport/clock';
import type { Target } from '../transport/connect';
import { type EnvironmentVariables, proxyFromEnvironment } from '../transport/proxyEnvironment';
import type { SessionCache } from '../transport/sessionCache';

export type { Endpoint } from '../endpoint';

export interface ApnsClientOptions {
	readonly identity: ProviderIdentity;
	/** Device pushes and broadcasts. */
	readonly endpoint: Endpoint;
	/** Channel management. */
	readonly managementEndpoint: Endpoint;
	/** PEM certificates trusted besides Node's own. */
	readonly caBundle?: string;
	/** `http://user:password@host:port` of a CONNECT proxy. Without one, HTTPS_PROXY and NO_PROXY of `processEnvironment` decide. */
	readonly proxyUrl?: string;
	/** Most connections this client may cause; range and default are in `callerLimits`. */
	readonly maxConnections?: number;
	/** Most of its streams in flight on one connection, whatever the server allows; range and default are in `callerLimits`. */
	readonly maxInFlight?: number;
	/** Whose identity it is, such as a credential's id: when it changes, the old connections close after their last use. */
	readonly owner?: string;
	/** Default: the cache of the process. */
	readonly cache?: SessionCache;
	/** Default: the provider tokens of the process. */
	readonly tokens?: ProviderTokenStore;
	/** Default: the clock of the cache. */
	readonly clock?: Clock;
	/** Wall clock, milliseconds since epoch: dates of certificates and of Retry-After. Default the system's. */
	readonly wallNowMs?: () => number;
	/** Makes the `apns-id` of a push that may be sent again. Default `crypto.randomUUID`. */
	readonly uuid?: () => string;
	/** Environment variables. Default the process's own. */
	readonly processEnvironment?: EnvironmentVariables;
}

/** Where a connection of these options goes, what it trusts and shows. */
export function targetOf(options: ApnsClientOptions, endpoint: Endpoint): Target {
	const { identity, caBundle, proxyUrl } = options;
	const named = proxyUrl === undefined || proxyUrl.trim() === '' ? undefined : proxyUrl.trim();
	return {
		host: endpoint.host,
		port: endpoint.port,
		caBundle,
		proxyUrl: named ?? proxyFromEnvironment(options.processEnvironment ?? process.env, endpoint),
		...(identity.type === 'certificate'
			? { certificatePem: identity.certificatePem, privateKeyPem: identity.privateKeyPem }
			: {}),
	};
}
