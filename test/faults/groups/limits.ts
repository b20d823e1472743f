/** Limits of streams, windows and SETTINGS that hold requests back. */
import { A, type Fault, NA, turns, U } from '../fault';

export const limits: readonly Fault[] = [
	{
		name: 'limit 0 and back',
		group: 'limits and windows',
		expect: { 'first request': A, awaiting: A, 'answer half read': A, idle: A },
		async strike(world) {
			const connection = await world.first();
			connection.settings({ maxConcurrentStreams: 0 });
			void world.wait(4).then(() => connection.settings({ maxConcurrentStreams: 100 }));
			await turns();
		},
	},
	{
		name: 'limit 1 and back',
		group: 'limits and windows',
		options: { limit: 100 },
		expect: { 'first request': A, awaiting: A, idle: A },
		async strike(world) {
			const connection = await world.first();
			connection.settings({ maxConcurrentStreams: 1 });
			void world.wait(4).then(() => connection.settings({ maxConcurrentStreams: 100 }));
			await turns();
		},
	},
	{
		name: 'limit 0 for ever',
		group: 'limits and windows',
		expect: { 'first request': A, awaiting: A, idle: A },
		async strike(world) {
			(await world.first()).settings({ maxConcurrentStreams: 0 });
			await turns();
		},
	},
	{
		name: 'window never credited',
		group: 'limits and windows',
		expect: { 'request half written': NA },
		staysSilent: true,
		strike: () => undefined,
	},
	{
		name: 'SETTINGS never come',
		group: 'limits and windows',
		expect: { 'before SETTINGS': U },
		staysSilent: true,
		strike: () => undefined,
	},
];
