/** nginx: forwards to the application; closes connections by `keepalive_requests` and by SIGQUIT. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gonePrefix, goneBody } from '../answers';
import type { ServerAdapter, ServerSettings } from '../server';
import { printedVersion, programServer, runsAsRoot } from './forwarding';

function configuration({
	port,
	directory,
	files,
	applicationPort,
	streamLimit = 128,
	requestsPerConnection = 1_000_000,
}: ServerSettings): string {
	return `
daemon off;
${runsAsRoot ? 'user root;' : ''}
pid ${directory}/pid;
error_log stderr;
events { worker_connections 4096; }
http {
	access_log off;
	client_body_temp_path ${directory}/body;
	proxy_temp_path ${directory}/proxy;
	fastcgi_temp_path ${directory}/fastcgi;
	uwsgi_temp_path ${directory}/uwsgi;
	scgi_temp_path ${directory}/scgi;
	upstream application { server 127.0.0.1:${applicationPort}; keepalive 64; }
	server {
		listen 127.0.0.1:${port} ssl http2;
		ssl_certificate ${files.certificate};
		ssl_certificate_key ${files.key};
		http2_max_concurrent_streams ${streamLimit};
		keepalive_requests ${requestsPerConnection};
		location / {
			proxy_pass http://application;
			proxy_http_version 1.1;
			proxy_set_header Connection "";
		}
		location /3/device/${gonePrefix} {
			default_type application/json;
			return 410 '${goneBody}';
		}
	}
}
`;
}

export const nginx: ServerAdapter = {
	name: 'nginx',
	cannot: { headerTable: 'its header table has a fixed size' },
	streamLimits: [1, 100],
	journals: true,
	version: (processes) => printedVersion(processes, 'nginx', ['-v']),
	async start(settings) {
		const file = join(settings.directory, 'nginx.conf');
		writeFileSync(file, configuration(settings));
		const program = settings.processes.start('nginx', ['-p', settings.directory, '-c', file, '-e', 'stderr']);
		await settings.processes.listening(program, settings.port);
		return programServer(program, 'SIGQUIT');
	},
};
