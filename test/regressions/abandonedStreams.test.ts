/**
 * A push that was given up after it left keeps its stream until the peer answers, but nothing else depends on it.
 * Before: the next push waited for ever without PING, deadline or new connection; the process exited under it;
 * no probe after silence; and a timer every millisecond after twelve idle hours (about 450 in half a second).
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { TokenIdentity } from '../../nodes/shared/apns/identity';
import type { Clock } from '../../nodes/shared/transport/clock';
import { startRawPeer } from '../wire/rawPeer';
import { createFastClock, createSkippingClock } from '../shared/client/manualClock';
import {
	answerAll,
	answerFirst,
	createIdentity,
	numbered,
	type RawBench,
	type RawBenchOptions,
	startRawBench,
	within,
} from './rawBench';

let bench: RawBench | undefined;

afterEach(() => bench?.close());

/** A bench whose first connection answers `answered` pushes and then none, and whose others answer all. */
async function start(options: RawBenchOptions, answered: number, limit: number): Promise<RawBench> {
	bench = await startRawBench({
		...options,
		peer: {
			settings: { maxConcurrentStreams: limit },
			onConnection(connection) {
				if (connection.id > 1) answerAll(connection);
				else if (answered === 1) answerFirst(connection);
			},
		},
	});
	return bench;
}

/** Sends a push and stops it once the peer has it whole. */
async function abandon(to: RawBench, n: number): Promise<void> {
	const stop = new AbortController();
	const sent = to.client().send(numbered(n), { signal: stop.signal });
	const connection = await to.peer.connection(1);
	await connection.waitFor(() => to.arrived().includes(n));
	stop.abort();
	expect(await sent).toMatchObject({ outcome: 'unknown' });
}

it.each([
	['the only stream before the token is proven', 0, 100],
	['the only stream the peer allows', 1, 1],
])('a push behind an abandoned stream goes out on a new connection: %s', async (_which, answered, limit) => {
	const clock = createFastClock(20);
	const to = await start({ clock }, answered, limit);
	if (answered === 1) expect(await to.client().send(numbered(0))).toMatchObject({ outcome: 'accepted' });
	await abandon(to, 1);
	const beganMs = clock.now();
	// 60 seconds by the clock.
	expect(await within(to.client().send(numbered(2)), 3_000)).toMatchObject({ outcome: 'accepted' });
	expect(clock.now() - beganMs).toBeLessThan(40_000);
	expect(to.peer.connections).toHaveLength(2);
});

it('asks a connection that was silent for a minute before it gets the next push, abandoned streams or not', async () => {
	const clock = createSkippingClock();
	const to = await start({ clock }, 1, 100);
	expect(await to.client().send(numbered(0))).toMatchObject({ outcome: 'accepted' });
	await abandon(to, 1);
	const connection = await to.peer.connection(1);
	clock.skip(61_000);
	const sent = to.client().send(numbered(2));
	await connection.waitFor(() => to.arrived().includes(2) || connection.framesOf('PING').length > 0);
	expect(to.arrived()).toEqual([0, 1]);
	const request = await connection.waitFor(({ requests }) => requests[2]);
	connection.respond(request.streamId, { status: 200 });
	expect(await sent).toMatchObject({ outcome: 'accepted' });
});

it('closes after twelve hours without use, without a storm of timers', async () => {
	const skipping = createSkippingClock();
	let timers = 0;
	const clock: Clock = {
		...skipping,
		after: (delayMs, callback) => skipping.after(((timers += 1), Math.min(delayMs, 50)), callback),
	};
	const to = await start({ clock }, 1, 100);
	expect(await to.client().send(numbered(0))).toMatchObject({ outcome: 'accepted' });
	await abandon(to, 1);
	const connection = await to.peer.connection(1);
	skipping.skip(13 * 3_600_000);
	timers = 0;
	await within(
		connection.waitFor(({ ended }) => ended),
		500,
	);
	expect(timers).toBeLessThan(100);
	expect(connection.ended).toBe(true);
});

it('a pending push keeps the process alive while only an abandoned stream is open', async () => {
	// Without frames of its own that would wake the client.
	const peer = await startRawPeer({ settings: { maxConcurrentStreams: 100 }, auto: { windowUpdates: false } });
	const identity: TokenIdentity = createIdentity();
	const script = `
		const { ApnsClient } = require('./dist/nodes/shared/client/apnsClient.js');
		const { identity, port, ca } = JSON.parse(process.env.APNS_TEST);
		const endpoint = { host: 'localhost', port };
		const client = new ApnsClient({ identity, endpoint, managementEndpoint: endpoint, caBundle: ca });
		const push = (n) => ({ deviceToken: String(n).padStart(64, '0'), topic: 'com.example.app', pushType: 'alert', payload: Buffer.from(JSON.stringify({ n, aps: {} })) });
		const stop = new AbortController();
		client.send(push(0))
			.then(() => client.send(push(1), { signal: stop.signal }))
			.then(() => client.send(push(2)))
			.then(({ outcome }) => console.log(outcome));
		process.once('SIGUSR2', () => stop.abort());
	`;
	const child = spawn(process.execPath, ['-e', script], {
		cwd: path.resolve(__dirname, '../..'),
		env: { ...process.env, APNS_TEST: JSON.stringify({ identity, port: peer.port, ca: peer.caPem }) },
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	let output = '';
	child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
	const closed = once(child, 'close');
	const connection = await peer.connection(1);
	await connection.waitFor(({ requests }) => requests.length === 1);
	connection.respond(1, { status: 200 });
	await connection.waitFor(({ requests }) => requests.length === 2);
	child.kill('SIGUSR2');
	// An exit would come at once; two seconds are no deadline of the client's.
	const last = connection.waitFor(({ requests }) => requests[2]).catch(() => undefined);
	await within(closed, 2_000);
	connection.respond((await last)?.streamId ?? 5, { status: 200 });
	const [code] = (await closed) as [unknown];
	await peer.close();
	expect({ code, output: output.trim() }).toEqual({ code: 0, output: 'accepted' });
});
