/** Nobody in: identities share no connection, one's trouble leaves the others alone, and a broken credential or server in a tight loop draws few connections. */
import { X509Certificate } from 'node:crypto';
import net from 'node:net';
import { readCertificateIdentity } from '../../nodes/shared/apns/certificate';
import type { ProviderIdentity } from '../../nodes/shared/apns/identity';
import { SessionCache } from '../../nodes/shared/transport/sessionCache';
import { sharedAuthority } from '../../tools/simulator/authority';
import { closeAfterEach } from '../closing';
import { createIdentity, numbered, range, type RawBench, startRawBench } from '../regressions/rawBench';
import { bundleId, notification, startClientBench } from '../shared/client/clientBench';
import { createServers } from '../shared/transport/servers';
import type { RawConnection } from '../wire/rawPeer';
import { createReferenceDecoder } from '../wire/referenceHpack';

const closing = closeAfterEach();

/** Claims of a provider token, or undefined. */
function issuerOf(authorization: string): unknown {
	const [, claims = ''] = authorization.replace(/^bearer /, '').split('.');
	const parsed: unknown = JSON.parse(Buffer.from(claims, 'base64url').toString());
	return typeof parsed === 'object' && parsed !== null ? Reflect.get(parsed, 'iss') : undefined;
}

/** A peer that notes who speaks on each connection: team of the token, or subject of the certificate. */
async function startListeningBench(): Promise<{ bench: RawBench; speakers: Map<RawConnection, Set<string>> }> {
	const speakers = new Map<RawConnection, Set<string>>();
	const bench = closing(
		await startRawBench({
			peer: {
				settings: { maxConcurrentStreams: 100 },
				tlsOptions: { requestCert: true, rejectUnauthorized: false },
				onConnection(connection) {
					const decoder = createReferenceDecoder(4_096);
					const heard = new Set<string>();
					speakers.set(connection, heard);
					connection.events.on('request', ({ headerBlock, streamId }) => {
						const authorization = decoder.decode(headerBlock).find(([name]) => name === 'authorization')?.[1];
						const certificate = connection.socket.getPeerCertificate().fingerprint256;
						heard.add(
							authorization === undefined ? `certificate ${certificate}` : `team ${String(issuerOf(authorization))}`,
						);
						connection.respond(streamId, { status: 200 });
					});
				},
			},
		}),
	);
	return { bench, speakers };
}

it('never lets two teams, certificates or trust settings share a connection, even with equal key ids', async () => {
	const { bench, speakers } = await startListeningBench();
	const team = createIdentity('TEAM000001');
	const otherTeam: ProviderIdentity = { ...createIdentity('TEAM000002'), keyId: team.keyId };
	// The same team and key id with another key: a key that was typed in wrong, or somebody else's.
	const otherKey: ProviderIdentity = { ...createIdentity('TEAM000001'), keyId: team.keyId };
	const certificates = ['com.example.one', 'com.example.two'].map((uid) =>
		readCertificateIdentity(sharedAuthority().provider({ uid, environments: ['production', 'development'] })),
	);
	const clients = [team, otherTeam, otherKey, ...certificates].flatMap((identity) =>
		// A line break more is another bundle: nobody compares certificates here.
		[bench.peer.caPem, `${bench.peer.caPem}\n`].map((caBundle) =>
			bench.client({ identity, caBundle, maxConnections: 1 }),
		),
	);
	const outcomes = await Promise.all(
		range(1, 400).map((one, index) => (clients[index % clients.length] ?? never()).send({ ...one, topic: undefined })),
	);
	expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(new Set(['accepted']));
	expect(bench.peer.connections).toHaveLength(clients.length);
	for (const heard of speakers.values()) expect(heard.size).toBe(1);
	const everybody = [...speakers.values()].flatMap((heard) => [...heard]);
	expect(everybody.filter((one) => one === 'team TEAM000001')).toHaveLength(4);
	expect(everybody.filter((one) => one === 'team TEAM000002')).toHaveLength(2);
	expect(new Set(everybody).size).toBe(4);
});

it('never lets two environments share a connection or a credential pause', async () => {
	const production = closing(await startClientBench());
	const development = await startListeningBench();
	const shared = closing(new SessionCache());
	production.simulator.revoke(production.identity.keyId);
	const there = production.client({ cache: shared });
	const here = development.bench.client({ cache: shared, identity: production.identity });
	expect(await there.send(notification(1))).toMatchObject({ outcome: 'rejected', status: 403 });
	expect(await there.send(notification(2))).toMatchObject({ outcome: 'not sent', attempts: 0 });
	expect(await here.send(numbered(3))).toMatchObject({ outcome: 'accepted' });
	expect(shared.stats()).toHaveLength(2);
});

/** The middle of the times so many pushes take, one after the other. */
async function median(send: () => Promise<unknown>, count: number): Promise<number> {
	const times: number[] = [];
	for (let n = 0; n < count; n += 1) {
		const beganMs = performance.now();
		await send();
		times.push(performance.now() - beganMs);
	}
	return times.sort((a, b) => a - b)[Math.floor(count / 2)] ?? Infinity;
}

it.each(['refused', 'unanswered', 'cut'] as const)(
	'leaves the latency of one identity alone while another is %s',
	async (trouble) => {
		const troubled = createIdentity('TEAM000002');
		const bench = closing(
			await startRawBench({
				peer: {
					settings: { maxConcurrentStreams: 100 },
					onConnection(connection) {
						const decoder = createReferenceDecoder(4_096);
						connection.events.on('request', ({ headerBlock, streamId }) => {
							const authorization = decoder.decode(headerBlock).find(([name]) => name === 'authorization')?.[1] ?? '';
							if (issuerOf(authorization) !== troubled.teamId) return connection.respond(streamId, { status: 200 });
							if (trouble === 'cut') connection.destroy();
							else if (trouble === 'refused')
								connection.respond(streamId, { status: 403, body: '{"reason":"InvalidProviderToken"}' });
						});
					},
				},
			}),
		);
		const good = bench.client();
		await good.send(numbered(0));
		const send = (): Promise<unknown> => good.send(numbered(1));
		await median(send, 100);
		const alone = await median(send, 200);
		const stop = new AbortController();
		const bad = bench.client({ identity: troubled });
		let failed = 0;
		const pending = new Set<Promise<unknown>>();
		const timer = setInterval(() => {
			const one = bad.send(numbered(2), { signal: stop.signal }).then(({ outcome }) => {
				failed += outcome === 'accepted' ? 0 : 1;
				pending.delete(one);
			});
			pending.add(one);
		}, 2);
		const beside = await median(send, 200);
		clearInterval(timer);
		stop.abort();
		await Promise.all(pending);
		expect(failed).toBeGreaterThan(0);
		// Waiting for the other identity would take seconds; the factor leaves room for a busy machine.
		expect(beside).toBeLessThan(alone * 5 + 5);
	},
);

it('sends one request for 1,000 executions with a refused credential', async () => {
	const bench = closing(await startClientBench({ cache: { backoff: undefined } }));
	bench.simulator.revoke(bench.identity.keyId);
	const outcomes: string[] = [];
	for (let n = 0; n < 1_000; n += 1) {
		const { outcome, attempts } = await bench.client().send(notification(n));
		outcomes.push(`${outcome} ${attempts}`);
	}
	expect(outcomes[0]).toBe('rejected 1');
	// A pause ends after some seconds at the earliest, and one request shows that nothing has changed.
	const asked = outcomes.filter((one) => one === 'rejected 1').length;
	expect(asked).toBeLessThanOrEqual(2);
	expect(outcomes.filter((one) => one === 'not sent 0')).toHaveLength(1_000 - asked);
	expect(bench.simulator.counters()).toMatchObject({ connections: asked, streams: asked, providerTokens: 1 });
});

it('opens no more than the budget for 1,000 executions with a certificate the server refuses', async () => {
	const bench = closing(await startClientBench({ cache: { backoff: undefined } }));
	const issued = sharedAuthority().provider({ uid: bundleId });
	const identity = readCertificateIdentity(issued);
	bench.simulator.revokeCertificate(new X509Certificate(issued.certificatePem).fingerprint256);
	const beganMs = performance.now();
	for (let n = 0; n < 1_000; n += 1) {
		expect(await bench.client({ identity }).send(notification(n, { topic: undefined }))).not.toMatchObject({
			outcome: 'accepted',
		});
	}
	const seconds = (performance.now() - beganMs) / 1_000;
	expect(bench.simulator.counters().connections).toBeLessThanOrEqual(8 + Math.ceil(seconds / 5));
});

it('opens no more than the budget for 1,000 executions with a host that cuts every connection', async () => {
	let connections = 0;
	const servers = closing(createServers());
	const endpoint = await servers.listen(
		net.createServer((socket) => {
			connections += 1;
			socket.destroy();
		}),
	);
	const bench = closing(await startClientBench({ cache: { backoff: undefined } }));
	const beganMs = performance.now();
	for (let n = 0; n < 1_000; n += 1) {
		expect(await bench.client({ endpoint }).send(notification(n))).toMatchObject({ outcome: 'not sent', attempts: 0 });
	}
	const seconds = (performance.now() - beganMs) / 1_000;
	expect(connections).toBeGreaterThanOrEqual(3);
	expect(connections).toBeLessThanOrEqual(8 + Math.ceil(seconds / 5));
}, 120_000);

function never(): never {
	throw new Error('There is a client for each push.');
}
