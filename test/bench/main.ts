/** `npm run bench`: this client, raw node:http2, apns2, @parse/node-apn and h2load against one nginx, interleaved, as ratios within one run. */
import { execFile, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { createSigningKey, sharedAuthority } from '../../tools/simulator/authority';
import { startCountingProxy } from './countingProxy';
import { installPeers, startNginx } from './peer';
import { measureLatency } from './latency';
import { measureMillion } from './million';
import { measureScaling } from './scaling';
import { measureStop } from './stop';

interface Measurement {
	readonly pushesPerSecond: number;
	readonly cpuMicrosPerPush: number | undefined;
	readonly lost: number;
	readonly peakMemoryMb: number | undefined;
}

interface Contestant {
	readonly name: string;
	/** Pushes counted per round: slow ones get fewer, so that a round of each takes seconds. */
	readonly count: number;
	run(port: number, count: number): Promise<Measurement>;
}

const { values } = parseArgs({
	options: {
		rounds: { type: 'string', default: '7' },
		quick: { type: 'boolean', default: false },
		out: { type: 'string' },
	},
});
const rounds = values.quick ? 1 : Number(values.rounds);
const STREAMS = 1_000;
const WARMUP = 20_000;
const scale = values.quick ? 0.1 : 1;

const key = createSigningKey();
const { caPem } = sharedAuthority();
const settings = { teamId: 'TEAM000001', keyId: key.keyId, privateKey: key.privateKeyPem, ca: caPem, streams: STREAMS };

/** Runs a contestant in a process of its own and reads its line of JSON. */
async function inProcess(
	file: string,
	port: number,
	count: number,
	warmup = Math.min(WARMUP, count),
): Promise<Measurement> {
	const child = spawn(process.execPath, [path.join(__dirname, 'contestants', file)], {
		env: { ...process.env, BENCH: JSON.stringify({ ...settings, port, count, warmup }) },
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	let output = '';
	child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
	const code = await new Promise((resolve) => child.once('close', resolve));
	if (code !== 0) throw new Error(`${file} ended with code ${String(code)}`);
	return JSON.parse(output) as Measurement;
}

const payload = JSON.stringify({
	aps: { alert: { title: 'Order shipped', body: 'Your order 12345 is on its way' }, sound: 'default' },
});
const PAYLOAD_BYTES = Buffer.byteLength(payload);
const bodyFile = path.join(tmpdir(), `apns-bench-body-${process.pid}.json`);
writeFileSync(bodyFile, payload);

/** The C yardstick; it sends one fixed push over and over. */
async function h2load(port: number, count: number): Promise<Measurement> {
	// The shell's own `time` tells user and system seconds of the process it ran.
	const { stdout, stderr } = await promisify(execFile)('bash', [
		'-c',
		'TIMEFORMAT="cpu %U %S"; time h2load "$@"',
		'h2load',
		'-n',
		String(count),
		'-c',
		'1',
		'-m',
		String(STREAMS),
		'-d',
		bodyFile,
		'-H',
		`authorization: bearer ${'x'.repeat(180)}`,
		'-H',
		'apns-topic: com.example.app',
		'-H',
		'apns-push-type: alert',
		'-H',
		'apns-priority: 10',
		`https://127.0.0.1:${port}/3/device/${'0123456789abcdef'.repeat(4)}`,
	]);
	const rate = /finished in .*?, ([\d.]+) req\/s/.exec(stdout)?.[1];
	const succeeded = /(\d+) succeeded/.exec(stdout)?.[1];
	const cpu = /^cpu ([\d.]+) ([\d.]+)$/m.exec(stderr);
	if (rate === undefined || succeeded === undefined || cpu === null) throw new Error('h2load printed no result');
	return {
		pushesPerSecond: Number(rate),
		cpuMicrosPerPush: ((Number(cpu[1]) + Number(cpu[2])) * 1e6) / count,
		lost: count - Number(succeeded),
		peakMemoryMb: undefined,
	};
}

const BULK = 'n8n-nodes-apns, sendEach';
const SINGLE = 'n8n-nodes-apns, send';
const H2LOAD = 'h2load (C)';

const contestants: readonly Contestant[] = [
	{
		name: BULK,
		count: 300_000 * scale,
		run: async (port, count) => await inProcess('oursBulk.cjs', port, count),
	},
	{
		name: SINGLE,
		count: 300_000 * scale,
		run: async (port, count) => await inProcess('ours.cjs', port, count),
	},
	{ name: H2LOAD, count: 300_000 * scale, run: async (port, count) => await h2load(port, count) },
	{ name: 'node:http2', count: 50_000 * scale, run: async (port, count) => await inProcess('http2.cjs', port, count) },
	{
		name: '@parse/node-apn',
		count: 20_000 * scale,
		run: async (port, count) => await inProcess('nodeApn.cjs', port, count),
	},
	{ name: 'apns2', count: 10_000 * scale, run: async (port, count) => await inProcess('apns2.cjs', port, count) },
];

function median(numbers: readonly number[]): number {
	const sorted = [...numbers].sort((a, b) => a - b);
	const middle = Math.floor(sorted.length / 2);
	return sorted.length % 2 === 1
		? (sorted[middle] ?? NaN)
		: ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

const print = (line = ''): void => void process.stdout.write(`${line}\n`);
const whole = (value: number): string => Math.round(value).toLocaleString('en-US');

function table(rows: ReadonlyArray<readonly string[]>): void {
	const widths = rows[0]?.map((_cell, column) => Math.max(...rows.map((row) => (row[column] ?? '').length))) ?? [];
	for (const row of rows)
		print(
			row
				.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
				.join('  '),
		);
}

/** Octets per push on the wire towards the server, TLS and connection setup included, over 10,000 pushes through a counting proxy. */
async function bytesPerPush(contestant: Contestant, port: number): Promise<number> {
	const count = 10_000;
	const proxy = await startCountingProxy(port);
	try {
		await contestant.run(proxy.port, count);
		const sent = contestant.name === H2LOAD ? count : count + Math.min(WARMUP, count);
		return proxy.toServer / sent;
	} finally {
		proxy.close();
	}
}

async function main(): Promise<void> {
	installPeers();
	const nginx = await startNginx(STREAMS);
	const results = new Map(contestants.map(({ name }) => [name, [] as Measurement[]]));
	try {
		print(
			`Node ${process.versions.node}, ${cpus().length} cores, nginx with one worker, ${STREAMS} streams, one connection (apns2 opens 32), ${rounds} rounds, interleaved`,
		);
		for (let round = 1; round <= rounds; round++) {
			for (const contestant of contestants)
				results.get(contestant.name)?.push(await contestant.run(nginx.port, contestant.count));
			print(`  round ${round} of ${rounds} done`);
		}
		const bytes = new Map<string, number>();
		for (const contestant of contestants) bytes.set(contestant.name, await bytesPerPush(contestant, nginx.port));
		const summary = contestants.map(({ name }) => {
			const all = results.get(name) ?? [];
			const rates = all.map(({ pushesPerSecond }) => pushesPerSecond);
			const cpu = all.flatMap(({ cpuMicrosPerPush }) => (cpuMicrosPerPush === undefined ? [] : [cpuMicrosPerPush]));
			return {
				name,
				pushesPerSecond: median(rates),
				slowest: Math.min(...rates),
				fastest: Math.max(...rates),
				cpuMicrosPerPush: cpu.length === 0 ? undefined : median(cpu),
				bytesPerPush: bytes.get(name),
				peakMemoryMb: Math.max(0, ...all.map(({ peakMemoryMb }) => peakMemoryMb ?? 0)),
				lost: all.reduce((sum, { lost }) => sum + lost, 0),
			};
		});
		const ours = summary.find(({ name }) => name === SINGLE);
		/** The median of the rounds' ratios to h2load: what slows a machine for seconds slows both of a round. */
		const ratio = (name: string, figure: 'pushesPerSecond' | 'cpuMicrosPerPush'): number => {
			const mine = results.get(name) ?? [];
			const theirs = results.get(H2LOAD) ?? [];
			return median(mine.map((one, round) => (one[figure] ?? NaN) / (theirs[round]?.[figure] ?? NaN)));
		};
		print();
		table([
			['', 'pushes/s', '(slowest – fastest)', 'CPU µs/push', 'bytes/push', 'peak MB', 'lost', 'send is'],
			...summary.map((row) => [
				row.name,
				whole(row.pushesPerSecond),
				`(${whole(row.slowest)} – ${whole(row.fastest)})`,
				row.cpuMicrosPerPush?.toFixed(1) ?? '-',
				row.bytesPerPush?.toFixed(0) ?? '-',
				row.peakMemoryMb === 0 ? '-' : whole(row.peakMemoryMb),
				String(row.lost),
				`${((ours?.pushesPerSecond ?? NaN) / row.pushesPerSecond).toFixed(2)}×`,
			]),
		]);
		print();
		const latency = await measureLatency(nginx.port, settings);
		for (const line of latency.lines) print(line);
		const million = await measureMillion(nginx.port, settings, values.quick ? 100_000 : 1_000_000);
		for (const line of million.lines) print(line);
		const scaling = await measureScaling(settings);
		for (const line of scaling.lines) print(line);
		const stop = await measureStop(settings);
		for (const line of stop.lines) print(line);
		const targets = [
			// The way the nodes send. A promise for each push, as `send` gives, costs its caller more than the push costs here.
			['CPU per push with sendEach, of h2load', ratio(BULK, 'cpuMicrosPerPush'), 'at most', 0.85],
			['CPU per push with send, of h2load', ratio(SINGLE, 'cpuMicrosPerPush'), 'at most', 1],
			// Five percent less are within what the same program differs by from run to run.
			['throughput with sendEach, of h2load', ratio(BULK, 'pushesPerSecond'), 'at least', 0.95 * 0.95],
			['bytes per push beyond its payload, TLS included', (ours?.bytesPerPush ?? NaN) - PAYLOAD_BYTES, 'at most', 80],
		] as const;
		print();
		for (const [name, value, bound, target] of targets) {
			const reached = bound === 'at most' ? value <= target : value >= target;
			print(`${reached ? 'reached' : 'MISSED '}  ${name}: ${value.toFixed(2)} (${bound} ${target.toFixed(2)})`);
		}
		const out = values.out ?? path.resolve(__dirname, '../../test-output/bench.json');
		mkdirSync(path.dirname(out), { recursive: true });
		writeFileSync(
			out,
			`${JSON.stringify({ node: process.versions.node, cores: cpus().length, rounds, summary, latency: latency.json, million: million.json, scaling: scaling.json, stop: stop.json }, null, 2)}\n`,
		);
		print(`\nwritten to ${path.relative(process.cwd(), out)}`);
	} finally {
		nginx.stop();
	}
}

main().then(
	() => process.exit(0),
	(error: unknown) => {
		process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
		process.exit(1);
	},
);
