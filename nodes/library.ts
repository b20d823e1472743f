/** What a script gets that requires this package; docs/library.md describes it. Everything else may move between versions. */
import { ApnsClient as WholeClient, type ApnsClientOptions } from './shared/client/apnsClient';

/** One identity at one environment. Its connections and provider tokens belong to the process, so it is cheap to make. */
export type ApnsClient = Pick<WholeClient, 'send' | 'sendEach' | 'broadcast' | 'channel'>;

/** A client for this identity and environment, over the connections of the whole process. Opens nothing before the first request. */
export function sharedClient(options: ApnsClientOptions): ApnsClient {
	return new WholeClient(options);
}

export { channelBody } from './shared/apns/channels';
export { readCertificateIdentity } from './shared/apns/certificate';
export { type Environment, managementEndpoint, pushEndpoint } from './shared/apns/endpoints';
export type { CertificateIdentity, ProviderIdentity, TokenIdentity } from './shared/apns/identity';
export type { BroadcastNotification, ChannelRequest, Notification } from './shared/apns/notification';
export { normalizePrivateKey } from './shared/apns/privateKey';
export { type ApnsClientOptions, type Endpoint, processCache, type RequestOptions } from './shared/client/apnsClient';
export type { Failure, Outcome, OutcomeName, Repeat } from './shared/outcome';
export { SessionCache } from './shared/transport/sessionCache';
