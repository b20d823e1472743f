/** What a connection shows while it is being opened: addresses, tunnel, handshake and certificates, for people to read. */
import type net from 'node:net';
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';

/** Sees the sockets of one connection as they come; none of it changes how the connection is opened. */
export interface ConnectObserver {
	/** The socket that resolves names and connects: to APNs, or to the proxy. */
	onSocket(socket: net.Socket): void;
	/** The proxy's answer to CONNECT. */
	onTunnel(status: number): void;
	/** TLS to APNs is about to begin. */
	onTls(socket: TLSSocket): void;
}

/** One certificate of the server's chain. */
export interface CertificateSummary {
	readonly subject: string;
	readonly issuer: string;
	/** Milliseconds since epoch; NaN when the certificate cannot say. */
	readonly notAfterMs: number;
}

/** What the TLS handshake settled. */
export interface HandshakeFacts {
	/** `TLSv1.3` and its like. */
	readonly version: string | undefined;
	readonly cipher: string | undefined;
	/** Chosen by ALPN; undefined when the server chose none. */
	readonly alpnProtocol: string | undefined;
	/** Leaf first. */
	readonly chain: readonly CertificateSummary[];
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

/** Longer chains are not certificates any more. */
const LONGEST_CHAIN = 10;

/** `CN` first, then organisation: enough to recognise an authority or an inspecting proxy. */
function nameOf(name: DetailedPeerCertificate['subject'] | undefined): string {
	if (name === undefined) return '';
	const parts = [name.CN, name.O].flatMap((part: string | string[] | undefined) => part ?? []);
	return parts.join(', ');
}

function chainOf(leaf: DetailedPeerCertificate | undefined): CertificateSummary[] {
	const chain: CertificateSummary[] = [];
	const seen = new Set<string>();
	for (
		let at = leaf;
		at?.fingerprint256 !== undefined && !seen.has(at.fingerprint256) && chain.length < LONGEST_CHAIN;
		at = at.issuerCertificate
	) {
		seen.add(at.fingerprint256);
		chain.push({ subject: nameOf(at.subject), issuer: nameOf(at.issuer), notAfterMs: Date.parse(at.valid_to) });
	}
	return chain;
}

function handshakeOf(socket: TLSSocket): HandshakeFacts {
	return {
		version: socket.getProtocol() ?? undefined,
		cipher: socket.getCipher()?.standardName,
		alpnProtocol: typeof socket.alpnProtocol === 'string' ? socket.alpnProtocol : undefined,
		chain: chainOf(socket.getPeerCertificate(true)),
	};
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
			onSocket(socket) {
				socket.on('lookup', (error: Error | null, address: string) => {
					if (error !== null) {
						facts.lookupFailed = true;
						return;
					}
					facts.addresses.push(address);
					facts.resolvedAtMs ??= nowMs();
				});
				socket.once('connect', () => {
					facts.connectedAtMs = nowMs();
					facts.remoteAddress = socket.remoteAddress;
					facts.remotePort = socket.remotePort;
				});
			},
			onTunnel(status) {
				facts.tunnelStatus = status;
				facts.tunnelAtMs = nowMs();
			},
			onTls(socket) {
				// "secure" comes before Node judges the chain and drops a socket it does not trust: the only moment to see that chain.
				socket.prependOnceListener('secure', () => {
					facts.handshake = handshakeOf(socket);
					facts.handshakeAtMs = nowMs();
				});
			},
		},
	};
}
