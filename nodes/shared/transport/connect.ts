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

/** Opens a connection; rejects with `TransportError`. */
export type Connect = (target: Target, timeoutMs: number) => Promise<tls.TLSSocket>;

/** Name of an endpoint in messages. */
export function endpointName(target: { readonly host: string; readonly port: number }): string {
	return `${target.host.includes(':') ? `[${target.host}]` : target.host}:${target.port}`;
}

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
		throw new TransportError('clientCertificateUnusable', 'The provider certificate and its private key cannot be used together.', { cause: error });
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

function connectTcp(target: Target, signal: AbortSignal, observer: ConnectObserver | undefined): Promise<net.Socket> {
	if (target.proxyUrl !== undefined && target.proxyUrl !== '') return connectThroughProxy(target.proxyUrl, target, signal, observer);
	return new Promise((resolve, reject) => {
		// The address is looked up anew for each connection, as Apple asks: net.connect does not cache names.
		const socket = net.connect({ host: target.host, port: target.port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 });
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

function startTls(target: Target, socket: net.Socket, signal: AbortSignal, observer: ConnectObserver | undefined): Promise<tls.TLSSocket> {
	return new Promise((resolve, reject) => {
		const secure = tls.connect({
			socket,
			host: target.host,
			servername: net.isIP(target.host) === 0 ? target.host : '',
			ALPNProtocols: ['h2'],
			minVersion: 'TLSv1.2',
			secureContext: secureContext(target),
		});
		observer?.onTls(secure);
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
			finish(() => reject(new TransportError('tlsFailed', `${endpointName(target)} closed the connection during the TLS handshake.`)));
		signal.addEventListener('abort', abort, { once: true });
		secure.once('error', fail);
		secure.once('close', closed);
		secure.once('secureConnect', () =>
			finish(() => {
				if (secure.alpnProtocol === 'h2') return resolve(secure);
				secure.destroy();
				reject(new TransportError('noHttp2', `${endpointName(target)} does not offer HTTP/2 (it did not choose ALPN h2).`));
			}),
		);
	});
}

/**
 * Connects like `connect`, under the eyes of an observer and with a signal that ends it. One deadline covers name
 * resolution, TCP, proxy and TLS; the error says which of them it met. Rejects with `TransportError`, or the signal's reason.
 */
export async function connectObserved(
	target: Target,
	timeoutMs: number,
	{ observer, signal }: { readonly observer?: ConnectObserver; readonly signal?: AbortSignal } = {},
): Promise<tls.TLSSocket> {
	const where = endpointName(target);
	const controller = new AbortController();
	let phase = 'name resolution and TCP';
	const timer = setTimeout(
		() => controller.abort(new TransportError('connectTimeout', `${where}: no connection within ${timeoutMs} ms (during ${phase}).`)),
		timeoutMs,
	);
	const abort = (): void => controller.abort(signal?.reason);
	signal?.addEventListener('abort', abort, { once: true });
	if (signal?.aborted === true) abort();
	let socket: net.Socket | undefined;
	try {
		controller.signal.throwIfAborted();
		secureContext(target);
		socket = await connectTcp(target, controller.signal, observer);
		phase = 'the TLS handshake';
		return await startTls(target, socket, controller.signal, observer);
	} catch (error) {
		socket?.destroy();
		throw transportError(error, where, 'tlsFailed');
	} finally {
		clearTimeout(timer);
		signal?.removeEventListener('abort', abort);
	}
}

/** The real `Connect`. */
export const connect: Connect = (target, timeoutMs) => connectObserved(target, timeoutMs);
