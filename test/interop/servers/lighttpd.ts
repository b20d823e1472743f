/**
 * lighttpd: closes connections by SIGINT. It refuses every POST without
 * `content-length` with 411, in HTTP/2 too, where RFC 9113 §8.1.1 makes that header optional; so 411 is what its answers are.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerAdapter, ServerSettings } from '../server';
import { printedVersion, programServer } from './forwarding';

function configuration({ port, directory, files, applicationPort }: ServerSettings): string {
	return `
server.modules = ("mod_openssl", "mod_proxy")
server.document-root = "${directory}"
server.bind = "127.0.0.1"
server.port = ${port}
server.upload-dirs = ("${directory}")
ssl.engine = "enable"
ssl.pemfile = "${files.certificate}"
ssl.privkey = "${files.key}"
proxy.server = ("" => (("host" => "127.0.0.1", "port" => ${applicationPort})))
`;
}

export const lighttpd: ServerAdapter = {
	name: 'lighttpd',
	cannot: {
		errorBody: 'it answers 411 before the application is asked',
		goawayLimit: 'its server.max-keep-alive-requests does not apply to HTTP/2',
		headerTable: 'its header table has a fixed size',
		largeBodies: 'it answers 411 before the application is asked',
		slowReader: 'it answers 411 before the application is asked',
	},
	ordinaryStatus: 411,
	// Fixed in its source.
	streamLimits: [8],
	journals: false,
	version: (processes) => printedVersion(processes, 'lighttpd', ['-v']),
	async start(settings) {
		const file = join(settings.directory, 'lighttpd.conf');
		writeFileSync(file, configuration(settings));
		const program = settings.processes.start('lighttpd', ['-D', '-f', file]);
		await settings.processes.listening(program, settings.port);
		return programServer(program, 'SIGINT');
	},
};
