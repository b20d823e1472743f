/** Opens one TLS connection that speaks HTTP/2: name resolution, TCP or CONNECT proxy, TLS 1.2+, ALPN. */
import { X509Certificate } from 'node:crypto';
import net from 'node:net';
import tls from 'node:tls';
import type { ConnectObserver } from './connectObserver';
import { TransportError, transportError } from './errors';
import { connectThroughProxy } from './proxy';

/** Where to connect and what to trust and show; everything that makes two connections different. */
export interface Target {
	readonly host: string;
	readonly port: number;
	/** PEM certificates trusted besides Node's own. */
	readonly caBundle?: string;
	/** Provider certificate chain, PEM. */
	readonly certificatePem?: string;
	/** Its private key, PEM, decrypted. */
	readonly privateKeyPem?: string;
	/** `http://user:password@host:port` of a CONNECT proxy. */
	readonly proxyUrl?: string;
}

/**
 * Opens a connection; rejects with `TransportError`. What the peer sends arrives as "data" events of the socket or, where
 * it reads into a buffer of its own, in `onData`: such a chunk is valid only during the call. Either keeps the order.
 */
export type Connect = (target: Target, timeoutMs: number, onData: (chunk: Buffer) => void) => Promise<tls.TLSSocket>;

/** Name of an endpoint in messages. */
export function endpointName(target: { readonly host: string; readonly port: number }): string {
	return `${target.host.includes(':') ? `[${target.host}]` : target.host}:${target.port}`;
}

/** TCP keep-alive begins after this silence. */
const KEEP_ALIVE_MS = 60_000;

const contexts = new WeakMap<Target, tls.SecureContext>();

/** Trusted roots with the user's own added; `ca` would replace Node's list, so both are given. */
function certificateAuthorities(caBundle: string | undefined): string[] | undefined {
	if (caBundle === undefined || caBundle.trim() === '') return undefined;
	const own: unknown = Reflect.get(tls, 'getCACertificates');
	// tls.getCACertificates (Node 22.15) also holds NODE_EXTRA_CA_CERTS; before it only the compiled-in list can be read.
	const defaults: unknown = typeof own === 'function' ? Reflect.apply(own, tls, ['default']) : tls.rootCertificates;
	const roots = Array.isArray(defaults) ? defaults.filter((entry): entry is string => typeof entry === 'string') : [];
	return [...roots, caBundle];
}

/** Node passes over what it cannot read in `ca`, and the server would seem untrusted: so each certificate is read here. */
function checkBundle(caBundle: string | undefined): void {
	if (caBundle === undefined || caBundle.trim() === '') return;
	try {
		const blocks = caBundle.match(/-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[^-]*-----END [A-Z0-9 ]*-----/g) ?? [];
		if (blocks.length === 0) throw new Error('no certificate');
		// OpenSSL's TRUSTED form carries more than the certificate; only TLS reads it.
		for (const block of blocks) if (!block.includes('TRUSTED')) new X509Certificate(block.replaceAll('X509 ', ''));
	} catch (error) {
		throw new TransportError('serverCertificateUntrusted', 'The CA bundle of the credential cannot be read.', {
			cause: error,
			advice: 'Paste whole PEM certificates into the CA Bundle of the credential, or leave it empty.',
		});
	}
}

/** Parsing the root certificates takes milliseconds, so a target keeps its context for all its connections. */
function secureContext(target: Target): tls.SecureContext {
	const known = contexts.get(target);
	if (known !== undefined) return known;
	checkBundle(target.caBundle);
	try {
		const context = tls.createSecureContext({
			minVersion: 'TLSv1.2',
			ca: certificateAuthorities(target.caBundle),
			cert: target.certificatePem,
			key: target.privateKeyPem,
		});
		contexts.set(target, context);
		return context;
	} catch (error) {
		throw new TransportError(
			'clientCertificateUnusable',
			'The provider certificate and its private key cannot be used together.',
			{ cause: error },
		);
	}
}

/** Why TLS could not even begin: a CA bundle or a provider certificate that cannot be used. Opens nothing. */
export function targetProblem(target: Target): TransportError | undefined {
	try {
		secureContext(target);
		return undefined;
	} catch (error) {
		return transportError(error, endpointName(target), 'tlsFailed');
	}
}

function hasProxy(target: Target): target is Target & { readonly proxyUrl: string } {
	return target.proxyUrl !== undefined && target.proxyUrl !== '';
}

function connectTcp(target: Target, signal: AbortSignal, observer: ConnectObserver | undefined): Promise<net.Socket> {
	if (hasProxy(target)) return connectThroughProxy(target.proxyUrl, target, signal, observer);
	return new Promise((resolve, reject) => {
		// The address is looked up anew for each connection, as Apple asks: net.connect does not cache names.
		const socket = net.connect({
			host: target.host,
			port: target.port,
			noDelay: true,
			keepAlive: true,
			keepAliveInitialDelay: KEEP_ALIVE_MS,
		});
		observer?.onSocket(socket);
		const abort = (): void => {
			socket.destroy();
			reject(signal.reason);
		};
		signal.addEventListener('abort', abort, { once: true });
		socket.once('error', (error) => {
			signal.removeEventListener('abort', abort);
			reject(error);
		});
		socket.once('connect', () => {
			signal.removeEventListener('abort', abort);
			socket.removeAllListeners('error');
			resolve(socket);
		});
	});
}

function tlsOptions(target: Target): tls.ConnectionOptions {
	return {
		host: target.host,
		servername: net.isIP(target.host) === 0 ? target.host : '',
		ALPNProtocols: ['h2'],
		minVersion: 'TLSv1.2',
		secureContext: secureContext(target),
	};
}

/** Waits for the end of the handshake; a socket that does not speak HTTP/2 is destroyed. */
function handshake(target: Target, secure: tls.TLSSocket, signal: AbortSignal): Promise<tls.TLSSocket> {
	return new Promise((resolve, reject) => {
		const finish = (settle: () => void): void => {
			signal.removeEventListener('abort', abort);
			secure.removeListener('error', fail);
			secure.removeListener('close', closed);
			settle();
		};
		const abort = (): void => {
			secure.destroy();
			finish(() => reject(signal.reason));
		};
		const fail = (error: Error): void => {
			secure.destroy();
			finish(() => reject(error));
		};
		const closed = (): void =>
			finish(() =>
				reject(
					new TransportError('tlsFailed', `${endpointName(target)} closed the connection during the TLS handshake.`),
				),
			);
		signal.addEventListener('abort', abort, { once: true });
		secure.once('error', fail);
		secure.once('close', closed);
		secure.once('secureConnect', () =>
			finish(() => {
				if (secure.alpnProtocol === 'h2') return resolve(secure);
				secure.destroy();
				reject(
					new TransportError('noHttp2', `${endpointName(target)} does not offer HTTP/2 (it did not choose ALPN h2).`),
				);
			}),
		);
	});
}

/** The plaintext of one TLS record (RFC 8446 §5.1): Node hands over no more at once. */
const READ_BUFFER_BYTES = 16_384;

/**
 * TCP and TLS as one socket that reads into one buffer: a record then costs a call, without a new buffer and the way
 * through a stream. Node has this only where TLS opens the TCP connection itself.
 */
function openDirectly(target: Target, onData: (chunk: Buffer) => void): tls.TLSSocket {
	const buffer = Buffer.allocUnsafeSlow(READ_BUFFER_BYTES);
	const onread: net.OnReadOpts = {
		buffer,
		callback: (bytes) => {
			const chunk = buffer.subarray(0, bytes);
			// What comes before the owner listens waits in the stream, and what follows waits behind it.
			if (secure.listenerCount('data') === 0 || secure.readableLength > 0) secure.push(Buffer.from(chunk));
			else onData(chunk);
			return true;
		},
	};
	const options = { ...tlsOptions(target), port: target.port, onread };
	// The address is looked up anew for each connection, as Apple asks: tls.connect does not cache names.
	const secure = tls.connect(options);
	secure.once('connect', () => secure.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MS));
	return secure;
}

/**
 * Connects like `connect`, under the eyes of an observer and with a signal that ends it. One deadline covers name
 * resolution, TCP, proxy and TLS; the error says which of them it met. Rejects with `TransportError`, or the signal's reason.
 */
export async function connectObserved(
	target: Target,
	timeoutMs: number,
	{ observer, signal }: { readonly observer?: ConnectObserver; readonly signal?: AbortSignal } = {},
	onData?: (chunk: Buffer) => void,
): Promise<tls.TLSSocket> {
	const where = endpointName(target);
	const controller = new AbortController();
	let phase = 'name resolution and TCP';
	const timer = setTimeout(
		() =>
			controller.abort(
				new TransportError('connectTimeout', `${where}: no connection within ${timeoutMs} ms (during ${phase}).`),
			),
		timeoutMs,
	);
	const abort = (): void => controller.abort(signal?.reason);
	signal?.addEventListener('abort', abort, { once: true });
	if (signal?.aborted === true) abort();
	let socket: net.Socket | undefined;
	try {
		controller.signal.throwIfAborted();
		secureContext(target);
		if (onData !== undefined && !hasProxy(target)) {
			const secure = openDirectly(target, onData);
			secure.once('connect', () => (phase = 'the TLS handshake'));
			return await handshake(target, secure, controller.signal);
		}
		socket = await connectTcp(target, controller.signal, observer);
		phase = 'the TLS handshake';
		const secure = tls.connect({ ...tlsOptions(target), socket });
		observer?.onTls(secure);
		return await handshake(target, secure, controller.signal);
	} catch (error) {
		socket?.destroy();
		throw transportError(error, where, 'tlsFailed');
	} finally {
		clearTimeout(timer);
		signal?.removeEventListener('abort', abort);
	}
}

/** The real `Connect`. */
export const connect: Connect = (target, timeoutMs, onData) => connectObserved(target, timeoutMs, {}, onData);
