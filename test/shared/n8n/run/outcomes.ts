/** Outcomes and tasks of a run, for tests of what a run makes of them. */
import type { IDataObject } from 'n8n-workflow';
import { invalidOutcome, localCodes, notSent as notSentOutcome } from '../../../../nodes/shared/n8n/run/resultItem';
import { Slices } from '../../../../nodes/shared/n8n/run/slices';
import type { Task } from '../../../../nodes/shared/n8n/run/task';
import type { Failure, Outcome } from '../../../../nodes/shared/outcome';

export const accepted = (more: Partial<Outcome> = {}): Outcome => ({
	outcome: 'accepted',
	status: 200,
	attempts: 1,
	repeats: [],
	...more,
});

export const rejected = (status: number, reason?: string, more: Partial<Outcome> = {}): Outcome => ({
	outcome: 'rejected',
	status,
	reason,
	attempts: 1,
	repeats: [],
	...more,
});

export const failure = (code: string, more: Partial<Failure> = {}): Failure => ({
	code,
	message: `It failed with ${code}.`,
	advice: `Mend ${code}.`,
	commonToRun: false,
	...more,
});

export const notSent = (code: string, more: Partial<Outcome> = {}): Outcome => ({
	outcome: 'not sent',
	attempts: 0,
	repeats: [],
	failure: failure(code),
	...more,
});

export const unknown = (more: Partial<Outcome> = {}): Outcome => ({
	outcome: 'unknown',
	attempts: 1,
	repeats: [],
	failure: failure('connectionLost'),
	...more,
});

export const invalid = (message = 'The field is wrong.'): Outcome => invalidOutcome(new Error(message));

export const stopped = (): Outcome =>
	notSentOutcome(localCodes.stopped, { message: 'The execution was stopped before this was sent', advice: 'Again.' });

export interface TestTask extends Task {
	/** Ids it was told to carry. */
	readonly ids: string[];
}

/** A request whose result is its recipient and outcome. */
export function task(itemIndex: number, recipient?: string, app = 'app'): TestTask {
	const ids: string[] = [];
	return {
		itemIndex,
		recipient,
		app,
		place: 0,
		earlier: undefined,
		ids,
		useApnsId: (id) => void ids.push(id),
		json: ({ outcome }): IDataObject => ({ recipient: recipient ?? null, outcome }),
	};
}

/** Slices that are over each time they are asked, or never, and count how often others were let in. */
export class EagerSlices extends Slices {
	turns = 0;

	constructor(private readonly over = true) {
		super({ now: () => 0, soon: (callback) => setImmediate(callback) });
	}

	override get isOver(): boolean {
		return this.over;
	}

	override async next(): Promise<void> {
		this.turns += 1;
		await super.next();
	}
}

/** Slices that are never over. */
export function calmSlices(): Slices {
	return new Slices({ now: () => 0, soon: (callback) => setImmediate(callback) });
}
