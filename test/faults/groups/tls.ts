/** Faults of the TLS handshake: alerts, certificates, ALPN. */
import { sharedAuthority } from '../../../tools/simulator/authority';
import { A, type Expectation, FAILS, type Fault, turns } from '../fault';

/** A fatal alert in the clear, as a server sends it before its keys exist (RFC 8446 §6). */
const alert = (name: string, code: number, expectation: Expectation): Fault => ({
	name: `TLS alert: ${name}`,
	group: 'TLS',
	expect: { TLS: expectation },
	async strike(world) {
		const connection = await world.front.connection(1);
		connection.say(Buffer.from([21, 3, 3, 0, 2, 2, code]));
		connection.fin();
		await turns();
	},
});
/** Apple: who was refused closes all connections; a back-off may have passed before the push that comes next. */
const ALERTED: Expectation = { struck: ['not sent'], others: ['not sent', 'accepted'], lasts: true, connections: 2 };

export const tls: readonly Fault[] = [
	alert('bad certificate', 42, ALERTED),
	alert('certificate revoked', 44, ALERTED),
	alert('certificate expired', 45, ALERTED),
	alert('unknown CA', 48, ALERTED),
	alert('internal error', 80, A),
	{
		name: "server's CA not trusted",
		group: 'TLS',
		expect: { TLS: FAILS },
		options: { trust: sharedAuthority().server().certificatePem },
		strike: () => undefined,
	},
	{
		name: "server's certificate for another name",
		group: 'TLS',
		expect: { TLS: FAILS },
		options: { host: 'api.push.example' },
		strike: () => undefined,
	},
	{
		name: 'ALPN refused',
		group: 'TLS',
		expect: { TLS: FAILS },
		options: { alpn: ['http/1.1'] },
		strike: () => undefined,
	},
	{ name: 'no ALPN', group: 'TLS', expect: { TLS: FAILS }, options: { alpn: [] }, strike: () => undefined },
];
