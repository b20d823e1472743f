/** The page without HTTP: phones, deliveries and the panel before one simulator; actions in, pictures out. */
import type { RequestRecord } from '../journal';
import type { Simulator } from '../simulator';
import { createDeliveries } from './deliveries';
import { exchangeDetails, exchangeRow } from './exchanges';
import { createPanel } from './panel';
import type { Phone } from './phone';
import { createPhone } from './phone';
import type { PhoneSpec } from './phones';
import { defaultPhones } from './phones';
import type { ExchangeDetails, ExchangeRow, PageAction, PageState } from './state';

/** Rows the page shows; details stay available as long as the journal keeps the request. */
const maxRows = 200;

export interface ModelOptions {
	readonly bundleId: string;
	readonly clock?: () => number;
	readonly phones?: readonly PhoneSpec[];
	/** Gives a token to the app's server, as an app does after registering; resolves to what came of it, in words. */
	readonly register?: (registration: Registration) => Promise<string>;
}

/** What an app tells its server. */
export interface Registration {
	readonly deviceId: string;
	readonly deviceName: string;
	readonly platform: 'ios' | 'watchos';
	readonly language: string;
	readonly deviceToken: string;
	/** Push-to-start token of Live Activities. */
	readonly startToken?: string;
	/** Update token of Live Activities. */
	readonly activityToken?: string;
}

export interface Model {
	state(): PageState;
	details(number: number): ExchangeDetails | undefined;
	/** Throws for something the page cannot do. */
	act(action: PageAction): void;
	/** Called after each change. */
	onChange(listener: () => void): void;
	close(): void;
}

/** How often activities are looked at that are due to leave the lock screen. */
const sweepMs = 1000;

export function createModel(simulator: Simulator, options: ModelOptions): Model {
	const clock = options.clock ?? Date.now;
	const { bundleId } = options;
	let lastId = 0;
	const surroundings = { bundleId, clock, nextId: () => ++lastId };
	const phones = (options.phones ?? defaultPhones).map((spec) => createPhone(spec, surroundings));
	const deliveries = createDeliveries({ simulator, phones, bundleId, clock, keep: 'one' });
	const panel = createPanel(simulator);
	const rows: ExchangeRow[] = [];
	const targets = new Map<number, string>();
	const listeners: Array<() => void> = [];
	const changed = () => listeners.forEach((listener) => listener());

	function noteEnd(record: RequestRecord): void {
		const target = deliveries.accept(record);
		targets.set(record.number, target);
		rows.unshift(exchangeRow(record, target));
		for (const row of rows.splice(maxRows)) targets.delete(row.number);
		changed();
	}

	function phoneOf(id: string): Phone {
		const phone = phones.find(({ spec }) => spec.id === id);
		if (phone === undefined) throw new Error(`The page has no phone "${id}".`);
		return phone;
	}

	function register(phone: Phone): void {
		if (options.register === undefined) throw new Error('The page was not told where phones register.');
		phone.registration = 'registering…';
		const told = (text: string) => {
			phone.registration = text;
			changed();
		};
		options
			.register({
				deviceId: phone.spec.id,
				deviceName: phone.spec.name,
				platform: phone.spec.kind === 'watch' ? 'watchos' : 'ios',
				language: phone.spec.language,
				deviceToken: phone.tokenOf('app') ?? '',
				startToken: phone.tokenOf('start'),
				activityToken: phone.tokenOf('activity'),
			})
			.then(told, (error: unknown) => told(error instanceof Error ? error.message : String(error)));
	}

	function act(action: PageAction): void {
		switch (action.type) {
			case 'online':
				return deliveries.setOnline(phoneOf(action.phone), action.on);
			case 'installed': {
				const phone = phoneOf(action.phone);
				deliveries.setInstalled(phone, action.on);
				if (action.on && options.register !== undefined) register(phone);
				return;
			}
			case 'focus':
				phoneOf(action.phone).focus = action.on;
				return;
			case 'followNewChannels':
				phoneOf(action.phone).followsNewChannels = action.on;
				return;
			case 'clear':
				return phoneOf(action.phone).clear();
			case 'endCall':
				return phoneOf(action.phone).endCall(action.accepted);
			case 'startActivity':
				return phoneOf(action.phone).startActivity();
			case 'subscribe':
				return deliveries.subscribe(phoneOf(action.phone), action.channelId, action.on);
			case 'register':
				return register(phoneOf(action.phone));
			case 'storedPushes':
				deliveries.mailbox.keep = action.keep;
				return;
			case 'fault':
				return panel.choose(action.fault);
			case 'revokeKey':
				return panel.setKeyRevoked(action.on);
			case 'limitOne':
				return panel.setLimitOne(action.on);
			case 'silent':
				return panel.setSilent(action.on);
			case 'goaway':
				return simulator.goawayAll(action.reason === '' ? undefined : action.reason);
			case 'cut':
				return simulator.cutAll();
			default:
				throw new Error('The page asked for something unknown.');
		}
	}

	simulator.journal.events.on('end', noteEnd);
	simulator.journal.events.on('change', changed);
	const sweeper = setInterval(() => {
		if (phones.map((phone) => phone.sweep()).includes(true)) changed();
	}, sweepMs);
	sweeper.unref();

	return {
		state() {
			const { streams, accepted } = simulator.counters();
			const { channels, environment } = simulator;
			return {
				environment,
				bundleId,
				pushAddress: `${simulator.host}:${simulator.pushPort}`,
				nowMs: clock(),
				requests: streams,
				accepted,
				storedPushes: deliveries.mailbox.keep,
				registers: options.register !== undefined,
				phones: phones.map((phone) =>
					phone.view({
						channels: deliveries.channelsOf(phone),
						stored: deliveries.mailbox.count(phone.spec.id),
					}),
				),
				channels: channels.list(environment, bundleId).map((id) => ({
					id,
					storesMessages: channels.find(environment, bundleId, id)?.policy === 1,
					subscribers: channels.subscribers(id).size,
				})),
				exchanges: rows,
				panel: panel.view(),
			};
		},
		details(number) {
			const record = simulator.journal.requests.find((request) => request.number === number);
			if (record === undefined) return undefined;
			const connection = simulator.journal.connections.find(({ id }) => id === record.connectionId);
			return exchangeDetails(record, targets.get(number) ?? 'a device', connection);
		},
		act(action) {
			act(action);
			changed();
		},
		onChange: (listener) => void listeners.push(listener),
		close() {
			clearInterval(sweeper);
			simulator.journal.events.off('end', noteEnd);
			simulator.journal.events.off('change', changed);
		},
	};
}
