/** One phone: what it does with a push that reaches it, as iOS or watchOS would show it. */
import type { ActivityOutcome } from './activities';
import { createActivities } from './activities';
import type { Arrival } from './arrival';
import type { Json } from './payload';
import { alertText, interruptionLevel, numberOf, objectOf, pairsOf, shown, soundOf, textOf } from './payload';
import type { PhoneSpec, PhoneToken } from './phones';
import { tokensOf } from './phones';
import type { CallView, NotificationView, PhoneView, QuietLine } from './state';

/** What a page can show; older ones leave, as a phone's own list ends somewhere. */
const maxNotifications = 40;
const maxQuietLines = 4;

export interface Phone {
	readonly spec: PhoneSpec;
	online: boolean;
	focus: boolean;
	followsNewChannels: boolean;
	registration?: string;
	installed(): boolean;
	tokens(): readonly PhoneToken[];
	tokenOf(kind: string): string | undefined;
	/** The push reaches the phone. `kind`: which of its tokens it was for, or `channel`. Returns a channel the app now follows. */
	receive(arrival: Arrival, kind: string): string | undefined;
	/** Removes the app with all it showed. */
	uninstall(): void;
	/** Installs it again: new tokens. */
	install(): void;
	startActivity(channelId?: string): void;
	endActivity(key: string): void;
	endCall(accepted: boolean): void;
	/** The user clears the lock screen and opens the app. */
	clear(): void;
	/** Takes away what is over; true when something was. */
	sweep(): boolean;
	view(about: { readonly channels: readonly string[]; readonly stored: number }): PhoneView;
}

/** Push types whose arrival is one line: what the app does with them is not to be seen on a lock screen. */
const quietTexts: ReadonlyMap<string, (payload: Json) => string> = new Map<string, (payload: Json) => string>([
	['background', () => 'App woke in the background'],
	['location', () => 'Location extension woke'],
	['complication', () => 'Complication updated'],
	['fileprovider', (payload) => `File provider signalled ${shown(payload['container-identifier'] ?? 'a change')}`],
	['mdm', () => 'Device checks in with its MDM server'],
	['pushtotalk', (payload) => `Push to Talk: ${shown(payload.activeSpeaker ?? 'channel update')}`],
	['widgets', () => 'Widgets reload'],
	['controls', () => 'Controls reload'],
]);

/** Keys apps put the caller's name in. */
const callerKeys = ['caller', 'callerName', 'caller_name', 'handle', 'from', 'name'];

export interface PhoneSurroundings {
	readonly bundleId: string;
	readonly clock: () => number;
	/** Numbers no other notification of the page has. */
	readonly nextId: () => number;
}

export function createPhone(spec: PhoneSpec, { bundleId, clock, nextId }: PhoneSurroundings): Phone {
	const activities = createActivities();
	let generation = 0;
	let installed = true;
	let tokens = tokensOf(spec, bundleId, generation);
	let notifications: NotificationView[] = [];
	let quiet: QuietLine[] = [];
	let badge = 0;
	let call: CallView | undefined;

	function note(text: string, exchange?: number): void {
		quiet = [{ id: nextId(), exchange, atMs: clock(), text }, ...quiet].slice(0, maxQuietLines);
	}

	function showAlert(arrival: Arrival): void {
		const aps = objectOf(arrival.payload.aps) ?? {};
		const newBadge = numberOf(aps.badge);
		if (newBadge !== undefined) badge = Math.max(0, Math.floor(newBadge));
		if (aps['content-available'] === 1) note('App woke in the background', arrival.exchange);
		const text = alertText(aps.alert, spec.language);
		if (text.title === undefined && text.subtitle === undefined && text.body === undefined) {
			// A badge or a sound alone changes no list.
			const sound = soundOf(aps.sound);
			if (sound !== undefined) note(`Sound “${sound.name}” played`, arrival.exchange);
			return;
		}
		const sound = soundOf(aps.sound);
		const level = sound?.critical === true ? 'critical' : interruptionLevel(aps['interruption-level']);
		const breaksThrough = level === 'critical' || level === 'time-sensitive';
		const silenced = level === 'passive' || (phone.focus && !breaksThrough);
		const replaced =
			arrival.collapseId === undefined
				? undefined
				: notifications.find(({ collapseId }) => collapseId === arrival.collapseId);
		const notification: NotificationView = {
			id: nextId(),
			exchange: arrival.exchange,
			atMs: clock(),
			...text,
			threadId: textOf(aps['thread-id']),
			collapseId: arrival.collapseId,
			level,
			sound: sound === undefined || silenced ? undefined : sound.name,
			critical: level === 'critical',
			quiet: silenced,
			replaced: replaced === undefined ? 0 : replaced.replaced + 1,
			category: textOf(aps.category),
			stored: arrival.stored,
		};
		notifications = [notification, ...notifications.filter((one) => one !== replaced)].slice(0, maxNotifications);
	}

	function ring(arrival: Arrival): void {
		const { payload } = arrival;
		const named = callerKeys.map((key) => textOf(payload[key])).find((name) => name !== undefined);
		call = {
			exchange: arrival.exchange,
			atMs: clock(),
			caller: named ?? 'Unknown caller',
			details: pairsOf(payload).filter(([name]) => name !== 'aps' && !callerKeys.includes(name)),
		};
	}

	function updateActivity(arrival: Arrival, kind: string): ActivityOutcome {
		const aps = objectOf(arrival.payload.aps) ?? {};
		const key = arrival.channelId ?? tokenOf('activity') ?? '';
		if (aps.event === 'start' && kind !== 'start') return { ignored: 'only the push-to-start token can start one' };
		if (aps.event !== 'start' && kind === 'start') return { ignored: 'the push-to-start token only starts' };
		return activities.receive(key, arrival, spec.language, clock());
	}

	function tokenOf(kind: string): string | undefined {
		return tokens.find(({ id }) => id === kind)?.token;
	}

	const handlers: ReadonlyMap<string, (arrival: Arrival, kind: string) => string | undefined> = new Map<
		string,
		(arrival: Arrival, kind: string) => string | undefined
	>([
		['alert', (arrival) => void showAlert(arrival)],
		['voip', (arrival) => void ring(arrival)],
		[
			'liveactivity',
			(arrival, kind) => {
				const { ignored, channelId } = updateActivity(arrival, kind);
				if (ignored !== undefined) note(`Live Activity push ignored: ${ignored}`, arrival.exchange);
				return channelId;
			},
		],
	]);

	const phone: Phone = {
		spec,
		online: true,
		focus: false,
		followsNewChannels: spec.followsNewChannels,
		installed: () => installed,
		tokens: () => tokens,
		tokenOf,
		receive(arrival, kind) {
			const handler = handlers.get(arrival.pushType);
			if (handler !== undefined) return handler(arrival, kind);
			const text = quietTexts.get(arrival.pushType)?.(arrival.payload) ?? `Push of type ${arrival.pushType}`;
			note(text, arrival.exchange);
			return undefined;
		},
		uninstall() {
			installed = false;
			phone.clear();
			activities.clear();
			phone.registration = undefined;
		},
		install() {
			if (installed) return;
			generation += 1;
			tokens = tokensOf(spec, bundleId, generation);
			installed = true;
		},
		startActivity(channelId) {
			const key = channelId ?? tokenOf('activity');
			if (key !== undefined) activities.startLocally(key, 'MatchAttributes', clock(), channelId);
		},
		endActivity: activities.remove,
		endCall(accepted) {
			if (call === undefined) return;
			note(accepted ? `Call with ${call.caller} accepted` : `Call from ${call.caller} declined`, call.exchange);
			call = undefined;
		},
		clear() {
			notifications = [];
			quiet = [];
			badge = 0;
			call = undefined;
		},
		sweep: () => activities.sweep(clock()),
		view: ({ channels, stored }) => ({
			id: spec.id,
			name: spec.name,
			kind: spec.kind,
			language: spec.language,
			online: phone.online,
			installed,
			focus: phone.focus,
			badge,
			tokens: tokens.map(({ label, token, topic }) => ({ label, token, topic })),
			notifications,
			activities: activities.list(),
			quiet,
			call,
			channels,
			followsNewChannels: phone.followsNewChannels,
			stored,
			registration: phone.registration,
		}),
	};
	return phone;
}
