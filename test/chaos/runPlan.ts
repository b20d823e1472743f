/** Runs a plan and judges it: most in one world; one identity's trouble in two, with and without it. */
import type { Breach } from './journal';
import { SpinError } from './loop';
import { lostWorld } from './lostWorld';
import type { Plan } from './plan';
import { runWorld, type WorldOptions, type WorldResult } from './world';

/** A neighbour's trouble may cost the others so much of their time, and not more. */
const MOST_SLOWER = 1.1;

/** Runs it. Never rejects: a world that throws or spins is a breach. */
export async function runPlan(plan: Plan, options: WorldOptions = {}): Promise<WorldResult> {
	const result = await runSafely(plan, options);
	if (plan.profile !== 'neighbour' || plan.faults.length === 0 || result.breaches.length > 0) return result;
	const troubled = new Set(plan.faults.map(({ identity }) => identity));
	const quiet = await runSafely({ ...plan, faults: [] }, {});
	const breaches: Breach[] = [...quiet.breaches];
	plan.identities.forEach((_, identity) => {
		const [now, before] = percentiles(identity, result, quiet);
		if (troubled.has(identity) || now <= before * MOST_SLOWER) return;
		breaches.push({
			invariant: 'neighboursUnharmed',
			atMs: 0,
			detail: `p99 of identity ${identity} is ${now.toFixed(1)} ms beside the trouble of ${[...troubled].join(', ')}, and ${before.toFixed(1)} ms without`,
		});
	});
	return { ...result, waits: undefined, breaches };
}

/** The 99th percentile in both worlds, over the executions that sent as much in one as in the other: the last may be cut short. */
function percentiles(identity: number, one: WorldResult, other: WorldResult): readonly [number, number] {
	const waits: [number[], number[]] = [[], []];
	for (const [key, { identity: whose, ms }] of one.waits ?? []) {
		const others = other.waits?.get(key)?.ms ?? [];
		if (whose !== identity || others.length !== ms.length) continue;
		for (const wait of ms) waits[0].push(wait);
		for (const wait of others) waits[1].push(wait);
	}
	return [percentile99(waits[0]), percentile99(waits[1])];
}

function percentile99(times: number[]): number {
	times.sort((a, b) => a - b);
	return times[Math.floor(times.length * 0.99)] ?? 0;
}

async function runSafely(plan: Plan, options: WorldOptions): Promise<WorldResult> {
	const thrown: unknown[] = [];
	const note = (error: unknown): void => void thrown.push(error);
	process.on('unhandledRejection', note);
	process.on('uncaughtException', note);
	try {
		const result = await runWorld(plan, options);
		return thrown.length === 0 ? result : { ...result, breaches: [...result.breaches, ...thrown.map(thrownBreach)] };
	} catch (error) {
		return lostWorld(plan, [error, ...thrown].map(thrownBreach));
	} finally {
		process.off('unhandledRejection', note);
		process.off('uncaughtException', note);
	}
}

function thrownBreach(error: unknown): Breach {
	const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
	return { invariant: error instanceof SpinError ? 'neverSpins' : 'neverThrows', atMs: 0, detail };
}
