/** Which causes have earned a drain: a connection may be too old to know something new, but a wrong request must not close connections again and again. */
import type { Carrier } from './request';
import { timing } from './timing';

/** `drain`: replace the connection and repeat; `again`: it was replaced since, repeat; `no`: a repeat would be answered alike. */
export type DrainVerdict = 'drain' | 'again' | 'no';

export interface DrainLedger {
	/** Judges an answer that came on `carrier`, and remembers a drain. */
	judge(cause: string, carrier: Pick<Carrier, 'createdAtMs' | 'livedMs'>, nowMs: number): DrainVerdict;
}

/** An empty ledger; it holds `timing.maxCauses` causes at most. */
export function createDrainLedger(): DrainLedger {
	const drains = new Map<string, { readonly atMs: number; readonly newestMs: number }>();
	return {
		judge(cause, carrier, nowMs) {
			const last = drains.get(cause);
			if (last !== undefined && carrier.createdAtMs <= last.newestMs) return 'again';
			if (
				carrier.livedMs < timing.youngConnectionMs ||
				(last !== undefined && nowMs - last.atMs < timing.sameCausePauseMs)
			)
				return 'no';
			if (drains.size >= timing.maxCauses) drains.clear();
			drains.set(cause, { atMs: nowMs, newestMs: carrier.createdAtMs });
			return 'drain';
		},
	};
}
