/** Faults of the way to the peer: TCP and names. */
import { A, ended, everywhere, FAILS, type Fault, silent, turns, U } from '../fault';

export const tcp: readonly Fault[] = [
	{
		name: 'TCP refused',
		group: 'TCP',
		// A port nobody listens on, until the client has been told so three times.
		expect: { connecting: FAILS },
		options: {
			lookup: () => ['127.0.0.9'],
		},
		strike: () => undefined,
	},
	{
		name: 'TCP reset',
		group: 'TCP',
		expect: ended,
		async strike(world) {
			(await world.front.connection(1)).reset();
			await turns();
		},
	},
	{
		name: 'FIN',
		group: 'TCP',
		expect: ended,
		async strike(world) {
			(await world.front.connection(1)).fin();
			await turns();
		},
	},
	{
		name: 'black hole',
		group: 'TCP',
		expect: silent,
		staysSilent: true,
		async strike(world) {
			(await world.front.connection(1)).swallow(false);
			world.skipIdle();
		},
	},
	{
		name: 'NAT timeout',
		group: 'TCP',
		expect: silent,
		staysSilent: true,
		async strike(world) {
			(await world.front.connection(1)).swallow(true);
			world.skipIdle();
		},
	},
	{
		name: 'slow peer',
		group: 'TCP',
		expect: everywhere(A),
		async strike(world) {
			(await world.front.connection(1)).slow(50);
		},
	},
	{
		name: 'slow reader',
		group: 'TCP',
		expect: everywhere(A),
		async strike(world) {
			const connection = await world.front.connection(1);
			connection.hold();
			await world.wait(3);
			connection.release();
		},
	},
];

export const names: readonly Fault[] = [
	{
		name: 'DNS failure that passes',
		group: 'names',
		expect: { connecting: A },
		options: { lookup: (attempt) => (attempt <= 2 ? [] : ['127.0.0.1']) },
		strike: () => undefined,
	},
	{
		name: 'DNS failure that stays',
		group: 'names',
		expect: { connecting: FAILS },
		options: { lookup: () => [] },
		strike: () => undefined,
	},
	{
		name: 'DNS change',
		group: 'names',
		// The second look-up gives other addresses, the first of which is dead.
		expect: { idle: A, awaiting: U },
		options: { lookup: (attempt) => (attempt === 1 ? ['127.0.0.1'] : ['127.0.0.9', '127.0.0.1']) },
		async strike(world) {
			(await world.front.connection(1)).reset();
			await turns();
		},
	},
];
