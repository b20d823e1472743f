/** Apache httpd with mod_http2: forwards to the application; closes connections by SIGWINCH (graceful-stop). */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerAdapter, ServerSettings } from '../server';
import { printedVersion, programServer, runsAsRoot } from './forwarding';

const modules = '/usr/lib/apache2/modules';

/** Debian builds some of them in, others not. */
function loadModules(names: readonly string[]): string {
	return names
		.filter((name) => existsSync(`${modules}/mod_${name}.so`))
		.map((name) => `LoadModule ${name}_module ${modules}/mod_${name}.so`)
		.join('\n');
}

function configuration({ port, directory, files, applicationPort, streamLimit = 100 }: ServerSettings): string {
	return `
${loadModules(['mpm_event', 'authz_core', 'socache_shmcb', 'ssl', 'http2', 'proxy', 'proxy_http'])}
ServerRoot ${directory}
ServerName localhost
PidFile ${directory}/pid
DefaultRuntimeDir ${directory}
ErrorLog "|$cat 1>&2"
LogLevel warn
${runsAsRoot ? 'User www-data\nGroup www-data' : ''}
Listen 127.0.0.1:${port}
MaxKeepAliveRequests 0
Protocols h2
H2MaxSessionStreams ${streamLimit}
SSLEngine on
SSLCertificateFile ${files.certificate}
SSLCertificateKeyFile ${files.key}
ProxyPass / http://127.0.0.1:${applicationPort}/
`;
}

export const apache: ServerAdapter = {
	name: 'Apache httpd',
	cannot: {
		headerTable: 'its header table has a fixed size',
		goawayLimit: 'its MaxKeepAliveRequests does not apply to HTTP/2',
	},
	streamLimits: [1, 100],
	journals: true,
	dropsAtStop: 'a second GOAWAY with an error code soon follows the first, and the connection ends',
	version: (processes) => printedVersion(processes, 'apache2', ['-v']),
	async start(settings) {
		const file = join(settings.directory, 'httpd.conf');
		writeFileSync(file, configuration(settings));
		const program = settings.processes.start('apache2', ['-d', settings.directory, '-f', file, '-DFOREGROUND']);
		await settings.processes.listening(program, settings.port);
		return programServer(program, 'SIGWINCH');
	},
};
