/** Where a service listens: host and port. */
export interface Endpoint {
	readonly host: string;
	readonly port: number;
}

/** `host:port` for messages and keys; an IPv6 address in brackets. */
export function endpointName({ host, port }: Endpoint): string {
	return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
