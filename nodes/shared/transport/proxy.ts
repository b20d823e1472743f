/** A tunnel through an HTTP CONNECT proxy, with login (RFC 9110 §9.3.6, RFC 7617), spoken over any channel. */
import { TransportError } from './errors';
import type { Channel } from './network';

/** Where the proxy is and how to log in. */
export interface Proxy {
	readonly host: string;
	readonly port: number;
	/** TLS to the proxy itself (`https://`). */
	readonly secure: boolean;
	/** Value of `proxy-authorization`; undefined without a login. */
	readonly authorization: string | undefined;
	/** `http://host:port`, without user and password: what messages may name. */
	readonly name: string;
}

/** `http://host:port` of a proxy URL, for reports; undefined when there is none or it cannot be read. */
export function proxyNameOf(proxyUrl: string | undefined): string | undefined {
	if (proxyUrl === undefined || !URL.canParse(proxyUrl)) return undefined;
	const { protocol, host } = new URL(proxyUrl);
	return `${protocol}//${host}`;
}

/** User or password as meant; a percent sign that encodes nothing stands for itself. */
function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

/** Reads a proxy URL. Throws `TransportError` when it is not of the form `http://user:password@host:port`. */
export function parseProxyUrl(proxyUrl: string): Proxy {
	const url = URL.canParse(proxyUrl) ? new URL(proxyUrl) : undefined;
	if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
		throw new TransportError(
			'proxyUrlInvalid',
			'The proxy URL (from the credential, or HTTPS_PROXY if that is empty) does not have the form http://user:password@host:port.',
		);
	}
	const secure = url.protocol === 'https:';
	const login = Buffer.from(`${decoded(url.username)}:${decoded(url.password)}`).toString('base64');
	return {
		host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
		port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
		secure,
		authorization: url.username === '' && url.password === '' ? undefined : `Basic ${login}`,
		name: `${url.protocol}//${url.host}`,
	};
}

/** More than any proxy's answer to CONNECT. */
const LONGEST_HEAD_BYTES = 65_536;
const HEAD_END = Buffer.from('\r\n\r\n');

/** Of the 4xx these may pass by themselves: Request Timeout, Too Early, Too Many Requests (RFC 9110 §15.5.9, RFC 8470, RFC 6585). */
const PASSING_STATUSES = [408, 425, 429];

function refusal({ name }: Proxy, status: number): TransportError {
	if (status === 407)
		return new TransportError('proxyAuthentication', `The proxy ${name} asks for a user and password (407).`);
	const passes = status >= 500 || status < 400 || PASSING_STATUSES.includes(status);
	return new TransportError(
		passes ? 'proxyFailed' : 'proxyRefused',
		`The proxy ${name} answered CONNECT with status ${status}.`,
	);
}

/**
 * Asks the proxy for a tunnel to `authority` (`host:port`) and waits for its answer. Fulfils when the channel leads to
 * the target; rejects with `TransportError`. The channel is destroyed when that fails.
 */
export function openTunnel(
	channel: Channel,
	proxy: Proxy,
	authority: string,
	onStatus: (status: number) => void,
): Promise<void> {
	return new Promise((resolve, reject) => {
		let received: Buffer = Buffer.alloc(0);
		let over = false;
		const fail = (error: TransportError): void => {
			if (over) return;
			over = true;
			channel.destroy();
			reject(error);
		};
		const cut = (): void =>
			fail(
				new TransportError(
					'proxyFailed',
					`The proxy ${proxy.name} closed the connection instead of answering CONNECT.`,
				),
			);
		const read = (): void => {
			const end = received.indexOf(HEAD_END);
			if (end === -1) {
				if (received.length > LONGEST_HEAD_BYTES)
					fail(new TransportError('proxyFailed', `The proxy ${proxy.name} sent an endless answer to CONNECT.`));
				return;
			}
			const line = /^HTTP\/1\.[01] (\d{3})(?: |\r)/.exec(received.toString('latin1', 0, end + 2));
			const status = Number(line?.[1] ?? Number.NaN);
			received = received.subarray(end + HEAD_END.length);
			if (Number.isNaN(status))
				return fail(new TransportError('proxyFailed', `The proxy ${proxy.name} does not answer in HTTP/1.1.`));
			// An interim answer (RFC 9110 §15.2) comes before the final one.
			if (status < 200) return read();
			onStatus(status);
			if (status >= 300) return fail(refusal(proxy, status));
			over = true;
			resolve();
		};
		channel.listen({
			onData(chunk) {
				if (over) return;
				received = Buffer.concat([received, chunk]);
				read();
			},
			onDrain: () => undefined,
			onEnd: cut,
			onError: (error) =>
				fail(new TransportError('proxyFailed', `The connection to the proxy ${proxy.name} broke.`, { cause: error })),
			onClose: cut,
		});
		const lines = [`CONNECT ${authority} HTTP/1.1`, `host: ${authority}`];
		if (proxy.authorization !== undefined) lines.push(`proxy-authorization: ${proxy.authorization}`);
		channel.write(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), () => undefined);
	});
}
