/** What the connections of this process do, as items a schedule can watch; no secrets. */
import type { IDataObject } from 'n8n-workflow';
import { type ProcessStatistics, processStatistics } from '../client/process';
import type { LaneStats } from '../transport/laneStats';
import { lastRuns } from './run/execute';
import type { LastRuns } from './run/lastRuns';

/** What the commands of n8n make of a process. n8n without a command is a main process. */
const roles: Readonly<Record<string, string>> = { worker: 'worker', webhook: 'webhook' };

const secondsOf = (milliseconds: number): number => Math.round(milliseconds / 1000);

function laneJson(lane: LaneStats): IDataObject {
	const sum = (of: 'activeStreams' | 'streams' | 'accepted'): number =>
		lane.connections.reduce((total, connection) => total + connection[of], 0);
	return {
		endpoint: lane.endpoint,
		state: lane.state,
		openConnections: lane.connections.length,
		queued: lane.queued,
		inFlight: sum('activeStreams'),
		sent: sum('streams'),
		accepted: sum('accepted'),
		connectionsOpened: lane.opened,
		repeats: lane.repeats,
		pausedForSeconds: secondsOf(lane.pausedForMs),
		backoffForSeconds: secondsOf(lane.backoffForMs),
		broadcastsHeldForSeconds: secondsOf(lane.broadcastsHeldForMs),
		lastError: lane.lastError ?? null,
		connections: lane.connections.map(({ livedMs, peerStreamLimit, ...connection }) => ({
			...connection,
			ageSeconds: secondsOf(livedMs),
			streamLimit: peerStreamLimit ?? null,
		})),
	};
}

/** What stands for a process that has not connected yet, with the same keys, so that a table and an alert find them. */
const nothing: LaneStats = {
	endpoint: '',
	state: 'none',
	connections: [],
	queued: 0,
	opened: 0,
	repeats: 0,
	pausedForMs: 0,
	backoffForMs: 0,
	broadcastsHeldForMs: 0,
	lastError: undefined,
};

/** The last runs, newest first, and their worst as one figure that an IF node can compare. */
function runsJson({ nowMs, runs }: ReturnType<LastRuns['list']>): IDataObject {
	return {
		longestLoopDelayMs: Math.round(Math.max(0, ...runs.map(({ longestLoopDelayMs }) => longestLoopDelayMs))),
		lastRuns: runs.map(({ endedMs, lastedMs, longestLoopDelayMs, ...counts }) => ({
			endedSecondsAgo: secondsOf(nowMs - endedMs),
			lastedMs: Math.round(lastedMs),
			longestLoopDelayMs: Math.round(longestLoopDelayMs),
			...counts,
		})),
	};
}

/** One item for each credential and endpoint this process has used lately; one without an endpoint when there is none. */
export function statisticsItems(
	statistics: ProcessStatistics = processStatistics(),
	runs: ReturnType<LastRuns['list']> = lastRuns.list(),
): IDataObject[] {
	const { processId, host, command = '', uptimeMs, eventLoopUtilization, tokenAgesMs, lanes } = statistics;
	const about: IDataObject = {
		role: roles[command] ?? 'main',
		processId,
		host,
		uptimeSeconds: secondsOf(uptimeMs),
		eventLoopUtilization: Math.round(eventLoopUtilization * 1000) / 1000,
		...runsJson(runs),
		providerTokenAgesSeconds: tokenAgesMs.map(secondsOf),
	};
	const shown = lanes.length === 0 ? [nothing] : lanes;
	return shown.map((lane) => ({ ...laneJson(lane), ...about }));
}
