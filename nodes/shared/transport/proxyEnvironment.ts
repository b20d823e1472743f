/** Which proxy the machine's environment names for a host: HTTPS_PROXY, unless NO_PROXY lists the host. No rule is written down; curl's is followed. */

export type EnvironmentVariables = Readonly<Record<string, string | undefined>>;

/** Lower case goes first, as curl reads them. */
function variable(environment: EnvironmentVariables, name: string): string {
	const lower = environment[name.toLowerCase()];
	const value = lower === undefined || lower.trim() === '' ? environment[name.toUpperCase()] : lower;
	return (value ?? '').trim();
}

/** Host and port of one entry: `host`, `host:port`, `[v6]`, `[v6]:port`, or a bare IPv6 address. */
function splitEntry(entry: string): { readonly host: string; readonly port: string | undefined } {
	const parts = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(entry);
	return { host: parts?.[1] ?? entry, port: parts?.[2] };
}

/** Case, a final dot and brackets do not make another host. */
function plainHost(host: string): string {
	return host
		.toLowerCase()
		.replace(/^\[(.*)\]$/, '$1')
		.replace(/\.$/, '');
}

function entryCovers(entry: string, host: string, port: number): boolean {
	const { host: name, port: only } = splitEntry(entry);
	if (only !== undefined && Number(only) !== port) return false;
	const suffix = plainHost(name).replace(/^\*?\./, '');
	return suffix === '*' || host === suffix || host.endsWith(`.${suffix}`);
}

/** Whether NO_PROXY keeps a host from the proxy. Entries stand between commas or blanks; a name covers its subdomains as well. */
function isExempt(noProxy: string, host: string, port: number): boolean {
	const name = plainHost(host);
	return noProxy.split(/[\s,]/).some((entry) => entryCovers(entry, name, port));
}

/**
 * URL of the proxy for TLS connections to `host:port`; undefined for a direct one. A value without a scheme is taken as
 * http://. Loopback is treated as any other host. Nothing is checked here: a bad URL is named when it is used.
 */
export function proxyFromEnvironment(
	environment: EnvironmentVariables,
	{ host, port }: { readonly host: string; readonly port: number },
): string | undefined {
	const proxy = variable(environment, 'HTTPS_PROXY');
	if (proxy === '' || isExempt(variable(environment, 'NO_PROXY'), host, port)) return undefined;
	return /^[a-z][a-z0-9+.-]*:\/\//i.test(proxy) ? proxy : `http://${proxy}`;
}
