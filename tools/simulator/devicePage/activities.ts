/** Live Activities of one phone: started, updated, outdated, ended, dismissed ("Starting and updating Live Activities with ActivityKit push notifications"). */
import type { Arrival } from './arrival';
import { alertText, numberOf, objectOf, pairsOf, textOf } from './payload';
import type { ActivityView } from './state';

/** An ended activity stays on the lock screen for up to four hours. */
const maxAfterEndMs = 4 * 3_600_000;

/** What became of a Live Activity push: nothing to say, or why the phone ignored it. */
export type ActivityOutcome = { readonly ignored?: string; readonly channelId?: string };

export interface Activities {
	list(): readonly ActivityView[];
	/** The app starts one by itself, for an update token or a channel. */
	startLocally(key: string, name: string, nowMs: number, channelId?: string): void;
	/** A push for the activity with that key. `startsAs`: the key an activity it starts will have. */
	receive(key: string, arrival: Arrival, language: string, nowMs: number): ActivityOutcome;
	remove(key: string): void;
	clear(): void;
	/** Takes away those that are dismissed; true when there were any. */
	sweep(nowMs: number): boolean;
}

interface Activity extends ActivityView {
	/** `timestamp` of the last push that counted. */
	readonly timestamp: number;
}

export function createActivities(): Activities {
	const activities = new Map<string, Activity>();

	function next(previous: Activity, arrival: Arrival, language: string, nowMs: number): Activity {
		const aps = objectOf(arrival.payload.aps) ?? {};
		const ends = aps.event === 'end';
		const dismissal = numberOf(aps['dismissal-date']);
		const stale = numberOf(aps['stale-date']);
		const { title, body } = alertText(aps.alert, language);
		return {
			...previous,
			exchange: arrival.exchange,
			content: objectOf(aps['content-state']) === undefined ? previous.content : pairsOf(aps['content-state']),
			phase: ends ? 'ended' : 'running',
			updatedAtMs: nowMs,
			updates: previous.updates + 1,
			timestamp: numberOf(aps.timestamp) ?? previous.timestamp,
			staleAtMs: stale === undefined ? undefined : stale * 1000,
			dismissAtMs: ends
				? Math.min(dismissal === undefined ? Number.POSITIVE_INFINITY : dismissal * 1000, nowMs + maxAfterEndMs)
				: undefined,
			alert: title === undefined && body === undefined ? undefined : { title, body, atMs: nowMs },
		};
	}

	return {
		list: () => [...activities.values()],
		startLocally(key, name, nowMs, channelId) {
			activities.set(key, {
				key,
				name,
				channelId,
				attributes: [],
				content: [],
				phase: 'running',
				updatedAtMs: nowMs,
				updates: 0,
				timestamp: 0,
			});
		},
		receive(key, arrival, language, nowMs) {
			const aps = objectOf(arrival.payload.aps) ?? {};
			if (aps.event === 'start') {
				const name = textOf(aps['attributes-type']);
				if (name === undefined || objectOf(aps.attributes) === undefined)
					return { ignored: 'a start needs attributes-type and attributes' };
				const { title, body } = alertText(aps.alert, language);
				if (title === undefined && body === undefined) return { ignored: 'a start needs an alert' };
				const channelId = textOf(aps['input-push-channel']);
				const empty: Activity = {
					key: channelId ?? key,
					name,
					channelId,
					attributes: pairsOf(aps.attributes),
					content: [],
					phase: 'running',
					updatedAtMs: nowMs,
					updates: -1,
					timestamp: 0,
				};
				activities.set(empty.key, next(empty, arrival, language, nowMs));
				return { channelId };
			}
			const running = activities.get(key);
			if (running === undefined || running.phase === 'ended') return { ignored: 'no activity is running for it' };
			const timestamp = numberOf(aps.timestamp);
			if (timestamp === undefined) return { ignored: 'its timestamp is missing' };
			if (timestamp < running.timestamp) return { ignored: 'its timestamp is older than the one shown' };
			activities.set(key, next(running, arrival, language, nowMs));
			return {};
		},
		remove: (key) => void activities.delete(key),
		clear: () => activities.clear(),
		sweep(nowMs) {
			const gone = [...activities.values()].filter(
				({ dismissAtMs }) => dismissAtMs !== undefined && dismissAtMs <= nowMs,
			);
			for (const { key } of gone) activities.delete(key);
			return gone.length > 0;
		},
	};
}
