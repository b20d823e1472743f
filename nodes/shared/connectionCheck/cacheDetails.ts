/** The session cache's state for one identity, as a report shows it. */
import type { LaneStats } from '../transport/laneStats';
import { isoTime, type ReportDetails } from './connectionReport';

/** Without a lane nothing was sent yet, or it made room for others. */
export function cacheDetails(stats: LaneStats | undefined, nowMs: number): ReportDetails {
	if (stats === undefined) return { connections: [], queued: 0, opened: 0, lastError: null, backoffUntil: null };
	const waitMs = Math.max(stats.pausedForMs, stats.backoffForMs);
	return {
		connections: stats.connections.map(({ state, activeStreams, streams, answers, livedMs, peerStreamLimit }) => ({
			state,
			activeStreams,
			streams,
			answers,
			ageSeconds: Math.round(livedMs / 1_000),
			streamLimit: peerStreamLimit ?? null,
		})),
		queued: stats.queued,
		opened: stats.opened,
		lastError: stats.lastError ?? null,
		backoffUntil: waitMs > 0 ? isoTime(nowMs + waitMs) : null,
	};
}
