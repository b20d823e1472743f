/** The machine's own network: Node's resolver, TCP and TLS as channels. The only file of the product that opens sockets. */
import { promises as dns } from 'node:dns';
import net from 'node:net';
import tls, { type DetailedPeerCertificate, type TLSSocket } from 'node:tls';
import type {
	CertificateSummary,
	Channel,
	ChannelEvents,
	Dialing,
	HandshakeFacts,
	Network,
	SecureOptions,
	TrustSettings,
} from './network';
import { timing } from './timing';
import { createTlsContext } from './tlsContext';

/** The plaintext of one TLS record (RFC 8446 §5.1): Node hands over no more at once. */
const READ_BUFFER_BYTES = 16_384;
/** Shorter reads than this come as one and the same view of the buffer: an answer is one, and a new view for each costs as much as decoding it. */
const KEPT_VIEWS = 512;
/** Longer chains are no chains of certificates any more. */
const LONGEST_CHAIN = 10;

/** A socket of Node behind the channel interface. */
class SocketChannel implements Channel {
	private events: ChannelEvents | undefined;
	/** What came before anybody listened. */
	private waiting: Array<(events: ChannelEvents) => void> | undefined = [];

	constructor(readonly socket: net.Socket) {
		socket.unref();
		socket.on('data', (chunk: Buffer) => this.receive(chunk));
		socket.on('drain', () => this.tell((events) => events.onDrain()));
		socket.on('end', () => this.tell((events) => events.onEnd()));
		socket.on('error', (error) => this.tell((events) => events.onError(error)));
		socket.on('close', () => this.tell((events) => events.onClose()));
	}

	get alpnProtocol(): string | undefined {
		const { socket } = this;
		return socket instanceof tls.TLSSocket && typeof socket.alpnProtocol === 'string' ? socket.alpnProtocol : undefined;
	}

	/** Bytes of the peer; the chunk may be used again after the call. */
	receive(chunk: Buffer): void {
		if (this.waiting === undefined) return this.events?.onData(chunk);
		const copy = Buffer.from(chunk);
		this.waiting.push((events) => events.onData(copy));
	}

	listen(events: ChannelEvents): void {
		this.events = events;
		if (this.waiting === undefined) return;
		setImmediate(() => {
			const { waiting = [] } = this;
			this.waiting = undefined;
			for (const deliver of waiting) if (this.events !== undefined) deliver(this.events);
		});
	}

	write(chunk: Buffer, taken: () => void): boolean {
		return this.socket.write(chunk, (error) => {
			if (error === undefined || error === null) taken();
		});
	}

	cork(): void {
		this.socket.cork();
	}

	uncork(): void {
		this.socket.uncork();
	}

	end(): void {
		this.socket.end();
	}

	destroy(): void {
		this.socket.destroy();
	}

	keepAlive(on: boolean): void {
		if (on) this.socket.ref();
		else this.socket.unref();
	}

	/** Gives the socket away: TLS takes it over. Returns what was received and not delivered. */
	release(): void {
		this.events = undefined;
		this.waiting = undefined;
		this.socket.removeAllListeners('data');
		this.socket.removeAllListeners('drain');
		this.socket.removeAllListeners('end');
	}

	private tell(deliver: (events: ChannelEvents) => void): void {
		if (this.waiting !== undefined) this.waiting.push(deliver);
		else if (this.events !== undefined) deliver(this.events);
	}
}

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

/** A promise that somebody may never look at: its rejection must not end the process. */
function quiet<T>(promise: Promise<T>): Promise<T> {
	promise.catch(() => undefined);
	return promise;
}

/** Waits for one of a socket's events; rejects when it breaks or closes before. */
function until(socket: net.Socket, event: 'connect' | 'secureConnect'): Promise<void> {
	return new Promise((resolve, reject) => {
		const finish = (settle: () => void): void => {
			socket.removeListener(event, done);
			socket.removeListener('error', fail);
			socket.removeListener('close', closed);
			settle();
		};
		const done = (): void => finish(resolve);
		const fail = (error: Error): void => finish(() => reject(error));
		const closed = (): void =>
			finish(() => reject(Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' })));
		socket.once(event, done);
		socket.once('error', fail);
		socket.once('close', closed);
	});
}

function dialingOf(socket: net.Socket, channel: SocketChannel, secure: SecureOptions | undefined): Dialing {
	socket.unref();
	// An error between two listeners, or after the caller has given up, must not end the process.
	socket.on('error', () => undefined);
	if (secure?.onHandshake !== undefined) {
		const { onHandshake } = secure;
		// "secure" comes before Node judges the chain and drops a socket it does not trust: the only moment to see that chain.
		if (socket instanceof tls.TLSSocket) {
			socket.prependOnceListener('secure', () => onHandshake(handshakeOf(socket)));
		}
	}
	const connected = quiet(until(socket, 'connect'));
	const opened = secure === undefined ? connected : quiet(until(socket, 'secureConnect'));
	return { connected, channel: quiet(opened.then(() => channel)), destroy: () => socket.destroy() };
}

/** Node's network. Contexts are kept by their settings, since parsing the root certificates takes milliseconds. */
export function createSystemNetwork(): Network {
	const contexts = new WeakMap<TrustSettings, tls.SecureContext>();
	const contextOf = (trust: TrustSettings): tls.SecureContext => {
		const known = contexts.get(trust);
		if (known !== undefined) return known;
		const context = createTlsContext(trust);
		contexts.set(trust, context);
		return context;
	};
	const tlsOptions = ({ host, alpnProtocols, trust }: SecureOptions): tls.ConnectionOptions => ({
		servername: net.isIP(host) === 0 ? host : '',
		ALPNProtocols: [...alpnProtocols],
		minVersion: 'TLSv1.2',
		secureContext: contextOf(trust),
		checkServerIdentity: (_name, certificate) => tls.checkServerIdentity(host, certificate),
	});

	/**
	 * TCP and TLS as one socket that reads into one buffer: a record then costs a call, without a new buffer and the way
	 * through a stream. Node has this only where TLS opens the TCP connection itself.
	 */
	const dialSecure = (address: string, port: number, secure: SecureOptions): Dialing => {
		const buffer = Buffer.allocUnsafeSlow(READ_BUFFER_BYTES);
		const views: Buffer[] = [];
		const viewOf = (bytes: number): Buffer =>
			bytes < KEPT_VIEWS ? (views[bytes] ??= buffer.subarray(0, bytes)) : buffer.subarray(0, bytes);
		const onread: net.OnReadOpts = {
			buffer,
			callback: (bytes) => {
				channel.receive(viewOf(bytes));
				return true;
			},
		};
		// Node passes `onread` on to the socket, though its types do not say so.
		const options = { ...tlsOptions(secure), host: address, port, onread };
		const socket = tls.connect(options);
		const channel = new SocketChannel(socket);
		socket.once('connect', () => socket.setNoDelay(true).setKeepAlive(true, timing.tcpKeepAliveMs));
		return dialingOf(socket, channel, secure);
	};

	return {
		async lookup(host) {
			const found = await dns.lookup(host, { all: true, verbatim: true });
			return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
		},
		dial({ address }, port, secure) {
			if (secure !== undefined) return dialSecure(address, port, secure);
			const socket = net.connect({
				host: address,
				port,
				noDelay: true,
				keepAlive: true,
				keepAliveInitialDelay: timing.tcpKeepAliveMs,
			});
			return dialingOf(socket, new SocketChannel(socket), undefined);
		},
		secure(inside, secure) {
			if (!(inside instanceof SocketChannel)) throw new TypeError('the channel is not one of this network');
			inside.release();
			const socket = tls.connect({ ...tlsOptions(secure), socket: inside.socket });
			const channel = new SocketChannel(socket);
			const opened = dialingOf(socket, channel, secure);
			return { ...opened, connected: Promise.resolve() };
		},
	};
}
