/** HAProxy: forwards to the application; closes connections by SIGUSR1 (soft stop). */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerAdapter, ServerSettings } from '../server';
import { printedVersion, programServer } from './forwarding';

function configuration({
	port,
	files,
	applicationPort,
	streamLimit = 100,
	headerTableBytes = 4_096,
}: ServerSettings): string {
	return `
global
	maxconn 2000
	nbthread 1
	tune.h2.max-concurrent-streams ${streamLimit}
	tune.h2.header-table-size ${headerTableBytes}
defaults
	mode http
	timeout connect 5s
	timeout client 60s
	timeout server 60s
	http-reuse always
frontend push
	bind 127.0.0.1:${port} ssl crt ${files.certificateAndKey} alpn h2
	default_backend application
backend application
	server application 127.0.0.1:${applicationPort}
`;
}

export const haproxy: ServerAdapter = {
	name: 'HAProxy',
	cannot: { goawayLimit: 'this version has no limit of requests per connection' },
	streamLimits: [1, 100],
	// The sizes it takes in its configuration.
	headerTables: [4_096, 65_536],
	journals: true,
	version: (processes) => printedVersion(processes, 'haproxy', ['-v']),
	async start(settings) {
		const file = join(settings.directory, 'haproxy.cfg');
		writeFileSync(file, configuration(settings));
		const program = settings.processes.start('haproxy', ['-db', '-f', file]);
		await settings.processes.listening(program, settings.port);
		return programServer(program, 'SIGUSR1');
	},
};
