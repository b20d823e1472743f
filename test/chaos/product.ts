/** The only door to the product: how a world makes its clients, and how their outcomes are told. */
import type { BroadcastNotification, ChannelRequest, Notification } from '../../nodes/shared/apns/notification';
import type { ProviderIdentity, TokenIdentity } from '../../nodes/shared/apns/identity';
import { ProviderTokenStore } from '../../nodes/shared/apns/providerToken';
import { ApnsClient, type RequestOptions } from '../../nodes/shared/client/apnsClient';
import type { Outcome } from '../../nodes/shared/outcome';
import type { Clock } from '../../nodes/shared/transport/clock';
import type { Network } from '../../nodes/shared/transport/network';
import { SessionCache } from '../../nodes/shared/transport/sessionCache';
import type { IdentityPlan } from './plan';

export type { BroadcastNotification, ChannelRequest, Notification, Outcome, RequestOptions };

export interface ProductOptions {
	readonly clock: Clock;
	readonly network: Network;
	readonly random: () => number;
	readonly wallNowMs: () => number;
	readonly uuid: () => string;
	readonly sign: (identity: TokenIdentity, issuedAtSeconds: number) => Promise<string>;
}

export interface ClientChoice {
	readonly identity: ProviderIdentity;
	readonly endpoint: { readonly host: string; readonly port: number };
	readonly managementEndpoint: { readonly host: string; readonly port: number };
	readonly proxyUrl: string | undefined;
	readonly owner: string;
	readonly maxConnections: number;
	readonly maxInFlight: number;
}

/** What of the product a world uses. */
export interface Client {
	send(notification: Notification, options: RequestOptions): Promise<Outcome>;
	broadcast(notification: BroadcastNotification, options: RequestOptions): Promise<Outcome>;
	channel(request: ChannelRequest, options: RequestOptions): Promise<Outcome>;
	sendEach(
		source: Iterable<Notification>,
		onOutcome: (outcome: Outcome, notification: Notification, index: number) => void,
		options: RequestOptions,
	): Promise<void>;
}

export interface Product {
	client(choice: ClientChoice): Client;
	close(): void;
}

export function createProduct({ clock, network, random, wallNowMs, uuid, sign }: ProductOptions): Product {
	const cache = new SessionCache({ clock, network, random });
	const tokens = new ProviderTokenStore({ nowMs: wallNowMs, monotonicMs: () => clock.now(), sign });
	return {
		client: (choice) => new ApnsClient({ ...choice, cache, tokens, clock, wallNowMs, uuid, processEnvironment: {} }),
		close: () => cache.close(),
	};
}

/** The product's identity for one of a plan, in one of its versions: another version has another key. */
export function identityOf(plan: IdentityPlan, index: number, version: number): ProviderIdentity {
	const secret = `key ${index} version ${version}`;
	if (plan.kind === 'token') return { type: 'token', teamId: plan.teamId, keyId: plan.keyId, privateKeyPem: secret };
	return {
		type: 'certificate',
		certificatePem: `certificate ${index} version ${version}`,
		privateKeyPem: secret,
		facts: {
			commonName: `Chaos ${index}`,
			topics: ['com.example.chaos'],
			environments: [],
			notBeforeMs: 0,
			notAfterMs: 9e15,
			fingerprint256: `${index}${version}`,
		},
	};
}
