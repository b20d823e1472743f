/** What a simulator can be told when it starts; every default is what Apple documents or what was seen of the live service. */
import type { SettingValues } from '../../test/wire/frames';
import type { ReasonSpelling } from './api';
import type { ChannelStore } from './channels';
import type { DeviceOptions } from './devices';
import type { SuccessEnding } from './exchange';
import type { Environment } from './facts';
import type { RequestRecord } from './journal';
import type { TeamSpec } from './teams';

export interface SimulatorOptions {
	/** Default `development`, as Apple's sandbox. */
	readonly environment?: Environment;
	/** Milliseconds since epoch; default the system's. TLS keeps the system's. */
	readonly clock?: () => number;
	/** Default 0: any free port. */
	readonly port?: number;
	readonly managementPort?: number;
	/** Default 127.0.0.1. */
	readonly host?: string;
	/** Known developer teams; default none, so no provider token is valid. */
	readonly teams?: readonly TeamSpec[];
	/** Server certificate; default one of the process's own authority. `ca`: also trusted for provider certificates. */
	readonly tls?: { readonly cert: string; readonly key: string; readonly ca?: string };
	/** Ask clients for a provider certificate, as Apple does. Default true; a client may come without. */
	readonly requestClientCertificate?: boolean;
	/** An untrusted, expired or other environment's certificate: GOAWAY (default, as observed), a 403 answer (as documented), or the end right after the handshake. */
	readonly badCertificate?: 'goaway' | 'answer' | 'cut';
	/** ALPN protocols offered; default `h2` alone. A client that offers none is served, as Apple does. */
	readonly alpn?: readonly string[];
	readonly minTlsVersion?: 'TLSv1.2' | 'TLSv1.3';
	readonly maxTlsVersion?: 'TLSv1.2' | 'TLSv1.3';
	/** Laid over Apple's settings. `maxConcurrentStreams` is the limit of a connection that has not proved itself. */
	readonly settings?: Omit<SettingValues, 'enablePush'>;
	/** Stream limit after the first request with a good token, and of certificate connections. Default 1000. */
	readonly maxConcurrentStreamsAfterAuth?: number;
	readonly dropStreamsOnReject?: boolean;
	readonly excessStreams?: 'goaway' | 'node';
	readonly resetBudget?: { readonly resets: number; readonly withinMs: number };
	readonly idleTimeoutMs?: number;
	/** More error answers in a row than this (410 does not count) draw a GOAWAY; default: never. Apple's number is unpublished. */
	readonly errorBudget?: number;
	/** Before each honest answer; default 0. */
	readonly answerDelayMs?: number | ((request: RequestRecord) => number);
	/** How a success without a body ends its stream; default `alternate`, beginning with `headers`. */
	readonly successEnding?: SuccessEnding;
	/** Measure the 20 minutes between provider tokens by their arrival on the connection instead of by `iat`. */
	readonly strictTokenUpdates?: boolean;
	/** `observed` (default) or Apple's page, where the two differ. */
	readonly reasonSpelling?: ReasonSpelling;
	readonly devices?: DeviceOptions;
	readonly minDeviceTokenDigits?: number;
	readonly requirePushType?: boolean;
	readonly malformedPayload?: 'accept' | 'refuse';
	/** Channels shared with another simulator, say of the other environment. */
	readonly channels?: ChannelStore;
	readonly channelsPerApp?: number;
	readonly channelCreatedStatus?: 200 | 201;
	/** Broadcasts of the whole service above this many in the time draw TooManyRequests; default: never. */
	readonly broadcastRateLimit?: { readonly broadcasts: number; readonly withinMs: number };
	/** Most requests, accepted pushes and closed connections remembered; default all. */
	readonly journalKeeps?: number;
	/** Note of each request how its headers were encoded (`RequestRecord.encoded`). Costs time; default false. */
	readonly readsHeaderBlocks?: boolean;
}
