/** `npm run bench:n8n`: APNs Send in the real n8n application beside other ways to send, and what each does to n8n's event loop. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { INode } from 'n8n-workflow';
import { createSigningKey } from '../../../tools/simulator/authority';
import { items } from '../../app/answers';
import { createHome, startApplication } from '../../app/application/application';
import { installN8n } from '../../app/application/install';
import { packPackage } from '../../app/application/packageUnderTest';
import { Programs } from '../../app/application/program';
import { apns, node, SEND, webhook, workflow } from '../../app/application/workflows';
import { installPeers } from '../peer';

const root = path.resolve(__dirname, '../../..');
const count = Number(process.env.BENCH_COUNT ?? 100_000);
const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
/** Reading every parameter through n8n's engine takes over a minute for 100,000 items; its rate is the same for fewer. */
const plainCount = Math.min(count, 2_000);
/** The library opens a connection for each hundred of its streams; a part of the run shows its rate. */
const apns2Count = Math.min(count, 10_000);

/** What the probe in n8n's process wrote about one execution of a node. */
interface Figures {
	readonly name: string;
	readonly ms: number;
	readonly cpuMs: number;
	readonly delayP50: number;
	readonly delayP99: number;
	readonly delayMax: number;
	readonly longestOwn: number;
	readonly gcMs: number;
	readonly peakMb: number;
	/** Highest memory above that at its beginning, garbage included. */
	readonly heapGrowthMb: number;
	/** What was left of it at its end, without garbage. */
	readonly heapKeptMb: number;
}

interface Contestant {
	readonly title: string;
	readonly count: number;
	readonly shape: 'items' | 'list' | 'text';
	/** `code` is the script of the Code node. */
	readonly make: (credentialId: string, code: string) => INode;
	/** Whether the probe measures this node; n8n's own nodes are measured by the whole workflow alone. */
	readonly probed: boolean;
}

const three = { title: '=Hello {{ $json.name }}', body: '={{ $json.text }}' };
const all: readonly Contestant[] = [
	{
		title: 'APNs Send, an item for each device, three expressions',
		count,
		shape: 'items',
		make: (id) => apns(SEND, id, { recipients: '={{ $json.token }}', ...three }),
		probed: true,
	},
	{
		title: 'the same in one piece, without slices',
		count,
		shape: 'items',
		make: (id) => apns(SEND, id, { recipients: '={{ $json.token }}', ...three }),
		probed: true,
	},
	{
		title: 'APNs Send, one item with a list of all device tokens',
		count,
		shape: 'list',
		make: (id) => apns(SEND, id, { recipients: '={{ $json.tokens }}', title: 'Hello' }),
		probed: true,
	},
	{
		title: 'APNs Send, one item with a text of all device tokens',
		count,
		shape: 'text',
		make: (id) => apns(SEND, id, { recipients: '={{ $json.tokens }}', title: 'Hello' }),
		probed: true,
	},
	{
		title: 'a node that only returns such results and gives way',
		count,
		shape: 'items',
		make: () => node('Keep', 'CUSTOM.benchKeep', {}),
		probed: true,
	},
	{
		title: 'No Operation',
		count,
		shape: 'items',
		make: () => node('Nothing', 'n8n-nodes-base.noOp', {}),
		probed: true,
	},
	{
		title: 'a node that reads its parameters item by item, nothing sent',
		count: plainCount,
		shape: 'items',
		make: () => node('Plain', 'CUSTOM.benchPlain', { token: '={{ $json.token }}', ...three }),
		probed: true,
	},
	{
		title: 'a Code node over apns2, in its task runner',
		count: apns2Count,
		shape: 'items',
		make: (_id, code) => node('Script', 'n8n-nodes-base.code', { jsCode: code }, { typeVersion: 2 }),
		probed: true,
	},
	{
		title: "a node over apns2, inside n8n's process",
		count: apns2Count,
		shape: 'items',
		make: () => node('Library', 'CUSTOM.benchApns2', {}),
		probed: true,
	},
];

/** Fewer nodes leave time for more rounds: `BENCH_NODES=2` takes the first two. */
const contestants = all.slice(0, Number(process.env.BENCH_NODES ?? all.length));

const median = (values: readonly number[]): number =>
	[...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;

/** A server in a process of its own that answers 200 without looking. */
async function startServer(): Promise<{ readonly port: number; readonly ca: string; readonly child: ChildProcess }> {
	const child = spawn(process.execPath, ['--import', 'tsx', path.join(root, 'test/bench/n8n/server.ts')], {
		cwd: root,
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	const line = await new Promise<string>((resolve, reject) => {
		let text = '';
		child.stdout?.on('data', (chunk: Buffer) => {
			text += chunk.toString();
			if (text.includes('\n')) resolve(text);
		});
		child.once('exit', () => reject(new Error('the server ended before it was ready')));
	});
	const { port, ca } = JSON.parse(line) as { port: number; ca: string };
	return { port, ca, child };
}

/** What a workflow without this package would do: the library in a Code node, with as many connections as it likes. */
function scriptOf(settings: { port: number; ca: string; signingKey: string; keyId: string }): string {
	const peers = path.join(root, 'test/bench/peers/node_modules');
	return `
const { ApnsClient, Notification } = require(${JSON.stringify(path.join(peers, 'apns2'))});
const { Pool } = require(${JSON.stringify(path.join(peers, 'undici'))});
const { port, ca, signingKey, keyId } = ${JSON.stringify(settings)};
const client = new ApnsClient({ team: 'TEAM000001', keyId, signingKey, defaultTopic: 'com.example.app', host: 'localhost' });
client.client = new Pool('https://localhost:' + port, {
	connections: 32, pipelining: 1, allowH2: true, maxConcurrentStreams: 100, connect: { ca },
});
const items = $input.all();
const output = [];
let next = 0;
async function work() {
	while (next < items.length) {
		const item = next++;
		const { token, name, text } = items[item].json;
		await client.send(new Notification(token, { alert: { title: 'Hello ' + name, body: text } }));
		output[item] = { json: { success: true, recipient: token, outcome: 'accepted', status: 200 }, pairedItem: { item } };
	}
}
await Promise.all(Array.from({ length: 1000 }, work));
await client.client.destroy();
return output;`;
}

interface Result {
	readonly title: string;
	readonly count: number;
	readonly workflowMs: number;
	readonly figures: Omit<Figures, 'name'> | undefined;
}

/** `best`: pushes per second of the first contestant. */
function row({ title, count: sent, workflowMs, figures }: Result, best: number | undefined): string {
	const n = (value: number | undefined, digits = 0): string =>
		value === undefined
			? '–'
			: value.toLocaleString('en-US', { maximumFractionDigits: digits, minimumFractionDigits: digits });
	const rate = figures === undefined ? undefined : (sent / figures.ms) * 1_000;
	const share = rate === undefined || best === undefined ? undefined : (100 * rate) / best;
	return `| ${title} | ${n(sent)} | ${n(rate)} | ${n(share, 1)} | ${n(workflowMs)} | ${n(figures?.delayP50, 1)} | ${n(figures?.delayP99, 1)} | ${n(figures?.delayMax, 1)} | ${n(figures?.longestOwn, 1)} | ${n(figures?.heapGrowthMb)} | ${n(figures?.heapKeptMb)} |`;
}

async function main(): Promise<void> {
	installPeers();
	const folder = mkdtempSync(path.join(tmpdir(), 'n8n-nodes-apns-bench-'));
	const figuresFile = path.join(folder, 'figures.jsonl');
	const programs = new Programs();
	const server = await startServer();
	const key = createSigningKey();
	try {
		const [n8n, tarball] = await Promise.all([installN8n(programs), packPackage(programs, folder)]);
		const home = await createHome(programs, n8n, tarball);
		const app = await startApplication(programs, n8n, home, {
			NODE_OPTIONS: `--require ${path.join(root, 'test/bench/n8n/hook.cjs')} --max-old-space-size=4096 --expose-gc`,
			// The library's files lie beside the benchmark: any path is allowed, and its code runs as it is.
			NODE_FUNCTION_ALLOW_EXTERNAL: '*',
			N8N_RUNNERS_INSECURE_MODE: 'true',
			N8N_CUSTOM_EXTENSIONS: path.join(root, 'test/bench/n8n/nodes'),
			BENCH_FIGURES: figuresFile,
			BENCH_APNS2: JSON.stringify({
				port: server.port,
				ca: server.ca,
				signingKey: key.privateKeyPem,
				keyId: key.keyId,
			}),
			// Saving 100,000 items to the database is no part of any of these nodes.
			EXECUTIONS_DATA_SAVE_ON_SUCCESS: 'none',
		});
		try {
			const credentialId = await app.rest.createCredential('APNs account', {
				authentication: 'token',
				keyId: key.keyId,
				teamId: 'TEAM000001',
				privateKey: key.privateKeyPem,
				environment: 'production',
				bundleId: 'com.example.app',
				customEndpoint: true,
				host: 'localhost',
				port: server.port,
				caBundle: server.ca,
			});
			const script = scriptOf({ port: server.port, ca: server.ca, signingKey: key.privateKeyPem, keyId: key.keyId });
			for (const [index, { title, make, shape, count: size }] of contestants.entries())
				await app.rest.publish(
					workflow(`Bench ${index}: ${title}`, [
						webhook(`bench-${index}`),
						node('Items', 'CUSTOM.benchItems', { count: size, shape }),
						make(credentialId, script),
						node('Count', 'CUSTOM.benchCount', {}),
					]),
				);
			const runs = contestants.map((): Array<{ workflowMs: number; figures: Figures | undefined }> => []);
			for (let round = 0; round <= rounds; round++) {
				for (const [index, { title, shape, count: size, probed }] of contestants.entries()) {
					writeFileSync(figuresFile, '');
					const begun = performance.now();
					const [answer] = items(await app.rest.fire(`bench-${index}`, {}, 600_000));
					const workflowMs = performance.now() - begun;
					const expected = shape === 'items' || probed ? size : 1;
					if (answer?.items !== expected)
						throw new Error(`${title} gave ${String(answer?.items)} items instead of ${expected}`);
					const lines = readFileSync(figuresFile, 'utf8').trim();
					const figures = lines === '' ? undefined : (JSON.parse(lines.split('\n').at(-1) ?? '') as Figures);
					// The first round warms n8n up.
					if (round > 0) runs[index]?.push({ workflowMs, figures });
				}
			}
			const results = contestants.map(({ title, count: size }, index): Result => {
				const all = runs[index] ?? [];
				const measured = all.map(({ figures }) => figures).filter((figures) => figures !== undefined);
				const of = (key: Exclude<keyof Figures, 'name'>): number => median(measured.map((figures) => figures[key]));
				return {
					title,
					count: size,
					workflowMs: median(all.map(({ workflowMs }) => workflowMs)),
					figures:
						measured.length === 0
							? undefined
							: {
									ms: of('ms'),
									cpuMs: of('cpuMs'),
									delayP50: of('delayP50'),
									delayP99: of('delayP99'),
									delayMax: of('delayMax'),
									longestOwn: of('longestOwn'),
									gcMs: of('gcMs'),
									peakMb: of('peakMb'),
									heapGrowthMb: of('heapGrowthMb'),
									heapKeptMb: of('heapKeptMb'),
								},
				};
			});
			console.log(`n8n ${n8n.version}, ${rounds} rounds, medians; times in milliseconds, memory in MB\n`);
			console.log(
				'| node | items | per second | % of the first | whole workflow | loop delay p50 | p99 | max | longest own slice | peak memory above its beginning | kept at its end |\n|---|---|---|---|---|---|---|---|---|---|---|',
			);
			const [first] = results;
			const best = first?.figures === undefined ? undefined : (first.count / first.figures.ms) * 1_000;
			for (const result of results) console.log(row(result, best));
			mkdirSync(path.join(root, 'test-output'), { recursive: true });
			writeFileSync(
				path.join(root, 'test-output/bench-n8n.json'),
				JSON.stringify({ n8n: n8n.version, rounds, results }, null, '\t'),
			);
		} finally {
			await app.stop();
			home.remove();
		}
	} finally {
		server.child.kill();
		rmSync(folder, { recursive: true, force: true });
	}
}

main().then(
	() => process.exit(0),
	(error: unknown) => {
		console.error(error);
		process.exit(1);
	},
);
