/** h2o: forwards to the application; closes connections by SIGTERM. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerAdapter, ServerSettings } from '../server';
import { printedVersion, programServer, runsAsRoot } from './forwarding';

function configuration({ port, files, applicationPort, streamLimit = 100 }: ServerSettings): string {
	return `
${runsAsRoot ? 'user: root' : ''}
num-threads: 1
http2-max-concurrent-requests-per-connection: ${streamLimit}
http2-graceful-shutdown-timeout: 5
listen:
  host: 127.0.0.1
  port: ${port}
  ssl:
    certificate-file: ${files.certificate}
    key-file: ${files.key}
hosts:
  default:
    paths:
      /:
        proxy.reverse.url: http://127.0.0.1:${applicationPort}/
        proxy.timeout.keepalive: 30000
`;
}

export const h2o: ServerAdapter = {
	name: 'h2o',
	cannot: {
		headerTable: 'its header table has a fixed size',
		goawayLimit: 'it has no limit of requests per connection',
	},
	streamLimits: [1, 100],
	// It works on fewer at a time when told so, but always announces this.
	announcedStreamLimit: 100,
	journals: true,
	version: (processes) => printedVersion(processes, 'h2o', ['--version']),
	async start(settings) {
		const file = join(settings.directory, 'h2o.conf');
		writeFileSync(file, configuration(settings));
		const program = settings.processes.start('h2o', ['-c', file]);
		await settings.processes.listening(program, settings.port);
		return programServer(program, 'SIGTERM');
	},
};
