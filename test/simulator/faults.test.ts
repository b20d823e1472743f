/** Faults on script: each does to a client what it says, and the journal tells it. */
import { errorCodes, maxStreamId } from '../wire/frames';
import type { Bench, TestClient } from './testClient';
import { StreamError, startBench } from './testClient';

const payload = '{"aps":{}}';
const last = (digits: string) => `/3/device/${digits.repeat(32)}`;

let bench: Bench;
let client: TestClient;

/** A connection that may carry many streams. */
beforeEach(async () => {
	bench = await startBench();
	client = await bench.connect();
	const raised = new Promise((resolve) => client.session.once('remoteSettings', resolve));
	await client.request(bench.push(), payload);
	await raised;
	bench.simulator.journal.clear();
});

afterEach(() => bench.close());

const failure = (promise: Promise<unknown>) =>
	promise.then(
		() => undefined,
		(error: unknown) => (error instanceof StreamError ? error : undefined),
	);

test('refuse and reset end one stream with their code, and the connection goes on', async () => {
	const { script, journal } = bench.simulator;
	script.at(2, { type: 'refuse' });
	script.at(3, { type: 'reset', code: errorCodes.INTERNAL_ERROR });
	expect((await failure(client.request(bench.push(), payload)))?.rstCode).toBe(errorCodes.REFUSED_STREAM);
	expect((await failure(client.request(bench.push(), payload)))?.rstCode).toBe(errorCodes.INTERNAL_ERROR);
	expect((await client.request(bench.push(), payload)).status).toBe(200);
	expect(journal.requests.map(({ number, ending }) => [number, ending])).toEqual([
		[2, 'refused'],
		[3, 'reset'],
		[4, 'answered'],
	]);
});

test('a GOAWAY that drains answers what it covers, ignores what it does not, and closes', async () => {
	const { script, journal } = bench.simulator;
	script.at(3, { type: 'goaway', reason: 'Shutdown', lastStream: 'this' });
	const answers = [last('01'), last('02'), last('03')].map((path) =>
		client.request(bench.push({ ':path': path }), payload).then(
			({ status }) => status,
			() => 'ignored',
		),
	);
	expect(await Promise.all(answers)).toEqual([200, 200, 'ignored']);
	expect(await client.goaway()).toEqual([errorCodes.NO_ERROR, 5, '{"reason":"Shutdown"}']);
	await client.closed();
	expect(journal.requests.map(({ ending }) => ending)).toEqual(['answered', 'answered', 'ignored']);
	expect(bench.simulator.acceptedPushes).toHaveLength(3);
});

test('a GOAWAY may name stream zero after others were answered, carry plain text, and cut the connection', async () => {
	const { script, journal } = bench.simulator;
	script.at(2, {
		type: 'goaway',
		text: 'Too bad.',
		code: errorCodes.PROTOCOL_ERROR,
		lastStream: 'zero',
		then: 'close',
	});
	await failure(client.request(bench.push(), payload));
	await client.closed();
	expect(journal.connections[0]?.goawaysSent).toEqual([
		{ lastStreamId: 0, code: errorCodes.PROTOCOL_ERROR, debug: 'Too bad.' },
	]);
	expect(journal.requests[0]?.ending).toBe('ignored');
});

test('a graceful close in two steps keeps answering in between', async () => {
	const { script, journal } = bench.simulator;
	script.at(2, { type: 'goaway', lastStream: 'max', then: 'keep' });
	expect((await client.request(bench.push(), payload)).status).toBe(200);
	expect(await client.goaway()).toEqual([errorCodes.NO_ERROR, maxStreamId, '']);
	bench.simulator.goawayAll('Shutdown');
	await client.closed();
	expect(journal.connections[0]?.goawaysSent.map(({ lastStreamId }) => lastStreamId)).toEqual([maxStreamId, 3]);
});

test('a cut ends the connection with or without a farewell', async () => {
	for (const how of ['destroy', 'fin'] as const) {
		const own = await bench.connect();
		bench.simulator.script.at(({ path }) => path === last('0c'), { type: 'cut', how });
		await failure(own.request(bench.push({ ':path': last('0c') }), payload));
		await own.closed();
		expect(bench.simulator.journal.requests.at(-1)?.ending).toBe('cut');
	}
});

test('a stalled stream is never answered while its neighbours are', async () => {
	bench.simulator.script.at(2, { type: 'stall' });
	const stalled = client.request(bench.push(), payload);
	expect((await client.request(bench.push(), payload)).status).toBe(200);
	client.close();
	await expect(stalled).rejects.toBeInstanceOf(StreamError);
	expect(bench.simulator.journal.requests[0]?.ending).toBe('stalled');
});

test('half an answer: the status comes, and then a reset, silence, or the end of the connection', async () => {
	const { script } = bench.simulator;
	script.at(2, { type: 'halfAnswer', status: 200, how: 'reset', code: errorCodes.CANCEL });
	script.at(3, { type: 'halfAnswer', status: 400, body: '{"rea', how: 'cut' });
	expect(await failure(client.request(bench.push(), payload))).toMatchObject({
		status: 200,
		rstCode: errorCodes.CANCEL,
	});
	expect(await failure(client.request(bench.push(), payload))).toMatchObject({ status: 400 });
	expect(bench.simulator.journal.requests.map(({ ending }) => ending)).toEqual(['half-answered', 'half-answered']);
	const own = await bench.connect();
	script.at(4, { type: 'halfAnswer', status: 200, how: 'open' });
	const half = own.session.request(bench.push());
	half.on('error', () => undefined);
	const status = new Promise((resolve) => half.once('response', (headers) => resolve(headers[':status'])));
	half.end(payload);
	expect(await status).toBe(200);
	half.close(errorCodes.CANCEL);
});

test('a delay lets later requests overtake', async () => {
	bench.simulator.script.at(2, { type: 'delay', ms: 50 });
	const order: string[] = [];
	const slow = client.request(bench.push(), payload).then(() => order.push('slow'));
	const quick = client.request(bench.push(), payload).then(() => order.push('quick'));
	await Promise.all([slow, quick]);
	expect(order).toEqual(['quick', 'slow']);
});

test('a lower stream limit goes out before the answer', async () => {
	bench.simulator.script.at(2, { type: 'limit', streams: 3 });
	const settings = new Promise((resolve) => client.session.once('remoteSettings', resolve));
	expect((await client.request(bench.push(), payload)).status).toBe(200);
	await settings;
	expect(bench.simulator.journal.connections[0]?.limitsSent).toEqual([1, 1000, 3, 1000]);
});

test('lines strike as often as they may, in the order they were written, until they are removed', async () => {
	const { script } = bench.simulator;
	const twice = script.at(() => true, { type: 'answer', status: 503, reason: 'ServiceUnavailable' }, { times: 2 });
	const then = script.always({ type: 'answer', status: 500, reason: 'InternalServerError' });
	const reasons: Array<string | undefined> = [];
	for (let sent = 0; sent < 3; sent += 1) reasons.push((await client.request(bench.push(), payload)).reason);
	then.remove();
	reasons.push((await client.request(bench.push(), payload)).reason);
	expect(reasons).toEqual(['ServiceUnavailable', 'ServiceUnavailable', 'InternalServerError', undefined]);
	expect([twice.struck, then.struck]).toEqual([2, 1]);
});

test('a silent simulator neither answers nor closes, and speaks again when told to', async () => {
	bench.simulator.setSilent(true);
	let answered = false;
	const waiting = client.request(bench.push(), payload).then((reply) => {
		answered = true;
		return reply;
	});
	const other = bench.connect();
	await bench.simulator.journal.waitFor(({ connections }) => connections.length === 2);
	expect(answered).toBe(false);
	bench.simulator.setSilent(false);
	expect((await waiting).status).toBe(200);
	expect((await (await other).request(bench.push(), payload)).status).toBe(200);
});

test('cutting all connections ends every client at once', async () => {
	const second = await bench.connect();
	bench.simulator.cutAll();
	await Promise.all([client.closed(), second.closed()]);
	expect(bench.simulator.counters().openConnections).toBe(0);
});
