/** The `openssl s_client` line that repeats a connection by hand (Apple, "Establishing a connection to APNs", troubleshooting). */

export interface OpensslTarget {
	readonly host: string;
	readonly port: number;
	/** Whether a CA bundle of the user is trusted. */
	readonly hasCaBundle: boolean;
	/** Whether a provider certificate is shown. */
	readonly hasCertificate: boolean;
	readonly proxyUrl?: string;
}

/** For a POSIX shell. */
function quoted(text: string): string {
	return /^[\w.:/@=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function isAddress(host: string): boolean {
	return host.includes(':') || /^\d+(\.\d+){3}$/.test(host);
}

/** `host:port` of a proxy, and its user; the password stays behind. */
function proxyArguments(proxyUrl: string | undefined): string[] {
	if (proxyUrl === undefined || !URL.canParse(proxyUrl)) return [];
	const { protocol, hostname, port, username } = new URL(proxyUrl);
	const at = `${hostname}:${port === '' ? (protocol === 'https:' ? 443 : 80) : port}`;
	return ['-proxy', at, ...(username === '' ? [] : ['-proxy_user', username, '-proxy_pass', 'env:PROXY_PASSWORD'])];
}

/** Names files where secrets would stand: certificate.pem, key.pem, ca-bundle.pem. */
export function opensslCommand({ host, port, hasCaBundle, hasCertificate, proxyUrl }: OpensslTarget): string {
	const parts = [
		'openssl',
		's_client',
		'-connect',
		`${host.includes(':') ? `[${host}]` : host}:${port}`,
		...(isAddress(host) ? ['-noservername'] : ['-servername', host]),
		'-alpn',
		'h2',
		...proxyArguments(proxyUrl),
		...(hasCertificate ? ['-cert', 'certificate.pem', '-key', 'key.pem'] : []),
		...(hasCaBundle ? ['-CAfile', 'ca-bundle.pem'] : []),
		'-showcerts',
	];
	return parts.map(quoted).join(' ');
}
