/** Hosts and ports of APNs by environment and kind of request. */

export type Environment = 'production' | 'development';

export interface ApnsEndpoint {
	readonly host: string;
	readonly port: number;
}

interface EndpointRow {
	/** Device pushes and broadcasts. Apple, "Sending notification requests to APNs", "Sending broadcast push notification requests to APNs". */
	readonly push: ApnsEndpoint;
	/** Channel management, a port of its own in each environment. Apple, "Sending channel management requests to APNs". */
	readonly management: ApnsEndpoint;
}

const rows: Readonly<Record<Environment, EndpointRow>> = {
	production: {
		push: { host: 'api.push.apple.com', port: 443 },
		management: { host: 'api-manage-broadcast.push.apple.com', port: 2196 },
	},
	development: {
		push: { host: 'api.sandbox.push.apple.com', port: 443 },
		management: { host: 'api-manage-broadcast.sandbox.push.apple.com', port: 2195 },
	},
};

/** Endpoint of device pushes and broadcasts. Port 2197 serves too where firewalls block 443 (documented for device pushes only). */
export function pushEndpoint(environment: Environment, port?: number): ApnsEndpoint {
	const { push } = rows[environment];
	return port === undefined ? push : { host: push.host, port };
}

/** Endpoint of channel management. */
export function managementEndpoint(environment: Environment): ApnsEndpoint {
	return rows[environment].management;
}

const environments: readonly Environment[] = ['production', 'development'];
/** Older name of the sandbox, still in Apple's pages: "Establishing a connection to APNs", troubleshooting. */
const OLD_SANDBOX_HOST = 'api.development.push.apple.com';

/** The environment Apple's own hosts belong to; undefined for any other host. */
export function environmentOfHost(host: string): Environment | undefined {
	const name = host.toLowerCase().replace(/\.$/, '');
	if (name === OLD_SANDBOX_HOST) return 'development';
	return environments.find(
		(environment) => pushEndpoint(environment).host === name || managementEndpoint(environment).host === name,
	);
}
