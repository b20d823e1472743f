/** What can go wrong between this process and APNs, as a closed set of codes with a sentence and a remedy each. */

export type TransportErrorCode = keyof typeof rows;

/** Which back-off a connection that ended like this adds to; `none` where nobody failed. */
export type Blame =
	/** Endpoint and proxy: every identity meets it. */
	| 'endpoint'
	/** The proxy and its login. */
	| 'proxy'
	/** This identity with these trust settings. */
	| 'trust'
	| 'none';

interface ErrorRow {
	/** What to do next, one sentence. */
	readonly advice: string;
	/** True when every request of the same identity and endpoint would meet it. */
	readonly commonToRun: boolean;
	/** True when trying again soon cannot help: who waits learns it at once. */
	readonly permanent: boolean;
	readonly blame: Blame;
}

/** One row: how far it reaches, whether repeating can help, whose back-off grows. */
function row(reach: 'run' | 'request', repeat: 'transient' | 'permanent', blame: Blame, advice: string): ErrorRow {
	return { advice, commonToRun: reach === 'run', permanent: repeat === 'permanent', blame };
}

const rows = {
	dnsFailed: row(
		'run',
		'transient',
		'endpoint',
		'Check the host name in the credential and the name server of the machine n8n runs on.',
	),
	connectionRefused: row(
		'run',
		'transient',
		'endpoint',
		'Check host and port, and that outbound TCP to ports 443, 2197, 2195 and 2196 is allowed.',
	),
	unreachable: row(
		'run',
		'transient',
		'endpoint',
		'Check the network route and the outbound firewall of the machine n8n runs on; port 2197 is an alternative to 443.',
	),
	connectTimeout: row(
		'run',
		'transient',
		'endpoint',
		'A firewall may drop the packets: allow outbound TCP to the endpoint, or use port 2197 or a proxy.',
	),
	proxyFailed: row(
		'run',
		'transient',
		'proxy',
		'Check the proxy URL in the credential (or HTTPS_PROXY), and that the proxy allows CONNECT to the APNs host and port.',
	),
	proxyRefused: row(
		'run',
		'permanent',
		'proxy',
		'Allow CONNECT to the APNs host and port on the proxy, or use another proxy.',
	),
	proxyUrlInvalid: row(
		'run',
		'permanent',
		'proxy',
		'Correct the proxy URL in the credential (or HTTPS_PROXY): http://user:password@host:port.',
	),
	proxyAuthentication: row(
		'run',
		'permanent',
		'proxy',
		'Put the proxy user and password into the proxy URL of the credential (or into HTTPS_PROXY).',
	),
	serverCertificateUntrusted: row(
		'run',
		'permanent',
		'trust',
		'Apple uses the USERTrust RSA root since 2025: update the CA certificates, or add the CA of an inspecting proxy or a test server to the CA Bundle of the credential.',
	),
	serverCertificateName: row(
		'run',
		'permanent',
		'trust',
		'The server at this address is not the host in the credential: check host, DNS and proxies that inspect TLS.',
	),
	serverCertificateExpired: row(
		'run',
		'permanent',
		'trust',
		'Check the clock of the machine n8n runs on, and what is between it and APNs.',
	),
	tlsFailed: row(
		'run',
		'transient',
		'endpoint',
		'TLS 1.2 or later is required: check proxies and firewalls that inspect TLS.',
	),
	clientCertificateRefused: row(
		'run',
		'permanent',
		'trust',
		'The provider certificate is revoked, expired or not for this server: create a new one in the Apple Developer portal and put it into the credential.',
	),
	clientCertificateUnusable: row(
		'run',
		'permanent',
		'trust',
		'The certificate or its private key cannot be used: export both again and paste them into the credential.',
	),
	noHttp2: row(
		'run',
		'permanent',
		'endpoint',
		'The server does not speak HTTP/2: check host and port, and proxies that inspect TLS.',
	),
	settingsTimeout: row(
		'run',
		'transient',
		'endpoint',
		'The server took the connection but does not speak: try again later, or use port 2197.',
	),
	connectionRejected: row(
		'run',
		'transient',
		'endpoint',
		'Connections are closed as soon as they are open. Firewalls do that, and APNs does when it is connected to too often: wait some minutes, then check what is between n8n and APNs.',
	),
	connectionBlocked: row(
		'run',
		'transient',
		'endpoint',
		'The server takes connections but no requests: try again later.',
	),
	protocolError: row(
		'request',
		'transient',
		'endpoint',
		'The server broke the rules of HTTP/2: check what is between n8n and APNs.',
	),
	connectionLost: row('request', 'transient', 'endpoint', 'The connection broke: the network or the server closed it.'),
	connectionSilent: row(
		'request',
		'transient',
		'endpoint',
		'The connection went silent, as behind a NAT or a firewall that forgets idle connections: the next push uses a new one.',
	),
	goaway: row('request', 'transient', 'endpoint', 'The server closed the connection: the next push uses a new one.'),
	replaced: row('request', 'transient', 'none', 'The connection was replaced: the next push uses a new one.'),
	credentialRefused: row(
		'run',
		'permanent',
		'none',
		'Correct the credential; until it changes, this identity pauses at this endpoint.',
	),
	refused: row('request', 'transient', 'none', 'The server refuses more streams at the moment: send again later.'),
	reset: row(
		'request',
		'transient',
		'none',
		'The server gave up on this request: check whether the device got the push before sending again.',
	),
	malformedAnswer: row(
		'request',
		'transient',
		'none',
		'The answer was not valid HTTP: check what is between n8n and APNs.',
	),
	deadline: row(
		'request',
		'transient',
		'none',
		'No answer in time: check whether the device got the push before sending again, or raise the timeout.',
	),
	queueTimeout: row(
		'request',
		'transient',
		'none',
		'It waited too long for its turn: raise the queue limit, the connections or the pushes in flight.',
	),
	aborted: row('request', 'transient', 'none', 'The execution was stopped.'),
	headerListTooLarge: row(
		'request',
		'transient',
		'none',
		'The headers are larger than the server allows: shorten topic, collapse id or channel id.',
	),
	invalidHeader: row(
		'request',
		'transient',
		'none',
		'Remove the character that no HTTP header can carry from topic, ids and bundle id.',
	),
	unexpectedAnswer: row(
		'request',
		'transient',
		'none',
		'The answer is not one that APNs gives: check what is between n8n and APNs, and whether the device got the push.',
	),
	closed: row('run', 'permanent', 'none', 'The session cache was closed.'),
} satisfies Record<string, ErrorRow>;

/** A failure of the transport. The message names no secret; `cause` is the system's own error where there is one. */
export class TransportError extends Error {
	readonly advice: string;
	readonly commonToRun: boolean;
	readonly permanent: boolean;
	readonly blame: Blame;
	/** Node's code of the cause, such as `ECONNRESET`. Not in the message: n8n replaces messages that contain one. */
	readonly systemCode: string | undefined;

	constructor(
		readonly code: TransportErrorCode,
		message: string,
		options?: { cause?: unknown; advice?: string },
	) {
		super(message, options?.cause === undefined ? undefined : { cause: options.cause });
		this.name = 'TransportError';
		const row: ErrorRow = rows[code];
		this.advice = options?.advice ?? row.advice;
		this.commonToRun = row.commonToRun;
		this.permanent = row.permanent;
		this.blame = row.blame;
		this.systemCode = systemCode(options?.cause) || undefined;
	}
}

/** Text of any thrown value's code, for matching rows below. */
function systemCode(error: unknown): string {
	if (typeof error !== 'object' || error === null) return '';
	const code: unknown = Reflect.get(error, 'code');
	return typeof code === 'string' ? code : '';
}

function systemMessage(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}

/** System codes and the TLS library's codes, matched in this order. */
const systemRows: ReadonlyArray<readonly [RegExp, TransportErrorCode, string]> = [
	[/^(ENOTFOUND|EAI_)/, 'dnsFailed', 'the host name could not be resolved'],
	[/^ECONNREFUSED$/, 'connectionRefused', 'nothing accepts connections at this host and port'],
	[/^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|ENETDOWN)$/, 'unreachable', 'the host cannot be reached'],
	[/^ETIMEDOUT$/, 'connectTimeout', 'the host did not answer in time'],
	[/^ERR_TLS_CERT_ALTNAME_INVALID$/, 'serverCertificateName', "the server's certificate is for another host"],
	[/^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/, 'serverCertificateExpired', "the server's certificate is not valid today"],
	[
		/^(SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_(GET|VERIFY)_.*|CERT_UNTRUSTED|CERT_SIGNATURE_FAILURE|INVALID_CA|CERT_REVOKED|CERT_REJECTED)$/,
		'serverCertificateUntrusted',
		"the server's certificate is not trusted by this machine",
	],
	[
		/ALERT_(BAD_CERTIFICATE|CERTIFICATE_REVOKED|CERTIFICATE_EXPIRED|CERTIFICATE_UNKNOWN|CERTIFICATE_REQUIRED|UNSUPPORTED_CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED|DECRYPT_ERROR)/,
		'clientCertificateRefused',
		'the server refused the provider certificate',
	],
	[
		/^ERR_(OSSL|CRYPTO)_|^ERR_TLS_INVALID_CONTEXT|KEY_VALUES_MISMATCH/,
		'clientCertificateUnusable',
		'the provider certificate or its key cannot be used',
	],
	[/NO_APPLICATION_PROTOCOL/, 'noHttp2', 'the server does not offer HTTP/2 (ALPN h2)'],
	[/^(ERR_SSL_|EPROTO)/, 'tlsFailed', 'the TLS handshake failed'],
	[
		/^(ECONNRESET|EPIPE|ERR_STREAM_DESTROYED|ERR_STREAM_PREMATURE_CLOSE)$/,
		'connectionLost',
		'the connection was reset',
	],
];

/** Turns a system or TLS error into a `TransportError`; `where` names host and port, never a secret. */
export function transportError(
	error: unknown,
	where: string,
	otherwise: TransportErrorCode = 'connectionLost',
): TransportError {
	if (error instanceof TransportError) return error;
	const code = systemCode(error);
	for (const [pattern, transportCode, sentence] of systemRows) {
		if (pattern.test(code)) return new TransportError(transportCode, `${where}: ${sentence}.`, { cause: error });
	}
	return new TransportError(otherwise, `${where}: ${systemMessage(error)}.`, { cause: error });
}
