/** The session cache and the provider tokens that every node of this process shares: the only state of the package that is not passed in. */
import { debuglog } from 'node:util';
import { ProviderTokenStore } from '../apns/providerToken';
import { SessionCache } from '../transport/sessionCache';

/** `NODE_DEBUG=apns` writes a line to stderr for each change of state, opening, GOAWAY, repeat and pause. */
const debug = debuglog('apns');

export const processCache = new SessionCache({ trace: (line) => debug('%s', line) });
export const processTokens = new ProviderTokenStore();
