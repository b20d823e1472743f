/** What a caller asks APNs to do: pushes to devices, broadcasts to channels, channel management. */

/** One push to one device, already validated (`validate.ts`): `POST /3/device/<token>`. */
export interface Notification {
	/** Hex digits only; goes into `:path`. */
	readonly deviceToken: string;
	/** `apns-topic`, suffix included; undefined leaves it to the certificate. */
	readonly topic?: string;
	/** `apns-push-type`, Apple's own value; unknown values are passed on. */
	readonly pushType?: string;
	/** `apns-priority`: 10, 5 or 1; undefined leaves Apple's default (10). */
	readonly priority?: number;
	/** `apns-expiration`, UNIX seconds; 0 = one attempt, not stored. */
	readonly expirationSeconds?: number;
	/** `apns-collapse-id`, at most 64 bytes. */
	readonly collapseId?: string;
	/** `apns-id`, canonical lower-case UUID; sent only when given. */
	readonly apnsId?: string;
	/** The JSON payload as bytes; many notifications may share one buffer. */
	readonly payload: Buffer;
}

/** One broadcast to one channel: `POST /4/broadcasts/apps/<bundleId>`. */
export interface BroadcastNotification {
	/** Bare bundle id, without suffix. */
	readonly bundleId: string;
	/** Base64 channel id as APNs made it; travels in `apns-channel-id`. */
	readonly channelId: string;
	readonly pushType: string;
	readonly priority: number;
	/** UNIX seconds, required here. */
	readonly expirationSeconds: number;
	/** `apns-request-id`, a UUID. */
	readonly requestId?: string;
	readonly payload: Buffer;
}

/** Channel management: `/1/apps/<bundleId>/channels` and `/all-channels`. */
export type ChannelRequest =
	| { readonly operation: 'create'; readonly bundleId: string; readonly requestId?: string; readonly body: Buffer }
	| {
			readonly operation: 'get' | 'delete';
			readonly bundleId: string;
			readonly requestId?: string;
			readonly channelId: string;
	  }
	| { readonly operation: 'getAll'; readonly bundleId: string; readonly requestId?: string };
