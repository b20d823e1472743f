/** Tomcat's HTTP/2 server: closes connections when the server stops. */
import type { ServerAdapter } from '../server';
import { compile, jarVersion, type JavaServer, startJava } from './java';

const server: JavaServer = { program: 'TomcatServer', jarPrefixes: ['tomcat10-'] };

export const tomcat: ServerAdapter = {
	name: 'Tomcat',
	cannot: {
		headerTable: 'its header table has a fixed size',
		goawayLimit: 'it has no limit of requests per connection',
	},
	streamLimits: [1, 100],
	journals: true,
	version: () => Promise.resolve(jarVersion('tomcat10-coyote')),
	prepare: (processes, files) => compile(server, processes, files),
	start: (settings) => startJava(server, settings),
};
