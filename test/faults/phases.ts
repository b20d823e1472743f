/** The phases of a connection at which a fault may strike, and how a world is brought there. */
import type { World, WorldOptions } from './world';

export const STRUCK = 1;
export const BEHIND = 2;
export const NEXT = 3;
export const LAST = 4;

export type PhaseName =
	| 'connecting'
	| 'TLS'
	| 'before SETTINGS'
	| 'first request'
	| 'request half written'
	| 'awaiting'
	| 'answer half read'
	| 'idle'
	| 'draining';

export interface Phase {
	readonly name: PhaseName;
	readonly options?: Partial<WorldOptions>;
	/** Resolves when the fault may strike. The struck push is under way, and another waits behind it, where the phase has pushes. */
	reach(world: World, send: (n: number) => void): Promise<void>;
	/** What the peer does after the fault where it can still speak. */
	resume?(world: World): Promise<void> | void;
}

/** A push is accepted first, which proves the token. */
async function prove(world: World): Promise<void> {
	world.push(0);
	await world.settled(60);
}

async function hold(world: World, send: (n: number) => void): Promise<void> {
	world.held.add(STRUCK);
	send(STRUCK);
	send(BEHIND);
	await world.streamOf(STRUCK);
}

export const phases: readonly Phase[] = [
	{
		name: 'connecting',
		async reach(world, send) {
			world.front.holdFirst = true;
			send(STRUCK);
			send(BEHIND);
			await world.front.connection(1);
		},
	},
	{
		name: 'TLS',
		async reach(world, send) {
			world.front.holdFirst = true;
			send(STRUCK);
			send(BEHIND);
			await (
				await world.front.connection(1)
			).spoke;
		},
	},
	{
		name: 'before SETTINGS',
		options: { mute: true },
		async reach(world, send) {
			world.held.add(STRUCK);
			send(STRUCK);
			send(BEHIND);
			await world.streamOf(STRUCK);
		},
	},
	{ name: 'first request', reach: hold },
	{
		name: 'request half written',
		options: { tinyWindow: true },
		async reach(world, send) {
			await prove(world);
			send(STRUCK);
			send(BEHIND);
			const connection = await world.first();
			await connection.waitFor(({ framesOf }) => framesOf('DATA').some(({ streamId }) => streamId > 1));
		},
	},
	{
		name: 'awaiting',
		async reach(world, send) {
			await prove(world);
			await hold(world, send);
		},
	},
	{
		name: 'answer half read',
		async reach(world, send) {
			await prove(world);
			await hold(world, send);
			const connection = await world.first();
			const streamId = await world.streamOf(STRUCK);
			world.acceptedByPeer.add(STRUCK);
			world.forgetHeld(STRUCK);
			connection.respond(streamId, { status: 200, body: '{"half":', endStream: false });
			// Whoever is told of the answer must have read its status first.
			const opaque = Buffer.from('halfread');
			connection.ping(opaque);
			await connection.waitFor(({ framesOf }) => framesOf('PING').some(({ payload }) => payload.equals(opaque)));
		},
		async resume(world) {
			const connection = await world.first();
			connection.data(await world.streamOf(STRUCK), '1}', true);
		},
	},
	{ name: 'idle', reach: prove },
	{
		name: 'draining',
		async reach(world, send) {
			await prove(world);
			await hold(world, send);
			(await world.first()).goaway(await world.streamOf(STRUCK), 0);
		},
	},
];
