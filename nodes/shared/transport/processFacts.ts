/** Which process this is, and how busy it has been: for reports that come from one of many. */
import { hostname } from 'node:os';

export interface ProcessFacts {
	readonly processId: number;
	readonly host: string;
	/** The first argument of the program: with n8n `start`, `worker` or `webhook`. */
	readonly command: string | undefined;
	readonly uptimeMs: number;
	/** Share of the time in which the event loop was busy since the process started, 0 to 1. */
	readonly eventLoopUtilization: number;
}

/** The facts at this moment. */
export function processFacts(): ProcessFacts {
	return {
		processId: process.pid,
		host: hostname(),
		command: process.argv[2],
		uptimeMs: process.uptime() * 1000,
		eventLoopUtilization: performance.eventLoopUtilization().utilization,
	};
}
