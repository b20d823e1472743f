/** A tunnel through an HTTP CONNECT proxy, with login (RFC 9110 §9.3.6, RFC 7617). */
import http from 'node:http';
import https from 'node:https';
import type net from 'node:net';
import type { ConnectObserver } from './connectObserver';
import { TransportError } from './errors';

/** Without user and password: what messages may name. */
function proxyName(url: URL): string {
	return `${url.protocol}//${url.host}`;
}

/** `http://host:port` of a proxy URL, for reports; undefined when there is none or it cannot be read. */
export function proxyNameOf(proxyUrl: string | undefined): string | undefined {
	return proxyUrl !== undefined && URL.canParse(proxyUrl) ? proxyName(new URL(proxyUrl)) : undefined;
}

function parseProxyUrl(proxyUrl: string): URL {
	const url = URL.canParse(proxyUrl) ? new URL(proxyUrl) : undefined;
	if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
		throw new TransportError(
			'proxyFailed',
			'The proxy URL (of the credential, or HTTPS_PROXY where that is empty) is not of the form http://user:password@host:port.',
		);
	}
	return url;
}

/** User or password as meant; a percent sign that encodes nothing stands for itself. */
function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

function tunnelRefused(url: URL, status: number): TransportError {
	return status === 407
		? new TransportError('proxyAuthentication', `The proxy ${proxyName(url)} asks for a user and password (407).`)
		: new TransportError('proxyFailed', `The proxy ${proxyName(url)} answered CONNECT with status ${status}.`);
}

/** Opens the tunnel to `target`; TLS to APNs, client certificate included, runs inside it. Rejects with `TransportError`. */
export function connectThroughProxy(
	proxyUrl: string,
	target: { readonly host: string; readonly port: number },
	signal: AbortSignal,
	observer?: ConnectObserver,
): Promise<net.Socket> {
	return new Promise((resolve, reject) => {
		const url = parseProxyUrl(proxyUrl);
		const authority = `${target.host.includes(':') ? `[${target.host}]` : target.host}:${target.port}`;
		const login = Buffer.from(`${decoded(url.username)}:${decoded(url.password)}`).toString('base64');
		const request = (url.protocol === 'https:' ? https : http).request({
			host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
			port: url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port),
			method: 'CONNECT',
			path: authority,
			headers: { host: authority, ...(url.username === '' ? {} : { 'proxy-authorization': `Basic ${login}` }) },
			agent: false,
			signal,
		});
		if (observer !== undefined) request.once('socket', (socket) => observer.onSocket(socket));
		request.once('connect', (response, socket, head) => {
			observer?.onTunnel(response.statusCode ?? 0);
			if (response.statusCode !== undefined && response.statusCode >= 200 && response.statusCode < 300) {
				socket.setNoDelay(true);
				socket.setKeepAlive(true, 60_000);
				if (head.length > 0) socket.unshift(head);
				resolve(socket);
				return;
			}
			socket.destroy();
			reject(tunnelRefused(url, response.statusCode ?? 0));
		});
		request.once('response', (response) => {
			observer?.onTunnel(response.statusCode ?? 0);
			response.resume();
			request.destroy();
			reject(tunnelRefused(url, response.statusCode ?? 0));
		});
		request.once('error', (error) => {
			if (signal.aborted) return reject(signal.reason);
			reject(
				new TransportError('proxyFailed', `The proxy ${proxyName(url)} cannot be reached: ${error.message}.`, {
					cause: error,
				}),
			);
		});
		request.end();
	});
}
