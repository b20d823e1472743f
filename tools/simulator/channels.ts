/** Broadcast channels: who made them, what they store, and what their subscribers got. One store may serve simulators of both environments. */
import { randomBytes } from 'node:crypto';
import type { Environment } from './facts';
import { limits } from './facts';

/** 0: nothing stored; 1: the newest message, up to 8 hours. */
export type StoragePolicy = 0 | 1;

export interface Message {
	readonly payload: Buffer;
	readonly priority: number;
	/** UNIX seconds; 0: do not store. */
	readonly expirationSeconds: number;
	readonly uniqueId: string;
	readonly publishedAtMs: number;
}

export interface Channel {
	readonly id: string;
	readonly environment: Environment;
	readonly bundleId: string;
	readonly policy: StoragePolicy;
	readonly createdAtMs: number;
	stored?: Message;
}

/** One message's way to one subscriber. `stored`: waits for the device; `discarded`: the device was away and nothing may be kept. */
export interface Delivery {
	readonly channelId: string;
	readonly subscriber: string;
	readonly fate: 'delivered' | 'stored' | 'discarded';
	readonly message: Message;
	readonly atMs: number;
}

export interface ChannelStore {
	/** Undefined when the app has as many channels as it may. */
	create(environment: Environment, bundleId: string, policy: StoragePolicy): Channel | undefined;
	find(environment: Environment, bundleId: string, id: string): Channel | undefined;
	list(environment: Environment, bundleId: string): readonly string[];
	/** False when there is no such channel. A deleted id never comes back. */
	delete(environment: Environment, bundleId: string, id: string): boolean;
	/** What switching the capability off in the portal does. */
	deleteAll(bundleId: string): void;
	publish(channel: Channel, message: Message): void;
	/** A device follows a channel; `online` devices get messages at once. */
	subscribe(channelId: string, subscriber: string, online?: boolean): void;
	unsubscribe(channelId: string, subscriber: string): void;
	subscribers(channelId: string): ReadonlySet<string>;
	/** The device comes back (and gets what was stored, unless it is too old) or goes away. */
	setOnline(subscriber: string, online: boolean): void;
	readonly deliveries: readonly Delivery[];
}

/** `channelsPerApp` is Apple's 10,000 per app and environment unless given. */
export function createChannelStore(
	options: { readonly channelsPerApp?: number; readonly clock?: () => number } = {},
): ChannelStore {
	const most = options.channelsPerApp ?? limits.channelsPerApp;
	const clock = options.clock ?? Date.now;
	const channels = new Map<string, Channel>();
	const perApp = new Map<string, Set<string>>();
	const subscribers = new Map<string, Set<string>>();
	const offline = new Set<string>();
	const deliveries: Delivery[] = [];
	const app = (environment: Environment, bundleId: string) => `${environment} ${bundleId}`;

	/** Stored until the earlier of its expiration and 8 hours ("Sending channel management requests"). */
	function keepsUntilMs(message: Message): number {
		return Math.min(message.expirationSeconds * 1000, message.publishedAtMs + limits.maxStoredBroadcastMs);
	}

	function remove(channel: Channel): void {
		channels.delete(channel.id);
		perApp.get(app(channel.environment, channel.bundleId))?.delete(channel.id);
	}

	return {
		create(environment, bundleId, policy) {
			const ids = perApp.get(app(environment, bundleId)) ?? new Set<string>();
			if (ids.size >= most) return undefined;
			const channel: Channel = {
				id: randomBytes(16).toString('base64'),
				environment,
				bundleId,
				policy,
				createdAtMs: clock(),
			};
			channels.set(channel.id, channel);
			ids.add(channel.id);
			perApp.set(app(environment, bundleId), ids);
			return channel;
		},
		find(environment, bundleId, id) {
			const channel = channels.get(id);
			return channel?.environment === environment && channel.bundleId === bundleId ? channel : undefined;
		},
		list: (environment, bundleId) => [...(perApp.get(app(environment, bundleId)) ?? [])],
		delete(environment, bundleId, id) {
			const channel = this.find(environment, bundleId, id);
			if (channel !== undefined) remove(channel);
			return channel !== undefined;
		},
		deleteAll(bundleId) {
			for (const channel of [...channels.values()]) if (channel.bundleId === bundleId) remove(channel);
		},
		publish(channel, message) {
			const stores = channel.policy === 1 && keepsUntilMs(message) > message.publishedAtMs;
			if (stores) channel.stored = message;
			for (const subscriber of subscribers.get(channel.id) ?? []) {
				const fate = !offline.has(subscriber) ? 'delivered' : stores ? 'stored' : 'discarded';
				deliveries.push({ channelId: channel.id, subscriber, fate, message, atMs: clock() });
			}
		},
		subscribe(channelId, subscriber, online = true) {
			const all = subscribers.get(channelId) ?? new Set<string>();
			all.add(subscriber);
			subscribers.set(channelId, all);
			if (!online) offline.add(subscriber);
		},
		unsubscribe: (channelId, subscriber) => void subscribers.get(channelId)?.delete(subscriber),
		subscribers: (channelId) => subscribers.get(channelId) ?? new Set(),
		setOnline(subscriber, online) {
			if (!online) {
				offline.add(subscriber);
				return;
			}
			if (!offline.delete(subscriber)) return;
			for (const [channelId, all] of subscribers) {
				const message = all.has(subscriber) ? channels.get(channelId)?.stored : undefined;
				if (message === undefined) continue;
				const waiting = deliveries.some(
					(past) => past.message === message && past.subscriber === subscriber && past.fate === 'stored',
				);
				if (waiting)
					deliveries.push({
						channelId,
						subscriber,
						fate: keepsUntilMs(message) > clock() ? 'delivered' : 'discarded',
						message,
						atMs: clock(),
					});
			}
		},
		deliveries,
	};
}

/** Base64 with its padding, not too long; says nothing of whether the channel exists. */
export function isChannelId(text: string): boolean {
	return (
		/^[A-Za-z0-9+/]+={0,2}$/.test(text) &&
		text.length % 4 === 0 &&
		Buffer.from(text, 'base64').length <= limits.maxChannelIdBytes
	);
}
