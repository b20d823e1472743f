/** Caddy, and with it the HTTP/2 server of Go: forwards to the application; closes connections by SIGTERM within its grace period. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerAdapter, ServerSettings } from '../server';
import { printedVersion, programServer } from './forwarding';

function configuration({ port, files, applicationPort }: ServerSettings): string {
	return `
{
	admin off
	auto_https off
	grace_period 8s
	skip_install_trust
}
https://localhost:${port} {
	bind 127.0.0.1
	tls ${files.certificate} ${files.key}
	reverse_proxy 127.0.0.1:${applicationPort}
}
`;
}

export const caddy: ServerAdapter = {
	name: 'Caddy (Go)',
	cannot: {
		headerTable: 'its header table has a fixed size',
		goawayLimit: 'it has no limit of requests per connection',
	},
	// Fixed by Go's server.
	streamLimits: [250],
	journals: true,
	version: (processes) => printedVersion(processes, 'caddy', ['version']),
	async start(settings) {
		const { directory, processes, port } = settings;
		const file = join(directory, 'Caddyfile');
		writeFileSync(file, configuration(settings));
		const env = { HOME: directory, XDG_DATA_HOME: directory, XDG_CONFIG_HOME: directory };
		const program = processes.start('caddy', ['run', '--adapter', 'caddyfile', '--config', file], { env });
		await processes.listening(program, port);
		return programServer(program, 'SIGTERM');
	},
};
