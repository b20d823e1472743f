/** Faults of a proxy, at each step of its tunnel. */
import { startConnectProxy, type Treatment } from '../../shared/transport/connectProxy';
import { A, type Expectation, FAILS, type Fault } from '../fault';

/** A proxy that treats its first CONNECT so, and opens every later one. */
const proxy = (name: string, treatment: Treatment | 'closed', expectation: Expectation): Fault => ({
	name: `proxy: ${name}`,
	group: 'proxy',
	expect: { connecting: expectation },
	options: {
		async proxyPort(servers) {
			if (treatment === 'closed') return (await servers.refused()).port;
			const { port } = await startConnectProxy(servers, (nth) => (nth === 1 ? treatment : 'open'));
			return port;
		},
	},
	strike: () => undefined,
});
export const proxies: readonly Fault[] = [
	proxy('refuses TCP', 'closed', FAILS),
	proxy('cuts the tunnel', 'cut', A),
	proxy('says nothing', 'silent', A),
	proxy('wants another login (407)', 407, FAILS),
	proxy('forbids the host (403)', 403, {
		struck: ['not sent', 'accepted'],
		others: ['not sent', 'accepted'],
		lasts: true,
	}),
	proxy('is overloaded (503)', 503, A),
	proxy('is throttled (429)', 429, A),
];
