/** What a fault does when it begins, while it lasts and when it ends, to connections that are open. */
import type { Endpoint } from './endpoint';
import { errorCodes } from '../wire/frames';
import type { Fault, FaultName, Mood } from './faults';
import type { Journal } from './journal';
import type { Loop } from './loop';
import type { PeerConnection } from './peer/connection';
import { createRandom, type Random } from './random';

export interface StrikeWorld {
	readonly loop: Loop;
	readonly journal: Journal;
	/** Endpoints of the fault's environment. */
	endpoints(environment: number): readonly Endpoint[];
	mood(environment: number): Mood;
	/** The client's wall clock jumps. */
	jumpClock(byMs: number): void;
}

type Strike = (connection: PeerConnection, random: Random, fault: Fault, loop: Loop) => void;

/** Done to connections, again and again while the fault lasts. */
const strikes: Partial<Record<FaultName, Strike>> = {
	cuts: (connection, random) => connection.cut(random.chance(0.5)),
	fins: (connection) => connection.finish(),
	silence: (connection) => connection.silence(),
	slowLink: (connection, random, fault, loop) => {
		connection.trouble('slow');
		connection.link.slowness = 2 + random.next() * 30 * fault.strength;
		loop.arrive(fault.forMs, () => (connection.link.slowness = 1));
	},
	slowReader: (connection, _random, fault, loop) => {
		connection.trouble('slow');
		connection.link.pause(true);
		loop.arrive(fault.forMs * 0.8, () => connection.link.pause(false));
	},
	goawayGraceful: (connection, random, _fault, loop) => {
		connection.goaway(0x7fffffff, errorCodes.NO_ERROR, '');
		loop.arrive(random.int(0, 400), () => {
			connection.goaway(connection.highestSeen, errorCodes.NO_ERROR, '');
			connection.closeWhenDone();
		});
	},
	goawaySome: (connection, random, _fault, loop) => {
		connection.parking = true;
		loop.arrive(random.int(1, 300), () => {
			const last = random.chance(0.5)
				? connection.highestProcessed
				: random.int(connection.highestProcessed, Math.max(connection.highestProcessed, connection.highestSeen));
			const code = random.chance(0.7) ? errorCodes.NO_ERROR : errorCodes.ENHANCE_YOUR_CALM;
			connection.goaway(last, code, random.pick(['', '{"reason":"IdleTimeout"}', 'too many']));
			connection.closeWhenDone();
		});
	},
	goawayAll: (connection, _random, _fault, loop) => {
		connection.parking = true;
		loop.arrive(50, () => {
			connection.goaway(connection.highestProcessed, errorCodes.NO_ERROR, '{"reason":"Shutdown"}');
			connection.closeWhenDone();
		});
	},
	goawayError: (connection, random, _fault, loop) => {
		const code = random.pick([errorCodes.PROTOCOL_ERROR, errorCodes.INTERNAL_ERROR, errorCodes.ENHANCE_YOUR_CALM]);
		connection.goaway(connection.highestSeen, code, random.pick(['', 'Maximum active streams violated']));
		loop.arrive(random.int(0, 100), () => (random.chance(0.5) ? connection.cut(true) : connection.finish()));
	},
	goawayCredential: (connection) => {
		connection.goaway(connection.highestProcessed, errorCodes.NO_ERROR, '{"reason":"BadCertificateEnvironment"}');
		connection.refusedByGoaway();
		connection.closeWhenDone();
	},
	limitZero: (connection) => connection.allowance.setLimit(0),
	limitOne: (connection) => connection.allowance.setLimit(1),
	limitSwings: (connection, random) => connection.allowance.setLimit(random.pick([0, 1, 2, 10, 100, 1_000])),
	windowStarved: (connection) => connection.allowance.starve(true),
	smallWindows: (connection, _random, fault) => connection.allowance.shrinkWindows(fault.strength),
	stuck: (connection) => connection.getStuck(),
	garbage: (connection) => connection.garbage(),
	liarGoaway: (connection) => {
		connection.lie();
		connection.goaway(0, errorCodes.NO_ERROR, '');
	},
	liarLimits: (connection, random) => {
		connection.lie();
		connection.allowance.setLimit(random.pick([0, 1, 5]));
	},
};

/** Faults that strike a connection once, however long they last. */
const once = new Set<FaultName>(['slowLink', 'slowReader', 'windowStarved', 'smallWindows', 'limitZero', 'limitOne']);
/** Strike only the connections that are open when they begin: their successors work. */
const atBegin = new Set<FaultName>(['stuck']);

/** Lets a fault begin now, and end in its time. */
export function strike(world: StrikeWorld, fault: Fault): void {
	const { loop, journal } = world;
	const random = createRandom(fault.seed);
	const mood = world.mood(fault.environment);
	journal.note('fault', fault.environment, fault.identity, fault.name);
	journal.faults.push({
		name: fault.name,
		atMs: loop.now(),
		endMs: loop.now() + fault.forMs,
		endpoint: fault.environment,
		identity: fault.identity,
	});
	if (fault.name === 'stall') {
		journal.stalls.push({ atMs: loop.now(), forMs: fault.forMs });
		return loop.stall(fault.forMs);
	}
	if (fault.name === 'clockJump') {
		const byMs = (random.next() - 0.5) * 2 * 3_600_000 * fault.strength;
		journal.note('clockJump', Math.round(byMs));
		return world.jumpClock(byMs);
	}
	mood.begin(fault);
	if (fault.name === 'dnsMoves') for (const endpoint of world.endpoints(fault.environment)) endpoint.move();
	const struck = new WeakSet<PeerConnection>();
	const hit = strikes[fault.name];
	const targets = (): PeerConnection[] =>
		world
			.endpoints(fault.environment)
			.flatMap((endpoint) => [...endpoint.connections])
			.filter((connection) => fault.identity === -1 || connection.record.identity === fault.identity);
	const endsAt = loop.now() + fault.forMs;
	const round = (): void => {
		if (loop.now() >= endsAt || hit === undefined) return;
		for (const connection of targets()) {
			if (struck.has(connection) && once.has(fault.name)) continue;
			if (!once.has(fault.name) && !atBegin.has(fault.name) && !random.chance(0.2 + fault.strength * 0.6)) continue;
			struck.add(connection);
			hit(connection, random, fault, loop);
		}
		if (!atBegin.has(fault.name)) loop.arrive(20 + random.next() * fault.forMs * 0.4, round);
	};
	round();
	loop.arrive(fault.forMs, () => {
		mood.end(fault);
		journal.note('heal', fault.environment, fault.identity, fault.name);
		for (const connection of targets()) {
			if (fault.name === 'windowStarved' && mood.has('windowStarved') === undefined) connection.allowance.starve(false);
			if (fault.name.startsWith('limit') || fault.name === 'liarLimits') connection.allowance.restoreLimit();
			if (fault.name === 'smallWindows') connection.allowance.enlargeWindows();
		}
	});
}
