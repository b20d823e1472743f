/** Statistics of processes a test cannot be: one that has not connected, and a worker. */
import { statisticsItems } from '../../../nodes/shared/n8n/statistics';

const idle = {
	processId: 7,
	host: 'box',
	command: 'worker',
	uptimeMs: 61_400,
	eventLoopUtilization: 0.12345,
	tokenAgesMs: [],
	lanes: [],
};

it('is one item without an endpoint while the process has not connected', () => {
	expect(statisticsItems(idle, { nowMs: 0, runs: [] })).toEqual([
		{
			endpoint: '',
			state: 'none',
			openConnections: 0,
			queued: 0,
			inFlight: 0,
			sent: 0,
			accepted: 0,
			connectionsOpened: 0,
			repeats: 0,
			pausedForSeconds: 0,
			backoffForSeconds: 0,
			broadcastsHeldForSeconds: 0,
			lastError: null,
			connections: [],
			role: 'worker',
			processId: 7,
			host: 'box',
			uptimeSeconds: 61,
			eventLoopUtilization: 0.123,
			longestLoopDelayMs: 0,
			lastRuns: [],
			providerTokenAgesSeconds: [],
		},
	]);
});

it.each([
	['start', 'main'],
	[undefined, 'main'],
	['worker', 'worker'],
	['webhook', 'webhook'],
])('takes a process started with %s for the role %s', (command, role) => {
	expect(statisticsItems({ ...idle, command })[0]?.role).toBe(role);
});

it('names the longest loop delay of the last runs as one figure, and each run beside it', () => {
	const run = { endedMs: 58_000, lastedMs: 812.4, longestLoopDelayMs: 31.6, requests: 500, notSent: 2, unknown: 1 };
	const runs = [run, { ...run, endedMs: 30_000, longestLoopDelayMs: 240.2, notSent: 0 }];
	expect(statisticsItems(idle, { nowMs: 60_000, runs })[0]).toMatchObject({
		longestLoopDelayMs: 240,
		lastRuns: [
			{ endedSecondsAgo: 2, lastedMs: 812, longestLoopDelayMs: 32, requests: 500, notSent: 2, unknown: 1 },
			{ endedSecondsAgo: 30, lastedMs: 812, longestLoopDelayMs: 240, requests: 500, notSent: 0, unknown: 1 },
		],
	});
});
