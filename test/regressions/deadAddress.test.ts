/**
 * A name with a dead first address: the next is tried while the first still hangs, although n8n switches Node's own race off.
 * Before: every push ended `not sent` after 9 to 10 s, directly and through a proxy.
 */
import dns from 'node:dns';
import net from 'node:net';
import { Worker } from 'node:worker_threads';
import { once } from 'node:events';
import { startConnectProxy } from '../shared/transport/connectProxy';
import { createServers, type Servers } from '../shared/transport/servers';
import { answerAll, numbered, type RawBench, startRawBench, within } from './rawBench';

/** Listens on an address and never accepts: once its backlog is full, the kernel drops every SYN, as a dead host does. */
const deaf = `
const { parentPort, workerData } = require('node:worker_threads');
const server = require('node:net').createServer();
server.listen({ host: '127.0.0.2', port: workerData, backlog: 1 }, () => {
	parentPort.postMessage('listening');
	setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
});
`;

let bench: RawBench;
let servers: Servers;
let worker: Worker | undefined;
const fillers: net.Socket[] = [];
const known = { lookup: dns.lookup, promised: dns.promises.lookup, autoSelect: net.getDefaultAutoSelectFamily() };

beforeEach(async () => {
	bench = await startRawBench({ peer: { onConnection: answerAll } });
	servers = createServers();
	// As n8n does at its start.
	net.setDefaultAutoSelectFamily(false);
});

afterEach(async () => {
	Object.assign(dns, { lookup: known.lookup });
	Object.assign(dns.promises, { lookup: known.promised });
	net.setDefaultAutoSelectFamily(known.autoSelect);
	for (const filler of fillers.splice(0)) filler.destroy();
	await worker?.terminate();
	await servers.close();
	await bench.close();
});

/** From now on `name` has these IPv4 addresses, in this order. */
function resolve(name: string, addresses: readonly string[]): void {
	const rows = addresses.map((address) => ({ address, family: 4 }));
	const real = known.lookup as unknown as (host: string, options: unknown, callback: unknown) => void;
	const lookup = (host: string, options: unknown, callback?: unknown): void => {
		const done = (typeof options === 'function' ? options : callback) as (...results: unknown[]) => void;
		if (host !== name) return real(host, options, callback);
		const all = typeof options === 'object' && options !== null && Reflect.get(options, 'all') === true;
		setImmediate(() => (all ? done(null, rows) : done(null, rows[0]?.address, 4)));
	};
	Object.assign(dns, { lookup });
	Object.assign(dns.promises, {
		lookup: async (host: string, options: { all?: boolean } = {}) =>
			host === name ? (options.all === true ? rows : rows[0]) : known.promised(host, options),
	});
}

/** Makes 127.0.0.2 a black hole at this port. */
async function blackHole(port: number): Promise<void> {
	worker = new Worker(deaf, { eval: true, workerData: port });
	await once(worker, 'message');
	for (let n = 0; n < 8; n += 1) {
		const filler = net.connect(port, '127.0.0.2').on('error', () => undefined);
		fillers.push(filler);
		if ((await within(once(filler, 'connect'), 300)) === 'late') return;
	}
	throw new Error('The listener at 127.0.0.2 accepts without end: it is no black hole.');
}

it('reaches the living second address', async () => {
	await blackHole(bench.peer.port);
	resolve('localhost', ['127.0.0.2', '127.0.0.1']);
	expect(await within(bench.client().send(numbered(1)), 5_000)).toMatchObject({ outcome: 'accepted' });
});

it('reaches the second address at once when the first refuses', async () => {
	resolve('localhost', ['127.0.0.3', '127.0.0.1']);
	expect(await within(bench.client().send(numbered(1)), 5_000)).toMatchObject({ outcome: 'accepted' });
});

it("reaches the living second address of a proxy's name", async () => {
	const proxy = await startConnectProxy(servers, () => 'open');
	await blackHole(proxy.port);
	resolve('proxy.test', ['127.0.0.2', '127.0.0.1']);
	const client = bench.client({ proxyUrl: `http://proxy.test:${proxy.port}` });
	expect(await within(client.send(numbered(1)), 5_000)).toMatchObject({ outcome: 'accepted' });
});
