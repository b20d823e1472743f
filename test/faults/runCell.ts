/** Runs one cell of the matrix, a fault at a phase, and checks by the peer's journal that nobody was told what is not true. */
import type { Expectation, Fault } from './fault';
import { BEHIND, LAST, NEXT, type Phase, type PhaseName, STRUCK } from './phases';
import { createWorld, type World } from './world';

export interface Row {
	readonly fault: string;
	readonly group: string;
	readonly phase: PhaseName;
	/** Outcome of the struck push, and of those behind and after it. */
	readonly struck: string;
	readonly others: string;
	/** Until the struck push ended, in seconds of the fast clock. */
	readonly seconds: number;
	readonly connections: number;
	readonly tokens: number;
	/** Handles left behind, above those before. */
	readonly handles: number;
	/** What was not as it should be; empty when all was. */
	readonly wrong: readonly string[];
}

/** No outcome takes longer: the queue's own limit is 300 s, and nothing here waits for more than a few deadlines. */
const LONGEST_SECONDS = 150;
/** Openings a cell may cause: the budget's eight at once. */
const MOST_CONNECTIONS = 9;
const STOPPED_MORE = 996;

/** Handles that keep a process alive or hold a socket. */
export function handles(): number {
	return process.getActiveResourcesInfo().filter((name) => /TCP|TLS|Pipe|GetAddrInfo/.test(name)).length;
}

export function phasesOf(fault: Fault): PhaseName[] {
	return Object.keys(fault.expect) as PhaseName[];
}

/** `alone`: nothing else runs in this process, so that handles can be counted. */
export async function runCell(fault: Fault, phase: Phase, { alone = true } = {}): Promise<Row> {
	const expectation = fault.expect[phase.name];
	if (expectation === undefined) throw new Error(`${fault.name} does not strike at ${phase.name}.`);
	const handlesBefore = handles();
	const world = await createWorld({
		limit: 1,
		tinyWindow: false,
		mute: false,
		deafToPings: false,
		...phase.options,
		...fault.options,
	});
	const stop = new AbortController();
	const options = fault.stops === true ? { signal: stop.signal } : {};
	const wrong: string[] = [];
	try {
		// Faults of the way to the peer never let it be reached: the pushes go out, and that is the phase.
		const reached = phase.reach(world, (n) => world.push(n, options));
		if (fault.group === 'names' || fault.group === 'proxy' || fault.name === 'TCP refused') {
			if (phase.name === 'connecting') world.front.holdFirst = false;
			else await reached;
		} else {
			await reached;
		}
		if (fault.stops === true && phase.name !== 'idle')
			for (let n = 0; n < STOPPED_MORE; n += 1) world.push(1_000 + n, options);
		await fault.strike(world, { stop: () => stop.abort() });
		if (phase.name === 'idle') for (const n of [STRUCK, BEHIND]) world.push(n);
		world.push(NEXT);
		world.front.connections[0]?.release();
		await world.wait(1);
		if (fault.staysSilent !== true) {
			await phase.resume?.(world);
			world.answerHeld();
		}
		if (!(await world.settled(LONGEST_SECONDS))) {
			wrong.push(`a push is still open after ${LONGEST_SECONDS} s`);
		}
		await lastPush(world, wrong, expectation.lasts === true);
		check(world, wrong, expectation);
	} finally {
		await world.close();
	}
	// Handles are taken back at the end of their own turn.
	for (let n = 0; alone && n < 50 && handles() > handlesBefore; n += 1)
		await new Promise((resolve) => setTimeout(resolve, 10));
	const left = !alone ? 0 : Math.max(0, handles() - handlesBefore);
	if (left > 0) wrong.push(`${left} handles are left`);
	const nameOf = (n: number): string => world.told.get(n)?.outcome.outcome ?? '-';
	return {
		fault: fault.name,
		group: fault.group,
		phase: phase.name,
		struck: nameOf(STRUCK),
		others: [...new Set([BEHIND, NEXT].map(nameOf))].join(', '),
		seconds: Math.round((world.told.get(STRUCK)?.afterMs ?? 0) / 1_000),
		connections: world.front.connections.length,
		tokens: world.tokens(),
		handles: left,
		wrong,
	};
}

/** After the fault the world is as it was: the next push is accepted, once back-off allows it, unless the fault lasts. */
async function lastPush(world: World, wrong: string[], lasts: boolean): Promise<void> {
	if (lasts) return;
	world.push(LAST);
	await world.settled(LONGEST_SECONDS);
	const last = world.told.get(LAST)?.outcome;
	if (last?.outcome !== 'accepted')
		wrong.push(`the push after the fault is ${last?.outcome ?? 'open'}: ${last?.failure?.message ?? ''}`);
}

function check(world: World, wrong: string[], expectation: Expectation): void {
	const { struck, others = ['accepted'], connections = MOST_CONNECTIONS } = expectation;
	const { told, acceptedByPeer, taken, arrivals } = world;
	for (const [n, { outcome }] of told) {
		const { outcome: name, attempts } = outcome;
		if (name === 'not sent' && taken.includes(n)) wrong.push(`push ${n} is "not sent" and arrived whole`);
		if (name === 'accepted' && !acceptedByPeer.has(n))
			wrong.push(`push ${n} is "accepted", and the peer did not say so`);
		if (acceptedByPeer.has(n) && name !== 'accepted' && name !== 'unknown')
			wrong.push(`push ${n} was accepted and is "${name}"`);
		if (taken.filter((one) => one === n).length > 1) wrong.push(`push ${n} was delivered twice`);
		if (attempts < (arrivals.get(n) ?? 0))
			wrong.push(`push ${n} arrived ${arrivals.get(n)} times in ${attempts} attempts`);
		if ((name === 'not sent' || name === 'unknown') && outcome.failure === undefined)
			wrong.push(`push ${n} is "${name}" without a reason`);
		const allowed = n === STRUCK ? struck : n === BEHIND || n === NEXT ? others : undefined;
		if (allowed !== undefined && !allowed.includes(name)) {
			wrong.push(
				`push ${n} is "${name}", not ${allowed.join(' or ')}: ${outcome.reason ?? outcome.failure?.message ?? ''}`,
			);
		}
	}
	if (world.front.connections.length > connections) wrong.push(`${world.front.connections.length} connections`);
}
