/** Every fault of the matrix. */
import type { Fault } from './fault';
import { answers, silence } from './groups/answers';
import { goaways } from './groups/goaways';
import { limits } from './groups/limits';
import { machine } from './groups/machine';
import { names, tcp } from './groups/network';
import { proxies } from './groups/proxies';
import { streams } from './groups/streams';
import { tls } from './groups/tls';

export const faults: readonly Fault[] = [
	...tcp,
	...names,
	...tls,
	...proxies,
	...goaways,
	...streams,
	...limits,
	...answers,
	...silence,
	...machine,
];
