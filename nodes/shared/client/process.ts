/** The session cache and the provider tokens that every node of this process shares: the only state of the package that is not passed in. */
import { debuglog } from 'node:util';
import { ProviderTokenStore } from '../apns/providerToken';
import type { LaneStats } from '../transport/laneStats';
import { type ProcessFacts, processFacts } from '../transport/processFacts';
import { SessionCache } from '../transport/sessionCache';

/** `NODE_DEBUG=apns` writes a line to stderr for each change of state, opening, GOAWAY, repeat and pause. */
const debug = debuglog('apns');

export const processCache = new SessionCache({ trace: (line) => debug('%s', line) });
export const processTokens = new ProviderTokenStore();

/** What this process does, for reports and monitoring; never a secret. */
export interface ProcessStatistics extends ProcessFacts {
	/** Ages of the provider tokens in use. */
	readonly tokenAgesMs: readonly number[];
	readonly lanes: readonly LaneStats[];
}

/** Figures of this process, its provider tokens and its lanes at this moment. */
export function processStatistics(): ProcessStatistics {
	return { ...processFacts(), tokenAgesMs: processTokens.agesMs(), lanes: processCache.stats() };
}
