/** Pushes that wait at APNs for a phone that is offline: one for each app, or several, as Apple's two statements have it. */
import type { Arrival } from './arrival';

/**
 * `one`: "APNs stores only one notification per bundle ID" ("Sending notification requests to APNs").
 * `several`: stored ones are kept apart and grouped by `apns-collapse-id` (Apple's update notes of June 2024).
 */
export type Keep = 'one' | 'several';

const maxStoredMs = 30 * 86_400_000;

export interface Mailbox {
	keep: Keep;
	/** False when the push may not be stored, and is gone. */
	put(phone: string, arrival: Arrival): boolean;
	count(phone: string): number;
	/** What may still be delivered, in the order it came; the rest is dropped. */
	take(phone: string, nowMs: number): Arrival[];
	/** The app is gone, and with it what waited. */
	drop(phone: string): void;
}

export function createMailbox(keep: Keep): Mailbox {
	const waiting = new Map<string, Arrival[]>();
	const untilMs = ({ expirationSeconds, atMs }: Arrival) =>
		Math.min(expirationSeconds === undefined ? Number.POSITIVE_INFINITY : expirationSeconds * 1000, atMs + maxStoredMs);
	const mailbox: Mailbox = {
		keep,
		put(phone, arrival) {
			if (arrival.expirationSeconds === 0 || untilMs(arrival) <= arrival.atMs) return false;
			const kept =
				mailbox.keep === 'one'
					? []
					: (waiting.get(phone) ?? []).filter(
							({ collapseId }) => collapseId === undefined || collapseId !== arrival.collapseId,
						);
			waiting.set(phone, [...kept, { ...arrival, stored: true }]);
			return true;
		},
		count: (phone) => waiting.get(phone)?.length ?? 0,
		take(phone, nowMs) {
			const all = waiting.get(phone) ?? [];
			waiting.delete(phone);
			return all.filter((arrival) => untilMs(arrival) > nowMs);
		},
		drop: (phone) => void waiting.delete(phone),
	};
	return mailbox;
}
