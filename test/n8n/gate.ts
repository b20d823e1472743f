/** A CONNECT proxy with a gate: shut, it answers every request for a tunnel with 503; tunnels that are open stay open. */
import { startConnectProxy } from '../shared/transport/connectProxy';
import { createServers } from '../shared/transport/servers';

export interface Gate {
	/** For the field Proxy URL of the credential. */
	readonly url: string;
	open(): void;
	shut(): void;
	close(): Promise<void>;
}

export async function startGate(): Promise<Gate> {
	let isOpen = true;
	const servers = createServers();
	const { port } = await startConnectProxy(servers, () => (isOpen ? 'open' : 503));
	return {
		url: `http://127.0.0.1:${port}`,
		open: () => {
			isOpen = true;
		},
		shut: () => {
			isOpen = false;
		},
		close: servers.close,
	};
}
