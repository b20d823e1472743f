/** Node's http2, which stands on nghttp2: answers by itself; SETTINGS and GOAWAY at any time. */
import { createSecureServer, type Http2SecureServer, type Http2Session, type ServerHttp2Session } from 'node:http2';
import { answerTo, tokenOf } from '../answers';
import type { RunningServer, ServerAdapter, ServerSettings } from '../server';

function serve({ files, journal, streamLimit, headerTableBytes, requestsPerConnection = Infinity }: ServerSettings): {
	server: Http2SecureServer;
	sessions: Set<ServerHttp2Session>;
} {
	const sessions = new Set<ServerHttp2Session>();
	const requests = new WeakMap<Http2Session, number>();
	const server = createSecureServer({
		cert: files.certificatePem,
		key: files.privateKeyPem,
		settings: {
			...(streamLimit === undefined ? {} : { maxConcurrentStreams: streamLimit }),
			...(headerTableBytes === undefined ? {} : { headerTableSize: headerTableBytes }),
		},
	});
	server.on('session', (session) => {
		sessions.add(session);
		session.on('close', () => sessions.delete(session));
	});
	server.on('stream', (stream, headers) => {
		const done = journal.begin();
		const chunks: Buffer[] = [];
		stream.on('data', (chunk: Buffer) => chunks.push(chunk));
		// Streams above the last one of a GOAWAY end so; the client sends them again.
		stream.on('error', () => undefined);
		stream.on('end', () => {
			const token = tokenOf(headers[':path'] ?? '');
			journal.note(token);
			const answer = answerTo(token, Buffer.concat(chunks));
			stream.respond({ ':status': answer.status, ...answer.headers });
			stream.end(answer.body);
			const { session } = stream;
			if (session === undefined) return;
			const count = (requests.get(session) ?? 0) + 1;
			requests.set(session, count);
			if (count === requestsPerConnection) endGracefully(session);
		});
		stream.on('close', done);
	});
	return { server, sessions };
}

/** GOAWAY with the last stream taken, then the end when all have their answers. */
function endGracefully(session: Http2Session): void {
	session.goaway();
	session.close();
}

export const node: ServerAdapter = {
	name: 'Node.js http2',
	cannot: {},
	streamLimits: [1, 100],
	headerTables: [0, 100, 65_536],
	journals: true,
	version: () => Promise.resolve(process.versions.node),
	async start(settings): Promise<RunningServer> {
		const { server, sessions } = serve(settings);
		await new Promise<void>((resolve) => server.listen(settings.port, '127.0.0.1', resolve));
		const change = (changed: Parameters<ServerHttp2Session['settings']>[0]): Promise<void> =>
			Promise.all(
				[...sessions].map((session) => new Promise<void>((resolve) => session.settings(changed, () => resolve()))),
			).then(() => undefined);
		return {
			async stopGracefully() {
				const closed = new Promise<void>((resolve) => server.close(() => resolve()));
				for (const session of sessions) endGracefully(session);
				await closed;
			},
			raiseStreamLimit: (limit) => change({ maxConcurrentStreams: limit }),
			resizeHeaderTable: (bytes) => change({ headerTableSize: bytes }),
			async stop() {
				const closed = new Promise<void>((resolve) => server.close(() => resolve()));
				for (const session of sessions) session.destroy();
				await closed;
			},
		};
	},
};
