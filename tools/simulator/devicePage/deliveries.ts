/** From an accepted push to phones: whose token it is, who follows the channel, who is offline, and what then waits. */
import type { ChannelStore } from '../channels';
import type { Devices } from '../devices';
import type { Environment } from '../facts';
import type { RequestRecord } from '../journal';
import type { Simulator } from '../simulator';
import type { Arrival } from './arrival';
import { readArrival } from './arrival';
import type { Keep, Mailbox } from './mailbox';
import { createMailbox } from './mailbox';
import type { Phone } from './phone';

export interface Deliveries {
	readonly mailbox: Mailbox;
	/** Takes an exchange that ended; returns who it was for, in words. */
	accept(record: RequestRecord): string;
	setOnline(phone: Phone, online: boolean): void;
	/** Uninstalling makes its tokens 410; installing registers new ones. */
	setInstalled(phone: Phone, installed: boolean): void;
	/** The app starts a Live Activity for the channel and listens to it, or stops. */
	subscribe(phone: Phone, channelId: string, on: boolean): void;
	channelsOf(phone: Phone): string[];
}

export interface DeliveriesOptions {
	readonly simulator: Pick<Simulator, 'devices' | 'channels' | 'environment'>;
	readonly phones: readonly Phone[];
	readonly bundleId: string;
	readonly clock: () => number;
	readonly keep: Keep;
}

/** Broadcasts name no exchange in the channel store; the id of the message leads back to it. */
interface BroadcastMemory {
	remember(record: RequestRecord): void;
	find(uniqueId: string): Arrival | undefined;
}

function createBroadcastMemory(most: number): BroadcastMemory {
	const byId = new Map<string, Arrival>();
	return {
		remember(record) {
			const id = record.answer?.headers['apns-unique-id'];
			if (id === undefined) return;
			byId.set(id, readArrival(record));
			const oldest = byId.size > most ? byId.keys().next().value : undefined;
			if (oldest !== undefined) byId.delete(oldest);
		},
		find: (uniqueId) => byId.get(uniqueId),
	};
}

function registerTokens(devices: Devices, phone: Phone, environment: Environment): void {
	for (const { token, topic } of phone.tokens()) devices.register(token, { topic, environment });
}

export function createDeliveries(options: DeliveriesOptions): Deliveries {
	const { simulator, phones, bundleId, clock } = options;
	const { devices, environment } = simulator;
	const channels: ChannelStore = simulator.channels;
	const mailbox = createMailbox(options.keep);
	const broadcasts = createBroadcastMemory(1000);
	let seen = channels.deliveries.length;

	for (const phone of phones) registerTokens(devices, phone, environment);

	function hand(phone: Phone, arrival: Arrival, kind: string): void {
		const channelId = phone.receive(arrival, kind);
		if (channelId !== undefined) channels.subscribe(channelId, phone.spec.id, phone.online);
	}

	/** Hands over what the channel store delivered since the last look. */
	function handBroadcasts(): void {
		for (; seen < channels.deliveries.length; seen++) {
			const delivery = channels.deliveries[seen];
			const phone = phones.find(({ spec }) => spec.id === delivery?.subscriber);
			const arrival = delivery === undefined ? undefined : broadcasts.find(delivery.message.uniqueId);
			if (phone?.installed() !== true || arrival === undefined || delivery?.fate !== 'delivered') continue;
			hand(phone, arrival, 'channel');
		}
	}

	function acceptPush(record: RequestRecord): string {
		const arrival = readArrival(record);
		for (const phone of phones) {
			const token = phone.tokens().find((one) => one.token === arrival.deviceToken);
			if (token === undefined) continue;
			if (phone.online) {
				hand(phone, arrival, token.id);
				return phone.spec.name;
			}
			return mailbox.put(phone.spec.id, arrival)
				? `${phone.spec.name}, waiting until it is online`
				: `${phone.spec.name}, discarded: it is offline`;
		}
		return 'another device';
	}

	function acceptBroadcast(record: RequestRecord): string {
		broadcasts.remember(record);
		handBroadcasts();
		const channelId = record.headers.find(([name]) => name === 'apns-channel-id')?.[1] ?? '';
		const count = channels.subscribers(channelId).size;
		return count === 1 ? '1 phone that follows the channel' : `${count} phones that follow the channel`;
	}

	/** A new channel is followed by the phones that were told to. */
	function acceptChannelRequest(record: RequestRecord): string {
		const created = record.method === 'POST' ? record.answer?.headers['apns-channel-id'] : undefined;
		if (created === undefined) return 'channel management';
		for (const phone of phones)
			if (phone.followsNewChannels && phone.installed()) deliveries.subscribe(phone, created, true);
		return 'channel management';
	}

	const deliveries: Deliveries = {
		mailbox,
		accept(record) {
			const { answer } = record;
			if (record.role === 'management') return acceptChannelRequest(record);
			if (answer?.status !== 200) {
				const token = /^\/3\/device\/(.+)$/.exec(record.path)?.[1]?.toLowerCase();
				const phone = phones.find((one) => one.tokens().some((candidate) => candidate.token === token));
				return phone?.spec.name ?? (record.path.startsWith('/4/') ? 'a channel' : 'another device');
			}
			return record.path.startsWith('/4/') ? acceptBroadcast(record) : acceptPush(record);
		},
		setOnline(phone, online) {
			if (phone.online === online) return;
			phone.online = online;
			channels.setOnline(phone.spec.id, online);
			handBroadcasts();
			if (!online) return;
			for (const arrival of mailbox.take(phone.spec.id, clock())) {
				const token = phone.tokens().find((one) => one.token === arrival.deviceToken);
				if (token !== undefined) hand(phone, arrival, token.id);
			}
		},
		setInstalled(phone, installed) {
			if (phone.installed() === installed) return;
			if (installed) {
				phone.install();
				registerTokens(devices, phone, environment);
				return;
			}
			for (const { token } of phone.tokens()) devices.unregister(token);
			for (const channelId of deliveries.channelsOf(phone)) channels.unsubscribe(channelId, phone.spec.id);
			mailbox.drop(phone.spec.id);
			phone.uninstall();
		},
		subscribe(phone, channelId, on) {
			if (channels.find(environment, bundleId, channelId) === undefined) return;
			if (!on) {
				channels.unsubscribe(channelId, phone.spec.id);
				phone.endActivity(channelId);
				return;
			}
			channels.subscribe(channelId, phone.spec.id, phone.online);
			phone.startActivity(channelId);
		},
		channelsOf: (phone) =>
			channels.list(environment, bundleId).filter((id) => channels.subscribers(id).has(phone.spec.id)),
	};
	return deliveries;
}
