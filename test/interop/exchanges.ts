/** The exchanges: what a client of APNs does over HTTP/2, as checks against any server. Each returns what was seen, or throws why not. */
import { ok, strictEqual } from 'node:assert';
import { randomBytes } from 'node:crypto';
import type { Outcome } from '../../nodes/shared/outcome';
import { goneAtMs, goneToken, largeAnswerToken, largeBytes, largePrefix, receipt } from './answers';
import type { Bench } from './bench';
import { push, pushes } from './client';
import type { ExchangeName } from './server';

export interface Exchange {
	readonly title: string;
	run(bench: Bench): Promise<string>;
}

/** Counts outcomes as `accepted 12, unknown 1 (reset)`. */
function summary(outcomes: readonly Outcome[]): string {
	const counts = new Map<string, number>();
	for (const { outcome, status, failure } of outcomes) {
		const detail =
			failure === undefined ? (outcome === 'accepted' ? '' : ` (${status})`) : ` (${failure.code}: ${failure.message})`;
		counts.set(outcome + detail, (counts.get(outcome + detail) ?? 0) + 1);
	}
	return [...counts].map(([what, count]) => `${count} ${what}`).join(', ');
}

function allAnswered(bench: Bench, outcomes: ReadonlyArray<Outcome | undefined>, count: number): void {
	const { ordinaryStatus = 200 } = bench.adapter;
	const settled = outcomes.filter((outcome) => outcome !== undefined);
	strictEqual(settled.length, count, `${settled.length} of ${count} pushes were settled`);
	ok(
		settled.every(({ status }) => status === ordinaryStatus),
		`not all were answered with ${ordinaryStatus}: ${summary(settled)}`,
	);
}

/** Sends all and keeps the outcome of each; a second outcome of one push is an error. */
async function sendAll(
	bench: Bench,
	client: ReturnType<Bench['client']>,
	count: number,
	options: {
		readonly body?: Buffer;
		readonly onOutcome?: (settled: number) => void;
		readonly unknownAllowed?: boolean;
	} = {},
): Promise<Outcome[]> {
	const outcomes: Outcome[] = [];
	let settled = 0;
	const overrides = options.body === undefined ? {} : { payload: options.body };
	await client.client.sendEach(pushes(count, overrides), (outcome, _notification, index) => {
		ok(outcomes[index] === undefined, `push ${index} was settled twice`);
		outcomes[index] = outcome;
		settled += 1;
		options.onOutcome?.(settled);
	});
	const answered = options.unknownAllowed === true ? outcomes.filter(({ outcome }) => outcome !== 'unknown') : outcomes;
	const unknown = outcomes.length - answered.length;
	allAnswered(bench, answered, count - unknown);
	await bench.arrivedOnce(count - unknown);
	return outcomes;
}

const onePush: Exchange = {
	title: 'one push',
	async run(bench) {
		const { port } = await bench.start();
		const outcome = await bench.client(port).client.send(push(1));
		allAnswered(bench, [outcome], 1);
		strictEqual(outcome.attempts, 1);
		return `status ${outcome.status}`;
	},
};

const tenThousand: Exchange = {
	title: '10,000 pushes, one connection',
	async run(bench) {
		const count = 10_000;
		const { port } = await bench.start();
		const client = bench.client(port, { maxConnections: 1 });
		const startedMs = performance.now();
		await sendAll(bench, client, count);
		const seconds = (performance.now() - startedMs) / 1_000;
		const { opened } = client.stats();
		strictEqual(opened, 1, `${opened} connections were needed`);
		return `${Math.round(count / seconds)}/s`;
	},
};

const errorBody: Exchange = {
	title: '410 with a JSON body',
	async run(bench) {
		const { port } = await bench.start();
		const { client } = bench.client(port);
		const outcomes = await Promise.all(
			[push(1), push(2, { deviceToken: goneToken }), push(3)].map((one) => client.send(one)),
		);
		const [before, gone, after] = outcomes;
		strictEqual(before?.outcome, 'accepted', summary(outcomes));
		strictEqual(after?.outcome, 'accepted', summary(outcomes));
		strictEqual(gone?.outcome, 'rejected', summary(outcomes));
		strictEqual(gone.status, 410);
		strictEqual(gone.reason, 'Unregistered');
		strictEqual(gone.unregisteredAtMs, goneAtMs);
		return '410 Unregistered, with its time';
	},
};

const streamLimit: Exchange = {
	title: 'stream limit',
	async run(bench) {
		const seen: string[] = [];
		for (const limit of bench.adapter.streamLimits) {
			const { port } = await bench.start({ streamLimit: limit });
			const client = bench.client(port, { maxConnections: 1 });
			await sendAll(bench, client, limit * 3 + 200);
			const [announced] = client.stats().peerStreamLimits;
			strictEqual(announced, bench.adapter.announcedStreamLimit ?? limit, `the server announced ${announced}`);
			const { mostAtOnce } = bench.journal;
			ok(mostAtOnce <= limit, `${mostAtOnce} requests at once with a limit of ${limit}`);
			seen.push(String(limit));
		}
		const { server, port } = await bench.start({ streamLimit: 1 });
		if (server.raiseStreamLimit === undefined) return seen.join(', ');
		const raised = 50;
		const client = bench.client(port, { maxConnections: 1 });
		let asked: Promise<void> | undefined;
		await sendAll(bench, client, 1_000, {
			onOutcome: (settled) => {
				if (settled === 100) asked = server.raiseStreamLimit?.(raised);
			},
		});
		await asked;
		strictEqual(client.stats().peerStreamLimits[0], raised);
		strictEqual(client.stats().opened, 1, 'the limit was to rise on the connection that was there');
		return `${seen.join(', ')}; 1→${raised} live`;
	},
};

const headerTable: Exchange = {
	title: 'header table size',
	async run(bench) {
		const seen: string[] = [];
		for (const bytes of bench.adapter.headerTables ?? []) {
			const { port } = await bench.start({ headerTableBytes: bytes });
			const client = bench.client(port, { maxConnections: 1 });
			await sendAll(bench, client, 300);
			strictEqual(client.stats().opened, 1, `${client.stats().opened} connections were needed with ${bytes} octets`);
			seen.push(String(bytes));
		}
		const { server, port } = await bench.start({});
		const { resizeHeaderTable } = server;
		if (resizeHeaderTable === undefined) return seen.join(', ');
		const client = bench.client(port, { maxConnections: 1, maxInFlight: 10 });
		const changes = [0, 4_096, 64, 200, 65_536];
		const asked: Array<Promise<void>> = [];
		await sendAll(bench, client, 1_000, {
			onOutcome: (settled) => {
				const bytes = settled % 150 === 0 ? changes[asked.length] : undefined;
				if (bytes !== undefined) asked.push(resizeHeaderTable(bytes));
			},
		});
		await Promise.all(asked);
		strictEqual(asked.length, changes.length);
		strictEqual(client.stats().opened, 1, `${client.stats().opened} connections were needed`);
		return `${seen.join(', ')}; ${changes.join('→')} live`;
	},
};

const goawayLimit: Exchange = {
	title: 'GOAWAY every 100 requests',
	async run(bench) {
		const count = 2_000;
		const { port } = await bench.start({ requestsPerConnection: 100 });
		const client = bench.client(port, { maxConnections: 2 });
		const outcomes = await sendAll(bench, client, count);
		const { opened } = client.stats();
		ok(opened >= 5, `only ${opened} connections were opened: the server did not end them`);
		const again = outcomes.filter(({ attempts }) => attempts > 1).length;
		return `${opened} connections, ${again} resent`;
	},
};

const goawayGraceful: Exchange = {
	title: 'GOAWAY of a graceful stop',
	async run(bench) {
		const count = 3_000;
		const first = await bench.start();
		const second = await bench.start();
		const relay = await bench.relay(first.port);
		const client = bench.client(relay.port, { maxConnections: 1 });
		const connections = new Set(client.client.lane('push').openConnections);
		let stopped: Promise<void> | undefined;
		const outcomes = await sendAll(bench, client, count, {
			unknownAllowed: bench.adapter.dropsAtStop !== undefined,
			onOutcome: (settled) => {
				if (settled !== 500) return;
				for (const connection of client.client.lane('push').openConnections) connections.add(connection);
				relay.target = second.port;
				stopped = first.server.stopGracefully?.();
			},
		});
		await stopped;
		strictEqual(client.stats().opened, 2, `${client.stats().opened} connections were opened, not one for each server`);
		const causes = [...connections].map(({ state }) => ('why' in state ? state.why.code : state.t));
		ok(causes.includes('goaway'), `the first connection ended by ${causes.join(', ')}, not by GOAWAY`);
		const again = outcomes.filter(({ attempts }) => attempts > 1).length;
		const unknown = outcomes.filter(({ outcome }) => outcome === 'unknown').length;
		return `0 lost, ${again} resent${unknown === 0 ? '' : `, ${unknown} unknown: ${bench.adapter.dropsAtStop}`}`;
	},
};

/** 5 KB is the largest payload APNs takes (VoIP); the answer is as large as lists of channels are. */
const largeBodies: Exchange = {
	title: '5 KB up, 200 KB down',
	async run(bench) {
		const { port } = await bench.start({ largeAnswers: true });
		const { client } = bench.client(port);
		const bodies = [4_096, 5_120].flatMap((size) => Array.from({ length: 20 }, () => randomBytes(size)));
		const receipts = new Set<string>();
		await Promise.all(
			bodies.map(async (payload, index) => {
				const outcome = await client.send(push(index + 1, { payload }));
				strictEqual(outcome.outcome, 'accepted', summary([outcome]));
				if (outcome.apnsUniqueId === undefined) return;
				strictEqual(outcome.apnsUniqueId, receipt(payload), 'the body did not arrive as it was sent');
				receipts.add(outcome.apnsUniqueId);
			}),
		);
		if (bench.adapter.journals) strictEqual(receipts.size, bodies.length);
		// More than the connection window in all: it must be given back.
		const answers = await Promise.all(
			Array.from({ length: 30 }, () => client.send(push(0, { deviceToken: largeAnswerToken }))),
		);
		for (const answer of answers) {
			strictEqual(answer.outcome, 'accepted', summary([answer]));
			strictEqual(answer.body?.length, largeBytes);
			ok(answer.body.every((octet) => octet === 0x78));
		}
		return `${bodies.length} up, ${answers.length} down`;
	},
};

const slowReader: Exchange = {
	title: 'slow network',
	async run(bench) {
		const { port } = await bench.start({ largeAnswers: true });
		const relay = await bench.relay(port, { chunkBytes: 16_384, pauseMs: 5 });
		const client = bench.client(relay.port, { maxConnections: 1 });
		const startedMs = performance.now();
		const large = Array.from({ length: 10 }, (_none, n) =>
			client.client.send(push(n, { deviceToken: largePrefix.padEnd(62, '0') + (10 + n) })),
		);
		const outcomes = await sendAll(bench, client, 500, { body: randomBytes(5_000) });
		for (const answer of await Promise.all(large)) strictEqual(answer.body?.length, largeBytes, summary([answer]));
		const elapsedMs = performance.now() - startedMs;
		ok(relay.carriedBytes > outcomes.length * 5_000 + 10 * largeBytes);
		ok(elapsedMs > 500, `it took only ${elapsedMs} ms: the relay did not hold it back`);
		strictEqual(client.stats().opened, 1);
		return `${Math.round(relay.carriedBytes / 1_000)} KB in ${(elapsedMs / 1_000).toFixed(1)} s`;
	},
};

export const exchanges: Readonly<Record<ExchangeName, Exchange>> = {
	onePush,
	tenThousand,
	errorBody,
	streamLimit,
	headerTable,
	goawayLimit,
	goawayGraceful,
	largeBodies,
	slowReader,
};
