/** The simulated network and its peers, driven by a client of a few lines: dialling, TLS, a proxy, one push. */
import type { Channel, SecureOptions } from '../../nodes/shared/transport/network';
import {
	clientPreface,
	createFrameParser,
	dataFrame,
	encodeFrame,
	flags,
	type Frame,
	frameTypes,
	settingsAckFrame,
	settingsFrame,
} from '../wire/frames';
import { Endpoint } from './endpoint';
import { type Fault, type FaultName, Mood } from './faults';
import { Journal } from './journal';
import { Loop } from './loop';
import { SimulatedNetwork } from './network';
import { makePlan } from './plan';
import { Proxy } from './proxy';
import { createRandom } from './random';
import { bodyFor } from './workload';

function fault(name: FaultName): Fault {
	return { name, atMs: 0, forMs: 0, environment: 0, identity: -1, strength: 1, seed: 0 };
}

function rig(...faults: readonly FaultName[]) {
	const loop = new Loop(0, () => undefined);
	const journal = new Journal(4, () => loop.now(), false);
	const mood = new Mood();
	for (const name of faults) mood.begin(fault(name));
	const plan = makePlan(3, 10, 'calm').environments[0]?.[0];
	if (plan === undefined) throw new Error('no endpoint');
	const endpoint = new Endpoint(
		0,
		{ ...plan, deadAddresses: [false, true], latencyMs: 10, tls12: false },
		mood,
		{
			loop,
			journal,
			readToken: (token) => (token === 't' ? { identity: 0, version: 0, issuedAtMs: 0 } : undefined),
			wallMs: () => loop.now(),
		},
		(pem) => (pem === undefined ? undefined : { identity: 4, version: 0 }),
	);
	const proxyPlan = { ...makePlan(3, 10, 'calm').proxy, deadAddresses: [false], latencyMs: 1 };
	const proxy = new Proxy(proxyPlan, mood, loop, journal, () => endpoint);
	const network = new SimulatedNetwork(loop, createRandom(1), journal, {
		resolve: () => (mood.has('dnsFails') === undefined ? endpoint.addresses() : { code: 'ENOTFOUND' }),
		lookupMs: () => 1,
		hostAt: (address, port) => [endpoint, proxy].find((host) => host.has(address, port)),
		tunnelTo: (link) => proxy.tunnelOf(link),
		endpointOf: () => 0,
		evenLinks: false,
	});
	const secure: SecureOptions = { host: plan.host, alpnProtocols: ['h2'], trust: {} };
	const [address, dead] = endpoint.addresses();
	const [proxyAddress] = proxy.addresses();
	if (address === undefined || dead === undefined || proxyAddress === undefined) throw new Error('no address');
	const log: string[] = [];
	const watch = (channel: Promise<Channel>): void =>
		void channel.then(
			({ alpnProtocol }) => log.push(`open ${alpnProtocol} at ${Math.round(loop.now())}`),
			(error: Error & { code?: string }) => log.push(`${error.code} at ${Math.round(loop.now())}`),
		);
	const run = (untilMs = 5_000): Promise<unknown> => {
		loop.arrive(untilMs, () => undefined);
		return loop.run(() => loop.now() >= untilMs);
	};
	return { loop, journal, endpoint, network, proxyPlan, proxyAddress, secure, address, dead, log, watch, run };
}

test('dialling takes a round trip for TCP and more for TLS', async () => {
	const { network, address, secure, log, watch, run } = rig();
	watch(network.dial(address, 443, secure).channel);
	await run();
	expect(log).toEqual(['open h2 at 50']);
});

test.each<[FaultName, string]>([
	['tcpRefused', 'ECONNREFUSED at 20'],
	['tcpUnreachable', 'EHOSTUNREACH at 20'],
	['tlsUntrusted', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY at 50'],
	['tlsWrongName', 'ERR_TLS_CERT_ALTNAME_INVALID at 50'],
	['tlsExpired', 'CERT_HAS_EXPIRED at 50'],
	['tlsNoAlpn', 'open undefined at 50'],
])('with %s: %s', async (name, expected) => {
	const { network, address, secure, log, watch, run } = rig(name);
	watch(network.dial(address, 443, secure).channel);
	await run();
	expect(log).toEqual([expected]);
});

test('a black hole answers nothing; a destroyed dialling never settles', async () => {
	const { network, dead, address, secure, log, watch, run } = rig();
	watch(network.dial(dead, 443, secure).channel);
	const given = network.dial(address, 443, secure);
	watch(given.channel);
	given.destroy();
	await run(60_000);
	expect(log).toEqual([]);
	expect(network.openLinks).toBe(1);
});

test('a name that does not resolve rejects with the resolver’s code', async () => {
	const { network, run } = rig('dnsFails');
	const looked = expect(network.lookup('push')).rejects.toMatchObject({ code: 'ENOTFOUND' });
	await run();
	await looked;
});

test('a refused client certificate shows after the handshake in TLS 1.3, and what was written was not read', async () => {
	const { network, address, secure, journal, loop, log, run } = rig('certificateRefused');
	void network.dial(address, 443, { ...secure, trust: { certificatePem: 'x' } }).channel.then((channel) => {
		channel.listen({
			onData: () => log.push('data'),
			onDrain: () => undefined,
			onEnd: () => log.push('end'),
			onError: (error: Error & { code?: string }) => log.push(String(error.code)),
			onClose: () => log.push('close'),
		});
		channel.write(clientPreface, () => undefined);
	});
	await run();
	// SETTINGS may come before the alert.
	expect(log.filter((what) => what !== 'data')).toEqual(['ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED', 'close']);
	expect(journal.refusals.get('4|0')).toHaveLength(1);
	expect(loop.liveTimers).toBe(0);
});

test('the proxy asks for its login, and then gives a tunnel in which TLS runs', async () => {
	const { network, proxyAddress, proxyPlan, secure, log, watch, run } = rig();
	const connect = async (authorization: string): Promise<void> => {
		const channel = await network.dial(proxyAddress, proxyPlan.port, undefined).channel;
		let answer = '';
		channel.listen({
			onData: (chunk) => {
				const known = answer.length >= 12;
				answer += chunk.toString('latin1');
				if (known || answer.length < 12) return;
				const status = answer.slice(9, 12);
				log.push(status);
				if (status === '200') watch(network.secure(channel, secure).channel);
			},
			onDrain: () => undefined,
			onEnd: () => undefined,
			onError: () => undefined,
			onClose: () => undefined,
		});
		channel.write(
			Buffer.from(`CONNECT push:443 HTTP/1.1\r\nProxy-Authorization: Basic ${authorization}\r\n\r\n`),
			() => undefined,
		);
	};
	void connect('wrong');
	void connect(Buffer.from(proxyPlan.login).toString('base64'));
	await run();
	expect(log.slice(0, 2)).toEqual(['407', '200']);
	expect(log[2]).toMatch(/^open h2 at/);
});

function literal(name: string, value: string): Buffer {
	return Buffer.concat([
		Buffer.from([0, name.length]),
		Buffer.from(name),
		Buffer.from([value.length]),
		Buffer.from(value),
	]);
}

test('a push is read, accepted in the journal, and answered with its own id', async () => {
	const { network, address, secure, journal, run } = rig();
	journal.pushes.take();
	journal.pushes.take();
	const frames: Frame[] = [];
	void network.dial(address, 443, secure).channel.then((channel) => {
		const parser = createFrameParser((frame) => void frames.push({ ...frame, payload: Buffer.from(frame.payload) }));
		channel.listen({
			onData: (chunk) => parser.push(Buffer.from(chunk)),
			onDrain: () => undefined,
			onEnd: () => undefined,
			onError: () => undefined,
			onClose: () => undefined,
		});
		const head = Buffer.concat([
			Buffer.from([0x83]),
			literal(':path', `/3/device/${'00000001'.padEnd(64, 'a')}`),
			literal('authorization', 'bearer t'),
		]);
		const request = Buffer.concat([
			clientPreface,
			settingsFrame({ enablePush: 0 }),
			settingsAckFrame(),
			encodeFrame(frameTypes.HEADERS, flags.END_HEADERS, 1, head),
			dataFrame(1, bodyFor(1, 60), true),
		]);
		channel.write(request, () => undefined);
	});
	await run();
	expect(journal.breaches).toEqual([]);
	expect([journal.pushes.headersSeen[1], journal.pushes.whole[1], journal.pushes.accepted[1]]).toEqual([1, 1, 1]);
	const answer = frames.find(({ type }) => type === frameTypes.HEADERS);
	expect(answer?.payload[0]).toBe(0x88);
	expect(answer?.payload.toString('latin1')).toContain('00000001-0000-4000-8000-');
});
