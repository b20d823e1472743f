/** The network as the transport uses it: names, TCP, TLS, and the byte channels they give. Tests and simulated worlds pass their own. */

/** One address of a name. */
export interface Address {
	readonly address: string;
	readonly family: 4 | 6;
}

/** What a channel tells its one listener. */
export interface ChannelEvents {
	/** Bytes of the peer, in order. The chunk is valid only during the call: its memory is used again. */
	onData(chunk: Buffer): void;
	/** The channel takes more, after `write` returned false. */
	onDrain(): void;
	/** FIN of the peer: no bytes follow. This side may still write. */
	onEnd(): void;
	/** The channel broke (TCP reset, fatal TLS alert …), with Node's error and its `code`; `onClose` follows. */
	onError(error: Error): void;
	/** Over. No event follows. */
	onClose(): void;
}

/** An open byte stream: TCP, or TLS on top of it. */
export interface Channel {
	/** The protocol both sides chose by ALPN; undefined without TLS, or when the server chose none. */
	readonly alpnProtocol: string | undefined;
	/** Names the listener, or another one. What came before the first one waits for it, and is delivered in a later turn. */
	listen(events: ChannelEvents): void;
	/**
	 * Hands bytes over. The chunk belongs to the channel until `taken` is called, which happens at most once and not for
	 * bytes that were lost. False: the buffer is full, and `onDrain` follows.
	 */
	write(chunk: Buffer, taken: () => void): boolean;
	/** Collects writes until `uncork`, so that they leave together. */
	cork(): void;
	uncork(): void;
	/** FIN behind what was written. */
	end(): void;
	/** Ends at once; what was not sent yet is lost. `onClose` follows in a later turn. */
	destroy(): void;
	/** Whether the open channel alone keeps the process alive. Initially it does not. */
	keepAlive(on: boolean): void;
}

/** One certificate of a server's chain. */
export interface CertificateSummary {
	readonly subject: string;
	readonly issuer: string;
	/** Milliseconds since epoch; NaN when the certificate cannot say. */
	readonly notAfterMs: number;
}

/** What a TLS handshake settled, known before the server's chain is judged. */
export interface HandshakeFacts {
	/** `TLSv1.3` and its like. */
	readonly version: string | undefined;
	readonly cipher: string | undefined;
	/** Chosen by ALPN; undefined when the server chose none. */
	readonly alpnProtocol: string | undefined;
	/** Leaf first. */
	readonly chain: readonly CertificateSummary[];
}

/** TLS 1.2 or later to a server whose certificate must be trusted and carry its name. */
export interface SecureOptions {
	/** Name for SNI and for the check of the certificate; may be an address. */
	readonly host: string;
	/** Offered by ALPN. */
	readonly alpnProtocols: readonly string[];
	/** Whom to trust and what to show. The same object for the same settings: contexts are kept by it. */
	readonly trust: TrustSettings;
	readonly onHandshake?: (facts: HandshakeFacts) => void;
}

/** Whom a TLS client trusts besides Node's own roots, and the certificate it shows. */
export interface TrustSettings {
	/** PEM certificates trusted besides Node's own. */
	readonly caBundle?: string;
	/** Client certificate chain, PEM. */
	readonly certificatePem?: string;
	/** Its private key, PEM, decrypted. */
	readonly privateKeyPem?: string;
}

/** A channel on its way. Both promises reject with Node's error (its `code` tells the cause), or never settle once destroyed. */
export interface Dialing {
	/** TCP is connected. */
	readonly connected: Promise<void>;
	/** Open: TCP, and TLS where asked. */
	readonly channel: Promise<Channel>;
	/** Gives up, at any time before the channel is taken. */
	destroy(): void;
}

export interface Network {
	/** All addresses of a name, in the resolver's order; asked anew each time. Rejects with `ENOTFOUND`, `EAI_AGAIN` and their like. */
	lookup(host: string): Promise<readonly Address[]>;
	/** TCP to one address, with TCP_NODELAY and keep-alive, and TLS on it where asked. */
	dial(to: Address, port: number, secure: SecureOptions | undefined): Dialing;
	/** TLS inside an open channel, as through a proxy's tunnel. Takes the channel over. */
	secure(inside: Channel, secure: SecureOptions): Dialing;
}
