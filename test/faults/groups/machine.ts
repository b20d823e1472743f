/** What happens on the machine of the client: clocks, a loop that stands still, stops. */
import { A, everywhere, type Fault, turns, UA } from '../fault';

export const machine: readonly Fault[] = [
	{
		name: 'wall clock an hour ahead',
		group: 'this machine',
		expect: everywhere(A),
		strike: (world) => world.skipWall(3_600_000),
	},
	{
		name: 'wall clock an hour back',
		group: 'this machine',
		expect: everywhere(A),
		strike: (world) => world.skipWall(-3_600_000),
	},
	{
		name: 'event loop stands still',
		group: 'this machine',
		expect: everywhere(UA),
		strike() {
			// Seven seconds of the fast clock: longer than a PING may take.
			Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 350);
		},
	},
	{
		name: '1,000 stops at once',
		group: 'this machine',
		stops: true,
		expect: {
			connecting: { struck: ['not sent'], others: ['not sent', 'accepted'] },
			TLS: { struck: ['not sent'], others: ['not sent', 'accepted'] },
			'before SETTINGS': { struck: ['unknown'], others: ['not sent', 'accepted'] },
			'first request': { struck: ['unknown'], others: ['not sent', 'accepted'] },
			'request half written': { struck: ['not sent'], others: ['not sent', 'accepted'] },
			awaiting: { struck: ['unknown'], others: ['not sent', 'accepted'] },
			'answer half read': { struck: ['accepted'], others: ['not sent', 'accepted'] },
			draining: { struck: ['unknown'], others: ['not sent', 'unknown', 'accepted'] },
		},
		async strike(_world, { stop }) {
			stop();
			await turns();
		},
	},
];
