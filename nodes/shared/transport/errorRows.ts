/** What can go wrong between this process and APNs, as a closed table: how far each failure reaches, and what to do next. */

/** Which back-off a connection that ended like this adds to; `none` where nobody failed. */
export type Blame =
	/** Endpoint and proxy: every identity meets it. */
	| 'endpoint'
	/** The proxy and its login. */
	| 'proxy'
	/** This identity with these trust settings. */
	| 'trust'
	| 'none';

export interface ErrorRow {
	/** What to do next, one or a few sentences; a setting that the user may have to change stands in braces. */
	readonly advice: string;
	/** True when every request of the same identity and endpoint would meet it. */
	readonly commonToRun: boolean;
	/** True when trying again soon cannot help: who waits learns it at once, and a further try of a node leaves it out. */
	readonly permanent: boolean;
	readonly blame: Blame;
}

/** One row: how far it reaches, whether repeating can help, whose back-off grows. */
function row(reach: 'run' | 'request', repeat: 'transient' | 'permanent', blame: Blame, advice: string): ErrorRow {
	return { advice, commonToRun: reach === 'run', permanent: repeat === 'permanent', blame };
}

export const errorRows = {
	dnsFailed: row(
		'run',
		'transient',
		'endpoint',
		'Check that the machine n8n runs on can resolve this name (try nslookup), and that it is spelled correctly.',
	),
	connectionRefused: row(
		'run',
		'transient',
		'endpoint',
		'Check the host and port, and that the firewall allows outbound TCP to ports 443, 2197, 2195 and 2196.',
	),
	unreachable: row(
		'run',
		'transient',
		'endpoint',
		'Check the network and the outbound firewall of the machine n8n runs on. APNs also listens on port 2197.',
	),
	connectTimeout: row(
		'run',
		'transient',
		'endpoint',
		'A firewall may be dropping the packets. Allow outbound TCP to this host and port, or use port 2197 or a proxy.',
	),
	proxyFailed: row(
		'run',
		'transient',
		'proxy',
		'Check {proxyUrl} in the credential (or HTTPS_PROXY), and check that the proxy allows CONNECT to this host and port.',
	),
	proxyRefused: row(
		'run',
		'permanent',
		'proxy',
		'Allow CONNECT to this host and port on the proxy, or use another proxy.',
	),
	proxyUrlInvalid: row(
		'run',
		'permanent',
		'proxy',
		'Enter {proxyUrl} in the credential (or HTTPS_PROXY) as http://user:password@host:port.',
	),
	proxyAuthentication: row(
		'run',
		'permanent',
		'proxy',
		'Add the user and password of the proxy to {proxyUrl} in the credential (or to HTTPS_PROXY).',
	),
	serverCertificateUntrusted: row(
		'run',
		'permanent',
		'trust',
		'Update Node.js: since 2025 Apple uses the USERTrust RSA root. If a proxy inspects TLS, or this is a test server, add its CA certificate to {caBundle} in the credential.',
	),
	serverCertificateName: row(
		'run',
		'permanent',
		'trust',
		'Another server answered at this address. Check the host name, DNS and any proxy that inspects TLS.',
	),
	serverCertificateExpired: row(
		'run',
		'permanent',
		'trust',
		'Check the date and time of the machine n8n runs on, and any proxy that inspects TLS.',
	),
	tlsFailed: row(
		'run',
		'transient',
		'endpoint',
		'Check any proxy or firewall that inspects TLS: it must allow TLS 1.2 or later.',
	),
	clientCertificateRefused: row(
		'run',
		'permanent',
		'trust',
		'The certificate is revoked, expired or not for this environment. Create a new one in your Apple Developer account and add it to the credential.',
	),
	clientCertificateUnusable: row(
		'run',
		'permanent',
		'trust',
		'Export the certificate and its private key again and paste both into the credential.',
	),
	noHttp2: row(
		'run',
		'permanent',
		'endpoint',
		'Check the host and port, and any proxy that inspects TLS: it must pass HTTP/2 through.',
	),
	settingsTimeout: row(
		'run',
		'transient',
		'endpoint',
		'The server accepted the connection but sent nothing. Try again later, or use port 2197.',
	),
	connectionRejected: row(
		'run',
		'transient',
		'endpoint',
		'Connections are closed as soon as they open. Firewalls do this, and so does APNs when a sender connects too often. Wait a few minutes, then check the firewall or proxy between n8n and APNs.',
	),
	connectionBlocked: row(
		'run',
		'transient',
		'endpoint',
		'The server accepts connections but no requests. Try again later.',
	),
	protocolError: row(
		'request',
		'transient',
		'endpoint',
		'The server sent invalid HTTP/2. Check for a proxy or firewall between n8n and APNs.',
	),
	connectionLost: row(
		'request',
		'transient',
		'endpoint',
		'The network or the server closed the connection. The next push opens a new one.',
	),
	connectionSilent: row(
		'request',
		'transient',
		'endpoint',
		'The connection went silent, which happens behind a NAT or firewall that drops idle connections. The next push opens a new one.',
	),
	goaway: row('request', 'transient', 'endpoint', 'The server closed the connection. The next push opens a new one.'),
	replaced: row('request', 'transient', 'none', 'The connection was replaced. The next push uses the new one.'),
	credentialRefused: row(
		'run',
		'permanent',
		'none',
		'Correct the credential. Until it changes, pushes with it are paused.',
	),
	refused: row('request', 'transient', 'none', 'The server is not accepting requests at the moment. Send again later.'),
	reset: row('request', 'transient', 'none', 'The server gave up on this request.'),
	malformedAnswer: row(
		'request',
		'transient',
		'none',
		'The answer was not valid HTTP. Check for a proxy or firewall between n8n and APNs.',
	),
	deadline: row('request', 'transient', 'none', 'If this happens often, allow more time for the answer.'),
	queueTimeout: row(
		'request',
		'transient',
		'none',
		'Allow more time in the queue, more connections or more pushes in flight.',
	),
	aborted: row('request', 'permanent', 'none', 'The execution was stopped.'),
	headerListTooLarge: row(
		'request',
		'permanent',
		'none',
		'Shorten the topic, collapse ID or channel ID: the server does not allow headers of this size.',
	),
	invalidHeader: row(
		'request',
		'permanent',
		'none',
		'Remove control characters, line breaks and characters outside ASCII from the topic and the IDs.',
	),
	unexpectedAnswer: row(
		'request',
		'transient',
		'none',
		'APNs does not give such an answer. Check the host and port, and any proxy between n8n and APNs.',
	),
	closed: row('run', 'permanent', 'none', 'The session cache was closed.'),
} satisfies Record<string, ErrorRow>;

export type TransportErrorCode = keyof typeof errorRows;

const permanentCodes: ReadonlySet<string> = new Set(
	Object.entries<ErrorRow>(errorRows).flatMap(([code, { permanent }]) => (permanent ? [code] : [])),
);

/** Whether trying again soon cannot help what failed with this code; false for codes of other layers. */
export function isPermanent(code: string): boolean {
	return permanentCodes.has(code);
}
