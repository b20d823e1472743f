/** Jetty's HTTP/2 server: its program closes connections after some requests and before it stops. */
import type { ServerAdapter } from '../server';
import { compile, jarVersion, type JavaServer, startJava } from './java';

const server: JavaServer = { program: 'JettyServer', jarPrefixes: ['jetty9-', 'servlet-api'] };

export const jetty: ServerAdapter = {
	name: 'Jetty',
	cannot: {},
	streamLimits: [1, 100],
	headerTables: [0, 100, 65_536],
	journals: true,
	version: () => Promise.resolve(jarVersion('jetty9-http2-server')),
	prepare: (processes, files) => compile(server, processes, files),
	start: (settings) => startJava(server, settings),
};
