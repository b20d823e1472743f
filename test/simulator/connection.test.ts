/** The connection as Apple's servers keep it: TLS and ALPN, SETTINGS, one stream and then a thousand, what becomes of clients that ask too much. */
import type * as http2 from 'node:http2';
import * as net from 'node:net';
import * as tls from 'node:tls';
import { excessStreamsText } from '../../tools/simulator/facts';
import { closeAfterEach } from '../closing';
import { errorCodes } from '../wire/frames';
import type { Bench } from './testClient';
import { StreamError, startBench } from './testClient';

const payload = '{"aps":{}}';
const closing = closeAfterEach();
const bench = async (...args: Parameters<typeof startBench>): Promise<Bench> => closing(await startBench(...args));

/** Resolves with the client's next view of the server's settings. */
const nextSettings = (session: http2.ClientHttp2Session) =>
	new Promise<http2.Settings>((resolve) => session.once('remoteSettings', resolve));

test("settings are Apple's: one stream until a good token was seen, then a thousand", async () => {
	const own = await bench();
	const client = await own.connect();
	expect(client.session.remoteSettings).toMatchObject({
		headerTableSize: 4096,
		maxConcurrentStreams: 1,
		initialWindowSize: 65_535,
		maxFrameSize: 16_384,
		maxHeaderListSize: 8000,
	});
	expect((await client.request(own.push({ authorization: undefined }), payload)).status).toBe(403);
	expect(client.session.remoteSettings.maxConcurrentStreams).toBe(1);
	const raised = nextSettings(client.session);
	// A good token raises the limit, whatever else is wrong with the push.
	expect((await client.request(own.push({ 'apns-priority': '7' }), payload)).reason).toBe('BadPriority');
	expect((await raised).maxConcurrentStreams).toBe(1000);
	expect(own.simulator.journal.connections[0]?.limitsSent).toEqual([1, 1000]);
});

test('where asked, a rejected push drops the limit to 1 and an accepted one restores it; 410 is no error', async () => {
	const own = await bench({ dropStreamsOnReject: true });
	const gone = '01'.repeat(32);
	own.simulator.devices.unregister(gone);
	const client = await own.connect();
	for (const headers of [{}, { ':path': `/3/device/${gone}` }, { 'apns-priority': '7' }, {}])
		await client.request(own.push(headers), payload);
	await own.simulator.journal.waitFor(({ connections }) => connections[0]?.limitsSent.length === 4);
	expect(own.simulator.journal.connections[0]?.limitsSent).toEqual([1, 1000, 1, 1000]);
});

test('a shrinking limit refuses what is in flight above it, and those refused were not processed', async () => {
	const own = await bench();
	const client = await own.connect();
	const raised = nextSettings(client.session);
	await client.request(own.push(), payload);
	await raised;
	own.simulator.script.at((request) => request.path.endsWith('ff'), { type: 'stall' }, { times: 5 });
	const stalled = Array.from({ length: 5 }, () =>
		client.request(own.push({ ':path': `/3/device/${'ff'.repeat(32)}` }), payload).catch((error: unknown) => error),
	);
	await own.simulator.journal.waitFor(
		({ requests }) => requests.filter((request) => request.ending === 'stalled').length === 5,
	);
	own.simulator.setMaxConcurrentStreams(1, { refuseSurplus: true });
	const refused = await Promise.all(stalled.slice(1));
	expect(refused.map((error) => (error instanceof StreamError ? error.rstCode : error))).toEqual(
		Array(4).fill(errorCodes.REFUSED_STREAM),
	);
	expect(own.simulator.acceptedPushes).toHaveLength(1);
	expect(own.simulator.journal.connections[0]?.resetsSent.map(({ code }) => code)).toEqual(
		Array(4).fill([errorCodes.REFUSED_STREAM, errorCodes.STREAM_CLOSED]).flat(),
	);
});

test('streams opened before the new limit can be known are refused, and the connection lives', async () => {
	const own = await bench();
	const client = await own.connect();
	const raised = nextSettings(client.session);
	await client.request(own.push(), payload);
	await raised;
	own.simulator.script.at((request) => request.path.endsWith('ff'), { type: 'stall' });
	const stalled = client
		.request(own.push({ ':path': `/3/device/${'ff'.repeat(32)}` }), payload)
		.catch((error: unknown) => error);
	await own.simulator.journal.waitFor(({ requests }) => requests.at(-1)?.ending === 'stalled');
	own.simulator.setMaxConcurrentStreams(1);
	const late = await client.request(own.push(), payload).catch((error: unknown) => error);
	expect(late).toBeInstanceOf(StreamError);
	expect((late as StreamError).rstCode).toBe(errorCodes.REFUSED_STREAM);
	expect(own.simulator.journal.connections[0]?.closedAtMs).toBeUndefined();
	client.close();
	await stalled;
});

test('a client that opens more streams than it acknowledged gets a GOAWAY in plain text', async () => {
	const own = await bench();
	own.simulator.script.always({ type: 'stall' });
	const socket = tls.connect({
		host: '127.0.0.1',
		port: own.simulator.pushPort,
		ca: own.simulator.caPem,
		servername: 'localhost',
		ALPNProtocols: ['h2'],
	});
	socket.resume();
	await new Promise((resolve) => socket.once('secureConnect', resolve));
	const hex = (text: string) => Buffer.from(text.replace(/\s/g, ''), 'hex');
	socket.write(Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), hex('000000 04 00 00000000')]));
	await own.simulator.journal.waitFor(
		({ connections }) =>
			connections[0]?.clientFrames.SETTINGS === 1 && connections[0].serverFrames.SETTINGS !== undefined,
	);
	// Acknowledge, then two streams at once: :method POST, :scheme https, :path / (static indices 3, 7, 4).
	socket.write(
		Buffer.concat([
			hex('000000 04 01 00000000'),
			hex('000003 01 05 00000001 838784'),
			hex('000003 01 05 00000003 838784'),
		]),
	);
	const record = await own.simulator.journal.waitFor(
		({ connections }) => connections[0]?.goawaysSent.length === 1 && connections[0],
	);
	expect(record.goawaysSent).toEqual([{ lastStreamId: 1, code: errorCodes.NO_ERROR, debug: excessStreamsText }]);
	socket.destroy();
});

test('ALPN: h2 is taken, anything else alone is refused, none at all is served', async () => {
	const own = await bench();
	const dial = (ALPNProtocols: string[] | undefined) =>
		new Promise<string | false | null>((resolve, reject) => {
			const socket = tls.connect({
				host: '127.0.0.1',
				port: own.simulator.pushPort,
				ca: own.simulator.caPem,
				servername: 'localhost',
				ALPNProtocols,
			});
			socket.once('error', reject);
			socket.once('secureConnect', () => {
				resolve(socket.alpnProtocol);
				socket.destroy();
			});
		});
	await expect(dial(['http/1.1', 'h2'])).resolves.toBe('h2');
	await expect(dial(['http/1.1'])).rejects.toThrow(/no application protocol/i);
	await expect(dial(undefined)).resolves.toBe(false);
});

test('TLS 1.2 and 1.3 are spoken, older ones are not, and the journal says which it was', async () => {
	const own = await bench();
	for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
		const client = await own.connect({ minVersion: version, maxVersion: version });
		expect((await client.request(own.push(), payload)).status).toBe(200);
		expect(own.simulator.journal.connections.at(-1)).toMatchObject({
			tlsVersion: version,
			alpn: 'h2',
			serverName: 'localhost',
		});
	}
	await expect(
		own.connect({ minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }),
	).rejects.toThrow();
});

test('HTTP/1.1 spoken inside TLS draws a GOAWAY that names the missing preface', async () => {
	const own = await bench();
	const socket = tls.connect({
		host: '127.0.0.1',
		port: own.simulator.pushPort,
		ca: own.simulator.caPem,
		servername: 'localhost',
	});
	socket.write('POST /3/device/00 HTTP/1.1\r\nhost: localhost\r\n\r\n');
	const received: Buffer[] = [];
	socket.on('data', (chunk: Buffer) => received.push(chunk));
	await new Promise((resolve) => socket.once('close', resolve));
	expect(Buffer.concat(received).toString('latin1')).toContain('HTTP/2 client preface string missing or corrupt');
});

test('a plain TCP client is dropped, and the simulator goes on', async () => {
	const own = await bench();
	const socket = net.connect(own.simulator.pushPort, '127.0.0.1');
	socket.on('error', () => undefined);
	socket.resume();
	socket.write('POST / HTTP/1.1\r\n\r\n');
	await new Promise((resolve) => socket.once('close', resolve));
	expect((await (await own.connect()).request(own.push(), payload)).status).toBe(200);
});

test('pings, resets, settings and the end of a connection are in the journal', async () => {
	const own = await bench();
	const client = await own.connect({ settings: { headerTableSize: 0 } });
	await new Promise<void>(
		(resolve, reject) => void client.session.ping((error) => (error === null ? resolve() : reject(error))),
	);
	own.simulator.script.at(1, { type: 'stall' });
	const stream = client.session.request(own.push());
	stream.on('error', () => undefined);
	stream.end(payload);
	await own.simulator.journal.waitForRequests(1);
	stream.close(errorCodes.CANCEL);
	const record = await own.simulator.journal.waitFor(
		({ connections }) => connections[0]?.resets.length === 1 && connections[0],
	);
	expect(record).toMatchObject({
		pings: 1,
		resets: [{ streamId: 1, code: errorCodes.CANCEL }],
		requests: 1,
		clientSettings: { headerTableSize: 0 },
	});
	expect(record.clientFrames).toMatchObject({ SETTINGS: 2, PING: 1, HEADERS: 1, DATA: 1, RST_STREAM: 1 });
	client.close();
	await own.simulator.journal.waitFor(({ connections }) => connections[0]?.closedAtMs !== undefined);
	expect(own.simulator.counters()).toMatchObject({ connections: 1, openConnections: 0, streams: 1 });
});

test('a burst of resets draws GOAWAY ENHANCE_YOUR_CALM where asked', async () => {
	const own = await bench({ resetBudget: { resets: 3, withinMs: 30_000 } });
	const client = await own.connect();
	const raised = nextSettings(client.session);
	await client.request(own.push(), payload);
	await raised;
	own.simulator.script.always({ type: 'stall' });
	for (let at = 0; at < 4; at += 1) {
		const stream = client.session.request(own.push());
		stream.on('error', () => undefined);
		stream.end(payload, () => stream.close(errorCodes.CANCEL));
	}
	expect((await client.goaway())[0]).toBe(errorCodes.ENHANCE_YOUR_CALM);
});

test('an idle connection is told IdleTimeout and closed where asked', async () => {
	const own = await bench({ idleTimeoutMs: 50 });
	const client = await own.connect();
	const [code, last, debug] = await client.goaway();
	expect({ code, last, debug }).toEqual({ code: 0, last: 0, debug: '{"reason":"IdleTimeout"}' });
	await client.closed();
});

test('closing the simulator closes its connections and frees its ports', async () => {
	const own = await bench();
	const client = await own.connect();
	const { pushPort } = own.simulator;
	await own.simulator.close();
	await client.closed();
	await expect(
		new Promise((_resolve, reject) => void net.connect(pushPort, '127.0.0.1').once('error', reject)),
	).rejects.toThrow('ECONNREFUSED');
});

test('too many errors in a row end the connection where asked; an accepted push or a 410 forgives', async () => {
	const own = await bench({ errorBudget: 2 });
	const gone = '01'.repeat(32);
	own.simulator.devices.unregister(gone);
	const client = await own.connect();
	const bad = own.push({ 'apns-priority': '7' });
	for (const headers of [bad, bad, own.push({ ':path': `/3/device/${gone}` }), bad, bad, own.push(), bad, bad])
		await client.request(headers, payload);
	expect(own.simulator.journal.connections[0]?.goawaysSent).toEqual([]);
	expect((await client.request(bad, payload)).status).toBe(400);
	expect((await client.goaway())[0]).toBe(errorCodes.NO_ERROR);
	await client.closed();
});

test.each(['tcp', 'tls'] as const)('connections may be rejected at %s, so many times', async (at) => {
	const own = await bench();
	own.simulator.rejectConnections(at, 2);
	for (let tries = 0; tries < 2; tries += 1) await expect(own.connect()).rejects.toThrow();
	expect((await (await own.connect()).request(own.push(), payload)).status).toBe(200);
	expect(own.simulator.counters().connections).toBe(1);
});

test('a new stream limit holds for proven connections, and not for one that has shown no token yet', async () => {
	const own = await bench();
	const [proven, fresh] = [await own.connect(), await own.connect()];
	await proven.request(own.push(), payload);
	own.simulator.setMaxConcurrentStreams(5);
	expect((await fresh.request(own.push({ authorization: undefined }), payload)).status).toBe(403);
	expect((await fresh.request(own.push(), payload)).status).toBe(200);
	expect((await proven.request(own.push(), payload)).status).toBe(200);
	expect(own.simulator.journal.connections.map(({ limitsSent }) => limitsSent)).toEqual([
		[1, 1000, 5],
		[1, 5],
	]);
});

test('one connection may be sent away or cut while others stay', async () => {
	const own = await bench();
	const clients = [await own.connect(), await own.connect(), await own.connect()];
	own.simulator.goaway(1, 'Shutdown');
	own.simulator.cut(2);
	await Promise.all([clients[0]?.closed(), clients[1]?.closed()]);
	expect((await clients[2]?.request(own.push(), payload))?.status).toBe(200);
	expect(() => own.simulator.cut(2)).toThrow('no open connection 2');
});

test('a port that is taken is named, and nothing is left listening', async () => {
	const own = await bench();
	const blocked = { managementPort: own.simulator.managementPort };
	await expect(startBench(blocked)).rejects.toThrow(`127.0.0.1:${own.simulator.managementPort}`);
	await expect(startBench({ port: own.simulator.pushPort })).rejects.toThrow(/cannot listen on .*: name another port/);
});

test('what the journal keeps may be bounded; numbers and counters go on', async () => {
	const own = await bench({ journalKeeps: 3 });
	for (let at = 0; at < 5; at += 1) {
		const client = await own.connect();
		await client.request(own.push(), payload);
		client.close();
		await own.simulator.journal.waitFor(({ connections }) =>
			connections.every(({ closedAtMs }) => closedAtMs !== undefined),
		);
	}
	const { journal, acceptedPushes } = own.simulator;
	expect(journal.requests.map(({ number }) => number)).toEqual([3, 4, 5]);
	expect(journal.connections.map(({ id }) => id)).toEqual([3, 4, 5]);
	expect(acceptedPushes).toHaveLength(3);
	expect(own.simulator.counters()).toMatchObject({ connections: 5, streams: 5, accepted: 5 });
});
