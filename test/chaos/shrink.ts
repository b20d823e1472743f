/** Makes a failing plan small: fewer faults, workflows, runs and requests, as long as the same invariant breaks. */
import type { Plan } from './plan';

/** Plans a little smaller than this one, boldest first. */
function* smaller(plan: Plan): Generator<Plan> {
	for (const key of ['workflows', 'faults'] as const) {
		const list: ReadonlyArray<Plan[typeof key][number]> = plan[key];
		for (let size = Math.ceil(list.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
			for (let at = 0; at < list.length; at += size)
				yield { ...plan, [key]: [...list.slice(0, at), ...list.slice(at + size)] };
		}
	}
	for (const [index, workflow] of plan.workflows.entries()) {
		const change = (changed: Partial<Plan['workflows'][number]>): Plan => ({
			...plan,
			workflows: plan.workflows.map((other, at) => (at === index ? { ...other, ...changed } : other)),
		});
		if (workflow.requests > 1) {
			yield change({ requests: 1 });
			yield change({ requests: Math.ceil(workflow.requests / 2) });
		}
		if (workflow.startsMs.length > 1) {
			yield change({ startsMs: workflow.startsMs.slice(0, 1) });
			yield change({ startsMs: workflow.startsMs.slice(1) });
		}
		if (workflow.stop !== undefined) yield change({ stop: undefined });
		if (workflow.alerts > 0) yield change({ alerts: 0 });
		if (workflow.sendAgain) yield change({ sendAgain: false });
		if (workflow.alternate >= 0) yield change({ alternate: -1 });
	}
	if (plan.identities.some(({ editsMs }) => editsMs.length > 0))
		yield { ...plan, identities: plan.identities.map((identity) => ({ ...identity, editsMs: [] })) };
	if (plan.endsIdle) yield { ...plan, endsIdle: false };
}

/** How many worlds are tried at most. */
const MOST_TRIES = 300;

/** The smallest plan found on which `fails` still says true. */
export async function shrink(plan: Plan, fails: (plan: Plan) => Promise<boolean>): Promise<Plan> {
	let best = plan;
	let tries = 0;
	for (let improved = true; improved && tries < MOST_TRIES;) {
		improved = false;
		for (const candidate of smaller(best)) {
			if (++tries > MOST_TRIES) break;
			if (!(await fails(candidate))) continue;
			best = candidate;
			improved = true;
			break;
		}
	}
	return best;
}
