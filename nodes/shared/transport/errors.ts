/** What can go wrong between this process and APNs, as a closed set of codes with a sentence and a remedy each. */

export type TransportErrorCode = keyof typeof rows;

interface ErrorRow {
	/** What to do next, one sentence. */
	readonly advice: string;
	/** True when every request of the same identity and endpoint would meet it. */
	readonly commonToRun: boolean;
	/** True when trying the same connection again soon cannot help. */
	readonly permanent: boolean;
	/** True when the credential, not the network, is at fault: counts per identity, not per endpoint. */
	readonly credential?: boolean;
}

const rows = {
	dnsFailed: {
		advice: 'Check the host name in the credential and the name server of the machine n8n runs on.',
		commonToRun: true,
		permanent: false,
	},
	connectionRefused: {
		advice: 'Check host and port, and that outbound TCP to ports 443, 2197, 2195 and 2196 is allowed.',
		commonToRun: true,
		permanent: false,
	},
	unreachable: {
		advice:
			'Check the network route and the outbound firewall of the machine n8n runs on; port 2197 is an alternative to 443.',
		commonToRun: true,
		permanent: false,
	},
	connectTimeout: {
		advice: 'A firewall may drop the packets: allow outbound TCP to the endpoint, or use port 2197 or a proxy.',
		commonToRun: true,
		permanent: false,
	},
	proxyFailed: {
		advice:
			'Check the proxy URL in the credential (or HTTPS_PROXY), and that the proxy allows CONNECT to the APNs host and port.',
		commonToRun: true,
		permanent: true,
	},
	proxyAuthentication: {
		advice: 'Put the proxy user and password into the proxy URL of the credential (or into HTTPS_PROXY).',
		commonToRun: true,
		permanent: true,
	},
	serverCertificateUntrusted: {
		advice:
			'Apple uses the USERTrust RSA root since 2025: update the CA certificates, or add the CA of an inspecting proxy or a test server to the CA Bundle of the credential.',
		commonToRun: true,
		permanent: true,
	},
	serverCertificateName: {
		advice:
			'The server at this address is not the host in the credential: check host, DNS and proxies that inspect TLS.',
		commonToRun: true,
		permanent: true,
	},
	serverCertificateExpired: {
		advice: 'Check the clock of the machine n8n runs on, and what stands between it and APNs.',
		commonToRun: true,
		permanent: true,
	},
	tlsFailed: {
		advice: 'TLS 1.2 or later is required: check proxies and firewalls that inspect TLS.',
		commonToRun: true,
		permanent: false,
	},
	clientCertificateRefused: {
		advice:
			'The provider certificate is revoked, expired or not for this server: create a new one in the Apple Developer portal and put it into the credential.',
		commonToRun: true,
		permanent: true,
		credential: true,
	},
	clientCertificateUnusable: {
		advice: 'The certificate or its private key cannot be used: export both again and paste them into the credential.',
		commonToRun: true,
		permanent: true,
		credential: true,
	},
	noHttp2: {
		advice: 'The server does not speak HTTP/2: check host and port, and proxies that inspect TLS.',
		commonToRun: true,
		permanent: true,
	},
	settingsTimeout: {
		advice: 'The server took the connection but does not speak: try again later, or use port 2197.',
		commonToRun: true,
		permanent: false,
	},
	connectionRejected: {
		advice:
			'Connections are closed as soon as they are open, as firewalls do, and APNs when it is connected to too often: wait some minutes, then check what stands between n8n and APNs.',
		commonToRun: true,
		permanent: false,
	},
	protocolError: {
		advice: 'The server broke the rules of HTTP/2: check what stands between n8n and APNs.',
		commonToRun: false,
		permanent: false,
	},
	connectionLost: {
		advice: 'The connection broke: the network or the server closed it.',
		commonToRun: false,
		permanent: false,
	},
	connectionSilent: {
		advice:
			'The connection went silent, as behind a NAT or a firewall that forgets idle connections: the next push uses a new one.',
		commonToRun: false,
		permanent: false,
	},
	goaway: {
		advice: 'The server closed the connection: the next push uses a new one.',
		commonToRun: false,
		permanent: false,
	},
	credentialRefused: {
		advice: 'Correct the credential; until it changes, this identity pauses at this endpoint.',
		commonToRun: true,
		permanent: true,
		credential: true,
	},
	refused: {
		advice: 'The server refuses more streams at the moment: send again later.',
		commonToRun: false,
		permanent: false,
	},
	reset: {
		advice: 'The server gave up on this request: check whether the device got the push before sending again.',
		commonToRun: false,
		permanent: false,
	},
	malformedAnswer: {
		advice: 'The answer was not valid HTTP: check what stands between n8n and APNs.',
		commonToRun: false,
		permanent: false,
	},
	deadline: {
		advice: 'No answer in time: check whether the device got the push before sending again, or raise the timeout.',
		commonToRun: false,
		permanent: false,
	},
	queueTimeout: {
		advice: 'It waited too long for its turn: raise the queue limit, the connections or the pushes in flight.',
		commonToRun: false,
		permanent: false,
	},
	aborted: { advice: 'The execution was stopped.', commonToRun: false, permanent: false },
	headerListTooLarge: {
		advice: 'The headers are larger than the server allows: shorten topic, collapse id or channel id.',
		commonToRun: false,
		permanent: false,
	},
	closed: { advice: 'The session cache was closed.', commonToRun: true, permanent: true },
} satisfies Record<string, ErrorRow>;

/** A failure of the transport. The message names no secret; `cause` is the system's own error where there is one. */
export class TransportError extends Error {
	readonly advice: string;
	readonly commonToRun: boolean;
	readonly permanent: boolean;
	readonly credential: boolean;

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
		this.credential = row.credential ?? false;
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
		if (pattern.test(code))
			return new TransportError(transportCode, `${where}: ${sentence} (${code}).`, { cause: error });
	}
	return new TransportError(otherwise, `${where}: ${systemMessage(error)}${code === '' ? '' : ` (${code})`}.`, {
		cause: error,
	});
}
