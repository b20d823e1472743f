/** What a connection shows while it is being opened: addresses, tunnel, handshake and certificates, for people to read. */
import type { Address, HandshakeFacts } from './network';

export type { CertificateSummary, HandshakeFacts } from './network';

/** Sees the steps of one opening as they come; none of it changes how the connection is opened. */
export interface ConnectObserver {
	/** The name was resolved: that of APNs, or of the proxy. */
	onAddresses(addresses: readonly Address[]): void;
	onLookupFailed(): void;
	/** TCP is connected, to APNs or to the proxy. */
	onConnected(address: string, port: number): void;
	/** The proxy's answer to CONNECT. */
	onTunnel(status: number): void;
	/** TLS with APNs: known before the server's chain is judged. */
	onHandshake(facts: HandshakeFacts): void;
}

/** Everything seen so far; times by the observer's clock in milliseconds. */
export interface ConnectFacts {
	readonly addresses: string[];
	resolvedAtMs: number | undefined;
	lookupFailed: boolean;
	connectedAtMs: number | undefined;
	remoteAddress: string | undefined;
	remotePort: number | undefined;
	tunnelStatus: number | undefined;
	tunnelAtMs: number | undefined;
	handshake: HandshakeFacts | undefined;
	handshakeAtMs: number | undefined;
}

/** An observer that notes what it sees. */
export function createConnectRecorder(nowMs: () => number): {
	readonly facts: ConnectFacts;
	readonly observer: ConnectObserver;
} {
	const facts: ConnectFacts = {
		addresses: [],
		resolvedAtMs: undefined,
		lookupFailed: false,
		connectedAtMs: undefined,
		remoteAddress: undefined,
		remotePort: undefined,
		tunnelStatus: undefined,
		tunnelAtMs: undefined,
		handshake: undefined,
		handshakeAtMs: undefined,
	};
	return {
		facts,
		observer: {
			onAddresses(addresses) {
				facts.addresses.push(...addresses.map(({ address }) => address));
				facts.resolvedAtMs = nowMs();
			},
			onLookupFailed() {
				facts.lookupFailed = true;
			},
			onConnected(address, port) {
				facts.connectedAtMs = nowMs();
				facts.remoteAddress = address;
				facts.remotePort = port;
			},
			onTunnel(status) {
				facts.tunnelStatus = status;
				facts.tunnelAtMs = nowMs();
			},
			onHandshake(handshake) {
				facts.handshake = handshake;
				facts.handshakeAtMs = nowMs();
			},
		},
	};
}
