/** Faults of a whole run rather than of one connection: only bad tokens, a bulk beside an alert, a process that is stopped. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createIdentity, numbered, numberOf, range, type RawBench, startRawBench } from '../regressions/rawBench';
import type { RawConnection, RawRequest } from '../wire/rawPeer';
import { type Row, handles } from './runCell';

export interface Workload {
	readonly name: string;
	run(): Promise<Row>;
}

/** Counts outcomes as "3 accepted, 1 unknown". */
function counted(names: readonly string[]): string {
	const counts = new Map<string, number>();
	for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
	return [...counts].map(([name, count]) => `${count} ${name}`).join(', ');
}

/** A run told as a row of the table: how long it took, and whether it left handles behind. */
function workload(
	name: string,
	play: () => Promise<Pick<Row, 'struck' | 'others' | 'connections'> & { readonly wrong: string[] }>,
): Workload {
	return {
		name,
		async run() {
			const before = handles();
			const beganMs = performance.now();
			const { wrong, ...part } = await play();
			for (let n = 0; n < 50 && handles() > before; n += 1) await new Promise((resolve) => setTimeout(resolve, 10));
			const left = Math.max(0, handles() - before);
			if (left > 0) wrong.push(`${left} handles are left`);
			const seconds = Math.round((performance.now() - beganMs) / 100) / 10;
			return { fault: name, group: 'whole runs', phase: 'awaiting', seconds, tokens: 1, handles: left, wrong, ...part };
		},
	};
}

/** A bench whose peer allows so many streams at once and leaves each request to `answer`. */
async function startAnsweringBench(
	streams: number,
	answer: (connection: RawConnection, request: RawRequest) => void,
): Promise<RawBench> {
	return await startRawBench({
		peer: {
			settings: { maxConcurrentStreams: streams },
			onConnection: (connection) => connection.events.on('request', (request) => answer(connection, request)),
		},
	});
}

/** Says 200 a millisecond later. */
function acceptSoon(connection: RawConnection, { streamId }: RawRequest): void {
	setTimeout(() => connection.respond(streamId, { status: 200 }), 1);
}

const badTokens = workload('500 pushes, all to bad device tokens', async () => {
	const bench = await startAnsweringBench(100, (connection, { streamId }) =>
		connection.respond(streamId, { status: 400, body: '{"reason":"BadDeviceToken"}' }),
	);
	const client = bench.client();
	const outcomes = await Promise.all(range(1, 500).map((one) => client.send(one)));
	const connections = bench.peer.connections.length;
	await bench.close();
	const struck = counted(outcomes.map(({ outcome }) => outcome));
	const wrong = struck === '500 rejected' && connections <= 4 ? [] : [`${struck} on ${connections} connections`];
	return { struck, others: '-', connections, wrong };
});

const alertBesideBulk = workload('an alert beside a bulk of 5,000', async () => {
	const order: number[] = [];
	const bench = await startAnsweringBench(10, (connection, request) => {
		order.push(numberOf(request));
		acceptSoon(connection, request);
	});
	const bulk = bench.client({ maxConnections: 1 });
	const names: string[] = [];
	const run = bulk.sendEach(range(1, 5_000), ({ outcome }) => void names.push(outcome));
	await (await bench.peer.connection(1)).waitFor(({ requests }) => requests.length >= 500);
	const sentAfter = order.length;
	const alert = await bench.client({ maxConnections: 1 }).send(numbered(9_999));
	const passed = order.indexOf(9_999) - sentAfter;
	await run;
	const connections = bench.peer.connections.length;
	await bench.close();
	const wrong: string[] = [];
	if (counted(names) !== '5000 accepted' || alert.outcome !== 'accepted')
		wrong.push(`${counted(names)}; ${alert.outcome}`);
	// What was in flight or already written is before it, and one push of the other caller.
	if (passed > 25) wrong.push(`${passed} pushes of the bulk went before the alert`);
	return { struck: alert.outcome, others: counted(names), connections, wrong };
});

const stoppedProcess = workload('SIGTERM in the middle of a bulk', async () => {
	const bench = await startAnsweringBench(100, acceptSoon);
	const script = `
		const { sharedClient } = require('./dist/nodes/library.js');
		const { identity, port, ca } = JSON.parse(process.env.APNS_TEST);
		const endpoint = { host: '127.0.0.1', port };
		const client = sharedClient({ identity, endpoint, managementEndpoint: endpoint, caBundle: ca });
		function* source() {
			for (let n = 1; n <= 1e6; n += 1)
				yield { deviceToken: String(n).padStart(64, '0'), topic: 'com.example.app', pushType: 'alert', payload: Buffer.from(JSON.stringify({ n, aps: {} })) };
		}
		client.sendEach(source(), () => undefined);
	`;
	const child: ChildProcess = spawn(process.execPath, ['-e', script], {
		cwd: path.resolve(__dirname, '../..'),
		env: {
			...process.env,
			APNS_TEST: JSON.stringify({ identity: createIdentity(), port: bench.peer.port, ca: bench.peer.caPem }),
		},
		stdio: ['ignore', 'ignore', 'inherit'],
	});
	const closed = once(child, 'close') as Promise<[number | null, string | null]>;
	const connection = await bench.peer.connection(1);
	await connection.waitFor(({ requests }) => requests.length >= 1_000);
	child.kill('SIGTERM');
	const [, signal] = await closed;
	await connection.waitFor(({ ended, closed: over }) => ended || over).catch(() => undefined);
	const arrived = bench.arrived();
	const connections = bench.peer.connections.length;
	await bench.close();
	const wrong: string[] = [];
	if (signal !== 'SIGTERM') wrong.push(`the process did not end by the signal but by ${String(signal)}`);
	if (new Set(arrived).size !== arrived.length) wrong.push('a push arrived twice');
	return { struck: 'lost', others: '-', connections, wrong };
});

export const workloads: readonly Workload[] = [badTokens, alertBesideBulk, stoppedProcess];
