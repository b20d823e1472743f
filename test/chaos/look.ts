/** How invariants look at a journal: request by request, and the story of one. */
import { cell, type Journal } from './journal';
import type { Plan } from './plan';

export interface Circumstances {
	readonly plan: Plan;
	/** All requests are settled by then. */
	readonly settledByMs: number;
}

export type Invariant = (journal: Journal, circumstances: Circumstances) => string[];

/** The first of them say enough. */
export const MOST = 5;

export function each(journal: Journal, look: (push: number) => string | undefined): string[] {
	const found: string[] = [];
	for (let push = 0; push < journal.pushes.count && found.length < MOST; push++) {
		const text = look(push);
		if (text !== undefined) found.push(text);
	}
	return found;
}

export function code(journal: Journal, push: number): string {
	return journal.codes[cell(journal.pushes.code, push)] ?? '';
}

const names = ['open', 'accepted', 'rejected', 'not sent', 'unknown'];

export function story(journal: Journal, push: number): string {
	const { pushes } = journal;
	const on = journal.connectionsSeen(push).map(({ id, troubles }) => `${id}(${[...troubles.keys()].join(' ')})`);
	return `request ${push} (identity ${cell(pushes.identity, push)}, ${names[cell(pushes.outcome, push)]} ${code(journal, push)} status ${cell(pushes.status, push)} attempts ${cell(pushes.attempts, push)}; peer: ${cell(pushes.headersSeen, push)} HEADERS, ${cell(pushes.whole, push)} whole, ${cell(pushes.accepted, push)} accepted, ${cell(pushes.disowned, push)} disowned, status ${cell(pushes.lastStatus, push)}; connections ${on.join(' ')})`;
}
