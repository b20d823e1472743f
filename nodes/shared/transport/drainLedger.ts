/** Which causes have earned a drain: a connection may be too old to know something new, but a wrong request must not close connections again and again. */
import type { Carrier } from './request';

/** A connection just opened knows what there is to know: another one would answer alike. */
const YOUNG_MS = 60_000;
/** So long must lie between two drains for one cause. */
const PAUSE_MS = 3_600_000;
/** Causes remembered. */
const MAX_CAUSES = 1_000;

/** `drain`: replace the connection and repeat; `again`: it was replaced since, repeat; `no`: repeating is of no use. */
export type DrainVerdict = 'drain' | 'again' | 'no';

export interface DrainLedger {
	/** Judges an answer that came on `carrier`, and remembers a drain. */
	judge(cause: string, carrier: Carrier, nowMs: number): DrainVerdict;
}

export function createDrainLedger(): DrainLedger {
	const drains = new Map<string, { readonly atMs: number; readonly newestMs: number }>();
	return {
		judge(cause, carrier, nowMs) {
			const last = drains.get(cause);
			if (last !== undefined && carrier.createdAtMs <= last.newestMs) return 'again';
			if (carrier.livedMs < YOUNG_MS || (last !== undefined && nowMs - last.atMs < PAUSE_MS)) return 'no';
			if (drains.size >= MAX_CAUSES) drains.clear();
			drains.set(cause, { atMs: nowMs, newestMs: carrier.createdAtMs });
			return 'drain';
		},
	};
}
