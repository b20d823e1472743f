/** What the page is told: one picture of phones, exchanges, connections and faults. Types only: server and browser share them. */

export type PhoneKind = 'iphone' | 'watch';

export interface TokenView {
	readonly label: string;
	readonly token: string;
	readonly topic: string;
}

export type InterruptionLevel = 'passive' | 'active' | 'time-sensitive' | 'critical';

export interface NotificationView {
	/** Unique over all phones. */
	readonly id: number;
	/** Number of the exchange that brought it. */
	readonly exchange: number;
	readonly atMs: number;
	readonly title?: string;
	readonly subtitle?: string;
	readonly body?: string;
	readonly threadId?: string;
	readonly collapseId?: string;
	readonly level: InterruptionLevel;
	/** Name of the sound that was played, or why there was none. */
	readonly sound?: string;
	readonly critical: boolean;
	/** Arrived without a sound and without lighting the screen. */
	readonly quiet: boolean;
	/** How many notifications this one replaced (`apns-collapse-id`). */
	readonly replaced: number;
	readonly category?: string;
	/** Waited at APNs while the phone was offline. */
	readonly stored: boolean;
	/** A localisation key the app has no text for. */
	readonly missingKeys: readonly string[];
}

export interface ActivityView {
	readonly key: string;
	readonly exchange?: number;
	readonly name: string;
	/** The channel it follows, when it is one of a broadcast. */
	readonly channelId?: string;
	readonly attributes: ReadonlyArray<readonly [name: string, value: string]>;
	readonly content: ReadonlyArray<readonly [name: string, value: string]>;
	readonly phase: 'running' | 'ended';
	readonly updatedAtMs: number;
	readonly updates: number;
	/** From then on it is marked as outdated. */
	readonly staleAtMs?: number;
	/** When it leaves the lock screen. */
	readonly dismissAtMs?: number;
	/** The alert of its last push, for a moment. */
	readonly alert?: { readonly title?: string; readonly body?: string; readonly atMs: number };
}

export interface QuietLine {
	readonly id: number;
	readonly exchange?: number;
	readonly atMs: number;
	readonly text: string;
}

export interface CallView {
	readonly exchange: number;
	readonly atMs: number;
	readonly caller: string;
	readonly details: ReadonlyArray<readonly [name: string, value: string]>;
}

export interface PhoneView {
	readonly id: string;
	readonly name: string;
	readonly kind: PhoneKind;
	readonly language: string;
	readonly online: boolean;
	readonly installed: boolean;
	readonly focus: boolean;
	readonly badge: number;
	readonly tokens: readonly TokenView[];
	readonly notifications: readonly NotificationView[];
	readonly activities: readonly ActivityView[];
	readonly quiet: readonly QuietLine[];
	readonly call?: CallView;
	readonly channels: readonly string[];
	readonly followsNewChannels: boolean;
	/** Pushes that wait at APNs for this phone. */
	readonly stored: number;
	/** What became of its last registration with the app's server. */
	readonly registration?: string;
}

export interface ExchangeRow {
	readonly number: number;
	readonly atMs: number;
	readonly connection: number;
	readonly stream: number;
	readonly method: string;
	readonly path: string;
	readonly pushType?: string;
	/** Phones it reached or waits for, or `another device`. */
	readonly target: string;
	readonly status?: number;
	readonly reason?: string;
	readonly ending?: string;
	readonly bytes: number;
}

/** One exchange as it was on the wire. */
export interface ExchangeDetails extends ExchangeRow {
	readonly authority?: string;
	readonly headers: ReadonlyArray<{
		readonly name: string;
		readonly value: string;
		/** Words for how it was written. */
		readonly form: string;
		readonly kind: 'indexed' | 'indexing' | 'literal' | 'never' | 'unknown';
		readonly bytes?: number;
	}>;
	readonly headerBlockBytes: number;
	/** Length the same headers would have as text, one `name: value` a line. */
	readonly plainHeaderBytes: number;
	readonly payload: string;
	readonly payloadBytes: number;
	readonly answerHeaders: ReadonlyArray<readonly [name: string, value: string]>;
	readonly answerAfterMs?: number;
	readonly tls: string;
	readonly credential: string;
}

export interface ConnectionView {
	readonly id: number;
	readonly role: string;
	readonly openedAtMs: number;
	readonly tls: string;
	readonly credential: string;
	readonly openStreams: number;
	readonly streamLimit: number;
	readonly requests: number;
	readonly pings: number;
	readonly limitsSent: readonly number[];
}

export interface ProviderTokenView {
	readonly digest: string;
	readonly keyId: string;
	readonly teamId: string;
	readonly issuedAtMs: number;
	readonly revoked: boolean;
	readonly connections: readonly number[];
}

export interface FaultChoice {
	readonly id: string;
	readonly label: string;
	readonly explanation: string;
}

export interface PanelView {
	readonly faults: readonly FaultChoice[];
	readonly fault: string;
	/** Requests the fault has struck. */
	readonly struck: number;
	readonly keyRevoked: boolean;
	readonly limitOne: boolean;
	readonly silent: boolean;
	readonly connections: readonly ConnectionView[];
	readonly closedConnections: number;
	readonly tokens: readonly ProviderTokenView[];
}

export interface ChannelView {
	readonly id: string;
	readonly storesMessages: boolean;
	readonly subscribers: number;
}

export interface PageState {
	readonly environment: string;
	readonly bundleId: string;
	readonly pushAddress: string;
	readonly nowMs: number;
	readonly requests: number;
	readonly accepted: number;
	readonly storedPushes: 'one' | 'several';
	/** Where phones post their tokens, when the page was told. */
	readonly registers: boolean;
	readonly phones: readonly PhoneView[];
	readonly channels: readonly ChannelView[];
	/** Newest first. */
	readonly exchanges: readonly ExchangeRow[];
	readonly panel: PanelView;
}

/** What the page may ask of the server. */
export type PageAction =
	| { readonly type: 'online'; readonly phone: string; readonly on: boolean }
	| { readonly type: 'installed'; readonly phone: string; readonly on: boolean }
	| { readonly type: 'focus'; readonly phone: string; readonly on: boolean }
	| { readonly type: 'followNewChannels'; readonly phone: string; readonly on: boolean }
	| { readonly type: 'clear'; readonly phone: string }
	| { readonly type: 'endCall'; readonly phone: string; readonly accepted: boolean }
	| { readonly type: 'startActivity'; readonly phone: string }
	| { readonly type: 'subscribe'; readonly phone: string; readonly channelId: string; readonly on: boolean }
	| { readonly type: 'register'; readonly phone: string }
	| { readonly type: 'storedPushes'; readonly keep: 'one' | 'several' }
	| { readonly type: 'fault'; readonly fault: string }
	| { readonly type: 'revokeKey'; readonly on: boolean }
	| { readonly type: 'limitOne'; readonly on: boolean }
	| { readonly type: 'silent'; readonly on: boolean }
	| { readonly type: 'goaway'; readonly reason: string }
	| { readonly type: 'cut' };
