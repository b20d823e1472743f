/** What the three kinds of requests put into headers and body, and which statuses answer them with success. */
import type { HeaderBuilder } from '../apns/headers';
import type { BroadcastNotification, ChannelRequest, Notification } from '../apns/notification';
import type { HeaderField } from '../http2/hpack/hpack';
import type { Mark } from '../transport/request';
import type { RequestContent } from './requestRun';

/** Apple, "Handling notification responses from APNs". */
const OK = [200] as const;
/** Apple, "Sending channel management requests to APNs"; a client of 2026 saw 200 where the page says 201 and 204. */
const CHANNEL_SUCCESS = { create: [201, 200], get: [200], getAll: [200], delete: [204, 200] } as const;

/** Header lists of one endpoint, with the provider token of the moment. */
export class AuthorizedHeaders {
	private mark: Mark;
	private value: string | undefined;

	constructor(readonly builder: HeaderBuilder) {}

	/** The value of `authorization`: one string for each token, so that comparing it is comparing pointers. */
	authorization(mark: Mark): string | undefined {
		if (mark !== this.mark) {
			this.mark = mark;
			this.value = mark === undefined ? undefined : `bearer ${mark}`;
		}
		return this.value;
	}
}

/** A push to one device. */
export class PushContent implements RequestContent {
	readonly lane = 'push';
	readonly isBroadcast = false;
	readonly success: readonly number[] = OK;
	readonly body: Buffer;
	readonly topic: string | undefined;
	readonly apnsId: string | undefined;

	constructor(
		private readonly headers: AuthorizedHeaders,
		private readonly notification: Notification,
	) {
		this.body = notification.payload;
		this.topic = notification.topic;
		this.apnsId = notification.apnsId;
	}

	fields(mark: Mark): readonly HeaderField[] {
		return this.headers.builder.push(this.notification, this.headers.authorization(mark));
	}
}

/** A broadcast to one channel. */
export class BroadcastContent implements RequestContent {
	readonly lane = 'push';
	readonly isBroadcast = true;
	readonly success: readonly number[] = OK;
	readonly body: Buffer;
	readonly topic: string;
	readonly apnsId = undefined;

	constructor(
		private readonly headers: AuthorizedHeaders,
		private readonly notification: BroadcastNotification,
	) {
		this.body = notification.payload;
		this.topic = notification.bundleId;
	}

	fields(mark: Mark): readonly HeaderField[] {
		return this.headers.builder.broadcast(this.notification, this.headers.authorization(mark));
	}
}

/** Channel management. */
export class ChannelContent implements RequestContent {
	readonly lane = 'management';
	readonly isBroadcast = false;
	readonly success: readonly number[];
	readonly body: Buffer | undefined;
	readonly topic: string;
	readonly apnsId = undefined;

	constructor(
		private readonly headers: AuthorizedHeaders,
		private readonly request: ChannelRequest,
	) {
		this.success = CHANNEL_SUCCESS[request.operation];
		this.body = request.operation === 'create' ? request.body : undefined;
		this.topic = request.bundleId;
	}

	fields(mark: Mark): readonly HeaderField[] {
		return this.headers.builder.channel(this.request, this.headers.authorization(mark));
	}
}
