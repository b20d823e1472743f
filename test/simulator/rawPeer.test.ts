/** The raw peer against Node's own HTTP/2 client: it is understood, it can be wrong on purpose, and it notes what it got. */
import * as http2 from 'node:http2';
import { errorCodes, flags } from '../wire/frames';
import type { RawPeer, RawPeerOptions, RawResponse } from '../wire/rawPeer';
import { startRawPeer } from '../wire/rawPeer';

let peer: RawPeer | undefined;
let session: http2.ClientHttp2Session | undefined;

afterEach(async () => {
	session?.destroy();
	await peer?.close();
});

async function start(options: RawPeerOptions = {}): Promise<{ peer: RawPeer; session: http2.ClientHttp2Session }> {
	peer = await startRawPeer(options);
	session = http2.connect(`https://127.0.0.1:${peer.port}`, { ca: peer.caPem, servername: 'localhost' });
	session.on('error', () => undefined);
	return { peer, session };
}

interface Got {
	readonly status?: number;
	readonly headers: http2.IncomingHttpHeaders;
	readonly body: string;
	readonly rstCode: number;
}

function send(from: http2.ClientHttp2Session, body = '{}'): Promise<Got> {
	const stream = from.request({ ':method': 'POST', ':path': '/3/device/00' });
	const chunks: Buffer[] = [];
	let headers: http2.IncomingHttpHeaders & http2.IncomingHttpStatusHeader = {};
	stream.on('response', (answer) => {
		headers = answer;
	});
	stream.on('data', (chunk: Buffer) => chunks.push(chunk));
	stream.on('error', () => undefined);
	stream.end(body);
	return new Promise((resolve) =>
		stream.on('close', () =>
			resolve({
				status: headers[':status'],
				headers,
				body: Buffer.concat(chunks).toString(),
				rstCode: stream.rstCode ?? 0,
			}),
		),
	);
}

test('Node understands its answers, with statuses that have an index and those that have none', async () => {
	const long = 'x'.repeat(300);
	const answers: RawResponse[] = [
		{ status: 200, headers: { 'apns-id': 'ID' } },
		{ status: 400, body: '{"reason":"BadTopic"}' },
		{ status: 429, headers: { 'retry-after': '3', 'x-long': long }, body: '{}' },
	];
	const own = await start({
		onConnection: (connection) =>
			connection.events.on('request', ({ streamId }) =>
				connection.respond(streamId, answers[(streamId - 1) / 2] ?? { status: 500 }),
			),
	});
	expect(await send(own.session)).toMatchObject({ status: 200, body: '', headers: { 'apns-id': 'ID' } });
	expect(await send(own.session)).toMatchObject({ status: 400, body: '{"reason":"BadTopic"}' });
	expect(await send(own.session)).toMatchObject({ status: 429, headers: { 'retry-after': '3', 'x-long': long } });
});

test('it notes the frames, the requests and the pieces they came in', async () => {
	const own = await start({
		onConnection: (connection) =>
			connection.events.on('request', ({ streamId }) => connection.respond(streamId, { status: 200 })),
	});
	await send(own.session, 'first');
	await send(own.session, 'second');
	const connection = await own.peer.connection(1);
	expect(connection.requests.map(({ streamId, body }) => [streamId, body.toString()])).toEqual([
		[1, 'first'],
		[3, 'second'],
	]);
	expect(connection.requests.every(({ headerBlock }) => headerBlock.length > 0)).toBe(true);
	expect(connection.framesOf('HEADERS')).toHaveLength(2);
	expect(connection.records.length).toBeGreaterThan(0);
});

test('left to itself it acknowledges SETTINGS and PING and gives windows back; told not to, it does not', async () => {
	const body = 'x'.repeat(200_000);
	const own = await start({
		onConnection: (connection) =>
			connection.events.on('request', ({ streamId }) => connection.respond(streamId, { status: 200 })),
	});
	expect((await send(own.session, body)).status).toBe(200);
	await new Promise<void>(
		(resolve, reject) => void own.session.ping((error) => (error === null ? resolve() : reject(error))),
	);
	own.session.destroy();
	await own.peer.close();

	const mute = await start({ auto: { preface: false, settingsAck: false, pingAck: false, windowUpdates: false } });
	await new Promise((resolve) => mute.session.once('connect', resolve));
	void send(mute.session, body);
	let pinged = false;
	mute.session.ping(() => {
		pinged = true;
	});
	const connection = await mute.peer.connection(1);
	const bytes = () => connection.framesOf('DATA').reduce((sum, { payload }) => sum + payload.length, 0);
	await connection.waitFor(() => bytes() === 65_535 && connection.framesOf('PING').length === 1);
	connection.settings({});
	connection.ping(Buffer.from('12345678'));
	await connection.waitFor(({ framesOf }) =>
		framesOf('PING').some((frame) => frame.flags === flags.ACK && frame.payload.toString() === '12345678'),
	);
	expect({ bytes: bytes(), pinged, settingsAcknowledged: !mute.session.pendingSettingsAck }).toEqual({
		bytes: 65_535,
		pinged: false,
		settingsAcknowledged: false,
	});
});

test('it resets, says GOAWAY with any text, and sends garbage', async () => {
	const own = await start({ settings: { maxConcurrentStreams: 7 } });
	await new Promise((resolve) => own.session.once('remoteSettings', resolve));
	const connection = await own.peer.connection(1);
	expect(own.session.remoteSettings.maxConcurrentStreams).toBe(7);
	const refused = send(own.session);
	await connection.waitFor(({ requests }) => requests.length === 1);
	connection.reset(1, errorCodes.REFUSED_STREAM);
	expect((await refused).rstCode).toBe(errorCodes.REFUSED_STREAM);
	const goaway = new Promise((resolve) =>
		own.session.once('goaway', (code: number, last: number, debug?: Buffer) =>
			resolve([code, last, debug?.toString()]),
		),
	);
	connection.goaway(1, errorCodes.NO_ERROR, 'as you like');
	expect(await goaway).toEqual([errorCodes.NO_ERROR, 1, 'as you like']);
});

test("what breaks the protocol draws the client's GOAWAY, and it is noted", async () => {
	const own = await start();
	const connection = await own.peer.connection(1);
	connection.sendFrame({ type: 'DATA', streamId: 0, payload: Buffer.from('garbage') });
	const goaway = await connection.waitFor(({ framesOf }) => framesOf('GOAWAY')[0]);
	expect(goaway.payload.readUInt32BE(4)).toBe(errorCodes.PROTOCOL_ERROR);
});

test('without ALPN none is agreed on, and what never comes is told as such', async () => {
	peer = await startRawPeer({ alpn: [] });
	session = http2.connect(`https://127.0.0.1:${peer.port}`, { ca: peer.caPem, servername: 'localhost' });
	session.on('error', () => undefined);
	const connection = await peer.connection(1);
	expect(connection.socket.alpnProtocol).toBe(false);
	await expect(connection.waitFor(({ requests }) => requests.length > 0, 20)).rejects.toThrow(
		'did not come within 20 ms',
	);
	const never = connection.waitFor(({ requests }) => requests.length > 0);
	connection.destroy();
	await expect(never).rejects.toThrow('closed before');
});
